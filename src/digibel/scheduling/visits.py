"""Visits: booked with everything that follows, announced, begun, ended, or cancelled so that nobody opens the door in vain."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from digibel import clock, linkkeys
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import CallTask, Channel, OutboundMessage
from digibel.organisations import duty
from digibel.requests.models import HelpRequest, TwoGo
from digibel.scheduling import (
    alarms,
    announcing,
    beats,
    bells,
    cards,
    households,
    invitations,
    pairs,
    policies,
    timers,
    ways,
    worklist,
)
from digibel.scheduling.kits import lending
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.matching.ranking import travel_time
from digibel.scheduling.models import Offer, OfferStatus, Visit, VisitStatus
from digibel.scheduling.moves import move, write
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer

DECIDED_BEFORE = timedelta(hours=2)
TOLD_BY_CLIENT = frozenset(
    {"client_gone", "client_cannot", "client_away", "yes_withdrawn", "client_kept", "client_forgotten"}
)
# What keeps one of two at home; the other reasons are the client's or ours, and keep both.
OF_ONE = frozenset({"volunteer_cannot", "not_ready", "not_again"})
# Of two who are visited in one go: what calls off both, and after what somebody else is looked for who visits both.
OF_HOME = frozenset({"volunteer_cannot", "organisation"})
SEARCHED_TOGETHER = OF_HOME | OF_ONE
ENDED_BY_SEARCH = ("visit.announce", "visit.confirm", "visit.new_word", "visit.undelivered")


def book(
    request: HelpRequest,
    volunteer: Volunteer,
    start: datetime,
    end: datetime,
    *,
    offer: Offer | None,
    by: Actor,
    beside: Sequence[OutboundMessage] = (),
    word: str = "",
    before: bool = False,
    after: bool = False,
) -> Visit:
    """Write the visit and all that follows from it, within the caller's transaction and locks.

    `beside` are texts to queue with its own. Where two are to go this is the first: the client hears of both, or of nobody.
    Of two people of one home it is right `before` or right `after` the visit to the other: no way lies between.
    """
    duty.check_covered(request.organisation, start, end)
    theirs = announcing.visits_of_both(request.client, volunteer)
    word = word or announcing.choose_word(request, volunteer, theirs=theirs)
    visit = _new_visit(request, volunteer, start, end, word=word, offer=offer)
    visit.busy_from = start if after else visit.busy_from
    visit.busy_until = end if before else visit.busy_until
    if request.two_go:
        visit.needs_second, visit.held_back_at = True, visit.booked_at
    replaces = announcing.is_replacement(visit, theirs) and not visit.needs_second
    _save(visit, by=by)
    told = announcing.texts_to_volunteer(visit, answers=by == Actor.volunteer(volunteer))
    texts = [*told, *announcing.announcement_texts(visit, replaces=replaces)]
    outbox.queue_all([*beside, *texts])
    announcing.note_texted(visit)
    invitations.tell(visit)
    bells.start(visit)
    if replaces:
        wait_for_yes(visit)
    worklist.rewrite(request)
    return visit


def book_both(
    first: HelpRequest,
    second: HelpRequest,
    volunteer: Volunteer,
    start: datetime,
    *,
    offer: Offer,
    by: Actor,
    beside: Sequence[OutboundMessage] = (),
) -> Visit:
    """Two people of one home, one right after the other; each has a visit of their own. Returns that of the first."""
    between = start + timedelta(minutes=first.minutes)
    end = between + timedelta(minutes=second.minutes)
    word = announcing.word_for_both(first, second, volunteer)
    visit = book(first, volunteer, start, between, offer=offer, by=by, beside=beside, word=word, before=True)
    book(second, volunteer, between, end, offer=None, by=by, word=word, after=True)
    return visit


def _new_visit(
    request: HelpRequest, volunteer: Volunteer, start: datetime, end: datetime, *, word: str, offer: Offer | None
) -> Visit:
    travel, frozen_now = travel_time(volunteer, request), clock.now()
    visit = Visit(
        request=request,
        client=request.client,
        volunteer=volunteer,
        offer=offer,
        key_id=keys.new_key(),
        starts_at=start,
        ends_at=end,
        busy_from=start - travel,
        busy_until=end + travel,
        booked_at=frozen_now,
        changed_at=frozen_now,
        word=word,
    )
    visit.card_digest = linkkeys.digest(cards.token(visit))
    return visit


def _save(visit: Visit, *, by: Actor) -> None:
    visit.save(force_insert=True)
    record("visit.booked", visit, by=by, organisation_id=visit.request.organisation_id, request=visit.request_id)


def join(
    first: Visit, volunteer: Volunteer, *, offer: Offer, by: Actor, beside: Sequence[OutboundMessage] = ()
) -> Visit:
    """The second of two: now the visit stands, and everybody hears so. Within the caller's transaction and locks.

    Both say one word, which nobody heard before. A client who had heard of somebody else says yes before anybody goes.
    """
    request, heard = first.request, first.client_expects is not None
    theirs = [*announcing.visits_of_both(request.client, first.volunteer), *Visit.objects.standing().by(volunteer)]
    word = announcing.choose_word(request, first.volunteer, theirs=theirs)
    write(
        first,
        needs_second=False,
        held_back_at=None,
        booked_at=clock.now(),
        word=word,
        sequence=first.sequence + 1,
    )
    second = _new_visit(request, volunteer, first.starts_at, first.ends_at, word=word, offer=offer)
    second.goes_with = first
    _save(second, by=by)
    replaces = heard or announcing.is_replacement(first, theirs)
    _tell_that_it_stands(first, second, replaces=replaces, beside=beside, by=by)
    return second


def go_alone(first: Visit) -> None:
    """One is enough after all: it stands as any visit does. Within the caller's transaction and locks."""
    heard = first.client_expects is not None
    write(first, needs_second=False, held_back_at=None, booked_at=clock.now(), sequence=first.sequence + 1)
    _tell_that_it_stands(first, replaces=heard)


def _tell_that_it_stands(
    first: Visit, *others: Visit, replaces: bool, beside: Sequence[OutboundMessage] = (), by: Actor | None = None
) -> None:
    texts = [
        text
        for visit in (first, *others)
        for text in announcing.texts_to_volunteer(visit, answers=by == Actor.volunteer(visit.volunteer))
    ]
    outbox.queue_all([*beside, *texts, *announcing.announcement_texts(first, replaces=replaces)])
    bells.restart(first)
    for visit in others:
        bells.start(visit)
    for visit in (first, *others):
        announcing.note_texted(visit)
        invitations.tell(visit)
    if replaces:
        wait_for_yes(first)
    worklist.rewrite(first.request)


@transaction.atomic
def seek_second(visit: Visit, *, instead_of: Visit | None = None, expected: datetime | None = None) -> None:
    """Nobody goes alone: this one stays at home until somebody goes along, or until it is too late for that.

    `instead_of`: who was to go along and cannot; `expected`: when the client expects the two, who hears it once.
    """
    frozen_now = clock.now()
    theirs = announcing.visits_of_both(visit.client, visit.volunteer)
    write(
        visit,
        goes_with=None,
        needs_second=True,
        held_back_at=frozen_now,
        booked_at=frozen_now,
        confirmed_at=None,
        client_expects=expected or visit.client_expects,
        word=announcing.choose_word(visit.request, visit.volunteer, theirs=theirs),
        sequence=visit.sequence + 1,
    )
    alarms.withdraw_texts(visit)
    drop_calls(visit, *ENDED_BY_SEARCH)
    bells.restart(visit)
    announcing.tell_second_is_sought(visit, instead_of=instead_of, expected=expected)
    invitations.tell(visit)
    if visit.request.two_go == TwoGo.SAFETY:
        timers.set_timer("next_wave", visit.request_id, frozen_now)


def may_seek_second(visit: Visit) -> bool:
    """Whether there is time: the client has to hear the new names, and say yes to them."""
    return visit.starts_at - clock.now() > clock.NEAR and clock.now() < worklist.confirm_due(visit)


@transaction.atomic
def confirm(visit: Visit, *, by: Actor) -> None:
    """The client knows who comes and says it suits. A volunteer who was held back may go."""
    locked = pairs.first_of(lock_visit(visit.pk))
    if locked.confirmed_at is not None or locked.status != VisitStatus.BOOKED or locked.needs_second:
        return
    held_back = locked.held_back_at is not None
    write(locked, confirmed_at=clock.now(), held_back_at=None, sequence=locked.sequence + held_back)
    timers.drop_timers(locked.pk, "confirm_by", "unconfirmed")
    drop_calls(locked, "visit.announce", "visit.confirm")
    announcing.say_no_longer_that_nobody_comes(locked)
    record("visit.confirmed", locked, by=by, organisation_id=locked.request.organisation_id)
    if held_back:
        _let_go(locked)
    worklist.rewrite(locked.request)
    visit.refresh_from_db()


@transaction.atomic
def take_back_yes(visit: Visit, *, by: Actor) -> None:
    """The client said yes, and now wants another moment: nobody goes there before they have said yes again."""
    locked = pairs.first_of(lock_visit(visit.pk))
    if locked.confirmed_at is None or locked.status != VisitStatus.BOOKED:
        return
    write(locked, confirmed_at=None)
    record("visit.yes_taken_back", locked, by=by, organisation_id=locked.request.organisation_id)
    if (due := worklist.confirm_due(locked)) > clock.now():
        timers.set_timer("confirm_by", locked.pk, due)
    else:
        wait_for_yes(locked)
    worklist.rewrite(locked.request)
    visit.refresh_from_db()


def _let_go(first: Visit) -> None:
    for visit in pairs.both(first):
        if visit.held_back_at is not None:
            write(visit, held_back_at=None, sequence=visit.sequence + 1)
        moment = announcing.volunteers_moment(visit)
        announcing.text_volunteer(visit, "goes_ahead", client=visit.client.first_name, moment=moment)
        invitations.tell(visit)


def hold_back(visit_id: uuid.UUID) -> None:
    """Unconfirmed when it had to be known: the volunteer stays at home for now, and a person calls on. Without the second of
    two it is off. Rung by the clock.
    """
    visit = lock_visit(visit_id)
    if visit.status != VisitStatus.BOOKED or visit.confirmed_at is not None:
        return
    if visit.needs_second:
        cancel(visit, by=CLOCK, reason="no_second")
        return
    wait_for_yes(visit)


def wait_for_yes(visit: Visit) -> None:
    """Whoever goes there goes only once the client has heard who comes, and said yes. Somebody rings now."""
    for one in pairs.both(visit):
        if one.held_back_at is None:
            write(one, held_back_at=clock.now(), sequence=one.sequence + 1)
            announcing.text_volunteer(one, "stay_home", moment=announcing.volunteers_moment(one))
            invitations.tell(one)
    drop_calls(visit, "visit.announce")
    call = _ask_for_yes(visit)
    if clock.local(visit.starts_at).date() == clock.today():
        alarms.ring_for(call, visit, "alarm_unconfirmed")
    else:
        timers.set_timer("unconfirmed", visit.pk, visit.starts_at - DECIDED_BEFORE)
    worklist.rewrite(visit.request)


def _ask_for_yes(visit: Visit) -> CallTask:
    """Confirming is saying the word, and a reception never hears it."""
    return open_call(
        "visit.confirm",
        visit,
        organisation=visit.request.organisation,
        recipient=visit.client.recipient,
        due_at=clock.now(),
        urgent=True,
        channel=Channel.CALL if visit.client.reception else announcing.voice_of(visit.client),
    )


def still_unconfirmed(visit_id: uuid.UUID) -> None:
    """Two hours before it begins, with the volunteer at home: who is on duty decides whether anybody goes. Rung by the clock."""
    visit = lock_visit(visit_id)
    call = CallTask.objects.open().about(visit).filter(kind="visit.confirm").first()
    if visit.status != VisitStatus.BOOKED or visit.held_back_at is None:
        return
    alarms.ring_for(call or _ask_for_yes(visit), visit, "alarm_unconfirmed")


@transaction.atomic
def cancel(visit: Visit, *, by: Actor, reason: str) -> None:
    """Nobody goes. Both sides hear it, the client urgently when it is near, and the search begins again.

    Of two who go, one who cannot is replaced where there is time; nobody goes alone. Of two who are visited in one go, the other
    is not visited either where it is not the client who cannot. `reason` is a code: volunteer_cannot, client_cannot,
    client_away, client_gone, not_ready, not_again, organisation, no_second.
    """
    locked = lock_visit(visit.pk)
    beside = households.visit_beside(locked)
    other = pairs.other_of(locked)
    is_first = locked.goes_with_id is None
    first = locked if is_first or other is None else other
    expected = announcing.expected_at(first)
    goes_on = other is not None and (
        other.status != VisitStatus.BOOKED or (reason in OF_ONE and may_seek_second(first))
    )
    for one in [locked] if other is None or goes_on else [locked, other]:
        cannot = one is locked and reason == "volunteer_cannot"
        _cancel_one(one, by=by, reason=reason, knows=one is locked and by.kind == "volunteer", cannot=cannot)
    if goes_on:
        assert other is not None
        _go_on_with(other, instead_of=locked, expected=expected)
    elif expected is not None and first.goes_with_id is None and reason not in TOLD_BY_CLIENT:
        announcing.tell_client_nobody_comes(first, expected)
    if beside is not None and reason in OF_HOME:
        cancel(beside, by=by, reason=reason)
    elif reason not in SEARCHED_TOGETHER:
        go_apart(locked)
    worklist.rewrite(locked.request)
    visit.status = locked.status


def go_apart(visit: Visit) -> None:
    """The other of one home is visited alone from now on, with the whole way there and back where this one no longer stands in
    between. The caller holds the request."""
    beside = households.visit_beside(visit)
    for other in households.leave(visit.request):
        worklist.rewrite(other)
    if beside is not None:
        ways.measure_again(beside)


def cancel_all(request: HelpRequest, *, by: Actor, reason: str) -> None:
    """Every booked visit of this request. Of two who go together, the one ends with the other."""
    booked = Visit.objects.filter(request=request, status=VisitStatus.BOOKED).order_by("-needs_second", "pk")
    while (visit := booked.first()) is not None:
        cancel(visit, by=by, reason=reason)


def _cancel_one(visit: Visit, *, by: Actor, reason: str, knows: bool, cannot: bool) -> None:
    _end(visit, VisitStatus.CANCELLED, by=by, reason=reason, cannot=cannot)
    if not knows and reason != "client_gone":
        announcing.text_volunteer(visit, "visit_cancelled", moment=announcing.volunteers_moment(visit))


def _go_on_with(other: Visit, *, instead_of: Visit, expected: datetime | None) -> None:
    """One of two is no longer there. Who has not left yet waits for another; who is inside is the first from now on."""
    if other.status == VisitStatus.BOOKED:
        seek_second(other, instead_of=instead_of, expected=expected)
    else:
        lead(other)


def lead(visit: Visit) -> None:
    """The second is the first from now on: what is asked of the client afterwards is asked about this visit."""
    if visit.goes_with_id is None:
        return
    # And the latest of this request: the visit of whoever never came is not what counts.
    write(visit, goes_with=None, booked_at=clock.now())
    if visit.status == VisitStatus.DONE:
        beats.ask_afterwards(visit)


@transaction.atomic
def miss(visit: Visit, *, by: Actor, reason: str) -> None:
    """It was to happen and did not: nobody opened, or nobody came. A person decides so.

    Of two it did not happen for either, unless the other was there.
    """
    locked = lock_visit(visit.pk)
    was_there = pairs.came_without(locked)
    for one in [locked] if was_there else pairs.both(locked):
        _end(one, VisitStatus.MISSED, by=by, reason=reason)
    if was_there is not None:
        lead(was_there)
    go_apart(locked)
    worklist.rewrite(locked.request)
    visit.status = locked.status


def _end(visit: Visit, status: str, *, by: Actor, reason: str, cannot: bool = False) -> None:
    """What cancelled and missed have in common: the place is free again, and nothing about it is said or asked any more.

    Whoever `cannot` come after all has said no: the search that begins again does not ask them for the same moments.
    """
    now = clock.now()
    spent = {"word": "", "spent_word": visit.word, "card_digest": ""}
    move(visit, status, by=by, reason=reason, sequence=visit.sequence + 1, changed_at=now, **spent)
    if visit.offer is not None and visit.offer.status == OfferStatus.ACCEPTED:
        move(visit.offer, OfferStatus.DECLINED if cannot else OfferStatus.WITHDRAWN, by=by, reason=reason)
    timers.drop_timers(visit.pk)
    timers.set_timer("card_closes", visit.pk, now + policies.CLOSES_AFTER)
    # Whoever asks to be rung is rung, visit or no visit: perhaps that is why they do not go.
    drop_calls(visit, but=alarms.ONLY_BY_A_TALK)
    lending.let_go(visit, by=by)
    alarms.withdraw_texts(visit)
    invitations.tell(visit)
    HelpRequest.objects.filter(pk=visit.request_id).update(searched_in_vain_at=None)
    visit.request.searched_in_vain_at = None
    if visit.goes_with_id is None:
        beats.fell_out(visit, reason=reason)
    record(f"visit.{status}", visit, by=by, organisation_id=visit.request.organisation_id, reason=reason)
