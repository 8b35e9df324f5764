"""Letters and digits or signs without a blank between: whether they look chosen, random, or like the name of a thing."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from digibel.guardrails.secrets.innocence import looks_like_product

Span = tuple[int, int]

SHORTEST_MIXED: Final = 5
FEWEST_TURNS: Final = 4
FEWEST_RANDOM: Final = 8

_LETTER: Final = re.compile(r"[^\W\d_]")
_DIGIT: Final = re.compile(r"[0-9]")
_SPECIAL: Final = re.compile(r"[@!#$%^*_~=+?&]")
_PART_OF_A_WORD: Final = re.compile(r"[^\W\d_]{4}")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Letters and digits or signs without a blank between them, where they stand in the folded text."""

    start: int
    end: int
    text: str

    @property
    def letters(self) -> int:
        return len(_LETTER.findall(self.text))

    @property
    def digits(self) -> int:
        return len(_DIGIT.findall(self.text))

    @property
    def is_mixed(self) -> bool:
        """Whether it has letters, and digits or signs before its end."""
        return "'" not in self.text and self.letters > 0 and (self.digits > 0 or bool(_SPECIAL.search(self.text[:-1])))

    @property
    def is_product(self) -> bool:
        return looks_like_product(self.text)

    @property
    def looks_chosen(self) -> bool:
        """Whether somebody made this up: a sign inside, or several letters and several digits."""
        return bool(_SPECIAL.search(self.text)) or (self.letters >= 3 and self.digits >= 2)

    @property
    def looks_random(self) -> bool:
        """Whether no person made this up: letters and digits that take turns and make no word, "kX9mP2qLr4", "K7QX-22LP-M9"."""
        turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(filter(str.isalnum, self.text)))
        is_long = self.letters + self.digits >= FEWEST_RANDOM
        return is_long and turns >= FEWEST_TURNS and not _PART_OF_A_WORD.search(self.text)

    @property
    def span(self) -> Span:
        return self.start, self.end
