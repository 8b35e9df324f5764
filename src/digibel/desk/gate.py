"""The gate of secrets as the desk asks it: what is plainly an id of ours or a telephone number is what it is (rule E4).

Both are made of digits that nobody chose. Of ids drawn by chance two in a thousand look like a secret, of some ways to write a
telephone number five: masked, a colleague could never be chosen in a list, nor somebody with that number be put in.
"""

import re
from dataclasses import replace
from typing import Final

from digibel.guardrails import secrets
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber
from digibel.sheets import Sheet

ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# "/clients/…/": where somebody was going before they had to log in.
_IN_AN_ADDRESS: Final = re.compile(rf"(?<=/){ID.pattern}(?=/|\Z)")


def masked(typed: str) -> str:
    """What was typed, or stands in an address, safe to read."""
    if ID.fullmatch(typed) or is_number(typed):
        return typed
    rest = _IN_AN_ADDRESS.sub("", typed) if typed.startswith("/") else typed
    return typed if rest != typed and not secrets.holds_secret(rest) else secrets.mask(typed)


def masked_sheet(sheet: Sheet) -> Sheet:
    """Each cell by itself: the digits of two neighbours, a postcode and a telephone number, may have the length of a card, and the
    mask over both would move the rest of the row, or make one row of two people."""
    return replace(
        sheet, heading=_cells(sheet.heading), rows=tuple(replace(row, cells=_cells(row.cells)) for row in sheet.rows)
    )


def _cells(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(masked, cells))


def is_number(typed: str) -> bool:
    """A telephone number is one, whatever else its digits could be."""
    try:
        return bool(numbers.parse(typed))
    except NotANumber:
        return False
