"""The colours of the desk, computed: every text can be read and every mark be seen, in both schemes."""

import re
from functools import cache
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "src" / "digibel" / "desk" / "static" / "desk"
SHEETS = sorted(path.name for path in STATIC.glob("*.css") if path.name != "tokens.css")

LEAST_TEXT = 4.5  # WCAG 1.4.3
GOAL_TEXT = 6.0
LEAST_MARK = 3.0  # WCAG 1.4.11

GROUNDS = ("paper", "sheet", "fold", "pen-tint", "wait-tint", "stop-tint", "done-tint")
TEXTS = [(text, ground) for text in ("ink", "soft", "pen") for ground in GROUNDS] + [
    ("stop", "paper"),
    ("stop", "sheet"),
    ("stop", "stop-tint"),
    ("stop", "pen-tint"),
    ("wait", "wait-tint"),
    ("done", "done-tint"),
    ("on-pen", "pen"),
    ("sheet", "ink"),
    ("sheet", "stop"),
]
MARKS = [
    (mark, ground)
    for mark in ("edge", "pen", "wait-mark", "stop", "done")
    for ground in ("paper", "sheet", "fold", "pen-tint", f"{mark.removesuffix('-mark')}-tint")
    if ground != "edge-tint"
]


@cache
def tokens(scheme: str) -> dict[str, str]:
    css = (STATIC / "tokens.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\n *\}", css, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(scheme: str, one: str, other: str) -> float:
    low, high = sorted(luminance(tokens(scheme)[name]) for name in (one, other))
    return (high + 0.05) / (low + 0.05)


def rules(css: str) -> list[tuple[str, str]]:
    """Selector and declarations of every rule that nests no other."""
    return re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def test_contrast_black_on_white_is_twenty_one() -> None:
    assert round((luminance("#ffffff") + 0.05) / (luminance("#000000") + 0.05), 6) == 21


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tokens_text_reaches_the_law_and_the_goal(scheme: str) -> None:
    reached = {pair: round(contrast(scheme, *pair), 2) for pair in TEXTS}
    assert {pair: ratio for pair, ratio in reached.items() if ratio < LEAST_TEXT} == {}
    assert {pair: ratio for pair, ratio in reached.items() if ratio < GOAL_TEXT} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tokens_borders_and_marks_can_be_seen(scheme: str) -> None:
    reached = {pair: round(contrast(scheme, *pair), 2) for pair in MARKS}
    assert {pair: ratio for pair, ratio in reached.items() if ratio < LEAST_MARK} == {}


def test_tokens_dark_changes_every_colour_that_carries_text_or_marks() -> None:
    names = {name for pair in TEXTS + MARKS for name in pair}
    assert {name for name in names if tokens("light")[name] == tokens("dark")[name]} == set()


@pytest.mark.parametrize("sheet", SHEETS)
def test_sheet_pairs_are_among_those_computed(sheet: str) -> None:
    """A rule that sets a text and its ground sets a pair from the list above."""
    pairs = set()
    for _selector, body in rules((STATIC / sheet).read_text(encoding="utf-8")):
        text = re.search(r"(?<![\w-])color: var\(--([\w-]+)\)", body)
        ground = re.search(r"background(?:-color)?: var\(--([\w-]+)\)", body)
        if text and ground:
            pairs.add((text[1], ground[1]))
    assert pairs - set(TEXTS) == set()


@pytest.mark.parametrize("sheet", SHEETS)
def test_sheet_holds_no_colour_of_its_own(sheet: str) -> None:
    css = (STATIC / sheet).read_text(encoding="utf-8")
    assert (
        re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(|\b(?:white|black|red|green|blue|gr[ae]y)\s*[;,)]", css) == []
    )


@pytest.mark.parametrize("sheet", SHEETS)
def test_sheet_uses_only_tokens_that_exist(sheet: str) -> None:
    known = set(re.findall(r"--([\w-]+):", (STATIC / "tokens.css").read_text(encoding="utf-8")))
    used = set(re.findall(r"var\(--([\w-]+)", (STATIC / sheet).read_text(encoding="utf-8")))
    assert used - known == set()


@pytest.mark.parametrize("sheet", SHEETS)
def test_sheet_names_its_sides_start_and_end(sheet: str) -> None:
    """So that a page in Arabic turns round by itself."""
    css = (STATIC / sheet).read_text(encoding="utf-8")
    sided = r"(?:margin|padding|border)-(?:left|right)|(?:^|[\s;{])(?:left|right):|(?:text-align|float|clear): (?:left|right)"
    assert re.findall(sided, css) == []
