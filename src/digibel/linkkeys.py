"""The secret in the address of a page that asks for no log-in: drawn or worked out, and stored as a hash or not at all."""

import hashlib
import hmac
import secrets
from typing import Final

from django.conf import settings

# Nobody mistakes one of them for another.
LETTERS: Final = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH: Final = 16
"""Of 56 letters: 92 bits, and short enough for one text."""
LONGEST_READ: Final = 64


def drawn() -> str:
    """A new one, told once and kept nowhere."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def worked_out(what: str) -> str:
    """The one of `what`, the same whenever a text needs it again. With another version in `what` it is another one."""
    number = int.from_bytes(hmac.digest(settings.SECRET_KEY.encode(), what.encode(), hashlib.sha256))
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


def digest(secret: str) -> str:
    """What is stored of it, and looked for: how long that takes tells nothing of the secret itself."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def may_be_one(told: str) -> bool:
    """Nothing, and what is far too long to be one, is not even looked for."""
    return 0 < len(told) <= LONGEST_READ
