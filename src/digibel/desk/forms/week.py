"""The moments that suit a client, as a grid of days and parts of the day that can be hit while telephoning."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.formats import date_format

from digibel import clock

DAYS = 10
PARTS = ((time(9), time(12)), (time(12), time(14)), (time(14), time(17)), (time(17), time(20)))
FREE_ROWS = 2


class Cell(NamedTuple):
    """One part of one day; written in the form as "2026-11-24/2"."""

    day: date
    part: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}/{self.part}"

    @classmethod
    def parse(cls, text: str) -> "Cell | None":
        """None for anything that the grid does not hold."""
        day, _, part = text.partition("/")
        try:
            cell = cls(date.fromisoformat(day), int(part))
        except ValueError:
            return None
        return cell if 0 <= cell.part < len(PARTS) else None


def coming_days(today: date, count: int = DAYS) -> list[date]:
    """The next days on which somebody may ring at a door, tomorrow first."""
    found: list[date] = []
    day = today
    while len(found) < count:
        day += timedelta(days=1)
        if not clock.is_rest_day(day):
            found.append(day)
    return found


def part_name(part: int) -> str:
    start, end = PARTS[part]
    return f"{start.hour}–{end.hour}"


def grid(chosen: Collection[str], today: date) -> dict[str, Any]:
    """What `desk/parts/windows.html` draws: the parts, and a row for each coming day, with what is chosen ticked."""
    return {
        "parts": [part_name(part) for part in range(len(PARTS))],
        "days": [_row(day, chosen) for day in coming_days(today)],
    }


def _row(day: date, chosen: Collection[str]) -> dict[str, Any]:
    name = date_format(day, "D j b")
    cells = [Cell(day, part) for part in range(len(PARTS))]
    return {
        "name": name,
        "cells": [
            {"value": str(cell), "label": f"{name}, {part_name(cell.part)}", "checked": str(cell) in chosen}
            for cell in cells
        ],
    }


def windows_of(values: Sequence[str]) -> list[dict[str, str]]:
    """The ticked cells as windows `{"from": ..., "until": ...}` in local time; neighbours become one window."""
    cells = sorted({cell for value in values if (cell := Cell.parse(value)) is not None})
    groups: list[list[Cell]] = [[cell] for cell in cells[:1]]
    for before, cell in pairwise(cells):
        if before.day == cell.day and cell.part == before.part + 1:
            groups[-1].append(cell)
        else:
            groups.append([cell])
    return [_window(group[0].day, PARTS[group[0].part][0], PARTS[group[-1].part][1]) for group in groups]


def _window(day: date, start: time, end: time) -> dict[str, str]:
    return {"from": f"{day}T{start:%H:%M}", "until": f"{day}T{end:%H:%M}"}


def cells_of(windows: Sequence[tuple[datetime, datetime]]) -> list[str]:
    """The cells that lie wholly within these windows (aware)."""
    found = []
    for start, end in windows:
        day = clock.local(start).date()
        found += [
            str(Cell(day, part))
            for part, (opens, closes) in enumerate(PARTS)
            if start <= clock.at(day, opens) and clock.at(day, closes) <= end
        ]
    return found


def free_windows(rows: Sequence[tuple[str, str, str]]) -> list[dict[str, str]]:
    """Moments that were typed: a day, from, until. Empty rows are left out; half rows stay, to be refused in words."""
    return [{"from": f"{day}T{start}", "until": f"{day}T{end}"} for day, start, end in rows if day or start or end]
