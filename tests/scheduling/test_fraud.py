"""Fraud under way: one press is one alarm, it climbs, and staff have a request of their own to follow it up."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import calls, outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.organisations import numbers
from digibel.privacy import stopping
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import clockwork, errors, fraud, offers
from digibel.scheduling.models import FraudAlarm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def visit(lindeboom, els):
    return cast.booked(cast.request(lindeboom), els)


def alarm_texts():
    return OutboundMessage.objects.filter(kind="alarm.alarm_fraud").order_by("created_at")


def test_pressed_twice_at_the_table_is_one_alarm_one_text_and_one_request(visit, els):
    by = Actor.volunteer(els)
    first, second = fraud.during_visit(visit, by=by), fraud.during_visit(visit, by=by)
    assert first == second
    [call] = CallTask.objects.filter(kind="fraud.now")
    assert (call.urgent, call.due_at, call.recipient) == (True, clock.now(), els.recipient)
    [text] = alarm_texts()
    assert visit.request.reference in text.body
    [follow_up] = HelpRequest.objects.exclude(pk=visit.request_id)
    assert [(task.slug, task.verdict) for task in follow_up.tasks.all()] == [("fraud-now", "staff_only")]
    assert (follow_up.next_kind, follow_up.next_due) == ("refer", clock.now() + timedelta(minutes=15))
    assert Event.objects.about(visit).filter(verb="visit.fraud").count() == 1


def test_fraud_request_reaches_no_volunteer(visit, els):
    alarm = fraud.during_visit(visit, by=Actor.volunteer(els))
    with pytest.raises(errors.NotForVolunteers):
        offers.send_wave(alarm.request, by=Actor("system"))


def test_alarm_climbs_until_somebody_takes_it(lindeboom, visit, els, now):
    cast.coordinator(lindeboom, name="Zoe")
    alarm = fraud.during_visit(visit, by=Actor.volunteer(els))
    clockwork.live_through(now + timedelta(minutes=11))
    assert alarm_texts().values("recipient").distinct().count() == 2
    call = CallTask.objects.get(subject_id=alarm.pk)
    calls.acknowledge(call, by=Actor("system"))
    told = alarm_texts().count()
    clockwork.live_through(now + timedelta(hours=2))
    assert alarm_texts().count() == told


def test_three_times_no_answer_does_not_take_it_off_the_list(visit, els):
    alarm = fraud.during_visit(visit, by=Actor.volunteer(els))
    for _ in range(3):
        [call] = CallTask.objects.open().about(alarm)
        calls.note_outcome(call, "no_answer", by=Actor("system"))
    [again] = CallTask.objects.open().about(alarm)
    calls.note_outcome(again, "reached", by=Actor("system"))
    assert not CallTask.objects.open().about(alarm).exists()


def test_pressed_again_after_it_was_dealt_with_is_a_new_call(visit, els):
    alarm = fraud.during_visit(visit, by=Actor.volunteer(els))
    calls.note_outcome(CallTask.objects.open().about(alarm).get(), "reached", by=Actor("system"))
    assert fraud.during_visit(visit, by=Actor.volunteer(els)) == alarm
    assert CallTask.objects.open().about(alarm).count() == 1
    assert HelpRequest.objects.count() == 2


def test_at_intake_nothing_need_be_known(lindeboom):
    nadia = cast.staff(lindeboom)
    alarm = fraud.on_the_telephone(lindeboom, key="one", by=Actor.staff(nadia))
    assert fraud.on_the_telephone(lindeboom, key="one", by=Actor.staff(nadia)) == alarm
    assert (FraudAlarm.objects.count(), HelpRequest.objects.count(), alarm.client) == (1, 0, None)
    [text] = alarm_texts()
    assert "Nadia" in text.body


def test_somebody_whose_data_are_kept_and_not_used_is_robbed_like_anybody(lindeboom):
    """The alarm waits for nothing. No request is written until they say that what we know may be used again."""
    client = cast.request(lindeboom).client
    stopping.restrict_client(client, "claim", by=SYSTEM)
    client = Client.objects.get(pk=client.pk)
    alarm = fraud.on_the_telephone(lindeboom, key="een gesprek", by=SYSTEM, client=client)
    assert (alarm.client, alarm.request) == (client, None)
    assert CallTask.objects.open().get(kind="fraud.now").urgent
    assert HelpRequest.objects.count() == 1


def test_a_text_that_nobody_needs_any_more_is_withdrawn(visit, els):
    alarm = fraud.during_visit(visit, by=Actor.volunteer(els))
    calls.note_outcome(CallTask.objects.open().about(alarm).get(), "reached", by=Actor("system"))
    outbox.sweep()
    assert alarm_texts().get().status == "withdrawn"


@pytest.mark.parametrize("language", ["nl", "fr", "en", "ar", "tr", "ro", "sq", "pl", "pt", "es"])
def test_words_to_say_hold_the_numbers_as_they_are_dated(lindeboom, language):
    numbers.note_checked(lindeboom, "card-stop", by=Actor("system"), value="070 34 43 44", source="cardstop.be")
    said = fraud.to_say(lindeboom, language)
    assert said.index("070 34 43 44") < said.index("101")
    assert "078 170 170" not in said
