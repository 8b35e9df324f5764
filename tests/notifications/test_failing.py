"""Several gateways: the next one takes over from one that fails, and what may have left is never sent by another."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.notifications import failing, gateways, outbox
from digibel.notifications.models import CallTask, GatewayState, OutboundMessage
from notifications.networks import LOCKED_OUT, PASSING, REFUSED, TIMED_OUT, Scripted

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def use(settings, monkeypatch):
    """Send over these, in this order."""

    def these(*scripted):
        known = {one.name: one for one in scripted}
        settings.DIGIBEL_GATEWAY = ", ".join(known)
        real = gateways.gateway
        monkeypatch.setattr(gateways, "gateway", lambda name: known.get(name) or real(name))
        return scripted

    return these


def queue(organisation, how_many=1):
    """In the order in which they leave: written at the same instant, the id decides."""
    texts = [
        outbox.queue_message(
            cast.volunteer(name=f"V{number}").recipient,
            "plain.declined",
            organisation=organisation,
            subject=organisation,
        )
        for number in range(how_many)
    ]
    return sorted(texts, key=lambda text: text.pk)


def state(message):
    message.refresh_from_db()
    return message.status, message.gateway


def test_the_first_gateway_sends_while_it_works(lindeboom, use):
    first, second = use(Scripted("first"), Scripted("second"))
    texts = queue(lindeboom, 3)
    assert outbox.sweep() == 3
    assert (first.took, second.took) == ([text.pk for text in texts], [])
    assert not GatewayState.objects.exists()


def test_a_gateway_that_cannot_work_at_all_hands_over_at_once(lindeboom, use):
    first, second = use(Scripted("first", answers=[LOCKED_OUT]), Scripted("second"))
    texts = queue(lindeboom, 3)
    assert outbox.sweep() == 3
    assert len(first.tried) == 1, "one text is enough to know"
    assert sorted(second.took) == sorted(text.pk for text in texts)
    assert {state(text) for text in texts} == {("sent", "second")}


def test_a_few_failures_in_a_row_hand_over_and_one_success_counts_them_anew(lindeboom, use, now):
    first, second = use(Scripted("first", answers=[PASSING, PASSING, None, PASSING]), Scripted("second"))
    queue(lindeboom, 7)
    assert outbox.sweep() == 3
    assert (len(first.tried), len(first.took), len(second.took)) == (6, 1, 2)
    assert OutboundMessage.objects.filter(status="queued", trouble="unreachable").count() == 4
    with clock.travel(now + MINUTE / 2):
        assert failing.ready() == "second"


def test_it_is_tried_again_after_a_while_and_rests_ever_longer(lindeboom, use, now):
    first, _second = use(Scripted("first", answers=[LOCKED_OUT, LOCKED_OUT, None]), Scripted("second"))
    queue(lindeboom)
    outbox.sweep()
    assert GatewayState.objects.get().resting_until == now + MINUTE
    with clock.travel(now + MINUTE):
        queue(cast.organisation("Een"))
        outbox.sweep()
        assert GatewayState.objects.get().resting_until == now + 3 * MINUTE
        assert first.took == []
    with clock.travel(now + 3 * MINUTE):
        queue(cast.organisation("Twee"))
        outbox.sweep()
    assert len(first.took) == 1
    state = GatewayState.objects.get()
    assert (state.failures, state.rests, state.resting_until, state.trouble) == (0, 0, None, "")


def test_a_bad_number_says_nothing_against_the_gateway(lindeboom, use):
    first, second = use(Scripted("first", answers=[REFUSED]), Scripted("second"))
    texts = queue(lindeboom, 4)
    assert outbox.sweep() == 0
    assert (len(first.tried), second.tried) == (4, [])
    assert {state(text) for text in texts} == {("on_list", "first")}
    assert failing.ready() == "first"


def test_what_may_have_left_is_never_sent_by_another_gateway(lindeboom, use, now):
    """It is repeated where that is harmless, over the same gateway only; then a person looks."""
    first, second = use(Scripted("first", answers=[TIMED_OUT]), Scripted("second"))
    (text,) = queue(lindeboom)
    moment = now
    while state(text)[0] == "queued":
        with clock.travel(moment):
            outbox.sweep()
        moment += MINUTE
        assert moment < now + 60 * MINUTE
    assert (state(text), text.perhaps_sent) == (("on_list", "first"), True)
    assert (len(first.tried), second.tried) == (outbox.MOST_TRIES, [])


def test_what_may_have_left_over_a_gateway_that_would_repeat_it_is_a_persons_at_once(lindeboom, use):
    first, second = use(Scripted("first", takes_our_id=False, answers=[TIMED_OUT, None]), Scripted("second"))
    doubtful, other = queue(lindeboom, 2)
    assert outbox.sweep() == 1
    assert (state(doubtful), doubtful.trouble) == (("on_list", "first"), "perhaps_sent")
    assert state(other) == ("sent", "first")
    assert (len(first.tried), second.tried) == (2, [])
    assert CallTask.objects.open().get().recipient == doubtful.recipient


def test_what_may_have_left_over_a_gateway_that_is_gone_is_a_persons(lindeboom, use):
    (text,) = queue(lindeboom)
    OutboundMessage.objects.update(gateway="sold", perhaps_sent=True)
    use(Scripted("first"))
    assert outbox.sweep() == 0
    assert state(text) == ("on_list", "sold")


def test_while_all_rest_nothing_is_tried_and_nothing_is_lost(lindeboom, use, now):
    (only,) = use(Scripted("only", answers=[LOCKED_OUT, None]))
    texts = queue(lindeboom, 3)
    assert outbox.sweep() == 0
    assert outbox.sweep() == 0
    assert len(only.tried) == 1
    assert sorted(OutboundMessage.objects.values_list("tries", flat=True)) == [0, 0, 1]
    with clock.travel(now + MINUTE):
        assert outbox.sweep() == 3
    assert sorted(only.took) == sorted(text.pk for text in texts)


def test_an_adapter_that_breaks_leaves_its_text_in_doubt(lindeboom, use, now):
    use(Scripted("first", takes_our_id=False, answers=[RuntimeError("+32470000000"), None]), Scripted("second"))
    broken, other = queue(lindeboom, 2)
    assert outbox.sweep() == 1
    assert (state(broken), state(other)) == (("sending", "first"), ("sent", "first"))
    with clock.travel(now + 3 * MINUTE):
        outbox.free_stuck()
        outbox.sweep()
    assert state(broken) == ("on_list", "first")
