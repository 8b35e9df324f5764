"""Texts as octets and back, as SMPP carries them.

Sources: SMPP 3.4 (5.2.12 esm_class, 5.2.19 data_coding, 5.3.2 the sar_ parameters), 3GPP TS 23.038 (the seven-bit alphabet, here
one septet in an octet, as SMSCs take it), 3GPP TS 23.040 9.2.3.24.1 and .8 (the header of a text in parts).

Not smpplib's own: its table has no "§", and its parts break in the middle of an escaped letter or a surrogate pair.
"""

from collections.abc import Iterator
from typing import Final

from digibel.notifications import segments
from digibel.notifications.gateways.base import Place

GSM7: Final = 0x00
UCS2: Final = 0x08
HAS_HEADER: Final = 0x40
# What a telephone puts in place of a letter it does not know.
UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"

_ESCAPE: Final = 0x1B
_SEPTETS: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED: Final = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
_OCTETS: Final = {letter: bytes([place]) for place, letter in enumerate(_SEPTETS) if place != _ESCAPE} | {
    letter: bytes([_ESCAPE, place]) for place, letter in _ESCAPED.items()
}
# The two forms of the element that says "part 2 of 3 of text 77": reference in one octet, or in two.
_CONCATENATED: Final = {0x00: 1, 0x08: 2}
_LATIN1: Final = frozenset({0x03})
_ASCII: Final = frozenset({0x01})


def encode(text: str, *, reference: int) -> tuple[int, list[bytes]]:
    """The data_coding of a text, and its parts; with a header each where there are several. `reference` is 0 to 255."""
    parts = segments.split(text)
    coding = GSM7 if segments.count(text).encoding == "gsm7" else UCS2
    bodies = [_octets(part, coding) for part in parts]
    if len(bodies) == 1:
        return coding, bodies
    total = len(bodies)
    return coding, [bytes([5, 0, 3, reference, total, number]) + body for number, body in enumerate(bodies, start=1)]


def _octets(text: str, coding: int) -> bytes:
    if coding == GSM7:
        return b"".join(_OCTETS[letter] for letter in text)
    return text.encode("utf-16-be", "surrogatepass")


def decode(octets: bytes, coding: int) -> str:
    """The words of one part, without its header. Never raises: what cannot be read is shown as such, and a person sees it."""
    alphabet = coding & 0x0F
    if alphabet == UCS2:
        return octets.decode("utf-16-be", "replace")
    if alphabet in _LATIN1:
        return octets.decode("latin-1")
    if alphabet in _ASCII:
        return octets.decode("ascii", "replace")
    return "".join(_letters(octets))


def _letters(octets: bytes) -> Iterator[str]:
    is_escaped = False
    for octet in octets:
        if octet == _ESCAPE and not is_escaped:
            is_escaped = True
            continue
        basic = _SEPTETS[octet] if octet < len(_SEPTETS) and octet != _ESCAPE else UNREADABLE
        # 3GPP TS 23.038 6.2.1.1: an escape before anything unknown is passed over.
        yield _ESCAPED.get(octet, basic) if is_escaped else basic
        is_escaped = False


def header_of(octets: bytes) -> tuple[Place | None, bytes]:
    """Which part this is, and what comes after the header. A broken header is no part, and nothing of it is words."""
    end = octets[0] + 1 if octets else 0
    header, words = octets[1:end], octets[end:]
    while len(header) >= 2:
        kind, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        width = _CONCATENATED.get(kind)
        if width is not None and len(value) == width + 2:
            place = Place(int.from_bytes(value[:width]), value[width], value[width + 1])
            return (place if place.is_sound else None), words
    return None, words
