"""How many messages a text becomes on the network, which is what it costs.

Source: 3GPP TS 23.038 (the seven-bit default alphabet and its extension table, and UCS-2) and 3GPP TS 23.040 (a header of six
octets in every part of a message in several parts).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these is sent as two septets, an escape and a letter, which the network keeps in one part.
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")

# Units that fit in a message alone, and in one part of several: septets, and 16-bit units.
_ROOM: Final = {"gsm7": (160, 153), "ucs2": (70, 67)}
_LAST_OF_THE_FIRST_PLANE: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets in gsm7 and 16-bit units in ucs2, without the filling at the end of a part."""

    encoding: Literal["gsm7", "ucs2"]
    units: int
    segments: int


def count(text: str) -> Segments:
    """Encoding, units and number of messages of a text. An empty text is one message: it is sent and paid for like any other."""
    encoding: Literal["gsm7", "ucs2"] = "gsm7" if _BASIC.issuperset(set(text) - _EXTENSION) else "ucs2"
    sizes = [_septets(letter) if encoding == "gsm7" else _code_units(letter) for letter in text]
    alone, in_part = _ROOM[encoding]
    return Segments(encoding, sum(sizes), 1 if sum(sizes) <= alone else _parts(sizes, in_part))


def fits_one(text: str) -> bool:
    """Whether a text is a single message."""
    return count(text).segments == 1


def _septets(letter: str) -> int:
    return 2 if letter in _EXTENSION else 1


def _code_units(letter: str) -> int:
    return 2 if ord(letter) > _LAST_OF_THE_FIRST_PLANE else 1


def _parts(sizes: Iterable[int], room: int) -> int:
    """Fills parts one by one; a letter of two units that no longer fits starts the next part."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
