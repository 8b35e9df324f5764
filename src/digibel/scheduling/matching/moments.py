"""When a visit can begin: on quarters of an hour, in the client's moments.

A visit takes whole quarters. Quarters are counted in UTC and read in local time, so that the two nights on which the clock
changes need no rule of their own: an hour that is repeated counts in the volunteer's week twice, one that is skipped never.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from digibel import clock

QUARTER: Final = timedelta(minutes=15)
QUARTERS_A_DAY: Final = 96
DAYS_AHEAD = 14
DAYTIME = (time(9), time(18))
MOST_MOMENTS = 3
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY: Final = EPOCH.toordinal()

# In microseconds: the moments of a pool are whole numbers of these.
MICRO: Final = timedelta(microseconds=1)
QUARTER_LONG: Final = QUARTER // MICRO
DAY_LONG: Final = timedelta(days=1) // MICRO

Stretch = tuple[datetime, datetime]
Numbers = NDArray[Any]


def days_at_home(earliest: datetime, away: Sequence[Stretch]) -> list[Stretch]:
    """Daytime of the coming two weeks for somebody who is always at home, with the exceptions cut out."""
    first = clock.local(earliest).date()
    days = [first + timedelta(days=offset) for offset in range(DAYS_AHEAD)]
    daytime = [(clock.at(day, DAYTIME[0]), clock.at(day, DAYTIME[1])) for day in days if not clock.is_rest_day(day)]
    return [piece for stretch in daytime for piece in _without(stretch, away)]


@dataclass(frozen=True)
class Slots:
    """One of the client's moments in quarters of an hour: `beginnings` of them may be the first of the visit's `quarters`
    (at least one). For each quarter: when it begins, and its local `day` (ordinal), `weekday`, place in the day and `week`
    (the ordinal of its Monday)."""

    begins: Numbers
    day: Numbers
    weekday: Numbers
    of_day: Numbers
    week: Numbers
    beginnings: int
    quarters: int


def slots(window: Stretch, *, length: timedelta, earliest: datetime) -> Slots | None:
    """None where no visit of this length fits."""
    first = micros(_round_up(max(window[0], earliest)))
    beginnings = (micros(window[1]) - length // MICRO - first) // QUARTER_LONG + 1
    if beginnings < 1:
        return None
    quarters = max(1, -(-length // QUARTER))
    begins = first + QUARTER_LONG * np.arange(beginnings + quarters - 1, dtype=np.int64)
    local = begins + _offsets(begins)
    day = local // DAY_LONG + EPOCH_DAY
    weekday = (day - 1) % 7
    of_day = local % DAY_LONG // QUARTER_LONG
    return Slots(begins, day, weekday, of_day, day - weekday, int(beginnings), quarters)


def whole_visit(free: Numbers, slots: Slots) -> Numbers:
    """From whether each quarter is free to whether a visit can begin there. Works on the last axis."""
    can = free[..., : slots.beginnings].copy()
    for later in range(1, slots.quarters):
        can &= free[..., later : later + slots.beginnings]
    return can


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICRO


def moment(micros: int) -> datetime:
    return EPOCH + int(micros) * MICRO


def week_of(micros: int) -> int:
    """The ordinal of the Monday of its week, local."""
    day = clock.local(moment(micros)).date()
    return day.toordinal() - day.weekday()


def _offsets(begins: Numbers) -> Any:
    """Local time minus UTC: one number, but for the day on which the clock changes."""
    first, last = _offset(begins[0]), _offset(begins[-1])
    return first if first == last else np.array([_offset(one) for one in begins], dtype=np.int64)


def _offset(micros: int) -> int:
    offset = clock.local(moment(micros)).utcoffset()
    assert offset is not None
    return offset // MICRO


def _without(stretch: Stretch, away: Sequence[Stretch]) -> list[Stretch]:
    pieces = [stretch]
    for gone in away:
        pieces = [
            piece
            for start, end in pieces
            for piece in ((start, min(end, gone[0])), (max(start, gone[1]), end))
            if piece[0] < piece[1]
        ]
    return sorted(set(pieces))


def _round_up(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not over else moment - over + QUARTER
