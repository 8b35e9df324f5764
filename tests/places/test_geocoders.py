import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderTimedOut
from pytest_django.fixtures import Settings

from digibel.places import checks, geocoders

TOWN_HALL = (50.8546, 4.3386)


class Answers(BaseSyncAdapter):
    """In the place of the network: gives one answer, and remembers what was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, **_: Any) -> "Answers":
        return self

    def get_json(self, url: str, **_: Any) -> Any:
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def get_text(self, url: str, **_: Any) -> str:
        raise AssertionError("geocoders read JSON")


def nominatim(latitude: float, longitude: float) -> list[dict[str, Any]]:
    return [{"lat": str(latitude), "lon": str(longitude), "display_name": "found"}]


def photon(latitude: float, longitude: float) -> dict[str, Any]:
    feature = {"geometry": {"coordinates": [longitude, latitude]}, "properties": {"name": "found"}}
    return {"features": [feature]}


def locate(kind: str, answers: Answers) -> geocoders.Found | None:
    geocoder = geocoders.build(kind, "http://maps.lan:8080/geo", adapter_factory=answers)
    return geocoders.locate("1080", "Graaf van Vlaanderenstraat", "20", geocoder=geocoder)


@pytest.mark.parametrize(("kind", "answer"), [("nominatim", nominatim), ("photon", photon)])
def test_locate_asks_ones_own_server(kind: str, answer: Any) -> None:
    answers = Answers(answer(*TOWN_HALL))
    assert locate(kind, answers) == TOWN_HALL
    [asked] = answers.asked
    assert urlsplit(asked).netloc == "maps.lan:8080"
    assert urlsplit(asked).path.startswith("/geo/")
    assert parse_qs(urlsplit(asked).query)["q"] == ["Graaf van Vlaanderenstraat 20, 1080 Molenbeek-Saint-Jean, Belgium"]


@pytest.mark.parametrize("answer", [[], nominatim(51.22, 4.40), GeocoderTimedOut("Graaf van Vlaanderenstraat 20")])
def test_locate_believes_nothing_far_from_the_postcode(answer: Any) -> None:
    assert locate("nominatim", Answers(answer)) is None


def test_locate_writes_no_address_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    locate("nominatim", Answers(GeocoderTimedOut("Graaf van Vlaanderenstraat 20")))
    assert [record.getMessage() for record in caplog.records if record.name == geocoders.__name__] == [
        "geocoder did not answer"
    ]
    assert [record for record in caplog.records if "Vlaanderenstraat" in str(record.__dict__)] == []


def test_locate_needs_no_network_by_default() -> None:
    assert geocoders.locate("1080", "Graaf van Vlaanderenstraat", "20") is None


def test_locate_asks_nobody_without_a_street() -> None:
    answers = Answers(nominatim(*TOWN_HALL))
    geocoder = geocoders.build("nominatim", "http://maps.lan", adapter_factory=answers)
    assert geocoders.locate("1080", "", geocoder=geocoder) is None
    assert answers.asked == []


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("google", "http://maps.lan"),
        ("nominatim", ""),
        ("photon", "maps.lan:8080"),
        ("nominatim", "https://nominatim.openstreetmap.org"),
        ("photon", "https://photon.komoot.io/"),
    ],
)
def test_a_geocoder_that_is_not_ones_own_is_refused(kind: str, url: str, settings: Settings) -> None:
    with pytest.raises(ImproperlyConfigured):
        geocoders.build(kind, url)
    settings.DIGIBEL_GEOCODER, settings.DIGIBEL_GEOCODER_URL = kind, url
    assert [error.id for error in checks.geocoder_can_be_made()] == ["places.E001"]


def test_check_is_content_with_the_default() -> None:
    assert checks.geocoder_can_be_made() == []
