"""The document that other programs are written from."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

import cast
from digibel import clock
from digibel.api import openapi
from digibel.api.main import api

pytestmark = pytest.mark.django_db

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


def test_every_operation_says_how_it_refuses() -> None:
    for operation in openapi.operations(api.get_openapi_schema(path_prefix="")):
        refusals = {
            status for status, told in operation["responses"].items() if "application/problem+json" in str(told)
        }
        expected = {"401", "403", "422", "429", "default"}
        expected |= {"400", "409", "413", "415"} if "requestBody" in operation else set()
        expected |= {"404"} if "reference" in str(operation["parameters"]) else set()
        assert refusals == expected


def test_every_body_has_an_example_and_every_example_a_body() -> None:
    bodies = {
        operation["operationId"]
        for operation in openapi.operations(api.get_openapi_schema(path_prefix=""))
        if "requestBody" in operation
    }
    assert set(openapi.read_examples()) == bodies


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_example_can_be_posted_unchanged_on_any_day(moment: datetime, make_program: Any) -> None:
    with clock.travel(moment):
        program = make_program(cast.organisation())
        cast.volunteer(program.organisation, name="Els")
        cast.volunteer(program.organisation, name="Samira", gender="woman")
        document = json.loads(Client().get("/api/v1/openapi.json").content)
        answers, reference = {}, ""
        for path, name, body in _examples(document):
            answers[path, name] = program.post(path.format(reference=reference), body)
            reference = reference or answers[path, name].json()["reference"]
        candidates = program.get(f"/help-requests/{reference}/candidates").json()
    assert {key: answer.status_code for key, answer in answers.items()} == {
        ("/help-requests", "a_tablet_that_acts_strange"): 201,
        ("/help-requests", "split_for_a_daughter"): 201,
        ("/help-requests/{reference}/offers", "the_next_best"): 201,
        ("/tasks/judgement", "one_of_each"): 200,
        ("/tasks/suggestions", "in_french"): 200,
    }
    assert {reason["code"] for one in candidates["skipped"] for reason in one["reasons"]} == {"asked"}


def _examples(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        if "requestBody" in methods.get("post", {}):
            examples = methods["post"]["requestBody"]["content"]["application/json"]["examples"]
            for name, example in examples.items():
                yield path.removeprefix("/api/v1"), name, example["value"]


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
