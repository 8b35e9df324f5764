"""The gate of secrets as the desk asks it: what is plainly an id of ours or a telephone number is what it is (rule E4).

Both are made of digits that nobody chose. Of ids drawn by chance two in a thousand look like a secret, of some ways to write a
telephone number five: masked, a colleague could never be chosen in a list, nor somebody with that number be put in.
"""

import re
from typing import Final

from digibel.guardrails import secrets
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber

ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# "/clients/…/": where somebody was going before they had to log in.
_IN_AN_ADDRESS: Final = re.compile(rf"(?<=/){ID.pattern}(?=/|\Z)")


def masked(typed: str) -> str:
    """What was typed, or stands in an address, safe to read."""
    if ID.fullmatch(typed) or is_number(typed):
        return typed
    rest = _IN_AN_ADDRESS.sub("", typed) if typed.startswith("/") else typed
    return typed if rest != typed and not secrets.holds_secret(rest) else secrets.mask(typed)


def is_number(typed: str) -> bool:
    """A telephone number is one, whatever else its digits could be."""
    try:
        return bool(numbers.parse(typed))
    except NotANumber:
        return False
