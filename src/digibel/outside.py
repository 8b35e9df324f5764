"""Over the network to an address that somebody typed: a calendar, a program. It may be anywhere, and may be meant to do harm.

Https only; every address that a name stands for must be public, and the one that was looked at is the one that is connected to, so
that a name that changes its mind (DNS rebinding) leads nowhere. The same for each redirect. No more than so many bytes and seconds.
OWASP, Server-Side Request Forgery Prevention Cheat Sheet.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

LONGEST: Final = 2 * 1024 * 1024
LONGEST_ADDRESS: Final = 1000
SECONDS: Final = 15.0
POST_SECONDS: Final = 10.0
MOST_REDIRECTS: Final = 3
PORTS: Final = {"https": 443, "http": 80}
# Host and port that may be plain http and on this machine. Tests put theirs here; nobody else does.
ALLOWED: frozenset[tuple[str, int]] = frozenset()


class NotReached(Exception):
    """`code` says why, without a word of the address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fetch(address: str, *, accept: str = "*/*") -> bytes:
    """What lies there now. Raises `NotReached`."""
    until = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        with _response(check(address), until, {"Accept": accept}) as response:
            if 300 <= response.status < 400:
                address = urljoin(address, response.headers.get("Location", ""))
                continue
            if response.status != 200 or response.headers.get("Content-Encoding", "identity") != "identity":
                raise NotReached("refused")
            return _read(response, until)
    raise NotReached("redirects")


def post(address: str, body: bytes, *, headers: Mapping[str, str]) -> int:
    """Bring something there, and there only: a redirect is an answer like another. Its status; of what it says nothing is read.

    Raises `NotReached`; in doubt whether it arrived, too.
    """
    with _response(check(address), time.monotonic() + POST_SECONDS, headers, body) as response:
        return response.status


def check(address: str) -> SplitResult:
    """Raises `NotReached` for what can be no address to go to: whether it may be connected to, the connection says."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise NotReached("address") from None
    written_oddly = (
        not address.isascii() or not address.isprintable() or " " in address or len(address) > LONGEST_ADDRESS
    )
    if written_oddly or not host or "@" in parts.netloc:
        raise NotReached("address")
    if (host, port) not in ALLOWED and (parts.scheme != "https" or port != PORTS["https"]):
        raise NotReached("address")
    return parts


def is_public(ip: str) -> bool:
    """Whether this is somebody's on the open network, also when it is written as another kind of address."""
    found = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inside is None and found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            found = inside
    return found.is_global and not found.is_multicast and not found.is_reserved


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def _resolved(host: str, port: int) -> str:
    """One address to connect to. Raises `NotReached` where any that the name stands for is not public."""
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise NotReached("unreachable") from None
    if (host, port) not in ALLOWED and not all(map(is_public, found)):
        raise NotReached("private")
    return found[0]


@contextmanager
def _response(
    parts: SplitResult, until: float, headers: Mapping[str, str], body: bytes | None = None
) -> Iterator[HTTPResponse]:
    """The answer, as far as its head. The connection ends when the time is over, whoever drips."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    ip = _resolved(host, port)
    left = until - time.monotonic()
    if left <= 0:
        raise NotReached("slow")
    connection = _connection(parts.scheme, host, port, left)
    watch = threading.Timer(left, connection.cut)
    watch.start()
    try:
        connection.open(ip)
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        told = {**headers, "Accept-Encoding": "identity", "User-Agent": "Digibel"}
        connection.request("GET" if body is None else "POST", path, body=body, headers=told)
        yield connection.getresponse()
    except (OSError, HTTPException, ValueError):
        raise NotReached("slow" if time.monotonic() >= until else "unreachable") from None
    finally:
        watch.cancel()
        connection.close()


class _Pinned(HTTPConnection):
    """Connects to the address that was looked at, under the name that was asked for."""

    def open(self, ip: str) -> None:
        self.sock = socket.create_connection((ip, self.port), timeout=self.timeout)

    def cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _PinnedTLS(_Pinned, HTTPSConnection):
    def open(self, ip: str) -> None:
        super().open(ip)
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _connection(scheme: str, host: str, port: int, seconds: float) -> _Pinned:
    return (_PinnedTLS if scheme == "https" else _Pinned)(host, port, timeout=seconds)


def _read(response: HTTPResponse, until: float) -> bytes:
    body = b""
    while piece := response.read1(64 * 1024):
        body += piece
        if len(body) > LONGEST:
            raise NotReached("too_much")
        if time.monotonic() > until:
            raise NotReached("slow")
    return body
