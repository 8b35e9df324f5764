import tomllib
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

import pytest

from digibel import places
from digibel.audit.actors import SYSTEM
from digibel.directory import finding
from digibel.directory.corrections import correct
from digibel.directory.models import HelpPlace, Kind
from digibel.languages import LANGUAGES

pytestmark = pytest.mark.django_db


def slugs(kind: str, postcode: str, limit: int = 3) -> list[str]:
    return [place.slug for place, _ in finding.nearest(kind, postcode, limit)]


def test_nearest_begins_with_the_postcode_itself(known_places: None) -> None:
    [(room, km), *_] = finding.nearest(Kind.COMPUTER_ROOM, "1140")
    assert (room.slug, km) == ("ocr-1140-entrela", 0.0)


@pytest.mark.parametrize("postcode", ["1040", "1082", "1090", "1120", "1130", "1150", "1160", "1170"])
def test_nearest_looks_around_where_a_postcode_has_no_computer_room(known_places: None, postcode: str) -> None:
    found = finding.nearest(Kind.COMPUTER_ROOM, postcode)
    every = [places.distance_between(postcode, room.postcode) for room in HelpPlace.objects.of_kind("computer_room")]
    assert [km for _, km in found] == sorted(every)[:3]
    assert 0 < found[0][1] < 5


def test_nearest_for_jette_is_around_the_corner(known_places: None) -> None:
    assert slugs(Kind.COMPUTER_ROOM, "1090", limit=1) == ["ocr-1083-ganshoren"]


@pytest.mark.parametrize(("postcode", "centre"), [("1000", "ocmw-1000"), ("1120", "ocmw-1000"), ("1090", "ocmw-1090")])
def test_nearest_welfare_centre_is_the_one_that_may_help(known_places: None, postcode: str, centre: str) -> None:
    assert slugs(Kind.OFFICE, postcode) == [centre]


def test_nearest_leaves_out_what_has_closed(known_places: None) -> None:
    correct(HelpPlace.objects.get(slug="ocr-1083-ganshoren"), by=SYSTEM, checked_on=date(2026, 11, 21), active=False)
    assert slugs(Kind.COMPUTER_ROOM, "1083", limit=1) == ["ocr-1081-koekeltech"]


def test_nearest_of_a_kind_that_nobody_has_is_empty(known_places: None) -> None:
    assert finding.nearest(Kind.BANK_HELP, "1080") == []


def test_nearest_refuses_an_unknown_postcode(known_places: None) -> None:
    with pytest.raises(places.UnknownPostcode):
        finding.nearest(Kind.COMPUTER_ROOM, "1110")


def test_for_route_gives_the_computer_rooms_and_the_helpdesk(known_places: None) -> None:
    [advice] = finding.for_route(["OCR"], "1000", "fr", limit=5)
    assert advice.text.startswith("Allez dans un espace public numérique")
    assert [(near.place.slug, near.km) for near in advice.places] == [
        ("ocr-1000-arc", 0.0),
        ("ocr-1000-bravvo", 0.0),
        ("ocr-1000-mobile", 0.0),
        ("ocr-1000-rijke-klaren", 0.0),
        ("muntpunt-app-o-theek", 0.0),
    ]


def test_for_route_keeps_the_order_and_says_each_once(known_places: None) -> None:
    found = finding.for_route(["CARDSTOP", "BANK", "CARDSTOP", "OCMW"], "1080")
    assert [(advice.route, [near.place.slug for near in advice.places]) for advice in found] == [
        ("CARDSTOP", ["card-stop"]),
        ("BANK", []),
        ("OCMW", ["ocmw-1080"]),
    ]
    assert found[0].places[0].place.phone == "078 170 170"
    assert found[0].places[0].km is None


def test_for_route_sends_what_it_does_not_know_to_the_coordinator(known_places: None) -> None:
    [unknown], [coordinator] = finding.for_route(["MOON"], "1080"), finding.for_route(["COORD"], "1080")
    assert (unknown.route, unknown.text) == ("MOON", coordinator.text)


def test_for_route_speaks_without_any_place_loaded() -> None:
    [advice] = finding.for_route(["OCMW"], "1080", "en")
    assert advice.text.startswith("The public welfare centre")
    assert advice.places == ()


def test_every_route_of_a_judgement_has_its_advice_in_ten_languages(known_places: None) -> None:
    judged = tomllib.loads((resources.files("digibel.guardrails") / "routes.toml").read_text(encoding="utf-8"))
    assert set(judged) - finding.known_routes() == set()
    said = {
        (code, language): finding.text_of(code, language) for code in finding.known_routes() for language in LANGUAGES
    }
    assert len(set(said.values())) == len(said)
    assert [at for at, text in said.items() if "{" in text] == []


def test_every_place_that_a_route_names_exists(known_places: None) -> None:
    text = (resources.files("digibel.directory") / "data/routes.toml").read_text(encoding="utf-8")
    routes = tomllib.loads(text)
    named = {slug for route in routes.values() for slug in route.get("places", [])}
    kinds = {kind for route in routes.values() for kind in route.get("kinds", [])}
    assert named - set(HelpPlace.objects.values_list("slug", flat=True)) == set()
    assert kinds - set(Kind.values) == set()


HOURS = {day: [["09:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
MONDAY_EVENING = datetime(2026, 9, 14, 17, tzinfo=UTC)
SUMMER = [{"from": "2026-09-01", "until": "2026-12-31", "hours": []}]


def room(postcode: str, **facts: Any) -> HelpPlace:
    return HelpPlace(slug=f"room-{postcode}", kind="computer_room", name="Room", postcode=postcode, **facts)


def sent(*rooms: HelpPlace, speaks: tuple[str, ...] = ("ar",)) -> list[str]:
    visitor = finding.Visitor("1090", speaks, MONDAY_EVENING)
    return [near.place.postcode for near in finding.fitting(rooms, visitor)]


def test_the_nearest_open_place_that_speaks_the_language_comes_first() -> None:
    unknown, dutch = room("1090"), room("1083", languages=["nl"], hours=HOURS)
    arabic, closed = room("1081", languages=["fr", "ar"], hours=HOURS), room("1080", languages=["ar"], hours=HOURS)
    closed.exceptions = SUMMER
    assert sent(closed, dutch, unknown, arabic) == ["1081", "1090", "1083", "1080"]


def test_nobody_is_sent_across_the_region_because_too_little_is_known() -> None:
    assert sent(room("1090"), room("1170", languages=["ar"], hours=HOURS)) == ["1090", "1170"]


def test_where_nobody_knows_what_the_client_speaks_the_nearest_comes_first() -> None:
    assert sent(room("1083", languages=["nl"], hours=HOURS), room("1081", hours=HOURS), speaks=()) == ["1083", "1081"]


def test_the_reasons_say_whether_they_are_understood_and_when_the_door_opens() -> None:
    visitor = finding.Visitor("1090", ("ar",), MONDAY_EVENING)
    told = {
        near.place.postcode: (near.speaks, near.opens)
        for near in finding.fitting(
            [
                room("1081", languages=["ar"], hours=HOURS),
                room("1083", languages=["nl"], exceptions=SUMMER),
                room("1090"),
            ],
            visitor,
        )
    }
    tuesday = datetime(2026, 9, 15, 7, tzinfo=UTC)  # nine o'clock in Brussels
    assert told == {"1081": (True, tuesday), "1083": (False, None), "1090": (None, None)}
