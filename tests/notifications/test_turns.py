"""Texts to one person leave in the order in which they were written."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.notifications import outbox, turns
from digibel.notifications.gateways.simulator import Simulator
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


@pytest.fixture
def handed_over(monkeypatch):
    """The ids of texts in the order in which the network was given them."""
    ids, send = [], Simulator.send

    def noted(self, *, message_id, to, text):
        ids.append(message_id)
        return send(self, message_id=message_id, to=to, text=text)

    monkeypatch.setattr(Simulator, "send", noted)
    return ids


def test_after_a_long_outage_the_first_still_leaves_first_though_it_was_tried_before(els, now, handed_over):
    first, second = queue(els, now), queue(els, now + SECOND)
    OutboundMessage.objects.filter(pk=first.pk).update(tries=1, not_before=now + timedelta(minutes=1))
    with clock.travel(now + timedelta(hours=1)):
        assert outbox.sweep() == 2
    assert handed_over == [first.pk, second.pk]


def test_after_a_long_outage_a_second_worker_still_waits_for_the_first(els, now):
    """It sees the first one as waiting, as the other worker has not committed its claim yet."""
    first, second = queue(els, now), queue(els, now + SECOND)
    with clock.travel(now + timedelta(hours=1)):
        assert turns.behind([second]) == {second.pk}
        assert turns.behind([first]) == set()


def test_what_only_a_resting_gateway_may_send_holds_up_no_alarm_and_the_rest_for_a_while(els, now):
    stuck, alarm = queue(els, now), queue(els, now + SECOND, any_hour=True)
    second = queue(els, now + 2 * SECOND)
    OutboundMessage.objects.filter(pk=stuck.pk).update(tries=1, perhaps_sent=True, gateway="twilio")
    with clock.travel(now + timedelta(minutes=9)):
        assert turns.behind([alarm, second]) == {second.pk}
        OutboundMessage.objects.filter(pk=alarm.pk).update(status="sent")
        assert turns.behind([second]) == {second.pk}
    with clock.travel(now + timedelta(minutes=10)):
        assert turns.behind([second]) == set()
