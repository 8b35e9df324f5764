"""The words with which a wallet or an account is got back, told as a list: "recovery words river candle monkey orbit stone".

Whoever knows them has the account. They are a list and no sentence: none of the words that hold a sentence together is among them.
"""

import re
from collections.abc import Iterator
from typing import Final

from digibel.guardrails.secrets.chunks import Span
from digibel.guardrails.secrets.turnwords import PART, bits

PARTS: Final = bits("pass_phrase")
_NAME: Final = re.compile(rf"\b{PART['pass_phrase']}\b")
_SMALL: Final = re.compile(PART["small"])
_WORD: Final = re.compile(r"[^\W\d_]+")
_UP_TO_COLON: Final = re.compile(r"[^\n:]{0,60}:")
_SAME_LIST: Final = re.compile(r"[ \"'(:>=-]*|,? ")
_NEAR: Final = 3  # words between the name and the list
_FARTHEST: Final = 9
FEWEST: Final = 5
_FEWEST_FAR: Final = 9
_MOST: Final = 50  # twice the longest there is, so that a text of nothing else is read once
_SHORTEST: Final = 3  # letters


def find_words(folded: str) -> Iterator[Span]:
    """Where such lists stand in the folded text."""
    beyond = 0
    for name in _NAME.finditer(folded):
        if name.start() < beyond:
            continue
        colon = _UP_TO_COLON.match(folded, name.end())
        if found := (colon and _list_after(folded, colon.end())) or _list_after(folded, name.end()):
            yield found
            beyond = found[1]


def _list_after(folded: str, place: int) -> Span | None:
    """The first words in a row that hold no sentence together. The farther away they begin, the more they have to be."""
    listed: list[re.Match[str]] = []
    passed = 0
    for word in _WORD.finditer(folded, place):
        if passed > _FARTHEST or len(listed) >= _MOST or not _SAME_LIST.fullmatch(folded, place, word.start()):
            break
        place = word.end()
        if word.end() - word.start() >= _SHORTEST and not _SMALL.fullmatch(word[0]):
            listed.append(word)
        elif _is_list(listed, passed):
            break
        else:
            passed += len(listed) + 1
            listed = []
    return (listed[0].start(), listed[-1].end()) if _is_list(listed, passed) else None


def _is_list(words: list[re.Match[str]], passed: int) -> bool:
    return len(words) >= (FEWEST if passed <= _NEAR else _FEWEST_FAR)
