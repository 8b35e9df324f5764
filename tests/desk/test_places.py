"""Places to refer to."""

from datetime import date

import pytest

from digibel.directory.models import HelpPlace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def rooms():
    """Two computer rooms, and a number that is as near as any."""
    common = {"source": "told by telephone"}
    near = HelpPlace.objects.create(
        slug="near",
        kind="computer_room",
        name="Dichtbij",
        name_fr="Tout près",
        postcode="1090",
        languages=["nl", "fr"],
        hours={"tue": [["09:00", "12:00"]], "thu": [["13:00", "17:00"]]},
        checked_on=date(2026, 9, 1),
        step_free=True,
        **common,
    )
    far = HelpPlace.objects.create(slug="far", kind="computer_room", name="Ver", postcode="1180", **common)
    number = HelpPlace.objects.create(
        slug="number", kind="telephone", name="Lijn", phone="+3278151020", checked_on=date(2020, 1, 1), **common
    )
    return near, far, number


def test_the_page_begins_near_the_organisation(desk, rooms):
    lines = desk.get("/places").context["lines"]
    assert [(line.place.slug, line.name) for line in lines] == [("near", "Tout près"), ("far", "Ver")]
    assert (lines[0].km, lines[1].km > 5) == (0.0, True)


def test_hours_are_told_by_day_and_whether_it_is_open_now(desk, rooms):
    """The clock stands on a Tuesday, half past ten."""
    near, far = desk.get("/places").context["lines"]
    assert [(str(day), spans) for day, spans in near.hours] == [
        ("Tuesday", "09:00–12:00"),
        ("Thursday", "13:00–17:00"),
    ]
    assert (near.open_now, far.open_now, far.hours) == (True, False, ())


def test_what_nobody_checked_for_a_year_is_said(desk, rooms):
    near, far = desk.get("/places").context["lines"]
    assert (near.stale, far.stale) == (False, True)


def test_numbers_have_no_distance(desk, rooms):
    [line] = desk.get("/places?postcode=1090&kind=telephone").context["lines"]
    assert (line.name, line.km) == ("Lijn", None)


def test_a_postcode_that_does_not_exist_is_said_beside_the_field(desk, rooms):
    page = desk.get("/places?postcode=9999&kind=computer_room")
    assert list(page.context["form"].errors) == ["postcode"]
    assert page.context["lines"] == []


def test_no_such_place_says_so(desk):
    assert desk.get("/places?postcode=1090&kind=lender").content.decode().count("We know no such place.") == 1
