from collections import Counter
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from digibel import places
from digibel.audit.actors import SYSTEM
from digibel.directory.corrections import correct
from digibel.directory.errors import NotCorrectable
from digibel.directory.loading import Loaded, known_places, load_known_places
from digibel.directory.models import HelpPlace, Kind

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)

COMPUTER_ROOMS = {
    "1000": 4, "1020": 1, "1030": 2, "1050": 1, "1060": 1, "1070": 2, "1080": 2, "1081": 1, "1083": 1, "1140": 1,
    "1180": 1, "1190": 1, "1200": 1, "1210": 1,
}  # fmt: skip


def test_load_known_places_twice_adds_nothing() -> None:
    first = load_known_places()
    before = list(HelpPlace.objects.order_by("slug").values())
    second = load_known_places()
    assert first == Loaded(created=52, updated=0, kept=0)
    assert second == Loaded(created=0, updated=52, kept=0)
    assert list(HelpPlace.objects.order_by("slug").values()) == before


def test_known_places_have_names_of_their_own() -> None:
    slugs = Counter(place["slug"] for place in known_places())
    assert [slug for slug, count in slugs.items() if count > 1] == []


def test_the_twenty_computer_rooms_are_where_the_report_has_them(known_places: None) -> None:
    rooms = HelpPlace.objects.of_kind(Kind.COMPUTER_ROOM)
    assert Counter(room.postcode for room in rooms) == COMPUTER_ROOMS
    assert {(room.checked_on, room.source) for room in rooms} == {(date(2021, 1, 1), "CIRB-CIBG annual report 2021")}


def test_nothing_that_the_sources_do_not_tell_was_made_up(known_places: None) -> None:
    rooms = HelpPlace.objects.of_kind(Kind.COMPUTER_ROOM, Kind.OFFICE)
    assert {(room.street, room.house_number, room.phone, room.url, str(room.hours)) for room in rooms} == {
        ("", "", "", "", "{}")
    }


def test_every_brussels_postcode_has_one_welfare_centre(known_places: None) -> None:
    centres = HelpPlace.objects.of_kind(Kind.OFFICE)
    assert centres.count() == 19
    served = sorted(postcode for centre in centres for postcode in centre.serves)
    assert served == [place.postcode for place in places.brussels()]


def test_load_known_places_keeps_a_correction(known_places: None) -> None:
    room = HelpPlace.objects.get(slug="ocr-1020-laken")
    correct(room, by=SYSTEM, checked_on=TODAY, phone="02 000 00 00", hours={"mon": [["09:00", "12:00"]]})
    assert load_known_places() == Loaded(created=0, updated=51, kept=1)
    room.refresh_from_db()
    assert (room.phone, room.hours, room.checked_on) == ("02 000 00 00", {"mon": [["09:00", "12:00"]]}, TODAY)


def test_load_known_places_keeps_a_number_that_was_rung(known_places: None) -> None:
    correct(HelpPlace.objects.get(slug="caw-brussel"), by=SYSTEM, checked_on=TODAY)
    assert load_known_places() == Loaded(created=0, updated=51, kept=1)


@pytest.mark.parametrize(
    "mistake", [{"hours": {"mon": [["12:00", "09:00"]]}}, {"postcode": "9999"}, {"url": "not an address"}]
)
def test_correct_refuses_what_does_not_fit(known_places: None, mistake: dict[str, object]) -> None:
    room = HelpPlace.objects.get(slug="ocr-1020-laken")
    with pytest.raises(ValidationError) as refusal:
        correct(room, by=SYSTEM, checked_on=TODAY, **mistake)
    assert list(refusal.value.message_dict) == list(mistake)
    room.refresh_from_db()
    assert room.checked_on == date(2021, 1, 1)


def test_correct_refuses_what_is_not_to_be_changed(known_places: None) -> None:
    with pytest.raises(NotCorrectable, match=r"^This cannot be corrected here: slug\.$"):
        correct(HelpPlace.objects.get(slug="ocr-1020-laken"), by=SYSTEM, checked_on=TODAY, slug="elsewhere")
