"""Which column of a list of places is what."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from digibel.sheets import columns
from digibel.sheets.columns import Columns

_MEANINGS: Final = columns.meanings(
    tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["names"]
)


def find(heading: Sequence[str], *needed: str) -> Columns:
    """Raises `ColumnTwice`, and `ColumnMissing` where there is none for the name or for what is `needed` besides."""
    at = columns.placed(heading, _MEANINGS)
    columns.check_there(at, ("name", *needed))
    return Columns(tuple(heading), at)
