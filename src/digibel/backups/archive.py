"""A backup file: closed under the master key, read in pieces, and refused as a whole when one byte of it was altered or is missing.

    DIGIBEL BACKUP 1 \\n | name of the master key \\n | id of this file (16 bytes) | its key, wrapped (61) | pieces

A piece is its length (4 bytes), and AES-256-GCM over at most 256 KiB of zlib-compressed lines. Its nonce is its number with a
mark on the last piece, so that pieces cannot be left out, doubled or put in another order.
"""

import json
import os
import uuid
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from digibel.backups.errors import NoBackup, NoFile
from digibel.sealing import masters
from digibel.sealing.errors import MasterKeyMissing, Unsealable

MAGIC = b"DIGIBEL BACKUP 1\n"
PIECE = 256 * 1024
WRAPPED_BYTES = len(masters.VERSION) + masters.NONCE_BYTES + masters.KEY_BYTES + 16


def write(path: Path, lines: Iterable[Any]) -> None:
    """Write the lines (JSON values) to a new file, and put it in its place once it is whole and on the disk.

    Raises `NoFile` for a folder, a device or a pipe: to put a file in the place of `/dev/stdout` would break the machine.
    """
    if path.exists() and not path.is_file():
        raise NoFile(path=path)
    beside = path.with_name(path.name + ".part")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        _write(file, lines)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> Iterator[Any]:
    """The lines. Raises `NoBackup` where the file is none, is altered or broken off, at the latest after the last line."""
    with path.open("rb") as file:
        cipher = _open(file)
        rest = b""
        for part in _unpacked(_pieces(file, cipher)):
            *whole, rest = (rest + part).split(b"\n")
            yield from map(json.loads, whole)
        if rest:
            raise NoBackup("broken off")


def _write(file: BinaryIO, lines: Iterable[Any]) -> None:
    file_id, key = uuid.uuid4(), AESGCM.generate_key(bit_length=256)
    master_id, wrapped = masters.wrap(key, key_id=file_id)
    file.write(MAGIC + master_id.encode() + b"\n" + file_id.bytes + wrapped)
    cipher, number, waiting = AESGCM(key), 0, b""
    for part in _packed(lines):
        waiting += part
        while len(waiting) > PIECE:
            _write_piece(file, cipher, number, waiting[:PIECE], last=False)
            number, waiting = number + 1, waiting[PIECE:]
    _write_piece(file, cipher, number, waiting, last=True)


def _packed(lines: Iterable[Any]) -> Iterator[bytes]:
    packing = zlib.compressobj()
    for line in lines:
        yield packing.compress(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    yield packing.flush()


def _write_piece(file: BinaryIO, cipher: AESGCM, number: int, piece: bytes, *, last: bool) -> None:
    closed = cipher.encrypt(_nonce(number, last=last), piece, MAGIC)
    file.write(len(closed).to_bytes(4) + closed)


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes([last]) + number.to_bytes(masters.NONCE_BYTES - 1)


def _open(file: BinaryIO) -> AESGCM:
    if file.read(len(MAGIC)) != MAGIC:
        raise NoBackup("another kind of file")
    master_id = file.readline(80).decode("ascii", "replace").strip()
    file_id, wrapped = file.read(16), file.read(WRAPPED_BYTES)
    try:
        return AESGCM(masters.unwrap(wrapped, key_id=uuid.UUID(bytes=file_id), master_id=master_id))
    except MasterKeyMissing:
        raise NoBackup("closed with a master key that is not in the settings") from None
    except (Unsealable, ValueError):
        raise NoBackup("altered or broken off") from None


def _pieces(file: BinaryIO, cipher: AESGCM) -> Iterator[bytes]:
    head, number = file.read(4), 0
    while head:
        closed = file.read(min(int.from_bytes(head), PIECE + 16))
        head = file.read(4)
        try:
            yield cipher.decrypt(_nonce(number, last=not head), closed, MAGIC)
        except (InvalidTag, ValueError):
            raise NoBackup("altered or broken off") from None
        number += 1
    if not number:
        raise NoBackup("broken off")


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj()
    for piece in pieces:
        yield unpacking.decompress(piece)
    yield unpacking.flush()
