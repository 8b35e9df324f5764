"""Offers to volunteers: sent in waves, accepted by exactly one, and kindly ended for the others."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from digibel import clock, places
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.guardrails import judgement
from digibel.languages import day_and_time
from digibel.notifications import outbox, phrasebook
from digibel.notifications.models import MessageQuerySet, OutboundMessage
from digibel.notifications.recipients import language_of
from digibel.problems import Conflict
from digibel.requests.intake import has_own_yes
from digibel.requests.models import HelpRequest
from digibel.scheduling import errors, timers, visits, worklist
from digibel.scheduling.matching.ranking import Candidate, rank, travel_time
from digibel.scheduling.models import LIVE_OFFERS, Offer, OfferStatus, Visit
from digibel.scheduling.moves import move
from digibel.scheduling.next_actions import next_morning
from digibel.volunteers import readiness
from digibel.volunteers.models import Volunteer

WAVE_SIZE = 3
NEXT_WAVE_AFTER = timedelta(hours=1)
OPEN_FOR = timedelta(hours=4)
# The client still has to hear who comes, and the word.
LEAST_NOTICE = timedelta(hours=1)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_may_be_offered(request: HelpRequest) -> tuple[judgement.VolunteerTask, ...]:
    """Refuse whatever must not reach a volunteer; return the tasks that may (rule E1 is in their type)."""
    if not request.is_open:
        raise errors.RequestClosed
    tasks = judgement.sendable(task.slug for task in request.tasks.all())
    if not tasks:
        raise errors.NotForVolunteers
    client = request.client
    if not has_own_yes(client):
        raise errors.NoOwnYes
    if client.gone_at is not None or (client.away_until is not None and client.away_until > clock.today()):
        raise errors.ClientAway
    if Visit.objects.filter(request=request).standing().exists():
        raise errors.AlreadyBooked
    return tasks


@transaction.atomic
def send_wave(
    request: HelpRequest, *, by: Actor, volunteers: Sequence[Volunteer] | None = None, size: int = WAVE_SIZE
) -> list[Offer]:
    """Ask the next best volunteers, or these. The next wave follows by itself, until somebody says yes.

    Asking nobody in particular passes over those who have another offer open: one question at a time.
    """
    locked = HelpRequest.objects.select_for_update().get(pk=request.pk)
    tasks = check_may_be_offered(locked)
    ranking = rank(locked)
    if volunteers is None:
        # By itself the system asks nobody a second thing while a first one is open.
        chosen = [one for one in ranking.candidates if not one.has_open_offer][:size]
    else:
        chosen = [
            _chosen(volunteer, ranking.candidate(volunteer.pk), ranking.reason_against(volunteer.pk))
            for volunteer in volunteers
        ]
    if not chosen:
        raise errors.NoCandidates
    wave = 1 + max([0, *locked.offers.values_list("wave", flat=True)])
    offers = [_make_offer(locked, candidate, tasks, wave) for candidate in chosen]
    HelpRequest.objects.filter(pk=locked.pk).update(searched_in_vain_at=None)
    timers.set_timer("next_wave", locked.pk, clock.add_waking(clock.now(), NEXT_WAVE_AFTER))
    record("request.offered", locked, by=by, organisation_id=locked.organisation_id, wave=wave, offers=len(offers))
    worklist.rewrite(request)
    return offers


def _chosen(volunteer: Volunteer, candidate: Candidate | None, reason: str) -> Candidate:
    if candidate is None:
        raise errors.NotACandidate(reason=reason or "-")
    return candidate


def _make_offer(
    request: HelpRequest, candidate: Candidate, tasks: tuple[judgement.VolunteerTask, ...], wave: int
) -> Offer:
    volunteer = candidate.volunteer
    length = timedelta(minutes=request.minutes)
    frozen_now = clock.now()
    expires_at = min(clock.add_waking(frozen_now, OPEN_FOR), candidate.moments[-1] - LEAST_NOTICE)
    offer = Offer.objects.create(
        request=request,
        volunteer=volunteer,
        wave=wave,
        letter=_free_letter(volunteer),
        windows=[[start.isoformat(), (start + length).isoformat()] for start in candidate.moments],
        created_at=frozen_now,
        expires_at=expires_at,
    )
    offer.message = _text(offer, candidate, tasks)
    offer.save(update_fields=["message"])
    timers.set_timer("offer_expires", offer.pk, expires_at)
    return offer


def _free_letter(volunteer: Volunteer) -> str:
    """The first letter that no live offer has. That of a lately ended one rests, so that an old answer hits nothing."""
    recent = Offer.objects.to(volunteer).order_by("-created_at").values_list("letter", "status")[: len(LETTERS)]
    live = {letter for letter, status in recent if status in LIVE_OFFERS}
    if not live:
        return LETTERS[0]
    used = [letter for letter, _ in recent]
    free = [letter for letter in LETTERS if letter not in live]
    return min(free, key=lambda letter: (letter in used, letter))


def _text(offer: Offer, candidate: Candidate, tasks: tuple[judgement.VolunteerTask, ...]) -> OutboundMessage:
    """What a volunteer hears before saying yes: neighbourhood, distance, language, task, moments, stairs, dog and smoke."""
    request, volunteer = offer.request, offer.volunteer
    client = request.client
    language = language_of(volunteer.recipient, request.organisation)
    several = Offer.objects.to(volunteer).live().count() > 1
    letter = offer.letter if several else ""
    moments = [day_and_time(start, language) for start in candidate.moments]
    values: dict[str, Any] = {
        "letter": letter,
        "area": places.name(client.postcode, language)[:20],
        "distance": phrasebook.distance(candidate.km, language),
        "languages": phrasebook.spoken([code for code in client.speaks if code in volunteer.speaks][:1], language),
        "topic": topic(tasks, language),
        "door": phrasebook.door(language, floor=client.floor, lift=client.lift, dog=client.dog, smoke=client.smoke),
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
    """One volunteer says yes to one window. Whoever answers at the same instant, exactly one wins.

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
    request = HelpRequest.objects.select_for_update().get(pk=offer.request_id)
    locked = Offer.objects.select_for_update(of=("self",)).select_related("volunteer__recipient").get(pk=offer.pk)
    volunteer = (
        Volunteer.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=locked.volunteer_id)
    )
    if locked.status not in LIVE_OFFERS:
        raise _why_gone(locked)
    if not request.is_open:
        raise errors.OfferGone
    start, end = locked.window(choice)
    check_still_free(request, volunteer, start, end)
    move(locked, OfferStatus.ACCEPTED, by=by, answered_at=clock.now())
    offer.status = locked.status
    timers.drop_timers(locked.pk)
    timers.drop_timers(request.pk, "next_wave")
    end_others(request, by=by)
    return visits.book(request, volunteer, start, end, offer=locked, by=by)


def check_still_free(request: HelpRequest, volunteer: Volunteer, start: datetime, end: datetime) -> None:
    """Look again, inside the transaction: past, booked meanwhile, no longer ready, nobody on duty."""
    if start < clock.now() + LEAST_NOTICE:
        raise errors.OfferGone
    travel = travel_time(volunteer, request)
    if Visit.objects.standing().by(volunteer).touching(start - travel, end + travel).exists():
        raise errors.NoLongerFree
    if Visit.objects.standing().filter(client=request.client_id, starts_at__lt=end, ends_at__gt=start).exists():
        raise errors.NoLongerFree
    if volunteer.paused_at is not None or readiness.missing(volunteer, request.organisation, clock.local(start).date()):
        raise errors.OfferGone
    check_may_be_offered(request)


def _why_gone(offer: Offer) -> Conflict:
    taken = Offer.objects.filter(request=offer.request_id, status=OfferStatus.ACCEPTED).exclude(pk=offer.pk).exists()
    return errors.AlreadyTaken() if taken else errors.OfferGone()


def end_others(request: HelpRequest, *, by: Actor) -> int:
    """Withdraw what is still open of this request, and tell those who have been asked."""
    others = (
        Offer.objects.filter(request=request).live().select_related("volunteer__recipient", "request__organisation")
    )
    for offer in others:
        was_sent = offer.status == OfferStatus.SENT
        move(offer, OfferStatus.WITHDRAWN, by=by)
        timers.drop_timers(offer.pk)
        outbox.withdraw(_texts(offer))
        if was_sent:
            _say_withdrawn(offer)
    return len(others)


def _say_withdrawn(offer: Offer) -> None:
    organisation = offer.request.organisation
    recipient = offer.volunteer.recipient
    outbox.queue_message(
        recipient,
        "offer.offer_withdrawn",
        organisation=organisation,
        subject=offer,
        letter=offer.letter if Offer.objects.to(offer.volunteer).live().exists() else "",
        area=places.name(offer.request.client.postcode, language_of(recipient, organisation))[:20],
    )


@transaction.atomic
def decline(offer: Offer, *, by: Actor) -> None:
    """A no touches its own offer only. When nobody is left to answer, the next wave need not wait."""
    request = HelpRequest.objects.select_for_update().get(pk=offer.request_id)
    move(offer, OfferStatus.DECLINED, by=by, answered_at=clock.now())
    timers.drop_timers(offer.pk)
    if not worklist.has_live_offers(request):
        timers.set_timer("next_wave", request.pk, clock.now())
    worklist.rewrite(request)


def expire(offer_id: uuid.UUID) -> None:
    """Nobody answered in time. Rung by the clock, in its transaction."""
    offer = Offer.objects.select_related("request").get(pk=offer_id)
    if offer.status not in LIVE_OFFERS:
        return
    move(offer, OfferStatus.EXPIRED, by=CLOCK)
    outbox.withdraw(_texts(offer))
    if not worklist.has_live_offers(offer.request):
        timers.set_timer("next_wave", offer.request_id, clock.now())
    worklist.rewrite(offer.request)


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
    """The text has left: from now on the offer counts as asked."""
    if offer.status == OfferStatus.QUEUED:
        move(offer, OfferStatus.SENT, by=CLOCK)


def _texts(offer: Offer) -> MessageQuerySet:
    return OutboundMessage.objects.about(offer).filter(kind__in=["offer.offer_one", "offer.offer_many"])
