"""Secrets that no rule finds, by what usually stands around a secret and what around another number.

"Sent the wrong one, for the tablet it is 1590": no name, no turn of phrase that was foreseen. Each number, and each word with
figures or signs in it, is weighed: every word near it, what kind of word that is in any language, and its own shape add or take
a little. The weights (`surroundings.tsv`) are learned from the texts of the tests by `tools/learn_surroundings.py`: a logistic
regression with few features (Tibshirani 1996), so that each line can be read. What is plainly something else is never weighed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from math import fsum
from pathlib import Path
from typing import Final

from digibel.guardrails.secrets.chunks import Chunk, Span
from digibel.guardrails.secrets.innocence import (
    Innocence,
    covering,
    is_amount,
    is_drawn,
    is_no_code,
    is_of_house,
    surely_innocent,
)
from digibel.guardrails.secrets.names import find_names
from digibel.guardrails.secrets.passages import Passage, passage
from digibel.guardrails.secrets.reading import COVER, Reading
from digibel.guardrails.secrets.scene import Scene
from digibel.guardrails.secrets.values import Value
from digibel.guardrails.secrets.wordings import SPELLS_NUMBER, Word, hint, word

WEIGHTS: Final = Path(__file__).with_suffix(".tsv")
LEAST: Final = 0.5  # the sum from which something is a secret: log odds, so a little more likely than not

_CANDIDATE: Final = re.compile(
    r"[0-9][\W_]{0,3}[0-9][\W_]{0,3}[0-9]|[0-9][^\W\d_]|[^\W\d_][-._]?[0-9]|\w[@!#$%^*_~+?&]\w"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_FEWEST_DIGITS: Final = 3
_MOST_DIGITS: Final = 10
_SHORTEST: Final = 4
# A house number, a reference or a page of an address that stands in a field of its own has no surroundings.
_FEWEST_WORDS: Final = 3
_LEFT: Final = 14
_RIGHT: Final = 9
# How near a token stands: the next one, the one after, ...
_DISTANCES: Final = (0, 1, 2, 2, 2, *[3] * 12)
_STEM: Final = 5
# The name of a file, of a version, of a setting: everybody may read it.
_OF_MACHINE: Final = re.compile(
    r".*\.sqlite3\b|process-\d+|student@work|.*[-_.]v\d+\b|[a-z_]+=|.*[{}<>]|.*://|و(?:19|20)\d\d$"
)
# Romanian for a serial number, behind what was made; Spanish and Portuguese for "would be".
_SERIES: Final = "seria"
_COURSE: Final = re.compile(r"[a-z]{2,8}(?:-[a-z]{2,8})+-\d{1,3}")
_SIGN_WITHIN: Final = re.compile(r"[^\W_][@!#$%^*~+?&][^\W_]")
_LONG_RUN: Final = re.compile(r"(.)\1{3,}")
_OTHER_LETTERS: Final = re.compile(r"[^\W\d_]")
_ONE_BY_ONE: Final = re.compile(r"[0-9](?:[^0-9]+[0-9]){3,}")
# The features of a token, where it stands, and of which kind of candidate.
OfToken = Callable[[str, str, str], Iterable[str]]
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_LIKE_AN_HOUR: Final = re.compile(r"(?:[01]?[0-9]|2[0-3])[h:. ]?(?:00|15|30|45)")


def find_by_surroundings(reading: Reading, folded: str) -> Iterator[Span]:
    """Where secrets stand that nothing names, by the weight of what is around them."""
    if not _CANDIDATE.search(folded) and not _spells(folded):
        return
    for span, features in candidates(reading, folded, _telling):
        if weighs_enough(features):
            yield span


def weighs_enough(features: Iterable[str]) -> bool:
    """Summed exactly: a set has another order in each process, and the same text must be read alike everywhere."""
    weights = _weights()
    return fsum(weights.get(one, 0.0) for one in features) >= LEAST


def _spells(folded: str) -> bool:
    """Whether there are words enough to tell a number in: "six, un, un, quatre"."""
    return sum(hint(one) & SPELLS_NUMBER != 0 for one in _WORD.findall(folded)) >= _FEWEST_DIGITS


def candidates(reading: Reading, folded: str, of_token: OfToken) -> Iterator[tuple[Span, set[str]]]:
    """Each number and each word with figures or signs that may be a secret: where it stands, and its features.

    `of_token` gives those of a token near it, where, and the kind of candidate.
    """
    if sum(map(str.isalpha, folded.split())) < _FEWEST_WORDS:
        return
    text = passage(reading, folded)
    names = find_names(text)
    scene = Scene(text, names)
    sure = surely_innocent(folded)
    told = set() if any(name.kind != "harmless" for name in names) else {"nothing named"}
    # "The postcode on the bill is wrong: 1070 instead of 1080": what it may be anyway, it is.
    kinds = {name.kind for name in names} - {"typing"}
    only_harmless = kinds == {"harmless"}
    taken: set[int] = set()
    for first, last, chunk in _chunks(scene):
        taken.update(range(first, last + 1))
        is_told = covering(sure, chunk.start) or scene.is_of_harmless(first) or _is_identified(text, first, chunk)
        is_told = is_told or _is_course(reading, chunk)
        if _is_weighed(chunk) and not is_told:
            yield chunk.span, _features(text, first, last, _of_letters(text, first, last) | told, of_token)
    for value in scene.values.values():
        # "A number: 4096", "numer 226401": what labels something else for the rules speaks here only against it.
        is_weighed = _FEWEST_DIGITS <= value.digits <= _MOST_DIGITS and not is_of_house(text, value.first)
        is_weighed = is_weighed and not text.has(value.first - 1, "makers")
        if (
            is_weighed
            and not (only_harmless and value.innocence is Innocence.LIKELY)
            and not any(alone(text.folded[slice(*scene.span(value))]) for alone in (is_amount, is_drawn))
            and not is_no_code(text, value.first, value.last, sure)
            and taken.isdisjoint(range(value.first, value.last + 1))
        ):
            yield scene.span(value), _features(text, value.first, value.last, _of_number(text, value) | told, of_token)


def _is_identified(text: Passage, first: int, chunk: Chunk) -> bool:
    """ "Serial number is TLN8842": said to be that of an apparatus or an order."""
    before = first - 1
    if text.text(before) == _SERIES and text.has(before - 1, "makers"):
        return True
    while text.text(before) in (":", "(") or text.has(before, "links"):
        before -= 1
    if text.has(before, "identifying"):
        return True
    # "The printer gives code 5B00": of its own, on its screen.
    return chunk.text.isalnum() and any(text.has(place, "printing") for place in range(max(0, first - _LEFT), first))


def _is_course(reading: Reading, chunk: Chunk) -> bool:
    """ "ESP-TABLET-04": a name in capitals that somebody counts on."""
    return bool(_COURSE.fullmatch(chunk.text)) and reading.written(*chunk.span).isupper()


def _chunks(scene: Scene) -> Iterator[tuple[int, int, Chunk]]:
    """The words with figures or signs in them: their first and their last token."""
    text, beyond = scene.text, 0
    for first in range(len(text)):
        chunk = scene.shapes.mixed_at(first) if first >= beyond else None
        if chunk:
            beyond = first + 1
            while beyond < len(text) and text.ends[beyond - 1] < chunk.end:
                beyond += 1
            yield first, beyond - 1, chunk


def _is_weighed(chunk: Chunk) -> bool:
    is_made_up = chunk.digits > 0 or _SIGN_WITHIN.search(chunk.text)
    is_thing = chunk.is_product or _OF_MACHINE.match(chunk.text) or len(chunk.text) < _SHORTEST
    return bool(is_made_up) and not is_thing


@cache
def _weights() -> dict[str, float]:
    lines = WEIGHTS.read_text(encoding="utf-8").splitlines()
    return {
        feature: float(weight) for feature, weight in (line.split("\t") for line in lines if not line.startswith("#"))
    }


def _of_number(text: Passage, value: Value) -> set[str]:
    """What the number itself says."""
    written = text.folded[text.starts[value.first] : text.ends[value.last]]
    told = {"always", "number", f"digits {value.digits}", f"innocence {value.innocence.name.lower()}"}
    if value.is_spelled:
        words = sum(text.is_word(place) for place in range(value.first, value.last + 1) if text.words[place].spelled)
        return {*told, "spelled", *({"spelled one by one"} if words == value.digits else ())}
    told.add("shape " + _shape(written))
    if _ONE_BY_ONE.fullmatch(written):
        told.add("one by one")
    if written.startswith("0"):
        told.add("begins with 0")
    if _YEAR.fullmatch(written):
        told.add("a year")
    if _LIKE_AN_HOUR.fullmatch(written):
        told.add("like an hour")
    if value.is_pair:
        told.add("a pair")
    return told


def _of_letters(text: Passage, first: int, last: int) -> set[str]:
    written = text.written(first, last)
    told = {"always", "letters", "shape " + _shape(written), f"long {min(len(written), 12)}"}
    if not written.islower() and not written.isupper():
        told.add("both cases")
    if written[0].isalpha():
        told.add("begins with a letter")
    if written.isalnum():
        told.add("without a sign")
    return told


def _shape(written: str) -> str:
    """ "99-aa": each letter an a, each figure a 9, no more than four of a kind."""
    return _LONG_RUN.sub(r"\1\1\1\1", re.sub("[0-9]", "9", _OTHER_LETTERS.sub("a", written)))


def _features(text: Passage, first: int, last: int, told: set[str], of_token: OfToken) -> set[str]:
    kind = "letters" if "letters" in told else "number"
    for side, places in (
        ("before", range(first - 1, max(-1, first - 1 - _LEFT), -1)),
        ("after", range(last + 1, min(len(text), last + 1 + _RIGHT))),
    ):
        for distance, place in zip(_DISTANCES, places, strict=False):
            told.update(of_token(text.texts[place], f"{side} {distance}", kind))
    if first == 0:
        told.add("begins")
    if last + 1 >= len(text):
        told.add("ends")
    return told


def _plain(token: str) -> str:
    """The token as features name it: a number by its length, at most three. What was found already was mostly a number too."""
    if token.isdecimal() or token.startswith(COVER):
        return "9" * min(len(token), _FEWEST_DIGITS)
    # A line of weights holds one feature.
    return "¶" if token == "\n" else token


def of_token(token: str, where: str, kind: str) -> Iterator[str]:
    """All features of a token that stands there near a candidate of this kind."""
    known, token = word(token), _plain(token)
    yield f"{where} {token}"
    yield f"near {token}"
    if len(token) > _STEM:
        yield f"{where} {token[:_STEM]}*"
        yield f"near {token[:_STEM]}*"
    for meaning in _meanings(known):
        yield f"{where} <{meaning}>"
        yield f"near <{meaning}>"
        yield f"{kind} {where} <{meaning}>"
        yield f"{kind} near <{meaning}>"


@lru_cache(maxsize=1 << 15)
def _telling(token: str, where: str, kind: str) -> tuple[str, ...]:
    """Those that weigh anything: few of them do."""
    return tuple(one for one in of_token(token, where, kind) if one in _weights())


def _meanings(known: Word) -> Iterator[str]:
    """What kind of word it is, whatever its language (wordings/README.md)."""
    for role in known.roles:
        yield role.split(" ")[0]
    if known.phrases:
        yield known.phrases.phrase.kind if known.phrases.phrase else "begins a name"
    if known.links:
        yield "links"
