"""Reading a whole list before anything is written: which places are new, what changes of others, and which rows cannot be read."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError

from digibel.directory import writing
from digibel.directory.errors import DoesNotFit, PlaceTwiceInTheList, WhichPlace
from digibel.directory.importing import cells, columns
from digibel.directory.models import HelpPlace
from digibel.guardrails import secrets
from digibel.problems import Problem
from digibel.sheets import RefusedRow, Row, Sheet, hours
from digibel.sheets import cells as common
from digibel.sheets.columns import Columns
from digibel.sheets.errors import CellEmpty

# How each field is read. An empty cell says nothing: what we know of the place stays.
READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "name_fr": str,
    "kind": cells.kind,
    "postcode": writing.read_postcode,
    "street": str,
    "house_number": str,
    "phone": cells.phone,
    "url": writing.read_website,
    "exceptions": writing.read_exceptions,
    "serves": writing.read_postcodes,
    "price": str,
    "step_free": common.yes,
    "active": common.yes,
    "checked_on": cells.checked_on,
    "source": str,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """One row that can come in. `place` is the one it is about, None for a new one; `changes` what it says that is not so yet.

    `older`: it says on which day somebody looked, and we looked later; then it changes nothing. `unread` are words in it that
    mean nothing to us, by the name of their column.
    """

    line: int
    name: str
    place: HelpPlace | None
    changes: dict[str, Any]
    older: bool = False
    unread: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    planned: list[Planned]
    refused: list[RefusedRow]
    unused: list[str]

    @property
    def added(self) -> list[Planned]:
        return [one for one in self.planned if one.place is None]

    @property
    def changed(self) -> list[Planned]:
        return [one for one in self.planned if one.place is not None and one.changes]

    @property
    def same(self) -> int:
        return len(self.planned) - len(self.added) - len(self.changed)

    @property
    def seen(self) -> str:
        """What somebody looked at, so that nothing else is brought in: a digest of each row and the version it was held against."""
        told = [(one.line, str(one.place and (one.place.pk, one.place.version)), one.changes) for one in self.planned]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def rehearse(sheet: Sheet, *, kind: str = "") -> Rehearsal:
    """Read a list; what is wrong in a row is told in `refused`. `kind` is that of the rows that do not say one.

    Raises what `columns.find` raises.
    """
    found = columns.find(sheet.heading, *([] if kind else ["kind"]))
    known = _Known(HelpPlace.objects.all())
    beside = hours.words(found.cell(row, "hours") for row in sheet.rows)
    planned: list[Planned] = []
    refused: list[RefusedRow] = []
    for row in sheet.rows:
        reading = _Reading(found, row, beside)
        one = reading.read(known, kind)
        if reading.refused:
            refused += reading.refused
        elif line := known.line_of(one):
            refused.append(RefusedRow(row.line, found.called("name"), PlaceTwiceInTheList(line=line)))
        else:
            planned.append(known.noted(one))
    return Rehearsal(planned, refused, found.unused)


class _Reading:
    """One row; every cell that cannot be read is told, not only the first."""

    def __init__(self, found: Columns, row: Row, beside: frozenset[str]) -> None:
        self.columns, self.row, self.beside = found, row, beside
        self.refused: list[RefusedRow] = []
        self.unread: dict[str, list[str]] = {}

    def read(self, known: "_Known", kind: str) -> Planned:
        facts = {
            name: secrets.mask(value) if isinstance(value, str) else value for name, value in self._facts().items()
        }
        place = self._place(known, facts)
        if place is None and "kind" not in facts:
            facts["kind"] = kind or self._cell("kind", _told)
        self._check_fits(facts)
        older = _is_older(place, facts)
        changes = {} if older else _changes(place, facts)
        return Planned(self.row.line, facts["name"] or "", place, changes, older, self.unread)

    def _place(self, known: "_Known", facts: Mapping[str, Any]) -> HelpPlace | None:
        try:
            return known.found(facts)
        except Problem as problem:
            self._refuse("name", problem)
            return None

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"name": self._cell("name", _told)}
        facts |= {name: self._cell(name, read) for name, read in READERS.items() if self._told(name)}
        facts |= self._where()
        if self._told("hours"):
            facts["hours"] = self._cell("hours", lambda text: writing.read_hours(text, self.beside))
        if self._told("languages"):
            facts["languages"] = self._languages()
        return facts

    def _where(self) -> dict[str, str]:
        """Where street, number and postcode stand in one cell or two."""
        if self._told("address") and not self._told("street"):
            whole = self._cell("address", cells.address)
            return whole._asdict() if whole else {}
        if self._told("street") and "house_number" not in self.columns.at:
            parted = cells.street(self.columns.cell(self.row, "street"))
            return {"street": parted.street, "house_number": parted.house_number}
        return {}

    def _languages(self) -> list[str]:
        several = self._cell("languages", common.spoken) or common.Several([], [])
        if several.unknown:
            self.unread[self.columns.called("languages")] = several.unknown
        return several.known

    def _told(self, meaning: str) -> bool:
        return bool(self.columns.cell(self.row, meaning))

    def _cell(self, meaning: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(self.columns.cell(self.row, meaning))
        except Problem as problem:
            self._refuse(meaning, problem)
            return None

    def _refuse(self, meaning: str, problem: Problem) -> None:
        self.refused.append(RefusedRow(self.row.line, self.columns.called(meaning), problem))

    def _check_fits(self, facts: Mapping[str, Any]) -> None:
        """What is too long for us, or no place that there can be."""
        told = {name: value for name, value in facts.items() if value is not None}
        left_out = {one.name for one in HelpPlace._meta.fields} - told.keys()
        try:
            HelpPlace(**told).clean_fields(exclude=left_out)
        except ValidationError as error:
            for name in error.message_dict:
                self._refuse(name if name in self.columns.at else "address", DoesNotFit())


class _Known:
    """The places that there are, and those of the rows before: one that is called the same, in the same street."""

    def __init__(self, known: Iterable[HelpPlace]) -> None:
        self.places: dict[tuple[str, str], list[HelpPlace]] = {}
        self.rows: dict[object, int] = {}
        for place in known:
            for name in {common.plain(place.name), common.plain(place.name_fr)} - {""}:
                self.places.setdefault((name, place.postcode), []).append(place)

    def found(self, facts: Mapping[str, Any]) -> HelpPlace | None:
        """Raises `WhichPlace`."""
        named = (common.plain(facts["name"] or ""), facts.get("postcode") or "")
        fitting = [one for one in self.places.get(named, []) if _is_there(one, facts)]
        of_kind = [one for one in fitting if one.kind == facts.get("kind")]
        if len(of_kind or fitting) > 1:
            raise WhichPlace
        return next(iter(of_kind or fitting), None)

    def line_of(self, one: Planned) -> int | None:
        """The row before that is about the same place."""
        return self.rows.get(_same(one))

    def noted(self, one: Planned) -> Planned:
        self.rows[_same(one)] = one.line
        return one


def _same(one: Planned) -> object:
    if one.place is not None:
        return one.place.pk
    told = (one.changes.get(name) or "" for name in ("postcode", "street", "house_number"))
    return (common.plain(one.name), *map(common.plain, told))


def _is_there(place: HelpPlace, facts: Mapping[str, Any]) -> bool:
    """Not where both are known to stand in another street: a service may have two desks in one municipality."""
    there, told = (common.plain(street or "") for street in (place.street, facts.get("street")))
    return not there or not told or there == told


def _is_older(place: HelpPlace | None, facts: Mapping[str, Any]) -> bool:
    told = facts.get("checked_on")
    return bool(place and place.checked_on and told and told < place.checked_on)


def _changes(place: HelpPlace | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    if place is None:
        return dict(facts)
    changes = {name: value for name, value in facts.items() if not _is_so(place, name, value)}
    # Nobody has seen that what changes is so.
    return changes if not changes or "checked_on" in facts else {**changes, "checked_on": None}


def _is_so(place: HelpPlace, name: str, value: Any) -> bool:
    known = getattr(place, name)
    if name == "name":
        return common.plain(value or "") in {common.plain(place.name), common.plain(place.name_fr)}
    if name == "phone" and known:
        return bool(known == value or cells.phone(known) == value)
    return bool(known == value)


def _told(text: str) -> str:
    if not text:
        raise CellEmpty
    return text
