"""How far, as the crow flies, and roughly how long it takes.

A haversine of our own: geopy's distances cost fifty times as much and differ by less than 0.3 %, and ranking asks for
thousands of them.
"""

from collections.abc import Iterable
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Protocol

from digibel.places.postcodes import brussels, get

EARTH_RADIUS_KM = 6371.0088


class Point(Protocol):
    """Anything with a place on the globe, in degrees."""

    @property
    def latitude(self) -> float: ...

    @property
    def longitude(self) -> float: ...


def distance_km(a: Point, b: Point) -> float:
    """Kilometres between two points, as the crow flies."""
    north_a, north_b = radians(a.latitude), radians(b.latitude)
    half_north = (north_b - north_a) / 2
    half_east = radians(b.longitude - a.longitude) / 2
    # Rounding may bring the sum a hair above 1 at the far side of the globe.
    chord = min(1.0, sin(half_north) ** 2 + cos(north_a) * cos(north_b) * sin(half_east) ** 2)
    return 2 * EARTH_RADIUS_KM * asin(sqrt(chord))


def distance_between(postcode: str, other: str) -> float:
    """Kilometres between the points of two postcodes; 0.0 within one. UnknownPostcode if there is no such postcode."""
    return distance_km(get(postcode), get(other))


def nearest(postcode: str, postcodes: Iterable[str]) -> list[tuple[str, float]]:
    """The given postcodes with their distance in kilometres from `postcode`, the nearest first."""
    here = get(postcode)
    far = [(other, distance_km(here, get(other))) for other in postcodes]
    return sorted(far, key=lambda pair: (pair[1], pair[0]))


def neighbours(postcode: str, within_km: float) -> list[str]:
    """The other Brussels postcodes not farther than that, the nearest first."""
    others = (place.postcode for place in brussels() if place.postcode != get(postcode).postcode)
    return [other for other, km in nearest(postcode, others) if km <= within_km]


def travel_minutes(km: float) -> int:
    """Minutes from door to door for planning, on foot and by public transport: a whole number of five minutes.

    An estimate, and meant to be a kind one: ten minutes to get ready and to the stop, then four for each kilometre
    as the crow flies, which is about what a tram and the last bit on foot take in Brussels. No timetable is asked.
    """
    return 5 * ceil((10 + 4 * km) / 5)
