"""A complaint is written down, is somebody's, has a day, and ends with an answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications.models import CallTask
from digibel.scheduling import complaints, merging, promises
from digibel.scheduling.models import Complaint, Visit
from digibel.sealing import strays

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(lindeboom):
    return cast.request(lindeboom).client


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def note(client, **told):
    return complaints.note(client, by=SYSTEM, **{"kind": "service", "text": "Niemand belde terug", **told})


def test_it_is_the_coordinators_within_five_working_days(client):
    complaint = note(client)
    # Tuesday 15 September, half past ten; the fifth working day is Tuesday the 22nd.
    assert (complaint.owner, complaint.due_at) == ("coordinator", datetime(2026, 9, 22, 15, tzinfo=UTC))
    assert broken() == []


def test_answered_it_must_end_within_thirty_days_and_ended_it_has_no_day(client):
    complaint = note(client)
    complaints.answer(complaint, text="We belden vandaag.", by=SYSTEM)
    complaint.refresh_from_db()
    assert (complaint.answered_at, complaint.due_at) == (clock.now(), datetime(2026, 10, 15, 15, tzinfo=UTC))
    assert broken() == []
    complaints.answer(complaint, text="Excuses aanvaard.", outcome="right", by=SYSTEM)
    complaint.refresh_from_db()
    assert (complaint.due_at, complaint.outcome) == (None, "right")
    assert complaint.answer == "We belden vandaag.\n\nExcuses aanvaard."
    with pytest.raises(complaints.ComplaintEnded):
        complaints.answer(complaint, text="Nog iets", by=SYSTEM)
    assert broken() == []


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"text": "  \x00 "}, complaints.NothingSaid),
        ({"kind": "weather"}, complaints.NoSuchKind),
        ({"text": "x" * 2001}, complaints.SaidTooMuch),
    ],
)
def test_what_is_refused_leaves_nothing(client, told, refusal):
    with pytest.raises(refusal):
        note(client, **told)
    assert not Complaint.objects.exists()


def test_secrets_are_masked_and_the_audit_knows_the_kind_only(client):
    complaint = note(client, kind="privacy", text="Hij vroeg mijn pincode 4711")
    assert "4711" not in complaint.text
    assert Event.objects.get(verb="complaint.noted").facts == {"kind": "privacy"}


def test_about_money_at_a_visit_the_volunteer_pauses_and_others_take_over(lindeboom):
    els = cast.volunteer(lindeboom)
    visit, later = cast.booked(cast.request(lindeboom), els), None
    later = cast.booked(cast.request(lindeboom, windows=NEXT_WEEK), els)
    note(visit.client, kind="money", text="Zij nam twintig euro mee", visit=visit)
    els.refresh_from_db()
    assert els.paused_at == clock.now()
    assert set(Visit.objects.values_list("status", flat=True)) == {"cancelled"}
    assert CallTask.objects.open().filter(kind="visit.not_ok", recipient=els.recipient).count() == 1
    assert later.volunteer == els
    assert broken() == []


NEXT_WEEK = [{"from": "2026-09-22T14:00", "until": "2026-09-22T17:00"}]


def test_about_something_else_nobody_pauses(lindeboom):
    els = cast.volunteer(lindeboom)
    visit = cast.booked(cast.request(lindeboom), els)
    note(visit.client, kind="visit", text="Zij kwam te laat", visit=visit)
    els.refresh_from_db()
    visit.refresh_from_db()
    assert (els.paused_at, visit.status) == (None, "booked")


def test_the_database_refuses_one_that_is_nobodys(client):
    complaint = note(client)
    for wrong in ({"due_at": None}, {"owner": ""}, {"outcome": "right"}, {"ended_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(**wrong)


def test_a_day_that_somebody_moved_is_found(client):
    complaint = note(client)
    Complaint.objects.filter(pk=complaint.pk).update(due_at=clock.now() + timedelta(days=99))
    assert broken() == [f"BROKEN  every complaint is somebody's, and has a day: complaint {complaint.pk}"]


def test_it_goes_along_when_two_rows_are_one_person(lindeboom, client):
    complaint = note(client)
    kept = cast.request(lindeboom).client
    done = merging.merge(kept, client, by=SYSTEM)
    complaint.refresh_from_db()
    assert (complaint.client, complaint.text) == (kept, "Niemand belde terug")
    merging.undo(done, by=SYSTEM)
    complaint.refresh_from_db()
    assert (complaint.client, complaint.text) == (client, "Niemand belde terug")
    assert strays.find_strays() == []
    assert broken() == []
