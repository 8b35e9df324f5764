"""The gate that no secret passes: PIN, passwords, card numbers, IBANs and national numbers are masked before anything is kept.

Sources: guardrail E4 and the condition Z2 ("you never see, hear, type, write down or photograph"); the Act of 8 August 1983 on
the national register, which forbids its number to whoever has no authorisation.

`find` is pure and never raises, whatever it is given. Its masks stay: `find(find(text).masked).kinds == ()`.
"""

import re
from dataclasses import dataclass
from typing import Final

from digibel.guardrails.secrets.chunks import Span
from digibel.guardrails.secrets.numbers import find_cards, find_ibans, find_national_numbers
from digibel.guardrails.secrets.reading import CARD, COVER, IBAN, NATIONAL_NUMBER, SECRET, Reading, covered, read
from digibel.guardrails.secrets.spoken import apart, find_spoken
from digibel.guardrails.secrets.surroundings import find_by_surroundings
from digibel.guardrails.secrets.turns import find_siblings, find_turns

# What finds each, and the fewest digits with which there can be one: an account of Malta or Kuwait may be nearly all letters.
_FINDERS: Final = (("iban", find_ibans, 3), ("card", find_cards, 13), ("national_number", find_national_numbers, 11))
FEWEST_DIGITS: Final = 3
_DIGIT: Final = re.compile("[0-9]")
MASKS: Final = {"card": CARD, "iban": IBAN, "national_number": NATIONAL_NUMBER, "secret": SECRET}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a text gave away: each kind once, in order of first appearance, and the text with a mask in place of each value.

    Kinds: `card`, `iban`, `national_number`, `secret` (a PIN, password, code). None: `kinds` is empty, `masked` the text itself.
    """

    kinds: tuple[str, ...]
    masked: str


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    start: int
    end: int
    kind: str


def find(text: str) -> Finding:
    """Find and mask all secrets of a text of any language and length."""
    places = sorted(_places(read(text)))
    if not places:
        return Finding((), text)
    return Finding(tuple(dict.fromkeys(place.kind for place in places)), _masked(text, places))


def mask(text: str) -> str:
    """The text with every secret masked."""
    return find(text).masked


def holds_secret(text: str) -> bool:
    return bool(find(text).kinds)


def _places(reading: Reading) -> list[_Place]:
    """Where secrets stand in the text as it was written. What is found is covered, and the rest is read again."""
    found: list[_Place] = []
    folded = reading.folded
    digits = len(_DIGIT.findall(folded))
    if digits >= FEWEST_DIGITS:
        for kind, finder, fewest in _FINDERS:
            if digits >= fewest and (spans := finder(folded)):
                folded = covered(folded, spans)
                found += [_Place(*reading.span(*span), kind) for span in spans]
    is_done = False
    while not is_done:
        spans, is_done = _spoken_places(reading, folded)
        # What finds itself again, covered as it is, ends here.
        spans = [span for span in spans if folded[slice(*span)].strip(COVER)]
        is_done = is_done or not spans
        folded = covered(folded, spans)
        found += [_Place(*reading.span(*span), "secret") for span in spans]
    return found


def _spoken_places(reading: Reading, folded: str) -> tuple[list[Span], bool]:
    """The secrets of a folded text, and whether that is all: what no name announces may lead to more, once it is covered."""
    named = _named_places(reading, folded)
    folded = covered(folded, named)
    others: list[Span] = []
    for finder in (find_turns, find_by_surroundings):
        spans = list(finder(reading, folded))
        folded = covered(folded, spans)
        others += spans
    secrets = [reading.folded[slice(*span)] for span in [*named, *others]]
    others += find_siblings(reading, folded, secrets)
    # Two turns, or two secrets with the same digits, may lead to one place.
    return apart([*named, *others]), not others


def _named_places(reading: Reading, folded: str) -> list[Span]:
    named: list[Span] = []
    is_done = False
    while not is_done:
        spans, is_done = find_spoken(reading, folded)
        folded = covered(folded, spans)
        named += spans
    return named


def _masked(text: str, places: list[_Place]) -> str:
    parts, beyond = [], 0
    for place in places:
        parts += [text[beyond : place.start], MASKS[place.kind]]
        beyond = place.end
    return "".join([*parts, text[beyond:]])
