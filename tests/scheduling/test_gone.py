"""Moved or died: silent at once, for this person only, and undone within the day without anything coming back by itself."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.calls import open_call
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests import errors
from digibel.requests.models import Client
from digibel.scheduling import calendars, clockwork, inside, openings, promises
from digibel.scheduling.models import Timer, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(lindeboom):
    return cast.booked(cast.request(lindeboom, client={"phone": "0470 12 34 56"}), cast.volunteer(lindeboom))


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_everything_about_this_person_is_silent_at_once(visit):
    client = visit.client
    open_call("visit.late", visit, organisation=client.organisation, recipient=client.recipient, due_at=clock.now())
    openings.note_gone(client, by=SYSTEM, gone_as="died")
    assert not CallTask.objects.open().filter(recipient=client.recipient).exists()
    assert not OutboundMessage.objects.filter(recipient=client.recipient, status="queued").exists()
    # What still waits only forgets: the card closes, and the words of its texts go.
    waiting = Timer.objects.filter(rung_at=None, subject_id__in=[visit.pk, visit.request_id])
    assert [timer.kind for timer in waiting] == ["card_closes"]
    assert [call.kind for call in CallTask.objects.open()] == ["visit.ring_volunteer"]
    assert b"STATUS:CANCELLED" in calendars.calendar(calendars.open_feed(calendars.token(visit.volunteer)))
    assert broken() == []


def test_nobody_is_asked_a_week_later(visit):
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        inside.check_out(visit, by=SYSTEM)
        openings.note_gone(visit.client, by=SYSTEM)
    end = clockwork.live_through(visit.starts_at + timedelta(days=9))
    with clock.travel(end):
        outbox.sweep()
        assert list(CallTask.objects.open()) == []
        assert broken() == []


def test_another_of_the_same_number_is_left_alone(lindeboom, visit):
    hers = cast.booked(
        cast.request(lindeboom, client={"first_name": "Rita", "phone": "0470 12 34 56"}), cast.volunteer(lindeboom)
    )
    openings.note_gone(visit.client, by=SYSTEM)
    hers.refresh_from_db()
    assert (hers.status, hers.client.gone_at, hers.request.is_open) == ("booked", None, True)


def test_nothing_is_opened_for_who_has_gone(lindeboom, visit):
    openings.note_gone(visit.client, by=SYSTEM)
    with pytest.raises(errors.PersonGone):
        openings.open_request(cast.draft(), organisation=lindeboom, by=SYSTEM, client=visit.client)


def test_undone_within_the_day_everything_is_a_next_action_and_no_visit_comes_back(visit):
    openings.note_gone(visit.client, by=SYSTEM, gone_as="died")
    with clock.travel(clock.now() + timedelta(hours=2)):
        openings.undo_gone(visit.client, reason="wrong_person", by=SYSTEM)
        client, request = Client.objects.get(), visit.client.help_requests.get()
        assert (client.gone_at, client.gone_as) == (None, "")
        assert (request.is_open, request.next_kind) == (True, "choose")
        assert [one.status for one in Visit.objects.all()] == ["cancelled"]
        assert Event.objects.get(verb="client.gone_undone").facts == {"reason": "wrong_person"}
        outbox.sweep()
        assert broken() == []


def test_undone_after_a_visit_somebody_asks_whether_it_works(visit):
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        inside.check_out(visit, by=SYSTEM)
        openings.note_gone(visit.client, by=SYSTEM)
        openings.undo_gone(visit.client, reason="misunderstood", by=SYSTEM)
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(days=11))):
        assert [call.kind for call in CallTask.objects.open().filter(recipient=visit.client.recipient)] == [
            "visit.follow_up"
        ]


def test_what_was_closed_before_stays_closed(lindeboom, visit):
    [other] = openings.open_request(cast.draft(), organisation=lindeboom, by=SYSTEM, client=visit.client)
    openings.close(other, closing="withdrawn", by=SYSTEM)
    openings.note_gone(visit.client, by=SYSTEM)
    openings.undo_gone(visit.client, reason="wrong_button", by=SYSTEM)
    other.refresh_from_db()
    assert (other.is_open, other.closed_as) == (False, "withdrawn")


def test_too_late_for_no_reason_or_twice_is_refused(visit):
    openings.note_gone(visit.client, by=SYSTEM)
    with pytest.raises(errors.NotOneOf):
        openings.undo_gone(visit.client, reason="", by=SYSTEM)
    with clock.travel(clock.now() + timedelta(hours=25)), pytest.raises(errors.TooLateToUndo):
        openings.undo_gone(visit.client, reason="wrong_person", by=SYSTEM)
    openings.undo_gone(visit.client, reason="wrong_person", by=SYSTEM)
    with pytest.raises(errors.TooLateToUndo):
        openings.undo_gone(visit.client, reason="wrong_person", by=SYSTEM)
