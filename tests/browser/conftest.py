"""A real Chromium, and axe to look over every page it opens."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
READY_WITHIN = 180
COORDINATOR, PASSWORD = "fatima@lindeboom.example", "digibel-demo"
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


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`manage.py demo` on a free port, with people of its own; its address, which has a name: browsers make no passkeys for one in
    numbers. DIGIBEL_TEST_DEMO: that of one which runs already."""
    if running := os.environ.get("DIGIBEL_TEST_DEMO"):
        yield running
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("DIGIBEL_")}
    address = f"http://localhost:{port}"
    env |= {"DIGIBEL_HOME": str(tmp_path_factory.mktemp("demo")), "DIGIBEL_PUBLIC_URL": address}
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port)]
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(READY_WITHIN):
        assert process.poll() is None, "the demo ended by itself"
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(1)
    raise AssertionError("the demo did not begin to serve")


@pytest.fixture
def log_in(demo: str) -> Callable[[Page], None]:
    """``log_in(page)``: fills in the login as the coordinator, and waits until the day is there."""

    def come_in(page: Page) -> None:
        if not page.url.startswith(f"{demo}/login"):
            page.goto(f"{demo}/login")
        page.fill("[name=username]", COORDINATOR)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{demo}/")

    return come_in
