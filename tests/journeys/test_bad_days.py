"""Bad days: what people see, and that nothing is lost, nothing half-saved, and a text that came in comes again.

A worker killed in the middle: `races/test_sending.py`. Gateways that fail: `notifications/test_gateway_faults.py`.
"""

import json
import logging
import os
import resource
import signal
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client as Browser

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.models import InboundMessage, OutboundMessage
from digibel.organisations.keys import make_key
from digibel.organisations.scopes import EVERY_SCOPE
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import cards, clockwork, promises
from digibel.scheduling.models import Visit
from digibel.unwritable import NotNow
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SENTENCE = str(NotNow())
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def house(frozen_clock):
    """An organisation at work: a visit that is booked, and everybody who looks at it or writes about it."""
    with transaction.atomic():
        return House(cast.organisation())


class House:
    def __init__(self, organisation):
        self.visit = cast.booked(cast.request(organisation), cast.volunteer(organisation))
        _, self.key = make_key(organisation, name="one", scopes=EVERY_SCOPE)
        self.browser = Browser(raise_request_exception=False, **ENGLISH)
        self.browser.force_login(cast.coordinator(organisation), backend="django.contrib.auth.backends.ModelBackend")
        self.stranger = Browser(raise_request_exception=False, **ENGLISH)
        self.volunteer = self.visit.volunteer.recipient.number

    def text(self, words="OK", number="1"):
        """As a gateway tells that a text came in."""
        told = {"id": number, "from": self.volunteer, "to": cast.SMS_NUMBER, "text": words}
        return self.stranger.post("/gateways/simulator/inbound", json.dumps(told), content_type="application/json")

    def log_request(self):
        return self.stranger.post(
            "/api/v1/help-requests",
            json.dumps(cast.told()),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}"},
        )

    @property
    def pages(self):
        return [
            "/",
            "/requests",
            f"/requests/{self.visit.request.reference}",
            f"/visits/{self.visit.pk}",
            f"/clients/{self.visit.client_id}",
            "/visits",
            "/calls",
            "/inbox",
            "/match",
            "/volunteers",
        ]


def only_read(yes):
    """As `DIGIBEL_READ_ONLY`, a copy of the database, or a disk that takes nothing more."""
    for one in connections.all():
        with one.cursor() as cursor:
            if one.vendor == "sqlite":
                cursor.execute(f"PRAGMA query_only = {'ON' if yes else 'OFF'}")
            else:
                cursor.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION READ {'ONLY' if yes else 'WRITE'}")


@pytest.fixture
def read_only(house):
    only_read(True)
    yield house
    only_read(False)


def kept():
    return (HelpRequest.objects.count(), Client.objects.count(), InboundMessage.objects.count(), Event.objects.count())


def assert_all_is_well():
    assert [str(finding) for finding in promises.check() if not finding.holds] == []


# --- nothing can be written -----------------------------------------------------------------------------------------


def test_what_can_be_read_is_read(read_only):
    answers = {page: read_only.browser.get(page).status_code for page in read_only.pages}
    answers["card"] = read_only.stranger.get(f"/visit/{cards.token(read_only.visit)}").status_code
    answers["API"] = read_only.stranger.get(
        "/api/v1/help-requests", headers={"Authorization": f"Bearer {read_only.key}"}
    ).status_code
    assert {page: status for page, status in answers.items() if status != 200} == {}


def test_who_looked_is_in_the_log_where_it_cannot_be_in_the_audit(read_only, caplog):
    before = kept()
    with caplog.at_level(logging.WARNING, logger="digibel.audit.recording"):
        page = read_only.browser.post(f"/visits/{read_only.visit.pk}/address")
    assert b"Theodorstraat" in page.content
    [line] = [record.getMessage() for record in caplog.records if record.name == "digibel.audit.recording"]
    assert line.startswith(f"address.shown scheduling.visit {read_only.visit.pk} by staff:")
    assert kept() == before


def test_who_writes_is_told_to_ring_and_nothing_is_half_saved(read_only):
    before = kept()
    answer = read_only.browser.post(f"/visits/{read_only.visit.pk}/do/cancel", {"reason": "organisation"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert SENTENCE in answer.content.decode()
    part = read_only.browser.post(
        f"/visits/{read_only.visit.pk}/do/cancel", {"reason": "organisation"}, headers={"HX-Request": "true"}
    )
    assert (part.status_code, part["HX-Retarget"]) == (503, "#messages")
    assert SENTENCE in part.content.decode()
    assert "<html" not in part.content.decode()
    assert kept() == before


def test_a_program_is_told_to_come_again(read_only):
    before = kept()
    answer = read_only.log_request()
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "30")
    assert kept() == before


def test_a_text_that_comes_in_comes_again_and_is_read_once(house):
    only_read(True)
    away = house.text()
    only_read(False)
    assert (away.status_code, away["Retry-After"], away.json()["code"]) == (503, "30", "not_now")
    assert InboundMessage.objects.count() == 0
    assert [house.text().status_code, house.text().status_code] == [200, 200]
    assert InboundMessage.objects.count() == 1
    assert_all_is_well()


# --- a full disk, a spoilt file, a database that is away ------------------------------------------------------------

sqlite_only = pytest.mark.skipif("DIGIBEL_DATABASE_URL" in os.environ, reason="about a file")


def on_a_full_disk(house):
    """In a process of its own, which the kernel lets write not one byte more to any file."""

    def ask():
        # As a process that was there before the disk was full.
        house.browser.get("/requests")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        logging.disable(logging.CRITICAL)
        return [
            house.browser.get("/requests").status_code,
            house.text().status_code,
            house.log_request().status_code,
            house.stranger.get("/healthz").status_code,
        ]

    return at_once([ask])[0]


@sqlite_only
def test_a_full_disk_loses_nothing(house):
    before = kept()
    assert on_a_full_disk(house) == [200, 503, 503, 200]
    assert kept() == before
    assert (house.text().status_code, house.log_request().status_code) == (200, 201)
    assert_all_is_well()


@sqlite_only
def test_a_spoilt_file_says_so_and_brings_no_page_down(house, tmp_path):
    """The backup of last night brings it back: `backups/test_backups.py`."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "spoilt.sqlite3")])
    whole = (tmp_path / "spoilt.sqlite3").read_bytes()
    (tmp_path / "spoilt.sqlite3").write_bytes(whole[:4096] + b"\x5a" * (len(whole) - 4096))

    def ask():
        connection.close()
        connection.settings_dict["NAME"] = str(tmp_path / "spoilt.sqlite3")
        logging.disable(logging.CRITICAL)
        return [
            house.browser.get("/").status_code,
            house.text().status_code,
            house.stranger.get("/readyz").status_code,
        ]

    assert at_once([ask]) == [[503, 503, 503]]


def test_a_database_that_is_away_and_comes_back(house, monkeypatch):
    before = kept()

    def away(*args):
        raise OperationalError("connection to server at 10.0.0.1 failed: password x")

    with monkeypatch.context() as patched:
        connection.close()
        patched.setattr(connection, "connect", away)
        answers = [house.browser.get("/"), house.text(), house.log_request(), house.stranger.get("/readyz")]
        assert [answer.status_code for answer in answers] == [503, 503, 503, 503]
        assert not any(b"password" in answer.content for answer in answers)
        assert house.stranger.get("/healthz").status_code == 200
    assert kept() == before
    answers = [house.browser.get("/"), house.text(), house.log_request()]
    assert [answer.status_code for answer in answers] == [200, 200, 201]
    assert_all_is_well()


def test_the_page_of_that_day_is_drawn_without_asking_anything(house, monkeypatch):
    def away(*args):
        raise OperationalError("away")

    with monkeypatch.context() as patched:
        connection.close()
        patched.setattr(connection, "connect", away)
        page = house.browser.get("/").content.decode()
    assert SENTENCE in page
    assert "Traceback" not in page


# --- the clock ------------------------------------------------------------------------------------------------------


def live_at(moment):
    with clock.travel(moment):
        clockwork.tick()
        outbox.sweep()


def test_a_clock_that_jumps_on_and_back_sends_nothing_twice(house, now):
    live_at(now)
    live_at(now + timedelta(hours=6))
    sent = sorted(OutboundMessage.objects.filter(status="sent").values_list("pk", "sent_at"))
    assert sent
    for moment in (now, now - timedelta(hours=3), now + timedelta(hours=5)):
        live_at(moment)
        assert sorted(OutboundMessage.objects.filter(status="sent").values_list("pk", "sent_at")) == sent
    with clock.travel(now + timedelta(hours=6)):
        assert_all_is_well()
    assert Visit.objects.get().status == "booked"
