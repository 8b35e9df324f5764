"""Texts leave once: with two workers on one outbox, and when a worker is killed in the middle of sending."""

import json
import os
import random
import signal
import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections, transaction
from django.test import RequestFactory

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import gateways, hands, outbox, webhooks
from digibel.notifications.errors import AlreadyTaken
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage, Recipient, SimulatedText
from digibel.scheduling import promises
from digibel.sealing import keys
from races import networks
from races.side_by_side import FORK, at_once

pytestmark = pytest.mark.django_db(transaction=True)

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
ROUNDS = 20 if LONG else 2
TEXTS, PEOPLE = (10_000, 1_000) if LONG else (120, 30)


@pytest.fixture
def network(settings):
    """Send over one of the gateways of this folder."""

    def use(name):
        settings.DIGIBEL_GATEWAYS = {
            "knows_our_id": "races.networks.KnowsOurId",
            "knows_nothing": "races.networks.KnowsNothing",
            "paper": "races.networks.Paper",
            "paper_that_knows": "races.networks.PaperThatKnows",
        }
        settings.DIGIBEL_GATEWAY = name
        gateways.gateway.cache_clear()

    yield use
    gateways.gateway.cache_clear()


def queue_texts(how_many, name="De Lindeboom"):
    with transaction.atomic():
        lindeboom = cast.organisation(name)
        return [
            outbox.queue_message(
                cast.volunteer(name=f"V{number}").recipient, "plain.declined", organisation=lindeboom, subject=lindeboom
            )
            for number in range(how_many)
        ]


def sweep_in_another_process():
    connections.close_all()
    process = FORK.Process(target=outbox.sweep)
    process.start()
    return process


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    assert process.exitcode == -signal.SIGKILL


def killed_while_sending(where, monkeypatch):
    """A worker stands still right before or right after the network has the text, and is killed there."""
    read, write = os.pipe()
    monkeypatch.setenv(networks.STAND_STILL, where)
    monkeypatch.setenv("DIGIBEL_TEST_PIPE", str(write))
    process = sweep_in_another_process()
    assert os.read(read, 5) == b"here\n"
    kill(process)
    monkeypatch.delenv(networks.STAND_STILL)


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_worker_killed_while_sending_loses_no_text_and_repeats_none(frozen_clock, network, monkeypatch, where):
    network("knows_our_id")
    texts = queue_texts(3)
    killed_while_sending(where, monkeypatch)
    assert set(OutboundMessage.objects.values_list("status", flat=True)) == {"sending"}, "claimed together"
    assert SimulatedText.objects.count() == (1 if where == "after" else 0)

    later = queue_texts(1, "De Linde")
    outbox.free_stuck()
    outbox.sweep()
    assert SimulatedText.objects.count() == (2 if where == "after" else 1), "what is stuck waits a while, nothing else"
    with clock.travel(frozen_clock + timedelta(minutes=3)):
        assert outbox.free_stuck() == 3
        outbox.sweep()
    assert set(SimulatedText.objects.values_list("pk", flat=True)) == {text.pk for text in texts + later}
    assert set(OutboundMessage.objects.values_list("status", flat=True)) == {"sent"}


@pytest.mark.parametrize("where", ["before", "after"])
def test_where_the_network_would_repeat_it_a_person_looks_instead(frozen_clock, network, monkeypatch, where):
    network("knows_nothing")
    queue_texts(3)
    killed_while_sending(where, monkeypatch)
    stuck = OutboundMessage.objects.get(status="sending")
    with clock.travel(frozen_clock + timedelta(minutes=3)):
        outbox.free_stuck()
        outbox.sweep()
        stuck.refresh_from_db()
        assert (stuck.status, stuck.trouble) == ("on_list", "perhaps_sent")
        call = CallTask.objects.open().get()
        assert (call.kind, call.recipient_id) == ("plain.undelivered", stuck.recipient_id)
        assert OutboundMessage.objects.filter(status="sent").count() == 2
        assert SimulatedText.objects.count() == (3 if where == "after" else 2)
        assert [str(finding) for finding in promises.check() if not finding.holds] == []


def test_workers_killed_again_and_again_send_each_text_once(frozen_clock, network, monkeypatch):
    network("knows_our_id")
    for number in range(ROUNDS):
        with clock.travel(frozen_clock + timedelta(minutes=5 * number)):
            texts = {text.pk for text in queue_texts_for_round(number)}
            for _ in range(4):
                process = sweep_in_another_process()
                time.sleep(random.Random(number).uniform(0.01, 0.2))
                if process.is_alive():
                    os.kill(process.pid, signal.SIGKILL)
                process.join(10)
        with clock.travel(frozen_clock + timedelta(minutes=5 * number + 3)):
            outbox.free_stuck()
            outbox.sweep()
            mine = OutboundMessage.objects.filter(pk__in=texts)
            assert set(mine.values_list("status", flat=True)) == {"sent"}
            assert SimulatedText.objects.filter(pk__in=texts).count() == len(texts)


def queue_texts_for_round(number):
    with transaction.atomic():
        organisation = cast.organisation(f"Round {number}")
        els = cast.volunteer(name=f"Els{number}")
        return [
            outbox.queue_message(els.recipient, "plain.declined", organisation=organisation, subject=organisation)
            for _ in range(20)
        ]


def queue_many(organisation):
    """So many texts to so many people, a few each, written one after the other. Ids by person, in order."""
    key = keys.new_key()
    people = [
        Recipient(kind="volunteer", key_id=key, number="+32470000000", number_index=f"many-{number}", languages=["nl"])
        for number in range(PEOPLE)
    ]
    Recipient.objects.bulk_create(people)
    texts, by_person = [], {}
    for number in range(TEXTS):
        person = people[number % PEOPLE]
        with clock.travel(clock.now() + timedelta(milliseconds=number)):
            text = outbox.compose(person, "plain.declined", organisation=organisation, subject=organisation)
        texts.append(text)
        by_person.setdefault(person.pk, []).append(str(text.pk))
    with transaction.atomic():
        outbox.queue_all(texts)
    return by_person


def sweep_and_be_killed(seed):
    """Two workers begin; one is killed in the middle, the other ends what it can."""
    doomed, other = sweep_in_another_process(), sweep_in_another_process()
    time.sleep(random.Random(seed).uniform(0.05, 0.5 if LONG else 0.2))
    if doomed.is_alive():
        os.kill(doomed.pid, signal.SIGKILL)
    for process in (doomed, other):
        process.join(120)


@pytest.mark.parametrize("name", ["paper", "paper_that_knows"])
def test_many_texts_with_workers_killed_in_the_middle(frozen_clock, network, monkeypatch, tmp_path, name):
    """None lost, none twice, and to each person in the order in which they were written."""
    network(name)
    paper = tmp_path / "paper"
    paper.touch()
    monkeypatch.setenv(networks.PAPER, str(paper))
    by_person = queue_many(cast.organisation())
    everything = {text for texts in by_person.values() for text in texts}
    unsent = OutboundMessage.objects.filter(status__in=("queued", "sending"))
    for seed in range(200):
        with clock.travel(frozen_clock + timedelta(minutes=1 + 3 * seed)):
            outbox.free_stuck()
            sweep_and_be_killed(seed)
        if not unsent.exists():
            break
    noted = paper.read_text().split()
    once = list(dict.fromkeys(noted))
    on_list = {str(pk) for pk in OutboundMessage.objects.filter(status="on_list").values_list("pk", flat=True)}
    sent = {str(pk) for pk in OutboundMessage.objects.filter(status="sent").values_list("pk", flat=True)}
    assert sent | on_list == everything, "none lost"
    assert sent <= set(noted)
    if name == "paper":
        assert noted == once, "none twice"
    else:
        assert not on_list, "repeating is harmless here, so nobody has to look"
    place = {text: number for number, text in enumerate(once)}
    for texts in by_person.values():
        left = [place[text] for text in texts if text in place]
        assert left == sorted(left), "none overtakes another"


def test_workers_side_by_side_send_each_text_once(frozen_clock, network):
    network("knows_nothing")
    texts = {str(text.pk) for text in queue_texts(30)}
    left = at_once([outbox.sweep] * 4)
    assert sum(left) == 30
    assert sorted(SimulatedText.objects.values_list("number_index", flat=True)) == sorted(texts)
    assert set(OutboundMessage.objects.values_list("status", flat=True)) == {"sent"}


def test_workers_who_take_the_same_text_at_once_are_one(frozen_clock, settings):
    settings.DIGIBEL_GATEWAY = "by_hand"
    (text,) = queue_texts(1)
    outbox.sweep()
    people = [Actor.staff(cast.staff(text.organisation, name=f"S{number}")) for number in range(4)]
    assert sorted(at_once([partial(takes, text.pk, person) for person in people])) == [False, False, False, True]


def takes(pk, person):
    try:
        hands.take(OutboundMessage.objects.get(pk=pk), by=person)
    except AlreadyTaken:
        return False
    return True


def test_a_webhook_delivered_eight_times_at_once_is_stored_once(frozen_clock):
    els = cast.volunteer(cast.organisation())
    told = {"id": "again", "from": els.recipient.number, "to": cast.SMS_NUMBER, "text": "hallo"}
    answers = at_once([partial(deliver, told)] * 8)
    assert sorted(answers) == [(200, 0)] * 7 + [(200, 1)]
    assert InboundMessage.objects.get().body == "hallo"
    assert SimulatedText.objects.filter(incoming=True).count() == 1


def deliver(told):
    request = RequestFactory().post("/gateways/simulator/inbound", told, content_type="application/json")
    response = webhooks.receive(request, "simulator")
    return response.status_code, json.loads(response.content)["new"]
