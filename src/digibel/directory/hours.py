"""Opening hours as a place writes them on its door: weekday -> list of [from, to], in Brussels time.

    {"tue": [["14:00", "16:00"]], "wed": [["10:00", "12:00"], ["13:00", "17:00"]]}

A day that is not named is closed; no day at all means that nobody knows.

Beside them stand the exceptions: days on which the door opens otherwise, or not at all (an empty list), in order.

    [{"from": "2026-07-21", "until": "2026-08-15", "hours": []},
     {"from": "2026-12-24", "until": "2026-12-24", "hours": [["09:00", "12:00"]]}]

On a public holiday of Belgium a place is closed, unless an exception says otherwise.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError

from digibel import clock

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# 24:00 is not a moment of this day: a place that closes at midnight closes at 23:59.
MOMENT = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)

Hours = dict[str, list[list[str]]]
Exceptions = Sequence[dict[str, Any]]
Span = tuple[time, time]

# Further ahead nobody is told when a door opens: by then the hours have changed.
LOOKS_AHEAD = 31
MOST_EXCEPTIONS = 60


def check_hours(hours: Any) -> None:
    """Refuses (ValidationError) hours that are not of the form above, or that end before they begin or overlap."""
    if not isinstance(hours, dict):
        raise ValidationError("Hours are given for each day of the week.")
    for day, spans in hours.items():
        if day not in DAYS:
            raise ValidationError("A day is one of: " + ", ".join(DAYS) + ".")
        _check_spans(spans)


def check_exceptions(exceptions: Any) -> None:
    """Refuses (ValidationError) what is not of the form above, or days that overlap: nobody could say which one counts."""
    if not isinstance(exceptions, list) or not all(isinstance(one, dict) for one in exceptions):
        raise ValidationError("Other days are given one by one.")
    if len(exceptions) > MOST_EXCEPTIONS:
        raise ValidationError("These are too many other days.")
    days = []
    for one in exceptions:
        if one.keys() != {"from", "until", "hours"} or not (_is_day(one["from"]) and _is_day(one["until"])):
            raise ValidationError("Another day has a first day, a last day and its hours.")
        _check_spans(one["hours"])
        days.append((one["from"], one["until"]))
    if any(last < first for first, last in days) or any(later[0] <= earlier[1] for earlier, later in pairwise(days)):
        raise ValidationError("Other days follow each other and do not overlap.")


def _check_spans(spans: Any) -> None:
    if not isinstance(spans, list) or not all(_is_span(span) for span in spans):
        raise ValidationError("Hours are written as from and to, for example 09:00 and 12:30.")
    moments = [moment for span in spans for moment in span]
    if any(closes <= opens for opens, closes in spans) or moments != sorted(moments):
        raise ValidationError("Within a day, hours follow each other and do not overlap.")


def is_open(hours: Hours, moment: datetime, exceptions: Exceptions = ()) -> bool:
    """Whether the door is open at that (aware) moment; at the closing time itself it is not."""
    there = clock.local(moment)
    return any(opens <= there.time() < closes for opens, closes in spans_on(hours, there.date(), exceptions))


def spans_on(hours: Hours, day: date, exceptions: Exceptions = ()) -> list[Span]:
    """When the door is open on that day: what the exceptions say, else not on a holiday, else as in every week."""
    for one in exceptions:
        if one["from"] <= day.isoformat() <= one["until"]:
            return list(_spans(one["hours"]))
    return [] if clock.is_public_holiday(day) else list(_spans(hours.get(DAYS[day.weekday()], [])))


def next_opening(hours: Hours, moment: datetime, exceptions: Exceptions = ()) -> datetime | None:
    """The moment itself while the door is open, else when it opens next; None if that is not within a month."""
    if is_open(hours, moment, exceptions):
        return moment
    first = clock.local(moment).date()
    for day in (first + timedelta(days=count) for count in range(LOOKS_AHEAD)):
        for opens, _ in spans_on(hours, day, exceptions):
            if (then := clock.at(day, opens)) > moment:
                return then
    return None


def _spans(spans: list[list[str]]) -> Iterator[Span]:
    for opens, closes in spans:
        yield time.fromisoformat(opens), time.fromisoformat(closes)


def _is_day(text: Any) -> bool:
    """As 2026-07-21, and no other way of writing it: they are compared as texts."""
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_span(span: Any) -> bool:
    return (
        isinstance(span, list)
        and len(span) == 2
        and all(isinstance(moment, str) and MOMENT.fullmatch(moment) for moment in span)
    )
