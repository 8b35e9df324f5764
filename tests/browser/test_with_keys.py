"""A new request with the keyboard alone, as somebody takes it who has the telephone in the other hand: every stop can be seen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from .walking import LONG

MOST_STOPS = 250
HERE = """() => {
  const here = document.activeElement, look = getComputedStyle(here);
  const seen = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0;
  return { name: here.name || "", value: here.value || "", kind: here.type || here.tagName, seen };
}"""


def stop_at(page: Page, name: str, value: str = "") -> None:
    """Tab until this field; within a group of choices the arrows go on to the value."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        assert here["seen"], f"nobody sees that they are at {here}"
        if here["name"] == name and (value in {"", here["value"]} or here["kind"] == "radio"):
            break
    else:
        raise AssertionError(f"no way to {name} {value}")
    for _ in range(MOST_STOPS if here["kind"] == "radio" else 0):
        if page.evaluate(HERE)["value"] == value:
            page.keyboard.press("Space")
            return
        page.keyboard.press("ArrowDown")


def write(page: Page, name: str, text: str) -> None:
    stop_at(page, name)
    page.keyboard.type(text)


@pytest.mark.skipif(not LONG, reason="the long run logs one more request, in the same house")
def test_a_new_request_is_logged_by_keyboard_alone(page: Page, demo: str, log_in: Callable[[Page], None]) -> None:
    log_in(page)
    page.keyboard.press("n")
    page.wait_for_url(f"{demo}/requests/new")
    order = page.evaluate(
        "[...document.querySelectorAll('main [name]')].filter(one => one.getClientRects().length).map(one => one.name)"
    )
    told = {
        "phone": "0460 00 99 72",
        "first_name": "Armande",
        "family_name": "Claeskens",
        "address_as": "Mevrouw Claeskens",
        "street": "Voorbeeldstraat",
        "house_number": "14",
        "postcode": "1090",
        "in_own_words": "Ik wil videobellen",
        "best": "Nederlands",
    }
    chosen = {"channel": "sms", "tasks": "video-call", "home": "always", "consent": "spoken"}
    for name in sorted({*told, *chosen}, key=order.index):
        if name in told:
            write(page, name, told[name])
        else:
            stop_at(page, name, chosen[name])
            if name == "tasks":
                page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/requests/\d\d-\d+"))


@pytest.mark.skipif(not LONG, reason="the long run presses every key of the worklist")
def test_what_the_first_rows_ask_is_one_key_away(page: Page, demo: str, log_in: Callable[[Page], None]) -> None:
    """A page opens; a deed only gets the focus. Nothing acts while somebody types, or once the letters are switched off."""
    log_in(page)
    plates = page.locator("#worklist .do :is(a, button)")
    told = plates.evaluate_all("all => all.map(one => [one.getAttribute('aria-keyshortcuts'), one.href || ''])")
    assert [key for key, _href in told[:10]] == [*"123456789", None]
    leads = {key: href for key, href in told if key and href}
    figure, href = next(iter(leads.items()))
    page.locator("#q").focus()
    page.keyboard.press(figure)
    assert (page.locator("#q").input_value(), page.url) == (figure, f"{demo}/")
    page.locator("h1").click()
    for deed in {key for key, href in told if key and not href}:
        page.keyboard.press(deed)
        assert (page.evaluate("document.activeElement.getAttribute('aria-keyshortcuts')"), page.url) == (
            deed,
            f"{demo}/",
        )
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.locator("h1").click()
    page.keyboard.press(figure)
    page.keyboard.press("m")
    assert page.url == f"{demo}/"
    page.locator("[data-keys-switch]").check()
    page.locator("h1").click()
    page.keyboard.press("m")
    page.wait_for_url(f"{demo}/?who=mine")
    page.goto(demo)
    page.keyboard.press(figure)
    page.wait_for_url(href)
