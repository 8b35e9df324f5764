"""Puts the places that ship with Digibel (`data/*.toml`) into the directory, as often as one likes."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any, NamedTuple

from django.db import transaction

from digibel.directory.models import HelpPlace
from digibel.organisations import numbers

FILES = ("computer_rooms.toml", "welfare_centres.toml", "telephones.toml", "devices_and_courses.toml")


class Loaded(NamedTuple):
    created: int
    updated: int
    kept: int


def known_places() -> Iterator[dict[str, Any]]:
    """The rows of the shipped files, as fields of HelpPlace; `common` in a file holds for each of its rows."""
    for filename in FILES:
        text = (resources.files(__package__) / "data" / filename).read_text(encoding="utf-8")
        table = tomllib.loads(text)
        for place in table["places"]:
            fields = {**table["common"], **place}
            yield _with_number(fields) if "number" in fields else fields


def _with_number(fields: dict[str, Any]) -> dict[str, Any]:
    """A place that is only a number to ring: what is known of it stands in one list for the whole house."""
    number = numbers.table()[fields.pop("number")]
    name, name_fr = number.name("nl"), number.name("fr")
    told = {"name": name, "name_fr": name_fr if name_fr != name else "", "phone": number.value("nl")}
    source = f"{number.source}, noted on {number.since.isoformat()}"
    return {**fields, **told, "source": source, "checked_on": number.checked_on}


@transaction.atomic
def load_known_places() -> Loaded:
    """Adds what is missing and refreshes what nobody here has checked since; a coordinator's correction stays."""
    created = updated = kept = 0
    stored = {place.slug: place for place in HelpPlace.objects.all()}
    for fields in known_places():
        place = stored.get(fields["slug"])
        if place is None:
            _save(HelpPlace(), fields)
            created += 1
        elif _was_checked_here(place, fields):
            kept += 1
        else:
            _save(place, fields)
            updated += 1
    return Loaded(created, updated, kept)


def _was_checked_here(place: HelpPlace, shipped: dict[str, Any]) -> bool:
    known = shipped.get("checked_on")
    return place.checked_on is not None and (known is None or place.checked_on > known)


def _save(place: HelpPlace, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(place, name, value)
    place.full_clean()
    place.save()
