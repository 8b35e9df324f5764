"""Small typing errors: one letter too many, too few, wrong, or two letters swapped, in a word of at least four letters."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import islice, takewhile
from typing import Final

from digibel.notifications.replies.vocabulary import Reading, vocabulary

_SHORTEST: Final = 4
# A word that changes nothing must be missed by less: half of all words are near some small word.
_SHORTEST_HARMLESS: Final = 5
_SHORTEST_WARY: Final = 6
_HARMLESS: Final = frozenset({"glue", "polite", "reason", "thing", "family", "counts"})
_DRAWN_OUT: Final = re.compile(r"(.)\1{2,}")

Meaning = Callable[[str], Reading | None]


def corrected(word: str, language: str, meaning: Meaning) -> str | None:
    """The word that was meant, or None where there is doubt.

    `meaning` tells what a known word would mean here (None: only something as a part of a phrase). Words that are near to two
    meanings stay as they are, and so does everything that is a word of its own (`not_typos`).
    """
    known = vocabulary()
    if word in known.words:
        return word
    for drawn_in in (_DRAWN_OUT.sub(r"\1\1", word), _DRAWN_OUT.sub(r"\1", word)):
        if drawn_in in known.words:
            return drawn_in
    if len(word) < _SHORTEST or word in known.not_typos or word in known.kept:
        return None
    return _only_meaning(word, _near(word), language, meaning)


def _only_meaning(word: str, near: tuple[str, ...], language: str, meaning: Meaning) -> str | None:
    own = tuple(candidate for candidate in near if language in vocabulary().words[candidate])
    chosen = own or near
    meanings = {candidate: meaning(candidate) for candidate in near}
    if not chosen or len({meanings[candidate] or candidate for candidate in chosen}) != 1:
        return None
    here = meanings[chosen[0]]
    if any(other is not None and other.meaning not in _HARMLESS and other != here for other in meanings.values()):
        return None
    if here is not None and here.meaning == "reason":
        return None
    if len(word) < _SHORTEST_HARMLESS and (here is None or here.meaning in _HARMLESS):
        return None
    return chosen[0]


def resembles(word: str, language: str, wary: Callable[[str], bool]) -> bool:
    """Whether a word that nobody knows is one slip away from one of this language that makes us careful."""
    if len(word) < _SHORTEST_WARY or word in vocabulary().not_typos:
        return False
    return any(wary(known) for known in _near(word) if language in vocabulary().words[known])


def is_cut_off(word: str, language: str, wary: Callable[[str], bool]) -> bool:
    """Whether a word that nobody knows may be the beginning of one of this language that makes us careful: "sí sí per"."""
    known = vocabulary().words
    return any(language in known[whole] and wary(whole) for whole in _beginning_with(word))


def _beginning_with(word: str) -> Iterator[str]:
    found = _in_order()
    return takewhile(lambda whole: whole.startswith(word), islice(found, bisect_left(found, word), None))


@cache
def _in_order() -> list[str]:
    return sorted(vocabulary().words)


@lru_cache(maxsize=4096)
def _near(word: str) -> tuple[str, ...]:
    lengths = range(len(word) - 1, len(word) + 2)
    return tuple(known for length in lengths for known in _alike().get((word[0], length), ()) if _one_slip(known, word))


@cache
def _alike() -> dict[tuple[str, int], list[str]]:
    """The known words by their first letter and length: a slip changes neither by much."""
    found: dict[tuple[str, int], list[str]] = {}
    for known in vocabulary().words:
        if len(known) >= _SHORTEST:
            found.setdefault((known[0], len(known)), []).append(known)
    return found


def _one_slip(meant: str, typed: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours lies between two different words."""
    start = 0
    while start < min(len(meant), len(typed)) and meant[start] == typed[start]:
        start += 1
    rest, tail = meant[start:], typed[start:]
    swapped = rest[:2] == tail[1::-1] and len(tail) >= 2 and rest[2:] == tail[2:]
    return rest[1:] == tail[1:] or rest[1:] == tail or rest == tail[1:] or swapped
