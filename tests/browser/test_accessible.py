"""WCAG 2.2 AA on every page in every state: wide and narrow, light and dark, in three languages, full and empty, refused,
and right to left. On an everyday run a few pages with most of the parts; the long run walks the whole house."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from .conftest import COORDINATOR, PASSWORD
from .walking import LONG, Walk, name_of, what_keeps_out

Axe = Callable[[Page], list[str]]

MANAGER = "ilse@lindeboom.example"
BROWSERS = {"nl": "nl-BE", "fr": "fr-BE", "en": "en-GB"}
# A few pages on which most of the parts stand; one is refused, one is empty, one is nobody's.
FEW = ("/", "/visits?span=week", "/places?postcode=abc", "/requests?postcode=1999", "/near?postcode=1090")
# To which no link leads: forms that are posted from elsewhere, and states.
MORE = (
    "/design",
    "/near",
    "/near?postcode=1090",
    "/near?postcode=abc",
    "/near/volunteer",
    "/letters",
    "/search",
    "/texts/by-hand",
    "/requests?show=closed",
    "/requests?postcode=1999",
    "/volunteers?state=paused",
    "/visits?day=2024-01-01",
    "/visits?span=week",
    "/places?postcode=abc",
    "/requests/99-9999",
    "/account/app",
    "/account/passkey",
    "/account/password",
    "/match/map?language=so",
)
# Pages of which the filled button, pressed with every field empty, is refused and says why.
REFUSED = (
    "desk:new_request",
    "desk:new_volunteer",
    "desk:new_place",
    "desk:keys",
    "desk:hooks",
    "desk:client_edit",
    "desk:volunteer_edit",
    "desk:complain",
    "desk:place",
    "desk:pool_list",
)
# Paper in the language of whoever gets it; and the page that shows the parts of other pages, also their first headings.
OTHERWISE = {"desk:information_note", "desk:design", "desk:law_file"}
EMPTY_AND_PRESS = """() => {
  const button = document.querySelector("main form[method=post] button.main");
  for (const field of button.form.elements) {
    if (field.type === "hidden") continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else if (field.tagName !== "BUTTON") field.value = "";
  }
  button.form.noValidate = true;
  button.form.requestSubmit(button);
}"""
ON_TELEPHONES = re.compile(r"/(?:visit|me|questions)/[0-9A-Za-z]{8,}")


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """``reader("fr")``: a fresh browser of somebody who reads French, with nobody logged in."""
    opened = []

    def open_for(language: str) -> Page:
        context = browser.new_context(
            locale=BROWSERS[language], timezone_id="Europe/Brussels", viewport={"width": 1280, "height": 800}
        )
        context.set_default_timeout(30_000)
        opened.append(context)
        return context.new_page()

    yield open_for
    for context in opened:
        context.close()


def come_in(page: Page, demo: str, who: str, language: str, password: str = PASSWORD) -> None:
    """Logged in, in this language: a browser that chose one keeps it."""
    page.context.add_cookies([{"name": "django_language", "value": language, "url": demo}])
    page.goto(f"{demo}/login")
    page.fill("[name=username]", who)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def look_at(page: Page, axe: Axe, demo: str, paths: list[str], lang: str, dir: str = "ltr") -> dict[str, list[str]]:
    """What is wrong, by address."""
    found = {}
    for path in paths:
        page.goto(demo + path)
        wrong = what_keeps_out(page, axe, lang=lang, dir=dir)
        if name_of(path.partition("?")[0]) in OTHERWISE:
            wrong = [line for line in wrong if "h1" not in line and "it says it is" not in line]
        if wrong:
            found[path] = wrong
    return found


def test_a_few_pages_keep_nobody_out(reader: Callable[[str], Page], demo: str, axe: Axe) -> None:
    page = reader("nl")
    come_in(page, demo, COORDINATOR, "nl")
    assert look_at(page, axe, demo, list(FEW), "nl") == {}


@pytest.mark.skipif(not LONG, reason="the long run walks the whole house")
@pytest.mark.parametrize("language", BROWSERS)
def test_every_page_keeps_nobody_out(reader: Callable[[str], Page], demo: str, axe: Axe, language: str) -> None:
    page = reader(language)
    come_in(page, demo, COORDINATOR, language)
    pages = Walk(page, demo).from_("/", "/plan").pages
    request, visit = pages["desk:request"], pages["desk:visit_desk"]
    paths = [*pages.values(), *MORE, f"{request}/slip", f"{visit}/letter"]
    found = look_at(page, axe, demo, paths, language)
    for name in REFUSED:
        page.goto(demo + pages[name])
        with page.expect_navigation() as answer:
            page.evaluate(EMPTY_AND_PRESS)
        assert answer.value.status == 422, name
        if wrong := what_keeps_out(page, axe, lang=language):
            found[f"{pages[name]}, refused"] = wrong
    assert found == {}


@pytest.mark.skipif(not LONG, reason="the long run walks the whole house")
@pytest.mark.parametrize("language", BROWSERS)
def test_a_new_organisation_begins_with_pages_that_keep_nobody_out(
    reader: Callable[[str], Page], demo: str, axe: Axe, language: str
) -> None:
    """The network's own pages, the link to a first password, and every page of a house in which nothing happened yet."""
    page = reader(language)
    found = {}
    come_in(page, demo, MANAGER, language)
    network = reverse("desk:network")
    found |= look_at(page, axe, demo, [network, reverse("desk:add_organisation")], language)
    first = f"{uuid.uuid4().hex[:8]}@nieuw.example"
    link = begin(page, first)
    found |= look_at(page, axe, demo, [page.url.removeprefix(demo)], language)
    newcomer = reader(language)
    newcomer.context.add_cookies([{"name": "django_language", "value": language, "url": demo}])
    found |= look_at(newcomer, axe, demo, ["/login", "/login/forgotten", link.removeprefix(demo)], language)
    choose_password(newcomer, demo, link, language)
    come_in(newcomer, demo, first, language, OWN_PASSWORD)
    empty = Walk(newcomer, demo).from_("/", leave_out=("demo:phones", "desk:place", "desk:volunteer")).pages
    found |= look_at(newcomer, axe, demo, list(empty.values()), language)
    assert found == {}


@pytest.mark.parametrize(
    "language",
    ["nl", *(pytest.param(one, marks=pytest.mark.skipif(not LONG, reason="the long run")) for one in ("fr", "en"))],
)
def test_the_second_step_keeps_nobody_out(reader: Callable[[str], Page], demo: str, axe: Axe, language: str) -> None:
    """Setting up an app and a passkey, and coming in with each: right, refused, and with the paper that is shown once."""
    if "localhost" not in demo:
        pytest.skip("a browser makes no passkeys for an address in numbers")
    manager, page, found = reader(language), reader(language), {}
    come_in(manager, demo, MANAGER, language)
    staff = f"{uuid.uuid4().hex[:8]}@nieuw.example"
    choose_password(page, demo, begin(manager, staff), language)
    come_in(page, demo, staff, language, OWN_PASSWORD)
    with_keys(page)

    def look(name: str) -> None:
        if wrong := what_keeps_out(page, axe, lang=language):
            found[name] = wrong

    page.goto(f"{demo}{reverse('desk:own_passkey')}")
    look("a new passkey")
    page.locator("form[data-passkey] button").click()
    page.wait_for_selector("main ol code")
    look("spare codes")
    page.goto(f"{demo}{reverse('desk:own_app')}")
    look("a new app")
    page.fill("[name=code]", "000000")
    page.locator("main form button.main").click()
    page.wait_for_selector("[aria-invalid=true]")
    look("a new app, refused")
    page.goto(f"{demo}{reverse('desk:own_account')}")
    look("one's own way in, with a passkey")
    page.context.clear_cookies()
    to_second_step(page, demo, staff, language)
    look("the second step")
    page.fill("[name=code]", "000000")
    page.locator("main form:not([data-passkey]) button.main").click()
    page.wait_for_selector("[aria-invalid=true]")
    look("the second step, refused")
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(lambda address: "/login" not in address)
    assert found == {}


OWN_PASSWORD = "een lang en eigen wachtwoord"


def choose_password(page: Page, demo: str, link: str, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": demo}])
    page.goto(link)
    for field in ("new_password1", "new_password2"):
        page.fill(f"[name={field}]", OWN_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login*")


def with_keys(page: Page) -> None:
    """A browser on a device that knows its owner's finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**device, "isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def to_second_step(page: Page, demo: str, who: str, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": demo}])
    page.goto(f"{demo}/login")
    page.fill("[name=username]", who)
    page.fill("[name=password]", OWN_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/second*")


def begin(page: Page, first: str) -> str:
    """A new organisation with its first coordinator. Returns the link behind which they choose a password."""
    number = f"{uuid.uuid4().int % 10**6:06d}"
    page.goto(page.url.split("/network")[0] + reverse("desk:add_organisation"))
    told = {"name": f"Nieuw {number[:2]}", "phone": f"02 89{number[:1]} {number[1:3]} {number[3:5]}"}
    told |= {"sms_number": f"0460 {number[:2]} {number[2:4]} {number[4:6]}", "postcode": "1090"}
    for name, text in told.items():
        page.fill(f"[name={name}]", text)
    page.locator("form button.main").click()
    page.wait_for_url(re.compile(r"/network/organisations/[0-9a-f-]{36}"))
    page.fill("[name=name]", "Noor")
    page.fill("[name=email]", first)
    page.select_option("[name=role]", "coordinator")
    page.locator("form button.main").click()
    return page.locator("#the-link").input_value()


@pytest.mark.skipif(not LONG, reason="the long run opens every link that lies on a telephone")
@pytest.mark.parametrize(
    ("language", "dir"), [("nl", "ltr"), ("fr", "ltr"), ("en", "ltr"), ("ar", "rtl"), ("tr", "ltr")]
)
def test_what_a_volunteer_opens_keeps_nobody_out(
    reader: Callable[[str], Page], demo: str, axe: Axe, language: str, dir: str
) -> None:
    """The visit card, the own page and the five questions, as their links lie on the telephones of the demo."""
    page = reader("nl")
    links = sorted(on_telephones(page, demo))
    assert {link.split("/")[1] for link in links} >= {"visit"}
    kinds = {link.split("/")[1]: link for link in links}
    kinds |= {"me": own_page_of(page, demo, kinds["visit"])}
    assert look_at(page, axe, demo, [f"{link}?lang={language}" for link in kinds.values()], language, dir) == {}


def on_telephones(page: Page, demo: str) -> set[str]:
    """Addresses in the texts of everybody's telephone."""
    page.goto(f"{demo}/phones")
    everybody = page.locator("#more option").evaluate_all("all => all.map(one => one.value)")
    found = set(ON_TELEPHONES.findall(page.content()))
    for one in everybody:
        page.goto(f"{demo}/phones?on={one}&all=1")
        found |= set(ON_TELEPHONES.findall(page.content()))
    return found


def own_page_of(page: Page, demo: str, card: str) -> str:
    page.goto(demo + card)
    page.locator("form[action$='/own-page'] button").click()
    page.wait_for_url("**/me/*")
    return page.url.removeprefix(demo).partition("?")[0]
