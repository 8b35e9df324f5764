"""The words of one reply without their slips, and the longest phrases that they hold: what each means, and in which language."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from digibel.notifications.replies.meanings import BEFORE_A_NO, SMALL_WORDS, WEIGHTY, Sign, alike, in_state
from digibel.notifications.replies.typos import corrected
from digibel.notifications.replies.vocabulary import Phrase, Reading, Readings, Vocabulary, vocabulary
from digibel.notifications.replies.writing import Piece

_BRUSSELS: Final = frozenset({"nl", "fr", "en"})
_SPOKEN: Final = frozenset({"word", "number", "ordinal"})
_SHORTEST_ELIDED: Final = 2
_SHORTEST_ENDED: Final = 5


class Phrases:
    """The pieces of one text, and the phrases that they make for a person of this language at this moment."""

    def __init__(self, found: list[Piece], *, state: str, language: str, letters: Sequence[str]) -> None:
        self.known: Vocabulary = vocabulary()
        self.state, self.language = state, language
        self.letters = [letter.casefold() for letter in letters]
        self.pieces = [part for piece in found for part in self._taken_apart(piece)]
        self.pieces = [self._corrected(place, piece) for place, piece in enumerate(self.pieces)]
        self.words = [piece.text if piece.kind in _SPOKEN else f"<{piece.kind}>" for piece in self.pieces]
        others = [word for word in self.words if word not in self.letters]
        self.coverage = self.known.covered(others)

    def _corrected(self, place: int, piece: Piece) -> Piece:
        """A word without its typing error. A capital within a sentence, or on the last word, is that of a name."""
        named = piece.looks_like_a_name and place > 0
        if (
            piece.kind != "word"
            or self._is_careful(piece.text)
            or (named and (place + 1 == len(self.pieces) or not self._first_of_clause(place)))
        ):
            return piece
        return replace(piece, text=corrected(piece.text, self.language, self._meaning_alone) or piece.text)

    def _taken_apart(self, piece: Piece) -> list[Piece]:
        """The two words of one that was written together: "smundem" is "s'mundem", and "npunë" is "n'punë"."""
        first, rest = piece.text[:1], piece.text[1:]
        own = [self.language in self.known.words.get(word, ()) for word in (piece.text, rest)]
        apart = piece.kind == "word" and first in self.known.elisions.get(self.language, ()) and own == [False, True]
        if not apart or len(rest) < _SHORTEST_ELIDED:
            return [piece]
        return [replace(piece, text=first, raw=piece.raw[:1]), replace(piece, text=rest, raw=piece.raw[1:], glued=True)]

    def _readings(self, phrase: Phrase, spoken: str) -> Readings:
        return self.known.known(phrase).get(spoken, ())

    def _phrase_at(self, place: int) -> tuple[Phrase, int]:
        """The longest phrase from here that no comma or line end runs through, and how many pieces it takes."""
        clause = self.pieces[place].clause
        end = next((i for i in range(place, len(self.pieces)) if self.pieces[i].clause != clause), len(self.pieces))
        phrase, length = self.known.phrase_at(self.words[:end], place)
        if length > 1 and not self._first_of_clause(place) and self._asks_only_in_front(phrase):
            return self.known.phrase_at(self.words[: place + 1], place)
        short = self._shorter_for_the_next(phrase, place, end) if length == len(phrase) else length
        return phrase[:short], short

    def _shorter_for_the_next(self, phrase: Phrase, place: int, end: int) -> int:
        """How many words to leave to this phrase: fewer where that says the same, and the next phrase gains more by it.

        "Sí claro que puedo" is "sí" and "claro que puedo", not "sí claro" and a question; the "no" of "sorry, no" belongs to
        what follows; and "si si puedo" may be "sí, if I can".
        """
        length = len(phrase)
        readings = self._readings(phrase, self.language)
        if length == 1 or not readings or place + length >= end:
            return length
        behind = self.known.longest(self.words[:end], place + length)
        for short in range(1, length):
            front = self._readings(phrase[:short], self.language)
            gained = self.known.longest(self.words[:end], place + short) - (length - short)
            same = bool(front) and self._in_state(front) == self._in_state(readings)
            if (same and gained > behind) or (_is_sorry_no(front, readings) and gained >= max(1, behind)):
                return short
            if same and gained > 0 and self._is_doubt(place + short, end):
                return short
        return length

    def _is_doubt(self, place: int, end: int) -> bool:
        """Whether the longest phrase from here asks, or sets a condition."""
        words = self.words[place : place + self.known.longest(self.words[:end], place)]
        return self._in_state(self._readings(tuple(words), self.language)).meaning == "doubt"

    def _asks_only_in_front(self, phrase: Phrase) -> bool:
        """ "Ben ik" asks something where a clause begins with it; in "dan ben ik vrij" it does not."""
        known = self.known.known(phrase).values()
        return any(reading == Reading("asks") for readings in known for reading in readings)

    def _first_of_clause(self, place: int) -> bool:
        return place == 0 or self.pieces[place - 1].clause != self.pieces[place].clause

    def _last_of_clause(self, place: int) -> bool:
        return place + 1 == len(self.pieces) or self.pieces[place + 1].clause != self.pieces[place].clause

    def _is_careful(self, word: str) -> bool:
        """Whether a word that no table has ends as "I would" or "if I" does in the person's own language."""
        endings = self.known.careful_endings.get(self.language, ())
        return word not in self.known.words and len(word) >= _SHORTEST_ENDED and word.endswith(endings)

    def _is_label(self, place: int, length: int) -> bool:
        """Whether this is what a number is a number of: "moment 2", "the second slot"."""
        return Reading("label") in self._readings(tuple(self.words[place : place + length]), self.language)

    def _reading(self, known: Mapping[str, Readings]) -> tuple[Reading, str]:
        """What a phrase means, and in which language: the person's own first, then that of the words around it."""
        best = max(self.coverage[lang] for lang in known)
        meant = {lang: self._in_state(readings) for lang, readings in known.items()}
        own = meant.get(self.language)
        if own is not None and self.coverage[self.language] >= best:
            return own, self.language
        likely = [lang for lang in known if self.coverage[lang] == best]
        likely = _of_the_street(likely, meant) or likely
        around = {alike(meant[lang]) for lang in likely}
        if len(around) > 1 or (own is not None and own.meaning in WEIGHTY and alike(own) not in around):
            return Reading("doubt"), self.language
        return meant[likely[0]], likely[0]

    def _in_state(self, readings: Readings) -> Reading:
        return in_state(readings, self.state)

    def _meaning_alone(self, word: str) -> Reading | None:
        known = self.known.known((word,))
        if not known:
            return None
        readings = known.get(self.language) or next(iter(known.values()))
        return self._in_state(readings)

    def _wary(self, word: str) -> bool:
        """Whether a word alone makes us careful in the person's own language."""
        meant = self._in_state(self._readings((word,), self.language)).meaning
        return meant in {"doubt", "limit", "negation", "no", "or"}

    def _sign(self, piece: Piece, meaning: str, value: int | None = None) -> Sign:
        return Sign(meaning, value, piece.clause, piece.line, name=piece.looks_like_a_name)


def _of_the_street(likely: list[str], meant: Mapping[str, Reading]) -> list[str]:
    """The languages of Brussels in which a word says something, where it is only a small word in all the other ones.

    A Turk who texts "ja" means the Dutch yes, not the Polish "I".
    """
    telling = [lang for lang in likely if lang in _BRUSSELS and meant[lang].meaning not in SMALL_WORDS]
    return telling if all(meant[lang].meaning in SMALL_WORDS for lang in likely if lang not in telling) else []


def _is_sorry_no(front: Readings, whole: Readings) -> bool:
    return Reading("no") in whole and any(reading.meaning in BEFORE_A_NO for reading in front)
