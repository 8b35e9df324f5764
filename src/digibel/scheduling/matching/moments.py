"""When a visit can begin: the client's moments, the volunteer's hours and what both have booked already, cut together."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from digibel import clock

STEP = timedelta(minutes=15)
DAYS_AHEAD = 14
DAYTIME = (time(9), time(18))
MOST_MOMENTS = 3

Stretch = tuple[datetime, datetime]
WeeklyHours = tuple[int, time, time]


def days_at_home(earliest: datetime, away: Sequence[Stretch]) -> list[Stretch]:
    """Daytime of the coming two weeks for somebody who is always at home, with the exceptions cut out."""
    first = clock.local(earliest).date()
    days = [first + timedelta(days=offset) for offset in range(DAYS_AHEAD)]
    daytime = [(clock.at(day, DAYTIME[0]), clock.at(day, DAYTIME[1])) for day in days if not clock.is_rest_day(day)]
    return [piece for stretch in daytime for piece in _without(stretch, away)]


def starts(
    windows: Iterable[Stretch],
    *,
    hours: Sequence[WeeklyHours],
    absences: Sequence[tuple[date, date]],
    busy: Sequence[Stretch],
    length: timedelta,
    travel: timedelta,
    earliest: datetime,
) -> list[datetime]:
    """The first possible start in each of the client's windows, on quarters of an hour, at most three.

    `hours` are weekly, local. `busy` holds stretches with their travel already in; the new visit brings its own `travel`
    before and after. All moments aware.
    """
    found = []
    for window in windows:
        start = _first_start(window, hours, absences, busy, length, travel, earliest)
        if start is not None and start not in found:
            found.append(start)
        if len(found) == MOST_MOMENTS:
            break
    return found


def _first_start(
    window: Stretch,
    hours: Sequence[WeeklyHours],
    absences: Sequence[tuple[date, date]],
    busy: Sequence[Stretch],
    length: timedelta,
    travel: timedelta,
    earliest: datetime,
) -> datetime | None:
    day = clock.local(window[0]).date()
    if any(first <= day <= last for first, last in absences):
        return None
    for weekday, opens, closes in sorted(hours):
        if weekday != day.weekday():
            continue
        start = _round_up(max(window[0], clock.at(day, opens), earliest))
        end = min(window[1], clock.at(day, closes))
        while start + length <= end:
            clash = next((one for one in busy if _overlap(one, (start - travel, start + length + travel))), None)
            if clash is None:
                return start
            start = _round_up(clash[1] + travel)
    return None


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


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _round_up(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not over else moment - over + STEP
