"""When somebody cannot: away, pausing, never on that weekday. What they have promised is never undone by it.

A visit inside the days they cannot is called off in so many words first: a client waits for it. Questions they have not answered
end with a pause, as with every other.
"""

from datetime import date, time, timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.notifications.steps import one_by_one
from digibel.organisations.models import Organisation
from digibel.problems import Problem
from digibel.scheduling import concerns, elsewhere, readiness
from digibel.scheduling.errors import NotYours, VisitThen
from digibel.volunteers import availability
from digibel.volunteers.availability import FARTHEST_AHEAD, WrongDays
from digibel.volunteers.models import Absence, Volunteer


@transaction.atomic
def be_away(volunteer: Volunteer, first_day: date, last_day: date, *, by: Actor) -> Absence:
    """Raises `VisitThen` where they go somewhere on one of these days."""
    readiness.hold_requests([volunteer])
    absence = availability.note_away(volunteer, first_day, last_day, by=by)
    check_no_visit(volunteer, since=first_day, until=last_day + timedelta(days=1))
    return absence


@transaction.atomic
def pause_until(volunteer: Volunteer, until: date | None, *, by: Actor, at: Organisation) -> None:
    """They want a pause, until the day they are back or until they say so. `at`: whom they told.

    Raises `VisitThen`, `WrongDays`, and `NotYours` where we asked them to pause.
    """
    if until is not None and not clock.today() < until <= clock.today() + FARTHEST_AHEAD:
        raise WrongDays
    readiness.hold_requests([volunteer])
    _check_own(_lock(volunteer))
    check_no_visit(volunteer, since=clock.today(), until=until)
    readiness.pause(volunteer, by=by, until=until, own=True, at=at)


@transaction.atomic
def come_back(volunteer: Volunteer, *, by: Actor) -> None:
    """They end their own pause. Raises `NotYours` for one that we asked for, `ConcernOpen` for one that waits for a decision."""
    locked = _lock(volunteer)
    _check_own(locked)
    concerns.resume(locked, by=by)


def _lock(volunteer: Volunteer) -> Volunteer:
    return Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)


def _check_own(volunteer: Volunteer) -> None:
    if volunteer.paused_at is not None and not volunteer.pause_is_own:
        raise NotYours


def end_pauses() -> int:
    """Whose pause is over is asked again. Each minute; safe to run twice. Returns how many."""
    over = Volunteer.objects.filter(paused_until__lte=clock.today(), left_at=None)
    return one_by_one(over, _end_pause, what="volunteer")


@transaction.atomic
def _end_pause(volunteer: Volunteer) -> bool:
    locked = _lock(volunteer)
    if locked.paused_until is None or locked.paused_until > clock.today():
        return False
    try:
        concerns.resume(locked, by=CLOCK)
    except Problem:
        # What a client reported waits for a person, whatever the day.
        return False
    return True


def check_no_visit(volunteer: Volunteer, *, since: date, until: date | None) -> None:
    """Raises `VisitThen` where they go somewhere within these days (`until` not included; None: ever)."""
    first, beyond = clock.at(since, time.min), clock.at(until, time.min) if until is not None else None
    if any(first <= start and (beyond is None or start < beyond) for start in elsewhere.starts(volunteer)):
        raise VisitThen
