"""What stands in one cell, read as people write it. Each function takes its text, and raises a `Problem` that says what to do."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from digibel import languages
from digibel.sheets import errors

# Day 0 of a spreadsheet's calendar, for the days after February 1900 (ECMA-376, part 1, 18.17.4).
SPREADSHEET_DAY_0: Final = date(1899, 12, 30)
SPREADSHEET_DAYS: Final = range(32_874, 73_051)  # 1990 to 2099

_BETWEEN: Final = re.compile(r"[,;/+&|\n]|\s-\s")
AND: Final = frozenset({"en", "et", "and"})

_WORDS: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Several:
    """What a list means, in its order, each once; and the words in it that mean nothing to us."""

    known: list[str]
    unknown: list[str]


def plain(text: str) -> str:
    """Without capitals, accents and signs, so that "N° de GSM" and "n de gsm" are the same."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]+", " ", "".join(kept)).split())


def by_word(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {plain(word) or word: meaning for meaning, words in table.items() for word in words}


_YES: Final = by_word(_WORDS["yes"])
ANSWERS: Final = frozenset(_YES)


def _languages() -> dict[str, str]:
    named = {code: [code, spoken.own] for code, spoken in languages.SPOKEN.items()}
    for code, names in named.items():
        names += [languages.name_of(code, reader) for reader in languages.DESK_LANGUAGES]
    return by_word(named) | by_word(_WORDS["languages"])


_LANGUAGES: Final = _languages()


def spoken(text: str) -> Several:
    told = several(text, _LANGUAGES)
    if not text:
        raise errors.CellEmpty
    if not told.known:
        raise errors.NoSuchLanguage
    return told


def yes(text: str) -> bool:
    return one(text, _YES, "ja, nee") == "yes"


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
            raise errors.NotInRange(least=least, most=most)
        return int(text)

    return read


def day(text: str) -> date:
    """30/11/2026, 30-11-26, 2026-11-30, or the number a spreadsheet keeps for it (46356)."""
    if text.isascii() and text.isdigit() and int(text[:9]) in SPREADSHEET_DAYS:
        return SPREADSHEET_DAY_0 + timedelta(days=int(text))
    parts = [int(part) for part in re.findall(r"\d{1,4}", text)]
    if len(parts) < 3 or re.search(r"[^\d\s/.:-]", text):
        raise errors.NoSuchDay
    first, month, last = parts[:3]
    year, of_month = (first, last) if first > 31 else (last, first)
    try:
        return date(year + 2000 if year < 100 else year, month, of_month)
    except ValueError:
        raise errors.NoSuchDay from None


def one(text: str, table: Mapping[str, str], words: str) -> str:
    try:
        return table[plain(text) or text]
    except KeyError:
        raise errors.NoSuchWord(words=words) from None


def several(text: str, table: Mapping[str, str]) -> Several:
    known: list[str] = []
    unknown: list[str] = []
    for part in filter(None, (plain(part) or part for part in _BETWEEN.split(text))):
        if part in table:
            known.append(table[part])
        else:
            _read_joined(part.split(), table, known, unknown)
    return Several(list(dict.fromkeys(known)), list(dict.fromkeys(unknown)))


def _read_joined(words: list[str], table: Mapping[str, str], known: list[str], unknown: list[str]) -> None:
    """Names with nothing between them but spaces, or "and" before the last; the longest known name first.

    Before the last name "en" is Dutch for "and"; anywhere else it is the code of English.
    """
    first = True
    while words:
        if len(words) == 2 and not first and words[0] in AND:
            words = words[1:]
        length = next((many for many in range(len(words), 0, -1) if " ".join(words[:many]) in table), 0)
        if length:
            known.append(table[" ".join(words[:length])])
        else:
            unknown.append(words[0])
        words, first = words[length or 1 :], False
