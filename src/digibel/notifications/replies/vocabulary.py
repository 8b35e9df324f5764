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
- writing: `kept` (words whose accents mean something), `not_typos` (words that only look like another word misspelt).

A word may stand under several keys: what can be meant at this moment of the dialogue goes first, then what makes us careful.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from digibel.notifications.replies.writing import pieces

LONGEST_PHRASE: Final = 9
_WRITING_KEYS: Final = {"kept", "not_typos"}

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
    languages: tuple[str, ...]

    def longest(self, words: list[str], start: int, language: str | None = None) -> int:
        """How many words the longest known phrase from `start` takes; 0 when there is none."""
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
        phrases, {word: frozenset(known) for word, known in words.items()}, not_typos, kept, tuple(tables)
    )


def _table_files() -> list[Traversable]:
    folder = files("digibel.notifications.replies") / "words"
    return sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)


def _phrases_of(table: Mapping[str, object], kept: frozenset[str]) -> dict[Phrase, Readings]:
    found: dict[Phrase, Readings] = {}
    without_accents: dict[Phrase, Readings] = {}
    for written, reading in _entries(table):
        phrase = _folded(written, kept)
        found[phrase] = (*found.get(phrase, ()), reading)
        bare = _folded(written)
        without_accents[bare] = (*without_accents.get(bare, ()), reading)
    # Somebody who types without accents is understood too, unless the bare word has a meaning of its own.
    return without_accents | found


def _entries(table: Mapping[str, object]) -> Iterable[tuple[str, Reading]]:
    for key, entries in table.items():
        if isinstance(entries, Mapping):
            meaning = key.removesuffix("s")
            yield from ((written, Reading(meaning, value)) for written, value in entries.items())
        elif isinstance(entries, list) and key not in _WRITING_KEYS:
            yield from ((written, Reading(key)) for written in entries)


def _folded(written: str, kept: frozenset[str] = frozenset()) -> Phrase:
    return tuple(piece.text for piece in pieces(written, kept))
