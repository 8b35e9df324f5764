"""Who answers the telephone that clients and volunteers are told to ring. No visit is booked where nobody does."""

from datetime import datetime, timedelta

from digibel import clock
from digibel.organisations.models import Organisation, Role, Staff
from digibel.problems import Problem

STEP = timedelta(minutes=15)


class NobodyOnDuty(Problem):
    code = "nobody_on_duty"
    status = 409
    message = "Nobody is on duty at that hour. Name somebody who answers the telephone, or choose another hour."


def on_duty(organisation: Organisation, moment: datetime) -> Staff | None:
    """The named person at that moment, or a stand-in while the centre is closed."""
    there = clock.local(moment)
    closure = organisation.closures.filter(first_day__lte=there.date(), last_day__gte=there.date()).first()
    if closure is not None:
        return closure.stand_in
    hours = organisation.duty_hours.filter(
        weekday=there.weekday(), start__lte=there.time(), end__gt=there.time(), staff__is_active=True
    )
    first = hours.select_related("staff").order_by("start", "pk").first()
    return first.staff if first else None


def covered(organisation: Organisation, start: datetime, end: datetime) -> bool:
    """Whether somebody is on duty from `start` until `end`, looked at every quarter of an hour."""
    moments = [start + STEP * step for step in range(max(1, -(-(end - start) // STEP)))]
    return all(on_duty(organisation, moment) for moment in moments)


def check_covered(organisation: Organisation, start: datetime, end: datetime) -> None:
    if not covered(organisation, start, end):
        raise NobodyOnDuty


def ladder(organisation: Organisation, moment: datetime) -> list[Staff]:
    """Whom an alarm climbs to: the person on duty first, then every coordinator, then everybody else with a mobile."""
    first = on_duty(organisation, moment)
    people = [staff for staff in organisation.staff.filter(is_active=True) if staff.mobile]
    people.sort(key=lambda staff: (staff != first, staff.role != Role.COORDINATOR, staff.name))
    return people
