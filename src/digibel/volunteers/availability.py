"""When somebody is free: their week, the days they are away, what they are free beside it, and the weekday they never can.

Nothing here knows of visits: whoever changes it for somebody with visits to come asks `scheduling.availability`.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Model

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.problems import Problem
from digibel.sheets.hours import Hours
from digibel.volunteers.models import Absence, AvailableHours, ExtraHours, Volunteer, WeekdayOff

FARTHEST_AHEAD: Final = timedelta(days=366)
MOST_EXCEPTIONS: Final = 60
MOST_STRETCHES: Final = 28


class WrongHours(Problem):
    code = "wrong_hours"
    message = "The end must come after the beginning, on every line."


class HoursOverlap(Problem):
    code = "hours_overlap"
    message = "Two lines of the same day overlap. Make one of them."


class WrongDays(Problem):
    code = "wrong_days"
    message = "Choose days from today on, within a year, the first one first."


class TooManyExceptions(Problem):
    code = "too_many_exceptions"
    message = "There are too many exceptions already. Take away what is no longer needed."


@transaction.atomic
def set_week(volunteer: Volunteer, hours: Sequence[Hours], *, by: Actor) -> None:
    """These are their hours from now on. Weekdays that were off are what the hours say."""
    check_week(hours)
    _lock(volunteer)
    AvailableHours.objects.filter(volunteer=volunteer).delete()
    AvailableHours.objects.bulk_create(
        AvailableHours(volunteer=volunteer, weekday=weekday, start=start, end=end) for weekday, start, end in hours
    )
    WeekdayOff.objects.filter(volunteer=volunteer, weekday__in={weekday for weekday, _, _ in hours}).delete()
    record("volunteer.week_noted", volunteer, by=by, stretches=len(hours))


def check_week(hours: Sequence[Hours]) -> None:
    """Raises `WrongHours`, `HoursOverlap`, `TooManyExceptions`."""
    if len(hours) > MOST_STRETCHES:
        raise TooManyExceptions
    ended: dict[int, time] = {}
    for weekday, start, end in sorted(hours):
        if start >= end:
            raise WrongHours
        if weekday in ended and start < ended[weekday]:
            raise HoursOverlap
        ended[weekday] = end


@transaction.atomic
def note_away(volunteer: Volunteer, first_day: date, last_day: date, *, by: Actor) -> Absence:
    """Away on these days, both included. Said twice, it is noted once."""
    _check_days(first_day, last_day)
    _lock(volunteer)
    _check_room(volunteer)
    absence, _ = Absence.objects.get_or_create(volunteer=volunteer, first_day=first_day, last_day=last_day)
    record("volunteer.away_noted", volunteer, by=by, days=(last_day - first_day).days + 1)
    return absence


@transaction.atomic
def note_extra(volunteer: Volunteer, day: date, start: time, end: time, *, by: Actor) -> ExtraHours:
    """Free on that day beside the week."""
    _check_days(day, day)
    if start >= end:
        raise WrongHours
    _lock(volunteer)
    _check_room(volunteer)
    extra, _ = ExtraHours.objects.get_or_create(volunteer=volunteer, day=day, start=start, end=end)
    record("volunteer.extra_noted", volunteer, by=by)
    return extra


@transaction.atomic
def take_weekday_off(volunteer: Volunteer, weekday: int, *, by: Actor) -> None:
    """Not on this day of the week."""
    _lock(volunteer)
    WeekdayOff.objects.get_or_create(volunteer=volunteer, weekday=weekday)
    record("volunteer.weekday_off", volunteer, by=by, weekday=weekday)


@transaction.atomic
def give_weekdays_back(volunteer: Volunteer, weekday: int | None = None, *, by: Actor) -> int:
    """This weekday, or all of them, as their hours say. Returns how many were off."""
    _lock(volunteer)
    off = WeekdayOff.objects.filter(volunteer=volunteer)
    given = (off if weekday is None else off.filter(weekday=weekday)).delete()[0]
    if given:
        record("volunteer.weekday_on", volunteer, by=by, weekdays=given)
    return given


@transaction.atomic
def forget_exception(volunteer: Volunteer, kind: str, number: int, *, by: Actor) -> bool:
    """Take away days ("away") or hours ("extra") of theirs. Gone already is fine; somebody else's is not theirs."""
    model: type[Model] = {"away": Absence, "extra": ExtraHours}[kind]
    _lock(volunteer)
    gone = model._default_manager.filter(volunteer=volunteer, pk=number).delete()[0]
    if gone:
        record("volunteer.exception_gone", volunteer, by=by, kind=kind)
    return bool(gone)


def forget_past() -> int:
    """Exceptions of days that are over say only where somebody was. Every night; returns how many went."""
    gone = Absence.objects.filter(last_day__lt=clock.today()).delete()[0]
    return gone + ExtraHours.objects.filter(day__lt=clock.today()).delete()[0]


def _lock(volunteer: Volunteer) -> None:
    Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)


def _check_days(first_day: date, last_day: date) -> None:
    today = clock.today()
    if not (first_day <= last_day and today <= last_day and last_day <= today + FARTHEST_AHEAD):
        raise WrongDays


def _check_room(volunteer: Volunteer) -> None:
    if volunteer.absences.count() + volunteer.extra_hours.count() >= MOST_EXCEPTIONS:
        raise TooManyExceptions
