"""Where things are in Belgium: postcodes, their names and points, and how far it is from one to another."""

from digibel.places.distances import (
    Point,
    distance_between,
    distance_km,
    nearest,
    neighbours,
    travel_minutes,
)
from digibel.places.postcodes import (
    Place,
    UnknownPostcode,
    brussels,
    found_in,
    get,
    is_brussels,
    is_known,
    name,
)

__all__ = [
    "Place",
    "Point",
    "UnknownPostcode",
    "brussels",
    "distance_between",
    "distance_km",
    "found_in",
    "get",
    "is_brussels",
    "is_known",
    "name",
    "nearest",
    "neighbours",
    "travel_minutes",
]
