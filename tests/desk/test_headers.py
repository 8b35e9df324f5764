"""What every answer says to the browser, and what a form from another site comes to."""

import pytest
from django.test import Client
from django.urls import reverse

from digibel.requests.models import HelpRequest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/login", "/visit/nobodys", "/nowhere", "/api/v1/docs", "/healthz", "/static/desk/icons.svg"]
)
def test_every_answer_lets_the_page_load_nothing_but_ours_and_be_framed_by_nobody(path):
    answer = Client().get(path)
    if not path.startswith("/static/"):
        rules = dict(rule.strip().split(" ", 1) for rule in answer["Content-Security-Policy"].split(";"))
        assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
        assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/near", "/healthz", "/metrics", "/api/v1/places"])
def test_nobody_keeps_an_answer(path):
    assert "no-store" in Client().get(path)["Cache-Control"]


def test_nobody_keeps_a_page_with_people_on_it(desk):
    pages = (
        "/",
        "/requests",
        "/volunteers",
        "/visits",
        "/inbox",
        "/calls",
        "/match",
        "/search",
        "/account",
        "/requests/new",
    )
    answers = {page: desk.get(page) for page in pages}
    assert {page: answer.status_code for page, answer in answers.items() if answer.status_code != 200} == {}
    assert {page for page, answer in answers.items() if "no-store" not in answer["Cache-Control"]} == set()


@pytest.mark.parametrize(
    "path", ["/login", "/healthz", "/near", "/metrics", "/static/desk/icons.svg", "/static/desk/keep.js"]
)
def test_what_is_text_says_its_letters_and_is_fetched_by_no_page_of_others(path):
    answer = Client().get(path, headers={"origin": "https://elsewhere.example"})
    assert "charset=" in answer["Content-Type"]
    assert [name for name in answer.headers if name.startswith("Access-Control")] == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "OPTIONS", "FOO"])
def test_a_page_is_read_or_posted_to_and_nothing_else(method, nadia):
    browser = Client()
    typed = f"username={nadia.email}&password=a+long+password"
    answer = browser.generic(method, "/login", typed, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer["Allow"], "digibel" in browser.cookies) == (405, "GET, HEAD, POST", False)


def test_the_cookie_of_who_is_logged_in_is_read_by_no_script_and_sent_by_no_other_site(nadia):
    browser = Client()
    browser.post(reverse("desk:login"), {"username": nadia.email, "password": "a long password"})
    cookie = browser.cookies["digibel"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_form_without_our_token_does_nothing(nadia):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(nadia)
    answer = browser.post(reverse("desk:new_request"), {"first_name": "Jos"})
    assert answer.status_code == 403
    assert not HelpRequest.objects.exists()
