"""What stands in one cell of a list of places. Each function takes its text, and raises a `Problem` that says what to do."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat

from digibel import clock
from digibel.directory import writing
from digibel.directory.errors import NoSuchAddress, NotCheckedYet
from digibel.directory.models import Kind
from digibel.sheets import cells

_WORDS: Final = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
_KINDS: Final = cells.by_word({kind: [kind, *_WORDS["kind"][kind]] for kind in Kind.values})
_NUMBER: Final = r"\d+\s?[a-z]?(?:\s?[-/]\s?\d+[a-z]?)?(?:[ ,]+(?:bus|bte|boîte|box|b)\.? ?\w+)?"
# "Rue du Test 12 bte 3, 1080 Molenbeek": the street, its number, the postcode.
_ADDRESS: Final = re.compile(rf"(.+?)[\s,]+({_NUMBER})[\s,-]+(?:B-?\s?)?([1-9]\d{{3}})\b.*", re.IGNORECASE)
_ENDS_IN_NUMBER: Final = re.compile(rf"(.+?)[\s,]+({_NUMBER})", re.IGNORECASE)
COUNTRY: Final = "BE"


class Address(NamedTuple):
    street: str
    house_number: str
    postcode: str = ""


def kind(text: str) -> str:
    return cells.one(text, _KINDS, "OCR, bibliotheek, OCMW, EPN, bibliothèque, CPAS")


def phone(text: str) -> str:
    """The first number in the cell as people here read it, whatever stands around it; a short one as it is written."""
    for written in (text, f"0{text}") if text.isascii() and text.isdigit() else (text,):
        for found in phonenumbers.PhoneNumberMatcher(written, COUNTRY):
            abroad = found.number.country_code != phonenumbers.country_code_for_region(COUNTRY)
            way = PhoneNumberFormat.INTERNATIONAL if abroad else PhoneNumberFormat.NATIONAL
            return phonenumbers.format_number(found.number, way)
    return writing.read_phone(text)


def address(text: str) -> Address:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise NoSuchAddress
    return Address(found[1], found[2], writing.read_postcode(found[3]))


def street(text: str) -> Address:
    """Where the list has no column for the number, it stands behind the street."""
    found = _ENDS_IN_NUMBER.fullmatch(text)
    return Address(found[1].strip(" ,"), found[2]) if found else Address(text, "")


def checked_on(text: str) -> date:
    told = cells.day(text)
    if told > clock.today():
        raise NotCheckedYet
    return told
