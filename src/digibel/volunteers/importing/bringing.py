"""Writing what was rehearsed, all of it or nothing, and taking it back."""

import uuid
from collections.abc import Callable
from dataclasses import asdict

from django.db import transaction
from django.db.models import ProtectedError

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import numbers
from digibel.notifications.models import InboundMessage, OutboundMessage, Recipient
from digibel.organisations.models import Organisation
from digibel.problems import Conflict
from digibel.sealing import keys
from digibel.sheets.errors import RowsRefused, UndoneAlready
from digibel.volunteers import pool, readiness
from digibel.volunteers.importing import errors
from digibel.volunteers.importing.rehearsing import Planned, Rehearsal
from digibel.volunteers.models import PoolImport, Volunteer, VolunteerQuerySet


def bring_in(
    rehearsal: Rehearsal,
    *,
    organisation: Organisation | None,
    by: Actor,
    without_refused: bool = False,
    went_on: Callable[[], None] = lambda: None,
) -> PoolImport:
    """The whole list in one transaction; `went_on` is told after each person. Papers need the organisation they count for.

    Raises `RowsRefused`, unless these are to be left out, and `Conflict` where somebody came into the pool since the rehearsal.
    """
    if rehearsal.refused and not without_refused:
        raise RowsRefused
    prepared = [(one, keys.new_key()) for one in rehearsal.planned]
    with transaction.atomic():
        if pool.in_the_pool(numbers.index(one.number) for one, _ in prepared):
            raise Conflict
        made = PoolImport.objects.create(organisation=organisation, brought_at=clock.now(), count=len(prepared))
        for one, key_id in prepared:
            _bring(one, key_id, made, organisation, by=by)
            went_on()
        record("volunteer.imported", made, by=by, organisation_id=made.organisation_id, count=made.count)
    return made


def _bring(one: Planned, key_id: uuid.UUID, made: PoolImport, organisation: Organisation | None, *, by: Actor) -> None:
    volunteer = pool.add_volunteer(
        number=one.number,
        languages=one.facts["speaks"],
        hours=one.hours,
        facts={**one.facts, "came_with": made},
        by=by,
        key_id=key_id,
    )
    if organisation is not None:
        for paper in one.papers:
            readiness.note(volunteer, organisation, **asdict(paper), by=by)


def take_back(made: PoolImport, *, by: Actor) -> int:
    """Take everybody out again who came with it, and destroy their keys. Returns how many.

    The keys go last: whatever undoes the rest must leave these people readable. Raises `UndoneAlready`, and
    `AtWorkAlready` once somebody of them was sent a text or sent one: from then on people leave, they do not disappear.
    """
    with transaction.atomic():
        locked = PoolImport.objects.select_for_update(no_key=True).get(pk=made.pk)
        if locked.undone_at:
            raise UndoneAlready
        came = Volunteer.objects.filter(came_with=locked)
        people = list(came.values_list("pk", "recipient_id", "key_id"))
        recipients = [recipient for _, recipient, _ in people]
        if count := _at_work(recipients):
            raise errors.AtWorkAlready(count=count)
        locked.undone_at = clock.now()
        locked.save(update_fields=["undone_at"])
        _delete(came)
        Recipient.objects.filter(pk__in=recipients).delete()
        record("volunteer.import_undone", locked, by=by, organisation_id=locked.organisation_id, count=len(people))
    keys.destroy(*(key_id for _, _, key_id in people))
    return len(people)


def _delete(came: VolunteerQuerySet) -> None:
    try:
        came.delete()
    except ProtectedError:
        raise errors.AtWorkAlready(count=1) from None


def _at_work(recipients: list[uuid.UUID]) -> int:
    heard = {*OutboundMessage.objects.filter(recipient__in=recipients).values_list("recipient", flat=True)}
    return len(heard | {*InboundMessage.objects.filter(recipient__in=recipients).values_list("recipient", flat=True)})
