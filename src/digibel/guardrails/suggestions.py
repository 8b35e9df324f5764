"""From what somebody says on the telephone to the tasks it may be about: help for the worker who logs a request.

Three tables of data decide: `words/` says which words mean which concept in each language, `patterns.toml` which concepts
together point at which task. A description is read as a set of concepts, so word order, inflection and language hardly
matter; a word that nobody knows is compared with the known ones for a typing error. Nothing is remembered of the text.

A suggestion is only that: the worker picks, and the judgement speaks.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

from digibel.guardrails import tables
from digibel.guardrails.catalogue import FALLBACK, LANGUAGES, TASKS

LOOK_FIRST = "look-first"
SURE = 6.0
"""From this on, a language has understood the text; below, the other languages have a try, and look-first comes along."""

FOREIGN = 0.7
"""What a word of another language is worth: people mix, and words that look the same differ in meaning."""

DOUBT = 3.5
"""What look-first weighs when no language is sure: a mere hint does not beat it."""

LONGEST = 2000
"""Characters that are read: a description of a telephone call, not a book."""

LONGEST_WORD = 40

Positions = dict[int, list[int]]
"""Where each term was heard: term number to positions in the text."""


def suggest(text: str, language: str, limit: int = 5) -> list[str]:
    """Task slugs for a free description, best first, at most `limit`.

    `language` is nl, fr or en: tried first, the others after it. In another language we know no words but the names of the
    tasks: they are looked at before, and French first of the three. A vague complaint, or one that nobody understands, gives
    `["look-first"]`; a text without a letter or digit gives `[]`.
    """
    words = _words(text[:LONGEST])
    if not words:
        return []
    own = language if language in LANGUAGES else FALLBACK
    scores = _scores(_lexicon(own).concepts_in(words))
    if max(scores.values(), default=0) < SURE:
        for other in LANGUAGES:
            heard = _lexicon(other).concepts_in(words, guess=False) if other != own else set()
            for slug, score in _scores(heard).items():
                scores[slug] = max(scores.get(slug, 0), score * FOREIGN)
    if language not in LANGUAGES:
        scores |= dict.fromkeys(_named(words, language), SURE)
    if max(scores.values(), default=0) < SURE:
        scores[LOOK_FIRST] = max(scores.get(LOOK_FIRST, 0), DOUBT)
    return _best_first(scores)[:limit]


SHORTEST_STEM = 3
ARTICLE = "ال"
"""The only article that is written to its word."""


def _named(words: list[str], language: str) -> Iterator[str]:
    """The tasks whose name in that language has one of these words, or one with another ending."""
    stems = [
        word[: max(SHORTEST_STEM, len(word) - 2)] for word in map(_without_article, words) if len(word) >= SHORTEST_STEM
    ]
    for slug, task in TASKS.items():
        name = [_without_article(word) for word in _words(task.name(language))]
        if any(word.startswith(stem) for word in name for stem in stems):
            yield slug


def _without_article(word: str) -> str:
    return word.removeprefix(ARTICLE)


def _best_first(scores: dict[str, float]) -> list[str]:
    """What is likely enough to show; of two that are equally likely, the stricter one first."""
    least = max(scores.values()) * 0.35
    ranked = sorted(scores, key=lambda slug: (-scores[slug], -TASKS[slug].verdict.strictness, slug))
    return [slug for slug in ranked if scores[slug] >= least]


def _scores(concepts: set[str]) -> dict[str, float]:
    """The best pattern of each task, and a little for every other that also fits."""
    scores = {}
    for slug, patterns in _patterns().items():
        weights = sorted((p.weight for p in patterns if p.fits(concepts)), reverse=True)
        if weights:
            scores[slug] = weights[0] + 0.05 * sum(weights[1:5])
    return scores


# The patterns.


@dataclass(frozen=True, slots=True)
class Pattern:
    weight: float
    wanted: frozenset[str]
    unwanted: frozenset[str]

    def fits(self, concepts: set[str]) -> bool:
        return self.wanted <= concepts and not (self.unwanted & concepts)


@cache
def _patterns() -> dict[str, list[Pattern]]:
    return {slug: [_pattern(line) for line in lines] for slug, lines in tables.read("patterns.toml").items()}


def _pattern(line: str) -> Pattern:
    weight, *concepts = line.split()
    unwanted = frozenset(concept[1:] for concept in concepts if concept.startswith("!"))
    return Pattern(float(weight), frozenset(c for c in concepts if not c.startswith("!")), unwanted)


# The words.


GAP = 3
"""How many other words may stand between two terms of one entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Terms that mean something when they come in this order, each at most `reach` words after the one before."""

    terms: tuple[int, ...]
    reach: int

    def spoken_in(self, positions: Positions) -> bool:
        places = positions[self.terms[0]]
        for term in self.terms[1:]:
            places = [here for here in positions.get(term, ()) if any(0 < here - p <= self.reach for p in places)]
        return bool(places)


class Lexicon:
    """The words of one language (and those of every language), and what they mean.

    An entry is one or more terms; a term is a word with or without a star at its ends. Single terms are looked up by hash:
    the whole word, its beginnings, its ends; only the few `*middle*` terms are tried one by one.
    """

    def __init__(self, concepts: Iterable[tuple[str, list[str]]], known: Iterable[str]) -> None:
        self._terms: dict[str, int] = {}
        self._entries: dict[int, list[tuple[Entry, str]]] = defaultdict(list)
        for concept, entries in concepts:
            for entry in entries:
                terms = tuple(self._number(term) for term in _words(entry.replace("_", " "), stars=True))
                self._entries[terms[0]].append((Entry(terms, 1 if "_" in entry else GAP + 1), concept))
        self._middles = [(term.strip("*"), n) for term, n in self._terms.items() if term[0] == term[-1] == "*"]
        self._known = {word for entry in known for word in _words(entry)}
        self._mistakes = self._typing_errors()

    def _number(self, term: str) -> int:
        return self._terms.setdefault(term, len(self._terms))

    def concepts_in(self, words: list[str], *, guess: bool = True) -> set[str]:
        """What the words mean together; `guess` also reads words with a typing error."""
        positions: Positions = defaultdict(list)
        for place, word in enumerate(words):
            for number in self._heard(word) or (self._guess(word) if guess else []):
                positions[number].append(place)
        return {
            concept
            for first in positions
            for entry, concept in self._entries.get(first, ())
            if entry.spoken_in(positions)
        }

    def _heard(self, word: str) -> list[int]:
        numbers = [self._terms[form] for form in _forms(word) if form in self._terms]
        return numbers + [number for middle, number in self._middles if middle in word]

    # Typing errors: one letter too many, too few, wrong or swapped. Two words are that near when they become equal after
    # leaving out one letter of each, so every term is kept under each of its forms with a letter left out.

    def _typing_errors(self) -> dict[str, list[tuple[str, int]]]:
        mistakes: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for term, number in self._terms.items():
            stem = term.strip("*")
            if len(stem) >= 5:
                for form in chain([stem], _without_one(stem)):
                    mistakes[form].append((term, number))
        return mistakes

    def _guess(self, word: str) -> list[int]:
        if len(word) < 4 or word in self._known:
            return []
        return [
            number
            for length in range(max(4, len(word) - 12), len(word) + 1)
            for form in chain([word[:length]], _without_one(word[:length]))
            for term, number in self._mistakes.get(form, ())
            if _nearly(word[:length], term, whole=length == len(word))
        ]


def _nearly(heard: str, term: str, *, whole: bool) -> bool:
    """One slip apart, and the first letter right. The beginning of a longer word can only be a term that has endings."""
    stem = term.strip("*")
    if heard[0] != stem[0] or not (whole or (term.endswith("*") and len(stem) >= 6)):
        return False
    start = next((at for at, (a, b) in enumerate(zip(heard, stem, strict=False)) if a != b), min(len(heard), len(stem)))
    a, b = heard[start:], stem[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _forms(word: str) -> Iterator[str]:
    """Under which terms a word may be kept: itself, each of its beginnings, each of its ends."""
    yield word
    for cut in range(2, len(word) + 1):
        yield word[:cut] + "*"
    for cut in range(0, len(word) - 2):
        yield "*" + word[cut:]


def _without_one(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _words(text: str, *, stars: bool = False) -> list[str]:
    """Small letters without accents, split at everything that is no letter or digit; what belongs together is joined."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    spaced = " ".join(re.findall(r"[^\W_*]+" if not stars else r"[^\W_]+\*?|\*[^\W_]+\*?", folded))
    return [word[:LONGEST_WORD] for word in _joined().sub(lambda found: _joins()[found.group()], spaced).split()]


@cache
def _joins() -> dict[str, str]:
    return dict(tables.read("words/any.toml")["joined"])


@cache
def _joined() -> re.Pattern[str]:
    longest_first = sorted(_joins(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")


@cache
def _lexicon(language: str) -> Lexicon:
    own, shared = tables.read(f"words/{language}.toml"), tables.read("words/any.toml")
    return Lexicon(chain(own["concepts"].items(), shared["concepts"].items()), own["known"])
