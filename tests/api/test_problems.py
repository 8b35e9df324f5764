"""However badly something is asked, the answer is a problem document that says what to do."""

import json
import logging
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

import cast
from digibel.organisations.models import ApiKey
from digibel.requests.models import HelpRequest
from digibel.scheduling import openings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

DOORS = [
    ("GET", "/help-requests"),
    ("POST", "/help-requests"),
    ("GET", "/help-requests/26-0001"),
    ("GET", "/help-requests/26-0001/candidates"),
    ("POST", "/help-requests/26-0001/offers"),
    ("GET", "/tasks"),
    ("POST", "/tasks/judgement"),
    ("POST", "/tasks/suggestions"),
    ("GET", "/visits"),
]


@pytest.mark.parametrize(("method", "path"), DOORS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer dgb_nobody"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic ZGliOmRpYg=="},
        {"Authorization": "\x00é"},
        {"X-API-Key": ""},
    ],
)
def test_nobody_comes_in_without_a_key(refusal: Any, method: str, path: str, headers: dict[str, str]) -> None:
    answer = Client().generic(method, f"/api/v1{path}", b"{}", content_type="application/json", headers=headers)
    assert refusal(answer) == (401, "no_key", {})
    assert answer["WWW-Authenticate"] == 'Bearer realm="Digibel"'


def test_key_is_taken_from_either_header_and_dies_when_revoked(program: Any, now: Any) -> None:
    shown = [{"Authorization": f"Bearer {program.secret}"}, {"X-API-Key": program.secret}]
    assert [Client().get("/api/v1/tasks", headers=one).status_code for one in shown] == [200, 200]
    ApiKey.objects.update(revoked_at=now)
    assert [Client().get("/api/v1/tasks", headers=one).status_code for one in shown] == [401, 401]


def test_login_of_the_desk_is_no_key(program: Any, refusal: Any) -> None:
    browser = Client()
    browser.force_login(cast.coordinator(program.organisation), backend="django.contrib.auth.backends.ModelBackend")
    assert refusal(browser.get("/api/v1/help-requests"))[0] == 401


@pytest.mark.parametrize("path", ["/", "/help-request", "/help-requests/", "/help-requests/26-0001/offers/x", "/%00"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_address_where_nothing_is(program: Any, refusal: Any, method: str, path: str) -> None:
    assert refusal(Client().generic(method, f"/api/v1{path}"))[:2] == (404, "nowhere")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("DELETE", "/help-requests", "GET, POST"), ("PUT", "/tasks", "GET"), ("GET", "/tasks/judgement", "POST")],
)
def test_address_that_does_not_do_that(refusal: Any, method: str, path: str, allowed: str) -> None:
    answer = Client().generic(method, f"/api/v1{path}")
    assert refusal(answer) == (405, "no_such_operation", {})
    assert ", ".join(sorted(answer["Allow"].split(", "))) == allowed


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe\xfa",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b"1" * 10_000,
        b"nothing",
    ],
)
def test_body_that_is_no_json(program: Any, refusal: Any, body: bytes) -> None:
    assert refusal(program.post("/help-requests", body)) == (400, "not_json", {})


@pytest.mark.parametrize("body", [b"null", b"[]", b"1e999", b'"text"', b"true", b""])
def test_body_that_is_another_kind_of_json(program: Any, refusal: Any, body: bytes) -> None:
    assert refusal(program.post("/help-requests", body))[:2] == (422, "invalid")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_body_that_does_not_say_it_is_json(program: Any, refusal: Any, kind: str) -> None:
    body = json.dumps(cast.told()).encode()
    assert refusal(program.post("/help-requests", body, Content_Type=kind)) == (415, "not_this_kind", {})


def test_body_that_does_not_say_what_it_is(program: Any, refusal: Any) -> None:
    body = json.dumps(cast.told()).encode()
    assert refusal(program.post("/help-requests", body, Content_Type="")) == (415, "not_this_kind", {})
    # Nothing says nothing of itself: without a body the next best are asked.
    reference = program.post("/help-requests", cast.told()).json()["reference"]
    assert program.post(f"/help-requests/{reference}/offers", Content_Type="").status_code != 415


@pytest.mark.parametrize("path", ["/tasks", "/nowhere", "/help-requests/26-9999", "/openapi.json"])
def test_an_answer_is_data_and_no_page(program: Any, path: str) -> None:
    assert program.get(path)["Content-Disposition"] == 'attachment; filename="digibel.json"'


def test_body_that_is_too_large(program: Any, refusal: Any) -> None:
    assert refusal(program.post("/help-requests", b" " * 300_000)) == (413, "too_large", {})


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Some fields need another look."),
        ("en-GB,en;q=0.9", "Some fields need another look."),
        ("xx", None),
        ("\x00", None),
    ],
)
def test_sentences_are_in_the_language_that_was_asked_for(program: Any, language: str, sentence: str | None) -> None:
    told = program.post("/help-requests", {}, Accept_Language=language).json()
    dutch = program.post("/help-requests", {}, Accept_Language="nl").json()
    assert told["detail"] == (sentence or dutch["detail"])


def test_what_breaks_is_written_down_without_what_was_sent(
    program: Any, refusal: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_with(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("Guido Claes")

    monkeypatch.setattr(openings, "open_request", break_with)
    with caplog.at_level(logging.ERROR):
        answer = program.post("/help-requests", cast.told())
    assert refusal(answer) == (500, "broken", {})
    assert "RuntimeError" in caplog.text
    assert "Claes" not in caplog.text + answer.content.decode()


def test_half_a_letter_in_a_text_or_a_name_is_refused(program: Any, refusal: Any) -> None:
    half = r'"\ud800"'
    body = json.dumps(cast.told(device="@", colour=1)).replace('"@"', half).replace('"colour"', half).encode()
    assert refusal(program.post("/help-requests", body))[:2] == (422, "invalid")


# Anything at all.

letters = st.characters(codec=None)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(letters, max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(letters, max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=30)
@given(told=anything, where=st.sampled_from(["/help-requests", "/tasks/judgement", "/tasks/suggestions"]))
def test_anything_at_all_is_refused_kindly(program: Any, told: Any, where: str) -> None:
    answer = program.post(where, told)
    assert (answer.status_code in {400, 422}) is True
    assert HelpRequest.objects.count() == 0


@settings(max_examples=60)
@given(
    place=st.sampled_from(
        ["caller", "in_own_words", "device", "tasks", "windows", "away", "consent", "always_home", "client"]
        + [
            f"client.{name}"
            for name in ("first_name", "postcode", "phone", "floor", "speaks", "channel", "wish", "box")
        ]
    ),
    value=anything,
)
def test_anything_at_all_in_one_field_never_breaks(program: Any, place: str, value: Any) -> None:
    body = cast.told()
    inside = body["client"] if place.startswith("client.") else body
    inside[place.removeprefix("client.")] = value
    assert (program.post("/help-requests", body).status_code in {201, 400, 422}) is True
