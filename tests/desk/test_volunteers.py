"""The pool: found by what can be seen of somebody, and never a way to another organisation's clients."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.scheduling.models import Visit
from digibel.volunteers import readiness
from digibel.volunteers.models import Requirement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom, name="Els", family_name="Vermeulen")


@pytest.fixture
def ayse(lindeboom):
    return cast.volunteer(
        lindeboom, name="Ayşe", family_name="Demir", postcode="1081", speaks=["tr", "fr"], skills=["wifi"], ready=False
    )


def names(browser, query=""):
    return [line.name for line in browser.get(f"/volunteers{query}").context["lines"]]


def page_of(volunteer):
    return reverse("desk:volunteer", args=[volunteer.pk])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ayşe Demir", "Els Vermeulen"]),
        ("?postcode=1081", ["Ayşe Demir"]),
        ("?language=nl", ["Els Vermeulen"]),
        ("?language=fr", ["Ayşe Demir", "Els Vermeulen"]),
        ("?skill=wifi&language=nl", ["Els Vermeulen"]),
        ("?skill=itsme-eid", ["Els Vermeulen"]),
        ("?state=ready", ["Els Vermeulen"]),
        ("?state=not_ready", ["Ayşe Demir"]),
        ("?state=paused", []),
        ("?q=ayse&name=ayse", ["Ayşe Demir", "Els Vermeulen"]),
        ("?postcode=nowhere", ["Ayşe Demir", "Els Vermeulen"]),
        ("?language=klingon&page=7", ["Ayşe Demir", "Els Vermeulen"]),
    ],
)
def test_the_pool_is_filtered(desk, els, ayse, query, found):
    assert sorted(names(desk, query)) == found


def found_by(browser, name, query=""):
    return [line.name for line in browser.post(f"/volunteers{query}", {"name": name}).context["lines"]]


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("ayse", "", ["Ayşe Demir"]),
        ("verm  ELS", "", ["Els Vermeulen"]),
        ("ermeulen", "", []),
        ("e", "?state=ready", ["Els Vermeulen"]),
        ("ayse", "?state=ready&page=4", []),
        ("\x00", "", ["Ayşe Demir", "Els Vermeulen"]),
        ("a" * 61, "", ["Ayşe Demir", "Els Vermeulen"]),
    ],
)
def test_somebody_is_found_by_name_within_the_filter(desk, els, ayse, name, query, found):
    assert sorted(found_by(desk, name, query)) == found


def test_somebody_is_found_by_telephone(desk, els, ayse):
    assert found_by(desk, els.recipient.number.replace("+32", "0")) == ["Els Vermeulen"]


def test_a_name_is_posted_and_stands_in_no_address_of_the_page(desk, els):
    answer = desk.post("/volunteers?state=ready", {"name": "vermeulen"})
    assert answer["Cache-Control"] == "no-store"
    assert [
        one for one in re.findall(r'(?:href|action)="([^"]*)"', answer.content.decode()) if "vermeulen" in one.lower()
    ] == []


def test_the_pool_stands_in_the_order_of_the_address(desk, lindeboom):
    for name, postcode, days in (("Karim", "1000", 0), ("Ayşe", "1090", 2), ("Bea", "1000", 1)):
        with clock.travel(clock.now() + timedelta(days=days)):
            cast.volunteer(lindeboom, name=name, postcode=postcode, ready=False)
    assert names(desk) == ["Bea", "Karim", "Ayşe"]
    assert names(desk, "?sort=newest") == ["Ayşe", "Bea", "Karim"]
    assert names(desk, "?sort=name") == ["Ayşe", "Bea", "Karim"]


def test_what_is_missing_is_said_in_words(desk, ayse):
    [line] = desk.get("/volunteers").context["lines"]
    assert (line.bell, line.state) == ("wait", "not ready yet")
    assert line.why.startswith("Information note, Insurance, ")


def test_nobody_fits_and_nobody_is_there_are_different_pages(desk, els):
    assert desk.get("/volunteers?state=paused").content.decode().count("Nobody fits all of this.") == 1
    els.left_at = clock.now()
    els.save(update_fields=["left_at"])
    assert desk.get("/volunteers").content.decode().count("No volunteer yet.") == 1


def test_the_list_costs_the_same_queries_for_one_volunteer_and_for_three(desk, lindeboom):
    counted = []
    for name in ("Els", "Ayse", "Karim"):
        cast.volunteer(lindeboom, name=name)
        desk.post("/volunteers", {"name": "s"})
        with CaptureQueriesContext(connection) as queries:
            desk.post("/volunteers", {"name": "s"})
        counted.append(len(queries))
    assert counted[0] == counted[2]


def test_the_page_tells_readiness_day_by_day(desk, lindeboom, els):
    yesterday = clock.today() - timedelta(days=1)
    readiness.end(els, lindeboom, Requirement.INSURANCE, last_day=yesterday, by=cast.SYSTEM)
    page = desk.get(page_of(els))
    met = {str(one.label): one.met for one in page.context["readiness"]}
    assert (met.pop("Insurance"), set(met.values())) == (False, {True})
    assert page.content.decode().count("not ready to be sent yet.") == 1


def test_that_the_number_was_shown_is_recorded(desk, nadia, els):
    desk.get(page_of(els))
    event = Event.objects.get(verb="number.shown")
    assert (event.actor, event.subject_id, event.organisation_id) == (
        f"staff:{nadia.pk}",
        str(els.pk),
        nadia.organisation_id,
    )


def test_only_our_own_visits_and_offers_are_shown(desk, neighbour, lindeboom, sleutel):
    els = cast.volunteer(lindeboom, sleutel)
    theirs = cast.booked(cast.request(sleutel, client={"address_as": "Madame Autre"}), els)
    page = desk.get(page_of(els))
    assert (page.context["visits"], page.context["offers"]) == ([], [])
    assert page.content.decode().count("Madame Autre") == 0
    assert [line.visit for line in neighbour.get(page_of(els)).context["visits"]] == [theirs]


def test_a_pause_ends_offers_and_opens_visits_again(desk, lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    desk.post(reverse("desk:volunteer_deed", args=[els.pk, "pause"]))
    els.refresh_from_db()
    assert els.paused_at == clock.now()
    assert Visit.objects.get(pk=visit.pk).status == "cancelled"


def test_back_from_a_pause(desk, els):
    desk.post(reverse("desk:volunteer_deed", args=[els.pk, "pause"]))
    desk.post(reverse("desk:volunteer_deed", args=[els.pk, "resume"]))
    els.refresh_from_db()
    assert els.paused_at is None


def test_pausing_is_for_a_coordinator(client, lindeboom, els):
    client.force_login(cast.staff(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(page_of(els)).context["may_pause"] is False
    assert client.post(reverse("desk:volunteer_deed", args=[els.pk, "pause"])).status_code == 403
    els.refresh_from_db()
    assert els.paused_at is None


def test_who_is_not_there_and_what_cannot_be_done_do_not_exist(desk, lindeboom, els):
    assert desk.get(reverse("desk:volunteer", args=[lindeboom.pk])).status_code == 404
    assert desk.post(reverse("desk:volunteer_deed", args=[els.pk, "dance"])).status_code == 404
