"""Coming in and going out."""

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"


@pytest.fixture
def browser(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def come_in(browser, staff, password=PASSWORD, **more):
    return browser.post("/login", {"username": staff.email, "password": password, **more})


def test_who_logs_in_comes_to_today(browser, nadia):
    answer = come_in(browser, nadia)
    assert (answer.status_code, answer.url) == (302, "/")
    assert browser.get("/").status_code == 200


def test_who_was_on_the_way_somewhere_arrives_there(browser, nadia):
    assert come_in(browser, nadia, next="/calls").url == "/calls"


def test_nobody_is_sent_to_another_site(browser, nadia):
    assert come_in(browser, nadia, next="https://example.com/").url == "/"


def test_the_desk_speaks_the_language_of_who_comes_in(browser, nadia):
    nadia.language = "fr"
    nadia.save(update_fields=["language"])
    assert come_in(browser, nadia).cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"


def test_a_language_that_was_chosen_before_stays(browser, nadia):
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert settings.LANGUAGE_COOKIE_NAME not in come_in(browser, nadia).cookies


def test_a_wrong_password_is_told_kindly(browser, nadia):
    answer = come_in(browser, nadia, "a wrong password")
    assert answer.status_code == 422
    assert answer.content.decode().count("do not fit together") == 1


def test_a_stranger_hears_the_same_as_somebody_with_a_wrong_password(browser, nadia):
    known = come_in(browser, nadia, "a wrong password")
    nadia.email = "stranger@example.com"
    stranger = come_in(browser, nadia, "a wrong password")
    assert (stranger.status_code, stranger.context["form"].errors) == (known.status_code, known.context["form"].errors)


def test_after_too_many_tries_the_door_stays_shut_and_says_so(browser, nadia):
    answers = [come_in(browser, nadia, f"wrong password {number}") for number in range(settings.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in answers[:-1]] == [422] * (settings.AXES_FAILURE_LIMIT - 1)
    assert answers[-1].status_code == 429
    right = come_in(browser, nadia)
    assert (right.status_code, right["Retry-After"]) == (429, "900")
    assert right.content.decode().count("Wait a quarter of an hour") == 1
    assert "_auth_user_id" not in browser.session


def test_a_closed_account_stays_out(browser, nadia):
    nadia.is_active = False
    nadia.save(update_fields=["is_active"])
    assert come_in(browser, nadia).status_code == 422


def test_going_out(desk):
    answer = desk.post("/logout")
    assert (answer.status_code, answer.url) == (303, "/login")
    assert desk.get("/").status_code == 302


def test_a_link_logs_nobody_out(desk):
    assert desk.get("/logout").status_code == 405
    assert desk.get("/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/today/news", "/calls", "/inbox", "/visits", "/volunteers", "/places", "/paper", "/search"]
)
def test_no_page_opens_without_a_login(browser, lindeboom, address):
    answer = browser.get(address)
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/login")
