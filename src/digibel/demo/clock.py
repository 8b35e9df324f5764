"""The demo's clock: the machine's, moved forward. It lives in the database, so that the worker and the pages agree."""

import threading
from datetime import datetime, time, timedelta

from django.db import transaction

from digibel import clock
from digibel.demo.models import DemoClock
from digibel.privacy import sweeping
from digibel.problems import Conflict, Problem
from digibel.reports import closing
from digibel.scheduling import clockwork

# The demo's first moment: by then a visit can be over and another still begin today.
OFFICE = (time(10, 30), time(17, 30))
FURTHEST = timedelta(days=31)
# What passes between reading the machine's clock and setting this one is not going back: on a slow machine the calendar of rest
# days alone takes seconds to load in between.
A_BLINK = timedelta(seconds=30)

# Moving time is one thing at a time: this process alone serves the pages.
_moving = threading.Lock()


class TooFar(Problem):
    code = "too_far"
    message = "The clock moves at most {days} days at once."


class Backwards(Problem):
    code = "backwards"
    message = "The clock only moves forward. Start over with `make reset` to see the first day again."


class Moving(Conflict):
    code = "moving"
    message = "The clock is moving already. Wait a moment, then look again."


def now() -> datetime:
    """Settings name this as the source of `digibel.clock.now()`. One small query, never remembered."""
    return clock.machine_time() + _ahead()


def _ahead() -> timedelta:
    return DemoClock.objects.filter(pk=1).values_list("ahead", flat=True).first() or timedelta(0)


def is_set() -> bool:
    return DemoClock.objects.exists()


def set_to(moment: datetime) -> None:
    """From now on it is `moment`, and later as the machine goes on. Backwards is refused."""
    with transaction.atomic():
        before, wanted = _ahead(), moment - clock.machine_time()
        if wanted < before - A_BLINK:
            raise Backwards
        DemoClock.objects.update_or_create(pk=1, defaults={"ahead": max(before, wanted)})


def first_moment(machine: datetime) -> datetime:
    """`machine` itself on a day and at an hour when a centre is at work, else the next morning that it is."""
    there = clock.local(machine)
    if not clock.is_rest_day(there.date()) and OFFICE[0] <= there.time() <= OFFICE[1]:
        return machine
    day = there.date() + timedelta(days=there.time() > OFFICE[1])
    while clock.is_rest_day(day):
        day += timedelta(days=1)
    return clock.at(day, OFFICE[0])


def wake_up() -> bool:
    """Started at night or on a rest day, the demo would be silent: it goes on to the next waking hour. Whether it had to."""
    asleep = not clock.is_waking(now())
    if asleep:
        move_to(clock.next_waking(now()))
    return asleep


def move_to(moment: datetime) -> None:
    """Live through everything that is due until then, in order, and set the clock."""
    start = now()
    if moment < start - A_BLINK:
        raise Backwards
    if moment - start > FURTHEST:
        raise TooFar(days=FURTHEST.days)
    if not _moving.acquire(blocking=False):
        raise Moving
    try:
        clockwork.live_through(moment)
        with clock.travel(moment):
            closing.close_quarters()
            sweeping.sweep()
        # What was lived through took the machine a while; time does not go back for that.
        set_to(max(moment, now()))
    finally:
        _moving.release()
