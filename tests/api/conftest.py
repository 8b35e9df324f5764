"""A program of a centre, with its key; and the program of another centre, which must see nothing of it."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

import cast
from digibel.organisations.keys import make_key, note_use
from digibel.organisations.models import ApiKey, Organisation
from digibel.organisations.scopes import EVERY_SCOPE

ROOT = "/api/v1"


@dataclass
class Program:
    organisation: Organisation
    key: ApiKey
    secret: str

    def get(self, path: str, **headers: str) -> Any:
        return self._answer("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._answer("POST", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._answer("PUT", path, body, headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self._answer("DELETE", path, None, headers)

    def _answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        shown = {"Authorization": f"Bearer {self.secret}", **{n.replace("_", "-"): v for n, v in headers.items()}}
        kind = shown.pop("Content-Type", "application/json")
        return Client().generic(method, ROOT + path, raw, content_type=kind, headers=shown)


def program_of(organisation: Organisation) -> Program:
    key, secret = make_key(organisation, name="intake form", scopes=EVERY_SCOPE)
    note_use(key)  # the first look of a day writes it down, which no test of a list wants to count
    return Program(organisation, key, secret)


@pytest.fixture
def program(db: None, frozen_clock: None) -> Program:
    return program_of(cast.organisation())


@pytest.fixture
def outsider(db: None, frozen_clock: None) -> Program:
    return program_of(cast.organisation("Ailleurs", sms_number="+32460000009"))


@pytest.fixture
def refusal() -> Any:
    """Reads a problem document: (status, code, {field: codes})."""

    def read(response: HttpResponse) -> tuple[int, str, dict[str, list[str]]]:
        assert response["Content-Type"] == "application/problem+json"
        told = json.loads(response.content)
        assert told["status"] == response.status_code
        assert told["type"] == f"urn:digibel:problem:{told['code']}"
        fields: dict[str, list[str]] = {}
        for one in told["errors"]:
            fields.setdefault(one["field"], []).append(one["code"])
        return response.status_code, told["code"], fields

    return read


@pytest.fixture
def make_program(db: None) -> Any:
    return program_of
