"""A house with a log-in of its own that we did not write, and somebody with a browser who logs in at its page."""

import html
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from joserfc.jwk import ECKey, OKPKey, RSAKey

import requests
from counterparts import PATIENCE, free_port, node
from desk.outside import SECRET

SCRIPT = Path(__file__).with_name("provider.mjs")
BACK = "http://testserver/login/with/stad/back"
MADE = {
    "RS256": lambda: RSAKey.generate_key(2048),
    "PS256": lambda: RSAKey.generate_key(2048),
    "ES256": lambda: ECKey.generate_key("P-256"),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
}


def new_key(alg: str = "RS256", **more: str) -> dict[str, Any]:
    """For the house to sign with; the half that it shows is made of it there."""
    return {**MADE[alg]().as_dict(private=True), "use": "sig", **more}


AT_FIRST = {"secret": SECRET, "alg": "RS256", "keys": [new_key()]}


class RealHouse:
    """Stands at one address for as long as a test runs, whether it is there or not."""

    def __init__(self, issuer: str, process: "subprocess.Popen[str]") -> None:
        self.issuer = issuer
        self._process = process
        self._is: dict[str, Any] | None = None

    def comes(self, **told: Any) -> None:
        """There, as at first but for what it is told. Where that is something new, it knows no browser and no way back any more."""
        self._become(AT_FIRST | told)

    def goes(self) -> None:
        self._become(None)

    def _become(self, wanted: dict[str, Any] | None) -> None:
        if self._is != wanted:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.write(f"{json.dumps(wanted)}\n")
            self._process.stdin.flush()
            assert self._process.stdout.readline() == "so\n"
            self._is = wanted


@contextmanager
def open_house() -> Iterator[RealHouse]:
    issuer = f"http://127.0.0.1:{free_port()}"
    with node(SCRIPT, json.dumps([issuer, BACK])) as process:
        yield RealHouse(issuer, process)


class Person:
    """Somebody at that house. Their browser stays logged in there, as browsers do."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[str] = []
        """What they were asked at the pages of the house: `login`, `consent`."""
        self._browser = requests.Session()
        self._browser.trust_env = False

    def goes(self, address: str, *, rather_not: bool = False) -> str:
        """From `address`, to which we sent them, over the pages of the house and back to us; returns where to, without the host."""
        self.asked = []
        answer = self._get(address)
        while True:
            if answer.is_redirect:
                to = urljoin(answer.url, answer.headers["Location"])
                if to.startswith(BACK):
                    return f"{urlsplit(to).path}?{urlsplit(to).query}"
                answer = self._get(to)
            else:
                assert answer.status_code == 200, answer.text
                answer = self._presses_no(answer) if rather_not else self._fills_in(answer)

    def _get(self, address: str) -> requests.Response:
        return self._browser.get(address, allow_redirects=False, timeout=PATIENCE)

    def _fills_in(self, page: requests.Response) -> requests.Response:
        action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="([a-z]+)"', page.text)
        assert action, page.text
        assert prompt, page.text
        self.asked.append(prompt[1])
        fields = {"prompt": prompt[1], "login": self.name, "password": "theirs"}
        to = urljoin(page.url, html.unescape(action[1]))
        return self._browser.post(to, data=fields, allow_redirects=False, timeout=PATIENCE)

    def _presses_no(self, page: requests.Response) -> requests.Response:
        no = re.search(r'<a href="([^"]+/abort)"', page.text)
        assert no, page.text
        return self._get(urljoin(page.url, html.unescape(no[1])))
