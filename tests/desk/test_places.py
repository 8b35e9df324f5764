"""Places to refer to."""

import csv
from datetime import date

import pytest

from digibel.desk.forms.places import as_written
from digibel.directory.models import HelpPlace
from digibel.directory.writing import read_hours

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


def listed(desk, query):
    return [line.place.slug for line in desk.get(f"/places?postcode=1090{query}").context["lines"]]


def test_the_filter_in_the_address_takes_all_kinds_a_language_and_an_open_door(desk, rooms):
    assert listed(desk, "") == ["near", "far", "number"]
    assert listed(desk, "&kind=computer_room") == ["near", "far"]
    assert listed(desk, "&language=fr") == ["near"]
    assert listed(desk, "&language=ar") == []
    assert listed(desk, "&open_now=on") == ["near"]


@pytest.mark.parametrize("query", ["&kind=castle", "&language=klingon", "&kind=%00"])
def test_a_filter_that_does_not_exist_is_said(desk, rooms, query):
    page = desk.get(f"/places?postcode=1090{query}")
    assert (page.status_code, len(page.context["form"].errors), page.context["lines"]) == (200, 1, [])


def test_a_place_is_not_open_on_a_holiday_or_while_it_is_closed(desk, rooms):
    near = rooms[0]
    near.exceptions = [{"from": "2026-09-14", "until": "2026-09-18", "hours": []}]
    near.save()
    line = desk.get("/places").context["lines"][0]
    assert (line.open_now, line.other_days) == (False, ("14/09/2026-18/09/2026",))


def typed(place, **changes):
    """What the browser sends back of the form as it stands on the page."""
    form = as_written(place) | {"step_free": "yes" if place.step_free else "", **changes}
    return {name: value for name, value in form.items() if value not in (None, False)}


def test_saving_the_page_as_it_stands_changes_the_day_and_nothing_else(desk, rooms, lindeboom):
    near, before = rooms[0], {**vars(rooms[0])}
    page = f"/places/{near.pk}"
    assert desk.post(page, typed(near)).status_code == 303
    near.refresh_from_db()
    same = {name for name in before if name[0] != "_" and getattr(near, name) == before[name]}
    assert set(before) - same == {"_state", "checked_on", "checked_by_id", "version"}
    assert (near.checked_on, near.checked_by) == (date(2026, 9, 15), lindeboom)
    assert desk.get("/places").content.decode().count(f"by {lindeboom.name}") == 1


def test_what_was_found_out_is_on_the_list(desk, rooms):
    far = rooms[1]
    changes = {"hours": "Tu 9-12", "exceptions": "24/12/2026: 9:00-10:00", "url": "www.bib.be", "languages": ["ar"]}
    assert desk.post(f"/places/{far.pk}", typed(far, **changes)).status_code == 303
    far.refresh_from_db()
    assert (far.hours, far.url, far.languages) == ({"tue": [["09:00", "12:00"]]}, "https://www.bib.be", ["ar"])
    assert far.exceptions == [{"from": "2026-12-24", "until": "2026-12-24", "hours": [["09:00", "10:00"]]}]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("hours", "morgen"),
        ("exceptions", "Kerstmis"),
        ("postcode", "9999"),
        ("serves", "1090, 9999"),
        ("phone", "bel Jan"),
        ("url", "javascript:1"),
        ("name", ""),
        ("source", ""),
        ("kind", "castle"),
        ("languages", ["xx"]),
        ("step_free", "perhaps"),
        ("name", "x" * 121),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_saved(desk, rooms, field, text):
    far = rooms[1]
    answer = desk.post(f"/places/{far.pk}", typed(far, **{field: text}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    far.refresh_from_db()
    assert far.version == 1


def test_of_two_who_save_the_second_sees_what_the_first_wrote(desk, rooms):
    far = rooms[1]
    desk.post(f"/places/{far.pk}", typed(far, phone="02 555 00 00"))
    answer = desk.post(f"/places/{far.pk}", typed(far, price="gratis"))
    assert (answer.status_code, answer.context["changed"]) == (409, [("Telephone", "02 555 00 00"), ("Price", "")])
    again = dict(answer.context["form"].data.items())
    assert (again["price"], again["version"]) == ("gratis", "2")
    assert desk.post(f"/places/{far.pk}", again).status_code == 303


def test_still_right_is_one_press_for_what_was_seen(desk, rooms):
    far = rooms[1]
    for version, checked_on in (("0", None), ("²", None), ("1", date(2026, 9, 15))):
        assert desk.post(f"/places/{far.pk}/checked", {"version": version}).status_code == 303
        far.refresh_from_db()
        assert far.checked_on == checked_on


def test_another_place_comes_into_the_list(desk):
    facts = {"name": "Bib Jette", "kind": "library", "postcode": "1090", "source": "was there", "active": "on"}
    assert desk.post("/places/new", {}).status_code == 422
    assert desk.post("/places/new", facts).status_code == 303
    assert [line.name for line in desk.get("/places?postcode=1090&kind=library").context["lines"]] == ["Bib Jette"]


def test_the_list_for_a_spreadsheet_has_every_place_and_no_formula(desk, rooms):
    far = rooms[1]
    far.name, far.phone, far.active = "=HYPERLINK(1)", "+32 2 555 00 00", False
    far.save()
    heading, *rows = csv.reader(desk.get("/places.csv").content.decode("utf-8-sig").splitlines(), delimiter=";")
    told = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
    assert list(told) == ["Dichtbij", "'=HYPERLINK(1)", "Lijn"]
    assert (told["'=HYPERLINK(1)"]["Telephone"], told["'=HYPERLINK(1)"]["It still exists"]) == (
        "'+32 2 555 00 00",
        "no",
    )
    assert read_hours(told["Dichtbij"]["Opening hours"]) == rooms[0].hours
