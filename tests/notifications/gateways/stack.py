"""A telephone network on this machine: an SMSC on npm's `smpp`, and Debian's Kannel in front of it."""

import json
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, TimeoutError
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from django.test import Client

from counterparts import PATIENCE, Missing, end, free_port, node, wait_for

HERE = Path(__file__).parent
SECRET = "een-lang-geheim-woord"

KANNEL_CONF = """
group = core
admin-port = {admin}
admin-password = {secret}
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
admin-interface = 127.0.0.1
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{home}/bearerbox.log"
log-level = 0
store-type = spool
store-location = "{home}/store"
dlr-storage = internal
sms-combine-concatenated-mo = true
sms-combine-concatenated-mo-timeout = 3
sms-resend-freq = 1
http-timeout = 10

group = smsc
smsc = smpp
smsc-id = network
host = 127.0.0.1
port = {smsc}
transceiver-mode = true
smsc-username = kannel
smsc-password = geheim
system-type = ""
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1
enquire-link-interval = 30
reconnect-delay = 1
log-level = 0

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
log-file = "{home}/smsbox.log"
log-level = 0
http-request-retry = 100
http-queue-delay = 1

group = sendsms-user
username = digibel
password = geheim
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
post-url = "http://kannel:{secret}@127.0.0.1:{door}/gateways/kannel/inbound?id=%I"
send-sender = true
max-messages = 0
concatenation = true
"""


class Network:
    """The SMSC, and what it is told to do; see smsc.js."""

    def __init__(self, *, smpp: int, control: int) -> None:
        self.port = smpp
        self._control = control

    def __call__(self, *deed: Any) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self._control}/", json.dumps(deed).encode())
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def taken(self, user: str) -> list[dict[str, Any]]:
        return [part for part in self("taken") if part["user"] == user]

    def await_links(self, user: str, count: int = 1) -> None:
        wait_for(lambda: self("links", user) == count, what=f"{count} link(s) of {user}")


@contextmanager
def network() -> Iterator[Network]:
    with node(HERE / "smsc.js") as process:
        assert process.stdout is not None
        yield Network(**json.loads(process.stdout.readline()))


# --- our door -------------------------------------------------------------------------------------------------------


class Door:
    """Where Kannel finds us. Its calls wait until the test lets them in, so that all that touches the database is one thread."""

    def __init__(self) -> None:
        self._calls: Queue[tuple[dict[str, Any], Future[tuple[int, bytes]]]] = Queue()
        self.refuse = 0
        self.is_open = False
        self.called: list[str] = []
        calls, door = self._calls, self

        class Line(BaseHTTPRequestHandler):
            def _let_in(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
                content_type = self.headers.get("Content-Type", "")
                call = {
                    "method": self.command,
                    "path": self.path,
                    "data": body,
                    "content_type": content_type,
                    **headers,
                }
                answer: Future[tuple[int, bytes]] = Future()
                if door.is_open:
                    calls.put((call, answer))
                else:
                    answer.set_result((200, b"{}"))
                try:
                    status, content = answer.result(timeout=PATIENCE)
                except TimeoutError:
                    status, content = 503, b""
                # Whoever waited too long has hung up, and calls again.
                with suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST = _let_in

            def log_message(self, *unused: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @contextmanager
    def opened(self) -> Iterator["Door"]:
        """For one test. What the one before it left on the line is taken, and nothing is done with it."""
        self.refuse, self.called, self.is_open = 0, [], True
        try:
            yield self
        finally:
            self.is_open = False
            with suppress(Empty):
                while True:
                    self._calls.get_nowait()[1].set_result((200, b"{}"))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def until(self, true: Callable[[], Any], *, seconds: float = PATIENCE, what: str = "it") -> Any:
        """Let in whoever calls, until `true`."""

        def look() -> Any:
            with suppress(Empty):
                while True:
                    self._answer(*self._calls.get(timeout=0.02))
            return true()

        return wait_for(look, seconds=seconds, what=what)

    def _answer(self, call: dict[str, Any], answer: "Future[tuple[int, bytes]]") -> None:
        if self.refuse:
            self.refuse -= 1
            answer.set_result((503, b""))
            return
        response = Client().generic(**call)
        self.called.append(f"{call['method']} {call['path']} {response.status_code}")
        answer.set_result((response.status_code, response.content))


# --- Kannel ---------------------------------------------------------------------------------------------------------


class Kannel:
    def __init__(self, *, sendsms: int, admin: int, secret: str, home: Path) -> None:
        self.url = f"http://digibel:geheim@127.0.0.1:{sendsms}/cgi-bin/sendsms"
        self.sendsms = sendsms
        self.secret = secret
        self.home = home
        self._admin = admin

    def status(self) -> str:
        with (
            suppress(OSError),
            urllib.request.urlopen(
                f"http://127.0.0.1:{self._admin}/status.txt?password={self.secret}", timeout=2
            ) as answer,
        ):
            return str(answer.read().decode("utf-8", "replace"))
        return ""


@contextmanager
def kannel(*, smsc: int, door: int, home: Path) -> Iterator[Kannel]:
    """Both boxes, in front of the SMSC at this port; what comes in is told at the port `door`."""
    for box in ("bearerbox", "smsbox"):
        if not Path(f"/usr/sbin/{box}").exists():
            raise Missing("there is no Kannel here (apt-get install kannel)")
    ports = {name: free_port() for name in ("admin", "box", "sendsms")}
    secret = SECRET
    (home / "store").mkdir()
    conf = home / "kannel.conf"
    conf.write_text(KANNEL_CONF.format(smsc=smsc, door=door, home=home, secret=secret, **ports))
    processes: list[subprocess.Popen[Any]] = []
    try:
        stack = Kannel(sendsms=ports["sendsms"], admin=ports["admin"], secret=secret, home=home)
        for box, is_ready in (("bearerbox", "running"), ("smsbox", "smsbox")):
            said = (home / f"{box}.out").open("w")
            processes.append(
                subprocess.Popen([f"/usr/sbin/{box}", str(conf)], cwd=home, stdout=said, stderr=subprocess.STDOUT)
            )
            wait_for(lambda is_ready=is_ready: is_ready in stack.status(), what=box)
        yield stack
    finally:
        for process in reversed(processes):
            end(process)
