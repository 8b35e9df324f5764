"""Texts to one person leave in the order in which they were written."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage, SimulatedText

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def els(frozen_clock):
    return cast.volunteer(cast.organisation())


def queue(els, at, **options):
    with clock.travel(at):
        organisation = els.recipient.messages.first() and els.recipient.messages.first().organisation
        return outbox.queue_message(
            els.recipient,
            "plain.declined",
            organisation=organisation or cast.organisation("Een"),
            subject=els,
            **options,
        )


def status(message):
    return OutboundMessage.objects.get(pk=message.pk).status


def test_the_second_waits_while_another_worker_sends_the_first(els, now):
    first, second = queue(els, now), queue(els, now + SECOND)
    OutboundMessage.objects.filter(pk=first.pk).update(status="sending", gateway="simulator", status_at=now)
    with clock.travel(now + 2 * SECOND):
        assert outbox.sweep() == 0
        OutboundMessage.objects.filter(pk=first.pk).update(status="sent")
        assert outbox.sweep() == 1
    assert status(second) == "sent"


def test_one_sweep_sends_all_of_one_person_in_order(els, now):
    texts = [queue(els, now + number * SECOND) for number in range(5)]
    with clock.travel(now + 10 * SECOND):
        assert outbox.sweep() == 5
    assert list(SimulatedText.objects.order_by("at", "pk").values_list("pk", flat=True)) != []
    assert {status(text) for text in texts} == {"sent"}


def test_texts_of_one_instant_leave_as_they_were_written(els, now):
    texts = [queue(els, now) for _ in range(20)]
    assert outbox.sweep() == 20
    assert sorted(texts, key=lambda text: text.pk) == texts


def test_the_second_waits_while_the_first_is_tried_again_but_an_answer_does_not(els, now):
    first, second = queue(els, now), queue(els, now + SECOND)
    answer = queue(els, now + 2 * SECOND, any_hour=True)
    OutboundMessage.objects.filter(pk=first.pk).update(tries=1, not_before=now + timedelta(minutes=2))
    OutboundMessage.objects.filter(pk=second.pk).update(not_before=now + timedelta(minutes=1))
    with clock.travel(now + 5 * SECOND):
        assert outbox.sweep() == 1
        assert status(answer) == "sent"
    with clock.travel(now + timedelta(minutes=1)):
        assert outbox.sweep() == 0
    with clock.travel(now + timedelta(minutes=2)):
        assert outbox.sweep() == 2


def test_a_text_that_never_leaves_holds_up_the_next_one_for_a_while_only(els, now, monkeypatch):
    first, second = queue(els, now), queue(els, now + SECOND)
    is_true = outbox.is_true

    def breaks(message):
        if message.pk == first.pk:
            raise RuntimeError
        return is_true(message)

    monkeypatch.setattr(outbox, "is_true", breaks)
    with clock.travel(now + timedelta(minutes=9)):
        assert outbox.sweep() == 0
    with clock.travel(now + timedelta(minutes=10)):
        assert outbox.sweep() == 1
    assert (status(first), status(second)) == ("queued", "sent")
