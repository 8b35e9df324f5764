"""The one place that knows what time it is.

The demo moves its clock forward, so nobody else asks the machine: `timezone.now` stays untouched because the queue's locks use it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.utils.module_loading import import_string

BRUSSELS = ZoneInfo("Europe/Brussels")

# Waking hours, local: nobody is texted outside them unless a visit is near (see `notifications`).
WAKING = (time(8), time(20))
NEAR = timedelta(hours=24)
WEEK = timedelta(days=7)

# Of this thread of work alone: one visitor who lets time pass takes nobody along.
_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    if (there := _travelled.get()) is not None:
        return there
    source = getattr(settings, "DIGIBEL_CLOCK", "")
    return import_string(source)() if source else machine_time()


def machine_time() -> datetime:
    return datetime.now(UTC)


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Within the block it is `to` (aware). For tests and for walking the demo through its due moments."""
    if to.tzinfo is None:
        raise ValueError("Give a moment with its time zone.")
    token = _travelled.set(to.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)


def local(moment: datetime) -> datetime:
    return moment.astimezone(BRUSSELS)


def today() -> date:
    return local(now()).date()


def at(day: date, hour: time) -> datetime:
    """That hour on that day in Brussels, in UTC. In the hour that the clock repeats, the first one is meant."""
    return datetime.combine(day, hour, BRUSSELS).astimezone(UTC)


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BE", years=year))


def is_working_day(day: date) -> bool:
    """Monday to Friday, no Belgian public holiday."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def is_public_holiday(day: date) -> bool:
    return day in _holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The working day that is `count` of them after `day`: what the post needs is counted so."""
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


def is_rest_day(day: date) -> bool:
    """A Sunday or a public holiday: no texts, unless a visit is near."""
    return day.weekday() == 6 or day in _holidays(day.year)


def working_day_before(day: date) -> date:
    before = day - timedelta(days=1)
    while not is_working_day(before):
        before -= timedelta(days=1)
    return before


def is_waking(moment: datetime, *, rest_days: bool = False) -> bool:
    """Whether a person may be texted at this moment; `rest_days` allows Sundays and public holidays too."""
    there = local(moment)
    return WAKING[0] <= there.time() < WAKING[1] and (rest_days or not is_rest_day(there.date()))


def next_waking(moment: datetime, *, rest_days: bool = False) -> datetime:
    """`moment` itself if people are awake, else the next morning that counts."""
    if is_waking(moment, rest_days=rest_days):
        return moment
    day = local(moment).date()
    if local(moment).time() >= WAKING[1]:
        day += timedelta(days=1)
    while is_rest_day(day) and not rest_days:
        day += timedelta(days=1)
    return max(moment, at(day, WAKING[0]))


def add_waking(moment: datetime, length: timedelta) -> datetime:
    """`length` of waking time after `moment`: an hour given at 19:30 ends at 8:30 on the next morning that counts."""
    moment = next_waking(moment)
    while True:
        evening = at(local(moment).date(), WAKING[1])
        if moment + length <= evening:
            return moment + length
        length -= evening - moment
        moment = next_waking(evening)


def every_week(first: date, last: date) -> Iterator[date]:
    """The first day whatever it is, and the same weekday until the last; of those a public holiday is left out."""
    yield first
    day = first + WEEK
    while day <= last:
        if not is_public_holiday(day):
            yield day
        day += WEEK
