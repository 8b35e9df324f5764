"""What each word of a reply signifies at this moment of the dialogue, for a person of this language."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from digibel.notifications.replies.arabic import spelt
from digibel.notifications.replies.counts import Counts
from digibel.notifications.replies.meanings import (
    ANSWERS,
    BEFORE_A_NO,
    BUSY,
    BUT,
    CONTRAST,
    ENDS_IN_IN,
    IN_OR_OUT,
    NOT_A_NUMBER,
    NOT_TODAY,
    SMALL_WORDS,
    SO_BECAUSE,
    SOONER,
    THAT_DAY,
    WEIGHTY,
    Sign,
)
from digibel.notifications.replies.typos import is_cut_off, resembles
from digibel.notifications.replies.vocabulary import Phrase, Reading, vocabulary
from digibel.notifications.replies.writing import Piece, pieces

_OF_A_VISIT: Final = frozenset({"booked", "visit_day"})
# No "i": it is a word in half of the languages.
_ROMAN: Final = {"ii": 2, "iii": 3}
# Digits that stand for Arabic letters, within a word or before a longer one: "n9der", "3andi"; not "5min", "3eme", "2a".
_SPELT_WITH_DIGITS: Final = re.compile(r"[a-z]+[235-9]+[a-z]|[379](?!eme|min|h)[a-z]{3}")
# What a joining word may stand before, and joins without a question: never a yes.
_JOINED: Final = frozenset(
    {
        *("no", "none", "not_coming", "unable", "cannot", "reason", "polite", "family"),
        *("checkin", "checkout", "works", "fails", "late", "nobody_home", "nobody_opens", "able"),
    }
)
# What a noun keeps in all its cases: a member of the family stays one that might come instead.
_OF_NOUNS: Final = frozenset({"family", "reason", "thing"})
# Minutes in each.
_UNITS: Final = {"minute": 1, "hour": 60}
# What may stand between a window and another one, and what turns one down.
_BETWEEN: Final = frozenset({"contrast", "sooner", "instead", "than", "replaced"})
_NEVER: Final = frozenset({"none", "not_coming", "unable", "cannot"})
_SHORTEST_STEM: Final = 4
_REASONS: Final = {"because": SO_BECAUSE, "busy": BUSY}


def signs_of(text: str, *, state: str, language: str, letters: Sequence[str] = ()) -> list[Sign]:
    """All signs of a reply, in order. `letters` are those of the live offers, upper case."""
    written = spelt(text) if language == "ar" else text
    reader = _Reader(pieces(written, vocabulary().kept), state=state, language=language, letters=letters)
    return reader.signs()


class _Reader(Counts):
    """Goes through the pieces of one text, longest phrase first."""

    def signs(self) -> list[Sign]:
        found: list[Sign] = []
        place = before = 0
        while place < len(self.pieces):
            sign, taken = self._sign_at(place)
            if found and found[-1].meaning in {"number", "last", "middle"} and self._is_label(place, taken):
                sign = replace(sign, meaning="glue")
            if found and found[-1].meaning == "duration" and sign.meaning == "minute":
                sign = replace(sign, meaning="glue")
            if _is_more_of(found, sign):
                found[-2] = replace(found[-2], meaning="duration", value=(found[-2].value or 0) * _UNITS[sign.meaning])
                sign = replace(sign, meaning="glue")
            if sign.meaning == "number" and self._is_total(place):
                sign = replace(sign, meaning="glue" if _is_rank(found) else "limit")
                found = [replace(each, meaning="glue") if each.meaning == "at" else each for each in found]
            sign = self._turned(sign, found, place, taken)
            if found:
                found[-1] = self._seen_from(sign, found, tuple(self.words[before:place]))
            if self._is_but_after_regret(found, place, taken):
                sign = replace(sign, meaning="glue")
            if sign.meaning == "doubt" and found and taken == 1 and self._goes_on_behind_a_comma(place):
                sign = replace(sign, meaning="limit")
            found.append(sign)
            place, before = place + taken, place
        return found

    def _turned(self, sign: Sign, found: list[Sign], place: int, taken: int) -> Sign:
        """What turns a text around: a "but", "rather than" between two windows, the "wel" of "niet 1, wel 2"."""
        meanings = {
            reading.meaning for reading in self._readings(tuple(self.words[place : place + taken]), self.language)
        }
        if sign.meaning == "limit" and "but" in meanings:
            order = "particle" in meanings and self._ends_an_order(found, place + taken)
            return replace(sign, meaning="glue") if order else replace(sign, value=BUT)
        if "stop_too" in meanings and any(each.meaning == "stop" for each in found):
            return replace(sign, meaning="polite")
        if self.state != "offer" or meanings.isdisjoint(_BETWEEN) or not self._window_behind(place + taken):
            return sign
        if "contrast" in meanings and any(each.meaning in {"no", "negation", *_NEVER} for each in found):
            return replace(sign, meaning="limit", value=CONTRAST)
        if "sooner" in meanings and sign.meaning == "limit":
            return replace(sign, value=SOONER)
        between = any(each.meaning in {"number", "last", "middle"} and each.clause == sign.clause for each in found)
        turning = meanings & {"instead", "than", "replaced"}
        return replace(sign, meaning=min(turning)) if between and turning else sign

    def _ends_an_order(self, found: list[Sign], end: int) -> bool:
        """Whether a clause ends here that only orders a window or an offer: "doe mij B maar" leaves nothing to come."""
        clause = self.pieces[end - 1].clause
        told = [each.meaning for each in found if each.clause == clause and each.meaning not in SMALL_WORDS]
        first = next(place for place, piece in enumerate(self.pieces) if piece.clause == clause)
        orders = Reading("orders") in self._readings((self.words[first],), self.language)
        windows = {"number", "letter", "last", "middle"}
        ordered = told[1:] if told[:1] == ["yes"] else told
        once = self.words[first:end].count(self.words[end - 1]) == 1
        return orders and once and bool(ordered) and set(ordered) <= windows and self._last_of_clause(end - 1)

    def _window_behind(self, place: int) -> bool:
        """Whether a window is named here, or behind the one small word that is here, with no comma before it."""
        clause = self.pieces[place - 1].clause
        places = [at for at in (place, place + 1) if at < len(self.pieces) and self.pieces[at].clause == clause]
        return any(self._number_behind(at) or self._is_last_or_middle(at) for at in places)

    def _is_last_or_middle(self, place: int) -> bool:
        readings = self._readings(self._phrase_at(place)[0], self.language)
        return any(reading.meaning in {"last", "middle"} for reading in readings)

    def _seen_from(self, sign: Sign, found: list[Sign], phrase: Phrase) -> Sign:
        """What the last sign that was found means, now that the next one is known.

        "Me encantaría" is a yes, but a regret before "pero"; "que" asks, but joins where a full answer follows at once, unless
        something that we do not know rules it ("no creas que no puedo").
        """
        *earlier, last = found
        readings = self._readings(phrase, self.language)
        wishes = Reading("regret") in readings and last.meaning in {"yes", "doubt"}
        if wishes and sign.meaning == "limit":
            return replace(last, meaning="regret")
        ruled = bool(earlier) and earlier[-1].clause == last.clause and not _is_complete(earlier[-1])
        joined = sign.clear and sign.meaning in _JOINED and sign.clause == last.clause and not ruled
        if joined and Reading("join") in readings and last.meaning in {"doubt", "limit"}:
            return replace(last, meaning="glue")
        return last

    def _goes_on_behind_a_comma(self, place: int) -> bool:
        """Whether this "que" begins a later clause of a text that asks nothing: "no, que tengo al bebé malo"."""
        joins = Reading("join") in self._readings((self.words[place],), self.language)
        asks = any(piece.kind == "question" for piece in self.pieces)
        return joins and self.pieces[place].raw.isascii() and self._first_of_clause(place) and not asks

    def _is_but_after_regret(self, found: list[Sign], place: int, taken: int) -> bool:
        """The "but" of "I am sorry, but I work" limits nothing, as long as something follows."""
        told = next((sign.meaning for sign in reversed(found) if sign.meaning not in SMALL_WORDS), None)
        return told in {"regret", "thanks"} and self._is_but(place, taken)

    def _sign_at(self, place: int) -> tuple[Sign, int]:
        """What stands here, and how many pieces it takes."""
        piece = self.pieces[place]
        if piece.kind == "symbol":
            return self._sign(piece, self._possible(piece.text)), 1
        phrase, length = self._phrase_at(place)
        return self._beside_the_tables(place, length) or self._of_the_tables(place, phrase, length)

    def _beside_the_tables(self, place: int, length: int) -> tuple[Sign, int] | None:
        """What stands in no table, or means something else here: digits for letters, an offer's letter, a number, a label."""
        piece, end = self.pieces[place], place + length
        together = self._spelt_with_digits(place) if self.language == "ar" else 0
        if together > length:
            return self._sign(piece, "unknown"), together
        letter = self._letter_at(place, length)
        if letter is not None:
            return self._sign(piece, "letter", letter), 1
        if self._names_another_offer(place, length):
            return self._sign(piece, "doubt"), 1
        if piece.kind != "word" and length <= 1:
            return self._quantity_at(place)
        if length == 0 and piece.text in _ROMAN:
            return self._sign(piece, "number", _ROMAN[piece.text]), 1
        if length == 0:
            return self._sign(piece, self._strange(place)), 1
        if (self._number_behind(end) or self._letter_behind(end)) and self._is_label(place, length):
            return self._sign(piece, "glue"), length
        return None

    def _of_the_tables(self, place: int, phrase: Phrase, length: int) -> tuple[Sign, int]:
        """The sign of a phrase that a table has."""
        piece = self.pieces[place]
        reading, spoken = self._read(place, phrase, length)
        if reading.meaning == "number":
            sign, taken = self._with_unit(place, length, reading.value or NOT_A_NUMBER)
            return replace(sign, clear=sign.meaning == "number"), taken
        reading = self._narrowed(reading, piece, phrase, length, spoken)
        if spoken != self.language:
            reading = _as_a_stranger(reading, phrase)
            if reading.meaning in SMALL_WORDS and self._breaks_off(place):
                reading = Reading("limit")
        sign = self._sign(piece, reading.meaning, reading.value)
        clear = len(phrase) > 1 or self._shouted(piece)
        begins = Reading("subject") in self._readings(phrase[:1], spoken)
        asks = clear and not begins and any(Reading("doubt") in self._readings(phrase[:n], spoken) for n in (1, 2))
        negates, words = self._negates(phrase, spoken), len(phrase)
        return replace(sign, negates=negates, clear=clear, words=words, asked=asks, begins=begins), length

    def _read(self, place: int, phrase: Phrase, length: int) -> tuple[Reading, str]:
        """What the tables say, and in which language, for a phrase that stands here in this text."""
        known = self.known.known(phrase)
        reading, spoken = self._reading(known)
        is_name_elsewhere = any(Reading("name") in each for each in known.values())
        if reading.meaning == "doubt" and self.pieces[place].looks_like_a_name and is_name_elsewhere:
            # "Karim" is nobody's wife where no Turkish is spoken.
            reading = Reading("name")
        if place + length == len(self.pieces) and self._trails_off(reading, phrase, spoken):
            reading = Reading("doubt")
        if len(self.pieces) == 1 and Reading("stops_alone") in self._readings(phrase, spoken):
            reading = Reading("stop")
        return reading, spoken

    def _narrowed(self, reading: Reading, piece: Piece, phrase: Phrase, length: int, spoken: str) -> Reading:
        """What a reading comes to by the way it is written, by its words, or by what the dialogue is about."""
        match reading.meaning:
            case "name" if not (piece.looks_like_a_name or _has_no_capitals(piece.raw)):
                return Reading("unknown")
            case "yes" if length > 1 and self._says_can(phrase[:1], spoken):
                return Reading("can")
            case "by":
                # "I cannot come by car" may be a promise to come on foot. Beside anything but a visit it is chatter.
                return Reading("limit" if self.state in _OF_A_VISIT else "polite")
            case "no" if any(Reading("today") in self._readings((word,), spoken) for word in phrase):
                return Reading("no", NOT_TODAY)
            case "that_day":
                return Reading("day", THAT_DAY)
            case "because" | "busy" as why:
                return Reading("reason", _REASONS[why])
            case "elsewhere" if len(phrase) == 1 and self._is_in_or_out(phrase, spoken):
                return Reading("elsewhere", IN_OR_OUT)
            case "checkin" if phrase[-1] == "in":
                return Reading("checkin", ENDS_IN_IN)
            case "minute" if len(piece.text) == 1:
                # The "m" of "2 m'arrange", which no number has claimed.
                return Reading("glue")
        return reading

    def _spelt_with_digits(self, place: int) -> int:
        """How many pieces from here are one Arabic word in Latin letters: "b9aw" chooses no window nine. 0 for none."""
        if self.pieces[place].glued and place > 0 and self.pieces[place - 1].kind in {"word", "number"}:
            return 0
        end = place + 1
        while end < len(self.pieces) and self.pieces[end].glued and self.pieces[end].kind in {"word", "number"}:
            end += 1
        return end - place if _SPELT_WITH_DIGITS.match("".join(self.words[place:end])) else 0

    def _strange(self, place: int) -> str:
        """What a word can do that no table has."""
        piece = self.pieces[place]
        if piece.looks_like_a_name:
            return "unknown"
        if self._is_careful(piece.text):
            return "doubt"
        if self._may_be_wary(place):
            return "limit"
        return self._noun(piece.text) or "unknown"

    def _noun(self, word: str) -> str | None:
        """What a noun means that the table has with another ending: "vardiyam" beside "vardiya", "mężem" beside "mąż"."""
        endings = ("", *self.known.noun_endings.get(self.language, ()))
        stems = {word.removesuffix(ending) for ending in endings if word.endswith(ending)}
        for stem in sorted((stem for stem in stems if len(stem) >= _SHORTEST_STEM), key=len, reverse=True):
            for noun in (stem + ending for ending in endings):
                meanings = {reading.meaning for reading in self._readings((noun,), self.language)}
                if meanings and meanings <= _OF_NOUNS:
                    return min(meanings)
        return None

    def _shouted(self, piece: Piece) -> bool:
        """Whether this word is in capitals, and the text around it is not, or does not have any."""
        latin = [each.raw for each in self.pieces if each.kind == "word" and each.raw.upper() != each.raw.lower()]
        others = [raw for raw in latin if raw != piece.raw]
        return len(piece.raw) > 1 and piece.raw.isupper() and not (others and all(raw.isupper() for raw in others))

    def _is_but(self, place: int, length: int) -> bool:
        """Whether this is the "but" of "sorry but ...", with something behind it."""
        more = place + length < len(self.pieces)
        return more and Reading("but") in self._readings(tuple(self.words[place : place + length]), self.language)

    def _is_in_or_out(self, phrase: Phrase, spoken: str) -> bool:
        return {reading.meaning for reading in self._readings(phrase, spoken)} <= {"checkin", "checkout", "label"}

    def _trails_off(self, reading: Reading, phrase: Phrase, spoken: str) -> bool:
        """Whether the last word of "sorry, but" leaves something to come; so may that of "ja kom maar" where nobody is let in."""
        last = self._readings(phrase[-1:], spoken)
        if reading.meaning == "thing":
            return len(phrase) > 1 and Reading("but") in last
        return reading.meaning == "regret" and (Reading("doubt") in last or Reading("limit") in last)

    def _negates(self, phrase: Phrase, spoken: str) -> bool:
        """A "no" that may deny what follows: "no" itself in Spanish, "helaas niet"; not the hedge of "raczej nie"."""
        *before, last = phrase
        set_in = not before or any(reading.meaning in BEFORE_A_NO for reading in self._readings(tuple(before), spoken))
        return Reading("negation") in self._readings((last,), spoken) and set_in

    def _says_can(self, first: Phrase, spoken: str) -> bool:
        """Whether a yes of several words begins with "I can", which a "not" before it denies: "pot ajuta"."""
        return "can" in ANSWERS[self.state] and Reading("can") in self._readings(first, spoken)

    def _possible(self, meaning: str) -> str:
        return self._in_state((Reading(meaning),)).meaning

    def _may_be_wary(self, place: int) -> bool:
        """Whether a word that nobody knows is a slip away from one that makes us careful, or the beginning of one."""
        return resembles(self.pieces[place].text, self.language, self._wary) or self._breaks_off(place)

    def _breaks_off(self, place: int) -> bool:
        """Whether the text ends here in what may be the beginning of a word that makes us careful."""
        piece = self.pieces[place]
        last = place + 1 == len(self.pieces) and not piece.looks_like_a_name
        return last and piece.kind == "word" and is_cut_off(piece.text, self.language, self._wary)


def _is_more_of(found: Sequence[Sign], unit: Sign) -> bool:
    """Whether this is the unit of "30 more minutes"."""
    counted = [sign.meaning for sign in found[-2:]] == ["number", "more"]
    return counted and unit.meaning in _UNITS and unit.clause == found[-2].clause


def _is_rank(before: Sequence[Sign]) -> bool:
    """Whether "the first", "the middle one" or "the last" of them was named."""
    told = [sign for sign in before if sign.meaning not in {"glue", "at"}]
    return bool(told) and (
        told[-1].meaning in {"last", "middle"} or (told[-1].meaning == "number" and told[-1].value == 1)
    )


def _as_a_stranger(reading: Reading, phrase: Phrase) -> Reading:
    """Some words only their own people mean: "um" is a number in Portuguese, and a hesitation for everybody else."""
    if reading.meaning == "one":
        return Reading("glue")
    return Reading("doubt") if len(phrase) == 1 and len(phrase[0]) == 1 and reading.meaning in WEIGHTY else reading


def _is_complete(sign: Sign) -> bool:
    """Whether a sentence may end behind this sign."""
    return sign.clear or sign.meaning in {"greeting", "thanks", "closing", "polite", "name", "regret"}


def _has_no_capitals(raw: str) -> bool:
    """Whether a word is in a script where names look like all other words."""
    return raw.upper() == raw.lower()
