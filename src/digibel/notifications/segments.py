"""How many messages a text becomes on the network, which is what it costs.

Source: 3GPP TS 23.038 (the seven-bit default alphabet and its extension table, and UCS-2) and 3GPP TS 23.040 (a header of six
octets in every part of a message in several parts).
"""

from collections.abc import Iterator
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

Encoding = Literal["gsm7", "ucs2"]


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets in gsm7 and 16-bit units in ucs2, without the filling at the end of a part."""

    encoding: Encoding
    units: int
    segments: int


def count(text: str) -> Segments:
    """Encoding, units and number of messages of a text. An empty text is one message: it is sent and paid for like any other."""
    encoding = _encoding(text)
    units = sum(_size(letter, encoding) for letter in text)
    return Segments(encoding, units, len(split(text)))


def split(text: str) -> list[str]:
    """The text as it is cut into messages. No letter of two units is cut in the middle."""
    encoding = _encoding(text)
    alone, in_part = _ROOM[encoding]
    if sum(_size(letter, encoding) for letter in text) <= alone:
        return [text]
    return list(_parts(text, encoding, in_part))


def fits_one(text: str) -> bool:
    """Whether a text is a single message."""
    return count(text).segments == 1


def _encoding(text: str) -> Encoding:
    return "gsm7" if _BASIC.issuperset(set(text) - _EXTENSION) else "ucs2"


def _size(letter: str, encoding: Encoding) -> int:
    is_double = letter in _EXTENSION if encoding == "gsm7" else ord(letter) > _LAST_OF_THE_FIRST_PLANE
    return 2 if is_double else 1


def _parts(text: str, encoding: Encoding, room: int) -> Iterator[str]:
    """Fills parts one by one; a letter of two units that no longer fits starts the next part."""
    start = used = 0
    for place, letter in enumerate(text):
        size = _size(letter, encoding)
        if used + size > room:
            yield text[start:place]
            start, used = place, 0
        used += size
    yield text[start:]
