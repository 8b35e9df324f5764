"""Reading a text the way a person does: ٤, ４ and 4 are the same digit, É is e, and what is invisible is not there.

Every rule about secrets is written for the folded text. Where something is found, `Reading.span` says where that stands in
the text as it was written.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

CARD: Final = "[CARD]"
IBAN: Final = "[IBAN]"
NATIONAL_NUMBER: Final = "[NATIONAL NUMBER]"
SECRET: Final = "[SECRET]"

# Stands in the folded text for every character of what is masked. Folding never yields it in any other way.
COVER: Final = "\ue000"

_MASKS: Final = re.compile("|".join(re.escape(mask.lower()) for mask in (CARD, IBAN, NATIONAL_NUMBER, SECRET)))
_GAPS: Final = frozenset("\u2800\u3000")
_INVISIBLE_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u0640")
_LINE_BREAKS: Final = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_LOOKALIKES: Final = {
    **dict.fromkeys("‘’ʼ`´′ʻ", "'"),
    **dict.fromkeys("“”„‟«»″❝❞", '"'),
    **dict.fromkeys("−⁃―", "-"),
    **dict.fromkeys("،٫、", ","),
    **dict.fromkeys("؛", ";"),
    **dict.fromkeys("؟", "?"),
    **dict.fromkeys("٬。·•․", "."),
    **dict.fromkeys("→⇒➜➡⟶", ">"),
    **dict.fromkeys("ı", "i"),
    **dict.fromkeys("łŁ", "l"),
    **dict.fromkeys("ßẞ", "s"),
    **dict.fromkeys("øØœŒ", "o"),
    **dict.fromkeys("æÆ", "a"),
    **dict.fromkeys("đĐð", "d"),
    **dict.fromkeys("یىې", "ي"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ةہەھ", "ه"),
    **dict.fromkeys("ٱ", "ا"),
}


class _Folding(dict[int, str]):
    """What each character is read as, worked out once: one character, or none where it is invisible."""

    def __missing__(self, code: int) -> str:
        read_as = self[code] = _read(chr(code))
        return read_as


def _read(character: str) -> str:
    if character in _LOOKALIKES:
        return _LOOKALIKES[character]
    if character in _LINE_BREAKS:
        return "\n"
    if character.isspace() or character in _GAPS:
        return " "
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf", "Cc") or character in _INVISIBLE_LETTERS:
        return ""
    if category in ("Cs", "Co", "Cn"):
        return "\ufffd"
    if category == "Pd":
        return "-"
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if category == "No":
        return character
    plain = unicodedata.normalize("NFKD", character)[0].lower()[0]
    return _LOOKALIKES.get(plain, plain)


_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """The text as it is read: small letters without accents, ASCII digits, nothing invisible."""
    return text.translate(_FOLDING)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and how it is read. `kept` gives the place in `text` of each character of `folded`; None if they are the same."""

    text: str
    folded: str
    kept: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded characters from `start` up to `end` stand in the text as it was written."""
        if self.kept is None:
            return start, end
        return self.kept[start], self.kept[end - 1] + 1

    def written(self, start: int, end: int) -> str:
        """Those characters as they were written, with their capitals."""
        first, beyond = self.span(start, end)
        return self.text[first:beyond]


def read(text: str) -> Reading:
    """The reading of a text, in which earlier masks ("[IBAN]") are covered."""
    folded = text.translate(_FOLDING)
    kept = None
    if len(folded) != len(text):
        kept = tuple(place for place, character in enumerate(text) if _FOLDING[ord(character)])
    if "\\" in folded:
        # Where a line is a whole text, a line break within it is written as backslash and n.
        folded = folded.replace("\\n", "\n ")
    if "[" in folded:
        folded = _MASKS.sub(lambda mask: COVER * len(mask[0]), folded)
    return Reading(text, folded, kept)


def covered(folded: str, spans: list[tuple[int, int]]) -> str:
    """The folded text with these places covered, so that nobody reads them twice."""
    for start, end in spans:
        folded = folded[:start] + COVER * (end - start) + folded[end:]
    return folded
