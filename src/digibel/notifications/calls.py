"""Calls that a person makes: opened once for each errand, tried as often as there is time for, and never just dropped."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from django.db import models, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import reaching
from digibel.notifications.errors import AttemptNoted, CallDone
from digibel.notifications.models import CallTask, Channel, Recipient
from digibel.notifications.owners import Script, owner_of
from digibel.organisations.models import Organisation, Role

MOST_TRIES = 3
TRY_AGAIN = timedelta(hours=4)
TRY_AGAIN_URGENT = timedelta(minutes=10)
# The last try is on another day, in the morning: whoever was out twice may be out that whole day.
LAST_TRY_AT = time(10)
ASK_BEFORE = timedelta(hours=2)


def open_call(
    kind: str,
    about: models.Model,
    *,
    organisation: Organisation,
    recipient: Recipient | None,
    due_at: datetime,
    owner: str = Role.COORDINATOR,
    urgent: bool = False,
    channel: str = Channel.CALL,
) -> CallTask:
    """Put an errand on the list. Asked for again while it is open, it stays one errand, with the earlier moment."""
    fields = {
        "organisation": organisation,
        "recipient": recipient,
        "channel": channel,
        "subject_kind": about._meta.model_name,
        "created_at": clock.now(),
        "due_at": due_at,
        "owner": owner,
        "urgent": urgent,
    }
    call, made = CallTask.objects.get_or_create(kind=kind, subject_id=about.pk, done_at=None, defaults=fields)
    if not made and (due_at < call.due_at or urgent > call.urgent):
        call.due_at, call.urgent = min(due_at, call.due_at), urgent or call.urgent
        call.save(update_fields=["due_at", "urgent"])
    return call


@transaction.atomic
def note_outcome(call: CallTask, outcome: str, *, by: Actor, attempt: int | None = None) -> CallTask:
    """Write down how a call went. No answer comes back on the list, as often as there is time for; then its owner decides.

    What somebody promised to pass on stays on the list too, until they tell us that it was heard. `attempt`: which try this was,
    for whoever knows; noted twice, by two people or a finger that slipped, it is one.
    """
    owner_of(call.kind).hold(call)
    locked = CallTask.objects.select_for_update().get(pk=call.pk)
    if locked.done_at is not None:
        raise CallDone
    if outcome == CallTask.Outcome.NO_ANSWER and attempt not in {None, locked.tries + 1}:
        raise AttemptNoted
    locked.tries += outcome != CallTask.Outcome.PROMISED
    if (again := _comes_back(locked, outcome)) is not None:
        locked.due_at = again
        locked.save(update_fields=["tries", "due_at"])
        return locked
    locked.done_at, locked.outcome = clock.now(), outcome
    locked.save(update_fields=["tries", "done_at", "outcome"])
    if outcome == CallTask.Outcome.WRONG_NUMBER and locked.channel != Channel.WORKER and locked.recipient is not None:
        reaching.note_wrong_number(locked.recipient, by=by)
    owner_of(locked.kind).call_outcome(locked, outcome, by=by)
    return locked


@transaction.atomic
def acknowledge(call: CallTask, *, by: Actor) -> CallTask:
    """Somebody takes an alarm: it climbs no further."""
    CallTask.objects.filter(pk=call.pk, done_at=None, acknowledged_by="").update(acknowledged_by=str(by))
    call.refresh_from_db()
    return call


def drop_calls(about: models.Model, *kinds: str, but: Collection[str] = ()) -> int:
    """A deed takes the errands off the list that it makes needless. No kinds: all of them, `but` these."""
    calls = CallTask.objects.open().about(about).exclude(kind__in=but)
    if kinds:
        calls = calls.filter(kind__in=kinds)
    return calls.update(done_at=clock.now(), outcome=CallTask.Outcome.NOT_NEEDED)


def script_of(call: CallTask, *, language: str = "") -> Script:
    """What to say, in their language; or in `language`, for whoever reads it out."""
    return owner_of(call.kind).script(call, language=language)


def until(call: CallTask) -> datetime | None:
    """By when it has to be said."""
    return owner_of(call.kind).until(call)


def tries_that_fit(call: CallTask) -> int:
    """How many tries there are in all, with those made: three, or fewer where the moment is near."""
    tries, moment, end = call.tries + 1, max(clock.now(), call.due_at), until(call)
    while (again := next_try(tries, moment, urgent=call.urgent, end=end)) is not None:
        tries, moment = tries + 1, again
    return tries


def next_try(tries: int, moment: datetime, *, urgent: bool, end: datetime | None) -> datetime | None:
    """When to ring again after so many tries, the last of them at `moment`; None: none fits any more.

    The second is four hours later, the third on another day. Where `end` is nearer, they share the time there is.
    """
    if tries >= MOST_TRIES:
        return None
    again = moment + TRY_AGAIN_URGENT if urgent else _later(tries, moment)
    if end is not None and again >= end:
        again = moment + max((end - moment) / (MOST_TRIES - tries + 1), TRY_AGAIN_URGENT)
    return again if end is None or again < end else None


def _later(tries: int, moment: datetime) -> datetime:
    if tries < MOST_TRIES - 1:
        return clock.add_waking(moment, TRY_AGAIN)
    return clock.at(clock.add_working_days(clock.local(moment).date(), 1), LAST_TRY_AT)


def _comes_back(call: CallTask, outcome: str) -> datetime | None:
    """When it is to be looked at again; None: it is done."""
    now, end = clock.now(), until(call)
    if outcome == CallTask.Outcome.NO_ANSWER:
        return next_try(call.tries, now, urgent=call.urgent, end=end)
    if outcome != CallTask.Outcome.PROMISED:
        return None
    # Asked while there is still time to say it in another way.
    ask_at = clock.add_waking(now, TRY_AGAIN) if end is None else end - ASK_BEFORE
    return ask_at if ask_at > now or end is None else now + max((end - now) / 2, TRY_AGAIN_URGENT)
