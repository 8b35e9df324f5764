"""STOP and START, in any of their forms: at once, confirmed once, and seen by a person."""

import pytest

import cast
from digibel import clock
from digibel.notifications.models import OutboundMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def els(lindeboom):
    els = cast.volunteer(lindeboom)
    cast.offered(cast.request(lindeboom), els)
    return els


def confirmations():
    return sorted(OutboundMessage.objects.filter(kind__startswith="plain.st").values_list("kind", flat=True))


@pytest.mark.parametrize("said", ["STOP", "stop", "Stop!", "stop aub", "STOPP", "arret", "قف"])
def test_stop_in_any_form_is_heard_at_once(els, said):
    message = cast.texts(els, said)
    els.recipient.refresh_from_db()
    assert (message.outcome, message.status, els.recipient.stopped_at) == ("stopped", "inbox", clock.now())


def test_stop_is_confirmed_once(els):
    for _ in range(3):
        assert cast.texts(els, "STOP").outcome == "stopped"
    assert confirmations() == ["plain.stop_confirmed"]


def test_start_brings_them_back(els):
    cast.texts(els, "STOP")
    assert cast.texts(els, "START").outcome == "started"
    els.recipient.refresh_from_db()
    assert els.recipient.stopped_at is None
    assert confirmations() == ["plain.start_confirmed", "plain.stop_confirmed"]


def test_start_without_a_stop_says_nothing_more(els):
    assert cast.texts(els, "START").outcome == "started"
    assert confirmations() == []


def test_a_client_who_stops_is_rung_from_now_on(lindeboom, els):
    assert cast.texts(els, "ja").outcome == "offer.accepted"
    client = lindeboom.clients.get()
    assert cast.texts(client, "STOP").outcome == "stopped"
    client.recipient.refresh_from_db()
    assert (client.recipient.channel, confirmations()) == ("call", ["plain.stop_confirmed_client"])
    assert cast.texts(client, "START").outcome == "started"
    client.recipient.refresh_from_db()
    assert client.recipient.channel == "sms"


def test_who_is_told_by_a_worker_they_trust_goes_on_to_be_so(lindeboom, els):
    """They cannot be rung themselves: a STOP from their telephone does not make it the way to reach them."""
    told = {"channel": "worker", "trusted_worker": "Malika", "trusted_worker_phone": "+3224267788"}
    client = cast.request(lindeboom, client=told).client
    OutboundMessage.objects.filter(recipient=client.recipient).delete()
    for said in ("STOP", "START"):
        cast.texts(client, said)
        client.recipient.refresh_from_db()
        assert (client.recipient.channel, client.recipient.stopped_at is None) == ("worker", said == "START")


@pytest.mark.parametrize("said", ["niet stoppen", "stop niet", "de bus stopt hier", "UIT"])
def test_a_word_that_only_sounds_like_it_silences_nobody(els, said):
    cast.texts(els, said)
    els.recipient.refresh_from_db()
    assert els.recipient.stopped_at is None
