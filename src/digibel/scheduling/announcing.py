"""What both sides hear around a visit: the booking, the reminders, the announcement with its word, and that nobody comes."""

import secrets
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from digibel import clock, languages
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.recording import record
from digibel.guardrails import catalogue
from digibel.notifications import outbox, phrasebook
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import Channel, OutboundMessage
from digibel.notifications.numbers import display
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Role
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import alarms, cards, pairs, worklist
from digibel.scheduling.kits import telling
from digibel.scheduling.matching.wanted import LETTER_DAYS
from digibel.scheduling.models import Visit, VisitStatus
from digibel.volunteers.models import Volunteer

REMIND_AT = time(17)
HOUR_BEFORE = timedelta(hours=1)
# Nobody comes, and the client has not heard so: by then whoever is on duty is texted.
HEARD_BEFORE = timedelta(hours=2)
# To who has no internet: the one text that says where.
WITH_STREET = "visit.accepted_sms_only"
CALLED_OFF = frozenset({VisitStatus.CANCELLED, VisitStatus.MISSED})


def visits_of_both(client: Client, volunteer: Volunteer) -> list[Visit]:
    """All of this client, and those that this volunteer is booked for."""
    return list(Visit.objects.filter(client=client) | Visit.objects.standing().by(volunteer))


def choose_word(
    request: HelpRequest, volunteer: Volunteer, *, theirs: Iterable[Visit], known: Collection[str] = ()
) -> str:
    """A word both can say, and none that this client or this volunteer heard lately: yesterday's word opens no door today.

    `theirs`: `visits_of_both`. `known`: words that somebody else may know by now.
    """
    words = phrasebook.codewords_for(
        client=language_of(request.client.recipient, request.organisation),
        volunteer=language_of(volunteer.recipient, request.organisation),
    )
    used = {*known, *(word for visit in theirs for word in (visit.word, visit.spent_word))}
    return secrets.choice([word for word in words if word.upper() not in used] or list(words)).upper()


def word_for_both(first: HelpRequest, second: HelpRequest, volunteer: Volunteer) -> str:
    """At one door one word, whoever of the two opens; "" where they read different languages, and each has a word of their own."""
    if language_of(first.client.recipient, first.organisation) != language_of(
        second.client.recipient, second.organisation
    ):
        return ""
    theirs = [*visits_of_both(first.client, volunteer), *visits_of_both(second.client, volunteer)]
    return choose_word(first, volunteer, theirs=theirs)


def texts_to_volunteer(visit: Visit, *, answers: bool = False) -> Iterator[OutboundMessage]:
    """The booking, the day before, the hour before. As the answer to their yes (`answers`) the booking leaves at any hour; who is
    told because of somebody else's deed is not woken.
    """
    recipient, organisation = visit.volunteer.recipient, visit.request.organisation
    language = language_of(recipient, organisation)
    moment = languages.day_and_time(visit.starts_at, language)
    if visit.needs_second:
        yield _to_volunteer(visit, "second_sought", any_hour=answers, name=visit.volunteer.first_name, moment=moment)
        return
    word, client = visit.word, visit.client.first_name
    values = {"name": visit.volunteer.first_name, "client": client, "moment": moment, "word": word}
    if visit.volunteer.sms_only:
        key, values["street"] = "accepted_sms_only", _street(visit)
    else:
        key, values["link"] = "accepted", cards.link(visit)
    yield _to_volunteer(visit, key, any_hour=answers, **values)
    if (place := visit.request.meets_at) is not None:
        yield _to_volunteer(visit, "meet_there", any_hour=answers, client=client, where=place.short_name_in(language))
    if (other := pairs.other_of(visit)) is not None:
        yield _to_volunteer(visit, "go_together", any_hour=answers, volunteer=other.volunteer.first_name, moment=moment)
    if visit.volunteer.sms_only:
        # Their conditions cannot come on a card (rule E3); in one segment they do not fit into the text before.
        phone = display(organisation.phone)
        yield _to_volunteer(visit, "house_rules", any_hour=answers, phone=phone)
    if (eve := day_before(visit.starts_at)) > clock.now():
        link = "" if visit.volunteer.sms_only else cards.link(visit)
        yield _to_volunteer(visit, "reminder_day", not_before=eve, client=client, moment=moment, word=word, link=link)
        yield from telling.texts(visit, not_before=eve)
    if (hour_before := visit.starts_at - HOUR_BEFORE) > clock.now():
        clock_time = languages.clock_time(visit.starts_at, language)
        yield _to_volunteer(visit, "reminder_hour", not_before=hour_before, client=client, time=clock_time, word=word)


def note_texted(visit: Visit) -> None:
    """Who has no internet gets the conditions in a text: which version it was is kept, as of a card that was read (rule E3)."""
    if visit.volunteer.sms_only and not visit.needs_second:
        note_address_texted(visit)
        facts = {"catalogue": catalogue.CATALOGUE_VERSION}
        record("visit.rules_texted", visit, by=SYSTEM, organisation_id=visit.request.organisation_id, **facts)


def note_address_texted(visit: Visit) -> None:
    """Who has no internet gets the street in a text: that is a look too (rule E12)."""
    if visit.volunteer.sms_only and not visit.needs_second and visit.request.meets_at_id is None:
        by = Actor.volunteer(visit.volunteer)
        record("address.shown", visit, by=by, organisation_id=visit.request.organisation_id, on="text")


def _street(visit: Visit) -> str:
    client, place = visit.client, visit.request.meets_at
    if place is not None:
        return f"{place.street} {place.house_number}".strip() or place.postcode
    box = f" / {client.box}" if client.box else ""
    return f"{client.street} {client.house_number}{box}"


def announce(visit: Visit) -> None:
    """The client hears who comes and when, and the word: by text, or by somebody's voice, a letter, a worker they trust."""
    outbox.queue_all(
        announcement_texts(visit, replaces=is_replacement(visit, visits_of_both(visit.client, visit.volunteer)))
    )


def announcement_texts(visit: Visit, *, replaces: bool) -> list[OutboundMessage]:
    """The texts to the client, who may have waited for somebody else (`replaces`); without any, the errand of whoever tells them.
    A letter only where it comes in time. Of two who go the client hears once, when both are known.
    """
    client = visit.client
    if visit.needs_second or visit.goes_with_id is not None:
        return []
    if client.recipient.channel == Channel.SMS and not client.recipient.number_is_wrong:
        return list(_texts_to_client(visit, replaces=replaces))
    # A letter says when somebody comes, and not that nobody comes any more on the day they heard of before.
    by_post = goes_by_post(visit) and visit.client_expects is None and letter_arrives(visit)
    open_call(
        "visit.announce",
        visit,
        organisation=visit.request.organisation,
        recipient=client.recipient,
        due_at=worklist.announce_due(visit),
        owner=Role.INTAKE,
        channel=Channel.LETTER if by_post else voice_of(client),
    )
    return []


def goes_by_post(visit: Visit) -> bool:
    """Our letter says who comes to their home; where they are expected elsewhere, somebody rings."""
    return visit.client.recipient.channel == Channel.LETTER and visit.request.meets_at_id is None


def letter_arrives(visit: Visit) -> bool:
    """Whether a letter that is posted today is there by the morning of the visit."""
    return clock.add_working_days(clock.today(), LETTER_DAYS) <= clock.local(visit.starts_at).date()


def last_posting_day(visit: Visit) -> date:
    """The last day on which a letter can be posted."""
    day = clock.working_day_before(clock.local(visit.starts_at).date())
    while clock.add_working_days(day, LETTER_DAYS) > clock.local(visit.starts_at).date():
        day = clock.working_day_before(day)
    return day


def voice_of(client: Client) -> Channel:
    """Whose telephone rings: the client's, or that of who passes it on."""
    passes_on = bool(client.trusted_worker_phone)
    return Channel.WORKER if passes_on and _cannot_be_rung(client) else Channel.CALL


def may_relay_word(client: Client) -> bool:
    """A worker they trust may hear the word; a reception never does."""
    return bool(client.trusted_worker_phone) and not client.reception


def _cannot_be_rung(client: Client) -> bool:
    recipient = client.recipient
    return recipient.channel == Channel.WORKER or not recipient.number or recipient.number_is_wrong


def is_replacement(visit: Visit, theirs: Iterable[Visit]) -> bool:
    """Whether the client was waiting for somebody else that day, whose visit was called off: they were told not to open.

    `theirs`: `visits_of_both`.
    """
    day = clock.local(visit.starts_at).date()
    called_off = (
        one for one in theirs if one.status in CALLED_OFF and one.client_id == visit.client_id and one.pk != visit.pk
    )
    near = (one for one in called_off if day in _days_spoken_of(one))
    return any(moment is not None and clock.local(moment).date() == day for moment in map(expected_at, near))


def _days_spoken_of(visit: Visit) -> set[date]:
    return {clock.local(moment).date() for moment in (visit.starts_at, visit.client_expects) if moment is not None}


def expects_another(visit: Visit) -> bool:
    """It was called off, and the client has said yes to somebody else on the day on which it was to be."""
    again = Visit.objects.standing().of_firsts().filter(request=visit.request_id, confirmed_at__isnull=False)
    others = again.exclude(pk=visit.pk).values_list("starts_at", flat=True)
    return any(clock.local(moment).date() in _days_spoken_of(visit) for moment in others)


def say_no_longer_that_nobody_comes(visit: Visit) -> None:
    """They have said yes to this one: whoever still rang about the one before it would keep the door shut."""
    before = Visit.objects.filter(request=visit.request_id, status__in=CALLED_OFF).order_by("pk")
    for one in before:
        if expects_another(one):
            drop_calls(one, "visit.cancelled")
            outbox.withdraw(OutboundMessage.objects.about(one).filter(recipient=visit.client.recipient))


def expected_at(visit: Visit) -> datetime | None:
    """When the client expects somebody, by what they heard last: it may have moved since. None: they heard of nobody."""
    return visit.starts_at if worklist.is_announced(visit) else visit.client_expects


def announce_again(visit: Visit) -> None:
    """The client is reached in another way: what waits to leave no longer fits, and what they have not heard is told anew."""
    told = worklist.is_announced(visit)
    outbox.withdraw(OutboundMessage.objects.about(visit).filter(recipient=visit.client.recipient))
    if not told:
        drop_calls(visit, "visit.announce")
        announce(visit)
    elif visit.client.recipient.channel == Channel.SMS:
        outbox.queue_all(_reminder(visit, _who_comes(visit)))
    worklist.rewrite(visit.request)


def tell_new_word(visit: Visit, *, told: bool) -> None:
    """The word changed. Who has heard the old one hears so, near the visit also by a voice; else they hear only the new one."""
    client = visit.client.recipient
    outbox.withdraw(OutboundMessage.objects.about(visit).filter(recipient=client))
    if not told:
        drop_calls(visit, "visit.announce")
        announce(visit)
        return
    near = visit.starts_at - clock.now() <= clock.NEAR
    if client.channel == Channel.SMS:
        reminder = list(_reminder(visit, _who_comes(visit)))
        language = language_of(client, visit.request.organisation)
        values = {"day": languages.day_in_words(visit.starts_at, language), "word": visit.word}
        phone = display(visit.request.organisation.phone)
        met = _announcement(visit, _who_comes(visit), replaces=False) if visit.request.meets_at_id else None
        outbox.queue_all([met or _to_client(visit, "new_word", phone=phone, **values), *reminder])
    if near or client.channel != Channel.SMS:
        open_call(
            "visit.new_word",
            visit,
            organisation=visit.request.organisation,
            recipient=client,
            due_at=clock.now(),
            owner=Role.INTAKE,
            urgent=True,
            channel=voice_of(visit.client),
        )


def tell_client_moved(visit: Visit) -> None:
    """Another moment than they heard of: told as a new visit is. Near either moment by a voice too, as they may be waiting."""
    announce(visit)
    if visit.client_expects is not None and min(visit.client_expects, visit.starts_at) - clock.now() <= clock.NEAR:
        open_call(
            "visit.announce",
            visit,
            organisation=visit.request.organisation,
            recipient=visit.client.recipient,
            due_at=clock.now(),
            owner=Role.INTAKE,
            urgent=True,
            channel=voice_of(visit.client),
        )


def remind_client_now(visit: Visit) -> None:
    """They agreed on the telephone: the same in writing, for who has texts, and once more the day before."""
    if visit.client.recipient.channel == Channel.SMS:
        values = _who_comes(visit)
        outbox.queue_all([_to_client(visit, _reminder_of(values), **values), *_reminder(visit, values)])


def tell_volunteer_moved(visit: Visit, *, unheard: bool) -> None:
    """Not then, but then; the reminders follow. `unheard`: the booking had not left yet, so it is told as it is now."""
    texts = list(texts_to_volunteer(visit))
    if not unheard:
        language = language_of(visit.volunteer.recipient, visit.request.organisation)
        old = languages.day_and_time(visit.volunteer_expects or visit.starts_at, language)
        booking = {"visit.accepted", "visit.accepted_sms_only", "visit.house_rules"}
        moved = _to_volunteer(visit, "visit_moved", old=old, moment=volunteers_moment(visit))
        texts = [moved, *(text for text in texts if text.kind not in booking)]
    outbox.queue_all(texts)


def _texts_to_client(visit: Visit, *, replaces: bool) -> Iterator[OutboundMessage]:
    values = _who_comes(visit)
    yield _announcement(visit, values, replaces=replaces)
    yield from _reminder(visit, values)


def _announcement(visit: Visit, values: dict[str, str], *, replaces: bool) -> OutboundMessage:
    phone = display(visit.request.organisation.phone)
    if "where" in values:
        return _to_client(visit, "meet", phone=phone, **values)
    if "other" in values:
        return _to_client(visit, "announce_two", phone=phone, **values)
    if visit.client_expects is not None and visit.client_expects != visit.starts_at:
        language = language_of(visit.client.recipient, visit.request.organisation)
        old = languages.day_and_time(visit.client_expects, language)
        return _to_client(visit, "client_visit_moved", phone=phone, old=old, **values)
    return _to_client(visit, "new_volunteer" if replaces else "announce", phone=phone, **values)


def _reminder(visit: Visit, values: dict[str, str]) -> Iterator[OutboundMessage]:
    if (eve := day_before(visit.starts_at)) > clock.now() + HOUR_BEFORE:
        yield _to_client(visit, _reminder_of(values), not_before=eve, **values)


def _reminder_of(values: dict[str, str]) -> str:
    if "where" in values:
        return "meet_reminder"
    return "client_reminder_two" if "other" in values else "client_reminder"


def _who_comes(visit: Visit) -> dict[str, str]:
    """As `announcement`; where two go with the name of the other; where they meet at a place, which one, and exactly when."""
    if visit.request.meets_at_id is not None:
        return {"volunteer": visit.volunteer.first_name, "word": visit.word, **where_and_when(visit, visit.starts_at)}
    other = pairs.second_of(visit)
    return announcement(visit) | ({"other": other.volunteer.first_name} if other is not None else {})


def where_and_when(visit: Visit, start: datetime) -> dict[str, str]:
    """Of a client who meets a volunteer at the place of a slip, in the client's language."""
    assert visit.request.meets_at is not None
    language = language_of(visit.client.recipient, visit.request.organisation)
    return {
        "where": visit.request.meets_at.short_name_in(language),
        "moment": languages.day_and_time(start, language),
    }


def announcement(visit: Visit) -> dict[str, str]:
    """Who, when and the word, as values for the client's texts, in the client's language."""
    language = language_of(visit.client.recipient, visit.request.organisation)
    return {
        "volunteer": visit.volunteer.first_name,
        "day": languages.day_in_words(visit.starts_at, language),
        "about": languages.about(visit.starts_at, language),
        "word": visit.word,
    }


def day_before(moment: datetime) -> datetime:
    """When both sides are reminded."""
    return clock.at(clock.local(moment).date() - timedelta(days=1), REMIND_AT)


def tell_client_nobody_comes(visit: Visit, expected: datetime) -> None:
    """Within a day it is urgent, and a voice is surer than a text: "nobody comes today, do not open"."""
    organisation, client = visit.request.organisation, visit.client
    language = language_of(client.recipient, organisation)
    near = expected - clock.now() <= clock.NEAR
    today = clock.local(expected).date() == clock.today()
    if client.recipient.channel == Channel.SMS:
        phone = display(organisation.phone)
        if visit.request.meets_at_id is not None:
            who = visit.volunteer.first_name
            _text_client(visit, "meet_off", volunteer=who, phone=phone, **where_and_when(visit, expected))
        elif today:
            _text_client(visit, "nobody_comes", volunteer=visit.volunteer.first_name, phone=phone)
        else:
            _text_client(visit, "client_visit_cancelled", day=languages.day_in_words(expected, language))
    if near or client.recipient.channel != Channel.SMS:
        call = open_call(
            "visit.cancelled",
            visit,
            organisation=organisation,
            recipient=client.recipient,
            due_at=clock.now(),
            urgent=near,
            channel=voice_of(client),
        )
        if today:
            alarms.ring_for(call, visit, "alarm_cancelled_today")
        else:
            alarms.ring_later(call, expected - HEARD_BEFORE)


def tell_second_is_sought(visit: Visit, *, instead_of: Visit | None, expected: datetime | None) -> None:
    """Who was to go with somebody waits at home. A client who expects the two hears that one cannot; who has no texts is rung
    before anybody goes, or that nobody does."""
    moment = volunteers_moment(visit)
    if instead_of is None:
        text_volunteer(visit, "second_sought", name=visit.volunteer.first_name, moment=moment)
        return
    who = instead_of.volunteer.first_name
    text_volunteer(visit, "other_cannot", volunteer=who, moment=moment)
    if expected is not None and visit.client.recipient.channel == Channel.SMS:
        language = language_of(visit.client.recipient, visit.request.organisation)
        _text_client(visit, "one_cannot", volunteer=who, day=languages.day_in_words(expected, language))


def tell_volunteer_address(visit: Visit) -> None:
    """The visit is somewhere else: the card says where; whoever has texts only gets the booking once more, as it is now."""
    moment, client = volunteers_moment(visit), visit.client.first_name
    if visit.volunteer.sms_only:
        told = {"name": visit.volunteer.first_name, "street": _street(visit), "word": visit.word}
        text_volunteer(visit, "accepted_sms_only", client=client, moment=moment, **told)
        note_address_texted(visit)
    else:
        text_volunteer(visit, "address_changed", client=client, moment=moment, link=cards.link(visit))


def volunteers_moment(visit: Visit) -> str:
    return languages.day_and_time(visit.starts_at, language_of(visit.volunteer.recipient, visit.request.organisation))


def text_volunteer(visit: Visit, key: str, **more: Any) -> None:
    outbox.queue_all([_to_volunteer(visit, key, **more)])


def _text_client(visit: Visit, key: str, **more: Any) -> None:
    outbox.queue_all([_to_client(visit, key, **more)])


def _to_volunteer(visit: Visit, key: str, **more: Any) -> OutboundMessage:
    return outbox.compose(
        visit.volunteer.recipient,
        f"visit.{key}",
        organisation=visit.request.organisation,
        subject=visit,
        near=_soonest(visit, visit.volunteer_expects),
        **more,
    )


def _to_client(visit: Visit, key: str, **more: Any) -> OutboundMessage:
    return outbox.compose(
        visit.client.recipient,
        f"visit.{key}",
        organisation=visit.request.organisation,
        subject=visit,
        near=_soonest(visit, visit.client_expects),
        **more,
    )


def _soonest(visit: Visit, expected: datetime | None) -> datetime:
    """What a text is near to: the visit, or the moment before it at which somebody may still be waiting."""
    return min(visit.starts_at, expected) if expected is not None and expected > clock.now() else visit.starts_at
