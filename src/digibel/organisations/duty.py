"""Who answers the telephone that clients and volunteers are told to ring. No visit is booked where nobody does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from digibel import clock
from digibel.organisations.models import Closure, DutyHours, Organisation, Role, Staff
from digibel.organisations.permissions import DEEDS
from digibel.problems import Problem

STEP = timedelta(minutes=15)


class NobodyOnDuty(Problem):
    code = "nobody_on_duty"
    status = 409
    message = "Nobody is on duty at that hour. Name somebody who answers the telephone, or choose another hour."


@dataclass(frozen=True)
class Roster:
    """The weekly hours and the closures of one organisation, read once for many moments."""

    hours: tuple[DutyHours, ...]
    closures: tuple[Closure, ...]

    @classmethod
    def of(cls, organisation: Organisation) -> "Roster":
        hours = organisation.duty_hours.filter(staff__is_active=True).select_related("staff").order_by("start", "pk")
        return cls(tuple(hours), tuple(organisation.closures.select_related("stand_in")))

    def on_duty(self, moment: datetime) -> Staff | None:
        """The named person at that moment, or the stand-in while the centre is closed."""
        there = clock.local(moment)
        for closure in self.closures:
            if closure.first_day <= there.date() <= closure.last_day:
                return closure.stand_in
        for row in self.hours:
            if row.weekday == there.weekday() and row.start <= there.time() < row.end:
                return row.staff
        return None

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether somebody is on duty from `start` until `end`, looked at every quarter of an hour."""
        moments = (start + STEP * step for step in range(max(1, -(-(end - start) // STEP))))
        return all(self.on_duty(moment) for moment in moments)


def next_hours(organisation: Organisation, moment: datetime) -> tuple[datetime, datetime] | None:
    """From when until when somebody answers next, or answers now; None: nobody in the two weeks to come."""
    roster = Roster.of(organisation)
    first = clock.local(moment).date()
    for day in (first + timedelta(days=number) for number in range(14)):
        for row in roster.hours:
            start, end = clock.at(day, row.start), clock.at(day, row.end)
            if row.weekday == day.weekday() and end > moment and roster.on_duty(start) is not None:
                return start, end
    return None


def on_duty(organisation: Organisation, moment: datetime) -> Staff | None:
    return Roster.of(organisation).on_duty(moment)


def covered(organisation: Organisation, start: datetime, end: datetime) -> bool:
    return Roster.of(organisation).covers(start, end)


def check_covered(organisation: Organisation, start: datetime, end: datetime) -> None:
    if not covered(organisation, start, end):
        raise NobodyOnDuty


def ladder(organisation: Organisation, moment: datetime) -> list[Staff]:
    """Whom an alarm climbs to: the person on duty first, then every coordinator, then everybody else with a mobile."""
    first = on_duty(organisation, moment)
    working = organisation.staff.filter(is_active=True, role__in=DEEDS["call"])
    people = [staff for staff in working if staff.mobile]
    people.sort(key=lambda staff: (staff != first, staff.role != Role.COORDINATOR, staff.name))
    return people
