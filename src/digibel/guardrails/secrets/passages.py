"""A text cut into words, numbers and signs, with what is known about each word."""

import re
from dataclasses import dataclass
from typing import Final

from digibel.guardrails.secrets.reading import COVER, Reading
from digibel.guardrails.secrets.wordings import Word, word

_TOKEN: Final = re.compile(rf"{COVER}+|[0-9]+|[^\W\d_]+|[^\w \t]|_|[^\W]")
_SENTENCE_ENDS: Final = frozenset(".!?\n")

_DIGITS: Final = frozenset("0123456789")

NO_WORD: Final = word("")


# Empty tokens after the last one, so that a look a few tokens ahead, or before the first, finds nothing and needs no check.
_MARGIN: Final = 12


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
        return self.texts[place][:1] in _DIGITS

    def is_word(self, place: int) -> bool:
        return self.texts[place][:1].isalpha()

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

    def is_capital(self, place: int) -> bool:
        return self.is_word(place) and self.written(place)[:1].isupper()

    def written(self, place: int) -> str:
        return self.reading.written(self.starts[place], self.ends[place])

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


def passage(reading: Reading, folded: str) -> Passage:
    """Cut the folded text of a reading, in which what was found already is covered."""
    tokens = list(_TOKEN.finditer(folded))
    texts = [token[0] for token in tokens]
    starts = [token.start() for token in tokens]
    ends = [token.end() for token in tokens]
    words = [word(text) for text in texts]
    size = len(texts)
    return Passage(
        reading,
        folded,
        size,
        texts + [""] * _MARGIN,
        starts + [-1] * _MARGIN,
        ends + [-2] * _MARGIN,
        words + [NO_WORD] * _MARGIN,
    )
