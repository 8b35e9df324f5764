"""A walk through the house from link to link: one address of every page, and what keeps somebody out there."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
# Text that goes off the page sideways, also of a reader who enlarged it four times (WCAG 1.4.10).
NARROWEST = 320
WIDE_AND_LIGHT, NARROW_AND_DARK = (1280, "light"), (360, "dark")
# How a page is looked at: on an everyday run each width and each scheme once, on the long one all four.
LOOKS = (WIDE_AND_LIGHT, NARROW_AND_DARK, *(((360, "light"), (1280, "dark")) if LONG else ()))
# What does not end in a page: files, sounds, and what leads out of the house.
FILES = re.compile(r"\.(?:csv|xlsx|pdf|json|ics)$|/voice$|^/static/|^/api/")
LINKS = "Array.from(document.querySelectorAll('a[href]'), link => link.href)"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Of every page: its own language and direction, one h1 which is the first heading, and links of one name to one address.
FACTS = """() => {
  const seen = (one) => one.getClientRects().length > 0;
  const said = (one) => (one.getAttribute("aria-label") || one.innerText || one.textContent).replace(/\\s+/g, " ").trim();
  const headings = [...document.querySelectorAll("h1, h2, h3, h4")].filter(seen);
  const to = {};
  for (const link of [...document.querySelectorAll("main a[href]")].filter(seen))
    (to[said(link)] ||= new Set()).add(link.href.split("#")[0]);
  return {
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
    h1: headings.filter((one) => one.tagName === "H1").length,
    first: headings.length ? headings[0].tagName : "",
    ambiguous: Object.keys(to).filter((name) => to[name].size > 1),
    live: document.querySelectorAll("[role=status], [role=alert], [aria-live]").length,
  };
}"""


def name_of(path: str) -> str:
    """The page's name in urls.py; nothing for an address that is no page of ours."""
    try:
        found = resolve(path)
    except Resolver404:
        return ""
    return ":".join([*found.namespaces, found.url_name or ""])


@dataclass
class Walk:
    """`pages`: one address for every page that was come upon, by its name."""

    page: Page
    home: str
    pages: dict[str, str] = field(default_factory=dict)

    def from_(self, *starts: str, leave_out: Iterable[str] = ()) -> "Walk":
        waiting = list(starts)
        for path in waiting:
            answer = self.page.goto(self.home + path)
            assert answer is not None, path
            assert answer.status < 400, f"{path}: {answer.status}"
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            self.pages.setdefault(name_of(urlsplit(path).path), path)
            known = {name_of(urlsplit(one).path) for one in waiting} | set(leave_out)
            for link, name in self._links():
                if name not in known:
                    known.add(name)
                    waiting.append(link)
        return self

    def _links(self) -> Iterator[tuple[str, str]]:
        for href in self.page.evaluate(LINKS):
            parts = urlsplit(href)
            if href.startswith(self.home) and not FILES.search(parts.path) and (name := name_of(parts.path)):
                yield parts.path + (f"?{parts.query}" if parts.query else ""), name


def what_keeps_out(page: Page, axe: Callable[[Page], list[str]], *, lang: str, dir: str = "ltr") -> list[str]:
    """Everything that is wrong with the page that is open, wide and narrow, light and dark."""
    found = list(wrong_facts(page.evaluate(FACTS), lang=lang, dir=dir))
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found += [f"{width} {scheme}: {line}" for line in axe(page)]
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    if (wider := page.evaluate(WIDER)) > 0:
        found.append(f"{wider} px too wide at {NARROWEST}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    return found


def wrong_facts(facts: dict[str, object], *, lang: str, dir: str) -> Iterator[str]:
    if facts["lang"] != lang or facts["dir"] != dir:
        yield f"it says it is {facts['lang']} {facts['dir']}"
    if facts["h1"] != 1 or facts["first"] != "H1":
        yield f"{facts['h1']} h1, the first heading is {facts['first']}"
    if facts["ambiguous"]:
        yield f"the same words lead to different pages: {facts['ambiguous']}"
    if not facts["live"]:
        yield "nowhere to tell what happened"
