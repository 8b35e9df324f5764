"""Receipts in any order, twice, too late and too soon: a text moves along its arrows, and none is lost."""

from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.notifications import outbox, receipts
from digibel.notifications.gateways.base import Receipt
from digibel.notifications.models import MESSAGE_MOVES, CallTask, EarlyReceipt, MessageStatus, OutboundMessage
from digibel.notifications.receipts import note_receipt

pytestmark = pytest.mark.django_db

ID = "their-own-id"


@pytest.fixture
def text(frozen_clock):
    lindeboom = cast.organisation()
    return outbox.queue_message(
        cast.volunteer(lindeboom).recipient, "plain.declined", organisation=lindeboom, subject=lindeboom
    )


def sending(text):
    OutboundMessage.objects.filter(pk=text.pk).update(
        status="sending", gateway="simulator", provider_id="", tries=1, status_at=clock.now()
    )
    text.refresh_from_db()
    return text


def committed_as_sent(text):
    text.provider_id = ID
    outbox._note_sent([text])


def status(text):
    return OutboundMessage.objects.get(pk=text.pk).status


@given(st.lists(st.booleans(), max_size=4), st.lists(st.booleans(), max_size=4))
def test_the_first_receipt_decides_whether_it_came_before_or_after_the_commit(text, before, after):
    with transaction.atomic():
        sending(text)
        seen = [status(text)]
        for delivered in before:
            assert note_receipt("simulator", Receipt(ID, delivered)) is False
        committed_as_sent(text)
        seen.append(status(text))
        for delivered in after:
            note_receipt("simulator", Receipt(ID, delivered))
            seen.append(status(text))
        told = [*before, *after]
        ends = {True: "delivered", False: "on_list"}
        assert status(text) == (ends[told[0]] if told else "sent")
        for here, there in pairwise(seen):
            assert here == there or there in MESSAGE_MOVES[here] or there in MESSAGE_MOVES[MessageStatus.SENT]
        assert CallTask.objects.open().count() == (status(text) == "on_list")
        assert not EarlyReceipt.objects.exists()
        transaction.set_rollback(True)


def test_a_receipt_that_names_our_own_id_is_known_before_the_commit(text):
    sending(text)
    assert note_receipt("simulator", Receipt(str(text.pk), True)) is True
    committed_as_sent(text)
    assert status(text) == "delivered"


def test_what_a_crash_kept_apart_is_found_within_a_minute(text):
    sending(text)
    note_receipt("simulator", Receipt(ID, False))
    OutboundMessage.objects.filter(pk=text.pk).update(status="sent", provider_id=ID)
    assert receipts.apply_all_early() == 1
    assert (status(text), EarlyReceipt.objects.count()) == ("on_list", 0)


def test_a_receipt_of_no_text_is_forgotten_after_a_while(text, now):
    assert note_receipt("simulator", Receipt("nobody's", True)) is False
    assert receipts.apply_all_early() == 0
    assert EarlyReceipt.objects.count() == 1
    with clock.travel(now + receipts.KEPT):
        receipts.apply_all_early()
    assert not EarlyReceipt.objects.exists()


def test_a_receipt_without_an_id_fits_no_text(text):
    assert note_receipt("simulator", Receipt("", True)) is False
    assert note_receipt("", Receipt("", True)) is False
    assert status(text) == "queued"
