"""Calls: one errand each, three tries, and whoever comes too late hears it."""

from datetime import time, timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import calls, hands, outbox, reaching
from digibel.notifications.errors import CallDone
from digibel.notifications.models import CallTask, Recipient
from digibel.scheduling.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(lindeboom):
    return Actor.staff(lindeboom.staff.get())


@pytest.fixture
def visit(lindeboom):
    return cast.booked(cast.request(lindeboom, client={"channel": "call"}), cast.volunteer(lindeboom))


@pytest.fixture
def announce(visit):
    return CallTask.objects.open().get(kind="visit.announce")


def open_again(visit, **options):
    return calls.open_call(
        "visit.announce", visit, organisation=visit.request.organisation, recipient=visit.client.recipient, **options
    )


def test_an_errand_stands_on_the_list_once_with_the_earliest_moment(visit, announce, now):
    assert open_again(visit, due_at=announce.due_at + timedelta(days=1)) == announce
    announce.refresh_from_db()
    before = announce.due_at
    again = open_again(visit, due_at=now, urgent=True)
    assert (again.pk, again.due_at, again.urgent) == (announce.pk, now, True)
    assert before > now
    assert CallTask.objects.open().about(visit).count() == 1


def test_no_answer_comes_back_twice_over_two_days_and_then_somebody_else_takes_over(visit, announce, by, now):
    """At half past ten, at half past two, and on the next morning; the visit is that afternoon."""
    moments = [now, now + timedelta(hours=4), clock.at(clock.local(now).date() + timedelta(days=1), time(10))]
    for tries in (1, 2):
        with clock.travel(moments[tries - 1]):
            calls.note_outcome(announce, "no_answer", by=by)
        announce.refresh_from_db()
        assert (announce.tries, announce.done_at, announce.due_at) == (tries, None, moments[tries])
    with clock.travel(moments[2]):
        calls.note_outcome(announce, "no_answer", by=by)
    announce.refresh_from_db()
    assert (announce.tries, announce.outcome) == (3, "no_answer")
    [next_call] = CallTask.objects.open().about(visit)
    assert (next_call.kind, next_call.urgent, next_call.owner) == ("visit.confirm", True, "coordinator")


def minutes_until(tries, now, **more):
    again = calls.next_try(tries, now, urgent=False, **more)
    return None if again is None else (again - now) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("tries", "left", "wait"),
    [
        (1, 600, 240),
        (1, 180, 60),
        (2, 120, 60),
        (1, 12, 10),
        (1, 10, None),
        (2, 5, None),
        (3, 6000, None),
        (1, -60, None),
    ],
)
def test_tries_share_the_time_there_is(frozen_clock, now, tries, left, wait):
    assert minutes_until(tries, now, end=now + timedelta(minutes=left)) == wait


def test_the_page_says_how_many_tries_fit(visit, announce):
    assert calls.tries_that_fit(announce) == 3
    with clock.travel(visit.starts_at - timedelta(minutes=15)):
        assert calls.tries_that_fit(announce) == 2
    with clock.travel(visit.starts_at - timedelta(minutes=5)):
        assert calls.tries_that_fit(announce) == 1


def test_an_urgent_call_is_tried_again_within_minutes(visit, announce, by, now):
    CallTask.objects.update(urgent=True)
    calls.note_outcome(announce, "no_answer", by=by)
    announce.refresh_from_db()
    assert announce.due_at == now + timedelta(minutes=10)


def test_whoever_comes_second_hears_that_it_is_done(announce, by):
    calls.note_outcome(announce, "reached", by=by)
    with pytest.raises(CallDone):
        calls.note_outcome(announce, "no_answer", by=by)
    announce.refresh_from_db()
    assert (announce.tries, announce.outcome) == (1, "reached")


def test_another_moment_gives_the_place_back(visit, announce, by):
    calls.note_outcome(announce, "other_moment", by=by)
    visit.refresh_from_db()
    assert visit.status == "cancelled"
    assert CallTask.objects.open().about(visit).count() == 0


def test_a_call_that_is_no_longer_needed_leaves_the_list(visit, announce):
    assert calls.drop_calls(visit, "visit.confirm") == 0
    assert calls.drop_calls(visit) == 1
    announce.refresh_from_db()
    assert (announce.outcome, announce.done_at) == ("not_needed", clock.now())


def test_an_alarm_is_taken_by_the_first_who_says_so(visit, announce, lindeboom):
    first, second = (Actor.staff(cast.staff(lindeboom, name=name)) for name in ("Ann", "Ben"))
    assert calls.acknowledge(announce, by=first).acknowledged_by == str(first)
    assert calls.acknowledge(announce, by=second).acknowledged_by == str(first)


def test_a_script_tells_what_is_true_now(visit, announce):
    assert visit.word in calls.script_of(announce).sentences
    Visit.objects.filter(pk=visit.pk).update(word="TULP")
    assert "TULP" in calls.script_of(announce).sentences


# --- a wrong number -------------------------------------------------------------------------------------------------


def test_a_stranger_at_the_number_gets_no_text_until_there_is_another_one(visit, announce, lindeboom, by):
    calls.note_outcome(announce, "wrong_number", by=by)
    theirs = visit.client.recipient
    theirs.refresh_from_db()
    assert theirs.number_is_wrong
    lost = outbox.queue_message(theirs, "plain.client_call_me", organisation=lindeboom, subject=visit)
    outbox.sweep()
    lost.refresh_from_db()
    assert (lost.status, lost.trouble) == ("on_list", "wrong_number")
    reaching.change(theirs, number="+32470998877", languages=["nl"], channel="sms")
    sent = outbox.queue_message(theirs, "plain.client_call_me", organisation=lindeboom, subject=visit)
    outbox.sweep()
    sent.refresh_from_db()
    assert (theirs.number_is_wrong, sent.status) == (False, "sent")


def test_what_waits_for_somebodys_telephone_is_not_sent_to_a_stranger(visit, announce, lindeboom, by, settings):
    settings.DIGIBEL_GATEWAY = "by_hand"
    text = outbox.queue_message(visit.client.recipient, "plain.client_call_me", organisation=lindeboom, subject=visit)
    outbox.sweep()
    assert text in hands.to_send(lindeboom)
    calls.note_outcome(announce, "wrong_number", by=by)
    assert text not in hands.to_send(lindeboom)
    assert hands.take(text, by=by).status == "on_list"


def test_the_number_of_whoever_passes_it_on_is_another_one(visit, announce, by):
    CallTask.objects.filter(pk=announce.pk).update(channel="worker")
    calls.note_outcome(announce, "wrong_number", by=by)
    visit.client.recipient.refresh_from_db()
    assert not visit.client.recipient.number_is_wrong


def test_no_number_is_no_wrong_one():
    assert not Recipient().number_is_wrong
