"""What an SMS means, once we know who sent it and what they were asked. In doubt nothing happens and a person looks."""

import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Q

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.languages import DESK_LANGUAGES, weekdays_named
from digibel.notifications import phrasebook, replies
from digibel.notifications.calls import open_call
from digibel.notifications.inbound import reply
from digibel.notifications.models import InboundMessage, MessageStatus, OutboundMessage, Recipient
from digibel.notifications.numbers import display
from digibel.notifications.recipients import language_of
from digibel.problems import Problem
from digibel.requests.models import Client
from digibel.scheduling import (
    announcing,
    doorstep,
    errors,
    followups,
    freetexts,
    households,
    inside,
    offers,
    reports,
    visits,
    worklist,
)
from digibel.scheduling.desksessions import replies as deskreplies
from digibel.scheduling.models import STANDING_VISITS, Offer, OfferStatus, Seat, Visit, VisitStatus
from digibel.volunteers.models import Volunteer

ANSWERS_LATE_FOR = timedelta(days=3)
ASK_ABOUT_VISIT_FOR = timedelta(days=3)
BEFORE_VISIT = timedelta(hours=3)
# From here on somebody may stand at the next door already.
ABOUT_TO_BEGIN = timedelta(minutes=30)
AT_THE_DOOR = frozenset({"checkin", "nobody_home", "late"})
INSIDE = frozenset({"checkin", "checkout", "longer"})
STANDING = Q(status__in=STANDING_VISITS)
ASKED_HONESTLY = "follow_up.asked"
HOW_IT_WENT = "plain.checked_out"
ASKS_TO_CANCEL = (
    *("visit.reminder_day", "visit.visit_moved"),
    *("session.session_taken", "session.session_free", "session.session_reminder"),
)
TELL_CLIENT = (
    *worklist.ANNOUNCEMENTS,
    *("visit.new_word", "visit.client_reminder", "visit.client_reminder_two", "visit.meet_reminder"),
)
HAD = (MessageStatus.SENT, MessageStatus.DELIVERED)

Deed = Callable[[InboundMessage, replies.Reply], str]
# What waits for a yes or a no: a visit, or a desk session, which has one moment.
Question = Offer | Seat


@dataclass(frozen=True)
class Reading:
    """One way to understand a text: in this state it means this, and this is what would be done. `asks`: the kind of our text that
    it would answer."""

    said: replies.Reply
    deed: Deed
    asks: str = ""


def handle_volunteer(message: InboundMessage) -> str | None:
    """Own a volunteer's text if exactly one deed can be meant."""
    if message.recipient.kind != Recipient.Kind.VOLUNTEER or message.organisation is None:
        return None
    volunteer = Volunteer.objects.select_related("recipient").get(recipient=message.recipient)
    if (paused := freetexts.handle_pause(message, volunteer)) is not None:
        return paused
    readings = [*_about_visits(message, volunteer), *_about_offers(message, volunteer)]
    meant = [reading for reading in readings if reading.said.intent not in {"unclear", "stop", "start"}]
    if any(reading.said.intent == "help" for reading in meant):
        return _help(message, "plain.help_volunteer")
    if len(meant) > 1:
        meant = [reading for reading in meant if reading.asks and reading.asks == _last_asked(message)]
        if not meant:
            return None
    if len(meant) == 1:
        return meant[0].deed(message, meant[0].said)
    return _ask_back(message, volunteer) or _too_late(message, volunteer) or freetexts.handle(message, volunteer)


def handle_client(message: InboundMessage) -> str | None:
    """Own a client's text about a visit that was announced to them."""
    if message.recipient.kind != Recipient.Kind.CLIENT or message.organisation is None:
        return None
    client = Client.objects.select_related("organisation", "recipient").get(recipient=message.recipient)
    said = _read(message, "announced")
    if said.intent == "help":
        return _help(message, "plain.help_client")
    booked = list(Visit.objects.of_firsts().filter(client=client, status=VisitStatus.BOOKED).order_by("starts_at"))
    if followed := followups.awaited(client):
        # A 1 would be a yes to either: a person looks.
        return _followed_up(followed[0], message) if not booked and len(followed) == 1 else None
    visit = _last_told_of(message, booked, said.intent)
    if visit is None:
        return None
    deeds: dict[str, Callable[[Visit, InboundMessage], str | None]] = {
        "confirm": _confirm,
        "other_moment": _other_moment,
        "call_me": _call_me,
    }
    deed = deeds.get(said.intent)
    return deed(visit, message) if deed else None


def _last_told_of(message: InboundMessage, booked: Sequence[Visit], intent: str) -> Visit | None:
    """Of several visits, the one that our last text told them of. None where another one, that they have not said yes to, was told
    of on the same day: their "1" may be for either."""
    if len(booked) < 2:
        return next(iter(booked), None)
    by_id = {visit.pk: visit for visit in booked}
    texts = OutboundMessage.objects.filter(recipient=message.recipient, status__in=HAD, subject_id__in=list(by_id))
    about = texts.filter(kind__in=TELL_CLIENT).order_by("not_before", "created_at", "pk")
    rows = list(about.values_list("subject_id", "not_before"))
    if not rows:
        return booked[0] if intent == "call_me" else None
    last, told = rows[-1][0], dict(rows)
    same_day = (one for one in told if one != last and told[last] - told[one] <= clock.NEAR)
    doubtful = any(by_id[one].confirmed_at is None for one in same_day)
    return by_id[last] if intent == "call_me" or not doubtful else None


def _read(
    message: InboundMessage, state: str, asked: Sequence[Question] = (), text: str | None = None
) -> replies.Reply:
    """What the text means in this state; `asked` are the questions it may answer, each with its own letter.

    Theirs, and not A, B, C in the order they are still open: "B1" is what the text called B.
    """
    assert message.organisation is not None
    return replies.read(
        message.body if text is None else text,
        state=state,
        language=language_of(message.recipient, message.organisation),
        windows=[len(offer.windows) for offer in asked] or [1],
        letters=[offer.letter for offer in asked] or None,
    )


def _help(message: InboundMessage, kind: str) -> str:
    assert message.organisation is not None
    reply(message, kind, phone=display(message.organisation.phone))
    return "helped"


# --- offers ---------------------------------------------------------------------------------------------------------


def live_offers(volunteer: Volunteer) -> list[Any]:
    """What this volunteer can say yes to now, in the order of the letters."""
    at_desk = Seat.objects.asked().by(volunteer)
    return list(Offer.objects.to(volunteer).live().annotate(also_at_desk=Exists(at_desk)).order_by("letter"))


def open_questions(volunteer: Volunteer) -> list[Question]:
    """Offers, and desk sessions they were asked for, in the order of the letters."""
    live = live_offers(volunteer)
    if live and not live[0].also_at_desk:
        return list(live)
    return sorted([*live, *deskreplies.asked(volunteer)], key=lambda question: question.letter)


def _about_offers(message: InboundMessage, volunteer: Volunteer) -> list[Reading]:
    live = open_questions(volunteer)
    if not live:
        return []
    said = _read(message, "offer", live, _completed(message, live))
    return [Reading(said, lambda message, said: _answer_offer(message, said, live, volunteer))]


def _completed(message: InboundMessage, live: list[Question]) -> str:
    """A letter alone, after we asked which offer was meant, completes what they had said: "nee", and then "B", is no yes to B."""
    letter = message.body.strip(" .!)").upper()
    if letter not in {offer.letter for offer in live}:
        return message.body
    before = InboundMessage.objects.filter(recipient=message.recipient, received_at__gte=_newest(live))
    last = before.exclude(pk=message.pk).order_by("-received_at", "-pk").first()
    return f"{last.body} {letter}" if last is not None and last.outcome == "asked_which" else message.body


def _answer_offer(message: InboundMessage, said: replies.Reply, live: list[Question], volunteer: Volunteer) -> str:
    offer = next(offer for offer in live if offer.letter == said.offer)
    if isinstance(offer, Seat):
        return "" if _names_another_day(message, offer, 1) else deskreplies.answer(offer, message, said)
    by = Actor.volunteer(volunteer)
    if said.intent == "decline":
        offers.decline(offer, by=by)
        reply(message, "plain.declined")
        return "offer.declined"
    if said.intent != "accept" or said.choice is None or _names_another_day(message, offer, said.choice):
        return ""
    try:
        offers.accept(offer, said.choice, by=by)
    except errors.AlreadyTaken:
        Offer.objects.filter(pk=offer.pk, answered_at=None).update(answered_at=clock.now())
        reply(message, "plain.taken")
        return "offer.taken"
    except Problem:
        reply(message, "plain.offer_gone")
        return "offer.gone"
    return "offer.accepted"


def _names_another_day(message: InboundMessage, offer: Question, choice: int) -> bool:
    """ "Yes, on Sunday" to an offer for Thursday: what they mean is for a person to ask."""
    assert message.organisation is not None
    start, _ = offer.window(choice)
    read_in = {language_of(message.recipient, message.organisation), *DESK_LANGUAGES}
    named = set().union(*(weekdays_named(message.body, language) for language in sorted(read_in)))
    return bool(named) and clock.local(start).weekday() not in named


def _newest(live: list[Question]) -> datetime:
    return max(question.created_at for question in live)


def _ask_back(message: InboundMessage, volunteer: Volunteer) -> str | None:
    """Several questions are open and the text does not say which: ask once, kindly, and let a person see it too."""
    live = open_questions(volunteer)
    if (
        len(live) < 2
        or InboundMessage.objects.filter(
            recipient=message.recipient, outcome="asked_which", received_at__gte=_newest(live)
        ).exists()
    ):
        return None
    alone = _read(message, "offer", [max(live, key=lambda offer: len(offer.windows))])
    if alone.intent not in {"accept", "decline"}:
        return None
    assert message.organisation is not None
    language = language_of(message.recipient, message.organisation)
    reply(message, "plain.which_offer", letters=phrasebook.either([offer.letter for offer in live], language))
    return "asked_which"


def _too_late(message: InboundMessage, volunteer: Volunteer) -> str | None:
    """A yes to what is gone: it counts where nobody was faster; else the answer is kind, and nothing else happens."""
    if open_questions(volunteer):
        return None
    ended = Offer.objects.to(volunteer).filter(
        status__in=[OfferStatus.WITHDRAWN, OfferStatus.EXPIRED],
        created_at__gte=clock.now() - ANSWERS_LATE_FOR,
        answered_at=None,
    )
    gone = ended.order_by("-created_at").first()
    if gone is None:
        return deskreplies.too_late(message, volunteer, lambda seat: _read(message, "offer", [seat]))
    said = _read(message, "offer", [gone])
    if said.intent not in {"accept", "decline"}:
        return None
    if said.intent == "accept" and gone.status == OfferStatus.EXPIRED and ended.count() == 1:
        with suppress(Problem):
            return _accept_late(gone, said, message)
    Offer.objects.filter(pk=gone.pk).update(answered_at=clock.now())
    taken = offers.is_taken(gone)
    reply(message, "plain.taken" if taken else "plain.offer_gone")
    return "offer.taken" if taken else "offer.gone"


def _accept_late(offer: Offer, said: replies.Reply, message: InboundMessage) -> str | None:
    """Nobody answered in time, and somebody is still looked for: which moment they mean has to be as clear as ever."""
    if said.choice is None or _names_another_day(message, offer, said.choice):
        return None
    offers.accept(offer, said.choice, by=Actor.volunteer(offer.volunteer))
    return "offer.accepted"


# --- visits ---------------------------------------------------------------------------------------------------------


def _about_visits(message: InboundMessage, volunteer: Volunteer) -> list[Reading]:
    """How the text reads for the visit that is on, or the one (or the desk session) to come, and for the visit just done."""
    theirs = list(Visit.objects.by(volunteer).filter(STANDING | _just_done()).order_by("starts_at"))
    standing = [visit for visit in theirs if visit.status != VisitStatus.DONE]
    today = [visit for visit in standing if _is_on(visit)]
    readings = []
    said = _read(message, "visit_day") if today else None
    if said is not None and (meant := today[0] if len(today) == 1 else _one_of_today(said.intent, today)) is not None:
        # With a desk on the same day, nobody can tell which of the two is off.
        if said.intent not in {"cancel", "late"} or not deskreplies.any_today(volunteer):
            readings.append(_visit_reading(said, meant))
    else:
        readings += _about_one_to_come(message, volunteer, standing)
    if done := [visit for visit in theirs if visit.status == VisitStatus.DONE]:
        asked = max(done, key=lambda visit: visit.checked_out_at or visit.ends_at)
        readings.append(replace(_visit_reading(_read(message, "after_visit"), asked), asks=HOW_IT_WENT))
    return readings


def _one_of_today(intent: str, today: Sequence[Visit]) -> Visit | None:
    """Of several on one day, the one whose hour it is: who is inside comes out of there, and who is at a door is at the first that
    is not over. Where the next is about to begin as well, or what was said fits neither, a person looks."""
    under_way = [visit for visit in today if visit.status == VisitStatus.UNDER_WAY]
    if under_way:
        goes_on = intent == "checkin" and any(
            _begins_by(visit, ABOUT_TO_BEGIN) for visit in today if visit not in under_way
        )
        return under_way[0] if intent in INSIDE | {"nobody_home"} and len(under_way) == 1 and not goes_on else None
    if intent in AT_THE_DOOR:
        return _first_that_is_not_over(today)
    begun = [visit for visit in today if _begins_by(visit, timedelta())]
    return begun[0] if intent in INSIDE and len(begun) == 1 else None


def _first_that_is_not_over(today: Sequence[Visit]) -> Visit | None:
    """None where the one after it is about to begin too; of two of one home the first always comes first."""
    to_come = [visit for visit in today if visit.ends_at > clock.now()]
    if not to_come:
        return None
    beside = households.visit_beside(to_come[0])
    others = [visit for visit in to_come[1:] if visit != beside]
    return None if any(_begins_by(visit, ABOUT_TO_BEGIN) for visit in others) else to_come[0]


def _begins_by(visit: Visit, ahead: timedelta) -> bool:
    return visit.starts_at <= clock.now() + ahead


def _about_one_to_come(message: InboundMessage, volunteer: Volunteer, standing: list[Visit]) -> list[Reading]:
    """Of several, the one that we have just reminded them of can be cancelled; else nobody can tell which. Desks are only looked
    for where the text may be about one. Whoever asks for help need not say with which."""
    said = _read(message, "booked")
    if said.intent == "help":
        return [Reading(said, lambda message, said: _help(message, "plain.help_volunteer"))]
    desks = deskreplies.to_come(volunteer) if said.intent in {"cancel", "late"} else []
    to_come: list[Visit | Seat] = [*_without_seconds_of_home(standing), *desks]
    if len(to_come) > 1:
        reminded = _reminded_of(message) if said.intent == "cancel" else None
        to_come = [one for one in to_come if one.pk == reminded]
    if len(to_come) != 1:
        return []
    [one] = to_come
    return [_visit_reading(said, one) if isinstance(one, Visit) else Reading(said, deskreplies.deed(one))]


def _without_seconds_of_home(visits: Sequence[Visit]) -> list[Visit]:
    """Whoever cannot visit one of a home visits neither: nobody has to ask which of the two they meant."""
    if len(visits) < 2:
        return list(visits)
    homes = {visit.request.household or visit.pk: visit for visit in reversed(visits)}
    return [visit for visit in visits if visit in homes.values()]


def _reminded_of(message: InboundMessage) -> Any:
    """What the last text they had of us was about, if that told them to answer ANNULEER when they cannot, and no other of the
    last day did."""
    since = clock.now() - clock.NEAR
    had = OutboundMessage.objects.filter(recipient=message.recipient, status__in=HAD, not_before__gte=since)
    texts = list(had.order_by("-not_before", "-created_at", "-pk").values_list("kind", "subject_id"))
    asked = {subject for kind, subject in texts if kind in ASKS_TO_CANCEL}
    return asked.pop() if len(asked) == 1 and texts[0][0] in ASKS_TO_CANCEL else None


def _last_asked(message: InboundMessage) -> str:
    """The kind of the last text they had of us, today: "1" after "1 = in orde, 2 = niet in orde" is no yes to a visit."""
    since = clock.now() - BEFORE_VISIT
    had = OutboundMessage.objects.filter(recipient=message.recipient, status__in=HAD, not_before__gte=since)
    return had.order_by("-not_before", "-created_at", "-pk").values_list("kind", flat=True).first() or ""


def _visit_reading(said: replies.Reply, visit: Visit) -> Reading:
    return Reading(said, lambda message, said: VISIT_DEEDS[said.intent](visit, message, said))


def _is_on(visit: Visit) -> bool:
    """From three hours before the visit until it is over, and as long as it is under way."""
    now = clock.now()
    return visit.status == VisitStatus.UNDER_WAY or visit.starts_at - BEFORE_VISIT <= now <= visit.ends_at + timedelta(
        hours=12
    )


def _just_done() -> Q:
    return Q(status=VisitStatus.DONE, checked_out_at__gte=clock.now() - ASK_ABOUT_VISIT_FOR, report=None)


def _check_in(visit: Visit, message: InboundMessage, said: replies.Reply) -> str:
    inside.check_in(visit, by=Actor.volunteer(visit.volunteer))
    reply(message, "plain.checked_in")
    return "visit.begun"


def _check_out(visit: Visit, message: InboundMessage, said: replies.Reply) -> str:
    inside.check_out(visit, by=Actor.volunteer(visit.volunteer))
    reply(message, "plain.checked_out")
    return "visit.ended"


def _longer(visit: Visit, message: InboundMessage, said: replies.Reply) -> str:
    until = inside.extend(visit, by=Actor.volunteer(visit.volunteer))
    assert message.organisation is not None
    language = language_of(message.recipient, message.organisation)
    reply(message, "plain.longer", time=languages.clock_time(until, language))
    return "visit.extended"


def _late(visit: Visit, message: InboundMessage, said: replies.Reply) -> str:
    inside.note_late(visit, said.minutes, by=Actor.volunteer(visit.volunteer))
    reply(message, "plain.late_noted")
    return "visit.late"


def _cancel(visit: Visit, message: InboundMessage, said: replies.Reply) -> str:
    assert message.organisation is not None
    moment = languages.day_and_time(visit.starts_at, language_of(message.recipient, message.organisation))
    visits.cancel(visit, by=Actor.volunteer(visit.volunteer), reason="volunteer_cannot")
    reply(message, "plain.cancel_noted", moment=moment)
    return "visit.cancelled"


def _nobody_home(visit: Visit, message: InboundMessage, said: replies.Reply) -> str:
    if visit.status == VisitStatus.UNDER_WAY:
        # Inside, and nobody opens: whatever it means, they stand somewhere and wait.
        doorstep.ring_me(visit, by=Actor.volunteer(visit.volunteer))
        reply(message, "plain.report_not_ok")
        return "visit.ring_me"
    doorstep.nobody_opens(visit, by=Actor.volunteer(visit.volunteer))
    reply(message, "plain.nobody_home" if visit.request.meets_at_id is None else "plain.meet_nobody")
    return "visit.nobody_home"


def _all_right(visit: Visit, message: InboundMessage, said: replies.Reply) -> str:
    reports.report(visit, by=Actor.volunteer(visit.volunteer), all_right=True)
    reply(message, "plain.report_ok")
    return "visit.reported"


def _not_right(visit: Visit, message: InboundMessage, said: replies.Reply) -> str:
    reports.report(visit, by=Actor.volunteer(visit.volunteer), all_right=False)
    reply(message, "plain.report_not_ok")
    return "visit.reported"


VISIT_DEEDS: dict[str, Callable[[Visit, InboundMessage, replies.Reply], str]] = {
    "checkin": _check_in,
    "checkout": _check_out,
    "longer": _longer,
    "late": _late,
    "cancel": _cancel,
    "nobody_home": _nobody_home,
    "works": _all_right,
    "fails": _not_right,
}


# --- clients --------------------------------------------------------------------------------------------------------


def _confirm(visit: Visit, message: InboundMessage) -> str | None:
    if (visit.moved_at is not None or visit.request.two_go) and not worklist.is_announced(visit):
        return None  # a yes to what was before it: they have not heard of this one
    visits.confirm(visit, by=Actor.client(visit.client))
    if visit.request.meets_at_id is not None:
        reply(message, "plain.meet_confirmed", **announcing.where_and_when(visit, visit.starts_at))
        return "visit.confirmed"
    values = announcing.announcement(visit)
    reply(message, "plain.client_confirmed", day=values["day"], about=values["about"])
    return "visit.confirmed"


def _other_moment(visit: Visit, message: InboundMessage) -> str:
    visits.take_back_yes(visit, by=Actor.client(visit.client))
    _ring_client(visit, "visit.other_moment")
    reply(message, "plain.client_other_moment")
    return "visit.other_moment"


def _call_me(visit: Visit, message: InboundMessage) -> str:
    _ring_client(visit, "visit.call_me")
    reply(message, "plain.client_call_me")
    return "visit.call_me"


def _followed_up(visit: Visit, message: InboundMessage) -> str | None:
    """A week later. What works is asked about once more (rule E8); what does not is for a voice, that day."""
    if _was_asked_honestly(message):
        return _nothing_happened(visit, message)
    intent = _read(message, "follow_up").intent
    if intent == "works":
        reply(message, "plain.follow_up_honest")
        return ASKED_HONESTLY
    if intent not in {"fails", "call_me"}:
        return None
    followups.ring(visit)
    reply(message, "plain.follow_up_fails" if intent == "fails" else "plain.client_call_me")
    worklist.rewrite(visit.request)
    return f"follow_up.{intent}"


def _was_asked_honestly(message: InboundMessage) -> bool:
    """Whether the last thing they said to us was that it works."""
    lately = InboundMessage.objects.filter(
        recipient=message.recipient, received_at__gte=clock.now() - ASK_ABOUT_VISIT_FOR
    )
    before = lately.exclude(pk=message.pk).order_by("-received_at", "-pk").first()
    return before is not None and before.outcome == ASKED_HONESTLY


def _nothing_happened(visit: Visit, message: InboundMessage) -> str:
    """Only a plain 1 says so: a "yes" may well mean that a code was seen. Anything else is heard by a person, the same day."""
    said = message.body.strip(" .!")
    if len(said) == 1 and unicodedata.digit(said, 0) == 1:
        followups.note(visit, "works", by=Actor.client(visit.client))
        reply(message, "plain.follow_up_works")
        return "follow_up.works"
    followups.ring(visit, urgent=True)
    reply(message, "plain.follow_up_fails")
    worklist.rewrite(visit.request)
    return "follow_up.worry"


def _ring_client(visit: Visit, kind: str) -> None:
    open_call(
        kind,
        visit,
        organisation=visit.request.organisation,
        recipient=visit.client.recipient,
        due_at=clock.now(),
        urgent=visit.starts_at - clock.now() <= clock.NEAR,
    )
    worklist.rewrite(visit.request)
