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
