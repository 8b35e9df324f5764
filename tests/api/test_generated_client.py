"""A program that knows the document and nothing else: a client is generated from it, and goes the whole way of a request.

Whatever the document says wrongly, the generator refuses, or the client stumbles over in what comes back.
"""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

import cast
from digibel import clock
from digibel.api import openapi
from digibel.api.main import api
from digibel.notifications import outbox
from digibel.scheduling import clockwork

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

NAME = "digibel_program"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Generated anew for each run; a warning of the generator is a failure."""
    home = tmp_path_factory.mktemp("generated")
    (home / "openapi.json").write_text(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    (home / "config.yml").write_text(f"package_name_override: {NAME}\npost_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    where = ["--path", "openapi.json", "--config", "config.yml", "--output-path", NAME]
    done = subprocess.run([*command, *where], cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    sys.path.insert(0, str(home))
    yield home / NAME
    sys.path.remove(str(home))


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The end of a request does not close the connection that the test rolls back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Generated:
    """Operations by their name in the document, models by theirs."""

    def __init__(self, package: Path, secret: str) -> None:
        self.package = package
        transport = httpx.WSGITransport(app=get_wsgi_application())
        self.client = importlib.import_module(NAME).AuthenticatedClient(
            base_url="http://testserver", token=secret, httpx_args={"transport": transport}
        )

    def model(self, name: str, told: dict[str, Any]) -> Any:
        return getattr(importlib.import_module(f"{NAME}.models"), name).from_dict(told)

    def ask(self, name: str, *parts: Any, **told: Any) -> Any:
        """What it answers, as the client reads it."""
        [path] = self.package.glob(f"api/*/{name}.py")
        operation = importlib.import_module(f"{NAME}.api.{path.parent.name}.{name}")
        answer = operation.sync_detailed(*parts, client=self.client, **told)
        assert answer.status_code < 300, answer.content
        return answer.parsed


@pytest.fixture
def generated(package: Path, program: Any, one_connection: None) -> Generated:
    return Generated(package, program.secret)


def test_every_operation_is_generated(package: Path) -> None:
    made = {path.stem for path in package.glob("api/*/*.py")} - {"__init__"}
    assert made == {one["operationId"] for one in openapi.operations(api.get_openapi_schema(path_prefix=""))}


def test_generated_client_goes_the_whole_way(generated: Generated, program: Any) -> None:
    els = cast.volunteer(program.organisation, name="Els")
    body = generated.model("RequestTold", cast.told())
    logged = generated.ask("log_request", body=body, idempotency_key="form-1")
    reference = logged.reference
    assert generated.ask("log_request", body=body, idempotency_key="form-1").reference == reference

    ranking = generated.ask("rank_candidates", reference)
    assert [one.volunteer.id for one in ranking.candidates] == [els.pk]
    asked = generated.ask("send_offers", reference, body=generated.model("OffersTold", {"volunteers": [str(els.pk)]}))
    assert [one.volunteer.id for one in asked.offers] == [els.pk]
    outbox.sweep()
    assert cast.texts(els, "ja").outcome == "offer.accepted"

    [visit] = generated.ask("list_visits").visits
    assert (visit.reference, visit.status) == (reference, "booked")
    with clock.travel(visit.starts_at):
        assert cast.texts(els, "IN").outcome == "visit.begun"
    with clock.travel(visit.starts_at + timedelta(minutes=50)):
        assert cast.texts(els, "uit").outcome == "visit.ended"
        assert cast.texts(els, "1").outcome == "visit.reported"
    a_week_later = visit.starts_at + timedelta(days=8)
    clockwork.live_through(a_week_later)
    with clock.travel(a_week_later):
        [due] = generated.ask("list_follow_ups").follow_ups
        assert (due.visit, due.reference) == (visit.id, reference)
        generated.ask("record_follow_up", due.visit, body=generated.model("FollowUpTold", {"outcome": "works"}))
        assert generated.ask("list_follow_ups").follow_ups == []
        assert generated.ask("show_request", reference).closed_as == "solved"
        told = [one.kind for one in generated.ask("list_events").events]
    assert [told[0], told[-1]] == ["request.logged", "visit.reported"]
