"""Between the workers and the one process that keeps the link: a socket in the home folder, for its owner alone.

One question and one answer, a JSON line each. A worker that has put its question and gets no answer does not know whether the
text left.
"""

import contextlib
import json
import os
import socket
import socketserver
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from digibel.notifications.errors import GatewayError

# Longer than the link itself waits for an answer of the SMSC, shorter than a task of the queue may take.
PATIENCE = 40.0
LONGEST = 64 * 1024
# What a socket's path may be long at most, on the strictest of the systems.
LONGEST_PATH = 100

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def path() -> Path:
    return Path(settings.HOME) / "smpp.sock"


def ask(question: dict[str, Any]) -> dict[str, Any]:
    """What the link says. Raises `GatewayError`: nobody there, or nobody answered."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE)
        try:
            line.connect(str(path()))
        except OSError:
            raise GatewayError("no_link", permanent=False, perhaps_sent=False) from None
        try:
            line.sendall(json.dumps(question).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile("rb").readline(LONGEST))
        except (OSError, ValueError):
            raise GatewayError("link_lost", permanent=False, perhaps_sent=True) from None
        return answer


class _Line(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            question = json.loads(self.rfile.readline(LONGEST))
            self.wfile.write(json.dumps(self.server.answer(question)).encode() + b"\n")  # type: ignore[attr-defined]


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: str, answer: Answer) -> None:
        self.answer = answer
        super().__init__(address, _Line)


@contextlib.contextmanager
def served(answer: Answer) -> Iterator[_Server]:
    """A server that is there while the block runs. One on this machine: `OSError` if another answers already."""
    here = path()
    if len(str(here)) > LONGEST_PATH:
        raise OSError(f"the home folder's path is too long for a socket: {LONGEST_PATH} characters at most")
    if _is_answered(here):
        raise OSError("another smpp_link runs already")
    here.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        server = _Server(str(here), answer)
    finally:
        os.umask(before)
    try:
        yield server
    finally:
        server.server_close()
        here.unlink(missing_ok=True)


def _is_answered(here: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.connect(str(here))
        except OSError:
            return False
    return True
