"""IN and UIT, and what a volunteer says on the way: later, longer. Who is inside and says nothing more is missed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import CallTask
from digibel.scheduling import alarms, beats, bells, elsewhere, errors, households, policies, timers, worklist
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Visit, VisitStatus
from digibel.scheduling.moves import move, write

EXTENSION = timedelta(minutes=30)
EARLY_IN = timedelta(hours=2)
# "Ring me" is no such errand: whoever asked for a call wants it after the visit too.
ENDED_BY_CHECK_OUT = (
    "visit.announce",
    "visit.confirm",
    "visit.alarm",
    "visit.late",
    "visit.nobody_home",
    "visit.undelivered",
)


@transaction.atomic
def note_late(visit: Visit, minutes: int | None, *, by: Actor) -> None:
    """The volunteer comes later. Nobody rings an alarm for that long, and somebody tells the client. One that rings already, as
    nobody knew where they are, has its answer."""
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.BOOKED:
        raise errors.MoveNotAllowed(was=locked.status)
    wait = timedelta(minutes=minutes or 15)
    timers.set_timer("check_in_late", locked.pk, max(clock.now(), locked.starts_at) + wait + bells.CHECK_IN_WITHIN)
    if not CallTask.objects.open().about(locked).filter(kind="visit.nobody_home").exists():
        drop_calls(locked, "visit.alarm")
    open_call(
        "visit.late",
        locked,
        organisation=locked.request.organisation,
        recipient=locked.client.recipient,
        due_at=clock.now(),
        urgent=True,
    )
    record("visit.late", locked, by=by, organisation_id=locked.request.organisation_id, minutes=minutes or 0)
    worklist.rewrite(locked.request)


@transaction.atomic
def check_in(visit: Visit, *, by: Actor) -> Visit:
    """IN: the volunteer is inside. Said twice it changes nothing."""
    locked = lock_visit(visit.pk)
    if locked.status == VisitStatus.UNDER_WAY:
        return locked
    if clock.now() < locked.starts_at - EARLY_IN:
        raise errors.TooEarly
    move(locked, VisitStatus.UNDER_WAY, by=by, checked_in_at=clock.now(), changed_at=clock.now())
    timers.drop_timers(locked.pk, "check_in_late", "confirm_by", "unconfirmed")
    drop_calls(locked, "visit.announce", "visit.confirm", "visit.alarm", "visit.nobody_home")
    if clock.now() >= locked.ends_at:
        # Its own bells have rung already, for nobody who was inside: from here on, as long as it was to take (rule E6).
        bells.ring_without_out(locked, clock.now() + (locked.ends_at - locked.starts_at))
    record("visit.begun", locked, by=by, organisation_id=locked.request.organisation_id)
    worklist.rewrite(locked.request)
    return locked


@transaction.atomic
def check_out(visit: Visit, *, by: Actor) -> Visit:
    """UIT: the volunteer has left. The word is spent, the bell is quiet, and a week later somebody asks."""
    locked = lock_visit(visit.pk)
    if locked.status == VisitStatus.DONE:
        return locked
    now = clock.now()
    if locked.status == VisitStatus.BOOKED:
        _check_may_have_begun(locked)
        move(locked, VisitStatus.UNDER_WAY, by=by, checked_in_at=now, reason="no_check_in")
    move(
        locked,
        VisitStatus.DONE,
        by=by,
        checked_out_at=now,
        word="",
        spent_word=locked.word,
        changed_at=now,
    )
    timers.drop_timers(locked.pk)
    drop_calls(locked, *ENDED_BY_CHECK_OUT)
    alarms.withdraw_texts(locked)
    if locked.goes_with_id is None:
        beats.ask_afterwards(locked)
        timers.set_timer("report_missing", locked.pk, now + timedelta(hours=24))
    timers.set_timer("card_closes", locked.pk, now + policies.CLOSES_AFTER)
    record("visit.ended", locked, by=by, organisation_id=locked.request.organisation_id)
    worklist.rewrite(locked.request)
    return locked


def _check_may_have_begun(visit: Visit) -> None:
    """Somebody who forgot IN may still say what comes after it; before the hour it is a slip of the thumb."""
    if clock.now() < visit.starts_at:
        raise errors.TooEarly


@transaction.atomic
def extend(visit: Visit, *, by: Actor) -> datetime:
    """Coffee takes longer: half an hour more without an alarm. Returns the new end of quiet."""
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.UNDER_WAY:
        _check_may_have_begun(locked)
        move(locked, VisitStatus.UNDER_WAY, by=by, checked_in_at=clock.now())
    until = max(locked.ends_at, clock.now()) + EXTENSION
    # On paper it ends where the next visit begins; the quiet lasts as long as was asked for.
    on_paper = max(locked.ends_at, min([until, *_next_begins(locked)]))
    write(locked, ends_at=on_paper, busy_until=max(locked.busy_until, on_paper), sequence=locked.sequence + 1)
    bells.ring_without_out(locked, until)
    if (beside := households.visit_beside(locked)) is not None:
        # At the same table: nobody is missing there as long as this takes.
        timers.set_timer("check_in_late", beside.pk, max(until, beside.starts_at) + bells.CHECK_IN_WITHIN)
    drop_calls(locked, "visit.alarm")
    record("visit.extended", locked, by=by, organisation_id=locked.request.organisation_id)
    worklist.rewrite(locked.request)
    return until


def _next_begins(visit: Visit) -> Iterator[datetime]:
    """When the volunteer has to leave for where they are next, and when the client's next one begins."""
    others = Visit.objects.standing().exclude(pk=visit.pk)
    theirs = elsewhere.stretches(visit.volunteer, but=visit)
    yield from (leaves for leaves, _ in theirs if leaves >= visit.busy_until)
    yield from others.filter(client=visit.client_id, starts_at__gte=visit.ends_at).values_list("starts_at", flat=True)
