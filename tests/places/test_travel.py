"""How long the way takes by each way of travelling, and a router that may know better."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from digibel import places
from digibel.places import checks, travel

MODES = st.sampled_from(sorted(travel.MODES))


def knows_one(start: str, end: str, mode: str) -> int | None:
    """A table with one line."""
    return 7 if (start, end, mode) == ("1090", "1000", "bicycle") else None


@given(km=st.floats(0, 100), more=st.floats(0, 10), mode=MODES)
def test_farther_never_takes_less(km: float, more: float, mode: str) -> None:
    assert travel.estimate(km, mode) <= travel.estimate(km + more, mode)


@given(km=st.floats(0, 50))
def test_public_transport_takes_what_appointments_always_counted(km: float) -> None:
    assert abs(travel.planned(travel.estimate(km, "transit")) - places.travel_minutes(km)) <= 5


@pytest.mark.parametrize(("mode", "minutes"), [("foot", 35), ("bicycle", 16), ("transit", 18), ("car", 16)])
def test_two_kilometres_take(mode: str, minutes: int) -> None:
    assert travel.estimate(2.0, mode) == minutes


def test_fastest_of_their_modes_counts_and_nobody_asked_is_public_transport() -> None:
    by = {mode: travel.minutes_between("1090", "1000", mode) for mode in travel.MODES}
    assert travel.fastest("1090", "1000", ["foot", "bicycle"]) == by["bicycle"]
    assert travel.fastest("1090", "1000", []) == by["transit"]


def test_router_is_asked_and_estimated_where_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    estimated = travel.minutes_between("1090", "1000", "foot")
    monkeypatch.setattr(travel, "configured_router", lambda: knows_one)
    assert travel.minutes_between("1090", "1000", "bicycle") == 7
    assert travel.minutes_between("1090", "1000", "foot") == estimated


def test_router_that_cannot_be_imported_is_said_at_the_start(settings: object) -> None:
    settings.DIGIBEL_ROUTER = "digibel.places.nowhere"  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured):
        travel.configured_router()
    assert [one.id for one in checks.router_can_be_asked()] == ["places.E002"]
