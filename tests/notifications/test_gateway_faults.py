"""The ten things that go wrong between us and a gateway. After each, every text arrived once, or a person looks."""

import json
from datetime import timedelta

import pytest
from django.test import Client as Browser

import cast
from digibel import clock
from digibel.notifications import gateways, outbox, tasks, watching
from digibel.notifications.models import CallTask, EarlyReceipt, InboundMessage, OutboundMessage
from notifications.networks import Scripted
from notifications.standin import SLOW, OverHttp, Provider, sign

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def http():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def provider(http):
    http.mood, http.heard = "well", []
    return http


@pytest.fixture
def use(provider, settings, monkeypatch):
    """Send over the stand-in, with a second gateway that would take over."""

    def this(*, takes_our_id=True):
        spare = Scripted("spare")
        known = {"standin": OverHttp(provider, takes_our_id=takes_our_id), "spare": spare}
        settings.DIGIBEL_GATEWAY = "standin,spare"
        monkeypatch.setattr(gateways, "gateway", lambda name: known[name])
        return spare

    return this


def queue(person, organisation):
    return outbox.queue_message(person.recipient, "plain.declined", organisation=organisation, subject=organisation)


def fate(text):
    text.refresh_from_db()
    return text.status, text.gateway


def call_back(door, told, *, at=None, signature=None):
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    stamp = int((at or clock.now()).timestamp())
    headers = {"X-Timestamp": str(stamp), "X-Signature": signature or sign(body, stamp)}
    return Browser().post(f"/gateways/standin/{door}", body, content_type="application/json", headers=headers)


def reply(els, text="hallo", number="r1"):
    return {"id": number, "from": els.recipient.number, "to": cast.SMS_NUMBER, "text": text}


IN_DOUBT = ["time-out", "500", "garbage"]


@pytest.mark.parametrize("mood", IN_DOUBT)
def test_in_doubt_it_is_sent_again_where_it_then_arrives_once(els, lindeboom, provider, use, now, mood):
    """Time-out, 500, garbage for an answer: with our own id."""
    spare, provider.mood = use(), mood
    text = queue(els, lindeboom)
    assert outbox.sweep() == 0
    assert (fate(text), text.perhaps_sent) == (("queued", "standin"), True)
    provider.mood = "well"
    with clock.travel(now + MINUTE):
        assert outbox.sweep() == 1
    assert fate(text) == ("sent", "standin")
    assert (provider.heard, provider.arrived, spare.tried) == ([str(text.pk)] * 2, {str(text.pk)}, [])


@pytest.mark.parametrize("mood", IN_DOUBT)
def test_in_doubt_a_person_looks_where_it_would_arrive_twice(els, lindeboom, provider, use, now, mood):
    spare, provider.mood = use(takes_our_id=False), mood
    text = queue(els, lindeboom)
    outbox.sweep()
    provider.mood = "well"
    with clock.travel(now + MINUTE):
        outbox.sweep()
    assert (fate(text), text.trouble) == (("on_list", "standin"), "perhaps_sent")
    assert (provider.heard, spare.tried) == ([str(text.pk)], [])
    assert CallTask.objects.open().get().recipient == els.recipient


def test_slow_is_not_lost_and_nobody_sends_it_meanwhile(els, lindeboom, provider, use, monkeypatch):
    use(takes_our_id=False)
    provider.mood = "slow"
    texts = [queue(els, lindeboom), queue(cast.volunteer(name="Ayse"), lindeboom)]
    monkeypatch.setattr(outbox, "SWEEP_TAKES", SLOW / 2)
    assert outbox.sweep() < len(texts), "the queue's time is over: the rest is for the next wake-up"
    monkeypatch.setattr(outbox, "SWEEP_TAKES", 30)
    outbox.sweep()
    assert sorted(provider.heard) == sorted(str(text.pk) for text in texts)


def test_a_batch_that_takes_too_long_gives_the_rest_back(els, lindeboom, provider, use, monkeypatch):
    use()
    provider.mood = "slow"
    texts = [queue(els, lindeboom), queue(cast.volunteer(name="Ayse"), lindeboom)]
    monkeypatch.setattr(outbox, "BATCH_TAKES", SLOW / 2)
    monkeypatch.setattr(outbox, "SWEEP_TAKES", SLOW / 2)
    assert outbox.sweep() == 1
    assert sorted(OutboundMessage.objects.values_list("status", "tries")) == [("queued", 0), ("sent", 1)]
    monkeypatch.setattr(outbox, "SWEEP_TAKES", 30)
    outbox.sweep()
    assert sorted(provider.heard) == sorted(str(text.pk) for text in texts)


def test_a_delivery_that_is_told_twice_is_one_text(els, lindeboom, use):
    use()
    assert [call_back("inbound", reply(els)).json()["new"] for _ in range(2)] == [1, 0]
    assert InboundMessage.objects.get().body == "hallo"


def test_receipts_out_of_order_and_too_soon_end_where_the_first_says(els, lindeboom, use):
    use()
    text = queue(els, lindeboom)
    early = {"id": f"p-{text.pk}", "delivered": True}
    assert call_back("receipts", early).json() == {"received": 1, "known": 0}
    assert outbox.sweep() == 1
    assert fate(text)[0] == "delivered", "its receipt was faster than our own commit"
    assert call_back("receipts", early | {"delivered": False}).json()["known"] == 0
    assert (fate(text)[0], CallTask.objects.open().count()) == ("delivered", 0)


def test_an_unknown_receipt_changes_nothing_and_is_answered(els, lindeboom, use, now):
    use()
    text = queue(els, lindeboom)
    outbox.sweep()
    response = call_back("receipts", {"id": "somebody-elses", "delivered": False})
    assert (response.status_code, response.json()["known"]) == (200, 0)
    assert fate(text)[0] == "sent"
    with clock.travel(now + timedelta(days=3)):
        tasks.pick_up_lost()
    assert not EarlyReceipt.objects.exists()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"id": ""}', b"\xff\xfe"])
@pytest.mark.parametrize("door", ["inbound", "receipts"])
def test_garbage_at_the_door_is_refused_and_nothing_is_stored(lindeboom, use, door, body):
    use()
    assert call_back(door, body).status_code == 400
    assert (InboundMessage.objects.count(), EarlyReceipt.objects.count()) == (0, 0)


@pytest.mark.parametrize("door", ["inbound", "receipts"])
def test_a_wrong_signature_opens_no_door(els, lindeboom, use, door):
    use()
    text = queue(els, lindeboom)
    outbox.sweep()
    told = reply(els, "STOP") if door == "inbound" else {"id": f"p-{text.pk}", "delivered": False}
    assert call_back(door, told, signature="0" * 64).status_code == 403
    assert (fate(text)[0], InboundMessage.objects.count()) == ("sent", 0)


def test_a_replay_does_nothing_a_second_time(els, lindeboom, use, now):
    """At once it is the same text; later the signature is too old."""
    use()
    assert call_back("inbound", reply(els, "STOP")).json()["new"] == 1
    assert call_back("inbound", reply(els, "STOP")).json()["new"] == 0
    with clock.travel(now + timedelta(hours=1)):
        assert call_back("inbound", reply(els, "STOP", "r2"), at=now).status_code == 403
    assert InboundMessage.objects.count() == 1


def test_silence_is_told(els, lindeboom, provider, use, now):
    """It takes every text and says nothing of any, where it did before."""
    use()
    text = queue(els, lindeboom)
    outbox.sweep()
    call_back("receipts", {"id": f"p-{text.pk}", "delivered": True})
    with clock.travel(now + MINUTE):
        for number in range(watching.SILENT_TEXTS):
            queue(cast.volunteer(name=f"V{number}"), lindeboom)
        assert outbox.sweep() == watching.SILENT_TEXTS
    with clock.travel(now + watching.SILENT_AFTER + 2 * MINUTE):
        tasks.pick_up_lost()
        tasks.pick_up_lost()
    assert CallTask.objects.open().get().kind == "gateway.silent"
    assert OutboundMessage.objects.filter(status="sent").count() == watching.SILENT_TEXTS
