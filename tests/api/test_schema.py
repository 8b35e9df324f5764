"""Whatever fits the document is answered as the document says; whatever does not is refused. Found by schemathesis, in-process."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

import cast
from digibel.api import openapi
from digibel.api.main import api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
OPERATIONS = sorted(one["operationId"] for one in openapi.operations(api.get_openapi_schema(path_prefix="")))
# A body can fit the document and still make no sense, as a moment in the past does.
FITTING = ["2xx", "404", "409", "422"]


@pytest.fixture
def one_connection() -> Iterator[None]:
    """As Django's own test client does: the end of a request does not close the connection that the test rolls back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(program: Any, one_connection: None) -> Any:
    cast.volunteer(program.organisation)
    cast.request(program.organisation)
    config = SchemathesisConfig.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": FITTING}}})
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=config)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_answers_are_as_documented(schema: Any, program: Any, operation_id: str, mode: GenerationMode) -> None:
    operation = schema.find_operation_by_id(operation_id)

    @settings(max_examples=300 if LONG else 20)
    @given(case=operation.as_strategy(generation_mode=mode))
    def answer_is_as_documented(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {program.secret}"})

    answer_is_as_documented()
