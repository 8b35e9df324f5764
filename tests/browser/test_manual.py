"""The pictures of the manual, of the demo in three languages: `DIGIBEL_TEST_MANUAL=1` puts them in docs/manual/pictures."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .conftest import COORDINATOR
from .test_accessible import BROWSERS, ON_TELEPHONES, come_in
from .walking import LONG

PICTURES = Path(__file__).parents[2] / "docs" / "manual" / "pictures"
TAKES = os.environ.get("DIGIBEL_TEST_MANUAL") == "1"
DESK, TELEPHONE = {"width": 900, "height": 600}, {"width": 360, "height": 760}
# From a hand above it, so that no letter is cut.
FROM = "one => window.scrollTo(0, document.querySelector(one).getBoundingClientRect().top + window.scrollY - 24)"
BELOW_THE_MENU, AT_THE_PEOPLE = "h1", "#can-title"


@pytest.mark.skipif(not (LONG or TAKES), reason="the long run takes the pictures of the manual")
@pytest.mark.parametrize("language", BROWSERS)
def test_pictures_of_the_manual_are_taken(browser: Browser, demo: str, tmp_path: Path, language: str) -> None:
    folder = PICTURES if TAKES else tmp_path
    context = browser.new_context(locale=BROWSERS[language], timezone_id="Europe/Brussels", viewport=DESK)
    context.set_default_timeout(30_000)
    page = context.new_page()
    come_in(page, demo, COORDINATOR, language)
    for name, path in {"today": "/", "new-request": "/requests/new", "match": a_match(page, demo)}.items():
        page.goto(demo + path)
        page.evaluate(FROM, AT_THE_PEOPLE if name == "match" else BELOW_THE_MENU)
        page.screenshot(path=folder / f"{name}-{language}.png")
    page.set_viewport_size(TELEPHONE)
    page.goto(f"{demo}{a_card(page, demo)}?lang={language}")
    page.evaluate(FROM, BELOW_THE_MENU)
    page.screenshot(path=folder / f"card-{language}.png")
    context.close()
    assert len(list(folder.glob(f"*-{language}.png"))) == 4


def a_match(page: Page, demo: str) -> str:
    """Of whoever has the most people to choose from, among the first that wait."""
    page.goto(f"{demo}/match")
    found = page.locator("#worklist a[href$='/match']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    people = {}
    for path in found[:8]:
        page.goto(demo + path)
        people[str(path)] = page.locator("form[action$='/offers'] tbody tr").count()
    assert any(people.values()), f"nobody to choose for any of {len(people)}"
    return max(people, key=lambda path: people[path])


def a_card(page: Page, demo: str) -> str:
    """The first that lies on a telephone."""
    page.goto(f"{demo}/phones")
    for one in page.locator("#more option").evaluate_all("all => all.map(one => one.value)"):
        page.goto(f"{demo}/phones?on={one}&all=1")
        for link in ON_TELEPHONES.findall(page.content()):
            if link.startswith("/visit/"):
                return str(link)
    raise AssertionError("no card on any telephone")
