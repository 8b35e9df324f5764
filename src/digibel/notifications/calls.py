"""Calls that a person makes: opened once for each errand, tried as often as there is time for, and never just dropped."""

from datetime import datetime, timedelta

from django.db import models, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications.errors import CallDone
from digibel.notifications.models import CallTask, Channel, Recipient
from digibel.notifications.owners import Script, owner_of
from digibel.organisations.models import Organisation, Role

MOST_TRIES = 3
TRY_AGAIN = timedelta(hours=4)
TRY_AGAIN_URGENT = timedelta(minutes=10)


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
def note_outcome(call: CallTask, outcome: str, *, by: Actor) -> CallTask:
    """Write down how a call went. No answer comes back on the list; after the last try its owner decides."""
    owner_of(call.kind).hold(call)
    locked = CallTask.objects.select_for_update().get(pk=call.pk)
    if locked.done_at is not None:
        raise CallDone
    locked.tries += 1
    if outcome == CallTask.Outcome.NO_ANSWER and locked.tries < MOST_TRIES:
        locked.due_at = _next_try(locked)
        locked.save(update_fields=["tries", "due_at"])
        return locked
    locked.done_at, locked.outcome = clock.now(), outcome
    locked.save(update_fields=["tries", "done_at", "outcome"])
    owner_of(locked.kind).call_outcome(locked, outcome, by=by)
    return locked


@transaction.atomic
def acknowledge(call: CallTask, *, by: Actor) -> CallTask:
    """Somebody takes an alarm: it climbs no further."""
    CallTask.objects.filter(pk=call.pk, done_at=None, acknowledged_by="").update(acknowledged_by=str(by))
    call.refresh_from_db()
    return call


def drop_calls(about: models.Model, *kinds: str) -> int:
    """A deed takes the errands off the list that it makes needless. No kinds: all of them."""
    calls = CallTask.objects.open().about(about)
    if kinds:
        calls = calls.filter(kind__in=kinds)
    return calls.update(done_at=clock.now(), outcome=CallTask.Outcome.NOT_NEEDED)


def script_of(call: CallTask) -> Script:
    return owner_of(call.kind).script(call)


def _next_try(call: CallTask) -> datetime:
    wait = TRY_AGAIN_URGENT if call.urgent else TRY_AGAIN
    return clock.now() + wait if call.urgent else clock.add_waking(clock.now(), wait)
