"""A measure as a table for who is not of the house: municipalities down, values across, and nobody to be found in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from digibel.places import postcodes
from digibel.reports.counting import Count, Figures
from digibel.reports.suppression import LEAST, Place, hidden

OTHER = "other"

Line = dict[str, Count]


@dataclass(frozen=True)
class Table:
    """`rows` are postcodes that stand for a municipality, `columns` are values; in both, `OTHER` holds what is too few alone.

    A cell is None where it is not told. Totals are always told.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int, ...]
    column_totals: tuple[int, ...]
    total: int


def table(figures: Figures, population: str, measure: str) -> Table | None:
    """`measure` splits up the `population` ("requests", "requests.language"). None where all of it is fewer than five people."""
    whole = _by_municipality(figures, population)
    rows = grouped(whole.get("", {}))
    split = {value: _merge(line, rows) for value, line in _by_municipality(figures, measure).items()}
    columns = grouped({value: _sum(line.values()) for value, line in split.items()}, overlapping=True)
    if not rows or not split:
        return None
    columns = columns or dict.fromkeys(split, OTHER)
    down, across = _in_order(rows), _in_order(columns)
    grid = [
        [_least(split[value].get(row) for value in columns if columns[value] == to) for to in across] for row in down
    ]
    # One column says what the totals say.
    secret = hidden(grid) if len(across) > 1 else set()
    totals = _merge(whole[""], rows)
    return Table(
        rows=down,
        columns=across,
        cells=tuple(_told(line, at, secret) for at, line in enumerate(grid)),
        row_totals=tuple(totals[row].number for row in down),
        column_totals=tuple(sum(line[at].number for line in grid) for at in range(len(across))),
        total=sum(one.number for one in totals.values()),
    )


def by_place(figures: Figures, population: str, *measures: str) -> list[tuple[str, tuple[int, ...]]]:
    """The population of each municipality with enough people in it, and more that is counted of the same people."""
    rows = grouped(_by_municipality(figures, population).get("", {}))
    lines = [_merge(_by_municipality(figures, one).get("", {}), rows) for one in (population, *measures)]
    nothing = Count(0, 0)
    return [(row, tuple(line.get(row, nothing).number for line in lines)) for row in _in_order(rows)]


def municipality(postcode: str) -> str:
    """The postcode that stands for it: 1020, 1120 and 1130 are of the City of Brussels."""
    return postcodes.municipality(postcode) if postcode else OTHER


def grouped(counts: Line, *, overlapping: bool = False) -> dict[str, str]:
    """Each name with the group it is told in: itself, or `OTHER` with all that hold too few people, which holds enough too.

    `overlapping`: the same people may be in several of them, so that together they are only as many as the most of one.
    """
    few = {name for name, count in counts.items() if count.people < LEAST}
    enough = sorted((name for name in counts if name not in few), key=lambda name: (counts[name].people, name))
    while few and _together((counts[name].people for name in few), overlapping) < LEAST:
        if not enough:
            return {}
        few.add(enough.pop(0))
    return {name: OTHER if name in few else name for name in counts}


def _together(people: Iterable[int], overlapping: bool) -> int:
    return max(people) if overlapping else sum(people)


def _by_municipality(figures: Figures, measure: str) -> dict[str, Line]:
    """Value to municipality to count. Somebody has one postcode, so people add up."""
    found: dict[str, Line] = {}
    for key, count in figures.items():
        if key.measure == measure:
            line = found.setdefault(key.value, {})
            place = municipality(key.postcode)
            line[place] = _sum([count, line.get(place, Count(0, 0))])
    return found


def _merge(line: Line, groups: dict[str, str]) -> Line:
    found: Line = {}
    for name, count in line.items():
        group = groups.get(name, OTHER)
        found[group] = _sum([count, found.get(group, Count(0, 0))])
    return found


def _sum(counts: Iterable[Count]) -> Count:
    told = list(counts)
    return Count(sum(one.number for one in told), sum(one.people for one in told))


def _least(counts: Iterable[Count | None]) -> Count:
    """Of several values together: so many, and at least so many people."""
    told = [one for one in counts if one is not None]
    return Count(sum(one.number for one in told), max((one.people for one in told), default=0))


def _in_order(groups: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(set(groups.values()), key=lambda name: (name == OTHER, name)))


def _told(line: list[Count], row: int, secret: set[Place]) -> tuple[int | None, ...]:
    return tuple(None if (row, column) in secret else one.number for column, one in enumerate(line))
