"""Texts sent from somebody's own telephone: one worker each, checked against what is true, and the answer goes the usual way."""

import uuid
from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.notifications import failing, hands, outbox, tasks
from digibel.notifications.errors import AlreadyTaken, NoReply, NoTextToSend, TextNoLongerTrue, TextsHeld
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage
from digibel.scheduling import promises

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lindeboom(frozen_clock, settings):
    settings.DIGIBEL_GATEWAY = "by_hand"
    return cast.organisation()


@pytest.fixture
def nadia(lindeboom):
    return Actor.staff(cast.coordinator(lindeboom))


@pytest.fixture
def ali(lindeboom):
    return Actor.staff(cast.staff(lindeboom, name="Ali", role="intake"))


def queue(person, organisation, **options):
    message = outbox.queue_message(
        person.recipient, "plain.declined", organisation=organisation, subject=organisation, **options
    )
    outbox.sweep()
    return OutboundMessage.objects.select_related("recipient", "organisation").get(pk=message.pk)


def status(message):
    return OutboundMessage.objects.get(pk=message.pk).status


@pytest.fixture
def text(els, lindeboom):
    return queue(els, lindeboom)


def test_a_text_waits_on_the_list_of_its_organisation(text, lindeboom):
    assert (text.status, text.gateway) == ("queued", "by_hand")
    assert hands.to_send(lindeboom) == [text]
    assert hands.to_send(cast.organisation("De Sleutel")) == []
    assert outbox.sweep() == 0


def test_taken_sent_and_answered(text, nadia, lindeboom, els, now):
    hands.take(text, by=nadia)
    with clock.travel(now + MINUTE):
        assert hands.note_sent(text, by=nadia) is True
    text.refresh_from_db()
    assert (text.status, text.sent_at, text.tries) == ("sent", now + MINUTE, 1)
    assert hands.to_send(lindeboom) == []
    form = uuid.uuid4()
    stored = hands.note_reply(text, " mijn pin is 4821, ok ", reply_id=form, by=nadia)
    assert (stored.recipient, stored.organisation, stored.gateway) == (els.recipient, lindeboom, "by_hand")
    assert (stored.held_secret, "4821" in stored.body) == (True, False)
    assert hands.note_reply(text, "mijn pin is 4821, ok", reply_id=form, by=nadia) is None
    assert InboundMessage.objects.count() == 1
    verbs = list(Event.objects.filter(verb__startswith="text.").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["text.taken", "text.sent_by_hand", "text.typed_in"]


@pytest.mark.parametrize("said", ["", "  ", "\x00"])
def test_an_empty_answer_is_none(text, nadia, said):
    with pytest.raises(NoReply):
        hands.note_reply(text, said, reply_id=uuid.uuid4(), by=nadia)


def test_two_workers_never_send_the_same_text(text, nadia, ali, now):
    hands.take(text, by=nadia)
    hands.take(text, by=nadia)
    for deed in (hands.take, hands.note_sent, hands.note_failed):
        with pytest.raises(AlreadyTaken):
            deed(text, by=ali)
    with clock.travel(now + hands.TAKEN_FOR):
        hands.take(text, by=ali)
        with pytest.raises(AlreadyTaken):
            hands.note_sent(text, by=nadia)
        hands.note_sent(text, by=ali)
        for deed in (hands.take, hands.note_sent):
            with pytest.raises(AlreadyTaken):
                deed(text, by=ali)


def test_what_did_not_work_is_rung_about(text, nadia):
    hands.take(text, by=nadia)
    hands.note_failed(text, by=nadia)
    text.refresh_from_db()
    assert (text.status, text.trouble) == ("on_list", "by_hand")
    assert CallTask.objects.open().get().recipient == text.recipient


def untrue(monkeypatch):
    monkeypatch.setattr(outbox, "is_true", lambda message: False)


def test_a_text_that_is_no_longer_true_cannot_be_taken_and_leaves_the_list(text, nadia, lindeboom, monkeypatch):
    untrue(monkeypatch)
    assert hands.to_send(lindeboom) == []
    assert hands.take(text, by=nadia).status == "withdrawn"
    assert status(text) == "withdrawn"
    with pytest.raises(TextNoLongerTrue):
        hands.take(text, by=nadia)


def test_a_text_that_breaks_hides_no_other_and_keeps_none_on_the_list(text, els, lindeboom, monkeypatch, caplog):
    broken, other = text, queue(cast.volunteer(lindeboom, name="Zoe"), lindeboom)
    monkeypatch.setattr(outbox, "is_true", lambda message: 1 // 0 if message.pk == broken.pk else True)
    assert hands.to_send(lindeboom) == [other]
    monkeypatch.setattr(outbox, "is_true", lambda message: 1 // 0 if message.pk == broken.pk else False)
    assert hands.look_again() == 1
    assert (status(broken), status(other)) == ("queued", "withdrawn")
    assert [record.message for record in caplog.records] == ["text failed", "text failed"]


def test_the_minutes_sweep_withdraws_what_is_no_longer_true(text, monkeypatch):
    assert hands.look_again() == 0
    untrue(monkeypatch)
    assert hands.look_again() == 1
    assert status(text) == "withdrawn"


@pytest.mark.parametrize("withdrawn", [True, False])
def test_what_changed_while_it_was_being_sent_is_rung_about(text, nadia, monkeypatch, withdrawn):
    hands.take(text, by=nadia)
    if withdrawn:
        outbox.withdraw(OutboundMessage.objects.filter(pk=text.pk))
    else:
        untrue(monkeypatch)
    assert hands.note_sent(text, by=nadia) is False
    assert status(text) == ("withdrawn" if withdrawn else "sent")
    call = CallTask.objects.open().get()
    assert (call.kind, call.urgent, call.recipient) == ("gateway.outdated", True, text.recipient)


def test_nobody_is_woken_and_nothing_leaves_while_texts_are_held(els, lindeboom, nadia, text, now):
    with clock.travel(now + timedelta(hours=11)):
        assert hands.to_send(lindeboom) == []
        with pytest.raises(NoTextToSend):
            hands.take(text, by=nadia)
    outbox.hold()
    with pytest.raises(TextsHeld):
        hands.take(text, by=nadia)


def test_urgent_ones_come_first(els, lindeboom, text, now):
    with clock.travel(now + MINUTE):
        near = queue(cast.volunteer(name="Ayse"), lindeboom, near=now + timedelta(hours=5))
        assert hands.to_send(lindeboom) == [near, text]


def test_a_text_behind_one_that_waits_for_hands_waits_with_it(text, els, lindeboom, now, settings):
    settings.DIGIBEL_GATEWAY = "simulator,by_hand"
    with clock.travel(now + MINUTE):
        second = queue(els, lindeboom)
        answer = queue(els, lindeboom, any_hour=True)
        other = queue(cast.volunteer(name="Ayse"), lindeboom)
    assert [(one.status, one.gateway) for one in (second, answer, other)] == [
        ("queued", "by_hand"),
        ("sent", "simulator"),
        ("sent", "simulator"),
    ]


def test_hands_take_over_from_a_gateway_that_rests(els, lindeboom, settings, monkeypatch):
    settings.DIGIBEL_GATEWAY = "simulator,by_hand"
    monkeypatch.setattr(failing, "resting", lambda: {"simulator"})
    assert queue(els, lindeboom).gateway == "by_hand"


def test_a_text_that_waits_too_long_is_on_the_worklist_once_and_breaks_no_promise(text, lindeboom, now):
    with clock.travel(now + 59 * MINUTE):
        tasks.pick_up_lost()
        assert not CallTask.objects.open().exists()
    with clock.travel(now + 60 * MINUTE):
        tasks.pick_up_lost()
        call = CallTask.objects.open().get()
        assert (call.kind, call.organisation, call.owner) == ("gateway.hands_wait", lindeboom, "coordinator")
        CallTask.objects.update(done_at=clock.now(), outcome="reached")
        tasks.pick_up_lost()
        assert not CallTask.objects.open().exists(), "told once, until it moves"
        assert [str(finding) for finding in promises.check() if not finding.holds] == []


def test_an_erased_person_gets_nothing_by_hand(text, els, lindeboom, nadia):
    from digibel.sealing import keys

    keys.destroy(els.key_id)
    keys.cache.clear()
    assert hands.to_send(lindeboom) == []
    assert hands.look_again() == 1
    with pytest.raises(TextNoLongerTrue):
        hands.take(text, by=nadia)
