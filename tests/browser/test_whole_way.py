"""The whole way in a real browser, on the demo as it is started for a newcomer: every step a person's, every text a real one."""

import json
import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

API_KEY = "dgb_demo_lindeboom"
# The worker looks for work a few times a second; a slow machine takes its time.
PATIENCE = 30_000


class Desk:
    """What a coordinator does with the pages, in the words of the house."""

    def __init__(
        self,
        page: Page,
        demo: str,
        axe: Callable[[Page], list[str]],
        log_in: Callable[[Page], None],
        screenshots: Path,
    ) -> None:
        self.page, self.demo, self.axe, self.come_in, self.screenshots = page, demo, axe, log_in, screenshots
        self.steps = 0

    def open(self, path: str) -> None:
        self.page.goto(self.demo + path)

    def look(self, name: str) -> None:
        """A picture, wide and narrow, and nothing on the page that keeps somebody out."""
        self.steps += 1
        for width in (1280, 360):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.screenshot(path=self.screenshots / f"{self.steps:02d}-{name}-{width}.png", full_page=True)
            wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{name} scrolls sideways at {width}"
        self.page.set_viewport_size({"width": 1280, "height": 800})
        assert self.axe(self.page) == []

    def log_in(self) -> None:
        self.open("/login")
        self.look("login")
        self.come_in(self.page)
        self.look("today")

    def log_request(self) -> str:
        """A call from meneer Devos, whose tablet acts strange. Returns the reference."""
        page = self.page
        self.open("/requests/new")
        texts = {
            "phone": "0460 00 99 71",
            "first_name": "Armand",
            "family_name": "Devos",
            "address_as": "Meneer Devos",
            "street": "Voorbeeldstraat",
            "house_number": "12",
            "postcode": "1090",
            "in_own_words": "Mijn tablet doet raar, ik wil videobellen",
        }
        for name, text in texts.items():
            page.fill(f"[name={name}]", text)
        page.check("[name=channel][value=sms]")
        page.select_option("[name=best]", "nl")
        expect(page.locator("[name=tasks][value=video-call]")).to_be_attached()
        page.locator("[name=tasks][value=video-call]").first.check()
        page.check("[name=home][value=always]")
        page.check("[name=consent][value=spoken]")
        self.look("intake")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/requests/\d\d-\d+"))
        return re.search(r"\d\d-\d{4,}", page.url).group()  # type: ignore[union-attr]

    def ask(self, reference: str) -> None:
        self.open(f"/requests/{reference}/match")
        self.look("match")
        self.page.locator("form[action$='/offers'] button.main").click()
        self.page.wait_for_load_state()
        self.look("asked")


class Telephones:
    """The simulator: one telephone at a time."""

    def __init__(self, page: Page, demo: str) -> None:
        self.page, self.demo = page, demo

    def lay_down(self, name: str, number: str = "") -> None:
        """The telephone of the newest person of this name, alone on the table."""
        self.page.goto(f"{self.demo}/phones")
        options = self.page.locator("option", has_text=re.compile(f"^{re.escape(name)}, "))
        wanted = options.first.get_attribute("value") if options.count() else None
        if wanted:
            self.page.goto(f"{self.demo}/phones?on={wanted}")

    def answer(self, name: str, text: str) -> None:
        self.lay_down(name)
        field = self.page.get_by_label(re.compile(rf"{re.escape(name)}$"))
        field.fill(text)
        field.press("Enter")
        expect(self.page.locator("table.phones")).to_contain_text(text)

    def hear(self, name: str, words: str) -> None:
        """Look again until the worker has sent this."""
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            self.lay_down(name)
            if self.page.locator("table.phones", has_text=words).count():
                return
            time.sleep(0.5)
        raise AssertionError(f"{words!r} never came on the telephone of {name}")

    def live_until(self, moment: str) -> None:
        """Let time pass until exactly then."""
        self.page.goto(f"{self.demo}/phones")
        self.page.locator("#step-next").evaluate("(button, moment) => { button.value = moment }", moment)
        self.page.locator("#step-next").click(timeout=120_000)
        self.page.wait_for_load_state()


def _ask_api(demo: str, path: str) -> Any:
    """The same house through its other door."""
    asked = urllib.request.Request(f"{demo}/api/v1/{path}", headers={"Authorization": f"Bearer {API_KEY}"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return json.load(answer)


def _starts_at(demo: str, reference: str) -> str:
    return next(visit["starts_at"] for visit in _ask_api(demo, "visits")["visits"] if visit["reference"] == reference)


def _listed(demo: str, reference: str) -> Any:
    return _ask_api(demo, f"help-requests/{reference}")


def _follow_up_due(demo: str, reference: str) -> str:
    """A week later, on a day on which people are at their desks."""
    deadline, action = time.monotonic() + PATIENCE / 1000, None
    while time.monotonic() < deadline:
        action = _listed(demo, reference)["next_action"]
        if action["kind"] == "follow_up":
            return str(action["due_at"])
        time.sleep(0.5)
    raise AssertionError(f"nobody is to follow up: {action}")


def _names_asked(page: Page) -> list[str]:
    return [name.strip() for name in page.locator("[aria-labelledby=asked-title] li strong").all_inner_texts()]


def _wait_until(page: Page, address: str, text: str) -> None:
    """Reload until the worker has done its part."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        page.goto(address)
        if page.locator("main", has_text=text).count():
            return
        time.sleep(0.5)
    raise AssertionError(f"{text!r} did not appear on {address}")


def test_a_request_goes_the_whole_way(
    page: Page,
    demo: str,
    axe: Callable[[Page], list[str]],
    log_in: Callable[[Page], None],
    screenshots: Path,
) -> None:
    desk, telephones = Desk(page, demo, axe, log_in, screenshots), Telephones(page, demo)
    desk.log_in()
    reference = desk.log_request()
    request = f"{demo}/requests/{reference}"
    desk.look("logged")
    desk.ask(reference)
    volunteer = _names_asked(page)[0]

    telephones.answer(volunteer, "1")
    _wait_until(page, request, f"{volunteer},")
    desk.look("booked")
    telephones.answer("Meneer Devos", "1")
    desk.look("telephones")

    telephones.live_until(_starts_at(demo, reference))
    telephones.answer(volunteer, "IN")
    telephones.answer(volunteer, "UIT")
    # A mere 1 would be a yes to whatever else they were asked meanwhile, too; then a person looks.
    telephones.answer(volunteer, "alles werkt")
    telephones.live_until(_follow_up_due(demo, reference))
    telephones.hear("Meneer Devos", "1 = ja")
    desk.look("asked-a-week-later")
    telephones.answer("Meneer Devos", "1")
    telephones.hear("Meneer Devos", "1 = nee")
    telephones.answer("Meneer Devos", "1")
    _wait_until(page, request, "Opgelost")
    desk.look("solved")
    assert _listed(demo, reference)["closed_as"] == "solved"
