"""The people of the demo, read from the files beside this one. Nothing here touches the database."""

import csv
import tomllib
from dataclasses import dataclass
from datetime import time
from importlib import resources
from typing import Any

Hours = tuple[int, time, time]


@dataclass(frozen=True)
class VolunteerPart:
    """A row of volunteers.csv. `remarks` are its last column: sms_only, no_stairs, new, paused and the like."""

    key: str
    number: str
    facts: dict[str, Any]
    hours: tuple[Hours, ...]
    organisations: tuple[str, ...]
    remarks: frozenset[str]


def organisations() -> dict[str, Any]:
    """organisations.toml, whole."""
    return tomllib.loads(_text("organisations.toml"))


def volunteers() -> list[VolunteerPart]:
    """Everybody in volunteers.csv, each with a number of their own and the short words of the file spelled out."""
    words = organisations()
    rows = csv.DictReader(_text("volunteers.csv").splitlines())
    return [_volunteer(row, place, words) for place, row in enumerate(rows, start=1)]


def questions() -> dict[str, dict[str, Any]]:
    """questions.toml by key, each `client` with a number of their own, as both doors of intake take it."""
    parts = tomllib.loads(_text("questions.toml"))
    for place, part in enumerate(parts.values(), start=1):
        part["client"] = _client(part["client"], part["organisation"], place)
    return parts


def staff_mobile(place: int) -> str:
    return f"+32460003{place:03d}"


def _volunteer(row: dict[str, str], place: int, words: dict[str, Any]) -> VolunteerPart:
    remarks = frozenset(row["remarks"].split())
    facts = {
        "first_name": row["first_name"],
        "gender": row["gender"],
        "postcode": row["postcode"],
        "reach_km": int(row["reach_km"]),
        "speaks": row["speaks"].split(),
        "skills": [skill for word in row["skills"].split() for skill in words["skills"].get(word, [word])],
        "weekly_limit": int(row["weekly_limit"]),
        "sms_only": "sms_only" in remarks,
        "stairs_ok": "no_stairs" not in remarks,
        "dog_ok": "no_dog" not in remarks,
        "smoke_ok": "no_smoke" not in remarks,
    }
    hours = tuple(one for spoken in words["hours"][row["hours"]] for one in _hours(spoken))
    return VolunteerPart(
        row["key"], f"+32460001{place:03d}", facts, hours, tuple(row["organisations"].split()), remarks
    )


def _hours(spoken: str) -> list[Hours]:
    """ "01 09:00-12:30" is Monday and Tuesday morning."""
    days, _, stretch = spoken.partition(" ")
    start, _, end = stretch.partition("-")
    return [(int(day), time.fromisoformat(start), time.fromisoformat(end)) for day in days]


def _client(told: dict[str, Any], organisation: str, place: int) -> dict[str, Any]:
    kinds = {"mobile": f"+32460002{place:03d}", "landline": f"+32289998{place:02d}", "": ""}
    own = next(one["language"] for one in organisations()["organisations"] if one["slug"] == organisation)
    speaks = told.get("speaks", [own])
    usual = {"channel": "sms", "speaks": speaks, "reads": speaks}
    return {**usual, **told, "phone": kinds[told.get("phone", "mobile")]}


def _text(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")
