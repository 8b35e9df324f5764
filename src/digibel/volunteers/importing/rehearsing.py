"""Reading a whole list before anything is written: who would come into the pool, and which rows cannot, with the reason."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from digibel import clock
from digibel.notifications import numbers
from digibel.problems import Problem
from digibel.sheets import RefusedRow, Row, Sheet, hours
from digibel.sheets import cells as common
from digibel.sheets.columns import Columns
from digibel.sheets.hours import Hours
from digibel.volunteers import readiness
from digibel.volunteers.importing import cells, columns, errors
from digibel.volunteers.models import Requirement
from digibel.volunteers.pool import LONGEST_WAY, MOST_A_WEEK, AlreadyInThePool, in_the_pool
from digibel.volunteers.requirements import RULES

MOST_KM: Final = 60

# How each field is read; those that are empty keep what is usual.
READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "email": cells.email,
    "gender": cells.gender,
    "reach_minutes": common.whole_number(5, LONGEST_WAY),
    "reach_km": common.whole_number(1, MOST_KM),
    "weekly_limit": common.whole_number(0, MOST_A_WEEK),
    "stairs_ok": common.yes,
    "dog_ok": common.yes,
    "smoke_ok": common.yes,
    "sms_only": common.yes,
}
LISTS: Final = {"speaks": common.spoken, "skills": cells.skills, "modes": cells.modes}


@dataclass(frozen=True, slots=True)
class Paper:
    requirement: str
    since: date
    until: date | None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """One row that can come in. `unread` are words in it that mean nothing to us, by the name of their column."""

    line: int
    number: str
    facts: dict[str, Any]
    hours: list[Hours]
    papers: list[Paper]
    unread: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    planned: list[Planned]
    refused: list[RefusedRow]
    unused: list[str]
    has_papers: bool


def rehearse(sheet: Sheet) -> Rehearsal:
    """Read a list; what is wrong in a row is told in `refused`. Raises what `columns.find` raises."""
    found = columns.find(sheet.heading)
    beside = hours.words(found.cell(row, "hours") for row in sheet.rows)
    planned: list[Planned] = []
    refused: list[RefusedRow] = []
    for row in sheet.rows:
        one = _Reading(found, row).read(beside)
        planned += [one] if isinstance(one, Planned) else []
        refused += one if isinstance(one, list) else []
    twice = _doubles(planned, found.called("number"))
    lines = {one.line for one in twice}
    kept = [one for one in planned if one.line not in lines]
    refused = sorted([*refused, *twice], key=lambda one: one.line)
    return Rehearsal(kept, refused, found.unused, bool(columns.PAPERS & found.at.keys()))


class _Reading:
    """One row; every cell that cannot be read is told, not only the first."""

    def __init__(self, found: Columns, row: Row) -> None:
        self.columns, self.row = found, row
        self.refused: list[RefusedRow] = []
        self.unread: dict[str, list[str]] = {}

    def read(self, beside: frozenset[str]) -> Planned | list[RefusedRow]:
        number = self._cell("number", cells.number)
        facts = self._facts()
        told = self._cell("hours", lambda text: hours.read(text, beside)) or []
        papers = list(self._papers())
        if self.refused:
            return self.refused
        return Planned(self.row.line, number, facts, told, papers, self.unread)

    def _cell(self, meaning: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(self.columns.cell(self.row, meaning))
        except Problem as problem:
            self.refused.append(RefusedRow(self.row.line, self.columns.called(meaning), problem))
            return None

    def _facts(self) -> dict[str, Any]:
        first, family = self._names()
        facts: dict[str, Any] = {"first_name": first, "family_name": family}
        facts["postcode"] = self._cell("postcode", cells.postcode)
        facts |= {name: self._cell(name, read) for name, read in READERS.items() if self._told(name)}
        for name, read in LISTS.items():
            several = self._cell(name, read) or common.Several([], [])
            facts[name] = several.known
            if several.unknown:
                self.unread[self.columns.called(name)] = several.unknown
        return facts

    def _told(self, meaning: str) -> bool:
        return bool(self.columns.cell(self.row, meaning))

    def _names(self) -> tuple[Any, Any]:
        if self.columns.at["first_name"] not in (
            self.columns.at.get("whole_name"),
            self.columns.at.get("last_name_first"),
        ):
            return self._cell("first_name", cells.name), self._cell("family_name", cells.family_name)
        whole = self._cell("first_name", cells.name) or ""
        return _parted(whole, last_first="last_name_first" in self.columns.at)

    def _papers(self) -> Iterable[Paper]:
        for requirement in Requirement.values:
            if self._told(requirement) and requirement in columns.PAPERS:
                paper = self._cell(requirement, partial(self._paper, requirement))
                yield from [paper] if paper else []

    def _paper(self, requirement: str, text: str) -> Paper | None:
        """A day, or for somebody's age a yes."""
        if requirement == Requirement.ADULT and common.plain(text) in common.ANSWERS:
            if not common.yes(text):
                return None
            since = clock.today()
        else:
            since = common.day(text)
        until, reference = RULES[requirement].ends(since), ""
        if requirement == Requirement.INSURANCE:
            told = self.columns.cell(self.row, "insurance_until")
            until = common.day(told) if told else until
            reference = self.columns.cell(self.row, "insurance_reference")
        readiness.check_paper(requirement, since, until, reference)
        return Paper(requirement, since, until, reference)


def _parted(whole: str, *, last_first: bool) -> tuple[str, str]:
    """ "Jan Peeters", "Peeters, Jan", or under a heading that says so "Peeters Jan"."""
    if "," in whole:
        family, _, first = whole.partition(",")
        return first.strip() or family.strip(), family.strip() if first.strip() else ""
    if last_first:
        family, _, first = whole.rpartition(" ")
        return first, family
    first, _, family = whole.partition(" ")
    return first, family


def _doubles(planned: Iterable[Planned], column: str) -> list[RefusedRow]:
    """Rows with a number that another row or somebody in the pool has. One number, one volunteer: an answer must be theirs."""
    by_index: dict[str, int] = {}
    told: list[RefusedRow] = []
    rows = [(one, numbers.index(one.number)) for one in planned]
    taken = in_the_pool([index for _, index in rows])
    for one, index in rows:
        if index in taken:
            told.append(RefusedRow(one.line, column, AlreadyInThePool()))
        elif index in by_index:
            told.append(RefusedRow(one.line, column, errors.TwiceInTheList(line=by_index[index])))
        else:
            by_index[index] = one.line
    return told
