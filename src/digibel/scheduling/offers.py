"""Offers to volunteers: sent in waves, accepted by exactly one, and kindly ended for the others."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from digibel import clock, places
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.guardrails import judgement
from digibel.languages import day_and_time
from digibel.notifications import outbox, phrasebook
from digibel.notifications.models import OutboundMessage
from digibel.notifications.recipients import language_of
from digibel.organisations.ways import Asking
from digibel.problems import Conflict
from digibel.requests.judging import closes_on, judge_request
from digibel.requests.models import HelpRequest, NextActionKind, TwoGo
from digibel.requests.stafffirst import said_yes_and_held
from digibel.scheduling import beats, errors, households, pairs, timers, visits, worklist
from digibel.scheduling.asking import policy
from digibel.scheduling.asking.proposing import Proposal, chosen_by_hand, propose, shortlist
from digibel.scheduling.locks import hold_request, lock_request
from digibel.scheduling.matching.ranking import Candidate, Ranking, rank, rank_anew, travel_time
from digibel.scheduling.models import (
    LIVE_OFFERS,
    STANDING_VISITS,
    Offer,
    OfferQuerySet,
    OfferStatus,
    Seat,
    Visit,
    VisitStatus,
)
from digibel.scheduling.moves import move, move_offers, settle
from digibel.scheduling.next_actions import next_morning
from digibel.volunteers import readiness
from digibel.volunteers.models import Level, Volunteer

OPEN_FOR = timedelta(minutes=policy.OPEN_FOR)
# The client still has to hear who comes, and the word.
LEAST_NOTICE = timedelta(hours=1)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# As long as `phrasebook/kinds.toml` measures it: the longest name in Brussels, so that no name is cut.
LONGEST_AREA = 22
ASKING = ("offer.offer_one", "offer.offer_many")
# Somebody is looked for.
LOOKED_FOR = (NextActionKind.CHOOSE, NextActionKind.AWAIT_ANSWERS, NextActionKind.NOBODY)


def check_may_be_offered(request: HelpRequest) -> tuple[judgement.VolunteerTask, ...]:
    """Refuse whatever must not reach a volunteer; return the tasks that may (rule E1 is in their type)."""
    standing_or_made = Visit.objects.filter(request=request, needs_second=False, followed_up_at=None)
    statuses = set(standing_or_made.order_by().values_list("status", flat=True))
    if statuses.intersection(STANDING_VISITS):
        raise errors.AlreadyBooked
    if (first := households.first_of(request)) is not None:
        raise errors.GoesAlong(reference=first.reference)
    if VisitStatus.DONE in statuses and beats.waits_for_follow_up(request):
        # Until then nobody judges it again by what was learned of the client meanwhile (E9), and the four questions wait (E8).
        raise errors.FollowUpFirst
    second = households.along_with(request)
    return check_request(request) + (check_request(second) if second is not None else ())


def check_request(request: HelpRequest, *, on: date | None = None) -> tuple[judgement.VolunteerTask, ...]:
    """Judged by the rules of today, or of the day of the visit: then all of it must be for volunteers."""
    if not request.is_open:
        raise errors.RequestClosed
    judged = judge_request(request, on=on)
    if not judged.sendable or (on is not None and not judged.verdict.for_volunteers):
        raise errors.NotForVolunteers
    client = request.client
    has_own_yes, staff_first = said_yes_and_held(client)
    if not has_own_yes:
        raise errors.NoOwnYes
    if staff_first:
        raise errors.StaffFirst
    if client.recipient.restricted_at is not None:
        raise errors.Restricted
    if client.gone_at is not None or (client.away_until is not None and client.away_until > clock.today()):
        raise errors.ClientAway
    return judged.sendable


@transaction.atomic
def send_wave(
    request: HelpRequest,
    *,
    by: Actor,
    volunteers: Sequence[Volunteer] | None = None,
    size: int | None = None,
    at: datetime | None = None,
) -> list[Offer]:
    """Ask these, or as many of the next best as the organisation's way of asking says; `at` this moment only, where a plan has
    chosen it. The next ones follow by themselves.

    Rung by the clock it may be that nobody has to be asked yet: then nothing is sent, and it is looked at again later.
    """
    locked = lock_request(request.pk)
    tasks = check_may_be_offered(locked)
    if volunteers is None:
        _check_asked_by_itself(locked)
        proposal = _next_best(locked, at_least=0 if by == CLOCK else 1, size=size)
    else:
        proposal = _by_hand(locked, volunteers, at)
    timers.set_timer("next_wave", locked.pk, proposal.look_again_at)
    if not proposal.candidates:
        if by != CLOCK or not (proposal.waits or proposal.before):
            raise errors.NoCandidates
        worklist.rewrite(request)
        return []
    wave = 1 + max([0, *locked.offers.values_list("wave", flat=True)])
    why = {
        "wave": wave,
        "place": _free_place(locked),
        "asking": proposal.way,
        "asked_by": str(by),
        "in_sight_before": proposal.before,
        "in_sight_after": proposal.after,
    }
    offers = [_make_offer(locked, candidate, tasks, why) for candidate in proposal.candidates]
    HelpRequest.objects.filter(pk=locked.pk).update(searched_in_vain_at=None)
    record(
        "request.offered",
        locked,
        by=by,
        organisation_id=locked.organisation_id,
        wave=wave,
        offers=len(offers),
        asking=proposal.way,
    )
    worklist.rewrite(request)
    return offers


def _check_asked_by_itself(request: HelpRequest) -> None:
    """Who goes along with somebody new is for a person to choose."""
    if request.two_go == TwoGo.COMPANION and pairs.waiting_of(request) is not None:
        raise errors.ChooseCompanion


def _free_place(request: HelpRequest) -> int:
    """The lowest number that nobody has said yes to: one more for each visit, and for each of two who go together."""
    said_yes = Offer.objects.filter(request=request, status=OfferStatus.ACCEPTED)
    taken = set(said_yes.values_list("place", flat=True))
    return next(place for place in count(1) if place not in taken)


def _next_best(request: HelpRequest, *, at_least: int, size: int | None) -> Proposal:
    """The best of what is remembered of the pool, looked at again one by one: what was remembered may be past."""
    ranking = rank(request)
    best = ranking.ids(shortlist(request, ranking))
    found = _held(request, list(best)).candidates if len(ranking) else ()
    return propose(request, before_it_closes(request, found), at_least=at_least, size=size)


def _by_hand(request: HelpRequest, volunteers: Sequence[Volunteer], at: datetime | None) -> Proposal:
    ranking = _held(request, [volunteer.pk for volunteer in volunteers])
    chosen = before_it_closes(request, [_chosen(ranking, volunteer) for volunteer in volunteers])
    return chosen_by_hand(request, chosen if at is None else [_only_at(at, one) for one in chosen])


def _only_at(moment: datetime, candidate: Candidate) -> Candidate:
    if moment not in candidate.moments:
        raise errors.NoLongerFree
    return replace(candidate, moments=(moment,))


def before_it_closes(request: HelpRequest, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Only moments before the day from which the organisation keeps part of this for staff (rule E2)."""
    closes = closes_on(request)
    if closes is None:
        return list(candidates)
    open_at = {
        one.volunteer.pk: tuple(moment for moment in one.moments if clock.local(moment).date() < closes)
        for one in candidates
    }
    return [replace(one, moments=open_at[one.volunteer.pk]) for one in candidates if open_at[one.volunteer.pk]]


def _held(request: HelpRequest, ids: Sequence[uuid.UUID]) -> Ranking:
    """Hold these volunteers, and rank them by what is true now. Two requests may ask the same people at the same instant, and each
    needs a letter of its own."""
    list(Volunteer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    return rank_anew(request, ids)


def _chosen(ranking: Ranking, volunteer: Volunteer) -> Candidate:
    candidate = ranking.candidate(volunteer.pk)
    if candidate is None:
        raise errors.NotACandidate(reason=ranking.reason_against(volunteer.pk) or "-")
    return candidate


def _make_offer(
    request: HelpRequest, candidate: Candidate, tasks: tuple[judgement.VolunteerTask, ...], why: dict[str, Any]
) -> Offer:
    volunteer = candidate.volunteer
    length = households.length(request)
    frozen_now = clock.now()
    expires_at = min(clock.add_waking(frozen_now, OPEN_FOR), candidate.moments[-1] - LEAST_NOTICE)
    offer = Offer.objects.create(
        request=request,
        volunteer=volunteer,
        **why,
        letter=free_letter(volunteer),
        windows=[[start.isoformat(), (start + length).isoformat()] for start in candidate.moments],
        created_at=frozen_now,
        expires_at=expires_at,
    )
    offer.message = _text(offer, candidate, tasks)
    offer.save(update_fields=["message"])
    timers.start_timers(offer.pk, [("offer_expires", expires_at)])
    return offer


def free_letter(volunteer: Volunteer) -> str:
    """The first letter that nothing they are asked has. That of a lately ended offer rests, so that an old answer hits nothing."""
    recent = Offer.objects.to(volunteer).order_by("-created_at").values_list("letter", "status")[: len(LETTERS)]
    at_desks = set(Seat.objects.asked().by(volunteer).values_list("letter", flat=True))
    live = {letter for letter, status in recent if status in LIVE_OFFERS} | at_desks
    if not live:
        return LETTERS[0]
    used = [letter for letter, _ in recent]
    free = [letter for letter in LETTERS if letter not in live]
    return min(free, key=lambda letter: (letter in used, letter))


def _text(offer: Offer, candidate: Candidate, tasks: tuple[judgement.VolunteerTask, ...]) -> OutboundMessage:
    """What a volunteer hears before saying yes: neighbourhood, distance, language, task, moments, stairs, dog and smoke."""
    request, volunteer = offer.request, offer.volunteer
    language = language_of(volunteer.recipient, request.organisation)
    letter = offer.letter if open_questions(volunteer) > 1 else ""
    moments = [day_and_time(start, language) for start in candidate.moments]
    values: dict[str, Any] = {
        "letter": letter,
        "area": places.name(request.postcode, language)[:LONGEST_AREA],
        "distance": phrasebook.distance(candidate.km, language),
        "languages": spoken(request, volunteer, language),
        "topic": topic(tasks, language),
        "door": door(request, language),
    }
    if len(moments) == 1:
        key, values["windows"] = "offer_one", moments[0]
    else:
        key, values["windows"] = "offer_many", phrasebook.numbered(moments, language, letter)
        values["example"] = f"{letter}{min(2, len(moments))}"
    return outbox.queue_message(
        volunteer.recipient,
        f"offer.{key}",
        organisation=request.organisation,
        subject=offer,
        near=candidate.moments[0],
        **values,
    )


def door(request: HelpRequest, language: str) -> str:
    """What they hear of the door before they say yes; or that it is nobody's home, where they go along with a slip."""
    client, homes = request.client, households.clients_of(request)
    if request.meets_at_id is not None:
        return f"{phrasebook.render('comma', language)} {phrasebook.render('meet_public', language)}"
    return phrasebook.door(
        language,
        floor=client.floor,
        lift=client.lift,
        dog=any(one.dog for one in homes),
        smoke=any(one.smoke for one in homes),
        people=len(homes),
    )


def open_questions(volunteer: Volunteer) -> int:
    """How many answers of theirs we wait for: offers of visits, and desk sessions."""
    return Offer.objects.to(volunteer).live().count() + Seat.objects.asked().by(volunteer).count()


def topic_of(request: HelpRequest, language: str) -> str:
    """What a request is about, in a word or two; nothing of health or of money troubles."""
    tasks = judge_request(request).sendable
    return topic(tasks, language) if tasks else phrasebook.topic_fallback(language)


def spoken(request: HelpRequest, volunteer: Volunteer, language: str) -> str:
    """The language of the visit; with none in common a matcher chose an interpreter."""
    spoken = [
        code for code in request.client.speaks if all(code in one.speaks for one in households.clients_of(request))
    ]
    shared = [code for code in spoken if code in volunteer.speaks]
    shared.sort(key=lambda code: volunteer.language_levels.get(code) == Level.BASIC)
    return phrasebook.spoken(shared[:1], language) or phrasebook.render("interpreter", language)


def topic(tasks: tuple[judgement.VolunteerTask, ...], language: str) -> str:
    """As many of the topics as fit in 24 characters, the first one always."""
    if language not in {"nl", "fr", "en"}:
        return phrasebook.topic_fallback(language)
    said = tasks[0].task.topic(language)
    for task in tasks[1:]:
        longer = f"{said}, {task.task.topic(language)}"
        said = longer if len(longer) <= 24 else said
    return said


def accept(offer: Offer, choice: int, *, by: Actor) -> Visit:
    """One volunteer says yes to one window. Whoever answers at the same instant, exactly one wins. Late is fine as long as somebody
    is looked for.

    Raises `AlreadyTaken`, `OfferGone`, `NoSuchWindow` or `NoLongerFree`; then nothing has changed.
    """
    if not 1 <= choice <= len(offer.windows):
        raise errors.NoSuchWindow
    try:
        with transaction.atomic():
            return _accept(offer, choice, by=by)
    except IntegrityError:
        # The database's last word, where two found the place free at the same instant.
        raise errors.AlreadyTaken from None


def _accept(offer: Offer, choice: int, *, by: Actor) -> Visit:
    hold_request(offer.request_id)
    # The volunteer too: a yes to two requests at the same instant is one yes after the other.
    locked = (
        Offer.objects.select_for_update(of=("self", "volunteer"), no_key=True)
        .select_related("volunteer__recipient", "request__client__recipient", "request__organisation")
        .get(pk=offer.pk)
    )
    request, volunteer = locked.request, locked.volunteer
    if locked.status not in LIVE_OFFERS and not _late_and_welcome(locked):
        raise _why_gone(locked)
    if not request.is_open:
        raise errors.OfferGone
    start, end = locked.window(choice)
    first = pairs.waiting_of(request)
    if first is not None and first.starts_at != start:
        raise errors.OfferGone
    check_still_free(request, volunteer, start, end, first=first)
    second = _second_of_home(request, start)
    live = _live(request, Offer.objects.filter(request=request).exclude(pk=locked.pk))
    kept = [one for one in live if first is None and request.two_go == TwoGo.SAFETY and _is_asked_for(one, start)]
    others = [one for one in live if one not in kept]
    told = _withdrawals(request, others, by=by)
    settle(locked, others, by=by)
    offer.status = locked.status
    _take_back_texts(others)
    timers.drop_all_timers([one.pk for one in (request, locked, *others)], "offer_expires", "next_wave")
    if first is not None:
        return visits.join(first, volunteer, offer=locked, by=by, beside=told)
    if request.two_go == TwoGo.SAFETY:
        _go_on_asking(request, kept)
    end = min(end, start + timedelta(minutes=request.minutes))
    if second is not None:
        return visits.book_both(request, second, volunteer, start, offer=locked, by=by, beside=told)
    return visits.book(request, volunteer, start, end, offer=locked, by=by, beside=told)


def _late_and_welcome(offer: Offer) -> bool:
    """Nobody was faster, the client told no other moments since, and nothing speaks against them but their silence."""
    request = offer.request
    if offer.status != OfferStatus.EXPIRED or request.next_kind not in LOOKED_FOR or is_taken(offer):
        return False
    if request.asked_since is not None and offer.created_at < request.asked_since:
        return False
    ranking = rank_anew(request, [offer.volunteer_id])
    return {reason.code for reason in ranking.why_not(offer.volunteer_id)} <= {"silent", "too_many_offers"}


def _second_of_home(request: HelpRequest, start: datetime) -> HelpRequest | None:
    """Who is visited right after, held and looked at again. Where they cannot be visited then, the first is visited alone."""
    second = households.along_with(request)
    if second is None:
        return None
    second = lock_request(second.pk)
    begins = start + timedelta(minutes=request.minutes)
    ends = begins + timedelta(minutes=second.minutes)
    try:
        check_request(second, on=clock.local(begins).date())
        if Visit.objects.standing().filter(client=second.client_id, starts_at__lt=ends, ends_at__gt=begins).exists():
            raise errors.AlreadyBooked
    except Conflict:
        for other in households.leave(request):
            worklist.rewrite(other)
        return None
    return second


def _is_asked_for(offer: Offer, start: datetime) -> bool:
    return any(offer.window(choice)[0] == start for choice in range(1, len(offer.windows) + 1))


def _go_on_asking(request: HelpRequest, kept: Sequence[Offer]) -> None:
    """The first of two has said yes: whoever is thinking about the same moment can still go along."""
    Offer.objects.filter(pk__in=[one.pk for one in kept]).update(place=_free_place(request))
    HelpRequest.objects.filter(pk=request.pk).update(searched_in_vain_at=None)
    request.searched_in_vain_at = None
    wait = timedelta(minutes=policy.NEXT_WAVE_AFTER) if kept else timedelta()
    timers.set_timer("next_wave", request.pk, clock.now() + wait)


def check_still_free(
    request: HelpRequest, volunteer: Volunteer, start: datetime, end: datetime, *, first: Visit | None = None
) -> None:
    """Look again, inside the transaction: past, booked meanwhile, no longer ready, nobody on duty. `first`: with whom this
    volunteer would go along."""
    if start < clock.now() + LEAST_NOTICE:
        raise errors.OfferGone
    travel = travel_time(volunteer, request)
    standing = Visit.objects.standing()
    theirs = standing.by(volunteer).touching(start - travel, end + travel)
    at_desks = Seat.objects.taken().by(volunteer).touching(start - travel, end + travel)
    clients = standing.filter(client=request.client_id, starts_at__lt=end, ends_at__gt=start)
    in_the_way = clients | standing.filter(request=request)
    if first is not None:
        in_the_way = in_the_way.exclude(pk=first.pk)
    found = (theirs | in_the_way).order_by().values_list("request_id", flat=True)
    if clashes := set(found.union(at_desks.values_list("session_id", flat=True))):
        raise errors.AlreadyBooked if request.pk in clashes else errors.NoLongerFree
    if volunteer.paused_at is not None or volunteer.left_at is not None:
        raise errors.OfferGone
    if readiness.missing(volunteer, request.organisation, clock.local(start).date()):
        raise errors.OfferGone
    check_request(request, on=clock.local(start).date())


def _why_gone(offer: Offer) -> Conflict:
    return errors.AlreadyTaken() if is_taken(offer) else errors.OfferGone()


def is_taken(offer: Offer) -> bool:
    """Whether somebody else said yes to the same place of the same request."""
    same = Offer.objects.filter(request=offer.request_id, place=offer.place, status=OfferStatus.ACCEPTED)
    return same.exclude(pk=offer.pk).exists()


def end_others(request: HelpRequest, *, by: Actor) -> int:
    """Withdraw what is still open of this request, and tell those who have been asked."""
    if (first := households.first_of(request)) is not None and end_others(first, by=by):
        # They were asked for both. Whoever is asked next hears how it is now.
        timers.set_timer("next_wave", first.pk, clock.now())
        worklist.rewrite(first)
    return withdraw(request, Offer.objects.filter(request=request), by=by)


def withdraw(request: HelpRequest, offers: OfferQuerySet, *, by: Actor, reason: str = "") -> int:
    """Withdraw those of these offers that are live, in a fixed number of statements. The caller holds the request."""
    if live := _live(request, offers):
        told = _withdrawals(request, live, by=by)
        move_offers(live, OfferStatus.WITHDRAWN, by=by, reason=reason)
        _take_back_texts(live)
        timers.drop_all_timers([offer.pk for offer in live], "offer_expires")
        outbox.queue_all(told)
    return len(live)


def _live(request: HelpRequest, offers: OfferQuerySet) -> list[Any]:
    """Those of these offers that are live, held, and for each whether its volunteer has another one."""
    elsewhere = Offer.objects.live().filter(volunteer=OuterRef("volunteer")).exclude(request=request)
    at_desks = Seat.objects.asked().filter(volunteer=OuterRef("volunteer"))
    several = Exists(elsewhere) | Exists(at_desks)
    related = offers.live().select_related("volunteer__recipient").annotate(asked_elsewhere=several)
    return list(related.select_for_update(of=("self",)))


def _take_back_texts(offers: Sequence[Offer]) -> None:
    if offers:
        outbox.withdraw(OutboundMessage.objects.filter(subject_id__in=[one.pk for one in offers], kind__in=ASKING))


def _withdrawals(request: HelpRequest, live: Sequence[Any], *, by: Actor) -> list[OutboundMessage]:
    """What they hear. Who has not been asked yet, or said STOP, hears nothing; nor does whoever ended it themselves, by a pause or
    by leaving: it is they who cannot, and the help is needed still."""
    asked = [one for one in live if one.status == OfferStatus.SENT and one.volunteer.recipient.stopped_at is None]
    asked = [one for one in asked if by != Actor.volunteer(one.volunteer)]
    return [_withdrawal(request, offer, with_letter=offer.asked_elsewhere) for offer in asked]


def _withdrawal(request: HelpRequest, offer: Offer, *, with_letter: bool) -> OutboundMessage:
    recipient = offer.volunteer.recipient
    language = language_of(recipient, request.organisation)
    return outbox.compose(
        recipient,
        "offer.offer_withdrawn",
        organisation=request.organisation,
        subject=offer,
        letter=offer.letter if with_letter else "",
        area=places.name(request.postcode, language)[:LONGEST_AREA],
    )


@transaction.atomic
def decline(offer: Offer, *, by: Actor) -> None:
    """A no touches its own offer only. When nobody is left to answer, the next wave need not wait."""
    request = lock_request(offer.request_id)
    move(offer, OfferStatus.DECLINED, by=by, answered_at=clock.now())
    timers.drop_timers(offer.pk)
    _look_again(request)
    worklist.rewrite(request)


@transaction.atomic
def take_back(offer: Offer, *, by: Actor) -> None:
    """This one is asked no more, and hears it; the others go on. Raises `OfferGone` where they answered meanwhile."""
    request = lock_request(offer.request_id)
    if not withdraw(request, Offer.objects.filter(pk=offer.pk, request=request), by=by):
        raise errors.OfferGone
    _look_again(request)
    worklist.rewrite(request)


def _look_again(request: HelpRequest) -> None:
    """One answer less to hope for: ask more at once, or, where waves have their hour, only when nobody is left to answer."""
    if request.organisation.asking == Asking.HAZARD or not worklist.has_live_offers(request):
        timers.set_timer("next_wave", request.pk, clock.now())


def expire(offer_id: uuid.UUID) -> None:
    """Nobody answered in time. Rung by the clock, in its transaction."""
    request = lock_request(Offer.objects.values_list("request_id", flat=True).get(pk=offer_id))
    offer = Offer.objects.get(pk=offer_id)
    if offer.status not in LIVE_OFFERS:
        return
    move(offer, OfferStatus.EXPIRED, by=CLOCK)
    outbox.withdraw(OutboundMessage.objects.about(offer).filter(kind__in=ASKING))
    _look_again(request)
    worklist.rewrite(request)


def next_wave(request_id: uuid.UUID) -> None:
    """Nobody said yes yet: ask the next ones; with nobody left to ask, the search has been in vain."""
    request = HelpRequest.objects.select_related("client__recipient", "organisation").get(pk=request_id)
    try:
        with transaction.atomic():
            send_wave(request, by=CLOCK)
    except errors.NoCandidates:
        if not worklist.has_live_offers(request):
            give_up(request)
    except Conflict:
        worklist.rewrite(request)


def give_up(request: HelpRequest) -> None:
    """This round is over: every morning it is tried again, and a person looks why there is nobody."""
    request.searched_in_vain_at = clock.now()
    HelpRequest.objects.filter(pk=request.pk).update(searched_in_vain_at=request.searched_in_vain_at)
    timers.set_timer("next_wave", request.pk, next_morning(request.searched_in_vain_at))
    worklist.rewrite(request)


def note_sent(offer: Offer) -> None:
    """The text has left: from now on the offer counts as asked, unless an answer was faster."""
    if offer.status == OfferStatus.QUEUED:
        with suppress(errors.MoveNotAllowed):
            move(offer, OfferStatus.SENT, by=CLOCK)
