"""The readers, as they are installed by `tools/calendar_readers`. One that is missing is left out, and in CI a failure."""

import ctypes
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import libical

READERS = Path(__file__).parents[2] / ".venv" / "readers"
ICAL_JS = READERS / "ical.js" / "node_modules" / "ical.js" / "dist" / "ical.js"


def left_out(name: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is missing: tools/calendar_readers installs it")
    pytest.skip(f"left out: {name} is not here")


@pytest.fixture(scope="session")
def c_library() -> ctypes.CDLL:
    library = libical.load()
    if library is None:
        left_out("libical")
    assert library is not None
    return library


@pytest.fixture(scope="session")
def node() -> list[str]:
    program = shutil.which("node")
    if program is None or not ICAL_JS.exists():
        left_out("ical.js")
    return [str(program), str(Path(__file__).with_name("ical_js.mjs")), str(ICAL_JS)]


@pytest.fixture(scope="session")
def khal() -> Path:
    if not (READERS / "bin" / "khal").exists():
        left_out("khal")
    return READERS / "bin" / "khal"


@pytest.fixture(scope="session")
def caldav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a calendar on a Radicale of our own, on loopback."""
    program = READERS / "bin" / "radicale"
    if not program.exists():
        left_out("Radicale")
    folder = tmp_path_factory.mktemp("radicale")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    options = ["--server-hosts", host, "--auth-type", "none", "--storage-filesystem-folder", str(folder / "data")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, "--config", "", "--rights-type", "authenticated", *options], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(server, host, folder / "log")
        yield f"http://{host}/els/visits/"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(server: "subprocess.Popen[bytes]", host: str, log: Path) -> None:
    name, _, port = host.partition(":")
    end = time.monotonic() + 20
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection((name, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"Radicale does not answer:\n{log.read_text()}")
