"""Somebody stops working here, in one press: out at once, and nothing that was theirs waits for a person who is gone.

Requests and errands belong to a role, not to a person, so nothing moves there. What one person holds by name does: alarms they
took, hours on duty, days they stand in. (A text that they promised to send by hand is anybody's again after its quarter of an
hour.) Keys of programs that they made go on: to end them would stop the programs; the page of keys says that they know them.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications.models import CallTask
from digibel.organisations import accounts, opensessions
from digibel.organisations.models import Closure, DutyHours, Role, Staff
from digibel.problems import Problem
from digibel.scheduling import fraud, timers
from digibel.scheduling.models import Timer


class NotTheirColleague(Problem):
    code = "not_their_colleague"
    message = "Choose a colleague who works at the same organisation now."


@dataclass(frozen=True)
class Left:
    """What was theirs: how many of each. `duty` without `to` is nobody's any more."""

    alarms: int
    duty: int
    closures: int


@transaction.atomic
def leave(staff: Staff, *, to: Staff | None, by: Actor) -> Left:
    """Close the account. Hours on duty and days of standing in become those of `to`, or nobody's. Said again, it is nothing."""
    if to is not None:
        _check_colleague(staff, to)
    closed = accounts.close(staff, by=by)
    opensessions.end(staff)
    me = str(Actor.staff(staff))
    left = Left(_ring_again(me), _hand_on_duty(staff, to), _hand_on_closures(staff, to))
    # A feed of visits that their own calendar still reads says nothing from now on.
    Staff.objects.filter(pk=staff.pk).update(calendar_version=F("calendar_version") + 1)
    if not closed:
        return left
    told = {"alarms": left.alarms, "duty": left.duty, "closures": left.closures}
    record("staff.left", staff, by=by, organisation_id=staff.organisation_id, **told)
    return left


def _check_colleague(staff: Staff, to: Staff) -> None:
    """Locked, so that nothing is handed to somebody who leaves at the same instant."""
    here = Staff.objects.select_for_update(of=("self",)).filter(
        pk=to.pk, organisation_id=staff.organisation_id, is_active=True
    )
    if to.pk == staff.pk or not here.exclude(role=Role.NETWORK).exists():
        raise NotTheirColleague


def _ring_again(me: str) -> int:
    """An alarm that they took climbs for nobody any more: now it does, at once."""
    taken = list(CallTask.objects.open().filter(acknowledged_by=me).select_for_update(of=("self",)))
    for call in taken:
        call.acknowledged_by = ""
        call.save(update_fields=["acknowledged_by"])
        climbed = set(Timer.objects.filter(subject_id=call.pk).values_list("kind", flat=True))
        if "fraud_climbs" in climbed:
            fraud.ring_again(call)
        elif "alarm_climbs" in climbed:
            timers.set_timer("alarm_climbs", call.pk, clock.now())
    return len(taken)


def _hand_on_duty(staff: Staff, to: Staff | None) -> int:
    theirs = DutyHours.objects.filter(staff=staff)
    return theirs.update(staff=to) if to else theirs.delete()[0]


def _hand_on_closures(staff: Staff, to: Staff | None) -> int:
    return Closure.objects.filter(stand_in=staff).update(stand_in=to)
