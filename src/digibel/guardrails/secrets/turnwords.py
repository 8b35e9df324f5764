"""The words of each part of a turn of phrase (`turns.toml`), as patterns, and which parts a text can hold at all."""

import re
import tomllib
from pathlib import Path
from typing import Final

from digibel.guardrails.secrets.reading import fold

WORD: Final = re.compile(r"[^\W_]+")
_HEAD: Final = 3


def _phrases() -> dict[str, list[str]]:
    """The phrases of each part of a turn, folded."""
    listed = tomllib.loads(Path(__file__).with_name("turns.toml").read_text(encoding="utf-8"))
    return {part: [fold(one) for line in lines for one in line.split(", ")] for part, lines in listed.items()}


def _alternative(phrases: list[str]) -> str:
    """One of these, the longest first; `*` stands for any letters, a blank for any blanks."""
    return "(?:" + "|".join(_pattern(one) for one in sorted(phrases, key=len, reverse=True)) + ")"


def _pattern(phrase: str) -> str:
    return re.escape(phrase).replace(r"\*", r"[^\W\d_]*").replace(r"\ ", " +")


def _bits_of_heads() -> dict[str, int]:
    """For each way in which a word can begin, the parts of turns that it may begin, a bit each."""
    bits: dict[str, int] = {}
    for place, phrases in enumerate(_PHRASES.values()):
        for phrase in phrases:
            head = "".join(WORD.findall(phrase)[:1])[:_HEAD]
            bits[head] = bits.get(head, 0) | 1 << place
    return bits


_PHRASES: Final = _phrases()
_BITS_OF: Final = _bits_of_heads()
_BIT: Final = {part: 1 << place for place, part in enumerate(_PHRASES)}
# One of the phrases of a part, as a regular expression.
PART: Final = {part: _alternative(phrases) for part, phrases in _PHRASES.items()}


def bits(parts: str) -> int:
    """These parts, with blanks between them, as a bit each."""
    return sum(_BIT[part] for part in parts.split())


def present_in(folded: str) -> int:
    """The parts that this text may hold, by how its words begin."""
    present = 0
    for one in WORD.findall(folded):
        present |= _BITS_OF.get(one[:_HEAD], 0)
    return present
