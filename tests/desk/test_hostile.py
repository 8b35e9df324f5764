"""Every address of the house, with whatever comes in: a page or a sentence, never a breakdown, and nothing half-saved."""

import os
import uuid

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

import cast
from digibel import clock
from digibel.requests.models import HelpRequest
from digibel.scheduling import calendars, cards
from digibel.volunteers import links, training
from plugins.worlds import NOW, built_once

pytestmark = pytest.mark.django_db

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
GARBAGE = ["", "\x00", "é" * 300, "-1", "99999999999999999999", "👍🏽"]
FIELDS = [
    "deed", "outcome", "text", "to", "forward", "until", "as", "reason", "language", "volunteers", "wave", "place", "route", "day",
    "q", "postcode", "kind", "phone", "windows", "away", "tasks", "consent", "minutes", "slug", "all_right", "alone", "dares",
    "with", "version", "keep", "shown_version", "floor", "best", "helper_name_0", "visit", "outcome", "state", "q",
    "worries", "page", "reach", "on", "client", "choice", "offer", "home", "once", "identity", "show", "next",
    "first_name", "number", "speaks", "hours", "list",
    "since", "version", "reference", "last_day", "module", "there", "year", "amount", "km", "paid_on", "payment", "try", "lang",
]  # fmt: skip


def _routes(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern)


ROUTES = sorted(
    {route for route in _routes(get_resolver().url_patterns) if not route.startswith(("api/", "^", "readyz"))}
)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with clock.travel(NOW):
        yield from built_once(django_db_blocker, _world)


def _world():
    lindeboom = cast.organisation()
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    return cast.coordinator(lindeboom), visit


@pytest.fixture
def house(world, db):
    coordinator, visit = world
    browser = Browser(raise_request_exception=False)
    browser.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    return browser, visit


def _addresses(route, visit):
    """The route with parts that fit, and with parts that do not."""
    organisation = visit.request.organisation
    fitting = {
        "reference": visit.request.reference,
        "visit_id": visit.pk,
        "volunteer_id": visit.volunteer_id,
        "client_id": visit.client_id,
        "token": _token(route, visit),
        "deed": "cancel",
        "requirement": "insurance",
        "session_id": training.add_session(organisation, module="door", day=clock.today(), place="", by=cast.SYSTEM).pk,
        "name": "simulator",
    }
    for parts in (fitting, {}):
        address = "/" + route
        while "<" in address:
            before, _, rest = address.partition("<")
            what, _, after = rest.partition(">")
            kind, _, name = what.rpartition(":")
            foreign = uuid.uuid4() if kind == "uuid" else "nothing"
            address = f"{before}{parts.get(name, foreign)}{after}"
        yield address


def _token(route, visit):
    if "calendar" in route:
        return calendars.token(visit.volunteer)
    if "questions" in route:
        return links.token(links.open_link(visit.volunteer, visit.request.organisation))
    return cards.token(visit)


def _garbage_for(route):
    """All of it on the long run; on an everyday one a kind for each address, and every kind somewhere."""
    return GARBAGE if LONG else [GARBAGE[ROUTES.index(route) % len(GARBAGE)]]


@pytest.mark.parametrize("route", ROUTES)
def test_no_address_breaks_on_whatever_comes_in(route, house):
    browser, visit = house
    before = HelpRequest.objects.count()
    for address in _addresses(route, visit):
        assert browser.get(address).status_code < 500, address
        for garbage in _garbage_for(route):
            told = dict.fromkeys(FIELDS, garbage)
            assert browser.get(address, told).status_code < 500, (address, garbage)
            if address != "/logout":
                assert browser.post(address, told).status_code < 500, (address, garbage)
        assert browser.post(address, b"\xff\xfe{", content_type="application/json").status_code < 500, address
    assert HelpRequest.objects.count() == before
