"""A text cut into words, numbers and signs, with what is known about each word."""

import re
from dataclasses import dataclass
from typing import Final

from digibel.guardrails.secrets.reading import COVER, Reading
from digibel.guardrails.secrets.wordings import DARIJA, Word, word

_TOKEN: Final = re.compile(rf"{COVER}+|[0-9]+|[^\W\d_]+|[^\w \t]|_|[^\W]")
# Moroccans write Arabic in Latin letters, with digits for the sounds those lack: "3afak", "rb3a", "7aja". Such a word is a word,
# in a text that has others of theirs.
_DARIJA_WORD: Final = r"(?<![^\W_])(?:[a-z]+[23579]|[23579][a-z])(?:[23579]?[a-z])*[23579]?(?![^\W_])"
_DARIJA_TOKEN: Final = re.compile(rf"{_DARIJA_WORD}|{_TOKEN.pattern}")
_DARIJA_SIGN: Final = re.compile(r"[23579](?:(?<=[a-z].)|[a-z])")
_SENTENCE_ENDS: Final = frozenset(".!?\n")

NO_WORD: Final = word("")


# Empty tokens after the last one, so that a look a few tokens ahead, or before the first, finds nothing and needs no check.
_MARGIN: Final = 12
_NO_TEXTS, _NO_STARTS, _NO_ENDS, _NO_WORDS = [""] * _MARGIN, [-1] * _MARGIN, [-2] * _MARGIN, [NO_WORD] * _MARGIN


@dataclass(slots=True)
class Passage:
    """Parallel lists, one entry per token: what it is, where it starts and ends in the folded text, what its word means.

    `size` counts the tokens. A place up to twelve before the first or after the last holds an empty token.
    """

    reading: Reading
    folded: str
    size: int
    texts: list[str]
    starts: list[int]
    ends: list[int]
    words: list[Word]

    def __len__(self) -> int:
        return self.size

    def is_number(self, place: int) -> bool:
        return self.texts[place].isdecimal()

    def is_word(self, place: int) -> bool:
        text = self.texts[place]
        return text.isalnum() and not text.isdecimal()

    def is_sign(self, place: int) -> bool:
        text = self.texts[place]
        return text != "" and not text[0].isalnum()

    def text(self, place: int) -> str:
        """The token; "" before the first and after the last."""
        return self.texts[place]

    def has(self, place: int, role: str) -> bool:
        return role in self.words[place].roles

    def is_glued(self, place: int) -> bool:
        """Whether nothing stands between this token and the one before."""
        return self.starts[place] == self.ends[place - 1]

    @property
    def is_shouted(self) -> bool:
        """Whether all of it is written in capitals, so that a capital says nothing."""
        return self.reading.text.isupper()

    def is_capital(self, place: int) -> bool:
        return self.is_word(place) and self.written(place)[:1].isupper()

    def written(self, place: int, last: int = -1) -> str:
        """The token as it was written, with its capitals; or all from `place` up to and including `last`."""
        return self.reading.written(self.starts[place], self.ends[max(place, last)])

    def ends_sentence(self, place: int) -> bool:
        """Whether a sentence ends here: a full stop that something follows after a blank, or a new line.

        Not after an abbreviation: "v. mevrouw", "mevr. Peeters", "tel. 02".
        """
        sign = self.text(place)
        if sign not in _SENTENCE_ENDS:
            return False
        if sign == "." and self.is_word(place - 1) and self.is_glued(place):
            is_abbreviated = self.ends[place - 1] - self.starts[place - 1] == 1 or self.has(place - 1, "abbreviations")
            return not is_abbreviated and not self.is_glued(place + 1)
        return sign == "\n" or not self.is_glued(place + 1)

    def ends_clause(self, place: int) -> bool:
        return self.texts[place] in ",;:()" or self.ends_sentence(place)


def _tokens(folded: str) -> re.Pattern[str]:
    is_darija = _DARIJA_SIGN.search(folded) and not DARIJA.isdisjoint(folded.split())
    return _DARIJA_TOKEN if is_darija else _TOKEN


def passage(reading: Reading, folded: str) -> Passage:
    """Cut the folded text of a reading, in which what was found already is covered."""
    spans = [token.span() for token in _tokens(folded).finditer(folded)]
    starts, ends = (list(side) for side in zip(*spans, strict=True)) if spans else ([], [])
    texts = [folded[start:end] for start, end in spans]
    words = list(map(word, texts))
    size = len(texts)
    return Passage(
        reading,
        folded,
        size,
        texts + _NO_TEXTS,
        starts + _NO_STARTS,
        ends + _NO_ENDS,
        words + _NO_WORDS,
    )
