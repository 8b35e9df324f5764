"""A provider of texts in this process, over real HTTP, that does what a test tells it to; and the adapter that speaks with it."""

import hashlib
import hmac
import http.client
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from digibel import clock
from digibel.notifications.errors import BadWebhook, ForgedWebhook, GatewayError
from digibel.notifications.gateways.base import InboundText, Receipt

SECRET = b"shared by the two of them"
PATIENCE = 1.0
SLOW = PATIENCE / 2
TOO_OLD = 300


class Provider:
    """`mood` is how it behaves from now on: well, time-out, 500, slow, garbage."""

    def __init__(self):
        self.mood, self.heard = "well", []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                provider.heard.append(told["id"])
                time.sleep({"time-out": 2 * PATIENCE, "slow": SLOW}.get(provider.mood, 0))
                answer = b"<html>busy" if provider.mood == "garbage" else json.dumps({"id": f"p-{told['id']}"}).encode()
                try:
                    self.send_response(500 if provider.mood == "500" else 200)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    pass  # nobody waits any more

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def arrived(self):
        """What lies on telephones: it knows a text again by our own id."""
        return set(self.heard)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class OverHttp:
    """An adapter as one is written: what certainly did not leave, what may have, and whose fault it was."""

    def __init__(self, provider, *, name="standin", takes_our_id=True):
        self.name, self.takes_our_id = name, takes_our_id
        self.port = provider.server.server_port

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.connect()
        except OSError:
            raise GatewayError("unreachable", permanent=False, perhaps_sent=False) from None
        try:
            line.request("POST", "/messages", json.dumps({"id": str(message_id), "to": to, "text": text}))
            answer = line.getresponse()
            told = answer.read()
        except TimeoutError:
            raise GatewayError("timed_out", permanent=False, perhaps_sent=True) from None
        finally:
            line.close()
        if answer.status >= 500:
            raise GatewayError(f"status_{answer.status}", permanent=False, perhaps_sent=True)
        try:
            return json.loads(told)["id"]
        except (ValueError, KeyError, TypeError):
            raise GatewayError("garbage", permanent=False, perhaps_sent=True) from None

    def read_inbound(self, request):
        told = read(request)
        return [InboundText(told["id"], told["from"], told["to"], told["text"])]

    def read_receipts(self, request):
        told = read(request)
        return [Receipt(told["id"], told["delivered"])]


def sign(body: bytes, at: int) -> str:
    return hmac.new(SECRET, b"%d." % at + body, hashlib.sha256).hexdigest()


def read(request):
    at = int(request.headers.get("X-Timestamp", "0"))
    if not hmac.compare_digest(sign(request.body, at), request.headers.get("X-Signature", "")):
        raise ForgedWebhook
    if abs(clock.now().timestamp() - at) > TOO_OLD:
        raise ForgedWebhook
    try:
        told = json.loads(request.body)
        return {name: told[name] for name in told} if isinstance(told, dict) and told.get("id") else _bad()
    except ValueError:
        raise BadWebhook from None


def _bad():
    raise BadWebhook
