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
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

import cast
from digibel.api import openapi
from digibel.api.main import api
from digibel.directory.loading import load_known_places
from digibel.directory.models import HelpPlace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

CALLS = 20_000
LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
ENDING = {"close_request", "cancel_visit"}
OPERATIONS = sorted(
    (one["operationId"] for one in openapi.operations(api.get_openapi_schema(path_prefix=""))),
    key=lambda name: (name in ENDING, name),
)
# Each from the same beginning on the long run; one after the other on an everyday one.
PARTS = [[name] for name in OPERATIONS] if LONG else [OPERATIONS]
# A body can fit the document and still make no sense, as a moment in the past does.
FITTING = ["2xx", "304", "404", "409", "412", "422", "428"]


@pytest.fixture
def one_connection() -> Iterator[None]:
    """As Django's own test client does: the end of a request does not close the connection that the test rolls back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def real(program: Any, settings: Any) -> dict[str, Any]:
    """What really is there, so that more is found than that nothing has this number."""
    settings.DIGIBEL_API_CALLS_A_MINUTE = 10**9
    load_known_places()
    els = cast.volunteer(program.organisation)
    visit = cast.booked(cast.request(program.organisation), els)
    waiting = cast.request(program.organisation)
    [offer] = cast.offered(waiting, cast.volunteer(program.organisation, name="Bo"))
    return {
        "reference": waiting.reference,
        "offer_id": str(offer.pk),
        "client_id": str(waiting.client_id),
        "visit_id": str(visit.pk),
        "volunteer_id": str(els.pk),
        "slug": HelpPlace.objects.active()[0].slug,
        "If-Match": "*",
    }


@pytest.fixture
def schema(one_connection: None) -> Any:
    config = SchemathesisConfig.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": FITTING}}})
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=config)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operations", PARTS, ids=lambda names: names[0])
def test_answers_are_as_documented(
    schema: Any, program: Any, real: dict[str, Any], operations: list[str], mode: GenerationMode
) -> None:
    """Twenty thousand calls on the long run."""
    for name in operations:
        _ask(schema.find_operation_by_id(name), program, real, mode)


def _ask(operation: Any, program: Any, real: dict[str, Any], mode: GenerationMode) -> None:
    @settings(max_examples=CALLS // (2 * len(OPERATIONS)) + 1 if LONG else 3)
    @given(case=operation.as_strategy(generation_mode=mode), known=booleans())
    def answer_is_as_documented(case: Any, known: bool) -> None:
        if known and mode is GenerationMode.POSITIVE:
            for parts in (case.path_parameters, case.headers):
                parts.update({name: real[name] for name in parts if name in real})
        case.call_and_validate(headers={"Authorization": f"Bearer {program.secret}"})

    answer_is_as_documented()
