"""The doors of the directory on the map: asked once for each address, and of nobody where the house has no geocoder."""

import pytest

from digibel.audit.actors import SYSTEM
from digibel.directory import corrections, finding, locating
from digibel.directory.models import HelpPlace
from digibel.places import geocoders
from digibel.places.geocoders import Found

pytestmark = pytest.mark.django_db

NORTH, SOUTH = Found(50.871, 4.333), Found(50.849, 4.333)


@pytest.fixture
def asked(monkeypatch):
    """A geocoder that knows two streets; returns what it was asked."""
    questions: list[str] = []

    def locate(postcode, street, house_number=""):
        questions.append(f"{postcode} {street} {house_number}".strip())
        return {"Noordstraat": NORTH, "Zuidstraat": SOUTH}.get(street)

    monkeypatch.setattr(geocoders, "configured", lambda: object())
    monkeypatch.setattr(geocoders, "locate", locate)
    return questions


def door(slug: str, street: str) -> HelpPlace:
    return HelpPlace.objects.create(
        slug=slug, kind="library", name=slug, postcode="1080", street=street, source="a test"
    )


def test_of_two_doors_of_one_postcode_the_nearer_one_comes_first(asked):
    door("a-far", "Noordstraat")
    door("b-near", "Zuidstraat")
    assert [place.slug for place, km in finding.nearest("library", "1080")] == ["a-far", "b-near"]
    assert locating.locate_places() == 2
    found = finding.nearest("library", "1080")
    assert [place.slug for place, km in found] == ["b-near", "a-far"]
    assert 0 < found[0][1] < found[1][1] < 3


def test_a_door_is_asked_for_once_and_again_when_it_moves(asked):
    place = door("library", "Noordstraat")
    assert (locating.locate_places(), locating.locate_places(), asked) == (1, 0, ["1080 Noordstraat"])
    corrections.correct(place, by=SYSTEM, street="Zuidstraat")
    place.refresh_from_db()
    assert place.point.latitude not in (NORTH.latitude, SOUTH.latitude)
    assert locating.locate_places() == 1
    place.refresh_from_db()
    assert (place.point.latitude, place.version) == (SOUTH.latitude, 2)


def test_what_is_not_found_keeps_the_point_of_its_postcode(asked):
    place = door("library", "Nergensstraat")
    assert locating.locate_places() == 0
    place.refresh_from_db()
    assert (place.latitude, place.located_as) == (None, "")
    assert finding.nearest("library", "1080")[0][1] == 0


def test_nobody_is_asked_by_default(monkeypatch):
    door("library", "Noordstraat")
    monkeypatch.setattr(geocoders, "locate", lambda *address: pytest.fail("asked"))
    assert locating.locate_places() == 0
