"""What the browser is given: files of others unchanged, and nothing that a strict content security policy forbids."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from django.test import Client

DESK = Path(__file__).parents[2] / "src" / "digibel" / "desk"
STATIC = DESK / "static" / "desk"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted(str(path.relative_to(DESK)) for path in DESK.glob("templates/desk/**/*.html"))
SPRITE = (STATIC / "icons.svg").read_text(encoding="utf-8")


def test_vendored_htmx_is_the_published_file() -> None:
    row = next(line for line in (VENDOR / "README.md").read_text().splitlines() if line.startswith("| `htmx.min.js`"))
    version, digest = (cell.strip(" `") for cell in (row.split("|")[3], row.split("|")[-2]))
    content = (VENDOR / "htmx.min.js").read_bytes()
    assert sha256(content).hexdigest() == digest
    assert f'version:"{version}"'.encode() in content


@pytest.mark.parametrize("template", TEMPLATES)
def test_template_has_nothing_inline(template: str) -> None:
    text = (DESK / template).read_text(encoding="utf-8")
    forbidden = r"\sstyle=|<style|\son[a-z]+=\"|hx-on|javascript:|<script(?![^>]*\ssrc=)|\|safe\b|hx-vals='js:"
    assert re.findall(forbidden, text) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_template_asks_nobody_else(template: str) -> None:
    assert (
        re.findall(r"(?:src|href|action)=\"(?:https?:)?//[^\"]*", (DESK / template).read_text(encoding="utf-8")) == []
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_template_posts_carry_the_token(template: str) -> None:
    """A form that posts holds csrf_token, so that it works without script."""
    text = (DESK / template).read_text(encoding="utf-8")
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL)
    assert [form for form in forms if "{% csrf_token %}" not in form] == []


@pytest.mark.parametrize("name", sorted(re.findall(r'<symbol id="([^"]+)"', SPRITE)))
def test_icon_has_a_box_and_no_colour_of_its_own(name: str) -> None:
    symbol = re.search(rf'<symbol id="{name}" viewBox="0 0 (?:24 24|28 28|24 36)">(.+?)</symbol>', SPRITE)
    assert symbol is not None
    assert (
        set(re.findall(r'(?:fill|stroke)="([^"]+)"', symbol[1]))
        - {
            "none",
            "currentColor",
            "var(--sheet)",
            "var(--wait-mark)",
        }
        == set()
    )


def test_icons_have_one_name_each() -> None:
    names = re.findall(r'<symbol id="([^"]+)"', SPRITE)
    assert len(names) == len(set(names))


def test_scripts_touch_no_person_data() -> None:
    """The only thing kept in the browser is whether the keys are on."""
    scripts = "".join(script.read_text(encoding="utf-8") for script in STATIC.glob("*.js"))
    assert re.findall(r"localStorage\.setItem\((\w+)", scripts) == ["STORE"]
    assert re.findall(r"\b(?:eval|fetch|XMLHttpRequest|innerHTML|document\.cookie)\b", scripts) == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "desk",
        "desk/",
        "desk/vendor/",
        "../settings.py",
        "%2e%2e/settings.py",
        "desk/../../../settings.py",
        ".git/config",
        "//etc/passwd",
    ],
)
def test_a_folder_is_not_listed_and_nothing_else_is_served(client: Client, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_only_what_a_page_needs_lies_where_it_is_served() -> None:
    served = [path for path in (DESK.parent).glob("*/static/**/*") if path.is_file()]
    assert len(served) > 15
    assert {path.suffix for path in served} <= {".css", ".js", ".svg", ".md", ".txt"}
    assert [path for path in served if path.suffix in {".md", ".txt"} and path.parent != VENDOR] == []
