"""Where people wait, who reaches them, and where nobody does: Brussels as nineteen tiles, elsewhere the points of postcodes.

Counts and postcodes only. The table beside a map says all that the map says.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from digibel import places
from digibel.desk import pool, words
from digibel.organisations.models import Organisation
from digibel.places import postcodes, travel
from digibel.requests.models import HelpRequest, NextActionKind
from digibel.volunteers.models import Volunteer

TILES = Path(__file__).parent / "templates" / "desk" / "parts" / "map.toml"
WAITS = frozenset({NextActionKind.CHOOSE, NextActionKind.NOBODY, NextActionKind.AWAIT_ANSWERS})
# A wave asks three at once: with fewer within reach somebody waits longer.
FEW = 3
MOST_POINTS = 60
# The box of the points, in units of the drawing; a margin keeps the words inside.
WIDTH, HEIGHT, MARGIN = 600, 400, 45


@lru_cache(maxsize=1)
def tiles() -> tuple[dict[str, Any], ...]:
    """The nineteen municipalities in reading order: `postcodes`, and `shape` (gap, tall, broad)."""
    with TILES.open("rb") as file:
        return tuple(tomllib.load(file)["tile"])


@dataclass(frozen=True)
class Area:
    """A municipality, or a postcode elsewhere. `waiting`: of the open ones, those for whom a volunteer is sought."""

    postcode: str
    name: words.Words
    shape: str = ""
    open: int = 0
    waiting: int = 0
    live: int = 0
    reach: int = 0
    x: int = 0
    y: int = 0

    @property
    def gap(self) -> str:
        """`none`: nobody reaches it; `few`: fewer than a wave do. Empty where nobody waits and somebody could come."""
        if not self.reach:
            return "none"
        return "few" if self.reach < FEW and self.waiting else ""

    @property
    def said(self) -> str:
        if self.gap == "none":
            return _("nobody can come, and somebody waits") if self.waiting else _("nobody could come")
        return _("few can come") if self.gap else ""


@dataclass(frozen=True)
class Map:
    brussels: list[Area]
    elsewhere: list[Area]
    more: int

    @property
    def rows(self) -> list[Area]:
        """What the table tells: gaps where somebody waits first, then where most wait."""
        there = [area for area in [*self.brussels, *self.elsewhere] if area.postcode]
        return sorted(there, key=lambda one: (-bool(one.waiting and one.gap), -one.waiting, -one.open, one.postcode))

    @property
    def unreached(self) -> int:
        return sum(area.waiting for area in self.rows if area.gap == "none")


def of(organisation: Organisation, *, language: str = "") -> Map:
    """The open requests of this organisation, and whoever is ready to be sent for it; both only of one language, if asked."""
    ready = pool.search(organisation, state="ready", language=language)
    asked = HelpRequest.objects.of(organisation).open().select_related("client")
    wanted = [one for one in asked if not language or language in one.client.speaks]
    open_ones = Counter(one.client.postcode for one in wanted)
    waiting = Counter(one.client.postcode for one in wanted if one.next_kind in WAITS)
    live = Counter(one.postcode for one in ready)
    outside = sorted(code for code in {*open_ones, *live} if places.is_known(code) and not places.is_brussels(code))
    shown = sorted(outside, key=lambda code: (-waiting[code], -open_ones[code], -live[code], code))[:MOST_POINTS]
    reach = _reached(ready, [*(place.postcode for place in places.brussels()), *shown])

    def area(codes: Sequence[str], shape: str = "", at: tuple[int, int] = (0, 0)) -> Area:
        """Somebody who reaches one of its postcodes is counted once: the largest number of them, at least."""
        return Area(
            postcode=codes[0] if codes else "",
            name=_name(codes),
            shape=shape,
            open=sum(open_ones[code] for code in codes),
            waiting=sum(waiting[code] for code in codes),
            live=sum(live[code] for code in codes),
            reach=len(set().union(*(reach[code] for code in codes))) if codes else 0,
            x=at[0],
            y=at[1],
        )

    brussels = [area(tile["postcodes"], tile.get("shape", "")) for tile in tiles()]
    points = _points(shown)
    return Map(brussels, [area([code], at=points[code]) for code in shown], len(outside) - len(shown))


def _name(codes: Sequence[str]) -> words.Words:
    return words.place_name(postcodes.municipality(codes[0])) if codes else ""


def _reached(volunteers: Iterable[Volunteer], codes: Sequence[str]) -> Mapping[str, set[Any]]:
    """Who reaches each postcode. People who start from one place and go equally far are looked at once."""
    alike: dict[tuple[Any, ...], list[Volunteer]] = {}
    for one in volunteers:
        alike.setdefault((one.postcode, tuple(one.modes), one.reach_minutes, one.reach_km), []).append(one)
    reached: dict[str, set[Any]] = {code: set() for code in codes}
    for group in alike.values():
        ids = {one.pk for one in group}
        for code in codes:
            if travel.reaches(group[0], code):
                reached[code] |= ids
    return reached


def _points(codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Where each stands in the box: north above, one scale both ways, a degree of longitude as wide as it is there."""
    there = {code: places.get(code) for code in codes}
    if not there:
        return {}
    middle = radians(sum(one.latitude for one in there.values()) / len(there))
    flat = {code: (one.longitude * cos(middle), -one.latitude) for code, one in there.items()}
    left, top = (min(point[axis] for point in flat.values()) for axis in (0, 1))
    wide, high = (max(point[axis] for point in flat.values()) - first for axis, first in ((0, left), (1, top)))
    scale = min((WIDTH - 2 * MARGIN) / (wide or 1e-9), (HEIGHT - 2 * MARGIN) / (high or 1e-9))
    scale = scale if len(there) > 1 else 0
    return {
        code: (round(MARGIN + (x - left) * scale), round(MARGIN + (y - top) * scale)) for code, (x, y) in flat.items()
    }
