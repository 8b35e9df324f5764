"""A text's way is one trace: from the webhook that brings it, through the queue and the outbox, to the gateway."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import Value
from queue import Queue

import pytest
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from django_q.worker import worker

from digibel import clock, tracing
from digibel.guardrails.logs import JsonFormatter
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage

pytestmark = pytest.mark.django_db

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TOLD = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def lines(settings):
    """What the operator's program reads."""
    settings.DIGIBEL_LOG_REQUESTS = True
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def queued() -> Iterator[dict]:
    for row in OrmQ.objects.order_by("pk"):
        row.delete()
        yield SignedPackage.loads(row.payload)


def work() -> int:
    """What lies in the queue, done by django-q's own worker, here."""
    tasks, done = Queue(), Queue()
    for task in queued():
        # It keeps its hands off the connection of the test then, and lets an error out.
        tasks.put({**task, "sync": True})
    tasks.put("STOP")
    worker(tasks, done, Value("f", -1))
    return done.qsize()


def says(client, telephone, person, text, *, traceparent):
    body = telephone.receives(person.recipient.number, text)
    headers = {**telephone.signs(body), "traceparent": traceparent}
    return client.post("/gateways/android/inbound", body, content_type="application/json", headers=headers)


def test_from_the_webhook_to_the_gateway_it_is_one_trace(client, telephone, els, lines, commits):
    with commits():
        answer = says(client, telephone, els, "mijn pincode is 4821", traceparent=TOLD)
    assert (answer.status_code, tracing.read(answer["traceresponse"]).hex) == (200, TRACE)
    with commits():
        assert work() == 1
    assert [tracing.read(one).hex for one in telephone.traceparents] == [TRACE]
    assert telephone.traceparents[0] not in (TOLD, answer["traceresponse"]), "a span of its own"
    told = lines()
    assert [line["message"] for line in told] == ["answered", "text routed", "text taken", "worked"]
    assert {line["trace_id"] for line in told} == {TRACE}
    assert told[0]["door"] == "gateway_inbound"
    assert told[3]["task"] == "digibel.notifications.tasks.route_text"
    assert "4821" not in json.dumps(told)
    assert els.recipient.number not in json.dumps(told)
    assert tracing.current() is None


def test_what_waits_for_the_morning_still_belongs_to_what_led_to_it(telephone, els, lindeboom, commits):
    later = clock.now() + timedelta(hours=3)
    with commits(), tracing.under(tracing.read(TOLD)):
        outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els, not_before=later)
    work()
    assert telephone.traceparents == []
    with clock.travel(later):
        outbox.sweep()
    assert [tracing.read(one).hex for one in telephone.traceparents] == [TRACE]


def test_texts_of_two_deeds_that_leave_in_one_go_keep_each_its_own(telephone, els, lindeboom, commits):
    with commits(), tracing.under(tracing.read(TOLD)):
        outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    # As it was written before there were traces.
    outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    assert list(OutboundMessage.objects.order_by("pk").values_list("trace", flat=True)) == [tracing.read(TOLD), None]
    assert outbox.sweep() == 2
    one, other = (tracing.read(header).hex for header in telephone.traceparents)
    assert one == TRACE
    assert other not in (TRACE, None)
    assert tracing.current() is None


def test_what_a_gateway_does_not_take_is_told_with_the_trace_of_the_text(telephone, els, lindeboom, lines):
    with tracing.under(tracing.read(TOLD)):
        outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    telephone.next_time((503, {}))
    outbox.sweep()
    [line] = [line for line in lines() if line["message"] == "text not taken"]
    assert line["trace_id"] == TRACE


def test_a_task_that_nobody_asked_for_begins_a_trace_and_one_that_breaks_leaves_it(els, lines, commits):
    from django_q.tasks import async_task

    async_task("digibel.notifications.tasks.sweep_outbox")
    async_task("digibel.notifications.tasks.sweep_outbox")
    assert all(tracing.HEADER not in SignedPackage.loads(row.payload) for row in OrmQ.objects.all())
    work()
    one, other = (line["trace_id"] for line in lines())
    assert one != other
    async_task("digibel.notifications.tasks.route_text", "no id at all")
    with pytest.raises(Exception, match="ValidationError"):
        work()
    assert lines()[-1]["well"] is False
    assert tracing.current() is None


def test_a_worker_knows_no_garbage_of_an_older_queue(els):
    from digibel.notifications import queued as along

    task = {"func": "digibel.notifications.tasks.sweep_outbox", tracing.HEADER: "garbage"}
    along.take_up(task)
    assert tracing.current() is not None
    along.leave(task)
    assert tracing.current() is None
