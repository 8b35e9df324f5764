"""When somebody can, as people write it in one cell: "ma-vr 9-17", "lundi et jeudi matin; mardi 14h-17h30", "always"."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Final

from digibel.sheets.errors import NoSuchHours

Hours = tuple[int, time, time]
Span = tuple[time, time]

_WORDS: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
# A phrase is one word while a cell is read: "t/m" is "t_m".
_JOINED: Final = str.maketrans(" /", "__")


def _by_word(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {word.translate(_JOINED): name for name, words in table.items() for word in words}


_DAYS: Final = {word: int(number) for word, number in _by_word(_WORDS["days"]).items()}
# Two letters mean another day in another language: "ma" is Monday in Dutch and Tuesday in French.
_SHORT: Final = [{word: day for day, word in enumerate(words)} for words in _WORDS["short_days"].values()]
# By language, to be said as `beside` where it is known in which one somebody writes.
SHORT_DAYS: Final = {language: frozenset(words) for language, words in _WORDS["short_days"].items()}
_SEVERAL: Final = _by_word(_WORDS["spans"])
_PARTS: Final = _by_word(_WORDS["parts"])
_BETWEEN: Final = _by_word(_WORDS["between"])
SEVERAL: Final = {"weekdays": range(5), "weekend": range(5, 7), "every_day": range(7)}
PARTS: Final = {
    "morning": (time(9), time(12)),
    "afternoon": (time(13), time(17)),
    "evening": (time(18), time(20)),
    "all_day": (time(9), time(18)),
}
GAP: Final = "['’ /-]"
_PHRASES: Final = sorted((word for word in (*_SEVERAL, *_PARTS, *_BETWEEN) if "_" in word), key=len, reverse=True)
_TOKEN: Final = re.compile(
    r"(?P<time>\d{1,2}(?:\s*[uh:.]\s*\d\d(?!\d)|\s*[uh](?!\w))?)|(?P<word>[^\W\d]+)|(?P<to>[-–])|(?P<gap>[\s,;:.&+()'’/]+)"
)


def read(text: str, beside: frozenset[str] = frozenset()) -> list[Hours]:
    """Weekday (0 Monday), start and end, in order, none overlapping another. Nothing said is an empty list.

    `beside` are the `words` of the other cells of the column: they show in which language days of two letters are meant.
    Raises `NoSuchHours` where any part is not understood: hours half read would send offers at the wrong time.
    """
    if not text:
        return []
    tokens = _tokens(text)
    reading = _Reading(_days_of(_words_in(tokens), beside))
    for kind, told in tokens:
        reading.take(kind, told)
    return _together(reading.end())


def _tokens(text: str, *, strict: bool = True) -> list[tuple[str, str]]:
    told = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    for phrase in _PHRASES:
        told = re.sub(rf"\b{GAP.join(phrase.split('_'))}\b", phrase, told)
    found, place = [], 0
    while place < len(told):
        match = _TOKEN.match(told, place)
        if match and match.lastgroup and match.lastgroup != "gap":
            found.append((match.lastgroup, match.group()))
        elif not match and strict:
            raise NoSuchHours
        place = match.end() if match else place + 1
    return found


def words(texts: Iterable[str]) -> frozenset[str]:
    """What is said anywhere in these cells."""
    return frozenset().union(*(_words_in(_tokens(text, strict=False)) for text in texts))


def _words_in(tokens: list[tuple[str, str]]) -> frozenset[str]:
    return frozenset(told for kind, told in tokens if kind == "word")


def _days_of(words: frozenset[str], beside: frozenset[str]) -> dict[str, int]:
    """The days by their names, and by two letters of the one language in which all of them are days."""
    short = {word for word in words if any(word in table for table in _SHORT)} - _DAYS.keys()
    if not short:
        return _DAYS
    fitting = [table for table in _SHORT if short <= table.keys()]
    if _differ(fitting, short):
        most = max(len(beside & table.keys()) for table in fitting)
        fitting = [table for table in fitting if len(beside & table.keys()) == most]
    if not fitting or _differ(fitting, short):
        raise NoSuchHours
    return {**fitting[0], **_DAYS}


def _differ(tables: list[dict[str, int]], short: set[str]) -> bool:
    return any(table[word] != tables[0][word] for table in tables[1:] for word in short)


@dataclass
class _Reading:
    """Days, then when on these days; a day after a time begins anew."""

    names: dict[str, int]
    found: list[Hours] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    start: time | None = None
    to: bool = False

    def take(self, kind: str, told: str) -> None:
        if kind == "time":
            self._time(_time(told))
        elif kind == "to" or _BETWEEN.get(told) == "to":
            self.to = True
        elif told in self.names:
            self._day(self.names[told])
        elif told in _SEVERAL:
            self._several(SEVERAL[_SEVERAL[told]])
        elif told in _PARTS:
            self._part(PARTS[_PARTS[told]])
        elif told not in _BETWEEN:
            self._both(told)

    def _both(self, word: str) -> None:
        """ "dinsdagvoormiddag"."""
        day = next((day for day in _DAYS if word.startswith(day) and word.removeprefix(day) in _PARTS), None)
        if day is None:
            raise NoSuchHours
        self._day(_DAYS[day])
        self._part(PARTS[_PARTS[word.removeprefix(day)]])

    def _several(self, days: Sequence[int]) -> None:
        for day in days:
            self._day(day)

    def _day(self, day: int) -> None:
        if self.spans:
            self._close()
        if self.start is not None:
            raise NoSuchHours
        if self.to and self.days:
            last = self.days[-1]
            self.days += [number % 7 for number in range(last + 1, last + 1 + (day - last) % 7)]
        else:
            self.days.append(day)
        self.to = False

    def _time(self, at: time) -> None:
        if self.start is None:
            self.start = at
        elif self.to and self.start < at:
            self.spans.append((self.start, at))
            self.start = None
        else:
            raise NoSuchHours
        self.to = False

    def _part(self, span: Span) -> None:
        if self.start is not None or self.to:
            raise NoSuchHours
        self.spans.append(span)

    def _close(self) -> None:
        if not self.days or self.start is not None or self.to:
            raise NoSuchHours
        spans = self.spans or [PARTS["all_day"]]
        self.found += [(day, *span) for day in self.days for span in spans]
        self.days, self.spans = [], []

    def end(self) -> list[Hours]:
        self._close()
        return self.found


def _time(told: str) -> time:
    hour, minute, *_ = [*map(int, re.findall(r"\d+", told)), 0]
    try:
        return time(hour, minute)
    except ValueError:
        raise NoSuchHours from None


def _together(hours: list[Hours]) -> list[Hours]:
    """In order, what touches or overlaps made one."""
    joined: list[Hours] = []
    for day, start, end in sorted(hours):
        if joined and joined[-1][0] == day and start <= joined[-1][2]:
            joined[-1] = (day, joined[-1][1], max(end, joined[-1][2]))
        else:
            joined.append((day, start, end))
    return joined
