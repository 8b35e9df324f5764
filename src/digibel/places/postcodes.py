"""The Belgian postcodes: what each is called, and the point that stands for it (see SOURCES.md)."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from digibel.problems import Problem


@dataclass(frozen=True, slots=True)
class Place:
    """A postcode. `latitude` and `longitude` are degrees (WGS 84) of a point near the middle of it."""

    postcode: str
    name_nl: str
    name_fr: str
    latitude: float
    longitude: float


class UnknownPostcode(Problem):
    code = "unknown_postcode"
    message = "This is not a Belgian postcode. It has four digits, for example 1080. Ask for the municipality again."


def get(postcode: str) -> Place:
    """The place with this postcode ("1080"; "B-1080" and spaces are forgiven), or UnknownPostcode."""
    try:
        return _belgium()[_tidy(postcode)]
    except KeyError:
        # What was typed is not repeated: in this field, too, somebody may have typed a code that is nobody's business.
        raise UnknownPostcode from None


def found_in(text: str) -> Place:
    """The same, wherever the four digits stand: "1080 Molenbeek", "B-1080"."""
    digits = re.search(r"(?<!\d)[1-9]\d{3}(?!\d)", text)
    return get(digits.group() if digits else text)


def is_known(postcode: str) -> bool:
    return _tidy(postcode) in _belgium()


def is_brussels(postcode: str) -> bool:
    """Whether it lies in the Brussels-Capital Region."""
    return _tidy(postcode) in _brussels()


def brussels() -> tuple[Place, ...]:
    """The 22 postcodes of the Brussels-Capital Region, in order."""
    return tuple(_brussels().values())


# Former municipalities with a postcode of their own.
CITY_OF_BRUSSELS = {"1020": "1000", "1120": "1000", "1130": "1000"}


def municipality(postcode: str) -> str:
    """The postcode that stands for the municipality in which most of this one lies; elsewhere than in Brussels, itself."""
    return CITY_OF_BRUSSELS.get(postcode, postcode)


def all_postcodes() -> tuple[str, ...]:
    """Every postcode of Belgium, in order."""
    return tuple(sorted(_belgium()))


def name(postcode: str, language: str) -> str:
    """What people call it: the Dutch name for readers of Dutch, the French one for everybody else.

    Signs and timetables in Brussels are in these two; whoever reads neither knows the French name better.
    """
    place = get(postcode)
    return place.name_nl if language == "nl" else place.name_fr


def _tidy(postcode: str) -> str:
    return postcode.strip().upper().removeprefix("BE").removeprefix("B").lstrip("- ")


@cache
def _brussels() -> Mapping[str, Place]:
    return _read("brussels.csv")


@cache
def _belgium() -> Mapping[str, Place]:
    return MappingProxyType({**_read("belgium.csv"), **_brussels()})


def _read(filename: str) -> Mapping[str, Place]:
    text = (resources.files(__package__) / filename).read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {
        row["postcode"]: Place(
            row["postcode"], row["name_nl"], row["name_fr"], float(row["latitude"]), float(row["longitude"])
        )
        for row in rows
    }
