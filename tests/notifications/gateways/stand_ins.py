"""The other side of the wire: a real HTTP server on this machine that behaves as the provider's documentation says.

Faults are queued with `next_time` and happen once each, in order.
"""

import base64
import hashlib
import hmac
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from digibel import clock
from digibel.notifications.gateways import http

# After the work, the answer is lost. Before the work, nothing happens.
SILENT = "silent"
LOST = "lost"
HANGS_UP = "hangs up"


def first_call_gives_up_soon(monkeypatch):
    """For a SILENT counterpart. Every later call waits as long as an answer takes on a busy machine."""
    connection, patience = http._connection, iter([0.5])

    def connecting(parts):
        made = connection(parts)
        made.timeout = next(patience, made.timeout)
        return made

    monkeypatch.setattr(http, "_connection", connecting)


class Counterpart:
    """Starts at once, on a free port; `stop` and `start` again is a restart, with everything it knew."""

    def __init__(self):
        self.faults = []
        self.calls = []
        self.traceparents = []
        self.port = 0
        self.start()

    def start(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler_of(self))
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def next_time(self, *faults):
        """A fault is SILENT, LOST, HANGS_UP, or an answer: a status and a body."""
        self.faults.extend(faults)

    def answer(self, method, path, headers, body):
        raise NotImplementedError


def _handler_of(counterpart):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            counterpart.calls.append((self.command, self.path, body))
            counterpart.traceparents.append(self.headers.get("traceparent"))
            fault = counterpart.faults.pop(0) if counterpart.faults else None
            if fault == SILENT:
                self.wait_for_the_other_to_give_up()
            if fault in (SILENT, HANGS_UP):
                return self.hang_up()
            if isinstance(fault, tuple):
                return self.say(*fault)
            status, told = counterpart.answer(self.command, self.path, self.headers, body)
            if fault == LOST:
                return self.hang_up()
            return self.say(status, told)

        do_GET = do_POST = handle_one

        def wait_for_the_other_to_give_up(self):
            self.connection.settimeout(60)
            self.connection.recv(1)

        def hang_up(self):
            self.close_connection = True

        def say(self, status, told, **headers):
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("Location", f"{counterpart.url}/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def knows_password(headers, *logins):
    given = headers.get("Authorization", "").removeprefix("Basic ")
    return base64.b64decode(given).decode() in {f"{user}:{password}" for user, password in logins}


class Telephone(Counterpart):
    """The app: takes a message under our id, once; answers 202 at once; tells by webhook, from the telephone, what becomes of it.

    A repeated id: the local server answers 202 again and does nothing, a server in between answers 409.
    """

    LOGIN = ("sms", "a password of the app")
    KEY = "signing-key-of-the-app"

    def __init__(self, *, in_between=False):
        self.in_between = in_between
        self.messages = {}
        super().__init__()

    def answer(self, method, path, headers, body):
        if not knows_password(headers, self.LOGIN):
            return 401, {"message": "Unauthorized"}
        if method == "POST" and path == "/messages":
            return self.take(json.loads(body))
        if method == "GET" and path.startswith("/messages/"):
            message = self.messages.get(path.removeprefix("/messages/"))
            return (200, self.state_of(message)) if message else (404, {"message": "not found"})
        return 404, {"message": "not found"}

    def take(self, message):
        if not message.get("phoneNumbers") or not message.get("textMessage", {}).get("text"):
            return 400, {"message": "Must specify exactly one of: textMessage, dataMessage, or message"}
        if len(message["id"]) > 36 or message.get("simNumber", 1) < 1:
            return 400, {"message": "invalid"}
        if message["id"] in self.messages and self.in_between:
            return 409, {"message": "message with the same ID already exists"}
        kept = self.messages.setdefault(message["id"], {**message, "state": "Pending"})
        return 202, self.state_of({**kept, "state": "Pending"})

    def state_of(self, message):
        recipients = [{"phoneNumber": one, "state": message["state"]} for one in message["phoneNumbers"]]
        return {"id": message["id"], "deviceId": "device", "state": message["state"], "recipients": recipients}

    def becomes(self, message_id, state, **told):
        """The event of a message's new state."""
        self.messages.get(message_id, {})["state"] = state
        name = {"Sent": "sms:sent", "Delivered": "sms:delivered", "Failed": "sms:failed"}[state]
        payload = {"messageId": message_id, "phoneNumber": "+32470000000", "simNumber": None, **told}
        return self.event(name, payload)

    def receives(self, sender, text, *, recipient=None):
        """The event of a text that came in: its id is made from the words, so not unique."""
        return self.event(
            "sms:received",
            {
                "messageId": hashlib.md5(text.encode("utf-8", "replace")).hexdigest()[:8],
                "message": text,
                "sender": sender,
                "recipient": recipient,
                "phoneNumber": sender,
                "simNumber": 1,
                "receivedAt": "2026-09-15T10:00:00.000+02:00",
            },
        )

    def event(self, name, payload):
        told = {"deviceId": "device", "event": name, "id": uuid.uuid4().hex[:21], "payload": payload, "webhookId": "w"}
        return json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def signs(self, body, *, key=KEY, at=None):
        """The headers of one delivery; a repeated one is signed anew."""
        signed_at = str(int((at or clock.now()).timestamp()))
        signed = hmac.new(key.encode(), body + signed_at.encode(), hashlib.sha256).hexdigest()
        return {"X-Timestamp": signed_at, "X-Signature": signed}


class Provider(Counterpart):
    """The API of Twilio as far as texts go: forms in, JSON out, no id but its own."""

    ACCOUNT = "AC" + "0" * 32
    TOKEN = "token-of-the-account"

    def __init__(self):
        self.messages = []
        self.tokens = {self.TOKEN}
        # Numbers it refuses, and with which of its codes.
        self.refuses = {}
        super().__init__()

    def answer(self, method, path, headers, body):
        if not knows_password(headers, *((self.ACCOUNT, token) for token in self.tokens)):
            return 401, self.error(20003, 401)
        if (method, path) != ("POST", f"/2010-04-01/Accounts/{self.ACCOUNT}/Messages.json"):
            return 404, self.error(20404, 404)
        told = dict(parse_qsl(body.decode(), strict_parsing=True))
        if code := self.refuses.get(told["To"]):
            return 400, self.error(code, 400)
        if bool(told.get("From")) == bool(told.get("MessagingServiceSid")):
            return 400, self.error(21603, 400)
        sid = f"SM{len(self.messages):032x}"
        self.messages.append({"sid": sid, **told})
        return 201, {"sid": sid, "account_sid": self.ACCOUNT, "status": "queued", "error_code": None}

    def error(self, code, status):
        return {
            "code": code,
            "message": "…",
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }

    def fields(self, **told):
        return {"AccountSid": self.ACCOUNT, "ApiVersion": "2010-04-01", **told}

    def receives(self, sender, to, text, *, sid="SM" + "a" * 32):
        return self.fields(
            MessageSid=sid, SmsSid=sid, SmsMessageSid=sid, From=sender, To=to, Body=text, NumMedia="0", NumSegments="1"
        )

    def becomes(self, sid, status):
        return self.fields(MessageSid=sid, SmsSid=sid, MessageStatus=status, SmsStatus=status, To="+32470000000")

    def signs(self, address, told, *, token=TOKEN):
        """As the documentation tells it, step by step."""
        signed = address
        for name in sorted(told):
            signed += name + told[name]
        digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
        return {"X-Twilio-Signature": base64.b64encode(digest).decode()}

    def posts(self, client, public_url, path, told, *, headers=None):
        """It knows the public address; the proxy between us asks for another one."""
        headers = headers if headers is not None else self.signs(public_url + path, told)
        parts = urlsplit(path)
        return client.post(
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            urlencode(told),
            content_type="application/x-www-form-urlencoded",
            headers={"Host": "localhost", **headers},
        )
