"""The document that other programs are written from."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

import cast
from digibel import clock
from digibel.api import openapi
from digibel.api.main import api

pytestmark = pytest.mark.django_db

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
MOMENTS = [
    datetime(2026, 9, 15, 8, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 22, 59, tzinfo=UTC),
    datetime(2027, 3, 26, 18, 0, tzinfo=UTC),  # the clock goes forward on Sunday
    datetime(2028, 10, 27, 5, 0, tzinfo=UTC),  # and back
    datetime(2031, 7, 20, 12, 0, tzinfo=UTC),
]


def test_open_operations_are_these() -> None:
    document = api.get_openapi_schema(path_prefix="")
    assert {
        operation["operationId"] for operation in openapi.operations(document) if "security" not in operation
    } == set()


def test_no_hour_of_a_week_is_told_as_a_time_with_an_offset() -> None:
    """The format "time" is RFC 3339's, which ends with an offset: a program that checks what it gets would refuse "09:00:00"."""
    assert '"format": "time"' not in json.dumps(api.get_openapi_schema(path_prefix=""))


def test_every_operation_says_how_it_refuses() -> None:
    for operation in openapi.operations(api.get_openapi_schema(path_prefix="")):
        refusals = {
            status for status, told in operation["responses"].items() if "application/problem+json" in str(told)
        }
        names = {parameter["name"] for parameter in operation["parameters"]}
        expected = {"401", "403", "422", "429", "default"}
        expected |= {"400", "409", "413", "415"} if "requestBody" in operation else set()
        expected |= {"404"} if "path" in {parameter["in"] for parameter in operation["parameters"]} else set()
        expected |= {"412", "428"} if "If-Match" in names else set()
        expected |= {"409"} if "Idempotency-Key" in names else set()
        assert refusals == expected


def test_every_deed_takes_an_idempotency_key_and_every_list_a_cursor() -> None:
    document = api.get_openapi_schema(path_prefix="")
    without = set()
    for methods in document["paths"].values():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation["parameters"]}
            wanted = "Idempotency-Key" if method == "post" else "If-Match" if method == "put" else "cursor"
            is_list = method == "get" and operation["operationId"].startswith("list_")
            if (method != "get" or is_list) and wanted not in names:
                without.add(operation["operationId"])
    # The catalogue is told whole; judging and suggesting change nothing; what is taken away is taken away. Events have
    # `after`.
    assert without == {"list_tasks", "judge_tasks", "suggest_tasks", "remove_exception", "list_events"}


def test_every_answer_and_every_parameter_has_an_example_that_fits() -> None:
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    defs = {"components": document["components"]}
    for operation in openapi.operations(document):
        shown = [(one["schema"], one["example"]) for one in operation["parameters"]]
        for response in operation["responses"].values():
            shown += [(one["schema"], one["example"]) for one in response.get("content", {}).values()]
        for schema, example in shown:
            jsonschema_rs.validator_for({**schema, **defs}).validate(example)


def test_every_body_has_an_example_and_every_example_a_body() -> None:
    bodies = {
        operation["operationId"]
        for operation in openapi.operations(api.get_openapi_schema(path_prefix=""))
        if "requestBody" in operation
    }
    assert set(openapi.read_examples()) == bodies


@pytest.mark.parametrize("moment", MOMENTS if LONG else MOMENTS[1:3])
def test_every_example_can_be_posted_unchanged_on_any_day(moment: datetime, make_program: Any) -> None:
    with clock.travel(moment):
        program = make_program(cast.organisation())
        parts = _parts(program)
        document = json.loads(Client().get("/api/v1/openapi.json").content)
        refused, offered = {}, None
        for method, path, name, body in _examples(document):
            answer = getattr(program, method)(path.format(**parts), body, If_Match="*")
            if answer.status_code >= 300:
                refused[path, name] = (answer.status_code, answer.content)
            if path == "/help-requests" and offered is None:
                parts["reference"] = offered = answer.json()["reference"]
    assert refused == {}


def _parts(program: Any) -> dict[str, str]:
    """Something of each kind that an address names; a visit that is over by now for what is said afterwards."""
    els = cast.volunteer(program.organisation, name="Els")
    cast.volunteer(program.organisation, name="Samira", gender="woman")
    visit = cast.booked(cast.request(program.organisation), els)
    cast.place(slug="ocmw-1090")
    return {
        "visit_id": str(visit.pk),
        "client_id": str(visit.client_id),
        "volunteer_id": str(cast.volunteer(program.organisation, name="Bo").pk),
    }


def _examples(document: dict[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """A request is logged before anything is done with it, and ended last."""
    for path, methods in sorted(document["paths"].items(), key=lambda one: one[0].endswith(("/close", "/cancel"))):
        for method, operation in methods.items():
            examples = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            # What is said of a visit that is over is said in `test_visits`, and in `test_series` when a series ends.
            if operation["operationId"] not in {"record_follow_up", "end_series"}:
                for name, example in examples.get("examples", {}).items():
                    yield method, path.removeprefix("/api/v1"), name, example["value"]


def test_documentation_needs_nobody_elses_server() -> None:
    answer = Client().get("/api/v1/docs")
    sources = re.findall(r'(?:src|href)="([^"]+)"', answer.content.decode())
    assert answer.status_code == 200
    assert [source for source in sources if not source.startswith("/static/ninja/")] == []
    assert [source for source in sources if finders.find(source.removeprefix("/static/")) is None] == []


def test_documentation_is_under_the_same_policy_as_every_page() -> None:
    policy = Client().get("/api/v1/docs")["Content-Security-Policy"]
    assert sorted(policy.split("; ")) == sorted(Client().get("/healthz")["Content-Security-Policy"].split("; "))
    assert policy.count("unsafe") == 0
