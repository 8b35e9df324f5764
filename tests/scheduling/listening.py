"""A program that listens: what was brought to it, and what it answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Listener:
    """`answers` are the next statuses, 204 when there are none left; `heard` all that came, `taken` what was answered well."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.taken: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/in?token=1"

    @property
    def kinds(self) -> list[str]:
        return [one["kind"] for one in self.taken]


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.heard.append((dict(self.headers), body))
            status = listener.answers.pop(0) if listener.answers else 204
            if status < 300:
                listener.taken.append(json.loads(body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *told: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    listener.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
