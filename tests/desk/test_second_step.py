"""Coming in with two steps, one's own way in, and sessions that end."""

import re
import time
from html import unescape
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.test import override_settings

import cast
from authenticator import Authenticator
from digibel.audit.actors import SYSTEM
from digibel.desk import sessions
from digibel.organisations import accounts, links, secondchance, secondsteps, sixdigits
from digibel.organisations.models import AccountLink

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE = "http://localhost:8000"


@pytest.fixture(autouse=True)
def wall():
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        yield clock


def new_browser():
    return Browser(headers={"accept-language": "en", "user-agent": AGENT})


@pytest.fixture
def browser():
    return new_browser()


def come_in(browser, staff, **more):
    return browser.post("/login", {"username": staff.email, "password": PASSWORD, **more})


def code(app):
    return sixdigits.digits(app.secret, int(time.time() // 30))


@pytest.fixture
def app(nadia, wall):
    """Nadia comes in with an app; its next code was not used yet."""
    begun = secondsteps.begin_app(nadia)
    secondsteps.confirm_app(nadia, code(begun))
    wall.shift(60)
    return begun


def is_in(browser):
    return browser.get("/").status_code == 200


def test_password_alone_opens_nothing(browser, nadia, app):
    assert come_in(browser, nadia, next="/calls").url == "/login/second"
    assert not is_in(browser)
    assert browser.post("/login/second", {"code": code(app)}).url == "/calls"
    assert is_in(browser)


def test_nobody_is_sent_to_another_site_after_two_steps(browser, nadia, app):
    come_in(browser, nadia, next="https://example.com/")
    assert browser.post("/login/second", {"code": code(app)}).url == "/"


def test_second_step_without_the_first_leads_back(browser, nadia, app):
    for ask in (browser.get, browser.post):
        assert ask("/login/second").url == "/login"


def test_five_minutes_after_the_password_one_begins_again(browser, nadia, app, wall):
    come_in(browser, nadia)
    wall.shift(301)
    assert browser.post("/login/second", {"code": code(app)}).url == "/login"
    assert not is_in(browser)


def test_wrong_codes_shut_the_door_like_wrong_passwords(browser, nadia, app):
    come_in(browser, nadia)
    answers = [browser.post("/login/second", {"code": f"00000{one}"}).status_code for one in range(6)]
    assert answers == [422, 422, 422, 422, 422, 429]
    assert browser.post("/login/second", {"code": code(app)}).status_code == 429
    # Nor does the password open it again, in another browser.
    assert come_in(new_browser(), nadia).status_code == 429


def test_closed_between_the_steps_stays_out(browser, nadia, app):
    come_in(browser, nadia)
    accounts.close(nadia, by=SYSTEM)
    assert browser.post("/login/second", {"code": code(app)}).url == "/login"


def test_spare_code_opens_too_and_is_asked_for_on_the_same_page(browser, nadia, app):
    [spare, *_] = secondsteps.new_spare_codes(nadia)
    come_in(browser, nadia)
    assert browser.post("/login/second", {"code": spare}).status_code == 302


@override_settings(DIGIBEL_TWO_STEPS=True)
def test_whoever_must_have_two_steps_sets_one_up_before_the_first_page(browser, nadia):
    come_in(browser, nadia)
    for page in ("/", "/calls", "/visits", "/volunteers"):
        assert browser.get(page).url == "/account"
    assert browser.post("/search", {"q": "Claes"}).url == "/account"
    html = browser.get("/account").content.decode()
    assert "Nog één ding voor u begint." in html  # in the language of who came in
    secret = re.search(r"<code dir=\"ltr\">([A-Z2-7 ]+)</code>", browser.get("/account/app").content.decode())[1]
    typed = sixdigits.digits(secret.replace(" ", ""), int(time.time() // 30))
    page = browser.post("/account/app", {"code": typed})
    assert len(re.findall(r"<code dir=.ltr.>[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}<", page.content.decode())) == 10
    assert page["Cache-Control"] == "no-store"
    assert is_in(browser)
    assert browser.post("/account/do/no-app").status_code == 303
    assert secondsteps.exist(nadia)


@override_settings(DIGIBEL_TWO_STEPS=True)
def test_network_must_have_two_steps_too(browser, lindeboom):
    come_in(browser, cast.staff(lindeboom, name="Samira", role="network"))
    assert browser.get("/network").url == "/account"


def test_setting_it_up_ends_what_was_open_elsewhere_with_one_step(browser, nadia):
    other = new_browser()
    come_in(browser, nadia)
    come_in(other, nadia)
    browser.get("/account/app")
    browser.post("/account/app", {"code": code(secondsteps.begun_app(nadia))})
    assert (is_in(browser), is_in(other)) == (True, False)


def test_wrong_digits_keep_the_square(browser, nadia):
    come_in(browser, nadia)
    browser.get("/account/app")
    before = secondsteps.begun_app(nadia).pk
    page = browser.post("/account/app", {"code": "my olifant wachtwoord"})
    assert (page.status_code, "olifant" in page.content.decode()) == (422, False)
    assert (secondsteps.begun_app(nadia).pk, secondsteps.exist(nadia)) == (before, False)


def test_open_screen_changes_nobodys_way_in(browser, nadia, app, wall):
    come_in(browser, nadia)
    browser.post("/login/second", {"code": code(app)})
    wall.shift(601)
    for page in ("/account/app", "/account/password", "/account/passkey"):
        assert browser.get(page).url == "/account"
    for deed in ("/account/spare", "/account/do/no-app"):
        assert browser.post(deed).url == "/account"
    assert secondsteps.exist(nadia)
    assert browser.post("/account/sure", {"password": "wrong"}).status_code == 422
    assert browser.post("/account/sure", {"password": PASSWORD}).url == "/account"
    assert browser.get("/account/app").status_code == 200


def test_guessing_the_password_at_an_open_screen_ends_it(browser, nadia):
    come_in(browser, nadia)
    answers = [browser.post("/account/sure", {"password": f"wrong {one}"}).status_code for one in range(6)]
    assert answers == [422] * 5 + [429]
    assert not is_in(browser)


def test_another_password_ends_what_is_open_elsewhere(browser, nadia):
    other = new_browser()
    come_in(browser, nadia)
    come_in(other, nadia)
    easy = {"new_password1": "Lindeboom2026!", "new_password2": "Lindeboom2026!"}
    assert browser.post("/account/password", easy).status_code == 422
    browser.post("/account/password", {"new_password1": "zeven gele fietsen", "new_password2": "zeven gele fietsen"})
    assert (is_in(browser), is_in(other)) == (True, False)


# --- passkeys -----------------------------------------------------------------------------------------------------


def options(page):
    return unescape(re.search(r'data-options="([^"]+)"', page.content.decode())[1])


@override_settings(DIGIBEL_PUBLIC_URL=HERE, ALLOWED_HOSTS=["testserver"])
def test_passkey_is_added_and_opens(browser, nadia):
    key = Authenticator(HERE)
    come_in(browser, nadia)
    made = browser.post("/account/passkey", {"passkey": key.make(options(browser.get("/account/passkey")))})
    assert made.status_code == 200  # the spare codes
    browser.post("/logout")
    come_in(browser, nadia)
    asked = options(browser.get("/login/second"))
    answer = key.sign(asked)
    assert browser.post("/login/second", {"passkey": "{}"}).status_code == 422
    assert browser.post("/login/second", {"passkey": answer}).status_code == 422  # it was asked once
    answer = key.sign(options(browser.get("/login/second")))
    assert browser.post("/login/second", {"passkey": answer}).status_code == 302
    assert is_in(browser)
    browser.post("/account/do/no-passkey", {"passkey": str(nadia.passkeys.get().pk)})
    assert nadia.passkeys.count() == 0


def test_no_passkey_where_browsers_make_none(browser, nadia):
    come_in(browser, nadia)
    assert browser.get("/account/passkey").status_code == 404


# --- sessions -----------------------------------------------------------------------------------------------------


def test_whoever_walks_away_is_out_after_an_hour(browser, nadia, wall):
    come_in(browser, nadia)
    for _ in range(3):
        wall.shift(59 * 60)
        assert is_in(browser)
    wall.shift(61 * 60)
    assert not is_in(browser)


def test_a_page_that_asks_by_itself_leaves_the_screen_with_its_reader(browser, nadia, wall):
    come_in(browser, nadia)
    asked_by = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?seen=9"}
    assert browser.get("/today/news?seen=x", headers=asked_by).status_code == 200
    wall.shift(3601)
    answer = browser.get("/today/news?seen=x", headers=asked_by)
    assert (answer.status_code, answer.content, answer["HX-Redirect"]) == (204, b"", "/login?next=%2F")
    assert browser.get("/today/news?seen=x").url.startswith("/login")


@pytest.mark.parametrize("page", ["/today/news", "/requests/26-0001/beside"])
def test_page_that_asks_by_itself_keeps_nobody_in(browser, nadia, wall, page):
    come_in(browser, nadia)
    for _ in range(6):
        wall.shift(11 * 60)
        browser.get(page)
    assert not is_in(browser)


def test_day_ends_also_for_who_never_stops(browser, nadia, wall):
    come_in(browser, nadia)
    for _ in range(13):
        wall.shift(55 * 60)
        assert is_in(browser)
    wall.shift(10 * 60)
    assert not is_in(browser)


def test_own_sessions_stand_in_a_list_and_one_ends_with_a_press(browser, nadia, lindeboom):
    other, omars = new_browser(), new_browser()
    for one, staff in ((browser, nadia), (other, nadia), (omars, cast.staff(lindeboom, name="Omar"))):
        come_in(one, staff)
    html = browser.get("/account").content.decode()
    assert html.count("Firefox, Linux") == 3  # twice, and once more for who listens
    [handle] = re.findall(r'name="session" value="(\w+)"', html)
    assert not Session.objects.filter(pk=handle).exists()
    omars.post("/account/do/end", {"session": handle})  # not theirs
    assert is_in(other)
    browser.post("/account/do/end", {"session": handle})
    assert [is_in(one) for one in (browser, other, omars)] == [True, False, True]


def test_all_others_end_at_once(browser, nadia):
    others = [new_browser() for _ in range(2)]
    for one in (browser, *others):
        come_in(one, nadia)
    browser.post("/account/do/end-others")
    assert [is_in(one) for one in (browser, *others)] == [True, False, False]


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (AGENT, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_of_a_browser_two_words_are_kept(agent, told):
    assert sessions.device(agent) == told


# --- links --------------------------------------------------------------------------------------------------------

CHOSEN = {"new_password1": "zeven gele fietsen", "new_password2": "zeven gele fietsen"}


def path(staff):
    return secondchance.path(staff, links.open_link(staff))


def test_link_opens_once_and_is_kept_as_a_hash(browser, nadia):
    link = path(nadia)
    assert AccountLink.objects.get().digest not in link
    assert browser.post(link, CHOSEN).url == "/login"
    assert browser.post(link, CHOSEN).status_code == 404


def test_link_is_over_after_three_days_when_another_is_given_or_when_it_is_ended(browser, nadia, frozen_clock):
    from digibel import clock

    first = path(nadia)
    with clock.travel(frozen_clock + links.LASTS["given"]):
        assert browser.get(first).status_code == 404
    second = path(nadia)
    assert [browser.get(one).status_code for one in (first, second)] == [404, 200]
    accounts.end_link(nadia, by=SYSTEM)
    assert browser.get(second).status_code == 404


def test_link_of_one_opens_nothing_of_another(browser, nadia, lindeboom):
    omar = cast.staff(lindeboom, name="Omar")
    assert browser.get(path(nadia).replace(nadia.pk.hex, omar.pk.hex)).status_code == 404


def test_link_does_not_go_round_the_second_step(browser, nadia, app):
    browser.post(path(nadia), CHOSEN)
    come_in(browser, nadia, password="zeven gele fietsen")
    assert not is_in(browser)


@pytest.fixture
def mailing():
    with override_settings(DIGIBEL_MAIL="file"):
        yield


def test_whoever_forgot_is_mailed_a_link_in_their_language(browser, nadia, mailing):
    nadia.language = "fr"
    nadia.save(update_fields=["language"])
    assert secondchance.mail(nadia.email_index) is True
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == ([nadia.email], "Un nouveau mot de passe pour Digibel")
    [link] = re.findall(r"/password/\S+", letter.body)
    assert browser.post(link, CHOSEN).url == "/login"


def test_no_mail_to_nobody_to_the_closed_or_twice_in_ten_minutes(nadia, lindeboom, mailing):
    gone = cast.staff(lindeboom, name="Weg")
    accounts.close(gone, by=SYSTEM)
    assert [secondchance.mail(trace) for trace in ("", "x", gone.email_index)] == [False] * 3
    assert [secondchance.mail(nadia.email_index) for _ in range(2)] == [True, False]
    assert len(mail.outbox) == 1


def test_mail_that_is_not_taken_leaves_no_link_and_can_be_asked_for_again(nadia, mailing, monkeypatch, caplog):
    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", refuse_mail)
        assert secondchance.mail(nadia.email_index) is False
    assert (AccountLink.objects.count(), nadia.email in caplog.text) == (0, False)
    assert secondchance.mail(nadia.email_index) is True


def refuse_mail(letter):
    raise SMTPRecipientsRefused({letter.to[0]: (450, b"later")})


def test_mail_in_somebodys_name_spoils_no_invitation(browser, nadia, mailing):
    invited = path(nadia)
    secondchance.mail(nadia.email_index)
    assert browser.get(invited).status_code == 200
    browser.post(invited, CHOSEN)
    assert AccountLink.objects.count() == 0


def test_everybody_reads_the_same_answer(browser, nadia, mailing, monkeypatch):
    asked = []
    monkeypatch.setattr(secondchance, "async_task", lambda *told: asked.append(told))
    pages = [browser.post("/login/forgotten", {"email": who}) for who in (nadia.email, "nobody@example.com")]
    assert [page.status_code for page in pages] == [200, 200]
    assert len({re.sub(r"[A-Za-z0-9]{64}", "", page.content.decode()) for page in pages}) == 1
    assert nadia.email not in repr(asked)


def test_password_in_the_field_of_the_address_does_not_come_back(browser, mailing):
    page = browser.post("/login/forgotten", {"email": "my olifant wachtwoord"})
    assert (page.status_code, "olifant" in page.content.decode()) == (422, False)


def test_without_mail_the_page_says_whom_to_ask(browser):
    assert "No mail leaves from here" in browser.get("/login/forgotten").content.decode()
    assert browser.post("/login/forgotten", {"email": "x@example.com"}).status_code == 422


def test_forgotten_is_asked_thirty_times_a_minute_from_one_address(browser, mailing, monkeypatch):
    monkeypatch.setattr(secondchance, "async_task", lambda *told: None)
    found = {browser.post("/login/forgotten", {"email": "x@example.com"}).status_code for _ in range(31)}
    assert found == {200, 429}


# --- how often it may be tried ------------------------------------------------------------------------------------


def test_address_in_capitals_is_not_another_account_to_try(browser, nadia):
    spelled = [nadia.email, nadia.email.upper(), f" {nadia.email}", nadia.email.title(), nadia.email, nadia.email]
    for typed in spelled:
        browser.post("/login", {"username": typed, "password": "wrong wrong"})
    assert come_in(browser, nadia).status_code == 429


def test_one_who_is_locked_out_locks_out_nobody_beside_them(browser, nadia, lindeboom):
    for _ in range(8):
        browser.post("/login", {"username": nadia.email, "password": "wrong wrong"})
    assert come_in(browser, cast.staff(lindeboom, name="Omar")).status_code == 302


def test_wrong_tries_are_forgotten_when_the_right_password_comes(browser, nadia):
    for _ in range(2):
        for _ in range(5):
            browser.post("/login", {"username": nadia.email, "password": "wrong wrong"})
        assert come_in(browser, nadia).status_code == 302
        browser.post("/logout")


@override_settings(DIGIBEL_TRIES_OF_ONE_ADDRESS=8)
def test_address_from_which_account_after_account_is_tried_is_shut(nadia, lindeboom):
    thief, office = new_browser(), new_browser()
    thief.defaults["HTTP_X_FORWARDED_FOR"] = "10.0.0.1, 192.0.2.66"
    office.defaults["HTTP_X_FORWARDED_FOR"] = "192.0.2.7"
    for one in range(8):
        thief.post("/login", {"username": f"staff{one}@example.com", "password": "wrong wrong"})
    assert come_in(thief, nadia).status_code == 429
    assert come_in(office, nadia).status_code == 302


@pytest.mark.parametrize("told", ["", "nonsense", "1.2.3.4, '; DROP", "999.1.1.1"])
def test_address_that_is_none_counts_as_who_is_on_the_line(browser, nadia, told):
    browser.defaults["HTTP_X_FORWARDED_FOR"] = told
    assert browser.post("/login", {"username": nadia.email, "password": "wrong wrong"}).status_code == 422
