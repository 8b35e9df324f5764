"""Which column of a list is what: people call them in three languages, and keep columns that are nobody's business here."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from digibel.sheets import Row
from digibel.volunteers.importing import errors
from digibel.volunteers.importing.cells import plain

_FILE: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_MEANINGS: Final = {
    plain(name): meaning
    for part in (_FILE["names"], _FILE["papers"])
    for meaning, names in part.items()
    for name in (meaning, *names)
}
PAPERS: Final = frozenset(_FILE["papers"])
NEEDED: Final = ("first_name", "number", "postcode", "speaks")
# In a list that has both, the number that texts reach is in the first.
MOBILE: Final = frozenset(map(plain, _FILE["prefer"]["mobile"]))


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each meaning stands; `heading` has the names as people wrote them."""

    heading: tuple[str, ...]
    at: Mapping[str, int]

    def cell(self, row: Row, meaning: str) -> str:
        place = self.at.get(meaning)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def called(self, meaning: str) -> str:
        return self.heading[self.at[meaning]] if meaning in self.at else ""

    @property
    def unused(self) -> list[str]:
        used = set(self.at.values())
        return [name for place, name in enumerate(self.heading) if name and place not in used]


def find(heading: Sequence[str]) -> Columns:
    """Raises `ColumnTwice` and `ColumnMissing`."""
    at: dict[str, int] = {}
    for place, name in enumerate(heading):
        meaning = _MEANINGS.get(plain(name))
        if meaning in at and meaning == "number":
            at[meaning] = place if plain(name) in MOBILE and plain(heading[at[meaning]]) not in MOBILE else at[meaning]
        elif meaning in at:
            raise errors.ColumnTwice(names=", ".join((heading[at[meaning]], name)))
        elif meaning:
            at[meaning] = place
    _name(at)
    if missing := [meaning.replace("_", " ") for meaning in NEEDED if meaning not in at]:
        raise errors.ColumnMissing(names=", ".join(missing))
    return Columns(tuple(heading), at)


def _name(at: dict[str, int]) -> None:
    """ "Naam" beside "Voornaam" is the family name; alone it holds both."""
    if "first_name" in at and "whole_name" in at:
        at.setdefault("family_name", at.pop("whole_name"))
    for both in ("whole_name", "last_name_first"):
        if both in at:
            at.setdefault("first_name", at[both])
