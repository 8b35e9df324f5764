"""A real Chromium, and axe to look over every page it opens."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = os.environ.get("DIGIBEL_CHROMIUM", "/usr/bin/chromium")
# Playwright's own loop runs in the thread of the test, and Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# WCAG 2.2 AA is what a public service has to meet; the best practices we meet too.
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser in Brussels, in Dutch, with nobody logged in."""
    fresh = browser.new_context(locale="nl-BE", timezone_id="Europe/Brussels", viewport={"width": 1280, "height": 800})
    fresh.set_default_timeout(10_000)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """``axe(page)``: one line per thing on the page that keeps somebody out; an empty list when there is none."""
    scanner = Axe()

    def scan(page: Page) -> list[str]:
        found = scanner.run(page, options=RULES).response["violations"]
        return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]

    return scan


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: DIGIBEL_TEST_SCREENSHOTS, for somebody to look at, else a folder that goes with the run."""
    chosen = os.environ.get("DIGIBEL_TEST_SCREENSHOTS")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
