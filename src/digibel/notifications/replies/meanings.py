"""What a phrase can mean, and what it means at each moment of the dialogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from digibel.notifications.replies.vocabulary import Reading, Readings

STATES: Final = ("offer", "booked", "visit_day", "after_visit", "announced", "follow_up")
# What can be meant in each state. Where one phrase can mean two of them, the first wins.
_ALWAYS: Final = ("stop", "start", "help")
_POSSIBLE: Final = ("coming", "can", "able")
_DENIED: Final = ("not_coming", "unable", "cannot")
ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
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
WEIGHTY: Final = frozenset({"yes", "no", "none", "negation", "stop", "start", "cancel", *_POSSIBLE, *_DENIED})
# Pairs that may stand for each other where two languages disagree.
_ALIKE: Final = {
    **dict.fromkeys(_POSSIBLE, "yes"),
    **dict.fromkeys(("none", *_DENIED), "no"),
    **{"polite": "glue", "name": "glue", "thing": "glue", "nobody_opens": "nobody_home"},
}
# What is told about a home or a telephone, where nobody asked for it.
_BY_THE_WAY: Final[Mapping[str, frozenset[str]]] = {"offer": frozenset({"confirm", "works"})}
SMALL_WORDS: Final = frozenset({"glue", "polite", "name"})
# What may stand before a "no" that denies what follows it.
BEFORE_A_NO: Final = frozenset({"regret", "today", "tomorrow", "weekday", "day", "that_day"})
NOT_A_NUMBER: Final = -1
# "That day" is the one we asked about; any other day may be another.
THAT_DAY: Final = 0
# What makes a reason of all that follows it, and what keeps somebody away by itself.
SO_BECAUSE: Final = 1
BUSY: Final = 2
# The "in" of "in my diary" checks nobody in where nobody can be.
IN_OR_OUT: Final = 3
# A "checkin" that ends in "in", which may be the "in" of "in the tram".
ENDS_IN_IN: Final = 4
# A "limit" that is a "but", one that is the "sooner" of "sooner 2 than 1", and a "no" to today alone.
BUT: Final = 5
SOONER: Final = 6
NOT_TODAY: Final = 7
# The "wel" of "niet 1, wel 2": it wants what follows.
CONTRAST: Final = 8


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


def in_state(readings: Readings, state: str) -> Reading:
    """What a phrase with these readings means at this moment of the dialogue."""
    by_meaning = {reading.meaning: reading for reading in reversed(readings)}
    for meaning in (*ANSWERS[state], *_OTHER_MEANINGS):
        if meaning in by_meaning:
            if meaning in ANSWERS[state]:
                return by_meaning[meaning]
            return Reading("doubt") if meaning in _CAREFUL else by_meaning[meaning]
    told = bool(by_meaning) and by_meaning.keys() <= _BY_THE_WAY.get(state, frozenset())
    return Reading("thing" if told else "elsewhere")


def alike(reading: Reading) -> Reading:
    return Reading(_ALIKE.get(reading.meaning, reading.meaning), reading.value)
