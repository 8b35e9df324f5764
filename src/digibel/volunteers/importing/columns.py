"""Which column of a list of volunteers is what."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from digibel.sheets import columns
from digibel.sheets.cells import plain
from digibel.sheets.columns import Columns

_FILE: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_MEANINGS: Final = columns.meanings(_FILE["names"], _FILE["papers"])
PAPERS: Final = frozenset(_FILE["papers"])
NEEDED: Final = ("first_name", "number", "postcode", "speaks")
# In a list that has both, the number that texts reach is in the first.
MOBILE: Final = {"number": frozenset(map(plain, _FILE["prefer"]["mobile"]))}


def find(heading: Sequence[str]) -> Columns:
    """Raises `ColumnTwice` and `ColumnMissing`."""
    at = columns.placed(heading, _MEANINGS, MOBILE)
    _name(at)
    columns.check_there(at, NEEDED)
    return Columns(tuple(heading), at)


def _name(at: dict[str, int]) -> None:
    """ "Naam" beside "Voornaam" is the family name; alone it holds both."""
    if "first_name" in at and "whole_name" in at:
        at.setdefault("family_name", at.pop("whole_name"))
    for both in ("whole_name", "last_name_first"):
        if both in at:
            at.setdefault("first_name", at[both])
