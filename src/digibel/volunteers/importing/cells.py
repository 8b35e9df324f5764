"""What stands in one cell, read as people write it. Each function takes its text, and raises a `Problem` that says what to do."""

import re
import tomllib
from pathlib import Path
from typing import Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from digibel import places
from digibel.guardrails import catalogue
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber
from digibel.sheets.cells import Several, by_word, one, several
from digibel.sheets.errors import CellEmpty
from digibel.volunteers.importing import errors

LONGEST_NAME: Final = 60

_WORDS: Final = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


_GENDERS: Final = by_word(_WORDS["gender"])
_MODES: Final = by_word(_WORDS["modes"])


def _skills() -> dict[str, str]:
    return by_word({code: [code, *names.values()] for code, names in catalogue.SKILLS.items()}) | by_word(
        _WORDS["skills"]
    )


_SKILLS: Final = _skills()


def name(text: str) -> str:
    if not text:
        raise CellEmpty
    if len(text) > LONGEST_NAME or not any(letter.isalpha() for letter in text) or re.search(r"\d", text):
        raise errors.NoName
    return text


def family_name(text: str) -> str:
    return name(text) if text else ""


def number(text: str) -> str:
    """The first number in the cell that texts can reach, as E.164: people write two, and what they are."""
    if not text:
        raise CellEmpty
    found = [match.number for match in phonenumbers.PhoneNumberMatcher(text, numbers.REGION)]
    told = [phonenumbers.format_number(one, phonenumbers.PhoneNumberFormat.E164) for one in found]
    if not told:
        told = [_parsed(text)]
    textable = [one for one in told if numbers.is_textable(one)]
    if not textable:
        raise errors.NoMobile
    return textable[0]


def _parsed(text: str) -> str:
    """A spreadsheet drops the nought or the plus in front."""
    try:
        return numbers.parse(text)
    except NotANumber:
        return numbers.parse(numbers.international(text))


def email(text: str) -> str | None:
    if not text:
        return None
    try:
        validate_email(text)
    except ValidationError:
        raise errors.NoAddress from None
    return text


def postcode(text: str) -> str:
    if not text:
        raise CellEmpty
    return places.found_in(text).postcode


def skills(text: str) -> Several:
    return several(text, _SKILLS)


def modes(text: str) -> Several:
    return several(text, _MODES)


def gender(text: str) -> str:
    return one(text, _GENDERS, "v, m, x") if text else ""
