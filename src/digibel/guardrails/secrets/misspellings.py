"""Words that are nearly a word we know: "wachtwrod", "pasword"."""

from collections.abc import Iterable, Iterator

_SHORTEST = 6


def slips(word: str) -> Iterator[str]:
    """What comes out when fingers are fast: two neighbours swapped, a letter typed twice, and in a long word one left out."""
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if len(word) < _SHORTEST - 1:
        return
    for place in range(1, len(word)):
        yield word[:place] + word[place - 1] + word[place:]
        if len(word) >= _SHORTEST:
            yield word[:place] + word[place + 1 :]


class Misspellings:
    """Knows some words, and finds the one that was meant when a letter is wrong, or two in a word of nine letters or more.

    The first letter is taken to be right: people rarely miss that one, and it keeps "answer" and "passport" apart from ours.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._known: dict[str, list[str]] = {}
        for word in words:
            self._known.setdefault(word[0], []).append(word)

    def meant(self, written: str) -> str:
        """The word that was meant, or "" when it is not near any."""
        if len(written) < _SHORTEST:
            return ""
        letters = set(written)
        for word in self._known.get(written[0], ()):
            forgiven = 2 if len(word) >= 9 else 1
            if abs(len(word) - len(written)) > forgiven or len(letters - set(word)) > forgiven:
                continue
            if distance(word, written) <= forgiven:
                return word
        return ""


def distance(one: str, other: str) -> int:
    """How many letters must be put in, left out, replaced or swapped with their neighbour to make one word of the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if last and i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
