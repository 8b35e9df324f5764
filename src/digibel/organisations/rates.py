"""What may be paid to a volunteer, by day: the flat rate's ceilings and the kilometre. A dated table; what is not in it is unknown.

Source: Act of 3 July 2005 on the rights of volunteers, art. 10. The table is `rates.toml`, beside this file.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from digibel.problems import Problem

# Of transport, on top of the flat rate, a year.
MOST_KM: Final = 2000
MEANS: Final = ("car", "bicycle")


class RateUnknown(Problem):
    code = "rate_unknown"
    message = "The rate for {day} is not in the table. Look it up, add it to rates.toml, and try again."


@dataclass(frozen=True, slots=True)
class FlatRate:
    """In euro: at most so much for one day and for one calendar year, over all organisations together."""

    day: Decimal
    year: Decimal


_FILE: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def flat_rate(day: date) -> FlatRate:
    row = _row("flat", day)
    return FlatRate(Decimal(row["day"]), Decimal(row["year"]))


def per_km(means: str, day: date) -> Decimal:
    """Euro for one kilometre, `means` by car or bicycle. Raises `RateUnknown` where nobody has found it."""
    return Decimal(_row(means, day)["km"])


def is_known(table: str, day: date) -> bool:
    return any(row["from"] <= day <= row["until"] for row in _FILE[table])


def _row(table: str, day: date) -> dict[str, Any]:
    for row in _FILE[table]:
        if row["from"] <= day <= row["until"]:
            return dict(row)
    raise RateUnknown(day=f"{day:%d/%m/%Y}")
