"""Whose a request is, of those who work here: somebody follows it through. What its next step is, and which role that needs, stays.

Nobody's means whoever has that role. Somebody who has left follows nothing through any more: theirs is nobody's again.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import Organisation, Staff
from digibel.organisations.permissions import DEEDS
from digibel.requests.models import HelpRequest
from digibel.scheduling.errors import NotAColleague
from digibel.scheduling.locks import lock_request


@dataclass(frozen=True)
class Given:
    """What came of one request: whose it was before, and whose it is."""

    request_id: uuid.UUID
    before: uuid.UUID | None
    now: uuid.UUID | None


@transaction.atomic
def assign(requests: Iterable[uuid.UUID], to: Staff | None, *, organisation: Organisation, by: Actor) -> list[Given]:
    """Give the open ones among these to a colleague, or to nobody. Returns those that changed hands. Raises `NotAColleague`."""
    colleagues = Staff.objects.filter(organisation=organisation, is_active=True, role__in=DEEDS["look"])
    if to is not None and not colleagues.filter(pk=to.pk).exists():
        raise NotAColleague
    ours = HelpRequest.objects.of(organisation).open().filter(pk__in=list(requests))
    found = (_give(pk, to, by=by) for pk in ours.order_by("pk").values_list("pk", flat=True))
    return [given for given in found if given is not None]


def _give(request_id: uuid.UUID, to: Staff | None, *, by: Actor) -> Given | None:
    locked = lock_request(request_id)
    given = Given(locked.pk, locked.assigned_to_id, to.pk if to is not None else None)
    if not locked.is_open or given.before == given.now:
        return None
    _write(locked, given.now, by=by)
    return given


@transaction.atomic
def take_back(given: Iterable[Given], *, organisation: Organisation, by: Actor) -> int:
    """As it was before, where nobody has given it on since. Returns how many."""
    changed = {one.request_id: one for one in given}
    ours = HelpRequest.objects.of(organisation).open().filter(pk__in=list(changed)).order_by("pk")
    return sum(_back(changed[pk], by=by) for pk in ours.values_list("pk", flat=True))


def _back(given: Given, *, by: Actor) -> bool:
    locked = lock_request(given.request_id)
    still_theirs = locked.is_open and locked.assigned_to_id == given.now
    if still_theirs:
        _write(locked, given.before, by=by)
    return still_theirs


def _write(request: HelpRequest, to: uuid.UUID | None, *, by: Actor) -> None:
    HelpRequest.objects.filter(pk=request.pk).update(assigned_to=to)
    record("request.assigned", request, by=by, organisation_id=request.organisation_id, to=to or "nobody")
