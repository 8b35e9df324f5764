"""Who else is at it, so that nobody is rung twice at once and nobody does what a colleague is doing.

At a call: whoever saw its number lately, as the audit says. At a request or its visit: whoever has the page open, as it says
itself each half minute.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event, kind_of
from digibel.desk import actors
from digibel.notifications.models import CallTask
from digibel.organisations.models import Looking, Organisation, Staff

LATELY = timedelta(minutes=15)
# A page tells that it is open each half minute (`parts/beside.html`); one that was closed is not there any more.
OPEN = timedelta(seconds=75)


def beside(call: CallTask, *, by: Actor) -> list[str]:
    """The colleagues who look at this call now, by name."""
    return _names(call.organisation, [call.pk], by).get(call.pk, [])


def among(calls: Iterable[CallTask], organisation: Organisation, *, by: Actor) -> dict[uuid.UUID, str]:
    """For each of these calls that colleagues look at: who. Two queries."""
    found = _names(organisation, [call.pk for call in calls], by)
    return {pk: ", ".join(names) for pk, names in found.items()}


def look(subject_id: uuid.UUID, *, by: Staff) -> list[str]:
    """This page is open at theirs; the colleagues of the same organisation at whom it is open too, by name."""
    now = clock.now()
    Looking.objects.update_or_create(staff=by, subject_id=subject_id, defaults={"at": now})
    Looking.objects.filter(at__lt=now - LATELY).delete()
    others = Looking.objects.filter(subject_id=subject_id, at__gt=now - OPEN, staff__organisation=by.organisation_id)
    return sorted(one.staff.name for one in others.exclude(staff=by).select_related("staff"))


def _names(organisation: Organisation, ids: list[uuid.UUID], by: Actor) -> dict[uuid.UUID, list[str]]:
    seen = Event.objects.filter(
        verb="number.shown",
        subject_kind=kind_of(CallTask),
        subject_id__in=[str(pk) for pk in ids],
        at__gt=clock.now() - LATELY,
    )
    pairs = sorted(set(seen.exclude(actor=str(by)).values_list("subject_id", "actor")))
    called = actors.names([actor for _, actor in pairs], organisation)
    found: dict[uuid.UUID, list[str]] = {}
    for subject_id, actor in pairs:
        found.setdefault(uuid.UUID(subject_id), []).append(called[actor])
    return found
