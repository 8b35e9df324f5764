"""What operators look at."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.desk import health
from digibel.scheduling import offers
from digibel.upkeep import troubles

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget_what_was_ready() -> None:
    health.forget_migrated()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Any:
    def is_silent(silent: bool) -> None:
        monkeypatch.setattr(troubles, "worker_silent", lambda: silent)

    is_silent(False)
    return is_silent


def test_healthz_answers(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_readyz_is_ready_when_all_is_there(client: Client, worker: Any) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "checks": {"default": "ok", "keys": "ok", "worker": "ok"}},
    )


def test_readyz_waits_for_a_worker(client: Client, worker: Any) -> None:
    worker(True)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "has not been seen for two minutes")


def test_readyz_waits_for_the_database(client: Client, worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise DatabaseError("a password, perhaps")

    monkeypatch.setattr(connections["keys"], "cursor", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (
        503,
        {"default": "ok", "keys": "cannot be reached", "worker": "ok"},
    )


def test_readyz_waits_for_migrations_and_looks_again(
    client: Client, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
        waiting = client.get("/readyz")
    assert (waiting.status_code, waiting.json()["checks"]["default"]) == (503, "migrations are not applied")
    assert client.get("/readyz").status_code == 200


def metrics(client: Client) -> dict[str, str]:
    lines = client.get("/metrics").content.decode().splitlines()
    return dict(line.split() for line in lines if not line.startswith("#"))


def test_metrics_say_that_the_database_is_away_and_still_what_the_machine_knows(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    def away() -> float:
        raise OperationalError("a password, perhaps")

    settings.DIGIBEL_BACKUPS = str(tmp_path)
    (tmp_path / "one.backup").touch()
    monkeypatch.setattr(health, "GAUGES", (("inbox", "Texts that wait for a person.", away),))
    counted = metrics(client)
    assert float(counted.pop("digibel_backup_age_seconds")) < 60
    assert float(counted.pop("digibel_disk_free_bytes")) > 0
    assert counted == {"digibel_database_up": "0"}


def test_readyz_of_a_machine_that_only_reads(client: Client, worker: Any, settings: Any) -> None:
    """It serves what can be read; whether anybody works is no question then."""
    settings.DIGIBEL_READ_ONLY = True
    worker(True)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (
        200,
        {"default": "ok, read only", "keys": "ok, read only", "worker": "ok"},
    )


def test_metrics_count_what_waits(client: Client, worker: Any, frozen_clock: Any, now: Any) -> None:
    organisation = cast.organisation()
    cast.texts(cast.volunteer(organisation), "wablief?")
    offers.send_wave(cast.request(organisation), by=SYSTEM)
    with clock.travel(now + timedelta(minutes=5)):
        counted = metrics(client)
    assert int(float(counted.pop("digibel_disk_free_bytes"))) > 0
    assert counted == {
        "digibel_backup_age_seconds": "NaN",
        "digibel_database_up": "1",
        "digibel_promises_broken": "NaN",
        "digibel_outbox_waiting": "1",
        "digibel_outbox_stands_still": "0",
        "digibel_gateways_resting": "0",
        "digibel_gateways_silent": "0",
        "digibel_by_hand_waiting": "0",
        "digibel_outbox_oldest_seconds": "300",
        "digibel_inbox": "1",
        "digibel_calls_due": "0",
        "digibel_requests_open": "1",
        "digibel_next_actions_late": "0",
        "digibel_timers_late": "0",
        "digibel_wrong_tries": "0",
        "digibel_events_waiting": "0",
        "digibel_worker_silent": "0",
    }


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "::1", 200),
        ({}, "192.0.2.7", 403),
        ({}, "", 403),
        # Behind a proxy of this machine everybody comes from loopback.
        ({"X-Forwarded-For": "192.0.2.7"}, "127.0.0.1", 403),
        ({"Authorization": "Bearer right"}, "192.0.2.7", 200),
        ({"Authorization": "Bearer wrong"}, "192.0.2.7", 403),
        ({"Authorization": "Bearer é"}, "192.0.2.7", 403),
    ],
)
def test_metrics_are_for_this_machine_or_with_the_token(
    client: Client, settings: Any, headers: dict[str, str], address: str, status: int
) -> None:
    settings.DIGIBEL_METRICS_TOKEN = "right"
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


def test_metrics_with_no_token_set_open_to_no_token(client: Client, settings: Any) -> None:
    settings.DIGIBEL_METRICS_TOKEN = ""
    answer = client.get("/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 403
