"""A week later: asked by text where there are texts, by a voice where no answer comes, and nothing closed on a doubtful word."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import calls, outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests.models import Client
from digibel.scheduling import clockwork, errors, followups, inside, openings, promises, readiness, reports
from digibel.scheduling.models import AUTONOMY, FollowUp, Offer, Report, Visit

pytestmark = pytest.mark.django_db


def done(lindeboom, els, **client):
    visit = cast.booked(cast.request(lindeboom, client=client), els)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        inside.check_out(visit, by=SYSTEM)
    return Visit.objects.get(pk=visit.pk)


@pytest.fixture
def visit(lindeboom, els):
    return done(lindeboom, els)


@pytest.fixture
def week_later(visit):
    with clock.travel(clockwork.live_through(visit.follow_up_due + timedelta(minutes=5))):
        yield visit


def asked_by_voice():
    return [(call.kind, call.urgent) for call in CallTask.objects.open().filter(kind="visit.follow_up")]


def promises_broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def is_closed(visit):
    visit.request.refresh_from_db()
    return visit.request.closed_as


def test_who_has_texts_is_asked_by_text(week_later):
    assert cast.telephone(week_later.client)[-1].startswith("Digibel: vorige week hielpen we u met videobellen.")
    assert (asked_by_voice(), is_closed(week_later)) == ([], "")


def away(visit, *, days):
    openings.note_away(visit.client, until=clock.today() + timedelta(days=days), by=SYSTEM)
    visit.refresh_from_db()


def test_who_is_in_hospital_is_asked_once_they_are_home(visit):
    """They were texted there, rung four days later, and after two rounds closed as somebody who could not be reached."""
    with clock.travel(visit.starts_at + timedelta(days=2)):
        away(visit, days=14)
        back = clock.at(clock.today() + timedelta(days=14), time(10))
    assert visit.follow_up_due == back
    with clock.travel(clockwork.live_through(back - timedelta(minutes=1))):
        assert OutboundMessage.objects.filter(kind="visit.follow_up").count() == 0
        assert asked_by_voice() == []
    with clock.travel(clockwork.live_through(back + timedelta(minutes=5))):
        # Not "last week we helped you": that was three weeks ago.
        assert asked_by_voice() == [("visit.follow_up", False)]
        assert promises_broken() == []


def test_home_sooner_they_are_asked_when_they_would_have_been(visit):
    due = visit.follow_up_due
    with clock.travel(visit.starts_at + timedelta(days=2)):
        away(visit, days=30)
        openings.note_back(Client.objects.get(), by=SYSTEM)
        visit.refresh_from_db()
        assert visit.follow_up_due == due


def test_who_is_being_rung_when_they_go_to_hospital_is_rung_later(week_later):
    week_later.refresh_from_db()
    with clock.travel(clockwork.live_through(week_later.follow_up_due + timedelta(minutes=5))):
        assert asked_by_voice() == [("visit.follow_up", False)]
        away(week_later, days=20)
        assert asked_by_voice() == []
        openings.note_back(Client.objects.get(), by=SYSTEM)
        with clock.travel(clockwork.live_through(clock.now() + timedelta(minutes=5))):
            assert asked_by_voice() == [("visit.follow_up", False)]


def test_what_happened_is_heard_now_also_of_who_is_away(week_later):
    cast.texts(week_later.client, "1")
    cast.texts(week_later.client, "hij nam mijn kaart")
    away(week_later, days=20)
    assert asked_by_voice() == [("visit.follow_up", True)]


@pytest.mark.guardrail("E8", "Z2", "Z3")
def test_it_works_and_nothing_happened_closes_it_and_everybody_hears(week_later, els):
    client = week_later.client
    assert cast.texts(client, "1").outcome == "follow_up.asked"
    assert is_closed(week_later) == ""
    assert cast.texts(client, "1").outcome == "follow_up.works"
    assert (FollowUp.objects.get().outcome, is_closed(week_later)) == ("works", "solved")
    assert cast.telephone(client)[-1] == "Digibel: fijn! Dank u voor uw antwoord. Tot ziens."
    assert cast.telephone(els)[-1] == "Digibel: goed nieuws! Een week later werkt het nog altijd bij Guido. Dank je!"


@pytest.mark.guardrail("E8", "Z2", "Z3")
@pytest.mark.parametrize("said", ["2", "ja", "nee", "1 ja", "1?", "11", "¹1", "hij nam mijn kaart", "dank u", "١2"])
def test_anything_but_a_plain_one_is_heard_by_a_person_the_same_day(week_later, said):
    cast.texts(week_later.client, "1")
    outcome = cast.texts(week_later.client, said).outcome
    assert (outcome, asked_by_voice()) == ("follow_up.worry", [("visit.follow_up", True)])
    assert (FollowUp.objects.count(), is_closed(week_later)) == (0, "")


def test_an_arabic_digit_is_a_digit(week_later):
    cast.texts(week_later.client, "١")
    assert cast.texts(week_later.client, "١").outcome == "follow_up.works"


@pytest.mark.parametrize(
    ("said", "outcome"), [("2", "follow_up.fails"), ("3", "follow_up.call_me"), ("nee", "follow_up.fails")]
)
def test_what_does_not_work_is_for_a_voice(week_later, said, outcome):
    assert (cast.texts(week_later.client, said).outcome, asked_by_voice()) == (outcome, [("visit.follow_up", False)])
    assert (FollowUp.objects.count(), is_closed(week_later)) == (0, "")


def test_what_nobody_understands_is_for_the_inbox(week_later):
    assert cast.texts(week_later.client, "misschien wel misschien niet").status == "inbox"
    assert asked_by_voice() == []


def test_who_does_not_answer_within_two_working_days_is_rung(week_later):
    week_later.refresh_from_db()
    due = week_later.follow_up_due
    assert (due - clock.now()) > timedelta(days=1)
    with clock.travel(clockwork.live_through(due - timedelta(minutes=1))):
        assert asked_by_voice() == []
    with clock.travel(clockwork.live_through(due + timedelta(minutes=1))):
        assert asked_by_voice() == [("visit.follow_up", False)]
        assert OutboundMessage.objects.filter(kind="visit.follow_up").count() == 1


def test_it_works_without_the_second_answer_is_rung_about_too(week_later):
    cast.texts(week_later.client, "1")
    week_later.refresh_from_db()
    with clock.travel(clockwork.live_through(week_later.follow_up_due + timedelta(minutes=1))):
        assert asked_by_voice() == [("visit.follow_up", False)]


def test_who_has_no_texts_is_rung(lindeboom, els):
    visit = done(lindeboom, els, channel="call", phone="+3224275566")
    with clock.travel(clockwork.live_through(visit.follow_up_due + timedelta(minutes=5))):
        assert asked_by_voice() == [("visit.follow_up", False)]
        assert OutboundMessage.objects.filter(kind="visit.follow_up").count() == 0


def test_a_text_that_does_not_arrive_becomes_a_call(week_later):
    outbox.put_on_list(OutboundMessage.objects.get(kind="visit.follow_up"), trouble="undelivered")
    assert asked_by_voice() == [("visit.follow_up", False)]


def test_who_said_stop_is_rung(visit):
    cast.texts(visit.client, "STOP")
    with clock.travel(clockwork.live_through(visit.follow_up_due + timedelta(minutes=5))):
        assert asked_by_voice() == [("visit.follow_up", False)]


def test_a_one_that_may_answer_two_questions_answers_none(week_later, lindeboom, els):
    [again] = openings.open_request(cast.draft(), organisation=lindeboom, by=SYSTEM, client=week_later.client)
    cast.booked(again, els)
    assert cast.texts(week_later.client, "1").status == "inbox"
    assert (Visit.objects.filter(confirmed_at__isnull=False).count(), FollowUp.objects.count()) == (0, 0)


def test_not_reached_is_asked_again_a_week_later(lindeboom, els):
    visit = done(lindeboom, els, channel="call", phone="+3224275566")
    with clock.travel(clockwork.live_through(visit.follow_up_due + timedelta(minutes=5))):
        call = CallTask.objects.open().get(kind="visit.follow_up")
        for _ in range(3):
            call = calls.note_outcome(call, "no_answer", by=SYSTEM)
        assert asked_by_voice() == []
    with clock.travel(clockwork.live_through(visit.follow_up_due + timedelta(days=7, minutes=10))):
        assert asked_by_voice() == [("visit.follow_up", False)]


def as_it_stands(visit):
    visit.request.refresh_from_db()
    return visit.request.next_kind, visit.request.closed_as


def asked(visit):
    return [(offer.volunteer, offer.status) for offer in Offer.objects.filter(request=visit.request, place=2)]


def test_once_more_asks_the_same_volunteer_first_for_what_suits(week_later, lindeboom, els):
    cast.volunteer(lindeboom, name="Jan")
    suits = followups.moments_again(week_later)[:2]
    followups.note(week_later, "fails", by=SYSTEM, again=suits)
    assert asked(week_later) == [(els, "queued")]
    [offer] = Offer.objects.filter(request=week_later.request, place=2)
    assert [offer.window(choice)[0] for choice in (1, 2)] == suits
    assert as_it_stands(week_later) == ("await_answers", "")


def test_once_more_without_a_moment_asks_for_moments(week_later):
    followups.note(week_later, "fails", by=SYSTEM)
    assert (asked(week_later), as_it_stands(week_later)) == ([], ("new_moments", ""))


@pytest.mark.guardrail("E8")
@pytest.mark.parametrize("worry", ["came_back", "money"])
def test_who_was_reported_is_not_asked_again_whatever_was_ticked(week_later, worry):
    suits = followups.moments_again(week_later)
    followups.note(week_later, "fails", by=SYSTEM, again=suits, worries=(worry,))
    assert (asked(week_later), as_it_stands(week_later)) == ([], ("choose", ""))


def test_who_cannot_come_any_more_is_left_in_peace(week_later, els):
    suits = followups.moments_again(week_later)
    readiness.pause(els, by=SYSTEM)
    followups.note(week_later, "fails", by=SYSTEM, again=suits)
    assert (asked(week_later), as_it_stands(week_later)) == ([], ("choose", ""))


@pytest.mark.guardrail("E8")
def test_closing_it_before_does_not_get_round_the_four_questions(visit):
    with clock.travel(visit.starts_at + timedelta(hours=2)):
        with pytest.raises(errors.FollowUpFirst):
            openings.close(visit.request, closing="solved", by=SYSTEM)
        assert not is_closed(visit)
        for _ in range(2):
            followups.ask_now(visit, by=SYSTEM)
        assert asked_by_voice() == [("visit.follow_up", False)]
        followups.note(visit, "works", by=SYSTEM)
        with pytest.raises(errors.MoveNotAllowed):
            followups.ask_now(visit, by=SYSTEM)
        assert is_closed(visit) == "solved"


def test_who_refuses_us_altogether_is_asked_nothing_more(visit):
    with clock.travel(visit.starts_at + timedelta(hours=2)):
        openings.close(visit.request, closing="withdrawn", refused=True, by=SYSTEM)
    with clock.travel(clockwork.live_through(visit.follow_up_due + timedelta(minutes=5))):
        assert asked_by_voice() == []


def test_who_wants_no_more_help_is_left_in_peace(week_later, els):
    followups.note(week_later, "refused", by=SYSTEM)
    assert as_it_stands(week_later) == ("", "withdrawn")
    assert not OutboundMessage.objects.filter(recipient=els.recipient, kind="plain.solved_thanks").exists()


def test_not_reached_twice_it_ends_and_says_so(lindeboom, els):
    visit = done(lindeboom, els, channel="call", phone="+3224275566")
    for days in (0, 7):
        with clock.travel(clockwork.live_through(visit.follow_up_due + timedelta(days=days, minutes=10))):
            call = CallTask.objects.open().get(kind="visit.follow_up")
            while call.done_at is None:
                call = calls.note_outcome(call, "no_answer", by=SYSTEM)
    assert (FollowUp.objects.get().outcome, as_it_stands(visit)) == ("silent", ("", "unreachable"))
    assert not OutboundMessage.objects.filter(kind="plain.solved_thanks").exists()


@pytest.mark.parametrize("question", AUTONOMY)
def test_autonomy_is_no_partly_or_yes_and_nothing_else(visit, question):
    with pytest.raises(IntegrityError), transaction.atomic():
        reports.report(visit, by=SYSTEM, all_right=True, autonomy={question: 3})
    with pytest.raises(IntegrityError), transaction.atomic():
        followups.note(visit, "works", by=SYSTEM, autonomy={question: 3})
    assert (Report.objects.count(), FollowUp.objects.count(), is_closed(visit)) == (0, 0, "")


def test_a_report_by_text_takes_nothing_away_of_what_was_told_on_the_card(visit):
    reports.report(visit, by=SYSTEM, all_right=True, autonomy={"alone": 0, "dares": 1, "knows_whom": 2})
    reports.report(visit, by=SYSTEM, all_right=True)
    assert Report.objects.values_list(*AUTONOMY).get() == (0, 1, 2)
