"""What a volunteer texts of when they are free, at any time: "pauze tot 10/1", "pas le mercredi", "weer vrij".

Heard only where the answers to what we asked hear nothing (but for a pause with its end), and only where every word of a text is
known: a pause that nobody meant loses a volunteer in silence. A table for each language in `freetimes`: `pause`, `away` (a pause
where they say until when), `until` (that day they are back), `through` and `included` (the day after), `off` (not on that
weekday), `back`, `page` (the link to their own page), `tomorrow`, `small` (what changes nothing), and the names of the weekdays,
Monday first, and of the months. Somebody's own language is read beside Dutch, French and English: in Brussels they mix.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from digibel.notifications.replies.writing import fold, plain

BRUSSELS: Final = ("nl", "fr", "en")
LONGEST_TEXT: Final = 160
# A day without a year that is farther away than this has probably just passed.
FARTHEST_UNSAID: Final = timedelta(days=183)
FARTHEST: Final = timedelta(days=366)
MOST_WEEKDAYS: Final = 3
_LONGEST_PHRASE: Final = 6
_TOKEN: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{4}|\d{2}))?\.?(?!\d)|\d+|[^\W\d_]+")
_DOUBTFUL: Final = re.compile(r"[?؟]")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """`until` is the day they are back (pause); `weekdays` (0 Monday) those that are off, or back. None of both: for all."""

    kind: Literal["pause", "off", "back", "page"]
    until: date | None = None
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    number: int = 0
    day: date | None = None


def read(text: str, *, language: str, today: date) -> Wish | None:
    """What somebody of this language wishes; None where it is anything else, or in doubt."""
    if len(text) > LONGEST_TEXT or _DOUBTFUL.search(text):
        return None
    try:
        parts = [part for part in _parts(_tokens(text), _phrases(language), today) if part.kind != "small"]
    except ValueError:
        return None
    return _wish(parts, today)


def _tokens(text: str) -> list[str]:
    return [match.group().rstrip(".") for match in _TOKEN.finditer(fold(plain(text)))]


def _wish(parts: Sequence[_Part], today: date) -> Wish | None:
    if any(part.kind == "until" for part in parts):
        parts = [replace(part, kind="pause") if part.kind == "away" else part for part in parts]
    kinds = [part.kind for part in parts]
    weekdays = tuple(dict.fromkeys(part.number for part in parts if part.kind == "weekday"))
    said = sorted(set(kinds) - {"weekday"})
    if kinds == ["pause"]:
        return Wish("pause")
    if kinds == ["page"]:
        return Wish("page")
    if said in (["off"], ["back"]) and len(weekdays) <= MOST_WEEKDAYS and kinds.count(said[0]) == 1:
        if said == ["off"]:
            return Wish("off", weekdays=weekdays) if weekdays else None
        return Wish("back", weekdays=weekdays)
    until = _until(parts, kinds, today)
    return Wish("pause", until) if until is not None else None


def _until(parts: Sequence[_Part], kinds: Sequence[str], today: date) -> date | None:
    """The day of a pause that was said with one day, right beside the word that says until."""
    if "included" in kinds:
        parts = _whole_day(parts)
        kinds = [part.kind for part in parts]
    if sorted(kinds) not in (["date", "pause", "until"], ["pause", "until", "weekday"]):
        return None
    until = kinds.index("until")
    place = next(number for number, kind in enumerate(kinds) if kind in {"date", "weekday"})
    if abs(place - until) != 1:
        return None
    day = parts[place].day or _next(parts[place].number, today)
    back = day + timedelta(days=parts[until].number)
    return back if today < back <= today + FARTHEST else None


def _whole_day(parts: Sequence[_Part]) -> list[_Part]:
    """ "Until the tenth included" is through the tenth; said of nothing it stays, and nobody understands it."""
    kinds = [part.kind for part in parts]
    if kinds.count("included") != 1 or kinds.count("until") != 1 or kinds[kinds.index("included") - 1] != "date":
        return list(parts)
    return [replace(part, number=1) if part.kind == "until" else part for part in parts if part.kind != "included"]


def _next(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


# --- words ----------------------------------------------------------------------------------------------------------


def _parts(tokens: Sequence[str], phrases: Mapping[Phrase, _Part], today: date) -> Iterator[_Part]:
    """The longest known phrase at each place. Raises ValueError for a word that nobody knows, and for a day that is none."""
    place = 0
    while place < len(tokens):
        if tokens[place][0].isdigit():
            day, taken = _date(tokens[place : place + 4], phrases, today)
            yield _Part("date", day=day)
            place += taken
            continue
        if (named := _month_first(tokens[place : place + 4], phrases, today)) is not None:
            yield _Part("date", day=named[0])
            place += named[1]
            continue
        length = next(
            (
                n
                for n in range(_LONGEST_PHRASE, 0, -1)
                if tuple(tokens[place : place + n]) in phrases and n <= len(tokens) - place
            ),
            0,
        )
        if not length:
            raise ValueError("a word that is not known")
        part = phrases[tuple(tokens[place : place + length])]
        if part.kind == "tomorrow":
            part = _Part("date", day=today + timedelta(days=1))
        if part.kind == "month":
            raise ValueError("a month without a day")
        yield part
        place += length


def _date(tokens: Sequence[str], phrases: Mapping[Phrase, _Part], today: date) -> tuple[date, int]:
    """A day that begins with a figure, and how many tokens it takes: 10/1, 2027-01-10, 10 januari 2027, 10th of January."""
    numbers = [int(one) for one in re.split(r"[./-]", tokens[0])]
    if len(numbers) == 3 and numbers[0] > 31:
        return _day(numbers[2], numbers[1], numbers[0], today), 1
    if len(numbers) > 1:
        return _day(numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else None, today), 1
    month_at = next((n for n in (1, 2, 3) if n < len(tokens) and _month(tokens[n], phrases)), 0)
    if not month_at or any(phrases.get((one,), _Part("")).kind != "small" for one in tokens[1:month_at]):
        raise ValueError("a number that is no day")
    year, more = _year(tokens[month_at + 1 : month_at + 2])
    return _day(numbers[0], _month(tokens[month_at], phrases), year, today), month_at + 1 + more


def _month_first(tokens: Sequence[str], phrases: Mapping[Phrase, _Part], today: date) -> tuple[date, int] | None:
    """ "January 10"."""
    month = _month(tokens[0], phrases)
    if not month or len(tokens) < 2 or not re.fullmatch(r"\d{1,2}", tokens[1]):
        return None
    year, more = _year(tokens[2:3])
    return _day(int(tokens[1]), month, year, today), 2 + more


def _month(token: str, phrases: Mapping[Phrase, _Part]) -> int:
    part = phrases.get((token,))
    return part.number if part is not None and part.kind == "month" else 0


def _year(tokens: Sequence[str]) -> tuple[int | None, int]:
    return (int(tokens[0]), 1) if tokens and re.fullmatch(r"20\d\d", tokens[0]) else (None, 0)


def _day(day: int, month: int, year: int | None, today: date) -> date:
    """The coming one, where no year was said."""
    if year is not None:
        return date(year + 2000 if year < 100 else year, month, day)
    this_year = date(today.year, month, day)
    found = this_year if this_year > today else date(today.year + 1, month, day)
    if found > today + FARTHEST_UNSAID:
        raise ValueError("probably past")
    return found


@cache
def _phrases(language: str) -> dict[Phrase, _Part]:
    """What each phrase says. The person's own language wins where two disagree."""
    found: dict[Phrase, _Part] = {}
    for code in dict.fromkeys((*reversed(BRUSSELS), language)):
        for phrase, part in _table(code):
            found[phrase] = part
    return found


def _table(language: str) -> Iterator[tuple[Phrase, _Part]]:
    path = files("digibel.notifications.replies") / "freetimes" / f"{language}.toml"
    if not path.is_file():
        return
    table = tomllib.loads(path.read_text("utf-8"))
    for kind in ("small", "tomorrow", "page", "off", "back", "until", "pause"):
        yield from ((tuple(_tokens(written)), _Part(kind)) for written in table[kind])
    for kind in ("away", "included"):
        yield from ((tuple(_tokens(written)), _Part(kind)) for written in table.get(kind, ()))
    yield from ((tuple(_tokens(written)), _Part("until", 1)) for written in table["through"])
    for kind, names in (("month", table["months"]), ("weekday", table["weekdays"])):
        for number, written in enumerate(names, start=kind == "month"):
            yield from ((tuple(_tokens(one)), _Part(kind, number)) for one in written)
