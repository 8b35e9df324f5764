"""Kits on their own page, on that of a visit, on Today and on the volunteer's card."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.organisations.models import Role
from digibel.scheduling import cards, doorstep
from digibel.scheduling.kits import lending
from digibel.scheduling.kits.models import KitKind
from digibel.scheduling.models import KitLoan

from .conftest import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def visit(lindeboom):
    return cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom, name="Els"))


@pytest.fixture
def tablet(lindeboom):
    return lending.add(lindeboom, KitKind.TABLET, by=SYSTEM)


def kept(tablet, visit):
    first_day, last_day = lending.days_around(visit)
    return lending.keep(tablet, visit, first_day=first_day, last_day=last_day, by=SYSTEM)


def page(browser, address):
    return browser.get(address).content.decode()


def test_what_there_is_is_noted_and_goes_out_of_use(desk):
    assert "No kit yet." in page(desk, "/kits")
    assert "Put a sticker on it: tablet 1." in desk.post("/kits", {"kind": "tablet"}, follow=True).content.decode()
    kit = KitLoan._meta.get_field("kit").related_model.objects.get()
    desk.post(f"/kits/{kit.pk}/do/retire")
    assert ("No kit yet." in page(desk, "/kits"), "Use it again" in page(desk, "/kits")) == (True, True)
    desk.post(f"/kits/{kit.pk}/do/use-again")
    assert "Every kit is here." in page(desk, "/kits")
    assert desk.post("/kits", {"kind": "rocket"}).status_code == 422


def test_it_is_kept_on_the_visits_page_fetched_and_brought_back(desk, visit, tablet):
    address = f"/visits/{visit.pk}"
    first_day, last_day = lending.days_around(visit)
    told = {"kit": tablet.pk, "first_day": first_day, "last_day": last_day}
    assert "agree with them when they fetch it" in desk.post(f"{address}/kit", told, follow=True).content.decode()
    [loan] = KitLoan.objects.all()
    assert ("Tablet 1: fetches it" in page(desk, address), "Handed over" in page(desk, address)) == (True, False)
    assert "tablet 1 (taken then)" in page(desk, address)
    with clock.travel(visit.starts_at - timedelta(hours=1)):
        desk.post(f"/kits/loans/{loan.pk}/do/handed", {"at": "kits"})
        assert ("One kit is away." in page(desk, "/kits"), "has it" in page(desk, "/kits")) == (True, True)
        answer = desk.post(f"/kits/loans/{loan.pk}/do/back", {"at": "visit"})
        assert answer["Location"] == address
        assert "is back" in page(desk, address)


def test_what_cannot_be_read_keeps_nothing(desk, visit, tablet):
    for told in ({}, {"kit": "x", "first_day": "y", "last_day": ""}, {"kit": tablet.pk, "first_day": "2026-02-31"}):
        answer = desk.post(f"/visits/{visit.pk}/kit", told, follow=True)
        assert "Choose what goes along, and the two days." in answer.content.decode()
    assert KitLoan.objects.count() == 0


def test_the_neighbours_see_and_take_nothing_of_it(neighbour, sleutel, lindeboom, visit, tablet):
    loan, spare = kept(tablet, visit), lending.add(lindeboom, KitKind.TABLET, by=SYSTEM)
    theirs = cast.booked(cast.request(sleutel), cast.volunteer(sleutel, name="Bo"))
    assert (lending.free_for(theirs), 'name="kit"' in page(neighbour, f"/visits/{theirs.pk}")) == ([], False)
    first_day, last_day = lending.days_around(theirs)
    told = {"kit": spare.pk, "first_day": first_day, "last_day": last_day}
    assert (neighbour.post(f"/visits/{theirs.pk}/kit", told).status_code, KitLoan.objects.count()) == (303, 1)
    paths = (f"/kits/{tablet.pk}/do/retire", f"/kits/loans/{loan.pk}/do/back", f"/visits/{visit.pk}/kit")
    assert [neighbour.post(path, told).status_code for path in paths] == [404] * 3
    with clock.travel(clock.at(loan.last_day + timedelta(days=1), clock.WAKING[1])):
        assert ("No kit yet." in page(neighbour, "/kits"), "Not back" in page(neighbour, "/")) == (True, False)


def test_not_back_it_is_something_to_do_until_it_is(desk, visit, tablet):
    loan = kept(tablet, visit)
    with clock.travel(clock.at(loan.last_day, clock.WAKING[1])):
        assert "Not back: tablet 1" not in page(desk, "/")
    with clock.travel(clock.at(loan.last_day + timedelta(days=1), clock.WAKING[1])):
        assert ("Not back: tablet 1" in page(desk, "/"), "Never fetched" in page(desk, "/kits")) == (True, True)
        lending.take_back(loan, by=SYSTEM)
        assert "Not back: tablet 1" not in page(desk, "/")


def test_the_card_says_what_to_take_and_by_when_it_is_back(client, visit, tablet):
    kept(tablet, visit)
    address = f"/visit/{cards.token(visit)}"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Take with you: tablet 1." in page(client, f"{address}?lang=en")
    doorstep.read_rules(visit, by=Actor.volunteer(visit.volunteer))
    told = page(client, f"{address}?lang=tr")
    assert ("Yanınıza alın" in told, "Take with you" in told) == (True, False)


def test_intake_hands_over_and_notes_no_kit(client, lindeboom, visit, tablet):
    intake = logged_in(client, cast.staff(lindeboom, role=Role.INTAKE))
    loan = kept(tablet, visit)
    assert intake.post("/kits", {"kind": "tablet"}).status_code == 403
    assert intake.post(f"/kits/{tablet.pk}/do/retire").status_code == 403
    assert intake.post(f"/kits/loans/{loan.pk}/do/release").status_code == 303
    assert KitLoan.objects.count() == 0


@pytest.mark.parametrize("many", [1, 30])
def test_thirty_kits_ask_the_database_no_more_than_one(desk, lindeboom, visit, many, django_assert_max_num_queries):
    for _ in range(many):
        kept(lending.add(lindeboom, KitKind.HOTSPOT, by=SYSTEM), visit)
    with django_assert_max_num_queries(16):
        assert len(desk.get("/kits").context["in_use"]) == many
