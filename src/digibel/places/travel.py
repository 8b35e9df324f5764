"""How long the way takes: on foot, by bicycle, by public transport or by car. No routing server is asked.

A table says for each way of travelling how fast it goes, how much longer the way is than a straight line, and what it takes
before one moves: an estimate, meant to be a kind one. Whoever has better figures (a table of travel times, a router of their
own) names a function in `DIGIBEL_ROUTER`; what it does not know is estimated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any, Final, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from digibel.places.distances import distance_between


@dataclass(frozen=True)
class Mode:
    """`speed` in km/h, `detour` the way on the ground over the straight line, `waiting` in minutes."""

    speed: float
    detour: float
    waiting: int


# Speeds in the city, stops and traffic lights included. Public transport is what `travel_minutes` always said: ten minutes to
# the stop and waiting, then four for each kilometre in a straight line.
MODES: Final = {
    "foot": Mode(speed=4.5, detour=1.3, waiting=0),
    "bicycle": Mode(speed=14.0, detour=1.3, waiting=4),
    "transit": Mode(speed=19.5, detour=1.3, waiting=10),
    "car": Mode(speed=21.0, detour=1.4, waiting=8),
}
# Of whom nobody asked how they travel.
USUAL: Final = ("transit",)

# Minutes from one postcode to another by one of MODES, or None where it does not know. It is asked for thousands at once: it
# looks up, it does not travel a network.
Router = Callable[[str, str, str], int | None]


def estimate(km: float, mode: str) -> int:
    """Whole minutes for `km` as the crow flies."""
    how = MODES[mode]
    # Rounded first: a hair above a whole minute is that minute.
    return ceil(round(how.waiting + km * how.detour / how.speed * 60, 6))


def minutes_between(start: str, end: str, mode: str) -> int:
    """Whole minutes from one postcode to another. UnknownPostcode if there is no such postcode."""
    km = distance_between(start, end)
    router = configured_router()
    known = router(start, end, mode) if router else None
    return estimate(km, mode) if known is None else known


def fastest(start: str, end: str, modes: Sequence[str]) -> int:
    """Whole minutes by the fastest of these; by public transport if there are none."""
    return min(minutes_between(start, end, mode) for mode in modes or USUAL)


class Traveller(Protocol):
    """Somebody who says how far they go: in minutes, or in kilometres where nobody asked."""

    postcode: str
    modes: Any
    reach_minutes: int | None
    reach_km: int


def reaches(traveller: Traveller, postcode: str) -> bool:
    if traveller.reach_minutes is None:
        return distance_between(traveller.postcode, postcode) <= traveller.reach_km
    return fastest(traveller.postcode, postcode, traveller.modes) <= traveller.reach_minutes


def planned(minutes: int) -> int:
    """For an appointment: a whole number of five minutes."""
    return 5 * ceil(minutes / 5)


def configured_router() -> Router | None:
    """The function that the settings name, if any. ImproperlyConfigured says what is wrong."""
    return _import(getattr(settings, "DIGIBEL_ROUTER", ""))


@cache
def _import(path: str) -> Router | None:
    if not path:
        return None
    try:
        router: Router = import_string(path)
    except ImportError as mistake:
        raise ImproperlyConfigured(f"DIGIBEL_ROUTER names {path}, which cannot be imported.") from mistake
    return router
