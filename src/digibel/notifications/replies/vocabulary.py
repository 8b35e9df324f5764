"""What words mean, in each of the ten languages: `words/*.toml`, one table per language, read once.

To add a language, copy a table, translate it the way people text (short, without accents, misspelt where everybody misspells),
and add replies in that language to `tests/notifications/replies/`. Case and accents do not matter, except for the words
under `kept`. A phrase wins from the words it is made of, so an exception is written as a longer phrase. The keys:

- answers: `yes`, `no`, `none` (of the windows); `coming` ("I come"), `can` ("I can") and `able` (of a moment: "free", "possible"),
  which a negation beside them turns into `not_coming` (cancels a visit), `unable` (cancels it before its day) and `cannot` (never
  does); `works`, `fails`, `other_moment`, `call_me`;
- about the visit: `cancel`, `late`, `checkin`, `checkout`, `longer`, `nobody_home`, `nobody_opens` (that, said so clearly that a
  story may stand around it); at any time: `stop`, `start`, `help`;
- what stops us from acting: `doubt` (conditions, hedges, questions, words about somebody else), `negation`, `or`, `both`;
- what a story is made of: `reason`, `regret`, `next_time`, `on_the_way`, `today`, `tomorrow`, `day`, `at`, `thing`, `see_you`;
- what changes nothing: `greeting`, `thanks` and `closing` (a name may follow), `polite`, `glue` (small words);
- counting: `numbers`, `durations` (minutes), `one` (an article that may also be the number), `last`, `minute`, `hour`;
- only at one moment, and careful at any other: `preference` (an offer), `confirm` (of a visit), `more` (time, during
  one), `roughly` (how late), `asks` (a question, where a clause begins with it);
- writing: `kept` (words whose accents mean something), `not_typos` (words that only look like another word misspelt), `aside`
  (words that may stand within any phrase and change nothing), `label` (what a number may follow: "moment 2"), `name` (of people).

A word may stand under several keys: what can be meant at this moment of the dialogue goes first, then what makes us careful.
In a phrase, `(a|b|)` stands for one of these, or nothing: "(stuur|zend) (mij|) geen sms meer" are four phrases.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from digibel.notifications.replies.writing import pieces

LONGEST_PHRASE: Final = 12
_CHOICE: Final = re.compile(r"\(([^()]*)\)")
_WRITING_KEYS: Final = {"kept", "not_typos", "aside"}

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a phrase can mean; `value` is the number, or the minutes of a duration."""

    meaning: str
    value: int | None = None


Readings = tuple[Reading, ...]


@dataclass(frozen=True)
class Vocabulary:
    """`phrases` gives, for each phrase and each language that has it, everything that it can mean there."""

    phrases: Mapping[Phrase, Mapping[str, Readings]]
    words: Mapping[str, frozenset[str]]
    not_typos: frozenset[str]
    kept: frozenset[str]
    asides: frozenset[Phrase]
    beginnings: frozenset[str]
    languages: tuple[str, ...]

    def phrase_at(self, words: list[str], start: int) -> tuple[Phrase, int]:
        """The longest known phrase from `start`, and how many words it takes with the asides within it ("stuur aub niets")."""
        length = self.longest(words, start)
        direct = tuple(words[start : start + length]), length
        places = self._without_asides(words, start)
        for count in range(len(places), max(1, length), -1):
            phrase = tuple(words[place] for place in places[:count])
            if phrase in self.phrases:
                return phrase, places[count - 1] + 1 - start
        return direct

    def _without_asides(self, words: list[str], start: int) -> list[int]:
        """The places of the words from `start` that are no aside; an aside in front is no part of a phrase."""
        places = [start]
        place = start + 1
        while place < len(words) and len(places) < LONGEST_PHRASE:
            aside = next((n for n in (3, 2, 1) if tuple(words[place : place + n]) in self.asides), 0)
            places += [] if aside else [place]
            place += aside or 1
        return places

    def longest(self, words: list[str], start: int, language: str | None = None) -> int:
        """How many words the longest known phrase from `start` takes; 0 when there is none."""
        if start < len(words) and words[start] not in self.beginnings:
            return 0
        for length in range(min(LONGEST_PHRASE, len(words) - start), 0, -1):
            known = self.phrases.get(tuple(words[start : start + length]))
            if known and (language is None or language in known):
                return length
        return 0

    def covered(self, words: list[str], language: str) -> int:
        """How many of these words a language can explain: the language a text is probably written in explains most."""
        total = start = 0
        while start < len(words):
            length = self.longest(words, start, language)
            total += length
            start += length or 1
        return total


@cache
def vocabulary() -> Vocabulary:
    tables = {path.name.removesuffix(".toml"): tomllib.loads(path.read_text("utf-8")) for path in _table_files()}
    kept = frozenset(word.casefold() for table in tables.values() for word in table["kept"])
    phrases: dict[Phrase, dict[str, Readings]] = {}
    for language, table in tables.items():
        for phrase, readings in _phrases_of(table, kept).items():
            phrases.setdefault(phrase, {})[language] = readings
    words: dict[str, set[str]] = {}
    for phrase, known in phrases.items():
        for word in phrase:
            words.setdefault(word, set()).update(known)
    not_typos = frozenset(_folded(word)[0] for table in tables.values() for word in table["not_typos"])
    return Vocabulary(
        phrases=phrases,
        words={word: frozenset(known) for word, known in words.items()},
        not_typos=not_typos,
        kept=kept,
        asides=frozenset(_folded(aside) for table in tables.values() for aside in table["aside"]),
        beginnings=frozenset(phrase[0] for phrase in phrases),
        languages=tuple(tables),
    )


def _table_files() -> list[Traversable]:
    folder = files("digibel.notifications.replies") / "words"
    return sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)


def _phrases_of(table: Mapping[str, object], kept: frozenset[str]) -> dict[Phrase, Readings]:
    found: dict[Phrase, Readings] = {}
    without_accents: dict[Phrase, Readings] = {}
    for entry, reading in _entries(table):
        for written in _each(entry):
            _add(found, _folded(written, kept), reading)
            _add(without_accents, _folded(written), reading)
    # Somebody who types without accents is understood too, unless the bare word has a meaning of its own.
    return without_accents | found


def _add(phrases: dict[Phrase, Readings], phrase: Phrase, reading: Reading) -> None:
    known = phrases.get(phrase, ())
    if phrase and reading not in known:
        phrases[phrase] = (*known, reading)


def _each(entry: str) -> Iterator[str]:
    """Every phrase that an entry with choices stands for."""
    choice = _CHOICE.search(entry)
    if choice is None:
        yield entry
        return
    for word in choice.group(1).split("|"):
        yield from _each(entry[: choice.start()] + word + entry[choice.end() :])


def _entries(table: Mapping[str, object]) -> Iterable[tuple[str, Reading]]:
    for key, entries in table.items():
        if isinstance(entries, Mapping):
            meaning = key.removesuffix("s")
            yield from ((written, Reading(meaning, value)) for written, value in entries.items())
        elif isinstance(entries, list) and key not in _WRITING_KEYS:
            yield from ((written, Reading(key)) for written in entries)


def _folded(written: str, kept: frozenset[str] = frozenset()) -> Phrase:
    """Word by word, each word once: the tables stand for many more phrases than they have words, and every worker reads them."""
    return tuple(piece for word in written.split() for piece in _folded_word(word, kept))


@cache
def _folded_word(word: str, kept: frozenset[str]) -> Phrase:
    return tuple(piece.text for piece in pieces(word, kept))
