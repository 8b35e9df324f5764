"""The languages of Digibel, and how a moment is said in each of them.

A language is a short code (ISO 639, or "other"). Texts exist in ten: those in which the Brussels region itself informs people.
More are only spoken. Moments are aware datetimes and are always told in Europe/Brussels, where every visit takes place.
Everything lives in `languages.toml`, beside this file.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
DESK_LANGUAGES: Final = ("nl", "fr", "en")
# Volunteers come by foot, tram and lift: an exact minute would only make a client anxious.
ARRIVAL_TAKES: Final = timedelta(minutes=30)
SHORTEST_STEM: Final = 5
LONGEST_CASE: Final = 2


@dataclass(frozen=True, slots=True)
class Language:
    """A language that somebody speaks: `own` is its name in itself, `names` its names in other languages."""

    code: str
    own: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextLanguage(Language):
    """A language in which Digibel writes. `days` are short, Monday first; the rest is explained in languages.toml."""

    locale: str = ""
    long_day: str = ""
    days: tuple[str, ...] = ()
    hour: str = ""
    window: str = ""
    about: str = ""
    first: str = ""
    right_to_left: bool = False


_FILE: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

LANGUAGES: Final[Mapping[str, TextLanguage]] = {
    code: TextLanguage(code=code, **{**facts, "days": tuple(facts["days"])}) for code, facts in _FILE["texts"].items()
}
SPOKEN: Final[Mapping[str, Language]] = {
    **LANGUAGES,
    **{code: Language(code=code, **facts) for code, facts in _FILE["spoken"].items()},
}


def best_language(preferred: Sequence[str], fallback: str) -> str:
    """The first language of `preferred` in which we have texts ("fr-BE" counts as "fr"), else `fallback`."""
    codes = (tag.replace("_", "-").split("-")[0].lower() for tag in preferred)
    return next((code for code in codes if code in LANGUAGES), fallback)


def name_of(code: str, language: str) -> str:
    """The name of the language `code`, said in `language`: `name_of("fr", "nl")` is "Frans". KeyError for an unknown code."""
    spoken = SPOKEN[code]
    if language in spoken.names:
        return spoken.names[language]
    return Locale.parse(LANGUAGES[language].locale).languages.get(code) or spoken.own


def day(moment: datetime, language: str) -> str:
    """A day for a text message: "do 26/11"."""
    local = _in_brussels(moment)
    return f"{LANGUAGES[language].days[local.weekday()]} {local.day}/{local.month}"


def weekdays(numbers: Sequence[int], language: str) -> str:
    """Days of the week (0 is Monday) for a text message: "wo, vr"."""
    return ", ".join(LANGUAGES[language].days[number] for number in numbers)


def clock_time(moment: datetime, language: str) -> str:
    """A time for a text message: "14u" or "14u30" in Dutch, "14h30" in French, "14:30" in English."""
    local, mark = _in_brussels(moment), LANGUAGES[language].hour
    if not mark:
        return f"{local:%H:%M}".removeprefix("0")
    return f"{local.hour}{mark}{local:%M}" if local.minute else f"{local.hour}{mark}"


def day_and_time(moment: datetime, language: str) -> str:
    """When something starts, for a text message: "do 26/11 14u30"."""
    return f"{day(moment, language)} {clock_time(moment, language)}"


def window(start: datetime, end: datetime, language: str) -> str:
    """From when to when, for a text message: "do 26/11 14u-16u". Over midnight the second day is named too."""
    same_day = _in_brussels(start).date() == _in_brussels(end).date()
    closing = clock_time(end, language) if same_day else day_and_time(end, language)
    return LANGUAGES[language].window.format(start=day_and_time(start, language), end=closing)


def about(start: datetime, language: str) -> str:
    """When to expect somebody at the door, the half hour from `start`: "tussen 14u en 14u30"."""
    # Added in UTC, so that it is half an hour in the two nights of the year in which the clock jumps too.
    latest = start + ARRIVAL_TAKES if start.tzinfo is None else start.astimezone(ZoneInfo("UTC")) + ARRIVAL_TAKES
    return LANGUAGES[language].about.format(start=clock_time(start, language), end=clock_time(latest, language))


def day_in_words(moment: datetime, language: str) -> str:
    """A day for a letter or to say aloud: "donderdag 26 november". In the language's own letters, so not for a text message."""
    return date_in_words(_in_brussels(moment).date(), language, weekday=True)


def date_in_words(day: date, language: str, *, weekday: bool = False, year: bool = False) -> str:
    """ "26 november", "donderdag 26 november 2026": for a page or a letter, in the cases that the language asks for."""
    facts = LANGUAGES[language]
    return _written(day, _pattern(facts, weekday=weekday, year=year), facts)


def short_date(day: date, language: str, *, year: bool = False) -> str:
    """The same for a narrow place on a page: "do 26 nov". Not for a text message, as it has the language's own letters."""
    facts = LANGUAGES[language]
    pattern = _pattern(facts, weekday=True, year=year).replace("EEEE", "EEE").replace("MMMM", "MMM")
    return _written(day, pattern, facts)


def _written(day: date, pattern: str, facts: TextLanguage) -> str:
    """The first of a month has a name of its own in French: "mardi 1er décembre", "ven. 1er janv."."""
    if facts.first and day.day == 1:
        pattern = re.sub(r"\bd\b", f"'{facts.first}'", pattern)
    return format_date(day, pattern, locale=facts.locale)


def _pattern(facts: TextLanguage, *, weekday: bool, year: bool) -> str:
    whole = facts.long_day if weekday else facts.long_day.replace("EEEE", "").strip(" ,")
    if not year:
        return whole
    # Where the month is "of" the day, the year is "of" the month.
    return whole.replace("MMMM", "MMMM 'de' y" if "'de'" in whole else "MMMM y")


def _in_brussels(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone; a naive datetime does not say when it is.")
    return moment.astimezone(BRUSSELS)


def weekdays_named(text: str, language: str) -> set[int]:
    """The days of the week whose whole name stands in a text, in some case or plural: 0 is Monday.

    Only whole names: "mar" and "segunda" are many other things.
    """
    words = {_folded(word) for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text)}
    return {day for day, name in _weekdays(language) if any(_is_form_of(word, name) for word in words)}


@cache
def _weekdays(language: str) -> tuple[tuple[int, str], ...]:
    names = Locale.parse(LANGUAGES[language].locale).days["format"]["wide"]
    # Albanian says "e hënë": the day is its last word.
    return tuple((day, _folded(name.split()[-1])) for day, name in names.items())


def _is_form_of(word: str, name: str) -> bool:
    """Cases change the last letter and add a few, to a name that is long enough to be known by the rest."""
    if len(name) < SHORTEST_STEM:
        return word in (name, f"{name}s")
    return word.startswith(name[:-1]) and len(word) <= len(name) + LONGEST_CASE


def _folded(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold())
    return (
        "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("ı", "i").replace("ł", "l")
    )
