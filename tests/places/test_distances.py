from dataclasses import dataclass

import pytest
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st

from digibel import places

BRUSSELS = [place.postcode for place in places.brussels()]
postcodes = st.sampled_from([*BRUSSELS, "1500", "1700", "1800", "4000", "8400", "6700"])


@dataclass(frozen=True)
class Spot:
    latitude: float
    longitude: float


spots = st.builds(Spot, st.floats(-90, 90), st.floats(-180, 180))


# What somebody who knows the city would say; a point may lie some hundreds of metres off.
@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ("1000", "1020", 3.7),
        ("1000", "1080", 2.2),
        ("1000", "1150", 6.1),
        ("1040", "1150", 3.5),
        ("1150", "1200", 1.6),
        ("1070", "1140", 7.5),
        ("1082", "1160", 11.0),
        ("1120", "1180", 11.5),
        ("1170", "1190", 5.9),
        ("1000", "4000", 89),
    ],
)
def test_distance_between_is_what_people_of_the_city_expect(one: str, other: str, km: float) -> None:
    assert places.distance_between(one, other) == pytest.approx(km, abs=0.6, rel=0.03)


@given(postcodes, postcodes)
def test_distance_is_the_same_both_ways(one: str, other: str) -> None:
    assert places.distance_between(one, other) == pytest.approx(places.distance_between(other, one))
    assert (places.distance_between(one, other) == 0) is (one == other)


@given(postcodes, postcodes, postcodes)
def test_distance_is_never_longer_than_a_detour(a: str, b: str, c: str) -> None:
    detour = places.distance_between(a, b) + places.distance_between(b, c)
    assert places.distance_between(a, c) <= detour + 1e-9


@given(spots, spots)
def test_distance_is_that_of_geopy(a: Spot, b: Spot) -> None:
    theirs = great_circle((a.latitude, a.longitude), (b.latitude, b.longitude)).km
    assert places.distance_km(a, b) == pytest.approx(theirs, rel=1e-3, abs=1e-3)


@given(postcodes, st.lists(postcodes))
def test_nearest_gives_all_in_order_of_distance(postcode: str, others: list[str]) -> None:
    found = places.nearest(postcode, others)
    assert sorted(other for other, _ in found) == sorted(others)
    assert [km for _, km in found] == sorted(places.distance_between(postcode, other) for other in others)


def test_neighbours_are_the_municipalities_around() -> None:
    assert places.neighbours("1081", within_km=1.8) == ["1080", "1090", "1083"]


def test_neighbours_of_a_place_outside_are_in_brussels() -> None:
    assert places.neighbours("1731", within_km=3.5) == ["1082", "1083"]


def test_every_brussels_postcode_has_neighbours_within_four_kilometres() -> None:
    assert [postcode for postcode in BRUSSELS if not places.neighbours(postcode, within_km=4)] == []


@pytest.mark.parametrize(("km", "minutes"), [(0, 10), (0.1, 15), (1.25, 15), (1.26, 20), (5, 30), (7.4, 40)])
def test_travel_minutes_are_rounded_up_to_five(km: float, minutes: int) -> None:
    assert places.travel_minutes(km) == minutes


@given(st.floats(0, 300), st.floats(0, 300))
def test_travel_minutes_never_fall_with_distance(one: float, other: float) -> None:
    near, far = sorted((one, other))
    assert 10 <= places.travel_minutes(near) <= places.travel_minutes(far)
    assert places.travel_minutes(far) % 5 == 0
