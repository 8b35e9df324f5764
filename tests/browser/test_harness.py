"""The browser opens, and axe sees what it is there to see."""

from collections.abc import Callable

from playwright.sync_api import Page

SOUND = """<!doctype html><html lang="nl"><head><title>Digibel</title></head>
<body><main><h1>Vandaag</h1><button>{name}</button></main></body></html>"""


def test_axe_passes_a_sound_page(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.set_content(SOUND.format(name="Bel aan"))
    assert axe(page) == []


def test_axe_names_a_button_without_a_name(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.set_content(SOUND.format(name=""))
    assert axe(page) == ["button-name: <button></button>"]
