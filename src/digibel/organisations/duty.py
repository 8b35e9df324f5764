"""Who answers the telephone that clients and volunteers are told to ring. No visit is booked where nobody does."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import Closure, DutyHours, Organisation, Role, Staff
from digibel.organisations.permissions import DEEDS
from digibel.problems import NotFound, Problem

STEP = timedelta(minutes=15)


class NobodyOnDuty(Problem):
    code = "nobody_on_duty"
    status = 409
    message = "Nobody is on duty at that hour. Name somebody who answers the telephone, or choose another hour."


class NotAColleague(Problem):
    code = "duty_needs_a_colleague"
    message = "Choose somebody who works here and has an account."


class NoSuchHours(Problem):
    code = "no_such_duty"
    message = "Tick at least one day, and let the hours end after they begin."


class ThereAlready(Problem):
    code = "duty_there_already"
    status = 409
    message = "They are on duty at some of these hours already. Take those away first, or choose others."


class NoSuchClosure(Problem):
    code = "no_such_closure"
    message = "Write the first and the last day, both to come, and at most a year apart."


@dataclass(frozen=True)
class Roster:
    """The weekly hours and the closures of one organisation, read once for many moments.

    On a public holiday the weekly hours do not count, as at every place we know: who answers then is named for that day.
    """

    hours: tuple[DutyHours, ...]
    closures: tuple[Closure, ...]

    @classmethod
    def of(cls, organisation: Organisation) -> "Roster":
        hours = organisation.duty_hours.filter(staff__is_active=True).select_related("staff").order_by("start", "pk")
        return cls(tuple(hours), tuple(organisation.closures.select_related("stand_in")))

    def on_duty(self, moment: datetime) -> Staff | None:
        """The named person at that moment, or the stand-in while the centre is closed."""
        there = clock.local(moment)
        if (closure := self.closure_on(there.date())) is not None:
            return closure.stand_in
        return next((row.staff for row in self.hours_on(there.date()) if row.start <= there.time() < row.end), None)

    def closure_on(self, day: date) -> Closure | None:
        return next((one for one in self.closures if one.first_day <= day <= one.last_day), None)

    def hours_on(self, day: date) -> list[DutyHours]:
        """The weekly hours of that day, where the house is not closed."""
        if self.closure_on(day) is not None or clock.is_public_holiday(day):
            return []
        return [row for row in self.hours if row.weekday == day.weekday()]

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
    people = [staff for staff in colleagues(organisation) if staff.mobile]
    people.sort(key=lambda staff: (staff != first, staff.role != Role.COORDINATOR, staff.name))
    return people


# --- noted by a coordinator -------------------------------------------------------------------------------------------

LONGEST_CLOSURE = timedelta(days=366)


@transaction.atomic
def add_hours(
    organisation: Organisation, staff: Staff, *, weekdays: Collection[int], start: time, end: time, by: Actor
) -> None:
    """Every week on these days (0 is Monday) they answer, from `start` until `end`, local time."""
    _check_colleague(organisation, staff)
    if not weekdays or not set(weekdays) <= set(range(7)) or end <= start:
        raise NoSuchHours
    _lock(organisation)
    theirs = organisation.duty_hours.filter(staff=staff, weekday__in=weekdays, start__lt=end, end__gt=start)
    if theirs.exists():
        raise ThereAlready
    for weekday in sorted(set(weekdays)):
        organisation.duty_hours.create(staff=staff, weekday=weekday, start=start, end=end)
    told = {"staff": staff.pk, "weekdays": sorted(set(weekdays)), "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    record("organisation.duty_added", organisation, by=by, organisation_id=organisation.pk, **told)


@transaction.atomic
def end_hours(organisation: Organisation, hours_id: int, *, by: Actor) -> None:
    """Nobody new is expected at these hours; visits that are booked then stay, and alarms still climb to the coordinators."""
    row = organisation.duty_hours.select_for_update().filter(pk=hours_id).first()
    if row is None:
        raise NotFound
    told = {"staff": row.staff_id, "weekday": row.weekday, "start": f"{row.start:%H:%M}", "end": f"{row.end:%H:%M}"}
    row.delete()
    record("organisation.duty_ended", organisation, by=by, organisation_id=organisation.pk, **told)


@transaction.atomic
def close(organisation: Organisation, *, first_day: date, last_day: date, stand_in: Staff | None, by: Actor) -> None:
    """On these days, both included, only the stand-in answers. Without one no visit can be booked then."""
    if stand_in is not None:
        _check_colleague(organisation, stand_in)
    if not clock.today() <= first_day <= last_day <= first_day + LONGEST_CLOSURE:
        raise NoSuchClosure
    _lock(organisation)
    if organisation.closures.filter(first_day=first_day, last_day=last_day, stand_in=stand_in).exists():
        return
    organisation.closures.create(first_day=first_day, last_day=last_day, stand_in=stand_in)
    told = {"first_day": first_day, "last_day": last_day, "stand_in": stand_in.pk if stand_in else None}
    record("organisation.closed", organisation, by=by, organisation_id=organisation.pk, **told)


@transaction.atomic
def end_closure(organisation: Organisation, closure_id: int, *, by: Actor) -> None:
    closure = organisation.closures.select_for_update().filter(pk=closure_id).first()
    if closure is None:
        raise NotFound
    told = {"first_day": closure.first_day, "last_day": closure.last_day}
    closure.delete()
    record("organisation.closure_ended", organisation, by=by, organisation_id=organisation.pk, **told)


def colleagues(organisation: Organisation) -> list[Staff]:
    """Who can be named: everybody who works with clients here, by name."""
    working = organisation.staff.filter(is_active=True, role__in=DEEDS["call"])
    return sorted(working, key=lambda one: one.name.casefold())


def _check_colleague(organisation: Organisation, staff: Staff) -> None:
    if staff.organisation_id != organisation.pk or not staff.is_active or staff.role not in DEEDS["call"]:
        raise NotAColleague


def _lock(organisation: Organisation) -> None:
    """Two coordinators who name the same hours: one comes second, and finds them."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
