"""Coming in by the log-in of a house that we did not write: npm's `oidc-provider`, which is certified by the OpenID Foundation.

What is refused of a house that lies is in `desk/test_outside_login.py`: a certified one never lies.
"""

import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from counterparts import left_out_if_missing
from desk.outside import named_in_file, new_browser, said, words
from desk.provider import realhouse
from desk.provider.realhouse import Person, new_key
from digibel.audit.actors import SYSTEM
from digibel.organisations import accounts, openid, outsidelogins
from digibel.organisations.models import AccountLink

pytestmark = pytest.mark.django_db

NOT_LET_IN = "Stad Brussel did not let you in, or does not answer. Try again, or come in with your password."
UNKNOWN = "Stad Brussel knows you. Here it belongs to no account."


@pytest.fixture(scope="module")
def _house():
    with left_out_if_missing(realhouse.open_house()) as opened:
        yield opened


@pytest.fixture
def house(_house, tmp_path):
    """There, as it is at first; named in the operator's file, and with nothing known of it from the test before."""
    _house.comes()
    with named_in_file(_house.issuer, tmp_path):
        yield _house


@pytest.fixture
def stad(house):
    return openid.houses()["stad"]


@pytest.fixture
def person():
    return Person("e-4711")


def away(browser, how=""):
    answer = browser.get(f"/login/with/stad{how}")
    assert answer.status_code == 302
    return answer["Location"]


def comes_in(person, browser=None, how=""):
    """There and back; returns our answer."""
    browser = browser or new_browser()
    return browser.get(person.goes(away(browser, how)))


def is_in(answer):
    return answer.client.session.get(SESSION_KEY)


def refused(answer):
    """Nobody is in, and the page says what people can do."""
    assert (answer.status_code, answer["Location"], is_in(answer)) == (303, "/login", None)
    assert NOT_LET_IN in said(answer.client)
    return True


def test_an_account_is_tied_by_its_owner_and_lets_them_in(house, nadia, person):
    browser = new_browser()
    browser.force_login(nadia)
    session = browser.session
    session["sure"] = time.time()
    session.save()
    browser.post("/account/with/stad")
    assert comes_in(person, browser, "?tie")["Location"] == "/account"
    assert "Tied: from now on you can come in with Stad Brussel." in said(browser, "/account")
    back = comes_in(person, how="?next=/requests")
    assert (back["Location"], is_in(back)) == ("/requests", str(nadia.pk))
    assert back.client.get("/requests").status_code == 200


def test_who_is_invited_ties_it_instead_of_choosing_a_password(house, nadia, person):
    link = accounts.give_link(nadia, by=SYSTEM)
    browser = new_browser()
    browser.post(reverse("desk:password_outside", args=[nadia.pk.hex, link, "stad"]))
    assert comes_in(person, browser, "?tie")["Location"] == "/"
    assert is_in(comes_in(person)) == str(nadia.pk)
    assert not AccountLink.objects.exists()


def test_tying_asks_who_they_are_though_they_are_logged_in_there(house, stad, nadia, person):
    assert comes_in(person).status_code == 403
    assert person.asked == ["login", "consent"]
    assert comes_in(person).status_code == 403
    assert person.asked == [], "it knows this browser"
    link = accounts.give_link(nadia, by=SYSTEM)
    browser = new_browser()
    browser.post(reverse("desk:password_outside", args=[nadia.pk.hex, link, "stad"]))
    assert is_in(comes_in(person, browser, "?tie")) == str(nadia.pk)
    assert "login" in person.asked


def test_somebody_whom_nobody_here_knows_stays_out(house, stad, nadia):
    outsidelogins.tie(nadia, stad, "e-4711")
    back = comes_in(Person("e-9999"))
    assert (back.status_code, is_in(back)) == (403, None)
    assert UNKNOWN in words(back)


def test_their_address_there_opens_no_account_here(house, nadia):
    nadia.email = "nadia@stad.example"
    nadia.save()
    back = comes_in(Person("nadia"))
    assert (back.status_code, is_in(back)) == (403, None)


def test_whoever_would_rather_not_is_back_at_the_page_with_the_password(house, stad, nadia, person):
    outsidelogins.tie(nadia, stad, person.name)
    browser = new_browser()
    assert refused(browser.get(person.goes(away(browser), rather_not=True)))


def test_a_way_back_opens_nothing_a_second_time(house, stad, nadia, person):
    outsidelogins.tie(nadia, stad, person.name)
    browser = new_browser()
    way = person.goes(away(browser))
    assert is_in(browser.get(way)) == str(nadia.pk)
    browser.post("/logout")
    assert is_in(browser.get(way)) is None


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA"])
def test_other_signatures_of_public_keys_are_read_too(house, stad, nadia, person, alg):
    outsidelogins.tie(nadia, stad, person.name)
    house.comes(alg=alg, keys=[new_key(alg)])
    assert is_in(comes_in(person)) == str(nadia.pk)


def test_a_token_that_our_own_secret_signs_proves_nothing(house, stad, nadia, person):
    outsidelogins.tie(nadia, stad, person.name)
    house.comes(alg="HS256")
    assert refused(comes_in(person))


@pytest.mark.parametrize("old", ["stays beside it", "is gone"])
def test_a_new_key_keeps_nobody_out(house, stad, nadia, person, old):
    outsidelogins.tie(nadia, stad, person.name)
    assert is_in(comes_in(person))
    house.comes(keys=[new_key(), *(realhouse.AT_FIRST["keys"] if old == "stays beside it" else [])])
    assert is_in(comes_in(person)) == str(nadia.pk)


def test_a_new_key_under_the_old_name_is_read_when_they_try_again(house, stad, nadia, person):
    outsidelogins.tie(nadia, stad, person.name)
    house.comes(keys=[new_key(kid="signs")])
    assert is_in(comes_in(person))
    house.comes(keys=[new_key(kid="signs")])
    assert refused(comes_in(person))
    assert is_in(comes_in(person)) == str(nadia.pk)


def test_another_secret_than_ours_lets_nobody_in_and_says_so(house, stad, nadia, person):
    outsidelogins.tie(nadia, stad, person.name)
    house.comes(secret="changed-there-and-not-here")
    assert refused(comes_in(person))


def test_a_house_that_is_away_is_told_in_words_and_let_in_when_it_is_back(house, stad, nadia, person):
    outsidelogins.tie(nadia, stad, person.name)
    house.goes()
    browser = new_browser()
    assert refused(browser.get("/login/with/stad"))
    house.comes()
    assert is_in(comes_in(person, browser)) == str(nadia.pk)


def test_a_house_that_goes_away_while_somebody_logs_in_is_told_in_words(house, stad, nadia, person):
    outsidelogins.tie(nadia, stad, person.name)
    browser = new_browser()
    way = person.goes(away(browser))
    house.goes()
    assert refused(browser.get(way))
    house.comes()
    assert is_in(comes_in(person, browser)) == str(nadia.pk)
