"""Opening hours as a place writes them on its door: weekday -> list of [from, to], in Brussels time.

    {"tue": [["14:00", "16:00"]], "wed": [["10:00", "12:00"], ["13:00", "17:00"]]}

A day that is not named is closed; no day at all means that nobody knows. Public holidays and the summer closing are not
in it: a slip says "ring before you go".
"""

import re
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError

from digibel.clock import local

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# 24:00 is not a moment of this day: a place that closes at midnight closes at 23:59.
MOMENT = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)

Hours = dict[str, list[list[str]]]


def check_hours(hours: Any) -> None:
    """Refuses (ValidationError) hours that are not of the form above, or that end before they begin or overlap."""
    if not isinstance(hours, dict):
        raise ValidationError("Hours are given for each day of the week.")
    for day, spans in hours.items():
        if day not in DAYS:
            raise ValidationError("A day is one of: " + ", ".join(DAYS) + ".")
        if not isinstance(spans, list) or not all(_is_span(span) for span in spans):
            raise ValidationError("Hours are written as from and to, for example 09:00 and 12:30.")
        moments = [moment for span in spans for moment in span]
        if any(closes <= opens for opens, closes in spans) or moments != sorted(moments):
            raise ValidationError("Within a day, hours follow each other and do not overlap.")


def is_open(hours: Hours, moment: datetime) -> bool:
    """Whether the door is open at that (aware) moment; at the closing time itself it is not."""
    there = local(moment)
    return any(opens <= there.time() < closes for opens, closes in _spans(hours, DAYS[there.weekday()]))


def _spans(hours: Hours, day: str) -> Iterator[tuple[time, time]]:
    for opens, closes in hours.get(day, []):
        yield time.fromisoformat(opens), time.fromisoformat(closes)


def _is_span(span: Any) -> bool:
    return (
        isinstance(span, list)
        and len(span) == 2
        and all(isinstance(moment, str) and MOMENT.fullmatch(moment) for moment in span)
    )
