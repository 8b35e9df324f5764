"""A house with a log-in of its own (OpenID Connect), on this machine: it lets in whoever a test says, and can be made to lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

KEY = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
STRANGE_KEY = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})


class House:
    """`key` signs its tokens, as `alg` says; `shown` is the one that it says it signs with; `status` is what its doors answer."""

    client_id, client_secret = "digibel", "between-us-two"

    def __init__(self):
        self.issuer, self.alg, self.status, self.asked = "", "RS256", 200, {}
        self.key = self.shown = KEY
        self.waiting = {}

    def lets_in(self, subject, address, **claims):
        """Somebody logs in behind `address`, to which we were sent: where the house sends them back to, without the host."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(16)
        self.waiting[code] = (subject, self.asked, claims)
        return f"{urlsplit(self.asked['redirect_uri']).path}?{urlencode({'code': code, 'state': self.asked['state']})}"

    def token(self, asked, authorization):
        subject, told, claims = self.waiting.pop(asked["code"])
        known = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        assert authorization == f"Basic {known}", authorization
        proof = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert proof == told["code_challenge"]
        now = int(time.time())
        says = {"iss": self.issuer, "aud": self.client_id, "sub": subject, "iat": now, "exp": now + 60}
        says |= {"nonce": told["nonce"]} | claims
        signed = jwt.encode(
            {"alg": self.alg, "kid": "one"}, says, self.key, registry=JWSRegistry(algorithms=[self.alg])
        )
        return {"access_token": "nothing", "token_type": "Bearer", "id_token": signed}

    def about(self):
        doors = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token")}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **doors}


@contextmanager
def open_house():
    house = House()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _doors(house))
    house.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()


def _doors(house):
    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            known = {
                "/.well-known/openid-configuration": house.about,
                "/keys": lambda: {"keys": [house.shown.as_dict(False)]},
            }
            self._answer(known[self.path]())

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(house.token(asked, self.headers["Authorization"]))

        def _answer(self, told):
            body = json.dumps(told).encode()
            self.send_response(house.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Door
