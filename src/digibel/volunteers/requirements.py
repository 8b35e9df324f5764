"""What each requirement is: how long it counts, whether it must end, whether an exemption is possible, and its source.

Volunteers Act of 3 July 2005, art. 4 (information), 5 and 6 (liability, insurance), 13 to 16 (benefits); the rest is a house rule.
"""

import tomllib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """`keeps` is what is written down beside the dates: a "version", a "reference", or nothing."""

    article: Mapping[str, str]
    months: int = 0
    must_end: bool = False
    exempt: bool = False
    keeps: str = ""

    def ends(self, since: date) -> date | None:
        """The last day on which it counts when it begins on that day; None for what counts for good."""
        return months_later(since, self.months) - timedelta(days=1) if self.months else None


_FILE: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
RULES: Final[Mapping[str, Rule]] = {requirement: Rule(**facts) for requirement, facts in _FILE.items()}


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month: 31 August and six months is 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
