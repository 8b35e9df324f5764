"""One sealed text: how it is laid out, closed and opened.

    version (1 byte) | id of the person's key (16) | nonce (12) | AES-256-GCM ciphertext and tag

The head and the place (table, column and row) are authenticated with it: a text that was moved or altered does not open.
"""

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag

from digibel.sealing.errors import Unsealable
from digibel.sealing.keys import cipher_of

VERSION = b"\x01"
HEAD = len(VERSION) + 16
NONCE = 12


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A sealed text as it lies in the database. It says whose key opens it, and nothing of what is inside."""

    raw: bytes

    @property
    def key_id(self) -> UUID:
        if len(self.raw) < HEAD + NONCE or not self.raw.startswith(VERSION):
            raise Unsealable()
        return UUID(bytes=self.raw[len(VERSION) : HEAD])

    def __repr__(self) -> str:
        return "<sealed>"


def seal(text: str, *, key_id: UUID, place: str) -> Sealed:
    """Close `text` under this person's key, for this place only: `table:column:row`."""
    head, nonce = VERSION + key_id.bytes, os.urandom(NONCE)
    return Sealed(head + nonce + cipher_of(key_id).encrypt(nonce, text.encode(), head + place.encode()))


def unseal(sealed: Sealed, *, place: str) -> str:
    """Open it. Raises `Erased` when the key was destroyed, `Unsealable` when it was altered or lies somewhere else."""
    cipher = cipher_of(sealed.key_id)
    head, nonce, ciphertext = sealed.raw[:HEAD], sealed.raw[HEAD : HEAD + NONCE], sealed.raw[HEAD + NONCE :]
    try:
        return cipher.decrypt(nonce, ciphertext, head + place.encode()).decode()
    except (InvalidTag, UnicodeDecodeError):
        raise Unsealable() from None
