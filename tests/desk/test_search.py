"""One field for a reference, a telephone number or a name."""

import pytest
from django.test import Client as Browser

import cast

from .conftest import logged_in

pytestmark = pytest.mark.django_db

PEETERS = {"first_name": "Véra", "family_name": "Peeters", "address_as": "Mevrouw Peeters", "phone": "0470 12 34 56"}


@pytest.fixture
def request_of_vera(lindeboom):
    return cast.request(lindeboom, client=PEETERS)


def found(browser, q):
    context = browser.post("/search", {"q": q}).context
    return [one.client.called for one in context["clients"]], [one.first_name for one, _ in context["volunteers"]]


@pytest.mark.parametrize("written", ["{0}", "{1} {2}", "{1}{2}", " {1}.{2} "])
def test_a_reference_leads_to_its_request(desk, request_of_vera, written):
    reference = request_of_vera.reference
    answer = desk.post("/search", {"q": written.format(reference, *reference.split("-"))})
    assert (answer.status_code, answer.url) == (303, f"/requests/{reference}")


@pytest.mark.parametrize("q", ["0470 12 34 56", "+32470123456", "peeters", "vera peeters", "PEETERS Véra"])
def test_a_client_is_found_by_number_or_name(desk, request_of_vera, q):
    assert found(desk, q) == (["Mevrouw Peeters"], [])


@pytest.mark.parametrize("q", ["", "   ", "p", "peeters janssens", "26-9999", "0470 99 99 99", "\x00", "%", "[]"])
def test_what_fits_nobody_finds_nobody(desk, request_of_vera, q):
    assert found(desk, q) == ([], [])


def test_a_volunteer_is_found_by_telephone(desk, lindeboom):
    els = cast.volunteer(lindeboom)
    assert found(desk, els.recipient.number) == ([], ["Els"])


@pytest.mark.parametrize(("q", "volunteers"), [("els", ["Els"]), ("peet els", []), ("e", [])])
def test_a_volunteer_is_found_by_the_beginning_of_a_name(desk, lindeboom, request_of_vera, q, volunteers):
    cast.volunteer(lindeboom)
    assert found(desk, q) == ([], volunteers)


def test_each_client_comes_with_their_requests(desk, request_of_vera):
    [one] = desk.post("/search", {"q": "peeters"}).context["clients"]
    assert [request.reference for request in one.requests] == [request_of_vera.reference]


@pytest.mark.parametrize("q", ["peeters", "0470 12 34 56"])
def test_clients_of_others_are_not_found(neighbour, request_of_vera, q):
    assert found(neighbour, q) == ([], [])


def test_references_of_others_lead_nowhere(neighbour, request_of_vera):
    answer = neighbour.post("/search", {"q": request_of_vera.reference})
    assert (answer.status_code, answer.context["clients"]) == (200, [])


def test_what_is_searched_is_never_in_an_address(desk, request_of_vera):
    """Posted, and an address that says it all the same finds nobody: nothing of a person in a history, a log or a bookmark."""
    page = desk.get("/search", {"q": "peeters"})
    assert (page.context["clients"], page.context["q"]) == ([], "")
    form = desk.get("/").content.decode().partition('role="search"')[2].partition("</form>")[0]
    assert form.startswith(' method="post" action="/search"')
    assert "csrfmiddlewaretoken" in form
    assert desk.post("/search", {"q": "peeters"})["Cache-Control"] == "no-store"


def test_a_search_without_the_token_of_the_page_is_refused(nadia):
    browser = logged_in(Browser(enforce_csrf_checks=True), nadia)
    assert browser.post("/search", {"q": "peeters"}).status_code == 403


def test_a_secret_that_was_searched_for_is_not_shown_again(desk):
    page = desk.post("/search", {"q": "BE68 5390 0754 7034"}).content.decode()
    assert "5390 0754" not in page


def test_searching_logs_nobody(desk, request_of_vera, caplog):
    with caplog.at_level("DEBUG"):
        desk.post("/search", {"q": "Peeters"})
        desk.post("/search", {"q": "0470 12 34 56"})
    assert "peeters" not in caplog.text.lower()
    assert "12 34 56" not in caplog.text
