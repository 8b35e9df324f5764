"""The master keys, which wrap the keys of persons. They are in the operator's settings and in no database."""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from digibel.sealing.errors import MasterKeyMissing, Unsealable

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"


@dataclass(frozen=True)
class MasterKey:
    """`id` names the key without telling it, so that every wrapped key knows by which master it opens."""

    id: str
    cipher: AESGCM = field(repr=False)


def masters() -> tuple[MasterKey, ...]:
    """Those of `DIGIBEL_MASTER_KEYS`, newest first: the first one wraps, all of them unwrap."""
    return _read(tuple(settings.DIGIBEL_MASTER_KEYS))


def decode(encoded: str) -> bytes:
    """The 32 bytes that a setting holds as base64, else `ValueError`."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(raw) != KEY_BYTES:
        raise ValueError(f"{len(raw)} bytes instead of {KEY_BYTES}")
    return raw


@lru_cache(maxsize=4)
def _read(encoded: Sequence[str]) -> tuple[MasterKey, ...]:
    try:
        raw_keys = [decode(key) for key in encoded]
    except ValueError:
        # Without its cause, which may quote the key.
        raise MasterKeyMissing() from None
    if not raw_keys:
        raise MasterKeyMissing()
    return tuple(MasterKey(_name(raw), AESGCM(raw)) for raw in raw_keys)


def _name(raw: bytes) -> str:
    return hashlib.sha256(b"digibel: name of a master key" + raw).hexdigest()[:16]


def wrap(person_key: bytes, *, key_id: UUID) -> tuple[str, bytes]:
    """The id of the newest master key, and the person's key wrapped with it: version, nonce, ciphertext."""
    master = masters()[0]
    nonce = os.urandom(NONCE_BYTES)
    return master.id, VERSION + nonce + master.cipher.encrypt(nonce, person_key, VERSION + key_id.bytes)


def unwrap(wrapped: bytes, *, key_id: UUID, master_id: str) -> bytes:
    master = next((one for one in masters() if one.id == master_id), None)
    if master is None:
        raise MasterKeyMissing()
    nonce, ciphertext = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
    try:
        return master.cipher.decrypt(nonce, ciphertext, VERSION + key_id.bytes)
    except (InvalidTag, ValueError):
        raise Unsealable() from None
