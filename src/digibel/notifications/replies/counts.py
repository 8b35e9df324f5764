"""Numbers, letters of offers, and amounts of time in one reply: in figures and in words."""

from typing import Final

from digibel.notifications.replies.meanings import NOT_A_NUMBER, Sign
from digibel.notifications.replies.phrases import Phrases
from digibel.notifications.replies.vocabulary import Reading
from digibel.notifications.replies.writing import Piece

_ORDINAL_ENDINGS: Final = frozenset(
    {
        *("e", "de", "ste", "er", "ere", "re", "eme", "em", "nd", "nde", "st", "th", "rd"),
        *("tal", "ci", "cu", "nci", "inci", "gi", "ga", "ta", "te", "ti"),
    }
)
# Where "2a" is short for "segunda", it is no window A2; and where "a" is "the", "a 2" is not either.
_A_IS_AN_ENDING: Final = frozenset({"es", "pt"})
_A_IS_AN_ARTICLE: Final = frozenset({"pt"})
_LONGEST_NUMBER: Final = 4
# What one letter may be right before a number, other than an offer: "à 2", "la 1 y 2", "o 2" for "the second".
_BEFORE_A_NUMBER: Final = {
    **{"fr": "ac", "es": "aeoy", "pt": "aeo", "ro": "ao", "pl": "aiouwz", "sq": "e", "tr": "o", "ar": "flw"},
}
_BEGINS_WITH_AN_ARTICLE: Final = {"pt": "ao", "sq": "e"}
# And right behind one: the end of an ordinal in some language, the unit of a time, "2x".
_BEHIND_A_NUMBER: Final = frozenset("aedhmouxi")


class Counts(Phrases):
    """Tells a window from an hour, a delay, a rank and an article."""

    def _letter_at(self, place: int, phrase_length: int) -> int | None:
        piece = self.pieces[place]
        if phrase_length > 1 or piece.kind != "word" or piece.raw.casefold() not in self.letters:
            return None
        if piece.text == "a" and self._a_is_a_word(place):
            return None
        return self.letters.index(piece.raw.casefold())

    def _names_another_offer(self, place: int, phrase_length: int) -> bool:
        """Whether this is the letter of an offer that is not open (any more): "B2" and "nee B" say nothing of A.

        A letter that the person's own language has for a word is one, as long as it is written as a word.
        """
        piece = self.pieces[place]
        if not self.letters or phrase_length > 1 or piece.kind != "word":
            return False
        if len(piece.raw) != 1 or not piece.raw.isascii() or piece.raw.casefold() in self.letters:
            return False
        if piece.glued and self._number_at(place - 1):
            return piece.text not in _BEHIND_A_NUMBER or (piece.raw.isupper() and not self._all_in_capitals(place))
        own = bool(self._readings((piece.text,), self.language))
        if not self._last_of_clause(place) and self._number_at(place + 1):
            first = self._first_of_clause(place) and piece.text in _BEGINS_WITH_AN_ARTICLE.get(self.language, "")
            small = piece.raw.islower() and piece.text in _BEFORE_A_NUMBER.get(self.language, "")
            return self.pieces[place + 1].glued or not (first or small)
        if len(self.pieces) == 1 or piece.text == "x" or (piece.raw.isupper() and self._all_in_capitals(place)):
            return False
        # "Non C": a capital at the end is meant as one.
        meant = piece.raw.isupper() and place > 0 and self._last_of_clause(place) and piece.text not in "iu"
        return meant or not own

    def _all_in_capitals(self, place: int) -> bool:
        """Whether there are other words than this one, and all of them are in capitals."""
        others = [each.raw for at, each in enumerate(self.pieces) if each.kind == "word" and at != place]
        return bool(others) and all(raw.isupper() for raw in others)

    def _a_is_a_word(self, place: int) -> bool:
        """Whether this "a" is no window but an article ("a 2"), the end of an ordinal ("2a") or a small word before another."""
        piece, before, after = self.pieces[place], self._number_at(place - 1), self._number_at(place + 1)
        if before and piece.glued and self.language in _A_IS_AN_ENDING:
            return True
        # "a 2-a" is Romanian for "the second".
        if (before and self._is_a(place - 2)) or (after and self._is_a(place + 2)):
            return True
        if after and not self.pieces[place + 1].glued and self.language in _A_IS_AN_ARTICLE:
            return True
        if piece.raw == "a" and self._last_of_clause(place) and self._asks_at_the_end(place):
            return True
        own_word = self.language in self.known.known(("a",)) or len(self.letters) == 1
        return own_word and not (before or after) and piece.raw == "a" and not self._last_of_clause(place)

    def _asks_at_the_end(self, place: int) -> bool:
        """ "Muj me ardh a?": behind a word that says something, an Albanian "a" asks; behind "per" it is an offer."""
        if self._first_of_clause(place) or Reading("doubt") not in self._readings((self.words[place],), self.language):
            return False
        before = self._readings((self.words[place - 1],), self.language)
        glued_to_a_number = self._number_at(place - 1) and self.pieces[place].glued
        return Reading("glue") not in before and not glued_to_a_number

    def _is_a(self, place: int) -> bool:
        return 0 <= place < len(self.pieces) and self.pieces[place].text == "a"

    def _number_at(self, place: int) -> bool:
        return 0 <= place < len(self.pieces) and self.pieces[place].kind in {"number", "ordinal"}

    def _number_behind(self, place: int) -> bool:
        """Whether a number stands here, in figures or in words of the person's own language."""
        if self._number_at(place) or place >= len(self.pieces):
            return self._number_at(place)
        readings = self._readings(self._phrase_at(place)[0], self.language)
        return any(reading.meaning == "number" for reading in readings)

    def _letter_behind(self, place: int) -> bool:
        """Whether an offer is named here: "offer B"."""
        return place < len(self.pieces) and self._letter_at(place, 1) is not None

    def _quantity_at(self, place: int) -> tuple[Sign, int]:
        piece = self.pieces[place]
        if piece.kind == "ordinal":
            # "2. saat" is the second hour, not two of them.
            return self._sign(piece, "number", int(piece.text)), 2 if self._is_ordered(place + 1) else 1
        if piece.kind == "number":
            number = int(piece.text) if len(piece.text) <= _LONGEST_NUMBER else NOT_A_NUMBER
            ordinal = place + 1 < len(self.pieces) and self._is_ending(self.pieces[place + 1])
            return self._with_unit(place, 2 if ordinal else 1, number)
        if piece.kind in {"half", "decimal"}:
            hours = 0.5 if piece.kind == "half" else float(piece.text.replace(",", ".")[-8:])
            unit = self._unit_at(place + 1)
            return (
                (self._sign(piece, "duration", round(hours * 60)), 2) if unit == 60 else (self._sign(piece, "time"), 1)
            )
        return self._sign(piece, "thing" if piece.kind == "share" else piece.kind), 1

    def _is_ordered(self, place: int) -> bool:
        """Whether this is what an ordinal may count besides what any number may: "2. saat" is the second hour."""
        return any(
            reading.meaning in {"hour", "label"} for reading in self._readings((self.words[place],), self.language)
        )

    def _is_ending(self, piece: Piece) -> bool:
        return piece.glued and piece.kind == "word" and piece.text in _ORDINAL_ENDINGS

    def _with_unit(self, place: int, taken: int, number: int) -> tuple[Sign, int]:
        piece, after = self.pieces[place], place + taken
        unit = self._unit_at(after)
        if unit and number != NOT_A_NUMBER:
            return self._sign(piece, "duration", number * unit), taken + max(1, self._phrase_at(after)[1])
        return self._sign(piece, "number", number), taken

    def _unit_at(self, place: int) -> int | None:
        """60 where an hour stands, 1 where a minute stands. One letter is a unit only right behind its number."""
        if place >= len(self.pieces) or self.pieces[place].clause != self.pieces[place - 1].clause:
            return None
        known = self.known.known(self._phrase_at(place)[0])
        readings = known.get(self.language) or tuple(reading for each in known.values() for reading in each)
        glued = self.pieces[place].glued or len(self.words[place]) > 1
        if glued and any(reading.meaning == "minute" for reading in readings):
            return 1
        hour = any(reading.meaning == "hour" or reading == Reading("duration", 60) for reading in readings)
        return 60 if hour else None

    def _is_total(self, place: int) -> bool:
        """Whether the number from here is how many windows there are: "one of the three"."""
        before = (tuple(self.words[max(0, place - count) : place]) for count in (1, 2))
        return any(words in self.known.of_the.get(self.language, ()) for words in before)
