"""What may be paid to a volunteer, by day: the flat rate's ceilings and the kilometre. A dated table; what is not in it is unknown.

What ships is `rates.toml`, beside this file. A new year does not wait for a new Digibel: the operator's file
(`DIGIBEL_RATES_FILE`, the same table) adds rows, and wins where both know a day.

Source: Act of 3 July 2005 on the rights of volunteers, art. 10.
"""

import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings

from digibel.problems import Problem

# Of transport, on top of the flat rate, a year.
MOST_KM: Final = 2000
MEANS: Final = ("car", "bicycle")
AMOUNTS: Final = {"flat": ("day", "year"), **dict.fromkeys(MEANS, ("km",))}


class RateUnknown(Problem):
    code = "rate_unknown"
    message = "The rate for {day} is not in the table yet. Ask whoever runs this Digibel to add it."


@dataclass(frozen=True, slots=True)
class FlatRate:
    """In euro: at most so much for one day and for one calendar year, over all organisations together."""

    day: Decimal
    year: Decimal


def flat_rate(day: date) -> FlatRate:
    row = _row("flat", day)
    return FlatRate(Decimal(row["day"]), Decimal(row["year"]))


def per_km(means: str, day: date) -> Decimal:
    """Euro for one kilometre, `means` by car or bicycle. Raises `RateUnknown` where nobody has found it."""
    return Decimal(_row(means, day)["km"])


def is_known(name: str, day: date) -> bool:
    return any(row["from"] <= day <= row["until"] for row in table()[name])


def table() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """By name the rows, those of the operator first. Raises `ValueError` where their file cannot be right."""
    return _table(str(getattr(settings, "DIGIBEL_RATES_FILE", "")))


def _row(name: str, day: date) -> Mapping[str, Any]:
    for row in table()[name]:
        if row["from"] <= day <= row["until"]:
            return row
    raise RateUnknown(day=f"{day:%d/%m/%Y}")


@cache
def _table(operators_file: str) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    shipped = _read(Path(__file__).with_suffix(".toml"))
    theirs = _read(Path(operators_file)) if operators_file else {}
    return MappingProxyType({name: (*theirs.get(name, ()), *shipped[name]) for name in AMOUNTS})


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    if strange := sorted(told.keys() - AMOUNTS.keys()):
        raise ValueError(f"rates of nothing: {', '.join(strange)}")
    for name, rows in told.items():
        for row in rows:
            _check(name, row)
        rows.sort(key=lambda row: row["from"])
        if any(later["from"] <= row["until"] for row, later in itertools.pairwise(rows)):
            raise ValueError(f"two rates of {name} for one day")
    return told


def _check(name: str, row: Mapping[str, Any]) -> None:
    """Two days, in order; amounts above zero, as text so that no cent is lost; and where it was found."""
    try:
        amounts = [row[amount] for amount in AMOUNTS[name]]
        right = row["from"] <= row["until"] and all(isinstance(one, str) and Decimal(one) > 0 for one in amounts)
        right = right and isinstance(row["from"], date) and bool(row["source"])
    except (KeyError, TypeError, InvalidOperation):
        right = False
    if not right:
        raise ValueError(f"a rate of {name} without its days, its amount or its source")
