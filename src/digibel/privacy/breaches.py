"""When something goes wrong with personal data: written down at once, the 72 hours on the list (GDPR art. 33 and 34)."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications.calls import drop_calls, open_call
from digibel.organisations.models import Organisation
from digibel.privacy.models import Breach, BreachKind

CALL = "privacy.breach"
AUTHORITY_WITHIN = timedelta(hours=72)
STEPS = {"authority_told": "authority_told_at", "people_told": "people_told_at", "closed": "closed_at"}


@transaction.atomic
def note_breach(
    organisation: Organisation,
    kind: BreachKind,
    *,
    by: Actor,
    people: int = 0,
    risk: str = "some",
    known_at: datetime | None = None,
) -> Breach:
    """Also what turns out to be nothing stays in the register. An urgent call reminds a coordinator to decide."""
    breach = Breach.objects.create(
        organisation=organisation,
        kind=kind,
        known_at=known_at or clock.now(),
        people=people,
        risk=risk,
        recorded_by=str(by),
    )
    open_call(CALL, breach, organisation=organisation, recipient=None, due_at=clock.now(), urgent=True)
    record("breach.noted", breach, by=by, organisation_id=organisation.pk, kind=kind, risk=risk)
    return breach


@transaction.atomic
def note_step(breach: Breach, step: str, *, by: Actor) -> Breach:
    """`step` is authority_told, people_told or closed; each is written once, with its moment."""
    locked = Breach.objects.select_for_update().get(pk=breach.pk)
    column = STEPS[step]
    if getattr(locked, column) is None:
        setattr(locked, column, clock.now())
        locked.save(update_fields=[column])
        record(f"breach.{step}", locked, by=by, organisation_id=locked.organisation_id)
    if step == "closed":
        drop_calls(locked, CALL)
    return locked


def authority_until(breach: Breach) -> datetime:
    return breach.known_at + AUTHORITY_WITHIN


def remind(breach_id: uuid.UUID) -> None:
    """As long as it is open, somebody is reminded of it."""
    breach = Breach.objects.filter(pk=breach_id, closed_at=None).first()
    if breach is not None:
        open_call(CALL, breach, organisation=breach.organisation, recipient=None, due_at=clock.now(), urgent=True)
