"""What gateways over HTTP share: one call out, one webhook in. No redirects, nothing endless, no secret in an error."""

import base64
import ipaddress
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from digibel import tracing
from digibel.notifications import numbers
from digibel.notifications.errors import BadWebhook, GatewayError, NotANumber

TIMEOUT_SECONDS = 10
LONGEST_ANSWER = LONGEST_WEBHOOK = 64 * 1024
# What providers take in one message; ten segments.
LONGEST_TEXT = 1_600
CUT = " […]"

# phonenumbers finds a number inside other words too, and reads letters as keys: "whatsapp:+32…", "0800 BPOST".
WRITTEN_NUMBER = re.compile(r"[+0-9][0-9 ()./-]{2,30}")

# Nobody's text is to blame: the password, the address, the account.
OUR_SETTINGS = {301, 302, 303, 307, 308, 401, 402, 403, 404, 405}
# Said before anything was taken over: too many at once, or closed for now.
NOT_NOW = {429, 503}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300

    def fields(self) -> dict[str, Any]:
        """The JSON object in it; empty where it holds anything else."""
        return json_object(self.body) or {}


def call(
    method: str,
    address: str,
    *,
    login: tuple[str, str],
    body: bytes = b"",
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request, and the whole answer. Raises `GatewayError`: what was never connected was never sent."""
    parts = urlsplit(address)
    connection = _connection(parts)
    sent = {"Authorization": basic(*login), "Content-Type": content_type, "Accept": "application/json"}
    sent |= tracing.headers()
    try:
        try:
            connection.connect()
        except (OSError, UnicodeError):
            raise GatewayError("unreachable", permanent=False, perhaps_sent=False) from None
        try:
            connection.request(method, parts.path, body or None, {**sent, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, _read(response))
        except (OSError, HTTPException):
            raise GatewayError("no_answer", permanent=False, perhaps_sent=True) from None
    finally:
        connection.close()


def _connection(parts: SplitResult) -> HTTPConnection:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _read(response: HTTPResponse) -> bytes:
    """The time-out holds for each piece; a provider that drips must not hold a worker for ever either."""
    until, body = time.monotonic() + TIMEOUT_SECONDS, b""
    while piece := response.read1(LONGEST_ANSWER):
        body += piece
        if len(body) > LONGEST_ANSWER or time.monotonic() > until:
            raise HTTPException
    return body


def refusal(answer: Answer) -> GatewayError:
    """What an answer that took nothing means, where the provider says no more than its status."""
    status = answer.status
    if answer.taken:
        return GatewayError("garbage", permanent=False, perhaps_sent=True)
    in_doubt = status >= 500 and status not in NOT_NOW
    return GatewayError(f"http_{status}", permanent=False, perhaps_sent=in_doubt, down=status in OUR_SETTINGS)


def unsafe_address(address: str) -> bool:
    """Whether words and numbers would cross somebody else's network for all to read, or go nowhere."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return True
    if not host or not address.isascii() or any(character.isspace() for character in address):
        return True
    return parts.scheme != "https" and not (parts.scheme == "http" and _stays_here(host))


def _stays_here(host: str) -> bool:
    """On this machine, or on the centre's own network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def body_of(request: HttpRequest) -> bytes:
    """What the webhook said, raw, as it was signed. Raises `BadWebhook` when it is more than any text can be."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_WEBHOOK:
            raise BadWebhook
        body = request.body
    except (ValueError, RequestDataTooBig, UnreadablePostError):
        raise BadWebhook from None
    if len(body) > LONGEST_WEBHOOK:
        raise BadWebhook
    return body


def json_object(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def outgoing(text: str) -> str:
    """The words as a provider takes them. Raises `GatewayError`: no gateway brings what is longer."""
    words = _whole(text)
    if not words or len(words) > LONGEST_TEXT:
        raise GatewayError("length", permanent=True)
    return words


def incoming(text: str) -> str:
    """The words as we keep them. A very long one is cut, and says so: half of it before a person is better than none."""
    words = _whole(text)
    return words if len(words) <= LONGEST_TEXT else words[: LONGEST_TEXT - len(CUT)] + CUT


def _whole(text: str) -> str:
    """Without NUL, which no database keeps, and without half characters, which no program can write."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(told: object) -> str | None:
    """E.164, or None: a shop, a bank, a network that texts under a name."""
    if not isinstance(told, str) or not WRITTEN_NUMBER.fullmatch(told):
        return None
    try:
        return numbers.parse(told)
    except NotANumber:
        return None
