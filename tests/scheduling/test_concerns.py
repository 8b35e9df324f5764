"""What a client reports about money, a code or a card pauses the volunteer until a person decides. The honest only get a talk."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications.models import CallTask
from digibel.privacy import erasing
from digibel.scheduling import (
    clockwork,
    concerns,
    errors,
    followups,
    inside,
    offers,
    promises,
    readiness,
    reports,
)
from digibel.scheduling.models import Concern, Report, Visit
from digibel.volunteers import pool
from digibel.volunteers.models import Volunteer
from plugins.worlds import NOW, a_copy, built_once

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    yield from built_once(django_db_blocker, _world)


def _world():
    """A visit of today that is over."""
    with clock.travel(NOW):
        lindeboom = cast.organisation()
        els = cast.volunteer(lindeboom)
        visit = cast.booked(cast.request(lindeboom, always_home=True, windows=[]), els)
        with clock.travel(clockwork.live_through(visit.starts_at + timedelta(hours=1))):
            inside.check_in(visit, by=SYSTEM)
            inside.check_out(visit, by=SYSTEM)
    return {"lindeboom": lindeboom, "els": els, "visit": visit.pk}


@pytest.fixture
def lindeboom(world, frozen_clock):
    return a_copy(world["lindeboom"])


@pytest.fixture
def els(world, frozen_clock):
    return a_copy(world["els"])


@pytest.fixture
def done(world, db, frozen_clock):
    """The visit that is over, in the hour after it."""
    visit = Visit.objects.get(pk=world["visit"])
    with clock.travel(visit.starts_at + timedelta(hours=1)):
        yield visit


def pausing(volunteer):
    return Volunteer.objects.get(pk=volunteer.pk).paused_at is not None


def decide(concern, decision="goes_on", note="Een misverstand: ze hield de kaart zelf vast"):
    return concerns.decide(concern, decision, note=note, by=SYSTEM)


@pytest.mark.guardrail("E8", "Z2", "Z3")
@pytest.mark.parametrize("worry", concerns.PAUSING)
def test_what_a_client_reports_pauses_and_moves_the_visits_until_a_person_decides(lindeboom, els, done, worry):
    other = cast.booked(cast.request(lindeboom), els)
    followups.note(done, "works", by=SYSTEM, worries=(worry,))
    concern = Concern.objects.get()
    assert (concern.visit, concern.worries, pausing(els)) == (done, [worry], True)
    assert Visit.objects.get(pk=other.pk).status == "cancelled"
    with pytest.raises(errors.NotACandidate):
        offers.send_wave(cast.request(lindeboom), by=SYSTEM, volunteers=[els])
    decide(concern)
    assert pausing(els) is False
    cast.booked(cast.request(lindeboom), els)


@pytest.mark.guardrail("E8")
def test_nothing_but_a_decision_ends_the_pause(els, done):
    concerns.raise_concern(done, ["money"], by=SYSTEM)
    with pytest.raises(concerns.ConcernOpen):
        concerns.resume(els, by=SYSTEM)
    with clock.travel(clockwork.live_through(clock.now() + timedelta(days=30))):
        assert pausing(els)
        pool.resume(els, by=SYSTEM)  # past the verb that asks: the nightly check sees it
        broken = [finding.sentence for finding in promises.check() if not finding.holds]
        assert broken == ["nobody is sent before a person has decided about them"]


def test_a_decision_needs_a_choice_and_a_note_and_is_made_once(els, done):
    concern = concerns.raise_concern(done, ["money"], by=SYSTEM)
    with pytest.raises(concerns.NoDecision):
        decide(concern, "perhaps")
    with pytest.raises(concerns.NoNote):
        decide(concern, note="  ")
    assert pausing(els)
    decided = decide(concern, "stops", note="zij gaf hem haar pincode 4821 op een briefje")
    assert (decided.decided_at, decided.decided_by, "4821" in decided.note) == (clock.now(), "system", False)
    with pytest.raises(concerns.AlreadyDecided):
        decide(concern)
    assert pausing(els)
    assert Event.objects.get(verb="concern.decided").facts == {"decision": "stops"}


def test_two_concerns_need_two_decisions(lindeboom, els, done):
    first = concerns.raise_concern(done, ["money"], by=SYSTEM)
    again = concerns.raise_concern(done, ["code_seen"], by=SYSTEM)
    assert (again.pk, again.worries) == (first.pk, ["code_seen", "money"])
    decide(again)
    second = concerns.raise_concern(done, ["card_held"], by=SYSTEM)
    assert (second.pk != first.pk, pausing(els)) == (True, True)


def test_who_was_pausing_for_another_reason_goes_on_pausing(els, done):
    readiness.pause(els, by=SYSTEM)
    decide(concerns.raise_concern(done, ["money"], by=SYSTEM))
    assert pausing(els)
    concerns.resume(els, by=SYSTEM)
    assert pausing(els) is False


def test_a_client_who_rings_does_not_wait_a_week(els, done):
    concerns.report(done, ["money"], by=SYSTEM)
    assert pausing(els)
    assert CallTask.objects.open().about(done).get(kind="visit.not_ok").urgent


def test_before_anybody_has_been_there_nothing_can_be_reported(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    with pytest.raises(concerns.NoVisitYet):
        concerns.report(visit, ["money"], by=SYSTEM)
    with pytest.raises(concerns.NothingReported):
        concerns.raise_concern(visit, ["came_back"], by=SYSTEM)
    assert not Concern.objects.exists()


@pytest.mark.parametrize("fields", [{"decision": "goes_on"}, {"decided_by": "clock"}, {"decided_at": "now"}])
def test_the_database_refuses_half_a_decision(done, fields):
    concern = concerns.raise_concern(done, ["money"], by=SYSTEM)
    fields = {name: clock.now() if value == "now" else value for name, value in fields.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.filter(pk=concern.pk).update(**fields)


# --- the honest -----------------------------------------------------------------------------------------------------


@pytest.mark.guardrail("E8", "Z2", "Z3", "Z8")
@pytest.mark.parametrize("question", reports.QUESTIONS)
def test_a_volunteers_own_yes_is_a_talk_the_same_day_and_nothing_more(els, done, question):
    reports.report(done, by=Actor.volunteer(els), all_right=True, answers={question: True})
    call = CallTask.objects.open().about(done).get(kind="visit.not_ok")
    assert (call.recipient, call.urgent, call.due_at) == (els.recipient, True, clock.now())
    assert (pausing(els), Concern.objects.exists()) == (False, False)
    assert Report.objects.get().answers == {question: True}


def test_four_times_no_is_kept_and_rings_nobody(els, done):
    reports.report(done, by=Actor.volunteer(els), all_right=True, answers=dict.fromkeys(reports.QUESTIONS, False))
    assert Report.objects.get().answers == dict.fromkeys(reports.QUESTIONS, False)
    assert not CallTask.objects.open().about(done).exists()


def test_a_yes_stays_a_yes_and_what_was_not_asked_is_not_made_up(els, done):
    reports.report(done, by=Actor.volunteer(els), all_right=True, answers={"money": True, "private": None, "pin": True})
    reports.report(done, by=Actor.volunteer(els), all_right=True, answers={"money": False, "code_seen": False})
    assert Report.objects.get().answers == {"money": True, "code_seen": False}


def test_told_in_the_talk_itself_it_asks_for_no_other_talk(els, done):
    reports.report(done, by=SYSTEM, all_right=False, answers={"money": True}, talked=True)
    assert not CallTask.objects.open().about(done).exists()


@pytest.mark.guardrail("E8")
def test_no_day_ends_a_pause_that_waits_for_a_decision(lindeboom, els, done):
    """A page of before, or of another organisation, that still shows *pause until*."""
    concerns.raise_concern(done, ["money"], by=SYSTEM)
    with pytest.raises(concerns.ConcernOpen):
        concerns.pause(els, by=SYSTEM, until=clock.today() + timedelta(days=1), at=lindeboom)
    assert Volunteer.objects.get(pk=els.pk).is_pausing_on(clock.today() + timedelta(days=2))


@pytest.mark.guardrail("E8")
def test_what_is_told_of_somebody_forgotten_meanwhile_is_kept_and_decided(lindeboom, els, done):
    with clock.travel(done.starts_at + timedelta(days=8)):
        erasing.erase_volunteer(els, by=SYSTEM)
        followups.note(done, "works", by=SYSTEM, worries=("money",))
        decide(Concern.objects.get(), "stops")
        concern = Concern.objects.get()
        assert concern.note == "Een misverstand: ze hield de kaart zelf vast"
        page = Browser(headers={"accept-language": "en"})
        page.force_login(cast.coordinator(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
        assert page.get(f"/concerns/{concern.pk}").status_code == 200
