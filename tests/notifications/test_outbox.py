"""The outbox: when a text leaves, what it is checked against, and where it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.notifications import gateways, outbox, tasks
from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways.base import Receipt
from digibel.notifications.models import MESSAGE_MOVES, CallTask, MessageStatus, OutboundMessage, SimulatedText
from digibel.notifications.owners import PlainTexts
from digibel.notifications.receipts import note_receipt
from digibel.sealing import keys

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 9, 15, 20, 30, tzinfo=UTC)
MORNING = datetime(2026, 9, 16, 6, 0, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 9, 19, 20, 30, tzinfo=UTC)


class Refusing:
    """A gateway that takes nothing, or nothing for a while."""

    name = "refusing"
    takes_our_id = True

    def __init__(self, *, permanent):
        self.permanent = permanent

    def send(self, **_):
        raise GatewayError("out_of_credit", permanent=self.permanent)


def queue(els, lindeboom, **options):
    return outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els, **options)


def status(message):
    return OutboundMessage.objects.get(pk=message.pk).status


@pytest.fixture
def refusing(monkeypatch):
    def use(*, permanent):
        monkeypatch.setattr(gateways, "gateway", lambda name: Refusing(permanent=permanent))

    return use


def test_a_text_is_queued_with_its_deed_and_leaves_with_the_sweep(els, lindeboom):
    message = queue(els, lindeboom)
    assert status(message) == "queued"
    assert outbox.sweep() == 1
    assert outbox.sweep() == 0
    sent = OutboundMessage.objects.get()
    assert (sent.status, sent.tries, sent.gateway, sent.provider_id) == ("sent", 1, "simulator", str(message.pk))
    assert SimulatedText.objects.get().body == sent.body


@pytest.mark.parametrize(
    ("now", "options", "leaves"),
    [
        (NIGHT, {}, MORNING),
        (NIGHT, {"any_hour": True}, NIGHT),
        (NIGHT, {"near": MORNING + timedelta(hours=4)}, MORNING),
        (SATURDAY_NIGHT, {}, datetime(2026, 9, 21, 6, 0, tzinfo=UTC)),
        (SATURDAY_NIGHT, {"near": datetime(2026, 9, 20, 12, tzinfo=UTC)}, datetime(2026, 9, 20, 6, 0, tzinfo=UTC)),
        (SATURDAY_NIGHT, {"near": datetime(2026, 9, 23, 12, tzinfo=UTC)}, datetime(2026, 9, 21, 6, 0, tzinfo=UTC)),
        # Monday morning at nine: on Sunday from nine.
        (SATURDAY_NIGHT, {"near": datetime(2026, 9, 21, 7, tzinfo=UTC)}, datetime(2026, 9, 20, 7, 0, tzinfo=UTC)),
        # Monday evening after eight: not on Sunday evening after eight.
        (SATURDAY_NIGHT, {"near": datetime(2026, 9, 21, 18, tzinfo=UTC)}, datetime(2026, 9, 21, 6, 0, tzinfo=UTC)),
        # About what was last week nobody has to hear on a Sunday.
        (SATURDAY_NIGHT, {"near": datetime(2026, 9, 12, 12, tzinfo=UTC)}, datetime(2026, 9, 21, 6, 0, tzinfo=UTC)),
    ],
)
def test_nobody_is_woken_and_sundays_are_for_what_is_near(els, lindeboom, now, options, leaves):
    with clock.travel(now):
        message = queue(els, lindeboom, **options)
        assert outbox.sweep() == (leaves == now)
    if leaves > now:
        with clock.travel(leaves - timedelta(seconds=1)):
            assert outbox.sweep() == 0
        with clock.travel(leaves):
            assert outbox.sweep() == 1
    assert status(message) == "sent"


def test_a_gateway_that_is_down_is_tried_again_ever_later_and_then_a_person_takes_over(els, lindeboom, now, refusing):
    refusing(permanent=False)
    message = queue(els, lindeboom)
    moment, waits = now, []
    while status(message) == "queued":
        with clock.travel(moment):
            outbox.sweep()
            message.refresh_from_db()
        waits.append((message.not_before - moment) // timedelta(minutes=1))
        moment = max(moment, message.not_before)
    assert waits[:-1] == [1, 2, 4, 8]
    assert (message.status, message.trouble, message.tries) == ("on_list", "out_of_credit", 5)
    assert CallTask.objects.open().get().recipient == els.recipient


def test_a_number_that_does_not_exist_is_not_tried_again(els, lindeboom, refusing):
    refusing(permanent=True)
    message = queue(els, lindeboom)
    outbox.sweep()
    message.refresh_from_db()
    assert (message.status, message.tries) == ("on_list", 1)


def test_one_text_that_breaks_keeps_none_of_the_others_waiting(els, lindeboom, monkeypatch, caplog):
    first, second = queue(els, lindeboom), queue(cast.volunteer(name="Ayse"), lindeboom)
    still_true = outbox.is_true

    def breaks(message):
        if message.pk == first.pk:
            raise RuntimeError(els.recipient.number)
        return still_true(message)

    monkeypatch.setattr(outbox, "is_true", breaks)
    assert outbox.sweep() == 1
    assert (status(first), status(second)) == ("queued", "sent")
    assert "RuntimeError" in caplog.records[-1].error
    assert els.recipient.number not in caplog.text


def left_breaks_for(text, monkeypatch):
    """What follows from its having left cannot be written."""

    def left(self, message):
        if message.pk == text.pk:
            raise RuntimeError

    monkeypatch.setattr(PlainTexts, "left", left)


def test_one_text_whose_leaving_breaks_leaves_no_other_in_doubt(els, lindeboom, monkeypatch):
    first, second = queue(els, lindeboom), queue(cast.volunteer(name="Ayse"), lindeboom)
    left_breaks_for(first, monkeypatch)
    outbox.sweep()
    assert (status(first), status(second)) == ("sending", "sent")


def test_what_breaks_each_time_it_has_left_is_a_persons_in_the_end(els, lindeboom, monkeypatch, now):
    message = queue(els, lindeboom)
    left_breaks_for(message, monkeypatch)
    for number in range(1, outbox.MOST_TRIES + 1):
        with clock.travel(now + timedelta(minutes=3 * number)):
            outbox.sweep()
        with clock.travel(now + timedelta(minutes=3 * number + 2)):
            outbox.free_stuck()
    message.refresh_from_db()
    assert (message.status, message.trouble, message.tries) == ("on_list", "perhaps_sent", outbox.MOST_TRIES)
    assert SimulatedText.objects.count() == 1
    assert CallTask.objects.open().get().kind == "plain.undelivered"


def test_a_batch_is_noted_as_sent_in_one_statement(lindeboom, monkeypatch):
    # A machine that does much else would give some of them back.
    monkeypatch.setattr(outbox, "BATCH_TAKES", 600)
    for number in range(outbox.BATCH):
        queue(cast.volunteer(name=f"V{number}"), lindeboom)
    with CaptureQueriesContext(connection) as asked:
        assert outbox.sweep() == outbox.BATCH
    told = [one["sql"] for one in asked if one["sql"].startswith("UPDATE") and "outboundmessage" in one["sql"]]
    assert len(told) == 2
    sent = OutboundMessage.objects.filter(status="sent", sent_at=clock.now(), trouble="")
    assert {str(one.pk) for one in sent} == set(sent.values_list("provider_id", flat=True))
    assert sent.count() == outbox.BATCH


def test_nothing_is_sent_to_who_was_erased(els, lindeboom):
    message = queue(els, lindeboom)
    keys.destroy(els.key_id)
    other = queue(cast.volunteer(name="Ayse"), lindeboom)
    assert outbox.sweep() == 1
    assert (status(message), status(other)) == ("withdrawn", "sent")


def test_a_text_that_is_stuck_is_left_alone_while_it_may_still_be_sending(els, lindeboom, now):
    message = queue(els, lindeboom)
    OutboundMessage.objects.update(status="sending", status_at=now, gateway="simulator", tries=1)
    with clock.travel(now + timedelta(minutes=1, seconds=59)):
        assert outbox.free_stuck() == 0
    with clock.travel(now + timedelta(minutes=2)):
        assert outbox.free_stuck() == 1
        assert status(message) == "queued"


def test_deeds_of_one_transaction_wake_the_worker_once(els, lindeboom, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as waiting:
        queue(els, lindeboom)
        queue(els, lindeboom)
    assert waiting == [outbox._wake_worker]


# --- receipts -------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(els, lindeboom):
    message = queue(els, lindeboom)
    outbox.sweep()
    return OutboundMessage.objects.get(pk=message.pk)


@given(st.lists(st.booleans(), min_size=1, max_size=4))
def test_receipts_in_any_order_move_along_the_arrows_only(delivered):
    """Whatever comes first decides: what was delivered is never undelivered, and what is on a list stays there."""
    state = MessageStatus.SENT
    for one in delivered:
        to = MessageStatus.DELIVERED if one else MessageStatus.ON_LIST
        state = to if to in MESSAGE_MOVES[state] else state
    assert state == (MessageStatus.DELIVERED if delivered[0] else MessageStatus.ON_LIST)


@pytest.mark.parametrize(
    ("receipts", "ends"),
    [
        ([True], "delivered"),
        ([True, True], "delivered"),
        ([False], "on_list"),
        ([True, False], "delivered"),
        ([False, True], "on_list"),
    ],
)
def test_a_receipt_says_how_it_ended_once(sent, receipts, ends):
    for delivered in receipts:
        assert note_receipt("simulator", Receipt(sent.provider_id, delivered)) in {True, False}
    assert status(sent) == ends
    assert CallTask.objects.open().count() == (ends == "on_list")


def test_a_receipt_of_another_gateway_or_of_nothing_changes_nothing(sent):
    assert note_receipt("another", Receipt(sent.provider_id, True)) is False
    assert note_receipt("simulator", Receipt("unknown", False)) is False
    assert status(sent) == "sent"


# --- every minute ---------------------------------------------------------------------------------------------------


def test_every_minute_what_was_lost_is_picked_up(els, lindeboom, now, monkeypatch):
    message = queue(els, lindeboom)
    OutboundMessage.objects.update(status="sending", status_at=now, gateway="simulator", tries=1)
    with clock.travel(now + timedelta(minutes=3)):
        tasks.pick_up_lost()
    assert status(message) == "sent"


def test_what_breaks_in_the_minutes_round_keeps_nothing_else_from_being_done(els, lindeboom, monkeypatch):
    message = queue(els, lindeboom)
    monkeypatch.setattr(tasks.outbox, "free_stuck", lambda: 1 // 0)
    with pytest.raises(tasks.TaskFailed, match="ZeroDivisionError"):
        tasks.pick_up_lost()
    assert status(message) == "sent"


def test_a_stuck_text_that_breaks_keeps_no_other_stuck(els, lindeboom, now, monkeypatch):
    first, second = queue(els, lindeboom), queue(els, lindeboom)
    OutboundMessage.objects.update(status="sending", status_at=now, gateway="simulator", tries=1)
    freely = outbox._free
    monkeypatch.setattr(outbox, "_free", lambda text: 1 // 0 if text.pk == first.pk else freely(text))
    with clock.travel(now + timedelta(minutes=2)):
        assert outbox.free_stuck() == 1
    assert (status(first), status(second)) == ("sending", "queued")


def test_a_task_that_fails_says_its_class_and_quotes_nobody(els, caplog):
    def fail():
        raise ValueError(els.recipient.number)

    with pytest.raises(tasks.TaskFailed, match=r"^ValueError$") as failure:
        tasks.quietly(fail)
    assert failure.value.__context__ is None
    assert els.recipient.number not in caplog.text
