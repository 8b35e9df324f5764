"""How much a page weighs on the wire: an old laptop on a telephone's connection opens it too."""

import re

import pytest
from django.test import Client as Browser

import cast

pytestmark = pytest.mark.django_db

MOST = 60_000
ROWS = 6


def get(browser, path):
    """The bytes as they travel, to a browser that takes them compressed, and what kind of compression that is."""
    answer = browser.get(path, headers={"accept-encoding": "gzip, deflate, br"})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body, answer.get("Content-Encoding", "")


def files_of(page):
    return sorted(set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.decode())))


@pytest.mark.parametrize("path", ["/login", "/near"])
def test_first_page_with_all_it_needs_is_under_sixty_thousand_bytes(path):
    browser = Browser()
    page, _ = get(browser, path)
    files = {name: len(get(browser, name)[0]) for name in files_of(page)}
    assert len(files) > 8
    assert len(page) + sum(files.values()) < MOST, files


def test_a_page_is_never_compressed_and_a_file_is_what_it_was(desk):
    page, how = get(desk, "/")
    assert how == ""
    [htmx] = [name for name in files_of(page) if "htmx" in name]
    squeezed, how = get(desk, htmx)
    plain = b"".join(desk.get(htmx).streaming_content)
    assert how == "gzip"
    assert len(squeezed) * 2 < len(plain)


def test_thirty_rows_on_today_stay_under_sixty_thousand_bytes(desk, lindeboom):
    """Files are there already: only the page travels. Every row weighs the same, so a few tell of thirty."""
    empty = len(get(desk, "/")[0])
    for _ in range(ROWS):
        cast.request(lindeboom)
    row = (len(get(desk, "/")[0]) - empty) / ROWS
    assert empty + 30 * row < MOST
