"""Numbers that everybody is told to ring: Card Stop, the police, the tax office. Dated, so that nobody trusts an old one for ever.

What ships with Digibel (`numbers.toml`) gives way to the operator's file, and both to what an organisation has noted itself
after ringing. No other file holds one of these numbers; a test looks.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import phonenumbers
from django.conf import settings
from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.organisations.models import Organisation, OwnNumber
from digibel.problems import NotFound, Problem

STALE_AFTER = timedelta(days=365)
KINDS = ("telephone", "e-mail", "site")
SHAPES = {
    "telephone": re.compile(r"\+?\d[\d ./-]{1,18}", re.ASCII),
    "e-mail": re.compile(r"[\w.+-]{1,60}@[\w-]+(\.[\w-]+)+"),
    "site": re.compile(r"[\w-]+(\.[\w-]+)+(/[\w./-]*)?"),
}
# 101, 1712, 116 000: services that the numbering plans of subscribers do not know.
SHORT = re.compile(r"1\d{2,3}|116 ?\d{3}", re.ASCII)
LONGEST_VALUE = 80
LONGEST_SOURCE = 120
FALLBACK = "nl"


class UnknownNumber(NotFound):
    code = "unknown_number"
    message = "There is no such number in the list. Choose one of the list."


class NotANumberToRing(Problem):
    code = "not_a_number_to_ring"
    message = "This is no telephone number, address or site that can be given to anybody. Look at what you typed."


class NoSource(Problem):
    code = "no_source"
    message = "Say where you found it, in a few words, so that the next one can look there again."


@dataclass(frozen=True)
class Number:
    """One of them. `values` and `names` by language; `since` is when it was written down, `checked_on` when somebody rang it."""

    slug: str
    kind: str
    names: Mapping[str, str]
    values: Mapping[str, str]
    source: str
    since: date
    checked_on: date | None = None
    name_is_number: bool = False
    own: bool = False

    def name(self, language: str) -> str:
        return self.names.get(language, self.names[FALLBACK])

    def value(self, language: str) -> str:
        return self.values.get(language, self.values[FALLBACK])

    def href(self, language: str) -> str:
        """What a telephone does with it when it is pressed."""
        value = self.value(language)
        if self.kind == "telephone":
            return "tel:" + re.sub(r"[^\d+]", "", value)
        return f"mailto:{value}" if self.kind == "e-mail" else f"https://{value}"

    @property
    def stale(self) -> bool:
        return self.checked_on is None or self.checked_on < clock.today() - STALE_AFTER


def find(slug: str, organisation: Organisation | None = None) -> Number:
    """The number as this organisation has it. Raises `UnknownNumber`."""
    try:
        number = table()[slug]
    except KeyError:
        raise UnknownNumber from None
    own = OwnNumber.objects.filter(organisation=organisation, slug=slug).first() if organisation else None
    return _corrected(number, own) if own else number


def of(organisation: Organisation) -> list[Number]:
    """All of them, in the order of the list."""
    own = {one.slug: one for one in OwnNumber.objects.filter(organisation=organisation)}
    return [_corrected(number, own[slug]) if slug in own else number for slug, number in table().items()]


@transaction.atomic
def note_checked(organisation: Organisation, slug: str, *, by: Actor, value: str = "", source: str = "") -> Number:
    """Somebody rang it today: it is still so, or it is `value` from now on, which is then said in every language."""
    known = find(slug, organisation)
    told = {"source": secrets.mask(_cleaned(source))[:LONGEST_SOURCE] or known.source, "checked_on": clock.today()}
    if value := _cleaned(value):
        if len(value) > LONGEST_VALUE or not _can_be_given(known.kind, value):
            raise NotANumberToRing
        if not source.strip():
            raise NoSource
        told |= {"value": value, "since": clock.today()}
    else:
        told |= {"since": known.since}
    OwnNumber.objects.update_or_create(organisation=organisation, slug=slug, defaults=told)
    record("number.checked", organisation, by=by, organisation_id=organisation.pk, slug=slug, changed=bool(value))
    return find(slug, organisation)


def table() -> Mapping[str, Number]:
    """What ships, with the operator's corrections."""
    return _table(str(getattr(settings, "DIGIBEL_NUMBERS_FILE", "")))


@cache
def _table(operators_file: str) -> Mapping[str, Number]:
    shipped = tomllib.loads((resources.files(__package__) / "numbers.toml").read_text(encoding="utf-8"))
    theirs = tomllib.loads(Path(operators_file).read_text(encoding="utf-8")) if operators_file else {}
    if strange := sorted(theirs.keys() - shipped.keys()):
        raise ValueError(f"numbers nobody asks for: {', '.join(strange)}")
    return MappingProxyType({slug: _read(slug, row | theirs.get(slug, {})) for slug, row in shipped.items()})


def _read(slug: str, row: Mapping[str, Any]) -> Number:
    value = row["value"]
    values = value if isinstance(value, dict) else {FALLBACK: value}
    if row["kind"] not in KINDS or not all(_can_be_given(row["kind"], one) for one in values.values()):
        raise ValueError(f"{slug} is no {row['kind']}")
    if FALLBACK not in values or not isinstance(row["since"], date) or not row["source"]:
        raise ValueError(f"{slug} has no value in Dutch, no date or no source")
    return Number(
        slug=slug,
        kind=row["kind"],
        names=MappingProxyType(row["names"]),
        values=MappingProxyType(values),
        source=row["source"],
        since=row["since"],
        checked_on=row.get("checked_on"),
        name_is_number=row.get("name_is_number", False),
    )


def _can_be_given(kind: str, value: str) -> bool:
    """Whether somebody who is being robbed can be told to ring or write there: a day or a slip of the finger rings nowhere."""
    if not SHAPES[kind].fullmatch(value):
        return False
    if kind != "telephone" or SHORT.fullmatch(value):
        return True
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, "BE"))
    except phonenumbers.NumberParseException:
        return False


def _corrected(number: Number, own: OwnNumber) -> Number:
    values = MappingProxyType({FALLBACK: own.value}) if own.value else number.values
    return replace(number, values=values, source=own.source, since=own.since, checked_on=own.checked_on, own=True)


def _cleaned(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())
