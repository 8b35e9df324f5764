"""The four parts of a year, in Brussels: what funders ask reports of."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import total_ordering

from digibel import clock

WRITTEN = re.compile(r"(2\d{3})-([1-4])", re.ASCII)


@total_ordering
@dataclass(frozen=True)
class Quarter:
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"

    def __lt__(self, other: "Quarter") -> bool:
        return (self.year, self.number) < (other.year, other.number)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each."""
        return tuple(self.first_day.replace(month=self.number * 3 - back) for back in (2, 1, 0))

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def begins_at(self) -> datetime:
        return clock.at(self.first_day, time())

    @property
    def ends_at(self) -> datetime:
        """The first moment that is not in it any more."""
        return self.next.begins_at


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def current() -> Quarter:
    return quarter_of(clock.today())


def read(told: str) -> Quarter | None:
    """ "2026-3", or nothing."""
    found = WRITTEN.fullmatch(told)
    return Quarter(int(found[1]), int(found[2])) if found else None
