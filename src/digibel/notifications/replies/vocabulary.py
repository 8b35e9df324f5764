"""What words mean, in each of the ten languages: `words/*.toml`, one table per language, read once.

To add a language, copy a table, translate it the way people text (short, without accents, misspelt where everybody misspells),
and add replies in that language to `tests/notifications/replies/`. Case and accents do not matter, except for the words
under `kept`. A phrase wins from the words it is made of, so an exception is written as a longer phrase. The keys:

- answers: `yes`, `no`, `none` (of the windows); `coming` ("I come"), `can` ("I can") and `able` (of a moment: "free", "possible"),
  which a negation beside them turns into `not_coming` (cancels a visit), `unable` (cancels it before its day) and `cannot` (never
  does); `works`, `fails`, `other_moment`, `call_me`;
- about the visit: `cancel`, `late`, `checkin`, `checkout`, `longer`, `nobody_home`, `nobody_opens` (that, said so clearly that a
  story may stand around it); at any time: `stop`, `start`, `help`;
- what stops us from acting: `doubt` (conditions, hedges, questions: nothing at all is done), `limit` (after, from, only, still,
  half: nobody is booked, confirmed, cancelled or silenced, but the rest stands), `negation`, `or`, `both`;
- what a story is made of: `reason`, `busy` (a reason that keeps somebody away by itself: "I work that day"),
  `regret`, `next_time`, `on_the_way`, `today`, `tomorrow`, `weekday`, `day`, `that_day`
  (the one we asked about), `month`, `at`, `thing`, `see_you`, `family` (grown people who might come or speak for somebody),
  `others` (he, she, you), `by` (tram, bike, foot);
- what joins: `because` (all behind it is a reason: "2 because I work in the morning"), `but` (that may follow a "sorry"), and
  `subject`, the "I" with which a new sentence begins where nobody put a comma;
- what changes nothing: `greeting`, `thanks` and `closing` (a name may follow), `polite`, `glue` (small words);
- counting: `numbers`, `durations` (minutes), `one` (an article that may also be the number), `last`, `middle`
  (of an odd number of windows), `minute`, `hour`;
- read where nothing else is said: `stops_alone` (the Spanish "para" is "stop", and "for" in any sentence);
- read by what follows: `join` (a word that asks, or joins a full answer: "que no puedo") and `but` (which limits nothing behind an
  excuse), each beside `doubt` or `limit`; a wish ("I would love to") stands under `regret` too, for the "but" behind it;
- between two windows of an offer alone: `instead` ("1 rather than 2"), `than` (behind a wish or `sooner`: "sooner 1 than 2"),
  `replaced` (the one before it is turned down: Turkish "1 yerine 2"), `contrast` (behind a no: "niet 1, wel 2"), and in Dutch
  `particle` (the "maar" that ends what begins with one of the `orders`: "doe mij B maar");
- beside a stop alone: `stop_too` ("I do not want any more");
- only at one moment, and careful at any other: `preference` (an offer), `confirm` (of a visit), `more` (time, during
  one), `roughly` (how late), `asks` (a question, where a clause begins with it);
- writing: `kept` (words whose accents mean something), `not_typos` (words that only look like another word misspelt), `aside`
  (words that may stand within any phrase and change nothing), `label` (what a number may follow: "moment 2"), `of_the`
  (before how many there are: "one of the three"), `counts` (what a number behind it is no choice of: "tram 92"), `name`
  (of people); in the languages that need them, `careful_endings` (that of "I would" or "if I": a word that no table has, but
  with one of these, is a doubt), `noun_endings` (a noun that only differs in them from a reason, a thing or somebody of the
  family is one too) and `elisions` (what people write on to the next word, with or without the apostrophe: "smundem").

A word may stand under several keys: what can be meant at this moment of the dialogue goes first, then what makes us careful.
In a phrase, `(a|b|)` stands for one of these, or nothing: "(stuur|zend) (mij|) geen sms meer" are four phrases.

The entries stand for many more phrases than there are entries. They are kept by their first word, and written out when a text
holds that word: a process that reads one reply does not pay for all of them. An entry with hundreds of phrases is never written
out, only followed along the words of a text.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import takewhile
from math import prod
from typing import Any, Final

from digibel.languages import LANGUAGES
from digibel.notifications.phrasebook.doorwords import codewords
from digibel.notifications.replies.writing import fold, pieces

LONGEST_PHRASE: Final = 12
_MOST_WRITTEN_OUT: Final = 40
_CHOICE: Final = re.compile(r"\(([^()]*)\)")
_SEGMENT: Final = re.compile(r"\([^()]*\)|[^()]*[^()\s][^()]*")
_PARTS: Final = re.compile(r"[^\s()|]+")
_WRITING_KEYS: Final = {"kept", "not_typos", "aside", "careful_endings", "noun_endings", "elisions", "of_the"}

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a phrase can mean; `value` is the number, or the minutes of a duration."""

    meaning: str
    value: int | None = None


Readings = tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table: what is `written` in this language, choices and all, and what it means."""

    language: str
    written: str
    reading: Reading

    def is_wide(self) -> bool:
        """Whether it stands for too many phrases to write them all out."""
        return (
            "(" in self.written
            and prod(choice.count("|") + 1 for choice in _CHOICE.findall(self.written)) > _MOST_WRITTEN_OUT
        )

    def second_words(self, first: str, kept: frozenset[str]) -> set[str]:
        """What may stand behind this first word in a phrase of this entry; "" where nothing needs to."""
        steps = _steps(self.written, kept)
        found: set[str] = set()
        for place, step in enumerate(steps):
            for option in step.get(first, ()):
                found |= {option[1]} if len(option) > 1 else _beginnings(steps[place + 1 :])
            if "" not in step:
                break
        return found

    def lengths(self, words: Phrase, kept: frozenset[str]) -> set[int]:
        """How many of these words, from the first, can be a phrase of this entry: every length that fits."""
        reached = {0}
        for step in _steps(self.written, kept):
            further = set(reached) if "" in step else set()
            for place in reached:
                if place < len(words):
                    for option in step.get(words[place], ()):
                        if words[place : place + len(option)] == option:
                            further.add(place + len(option))
            if not further:
                return further
            reached = further
        return reached - {0}


Known = Mapping[str, Readings]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What every phrase can mean in each language that has it, and in which languages a word stands in any phrase at all."""

    entries: Mapping[str, list[Entry]]
    wide: Mapping[str, list[Entry]]
    words: Mapping[str, frozenset[str]]
    not_typos: frozenset[str]
    kept: frozenset[str]
    asides: frozenset[Phrase]
    careful_endings: Mapping[str, tuple[str, ...]]
    noun_endings: Mapping[str, tuple[str, ...]]
    elisions: Mapping[str, frozenset[str]]
    of_the: Mapping[str, frozenset[Phrase]]
    languages: tuple[str, ...]
    written_out: dict[str, Mapping[Phrase, Known]] = field(default_factory=dict)
    wide_by_second: dict[str, Mapping[str, list[Entry]]] = field(default_factory=dict)

    def beginning_with(self, first: str) -> Mapping[Phrase, Known]:
        """The phrases with this first word, but for the wide ones."""
        known = self.written_out.get(first)
        if known is None:
            known = self.written_out[first] = _written_out(first, self.entries.get(first, ()), self.kept)
        return known

    def wide_beginning_with(self, words: Phrase) -> list[Entry]:
        """The wide entries of which the first of these words can be a phrase, alone or with the second one."""
        by_second = self.wide_by_second.get(words[0])
        if by_second is None:
            by_second = self.wide_by_second[words[0]] = _by_second_word(words[0], self.wide[words[0]], self.kept)
        second = words[1] if len(words) > 1 else ""
        return by_second.get(second) or by_second.get("", [])

    def known(self, phrase: Phrase) -> Known:
        """What a phrase can mean, by language; nothing for one that no table has."""
        return _in_front(self, phrase).get(len(phrase), {})

    def every_phrase(self) -> dict[Phrase, Known]:
        """All phrases but the wide ones."""
        return {phrase: known for word in self.entries for phrase, known in self.beginning_with(word).items()}

    def phrase_at(self, words: list[str], start: int) -> tuple[Phrase, int]:
        """The longest known phrase from `start`, and how many words it takes with the asides within it ("stuur aub niets")."""
        length = self.longest(words, start)
        direct = tuple(words[start : start + length]), length
        if words[start] not in self.entries and words[start] not in self.wide:
            return direct
        places = self._without_asides(words, start)
        for count in range(len(places), max(1, length), -1):
            phrase = tuple(words[place] for place in places[:count])
            if self.known(phrase):
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

    def longest(self, words: list[str], start: int) -> int:
        """How many words the longest known phrase from `start` takes; 0 when there is none."""
        return max(_longest(self, self.ahead(words, start)).values(), default=0)

    def ahead(self, words: list[str], start: int) -> Phrase:
        """The words from `start` that a phrase could hold: up to the first that stands in none."""
        return tuple(takewhile(self.words.__contains__, words[start : start + LONGEST_PHRASE]))

    def covered(self, words: list[str]) -> dict[str, int]:
        """How many of these words each language can explain: the language a text is probably written in explains most."""
        longest = [_longest(self, self.ahead(words, start)) for start in range(len(words))]
        return {language: _explained(longest, language) for language in self.languages}


@cache
def vocabulary() -> Vocabulary:
    tables = {path.name.removesuffix(".toml"): tomllib.loads(path.read_text("utf-8")) for path in _table_files()}
    kept = frozenset(word.casefold() for table in tables.values() for word in table["kept"])
    entries: dict[str, list[Entry]] = {}
    wide: dict[str, list[Entry]] = {}
    words: dict[str, set[str]] = {}
    for language, table in tables.items():
        spoken: set[str] = set()
        for written, reading in _entries(table):
            entry = Entry(language, written, reading)
            for first in _first_words(written, kept):
                (wide if entry.is_wide() else entries).setdefault(first, []).append(entry)
            spoken.update(_PARTS.findall(written))
        for word in spoken:
            for folded in (*_folded_word(word, kept), *_folded_word(word, frozenset())):
                words.setdefault(folded, set()).add(language)
    return Vocabulary(
        entries=entries,
        wide=wide,
        words={word: frozenset(known) for word, known in words.items()},
        not_typos=frozenset(_folded(word)[0] for word in (*_of_doors(), *_in_tables(tables, "not_typos"))),
        kept=kept,
        asides=frozenset(_folded(aside) for table in tables.values() for aside in table["aside"]),
        careful_endings={code: tuple(map(fold, table.get("careful_endings", ()))) for code, table in tables.items()},
        noun_endings={code: tuple(map(fold, table.get("noun_endings", ()))) for code, table in tables.items()},
        elisions={code: frozenset(table.get("elisions", ())) for code, table in tables.items()},
        of_the={
            language: frozenset(_folded(each) for each in table.get("of_the", ())) for language, table in tables.items()
        },
        languages=tuple(tables),
    )


def _in_tables(tables: Mapping[str, dict[str, Any]], key: str) -> Iterator[str]:
    return (word for table in tables.values() for word in table[key])


def _of_doors() -> Iterator[str]:
    """Whoever texts the word for the door back to us says neither yes nor where they are, however near "azeite" is to "aceite" and
    "herbe" to "here"."""
    return (word for language in LANGUAGES for word in codewords(language))


def _table_files() -> list[Traversable]:
    folder = files("digibel.notifications.replies") / "words"
    return sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)


def _first_words(written: str, kept: frozenset[str]) -> set[str]:
    """Every word that a phrase of this entry can begin with."""
    if "(" not in written:
        first = written.split()[0]
        return {_folded_word(first, kept)[0], _folded_word(first, frozenset())[0]}
    found: set[str] = set()
    for choice in _SEGMENT.findall(written):
        options = choice[1:-1].split("|") if choice.startswith("(") else [choice]
        firsts = [option.split()[0] for option in options if option.strip()]
        found.update(
            folded[0] for first in firsts for fold in (kept, frozenset()) if (folded := _folded_word(first, fold))
        )
        if len(firsts) == len(options):
            break
    return found


@lru_cache(maxsize=8192)
def _in_front(vocabulary: Vocabulary, words: Phrase) -> Mapping[int, Known]:
    """What the first words mean together, by how many they are, most words first."""
    if not words:
        return {}
    known = vocabulary.beginning_with(words[0])
    found = {length: known[words[:length]] for length in range(1, len(words) + 1) if words[:length] in known}
    for entry in vocabulary.wide_beginning_with(words) if words[0] in vocabulary.wide else ():
        for length in entry.lengths(words, vocabulary.kept):
            found[length] = _together(found.get(length, {}), {entry.language: (entry.reading,)})
    return dict(sorted(found.items(), reverse=True))


@lru_cache(maxsize=8192)
def _longest(vocabulary: Vocabulary, words: Phrase) -> Mapping[str, int]:
    """How many of these words, from the first, the longest phrase of each language takes."""
    found: dict[str, int] = {}
    for length, known in _in_front(vocabulary, words).items():
        for language in known:
            found.setdefault(language, length)
    return found


def _explained(longest: Sequence[Mapping[str, int]], language: str) -> int:
    total = start = 0
    while start < len(longest):
        length = longest[start].get(language, 0)
        total += length
        start += length or 1
    return total


def _together(known: Known, more: Known) -> Known:
    both = {language: (*known.get(language, ()), *more.get(language, ())) for language in {**known, **more}}
    return {language: tuple(dict.fromkeys(readings)) for language, readings in both.items()}


@cache
def _steps(written: str, kept: frozenset[str]) -> tuple[Mapping[str, tuple[Phrase, ...]], ...]:
    """What may stand at each step of an entry, by its first word; nothing at all is under no word."""
    parts = (choice[1:-1].split("|") if choice.startswith("(") else [choice] for choice in _SEGMENT.findall(written))
    return tuple(_by_first_word(_folded(each, fold) for each in part for fold in (kept, frozenset())) for part in parts)


def _beginnings(steps: Iterable[Mapping[str, tuple[Phrase, ...]]]) -> set[str]:
    """The words with which the rest of an entry can begin; "" among them where all of it may be left out."""
    found: set[str] = set()
    for step in steps:
        found |= step.keys() - {""}
        if "" not in step:
            return found
    return found | {""}


def _by_second_word(first: str, entries: Iterable[Entry], kept: frozenset[str]) -> dict[str, list[Entry]]:
    """These entries by their second word; under "" those that may end with the first, which stand under every other too."""
    seconds = [(entry, entry.second_words(first, kept)) for entry in entries]
    every = set().union(*(words for _, words in seconds))
    return {second: [entry for entry, words in seconds if words & {second, ""}] for second in every | {""}}


def _by_first_word(options: Iterable[Phrase]) -> Mapping[str, tuple[Phrase, ...]]:
    found: dict[str, tuple[Phrase, ...]] = {}
    for option in dict.fromkeys(options):
        first = option[0] if option else ""
        found[first] = (*found.get(first, ()), option)
    return found


def _written_out(first: str, entries: Iterable[Entry], kept: frozenset[str]) -> dict[Phrase, Known]:
    """The phrases of these entries that begin with this word, and what each means in each language."""
    found: dict[Phrase, dict[str, Readings]] = {}
    without_accents: dict[Phrase, dict[str, Readings]] = {}
    for entry in entries:
        for written in _each(entry.written):
            _add(found, first, _folded(written, kept), entry)
            _add(without_accents, first, _folded(written), entry)
    # Somebody who types without accents is understood too, unless the bare word has a meaning of its own.
    return {phrase: without_accents.get(phrase, {}) | found.get(phrase, {}) for phrase in without_accents | found}


def _add(phrases: dict[Phrase, dict[str, Readings]], first: str, phrase: Phrase, entry: Entry) -> None:
    if phrase[:1] == (first,):
        by_language = phrases.setdefault(phrase, {})
        known = by_language.get(entry.language, ())
        if entry.reading not in known:
            by_language[entry.language] = (*known, entry.reading)


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
    if word.isalpha():
        return (word.casefold() if word.casefold() in kept else fold(word),)
    return tuple(piece.text for piece in pieces(word, kept))
