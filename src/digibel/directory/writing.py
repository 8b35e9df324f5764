"""What is known of a place, as people write it in a box or a cell, and as they find it there again."""

import re
from collections.abc import Callable, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from digibel import places
from digibel.directory.errors import NoSuchOtherDay, NoTelephone, NoWebsite, OtherDaysOverlap
from digibel.directory.hours import DAYS, Exceptions, Hours
from digibel.problems import Problem
from digibel.sheets import cells, hours

DAY: Final = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d\d-\d\d"
OTHER_DAY: Final = re.compile(rf"({DAY})(?:\s*(?:-|–|tot|t/m|au|to|until)\s*({DAY}))?\s*(?::\s*(.*))?", re.ASCII)
PHONE: Final = re.compile(r"[+\d][\d /.()-]{2,19}", re.ASCII)
CLOSED: Final = frozenset({"", "gesloten", "dicht", "ferme", "closed"})


def read_hours(text: str, beside: frozenset[str] = frozenset()) -> Hours:
    """ "ma 9:00-12:00; do 13-17", in nl, fr or en; `beside` as `sheets.hours.read` has it. Raises `NoSuchHours`."""
    found: Hours = {}
    for weekday, opens, closes in hours.read(text, beside):
        found.setdefault(DAYS[weekday], []).append([_at(opens), _at(closes)])
    return found


def write_hours(told: Hours, named: Callable[[int], object]) -> str:
    """So that `read_hours` reads the same: `named` says a weekday (0 Monday) in one of its languages."""
    days = [(named(number), told.get(day, [])) for number, day in enumerate(DAYS)]
    return "; ".join(f"{name} {_written(spans)}" for name, spans in days if spans)


def read_exceptions(text: str) -> list[dict[str, Any]]:
    """One a line, or between semicolons: a day, or a first and a last one, and the hours; without hours it is closed.

    Raises `NoSuchOtherDay`, and `OtherDaysOverlap`.
    """
    lines = [line.strip() for line in re.split(r"[\n;]", text)]
    found = sorted((_exception(line) for line in lines if line), key=lambda one: one["from"])
    if any(later["from"] <= earlier["until"] for earlier, later in pairwise(found)):
        raise OtherDaysOverlap
    return found


def write_exceptions(told: Exceptions, between: str = "\n") -> str:
    return between.join(_line(one) for one in told)


def read_postcode(text: str) -> str:
    """Empty for what has no door. UnknownPostcode if there is no such postcode."""
    return places.found_in(text).postcode if text else ""


def read_postcodes(text: str) -> list[str]:
    return [places.get(one).postcode for one in re.split(r"[\s,;/]+", text) if one]


def read_phone(text: str) -> str:
    """A number as a door or a leaflet has it, short ones too; nothing that cannot be dialled. Raises `NoTelephone`."""
    if text and not PHONE.fullmatch(text):
        raise NoTelephone
    return text


def read_website(text: str) -> str:
    """With https before it where somebody left that out. Raises `NoWebsite`."""
    address = text if not text or "://" in text else f"https://{text}"
    try:
        if address:
            URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise NoWebsite from None
    return address


def to_come(told: Exceptions, today: date) -> list[dict[str, Any]]:
    """Those that are not over: nobody needs last year's summer."""
    return [one for one in told if one["until"] >= today.isoformat()]


def _exception(line: str) -> dict[str, Any]:
    parts = OTHER_DAY.fullmatch(line)
    if parts is None:
        raise NoSuchOtherDay
    first, last, when = parts.groups()
    try:
        days = [cells.day(first), cells.day(last or first)]
        spans = [] if cells.plain(when or "") in CLOSED else hours.read(f"monday {when}")
    except Problem:
        raise NoSuchOtherDay from None
    if days[1] < days[0] or any(weekday for weekday, _, _ in spans):
        raise NoSuchOtherDay
    return {
        "from": days[0].isoformat(),
        "until": days[1].isoformat(),
        "hours": [[_at(opens), _at(closes)] for _, opens, closes in spans],
    }


def _line(one: dict[str, Any]) -> str:
    first, last = (f"{date.fromisoformat(one[end]):%d/%m/%Y}" for end in ("from", "until"))
    days = first if first == last else f"{first}-{last}"
    return f"{days}: {_written(one['hours'])}" if one["hours"] else days


def _written(spans: Sequence[Sequence[str]]) -> str:
    return ", ".join("-".join(span) for span in spans)


def _at(moment: time) -> str:
    return f"{moment:%H:%M}"
