"""Somebody's own data in plain words, to read and to print (GDPR art. 12.1 and 15): what `privacy.exporting` gathered, named."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from digibel import clock

FILE = Path(__file__).with_name("datawords.toml")
LANGUAGES = ("nl", "fr", "en")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
DAY = re.compile(r"\d{4}-\d\d-\d\d")

Facts = list[tuple[str, str]]


@cache
def words() -> dict[str, dict[str, Any]]:
    """`rows` and `columns`: by code, the words in each of `LANGUAGES`. `machine`: the columns that are for programs."""
    return tomllib.loads(FILE.read_text())


def sections(data: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[tuple[str, list[Facts]]]:
    """A title, and for each row what it says, in the language that is active now."""
    for label, rows in data.items():
        told = [facts for row in rows if (facts := _facts(row))]
        if told:
            yield _said("rows", label), told


def _facts(row: Mapping[str, Any]) -> Facts:
    machine = words()["machine"]["columns"]
    return [(_said("columns", name), _value(value)) for name, value in row.items() if name not in machine]


def _said(part: str, code: str) -> str:
    language = (get_language() or "nl")[:2]
    said: str = words()[part][code][LANGUAGES.index(language) if language in LANGUAGES else 0]
    return said


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | tuple):
        return ", ".join(_value(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_value(one)}" for name, one in value.items())
    if isinstance(value, str) and DAY.fullmatch(value):
        return date_format(date.fromisoformat(value), "j F Y")
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return date_format(clock.local(datetime.fromisoformat(value)), "j F Y, H:i")
    return str(value)
