"""Which column of a list is what: people call them in three languages, and keep columns that are nobody's business here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digibel.sheets import Row, errors
from digibel.sheets.cells import plain


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


def meanings(*parts: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """What each name of a column means; what it means is a name of it too."""
    return {plain(name): meaning for part in parts for meaning, names in part.items() for name in (meaning, *names)}


def placed(
    heading: Sequence[str], known: Mapping[str, str], better: Mapping[str, frozenset[str]] | None = None
) -> dict[str, int]:
    """Where each meaning stands. Of a meaning in `better` two columns may be there: the one with a better name counts.

    Raises `ColumnTwice` for any other.
    """
    at: dict[str, int] = {}
    for place, name in enumerate(heading):
        meaning = known.get(plain(name))
        first = heading[at[meaning]] if meaning in at else ""
        preferred = (better or {}).get(meaning or "")
        if meaning in at and preferred is not None:
            at[meaning] = place if plain(name) in preferred and plain(first) not in preferred else at[meaning]
        elif meaning in at:
            raise errors.ColumnTwice(names=", ".join((first, name)))
        elif meaning:
            at[meaning] = place
    return at


def check_there(at: Mapping[str, int], needed: Iterable[str]) -> None:
    """Raises `ColumnMissing`."""
    if missing := [meaning.replace("_", " ") for meaning in needed if meaning not in at]:
        raise errors.ColumnMissing(names=", ".join(missing))
