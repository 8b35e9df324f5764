"""Coming in by the log-in of another house: who is let in, how an account is tied to it, and what is refused."""

import re
import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse
from joserfc.jwk import OctKey, OKPKey

import cast
import house as houses
from desk.outside import named_in_file, new_browser, said
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.organisations import accounts, openid, outsidelogins, secondsteps, sixdigits
from digibel.organisations.models import AccountLink, Organisation, OutsideLogin

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def house():
    with houses.open_house() as opened:
        yield opened


@pytest.fixture
def file(house, tmp_path, nadia):
    """The operator's file, written anew by whoever calls it."""
    with named_in_file(house.issuer, tmp_path) as write:

        def anew(two_steps="false", organisation=nadia.organisation.slug, more=""):
            write(f'organisations = ["{organisation}"]', f"two_steps = {two_steps}", more)

        anew()
        yield anew
    house.status, house.alg = 200, "RS256"
    house.key = house.shown = houses.KEY


@pytest.fixture
def leila(lindeboom):
    return cast.coordinator(lindeboom, name="Leila")


@pytest.fixture
def stad(file):
    return openid.houses()["stad"]


def go(browser, house, subject, *, tie=False, **claims):
    """To the house and back, as a browser goes."""
    away = browser.get("/login/with/stad" + ("?tie" if tie else ""))
    assert (away.status_code, away["Cache-Control"]) == (302, "no-store")
    return browser.get(house.lets_in(subject, away["Location"], **claims))


def who_is_in(browser):
    return browser.session.get(SESSION_KEY)


def is_known(browser, staff):
    return who_is_in(browser) == str(staff.pk)


def test_a_tied_log_in_lets_its_owner_in_and_on_to_where_they_were_going(house, stad, nadia):
    outsidelogins.tie(nadia, stad, "e-4711")
    browser = new_browser()
    away = browser.get("/login/with/stad?next=/requests")
    back = browser.get(house.lets_in("e-4711", away["Location"]))
    assert (back.status_code, back["Location"]) == (302, "/requests")
    assert is_known(browser, nadia)
    assert house.asked["scope"] == "openid"
    assert house.asked["redirect_uri"] == "http://testserver/login/with/stad/back"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_way_on_never_leads_to_another_site(house, stad, nadia, wanted):
    outsidelogins.tie(nadia, stad, "e-4711")
    browser = new_browser()
    away = browser.get("/login/with/stad", {"next": wanted})
    assert browser.get(house.lets_in("e-4711", away["Location"]))["Location"] == "/"


def test_nobody_is_known_by_their_address_alone(house, stad, nadia):
    browser = new_browser()
    back = go(browser, house, "somebody", email=nadia.email, email_verified=True)
    assert back.status_code == 403
    assert who_is_in(browser) is None
    assert "We do not know this log-in here yet" in back.content.decode()


LIES = {
    "another audience": {"aud": "somebody else"},
    "another issuer": {"iss": "https://evil.example"},
    "another nonce": {"nonce": "of yesterday"},
    "over": {"exp": 1},
    "nobody": {"sub": ""},
    "a number": {"sub": 7},
}


@pytest.mark.parametrize("claims", LIES.values(), ids=LIES)
def test_a_token_that_says_something_else_lets_nobody_in(house, stad, nadia, claims):
    outsidelogins.tie(nadia, stad, "e-4711")
    browser = new_browser()
    assert go(browser, house, "e-4711", **claims)["Location"] == "/login"
    assert who_is_in(browser) is None
    assert "Stad Brussel did not let you in" in said(browser)


KEYS = {"RS256": houses.STRANGE_KEY, "HS256": OctKey.import_key(houses.House.client_secret)}


@pytest.mark.parametrize("alg", KEYS)
def test_a_token_of_another_key_lets_nobody_in(house, stad, nadia, alg):
    outsidelogins.tie(nadia, stad, "e-4711")
    house.alg, house.key = alg, KEYS[alg]
    browser = new_browser()
    assert go(browser, house, "e-4711")["Location"] == "/login"
    assert who_is_in(browser) is None


def test_the_new_name_of_a_signature_is_known(house, stad, nadia):
    outsidelogins.tie(nadia, stad, "e-4711")
    house.alg, house.key = "Ed25519", OKPKey.generate_key("Ed25519", {"kid": "one"})
    house.shown = house.key
    browser = new_browser()
    go(browser, house, "e-4711")
    assert is_known(browser, nadia)


def test_a_way_back_counts_once_and_in_the_browser_that_went(house, stad, nadia):
    outsidelogins.tie(nadia, stad, "e-4711")
    browser, other = new_browser(), new_browser()
    path = house.lets_in("e-4711", browser.get("/login/with/stad")["Location"])
    assert other.get(path)["Location"] == "/login"
    assert who_is_in(other) is None
    browser.get(path)
    assert is_known(browser, nadia)
    browser.post("/logout")
    browser.get(path)
    assert who_is_in(browser) is None


def test_a_house_that_says_no_or_is_away_is_told_in_words(house, stad, nadia):
    browser = new_browser()
    browser.get("/login/with/stad")
    refused = browser.get("/login/with/stad/back?error=access_denied&error_description=pin+4821")
    assert refused["Location"] == "/login"
    assert "4821" not in said(browser)
    openid._client.cache_clear()
    house.status = 500
    assert browser.get("/login/with/stad")["Location"] == "/login"
    assert "Stad Brussel did not let you in, or does not answer" in said(browser)


def test_there_is_no_house_but_those_of_the_file(file):
    for path in ("/login/with/dorp", "/login/with/dorp/back"):
        assert new_browser().get(path).status_code == 404


def test_the_second_step_is_asked_here_unless_the_house_asked_for_it(house, file, nadia):
    outsidelogins.tie(nadia, openid.houses()["stad"], "e-4711")
    begun = secondsteps.begin_app(nadia)
    secondsteps.confirm_app(nadia, sixdigits.digits(begun.secret, int(time.time() // 30)))
    browser = new_browser()
    assert go(browser, house, "e-4711")["Location"] == "/login/second"
    assert who_is_in(browser) is None
    file(two_steps="true")
    assert go(browser, house, "e-4711")["Location"] == "/"
    assert is_known(browser, nadia)
    assert browser.get("/").status_code == 200


def test_a_closed_account_and_an_organisation_that_left_stay_out(house, file, nadia, leila):
    outsidelogins.tie(nadia, openid.houses()["stad"], "e-4711")
    file(organisation="another")
    assert go(new_browser(), house, "e-4711").status_code == 403
    file()
    accounts.close(nadia, by=SYSTEM)
    assert go(new_browser(), house, "e-4711").status_code == 403
    assert not OutsideLogin.objects.exists()


def test_tying_begins_at_ones_own_account_and_asks_again_who_it_is(house, stad, nadia):
    browser = new_browser()
    browser.force_login(nadia)
    browser.post("/account/with/stad")
    assert go(browser, house, "e-4711", tie=True).status_code == 403, "somebody left this screen open"
    session = browser.session
    session["sure"] = time.time()
    session.save()
    assert "Stad Brussel" in said(browser, "/account")
    between = browser.post("/account/with/stad")
    assert "/login/with/stad?tie" in between.content.decode()
    assert go(browser, house, "e-4711", tie=True)["Location"] == "/account"
    assert house.asked["prompt"] == "login"
    assert outsidelogins.whose(stad, "e-4711") == nadia
    assert "Tied: from now on you can come in with Stad Brussel." in said(browser, "/account")
    assert Event.objects.filter(verb="staff.outside_login_added").count() == 1


def test_a_press_that_was_left_ties_nobody_who_comes_in_later(house, stad, nadia, leila):
    outsidelogins.tie(leila, stad, "of leila")
    link = accounts.give_link(nadia, by=SYSTEM)
    browser = new_browser()
    browser.post(reverse("desk:password_outside", args=[nadia.pk.hex, link, "stad"]))
    go(browser, house, "of leila")
    assert is_known(browser, leila)
    assert outsidelogins.whose(stad, "of leila") == leila


def test_who_is_invited_needs_no_password(house, stad, nadia):
    link = accounts.give_link(nadia, by=SYSTEM)
    page = reverse("desk:choose_password", args=[nadia.pk.hex, link])
    browser = new_browser()
    assert "Your house has a log-in already" in said(browser, page)
    assert browser.post(f"{page}/with/stad").status_code == 200
    assert link not in str(dict(browser.session.items()))
    assert go(browser, house, "e-4711", tie=True)["Location"] == "/"
    assert is_known(browser, nadia)
    assert not AccountLink.objects.exists()
    assert browser.post(f"{page}/with/stad").status_code == 404


def test_a_link_that_ended_on_the_way_ties_nothing(house, stad, nadia):
    link = accounts.give_link(nadia, by=SYSTEM)
    browser = new_browser()
    browser.post(reverse("desk:password_outside", args=[nadia.pk.hex, link, "stad"]))
    accounts.end_link(nadia, by=SYSTEM)
    assert go(browser, house, "e-4711", tie=True)["Location"] == "/login"
    assert not OutsideLogin.objects.exists()


def test_one_log_in_is_one_account(stad, nadia, leila):
    outsidelogins.tie(nadia, stad, "e-4711")
    outsidelogins.tie(nadia, stad, "e-4711")
    with pytest.raises(outsidelogins.TiedAlready):
        outsidelogins.tie(leila, stad, "e-4711")
    with pytest.raises(outsidelogins.TiedAlready):
        outsidelogins.tie(nadia, stad, "e-4712")
    assert OutsideLogin.objects.count() == 1


def test_the_last_way_in_stays(stad, nadia):
    outsidelogins.tie(nadia, stad, "e-4711")
    nadia.set_unusable_password()
    nadia.save()
    with pytest.raises(outsidelogins.LastWayIn):
        outsidelogins.untie(nadia, "stad")
    assert OutsideLogin.objects.count() == 1
    nadia.set_password("a long password")
    nadia.save()
    outsidelogins.untie(nadia, "stad")
    outsidelogins.untie(nadia, "stad")
    assert not OutsideLogin.objects.exists()
    assert Event.objects.filter(verb="staff.outside_login_removed").count() == 1


def test_of_who_it_is_there_only_a_trace_is_kept(stad, nadia):
    outsidelogins.tie(nadia, stad, "79041512345")
    kept = OutsideLogin.objects.get()
    assert re.fullmatch("[0-9a-f]{64}", kept.subject)


MISTAKES = {
    "slug twice": '[[login]]\nslug="stad"\nname="x"\nissuer="https://x.example"\nclient_id="x"\nclient_secret_file="stad.secret"',
    "plain http": '[[login]]\nslug="x"\nname="x"\nissuer="http://x.example"\nclient_id="x"\nclient_secret_file="stad.secret"',
    "no secret": '[[login]]\nslug="x"\nname="x"\nissuer="https://x.example"\nclient_id="x"\nclient_secret_file="none"',
    "misspelt": '[[login]]\nslug="x"\nnaam="x"',
    "no toml": "[[login",
}


@pytest.mark.parametrize("more", MISTAKES.values(), ids=MISTAKES)
def test_a_file_that_cannot_be_right_is_said_at_the_start(file, more):
    from digibel.organisations.checks import logins_can_be_read

    assert logins_can_be_read() == []
    file(more=more)
    assert [found.id for found in logins_can_be_read()] == ["organisations.E003"]


def test_without_a_file_nothing_is_seen_of_it(db):
    assert Organisation.objects.count() == 0
    assert "/login/with/" not in new_browser().get("/login").content.decode()
