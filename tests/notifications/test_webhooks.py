"""The gateways' doors: what does not fit is refused with a problem, and what fits is stored once and answered at once."""

import json

import pytest

import cast
from digibel.notifications import outbox
from digibel.notifications.models import EarlyReceipt, InboundMessage, OutboundMessage, SimulatedText

pytestmark = pytest.mark.django_db

DOOR = "/gateways/simulator/inbound"
RECEIPTS = "/gateways/simulator/receipts"


@pytest.fixture
def els(frozen_clock):
    return cast.volunteer(cast.organisation())


def told(els, **changes):
    return {"id": "1", "from": els.recipient.number, "to": cast.SMS_NUMBER, "text": "hallo", **changes}


def post(client, body, *, path=DOOR, **options):
    body = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(path, body, content_type="application/json", **options)


def test_a_text_is_stored_and_answered_at_once(client, els):
    answer = post(client, told(els))
    assert (answer.status_code, answer.json()) == (200, {"received": 1, "new": 1})
    assert (InboundMessage.objects.get().status, InboundMessage.objects.get().recipient) == ("received", els.recipient)


def test_delivered_twice_it_is_stored_once(client, els):
    assert [post(client, told(els)).json()["new"] for _ in range(3)] == [1, 0, 0]
    assert InboundMessage.objects.count() == SimulatedText.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"id": 1}',
        b"[" * 60_000,
        b"x" * 3_000_000,
        {"id": "1"},
        {"id": "", "from": "0470123456", "to": "+32460000001", "text": "x"},
        {"id": "x" * 121, "from": "0470123456", "to": "+32460000001", "text": "x"},
        {"id": "1", "from": "0470123456", "to": "+32460000001", "text": "x" * 2001},
        {"id": "1", "from": None, "to": "+32460000001", "text": "x"},
    ],
)
def test_what_is_no_text_of_ours_is_refused_with_a_problem(client, els, body):
    answer = post(client, body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "bad_webhook"
    assert InboundMessage.objects.count() == 0


def test_a_number_that_is_none_is_refused_with_its_own_problem(client, els):
    answer = post(client, told(els, **{"from": "12"}))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_number")


def test_only_this_machine_may_play_the_telephones(client, els):
    assert post(client, told(els), REMOTE_ADDR="192.0.2.7").status_code == 403
    assert post(client, told(els), HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 403
    assert InboundMessage.objects.count() == 0


def test_an_unknown_gateway_is_not_found_and_a_look_is_no_delivery(client, els):
    assert post(client, told(els), path="/gateways/nowhere/inbound").status_code == 404
    assert client.get(DOOR).status_code == 405


def test_a_secret_does_not_reach_the_telephones_either(client, els):
    post(client, told(els, text="mijn pincode is 4711"))
    assert "4711" not in InboundMessage.objects.get().body
    assert "4711" not in SimulatedText.objects.get().body


def test_a_receipt_says_what_became_of_a_text(client, els):
    organisation = els.readiness.first().organisation
    message = outbox.queue_message(els.recipient, "plain.declined", organisation=organisation, subject=els)
    outbox.sweep()
    answer = post(client, {"id": str(message.pk), "status": "delivered"}, path=RECEIPTS)
    assert answer.json() == {"received": 1, "known": 1}
    assert OutboundMessage.objects.get().status == "delivered"
    assert post(client, {"id": "other", "status": "delivered"}, path=RECEIPTS).json() == {"received": 1, "known": 0}
    assert post(client, {"id": str(message.pk), "status": "lost"}, path=RECEIPTS).status_code == 400


def test_what_no_database_keeps_is_taken_out_of_every_field(client, els):
    assert post(client, told(els, id="a\x00b", text="\x00ja\ud800")).json() == {"received": 1, "new": 1}
    assert InboundMessage.objects.get().body == "ja?"
    assert post(client, {"id": "a\x00b", "status": "delivered"}, path=RECEIPTS).json() == {"received": 1, "known": 0}
    assert EarlyReceipt.objects.get().provider_id == "ab"
