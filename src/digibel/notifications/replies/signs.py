"""What each word of a reply signifies at this moment of the dialogue, for a person of this language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from digibel.notifications.replies.arabic import spelt
from digibel.notifications.replies.typos import corrected, is_cut_off, resembles
from digibel.notifications.replies.vocabulary import Phrase, Reading, Readings, Vocabulary, vocabulary
from digibel.notifications.replies.writing import Piece, pieces

STATES: Final = ("offer", "booked", "visit_day", "after_visit", "announced", "follow_up")

# What can be meant in each state. Where one phrase can mean two of them, the first wins.
_ALWAYS: Final = ("stop", "start", "help")
_POSSIBLE: Final = ("coming", "can", "able")
_DENIED: Final = ("not_coming", "unable", "cannot")
_ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
    "offer": ("none", "no", *_DENIED, "yes", *_POSSIBLE, *_ALWAYS, "preference"),
    "booked": ("cancel", "late", *_DENIED, "no", "yes", *_POSSIBLE, *_ALWAYS, "roughly"),
    "visit_day": (
        *("nobody_opens", "nobody_home", "longer", "checkout", "checkin", "late", "cancel", *_DENIED),
        *("no", "yes", *_POSSIBLE, "works", *_ALWAYS, "roughly", "more"),
    ),
    "after_visit": ("fails", "works", "no", "yes", *_ALWAYS),
    "announced": ("call_me", "other_moment", "confirm", "none", *_DENIED, "no", "yes", *_POSSIBLE, *_ALWAYS),
    "follow_up": ("call_me", "fails", "works", "no", "yes", *_ALWAYS),
}
_OF_A_VISIT: Final = frozenset({"booked", "visit_day"})
# What helps to answer at one moment, and makes us careful at any other.
_CAREFUL: Final = ("preference", "roughly", "more", "asks")
# Everything else that a word can do, most careful first.
_OTHER_MEANINGS: Final = (
    *(
        "duration",
        "see_you",
        "others",
        "next_time",
        "negation",
        "both",
        "or",
        *_CAREFUL,
        "doubt",
        "limit",
        "at",
        "one",
        "number",
        "last",
        "middle",
        "hour",
        "minute",
    ),
    *(
        "tomorrow",
        "today",
        "weekday",
        "month",
        "that_day",
        "day",
        "regret",
        "family",
        "busy",
        "because",
        "reason",
        "counts",
        "thing",
        "on_the_way",
        "by",
        "greeting",
        "thanks",
        "closing",
        "polite",
        "glue",
        "name",
    ),
)
# Meanings on which somebody is booked, cancelled or silenced: never decided by the language of the other words.
_WEIGHTY: Final = frozenset({"yes", "no", "none", "negation", "stop", "start", "cancel", *_POSSIBLE, *_DENIED})
_SMALL_WORDS: Final = frozenset({"glue", "polite", "name"})
_BRUSSELS: Final = frozenset({"nl", "fr", "en"})
# Pairs that may stand for each other where two languages disagree.
_ALIKE: Final = {
    **dict.fromkeys(_POSSIBLE, "yes"),
    **dict.fromkeys(("none", *_DENIED), "no"),
    **{"polite": "glue", "name": "glue", "thing": "glue", "nobody_opens": "nobody_home"},
}
_ORDINAL_ENDINGS: Final = frozenset(
    {
        *("e", "de", "ste", "er", "ere", "re", "eme", "em", "nd", "nde", "st", "th", "rd"),
        *("tal", "ci", "cu", "nci", "inci", "gi", "ga", "ta", "te", "ti"),
    }
)
# Where "2a" is short for "segunda", it is no window A2; and where "a" is "the", "a 2" is not either.
_A_IS_AN_ENDING: Final = frozenset({"es", "pt"})
_A_IS_AN_ARTICLE: Final = frozenset({"pt"})
# No "i": it is a word in half of the languages.
_ROMAN: Final = {"ii": 2, "iii": 3}
_LONGEST_NUMBER: Final = 4
# Digits that stand for Arabic letters, within a word or before a longer one: "n9der", "3andi"; not "5min", "3eme", "2a".
_SPELT_WITH_DIGITS: Final = re.compile(r"[a-z]+[235-9]+[a-z]|[379](?!eme|min|h)[a-z]{3}")
# What a joining word may stand before, and joins without a question: never a yes.
_JOINED: Final = frozenset(
    {
        *("no", "none", "not_coming", "unable", "cannot", "reason", "polite", "family"),
        *("checkin", "checkout", "works", "fails", "late", "nobody_home", "nobody_opens", "able"),
    }
)
# What may stand before a "no" that denies what follows it.
_BEFORE_A_NO: Final = frozenset({"regret", "today", "tomorrow", "weekday", "day", "that_day"})
# What is told about a home or a telephone, where nobody asked for it.
_BY_THE_WAY: Final[Mapping[str, frozenset[str]]] = {"offer": frozenset({"confirm", "works"})}
_SPOKEN: Final = frozenset({"word", "number", "ordinal"})
# What a noun keeps in all its cases: a member of the family stays one that might come instead.
_OF_NOUNS: Final = frozenset({"family", "reason", "thing"})
_SHORTEST_STEM: Final = 4
_SHORTEST_ELIDED: Final = 2
_SHORTEST_ENDED: Final = 5
NOT_A_NUMBER: Final = -1
# "That day" is the one we asked about; any other day may be another.
THAT_DAY: Final = 0
# What makes a reason of all that follows it, and what keeps somebody away by itself.
SO_BECAUSE: Final = 1
BUSY: Final = 2
# The "in" of "in my diary" checks nobody in where nobody can be.
IN_OR_OUT: Final = 3
_REASONS: Final = {"because": SO_BECAUSE, "busy": BUSY}


@dataclass(frozen=True, slots=True)
class Sign:
    """One meaning in a reply. `value`: the number, the minutes, or (for a letter) its place in the alphabet from 0.

    `negates`: ends in a word that may deny the next one ("no puedo", "helaas niet"). `name`: typed the way names are.
    `clear`: more than one word, or a word in capitals among words that are not. `words`: how many.
    `asked`: put as a question ("could you stop ...", not "I would like to stop"). `begins`: opens with "I", as a sentence does.
    """

    meaning: str
    value: int | None = None
    clause: int = 0
    line: int = 0
    negates: bool = False
    name: bool = False
    clear: bool = False
    words: int = 1
    asked: bool = False
    begins: bool = False


def signs_of(text: str, *, state: str, language: str, letters: Sequence[str] = ()) -> list[Sign]:
    """All signs of a reply, in order. `letters` are those of the live offers, upper case."""
    written = spelt(text) if language == "ar" else text
    reader = _Reader(pieces(written, vocabulary().kept), state=state, language=language, letters=letters)
    return reader.signs()


class _Reader:
    """Goes through the pieces of one text, longest phrase first."""

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

    def signs(self) -> list[Sign]:
        found: list[Sign] = []
        place = before = 0
        while place < len(self.pieces):
            sign, taken = self._sign_at(place)
            if found and found[-1].meaning in {"number", "last", "middle"} and self._is_label(place, taken):
                sign = replace(sign, meaning="glue")
            if found and found[-1].meaning == "duration" and sign.meaning == "minute":
                sign = replace(sign, meaning="glue")
            if sign.meaning == "number" and self._is_total(place):
                sign = replace(sign, meaning="glue" if _is_rank(found) else "limit")
                found = [replace(each, meaning="glue") if each.meaning == "at" else each for each in found]
            if found:
                found[-1] = self._seen_from(sign, found, tuple(self.words[before:place]))
            if self._is_but_after_regret(found, place, taken):
                sign = replace(sign, meaning="glue")
            if sign.meaning == "doubt" and found and taken == 1 and self._goes_on_behind_a_comma(place):
                sign = replace(sign, meaning="limit")
            found.append(sign)
            place, before = place + taken, place
        return found

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
        return bool(found) and found[-1].meaning in {"regret", "thanks"} and self._is_but(place, taken)

    def _is_total(self, place: int) -> bool:
        """Whether the number from here is how many windows there are: "one of the three"."""
        before = (tuple(self.words[max(0, place - count) : place]) for count in (1, 2))
        return any(words in self.known.of_the.get(self.language, ()) for words in before)

    def _sign_at(self, place: int) -> tuple[Sign, int]:
        piece = self.pieces[place]
        if piece.kind == "symbol":
            return self._sign(piece, self._possible(piece.text)), 1
        phrase, length = self._phrase_at(place)
        together = self._spelt_with_digits(place) if self.language == "ar" else 0
        if together > length:
            return self._sign(piece, "unknown"), together
        letter = self._letter_at(place, length)
        if letter is not None:
            return self._sign(piece, "letter", letter), 1
        if piece.kind != "word" and length <= 1:
            return self._quantity_at(place)
        if length == 0 and piece.text in _ROMAN:
            return self._sign(piece, "number", _ROMAN[piece.text]), 1
        if length == 0:
            return self._sign(piece, self._strange(place)), 1
        if self._number_behind(place + length) and self._is_label(place, length):
            return self._sign(piece, "glue"), length
        reading, spoken = self._reading(self.known.known(phrase))
        if place + length == len(self.pieces) and self._trails_off(reading, phrase, spoken):
            reading = Reading("doubt")
        if reading.meaning == "number":
            return self._with_unit(place, length, reading.value or NOT_A_NUMBER)
        if reading.meaning == "name" and not (piece.looks_like_a_name or _has_no_capitals(piece.raw)):
            reading = Reading("unknown")
        if reading.meaning == "yes" and length > 1 and self._says_can(phrase[:1], spoken):
            reading = Reading("can")
        if reading.meaning == "by":
            # "I cannot come by car" may be a promise to come on foot. Beside anything but a visit it is chatter.
            reading = Reading("limit" if self.state in _OF_A_VISIT else "polite")
        if reading.meaning == "that_day":
            reading = Reading("day", THAT_DAY)
        if reading.meaning in _REASONS:
            reading = Reading("reason", _REASONS[reading.meaning])
        if reading.meaning == "elsewhere" and len(phrase) == 1 and self._is_in_or_out(phrase, spoken):
            reading = Reading("elsewhere", IN_OR_OUT)
        if reading.meaning == "minute" and len(piece.text) == 1:
            # The "m" of "2 m'arrange", which no number has claimed.
            reading = Reading("glue")
        if spoken != self.language:
            reading = _as_a_stranger(reading, phrase)
            if reading.meaning in _SMALL_WORDS and self._breaks_off(place):
                reading = Reading("limit")
        sign = self._sign(piece, reading.meaning, reading.value)
        clear = len(phrase) > 1 or self._shouted(piece)
        begins = Reading("subject") in self._readings(phrase[:1], spoken)
        asks = clear and not begins and any(Reading("doubt") in self._readings(phrase[:n], spoken) for n in (1, 2))
        negates, words = self._negates(phrase, spoken), len(phrase)
        return replace(sign, negates=negates, clear=clear, words=words, asked=asks, begins=begins), length

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

    def _is_careful(self, word: str) -> bool:
        """Whether a word that no table has ends as "I would" or "if I" does in the person's own language."""
        endings = self.known.careful_endings.get(self.language, ())
        return word not in self.known.words and len(word) >= _SHORTEST_ENDED and word.endswith(endings)

    def _shouted(self, piece: Piece) -> bool:
        """Whether this word is in capitals, and the text around it is not, or does not have any."""
        latin = [each.raw for each in self.pieces if each.kind == "word" and each.raw.upper() != each.raw.lower()]
        others = [raw for raw in latin if raw != piece.raw]
        return len(piece.raw) > 1 and piece.raw.isupper() and not (others and all(raw.isupper() for raw in others))

    def _is_label(self, place: int, length: int) -> bool:
        """Whether this is what a number is a number of: "moment 2", "the second slot"."""
        return Reading("label") in self._readings(tuple(self.words[place : place + length]), self.language)

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
        set_in = not before or any(reading.meaning in _BEFORE_A_NO for reading in self._readings(tuple(before), spoken))
        return Reading("negation") in self._readings((last,), spoken) and set_in

    def _says_can(self, first: Phrase, spoken: str) -> bool:
        """Whether a yes of several words begins with "I can", which a "not" before it denies: "pot ajuta"."""
        return "can" in _ANSWERS[self.state] and Reading("can") in self._readings(first, spoken)

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

    def _letter_at(self, place: int, phrase_length: int) -> int | None:
        piece = self.pieces[place]
        if phrase_length > 1 or piece.kind != "word" or piece.raw.casefold() not in self.letters:
            return None
        if piece.text == "a" and self._a_is_a_word(place):
            return None
        return self.letters.index(piece.raw.casefold())

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
        own_word = self.language in self.known.known(("a",)) or len(self.letters) == 1
        return own_word and not (before or after) and piece.raw == "a" and not self._last_of_clause(place)

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

    def _last_of_clause(self, place: int) -> bool:
        return place + 1 == len(self.pieces) or self.pieces[place + 1].clause != self.pieces[place].clause

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

    def _reading(self, known: Mapping[str, Readings]) -> tuple[Reading, str]:
        """What a phrase means, and in which language: the person's own first, then that of the words around it."""
        best = max(self.coverage[lang] for lang in known)
        meant = {lang: self._in_state(readings) for lang, readings in known.items()}
        own = meant.get(self.language)
        if own is not None and self.coverage[self.language] >= best:
            return own, self.language
        likely = [lang for lang in known if self.coverage[lang] == best]
        likely = _of_the_street(likely, meant) or likely
        around = {_alike(meant[lang]) for lang in likely}
        if len(around) > 1 or (own is not None and own.meaning in _WEIGHTY and _alike(own) not in around):
            return Reading("doubt"), self.language
        return meant[likely[0]], likely[0]

    def _in_state(self, readings: Readings) -> Reading:
        by_meaning = {reading.meaning: reading for reading in reversed(readings)}
        for meaning in (*_ANSWERS[self.state], *_OTHER_MEANINGS):
            if meaning in by_meaning:
                if meaning in _ANSWERS[self.state]:
                    return by_meaning[meaning]
                return Reading("doubt") if meaning in _CAREFUL else by_meaning[meaning]
        told = bool(by_meaning) and by_meaning.keys() <= _BY_THE_WAY.get(self.state, frozenset())
        return Reading("thing" if told else "elsewhere")

    def _possible(self, meaning: str) -> str:
        return self._in_state((Reading(meaning),)).meaning

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

    def _may_be_wary(self, place: int) -> bool:
        """Whether a word that nobody knows is a slip away from one that makes us careful, or the beginning of one."""
        return resembles(self.pieces[place].text, self.language, self._wary) or self._breaks_off(place)

    def _breaks_off(self, place: int) -> bool:
        """Whether the text ends here in what may be the beginning of a word that makes us careful."""
        piece = self.pieces[place]
        last = place + 1 == len(self.pieces) and not piece.looks_like_a_name
        return last and piece.kind == "word" and is_cut_off(piece.text, self.language, self._wary)

    def _sign(self, piece: Piece, meaning: str, value: int | None = None) -> Sign:
        return Sign(meaning, value, piece.clause, piece.line, name=piece.looks_like_a_name)


def _is_rank(before: Sequence[Sign]) -> bool:
    """Whether "the first", "the middle one" or "the last" of them was named."""
    told = [sign for sign in before if sign.meaning not in {"glue", "at"}]
    return bool(told) and (
        told[-1].meaning in {"last", "middle"} or (told[-1].meaning == "number" and told[-1].value == 1)
    )


def _of_the_street(likely: list[str], meant: Mapping[str, Reading]) -> list[str]:
    """The languages of Brussels in which a word says something, where it is only a small word in all the other ones.

    A Turk who texts "ja" means the Dutch yes, not the Polish "I".
    """
    telling = [lang for lang in likely if lang in _BRUSSELS and meant[lang].meaning not in _SMALL_WORDS]
    return telling if all(meant[lang].meaning in _SMALL_WORDS for lang in likely if lang not in telling) else []


def _as_a_stranger(reading: Reading, phrase: Phrase) -> Reading:
    """Some words only their own people mean: "um" is a number in Portuguese, and a hesitation for everybody else."""
    if reading.meaning == "one":
        return Reading("glue")
    return Reading("doubt") if len(phrase) == 1 and len(phrase[0]) == 1 and reading.meaning in _WEIGHTY else reading


def _is_complete(sign: Sign) -> bool:
    """Whether a sentence may end behind this sign."""
    return sign.clear or sign.meaning in {"greeting", "thanks", "closing", "polite", "name", "regret"}


def _has_no_capitals(raw: str) -> bool:
    """Whether a word is in a script where names look like all other words."""
    return raw.upper() == raw.lower()


def _is_sorry_no(front: Readings, whole: Readings) -> bool:
    return Reading("no") in whole and any(reading.meaning in _BEFORE_A_NO for reading in front)


def _alike(reading: Reading) -> Reading:
    return Reading(_ALIKE.get(reading.meaning, reading.meaning), reading.value)
