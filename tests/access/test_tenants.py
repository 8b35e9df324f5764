"""No organisation sees another's clients: every page, list, search, suggestion, feed and operation."""

import os
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client as Browser

from digibel.organisations.models import Role
from digibel.scheduling import calendars

from .conftest import House, address, routes
from .test_matrix import DEEDS, DEMO, table
from .test_operations import operations

pytestmark = pytest.mark.django_db
LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
# Pages of nobody's: what a link or a secret opens, the simulator's telephones, and the drawings of `/design`.
APART = (
    "gateway",
    "healthz",
    "readyz",
    "metrics",
    "set_language",
    "desk:card",
    "desk:calendar",
    "desk:login",
    "desk:design",
    DEMO,
)


def asked_on(mine: House, theirs: House) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Everything that can be asked with one's own login: every page of one's own, and every question about theirs."""
    for name, route in routes():
        if name.startswith(APART) or name == "desk:logout":
            continue
        for parts in (mine.parts(), theirs.parts()) if "<" in route else ({},):
            for deed in DEEDS.get(name, ("",)):
                rows = table().get(f"{name}/{deed}" if deed else name, {})
                for method, who in rows.items():
                    if who != "-":
                        yield method, address(route, parts | {"deed": deed}), {}
    guido = theirs.booked.client
    number = guido.recipient.number
    for q in (
        guido.first_name,
        guido.family_name,
        guido.called,
        number,
        f"0{number[3:]}",
        theirs.booked.request.reference,
    ):
        yield "POST", "/search", {"q": q}
    for told in (
        {"phone": number},
        {"first_name": guido.first_name, "family_name": guido.family_name},
        {"identity": str(guido.pk)},
        {"client": str(guido.pk)},
    ):
        for path in (
            "/requests/new/known",
            "/requests/new/verdict",
            "/requests/new/consent",
            "/requests/new",
            "/requests/new/fraud",
        ):
            yield "POST", path, told
        yield "GET", "/requests/new", told
    for day in (theirs.booked.starts_at, theirs.done.starts_at):
        yield "GET", "/visits", {"day": day.date().isoformat()}
        yield "GET", "/paper", {"day": day.date().isoformat()}
    yield "GET", "/requests", {"show": "closed"}
    yield "GET", "/match", {"request": theirs.waiting.reference}
    yield "POST", f"/requests/{mine.waiting.reference}/offers", {"volunteers": str(theirs.volunteer.pk)}


def told_to(browser: Browser, method: str, path: str, data: dict[str, str]) -> str:
    """What the answer says, with what it leads to; nothing it did is kept."""
    with transaction.atomic():
        ask = browser.get if method == "GET" else browser.post
        response = ask(path, data, follow=True)
        transaction.set_rollback(True)
    return b"".join(response.streaming_content if response.streaming else [response.content]).decode(errors="replace")


def leaks(text: str, theirs: House, asked: set[str]) -> set[str]:
    """What of theirs stands in it; not what the asker typed themselves, which comes back in the field."""
    return {mark for mark in theirs.marks if mark in text and mark not in asked}


def test_nothing_of_theirs_is_on_any_page(houses: tuple[House, House]):
    """On the long run in both directions."""
    found = {}
    for mine, theirs in (houses, houses[::-1]) if LONG else [houses]:
        browser = mine.browser(Role.COORDINATOR)
        for method, path, data in asked_on(mine, theirs):
            text = told_to(browser, method, path, data)
            typed = {mark for mark in theirs.marks if mark in path or any(mark in value for value in data.values())}
            typed |= {theirs.booked.client.recipient.number} if "phone" in data else set()
            if leaked := leaks(text, theirs, typed):
                found[method, path, tuple(data)] = leaked
    assert found == {}


def test_ones_own_is_there_or_nothing_was_looked_at(houses: tuple[House, House]):
    """The same net catches one's own people on one's own pages: a test that finds nothing at all would prove nothing."""
    mine, theirs = houses
    browser = mine.browser(Role.COORDINATOR)
    missing = {*mine.people, "Kwartelweg", mine.booked.request.reference}
    for method, path, data in asked_on(theirs, mine):
        if missing and not any(str(part) in path for part in theirs.parts().values()):
            missing -= leaks(told_to(browser, method, path, data), mine, set())
    assert missing == set()


def test_nothing_of_anybody_is_in_a_feed_and_nothing_of_theirs_in_ones_operations(houses: tuple[House, House]):
    mine, theirs = houses
    everybody = {mark for house in houses for mark in house.marks}
    for token in (
        calendars.token(mine.organisation),
        calendars.token(mine.volunteer),
    ):
        feed = Browser().get(f"/calendar/{token}.ics").content.decode()
        assert "BEGIN:VEVENT" in feed
        assert {mark for mark in everybody if mark in feed} == set()
    own = Browser().get(f"/calendar/{calendars.token(mine.organisation)}.ics").content.decode()
    assert str(theirs.booked.pk) not in own
    browser = Browser(headers={"authorization": f"Bearer {mine.secret}"})
    for name, method, path in operations():
        if method == "GET" and "{" not in path:
            assert leaks(browser.get(f"/api/v1{path}").content.decode(), theirs, set()) == set(), name


def test_a_volunteers_card_and_offers_name_nobody_else(houses: tuple[House, House]):
    """One volunteer, two organisations: each card is about one visit."""
    for mine, theirs in (houses, houses[::-1]):
        card = Browser().get(address("visit/<str:token>", mine.parts())).content.decode()
        assert mine.people[0] in card
        assert leaks(card, theirs, set()) == set()
