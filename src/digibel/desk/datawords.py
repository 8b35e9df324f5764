"""Somebody's own data in plain words, to read and to print (GDPR art. 12.1 and 15): what `privacy.exporting` gathered, named."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from digibel import clock
from digibel.desk import words
from digibel.desk.requeststory import TEXTS
from digibel.desk.visitdeeds import REASONS
from digibel.guardrails import catalogue
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.notifications.numbers import display
from digibel.scheduling.models import Move

FILE = Path(__file__).with_name("datawords.toml")
LANGUAGES = ("nl", "fr", "en")
PHONES = frozenset({"number", "phone", "contact_phone", "trusted_worker_phone", "money_phone"})
SPOKEN = frozenset({"language", "languages", "speaks", "reads", "consent_language"})
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
DAY = re.compile(r"\d{4}-\d\d-\d\d")

Facts = list[tuple[str, str]]


@cache
def table() -> dict[str, dict[str, Any]]:
    """`rows`, `columns`, `values` and `verbs`: by code, the words in each of `LANGUAGES`. `machine`: the columns that are for
    programs; `coded`: those that hold codes."""
    return tomllib.loads(FILE.read_text())


def sections(data: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[tuple[str, list[Facts]]]:
    """A title, and for each row what it says, in the language that is active now."""
    for label, rows in data.items():
        told = [facts for row in rows if (facts := _facts(label, row))]
        if told:
            yield _said("rows", label), told


def looks(told: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Who looked and who did what, from the audit: when, who, what; the last as it is written there where it has no words."""
    for one in told:
        yield _value(one["at"]), _code(one["who"]), _said("verbs", one["what"], otherwise=one["what"])


def _facts(label: str, row: Mapping[str, Any]) -> Facts:
    machine = table()["machine"]["columns"]
    return [(_said("columns", name), _told(label, name, value)) for name, value in row.items() if name not in machine]


def _told(label: str, name: str, value: Any) -> str:
    """A code in words; everything else as it is."""
    if name in SPOKEN:
        return words.language_names([value] if isinstance(value, str) else list(value))
    if name in PHONES and isinstance(value, str) and value.startswith("+"):
        return display(value)
    if name == "skills":
        return words.skill_names(list(value))
    if name == "slug":
        return _task(str(value))
    if name == "kind" and label == CallTask._meta.label:
        return str(words.errand(value).what)
    if name == "kind" and label == OutboundMessage._meta.label:
        return str(TEXTS.get(value.partition(".")[2], value))
    if name == "reason" and label == Move._meta.label:
        return str(REASONS.get(value, value))
    return _code(value) if name in coded(label) else _value(value)


@cache
def coded(label: str) -> frozenset[str]:
    """The columns of this model that hold codes and no words of anybody."""
    fields = apps.get_model(label)._meta.concrete_fields
    return frozenset(field.name for field in fields if field.choices) | set(table()["coded"]["columns"])


def _code(value: Any) -> str:
    if isinstance(value, str):
        return _said("values", value, otherwise=value)
    if isinstance(value, list | tuple):
        return ", ".join(_code(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{_task(name)}: {_code(one)}" for name, one in value.items())
    return _value(value)


def _task(code: str) -> str:
    return words.task_names([code]) if code in catalogue.TASKS else _code(code)


def _said(part: str, code: str, *, otherwise: str | None = None) -> str:
    if otherwise is not None and code not in table()[part]:
        return otherwise
    language = (get_language() or "nl")[:2]
    said: str = table()[part][code][LANGUAGES.index(language) if language in LANGUAGES else 0]
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
