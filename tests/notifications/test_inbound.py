"""Texts that come in: stored once, worked through once, and never lost, whoever wrote them and whatever they say."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django_q.models import OrmQ
from django_q.signals import post_spawn

import cast
from digibel import clock
from digibel.notifications import inbound, numbers, tasks
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import InboundMessage, OutboundMessage, Recipient
from digibel.notifications.recipients import add_recipient
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer

pytestmark = pytest.mark.django_db

STRANGER = "+32470999999"


def receive(sender, text, *, id="1", to=cast.SMS_NUMBER):
    return inbound.receive_text("simulator", InboundText(id, sender, to, text))


def test_the_same_delivery_is_stored_once(els):
    assert receive(els.recipient.number, "ja").body == "ja"
    assert receive(els.recipient.number, "ja") is None
    assert InboundMessage.objects.count() == 1


def test_a_text_and_its_wake_up_are_written_together_or_not_at_all(els):
    with transaction.atomic():
        message = receive(els.recipient.number, "ja")
        transaction.set_rollback(True)
    assert not OrmQ.objects.exists()
    message = receive(els.recipient.number, "ja")
    assert [one.task["args"] for one in OrmQ.objects.all()] == [(str(message.pk),)]


def test_a_worker_loads_what_reading_needs_before_its_first_text(monkeypatch):
    loaded = []
    monkeypatch.setattr(inbound, "vocabulary", lambda: loaded.append("words"))
    monkeypatch.setattr(inbound, "_load", loaded.append)
    post_spawn.send(sender="django_q", proc_name="a worker")
    assert loaded == [*settings.INBOUND_HANDLERS, "words"]


def test_a_secret_is_masked_before_it_is_stored_and_the_sender_hears_why(els, lindeboom):
    message = cast.texts(els, "haar pincode is 4711")
    stored = InboundMessage.objects.get()
    assert "4711" not in stored.body
    assert (stored.held_secret, stored.status, message.outcome) == (True, "inbox", "")
    assert OutboundMessage.objects.get().kind == "plain.secret_masked"


def test_what_nobody_understands_lands_with_a_person(els):
    message = cast.texts(els, "mijn tram staat stil, wat nu?")
    assert (message.status, message.outcome) == ("inbox", "")


def test_a_stranger_is_kept_for_a_person_with_the_organisation_they_texted(lindeboom):
    message = receive(STRANGER, "ik wil ook helpen")
    inbound.route_text(message.pk)
    message.refresh_from_db()
    assert (message.recipient.kind, message.organisation, message.status) == ("unknown", lindeboom, "inbox")
    assert receive(STRANGER, "hallo?", id="2").recipient == message.recipient


def test_a_stranger_who_joins_later_is_one_person(lindeboom):
    """Days after the last text, STOP still works: who they were before they joined is nobody else."""
    inbound.route_text(receive(STRANGER, "ik wil ook helpen").pk)
    els = cast.volunteer(lindeboom, number=STRANGER)
    with clock.travel(clock.now() + timedelta(days=5)):
        assert cast.texts(els, "STOP").outcome == "stopped"


def test_two_people_at_one_number_are_never_confused(lindeboom, els):
    """Els and her husband share a telephone: neither STOP nor a yes is taken for the other's."""
    jan = cast.volunteer(lindeboom, name="Jan", number=els.recipient.number)
    message = cast.texts(els, "STOP")
    assert (message.status, message.outcome.partition("_")[0]) == ("inbox", "stop.who")
    assert set(Recipient.objects.filter(volunteer__in=[els, jan]).values_list("stopped_at", flat=True)) == {None}


def test_of_two_at_one_number_the_one_who_was_asked_lately_answers(lindeboom, els):
    cast.volunteer(lindeboom, name="Jan", number=els.recipient.number)
    cast.offered(cast.request(lindeboom), els)
    assert cast.texts(els, "ja").outcome == "offer.accepted"


def test_a_text_is_worked_through_once(els, lindeboom):
    cast.offered(cast.request(lindeboom), els)
    message = receive(els.recipient.number, "nee")
    assert [inbound.route_text(message.pk) for _ in range(3)] == ["offer.declined"] * 3
    assert OutboundMessage.objects.filter(kind="plain.declined").count() == 1


def test_what_somebody_texted_first_is_worked_through_first(els, lindeboom, now):
    """Two workers, and the one with the later text is the faster: the volunteer was in before they were out."""
    visit = cast.booked(cast.request(lindeboom), els)
    with clock.travel(visit.starts_at):
        came_in = receive(els.recipient.number, "IN", id="in")
    with clock.travel(visit.starts_at + timedelta(seconds=1)):
        receive(els.recipient.number, "UIT", id="out")
    with clock.travel(visit.starts_at + timedelta(seconds=2)):
        all_right = receive(els.recipient.number, "1", id="all right")
        assert inbound.route_text(all_right.pk) == "visit.reported"
        assert inbound.route_text(came_in.pk) == "visit.begun"
    assert set(InboundMessage.objects.values_list("outcome", flat=True)) == {
        "visit.begun",
        "visit.ended",
        "visit.reported",
    }


def test_a_text_that_breaks_does_not_hold_up_what_was_said_after_it(els, lindeboom, now, monkeypatch):
    visit = cast.booked(cast.request(lindeboom), els)
    read = inbound.handlers()
    monkeypatch.setattr(inbound, "handlers", lambda: [breaks_on_thanks, *read])
    with clock.travel(visit.starts_at):
        receive(els.recipient.number, "bedankt", id="breaks")
    with clock.travel(visit.starts_at + timedelta(seconds=1)):
        came_in = receive(els.recipient.number, "IN", id="in")
        assert inbound.route_text(came_in.pk) == "visit.begun"


def test_a_text_whose_wake_up_was_lost_is_picked_up(els, lindeboom, now):
    cast.offered(cast.request(lindeboom), els)
    message = receive(els.recipient.number, "nee")
    tasks.pick_up_lost()
    message.refresh_from_db()
    assert message.status == "received", "the queue may still be on its way"
    with clock.travel(now + timedelta(seconds=30)):
        tasks.pick_up_lost()
    message.refresh_from_db()
    assert message.outcome == "offer.declined"


def test_after_a_night_without_a_worker_a_yes_still_counts(els, lindeboom, now):
    cast.offered(cast.request(lindeboom), els)
    message = receive(els.recipient.number, "ja")
    with clock.travel(now + timedelta(hours=2)):
        tasks.pick_up_lost()
    message.refresh_from_db()
    assert message.outcome == "offer.accepted"


def test_a_text_that_breaks_again_and_again_is_given_to_a_person(els, now, monkeypatch, settings):
    settings.INBOUND_HANDLERS = [f"{__name__}.breaks"]
    monkeypatch.setattr(inbound, "_load", lambda path: breaks)
    broken, other = receive(els.recipient.number, "IN"), receive(els.recipient.number, "UIT", id="2")
    with clock.travel(now + timedelta(minutes=1)):
        tasks.pick_up_lost()
        assert set(InboundMessage.objects.values_list("status", flat=True)) == {"received"}
    with clock.travel(now + timedelta(minutes=10)):
        tasks.pick_up_lost()
    for message in (broken, other):
        message.refresh_from_db()
        assert (message.status, message.outcome) == ("inbox", "broken")


def breaks(message):
    raise RuntimeError("a mistake of ours")


def breaks_on_thanks(message):
    return breaks(message) if message.body == "bedankt" else None


def test_an_answer_leaves_at_any_hour(els, lindeboom, now):
    cast.offered(cast.request(lindeboom), els)
    with clock.travel(now + timedelta(hours=14)):
        cast.texts(els, "STOP")
        assert OutboundMessage.objects.get(kind="plain.stop_confirmed").status == "sent"


@pytest.mark.parametrize("text", ["", " ", "\n", "🙂", "x" * 5000, "ja\u0000nee", "‮ja"])
def test_no_text_breaks_the_reader(els, lindeboom, text):
    cast.offered(cast.request(lindeboom), els)
    message = receive(els.recipient.number, text.replace("\u0000", ""))
    inbound.route_text(message.pk)
    message.refresh_from_db()
    assert message.status in {"inbox", "handled"}


def test_staff_who_text_back_are_answered_by_a_person(lindeboom):
    key_id = keys.new_key()
    staff = add_recipient("staff", key_id=key_id, number="0470 12 34 56", languages=["nl"])
    message = receive(staff.number, "ok")
    inbound.route_text(message.pk)
    message.refresh_from_db()
    assert (message.status, message.recipient, numbers.display(staff.number)) == ("inbox", staff, "0470 12 34 56")
    assert Volunteer.objects.count() == 0


def test_text_to_nobodys_number_is_shown_to_no_organisation_that_may_not_know_the_sender(frozen_clock):
    cast.organisation("Aan de Beek", sms_number="+32460000009")
    sleutel = cast.organisation("De Sleutel")
    client = cast.request(sleutel, client={"channel": "call"}).client
    assert cast.texts(client, "hallo", to="+32460000077").organisation is None
    assert cast.texts("+32470999999", "hallo", to="+32460000077").organisation.name == "Aan de Beek"
