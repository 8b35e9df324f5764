"""Visits: what is said to whom and when, what a word in the wrong moment does, and how they end."""

from datetime import UTC, datetime, timedelta

import pytest

import cast
from digibel import clock, languages, linkkeys
from digibel.audit.actors import SYSTEM, Actor
from digibel.desk import callsheets, errands
from digibel.notifications import calls, outbox, receipts
from digibel.notifications.gateways.base import Receipt
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests.models import HelpRequest
from digibel.scheduling import cards, clockwork, errors, inside, openings, promises, visits, worklist
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Timer, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(lindeboom, els):
    return cast.booked(cast.request(lindeboom), els)


def kinds_to(recipient, **status):
    return sorted(OutboundMessage.objects.filter(recipient=recipient, **status).values_list("kind", flat=True))


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


@pytest.mark.guardrail("Z7")
def test_a_booked_visit_is_told_to_both_and_reminded_of(visit, els):
    assert kinds_to(els.recipient) == ["offer.offer_one", "visit.accepted", "visit.reminder_day", "visit.reminder_hour"]
    assert kinds_to(visit.client.recipient) == ["visit.announce", "visit.client_reminder"]
    assert broken() == []


@pytest.mark.parametrize(
    ("today", "reminder"),
    [
        (datetime(2026, 10, 23, 8, tzinfo=UTC), "2026-10-25T16:00:00+00:00"),  # the Sunday of 25 hours
        (datetime(2026, 3, 27, 8, tzinfo=UTC), "2026-03-29T15:00:00+00:00"),  # the Sunday of 23 hours
    ],
)
def test_the_day_before_is_at_five_local_also_over_the_nights_of_the_clock(today, reminder):
    with clock.travel(today):
        lindeboom = cast.organisation()
        els = cast.volunteer(lindeboom)
        monday = clock.today() + timedelta(days=3)
        windows = [{"from": f"{monday}T14:00", "until": f"{monday}T17:00"}]
        visit = cast.booked(cast.request(lindeboom, windows=windows), els)
        assert clock.local(visit.starts_at).hour == 14
        day_before = OutboundMessage.objects.get(kind="visit.reminder_day")
        assert day_before.not_before.isoformat() == reminder
        # A Sunday counts as a day where the visit is within 24 hours.
        with clock.travel(clockwork.live_through(day_before.not_before + timedelta(minutes=1))):
            day_before.refresh_from_db()
            assert (day_before.status, clock.local(day_before.status_at).hour) in {("sent", 17), ("withdrawn", 17)}
            assert (day_before.status == "withdrawn") == (Visit.objects.get().held_back_at is not None)


def test_nobody_reads_the_reminder_of_a_cancelled_visit(visit, els):
    visits.cancel(visit, by=Actor.staff(visit.request.organisation.staff.get()), reason="client_cannot")
    clockwork.live_through(visit.starts_at + timedelta(hours=1))
    assert kinds_to(els.recipient, status="sent") == ["offer.offer_one", "visit.accepted", "visit.visit_cancelled"]
    assert Timer.objects.filter(rung_at=None, subject_id=visit.pk).count() == 0


def lost(kind):
    """The network tells that this text did not arrive."""
    text = OutboundMessage.objects.get(kind=kind)
    receipts.note_receipt(text.gateway, Receipt(text.provider_id, delivered=False))
    text.refresh_from_db()
    return text


def test_a_visit_that_was_called_off_is_not_announced_by_a_voice_when_its_text_got_lost(visit, els):
    visits.cancel(visit, by=SYSTEM, reason="client_cannot")
    assert lost("visit.announce").status == "on_list"
    assert not CallTask.objects.open().exists()
    assert broken() == []


def test_who_has_said_yes_by_telephone_is_not_rung_because_the_text_got_lost(visit, els):
    visits.confirm(visit, by=SYSTEM)
    lost("visit.announce")
    assert not CallTask.objects.open().exists()
    assert lost("visit.accepted").status == "on_list"
    assert CallTask.objects.open().get().recipient == els.recipient, "the volunteer has not heard yet"


def test_a_lost_reminder_adds_no_second_call_where_the_client_is_rung_anyhow(visit):
    lost("visit.announce")
    reminder = OutboundMessage.objects.get(kind="visit.client_reminder")
    OutboundMessage.objects.filter(pk=reminder.pk).update(status="sent", gateway="simulator", provider_id="lost")
    lost("visit.client_reminder")
    assert CallTask.objects.open().get().kind == "visit.announce"


def test_of_two_lost_texts_the_one_that_is_so_is_read_out(visit, els, lindeboom):
    visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
    outbox.sweep()
    lost("visit.client_visit_cancelled")
    lost("visit.announce")
    call = CallTask.objects.open().get()
    sheet = callsheets.of(errands.of(lindeboom, call.pk))
    assert (call.kind, sheet.undelivered.endswith("Er komt niemand. Doe niet open.")) == ("visit.undelivered", True)


def test_nobody_says_that_nobody_comes_once_the_client_has_said_yes_to_somebody_else(lindeboom, els):
    today = clock.today()
    windows = [{"from": f"{today}T15:00", "until": f"{today}T18:00"}]
    visit = cast.booked(cast.request(lindeboom, windows=windows), els)
    visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
    nobody = OutboundMessage.objects.get(kind="visit.nobody_comes")
    OutboundMessage.objects.filter(pk=nobody.pk).update(not_before=clock.now() + timedelta(minutes=30))
    visit.request.refresh_from_db()
    again = cast.booked(visit.request, cast.volunteer(lindeboom, name="Ben"))
    assert CallTask.objects.open().filter(kind="visit.cancelled").exists()
    visits.confirm(again, by=SYSTEM)
    assert not CallTask.objects.open().exists()
    nobody.refresh_from_db()
    assert nobody.status == "withdrawn"
    with clock.travel(clockwork.live_through(clock.now() + timedelta(minutes=40))):
        assert OutboundMessage.objects.filter(kind="alarm.alarm_cancelled_today", status="sent").count() == 1
        assert broken() == []


def test_who_said_yes_and_then_another_moment_is_visited_by_nobody_before_they_say_yes_again(visit, els, lindeboom):
    by = Actor.staff(lindeboom.staff.get())
    assert cast.texts(visit.client, "1").outcome == "visit.confirmed"
    with clock.travel(clock.now() + timedelta(minutes=1)):
        assert cast.texts(visit.client, "2").outcome == "visit.other_moment"
    call = CallTask.objects.open().get(kind="visit.other_moment")
    while call.done_at is None:
        with clock.travel(clockwork.live_through(max(call.due_at, clock.now()))):
            call = calls.note_outcome(call, "no_answer", by=by)
            assert broken() == []
    assert kinds_to(visit.client.recipient, status="sent").count("visit.client_reminder") == 0
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(minutes=30))):
        visit.refresh_from_db()
        assert visit.held_back_at is not None
        assert kinds_to(els.recipient, status="sent")[-1] == "visit.stay_home"
        assert CallTask.objects.open().get().kind == "visit.confirm"


def test_nobody_comes_today_is_said_on_that_day_only(visit, els):
    """Held up by a network that was away, it would say so on a day on which somebody else may come."""
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(hours=1))):
        visits.cancel(visit, by=Actor.volunteer(els), reason="volunteer_cannot")
        told = OutboundMessage.objects.get(kind="visit.nobody_comes")
        assert outbox.is_true(told)
        with clock.travel(clock.now() + timedelta(days=1)):
            outbox.sweep()
        told.refresh_from_db()
        assert (told.status, told.trouble) == ("withdrawn", "untrue")
        assert CallTask.objects.open().filter(kind="visit.cancelled", urgent=True).exists()


def test_a_volunteer_who_falls_ill_an_hour_before_is_an_urgent_call(visit, els):
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(hours=1))):
        assert cast.texts(els, "annuleer").outcome == "visit.cancelled"
        call = CallTask.objects.open().about(visit).get()
        assert (call.kind, call.urgent, call.due_at) == ("visit.cancelled", True, clock.now())
        alarm = OutboundMessage.objects.get(kind="alarm.alarm_cancelled_today")
        on_duty = visit.request.organisation.staff.get()
        assert (alarm.status, alarm.recipient.key_id) == ("sent", on_duty.mobile_key_id)
        calls.note_outcome(call, "reached", by=SYSTEM)
        assert HelpRequest.objects.get().next_kind == "choose"
        assert broken() == []


def test_one_after_the_visit_says_how_it_went_and_no_yes_to_another(lindeboom, els, visit):
    """With a question about another visit open, the "1" that we had just asked for lay in the inbox."""
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=40))):
        [offer] = cast.offered(cast.request(lindeboom, windows=cast.windows(days=6)), els)
        assert cast.texts(els, "UIT").outcome == "visit.ended"
        assert cast.texts(els, "1").outcome == "visit.reported"
        offer.refresh_from_db()
        assert offer.status == "sent"
        assert cast.texts(els, "ja").outcome == "offer.accepted"


def test_one_is_for_a_person_once_another_question_came_after(lindeboom, els, visit):
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=40))):
        cast.texts(els, "UIT")
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=50))):
        [offer] = cast.offered(cast.request(lindeboom, windows=cast.windows(days=6)), els)
        assert cast.texts(els, "1").status == "inbox"
        offer.refresh_from_db()
        assert offer.status == "sent"


def test_who_cannot_come_after_all_is_not_asked_for_the_same_moment_again(lindeboom, els, visit):
    jan = cast.volunteer(lindeboom, name="Jan")
    assert cast.texts(els, "annuleer").outcome == "visit.cancelled"
    request = HelpRequest.objects.get(pk=visit.request_id)
    assert [reason.code for reason in rank(request).why_not(els.pk)] == ["declined"]
    assert [offer.volunteer for offer in cast.offered(request)] == [jan]
    assert broken() == []


def test_whose_visit_the_client_cancelled_may_be_asked_again(lindeboom, els, visit):
    visits.cancel(visit, by=SYSTEM, reason="client_cannot")
    assert rank(HelpRequest.objects.get(pk=visit.request_id)).why_not(els.pk) == ()


def test_of_several_visits_the_one_they_were_just_reminded_of_is_cancelled(lindeboom, els, visit):
    """The reminder ends with "Kan je niet? Antwoord ANNULEER": at six in the evening nobody reads the inbox."""
    later = cast.booked(cast.request(lindeboom, windows=cast.windows(days=5)), els)
    assert cast.texts(els, "annuleer").status == "inbox"
    reminder = OutboundMessage.objects.get(kind="visit.reminder_day", subject_id=visit.pk)
    with clock.travel(clockwork.live_through(reminder.not_before + timedelta(hours=1))):
        assert cast.texts(els, "annuleer").outcome == "visit.cancelled"
        for one in (visit, later):
            one.refresh_from_db()
        assert (visit.status, later.status) == ("cancelled", "booked")
        moment = languages.day_and_time(visit.starts_at, "nl")
        assert moment in cast.telephone(els)[-1]


def test_of_two_visits_on_one_day_nobody_guesses_which_is_cancelled(lindeboom, els, visit):
    day = clock.local(visit.starts_at).date()
    morning = [{"from": f"{day}T09:00", "until": f"{day}T11:00"}]
    other = cast.booked(cast.request(lindeboom, windows=morning), els)
    reminder = OutboundMessage.objects.get(kind="visit.reminder_day", subject_id=visit.pk)
    with clock.travel(clockwork.live_through(reminder.not_before + timedelta(minutes=5))):
        assert cast.texts(els, "annuleer").status == "inbox"
        assert {Visit.objects.get(pk=one.pk).status for one in (visit, other)} == {"booked"}


def test_unconfirmed_at_noon_the_volunteer_stays_home_until_somebody_is_reached(lindeboom, els):
    day = clock.today() + timedelta(days=2)
    windows = [{"from": f"{day}T14:00", "until": f"{day}T17:00"}]
    visit = cast.booked(cast.request(lindeboom, windows=windows, client={"channel": "call"}), els)
    with clock.travel(clockwork.live_through(clock.at(day - timedelta(days=1), datetime(2026, 1, 1, 12).time()))):
        visit.refresh_from_db()
        assert visit.held_back_at is not None
        assert kinds_to(els.recipient, status="sent")[-1] == "visit.stay_home"
        request = HelpRequest.objects.get()
        assert (request.next_kind, request.next_owner) == ("confirm", "coordinator")
        assert CallTask.objects.open().about(visit).get().kind == "visit.confirm"
        visits.confirm(visit, by=SYSTEM)
        outbox.sweep()
        assert kinds_to(els.recipient, status="sent")[-2:] == ["visit.goes_ahead", "visit.stay_home"]
        assert broken() == []


def test_a_client_who_says_stop_before_hearing_the_word_is_rung(lindeboom, els):
    with clock.travel(datetime(2026, 9, 15, 19, 30, tzinfo=UTC)):
        visit = cast.booked(cast.request(lindeboom, always_home=True, windows=[]), els)
        announced = OutboundMessage.objects.get(kind="visit.announce")
        assert announced.status == "queued", "at half past nine in the evening she sleeps"
        assert cast.texts(visit.client, "STOP").outcome == "stopped"
        announced.refresh_from_db()
        assert announced.status == "withdrawn"
        assert CallTask.objects.open().about(visit).get().kind == "visit.announce"
        assert worklist.differences() == []


def test_unconfirmed_on_the_day_itself_whoever_is_on_duty_is_told_and_then_the_next(lindeboom, els):
    second = cast.coordinator(lindeboom, name="Zoe")
    today = clock.today()
    windows = [{"from": f"{today}T18:00", "until": f"{today}T20:00"}]
    visit = cast.booked(cast.request(lindeboom, windows=windows), els)
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(hours=1, minutes=45))):
        told = OutboundMessage.objects.filter(kind="alarm.alarm_unconfirmed", status="sent").order_by("created_at")
        assert [message.recipient.key_id == second.mobile_key_id for message in told] == [False, True]
        assert cast.texts(visit.client, "1").outcome == "visit.confirmed"
        assert broken() == []
    with clock.travel(clockwork.live_through(visit.starts_at)):
        assert OutboundMessage.objects.filter(kind="alarm.alarm_unconfirmed").count() == 2
        assert kinds_to(els.recipient, status="sent")[-2:] == ["visit.reminder_hour", "visit.stay_home"]


def test_nobody_writes_about_who_has_died(visit, els):
    openings.note_gone(visit.client, by=SYSTEM)
    clockwork.live_through(visit.starts_at + timedelta(days=8))
    assert kinds_to(visit.client.recipient, status="sent") == ["visit.announce"]
    assert kinds_to(els.recipient, status="sent") == ["offer.offer_one", "visit.accepted"]
    call = CallTask.objects.open().about(visit).get()
    assert (call.kind, call.recipient) == ("visit.ring_volunteer", els.recipient)
    request = HelpRequest.objects.get()
    assert (request.closed_as, request.next_kind) == ("gone", "")
    with pytest.raises(errors.CardClosed if linkkeys.digest("x") == visit.card_digest else errors.NoSuchCard):
        cards.open_card(cards.token(visit))


def test_away_while_somebody_is_inside_silences_the_rest_and_lets_them_leave(visit, els):
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
        openings.note_away(visit.client, until=clock.today() + timedelta(days=3), by=SYSTEM)
        assert cast.texts(els, "UIT").outcome == "visit.ended"
        assert broken() == []


def test_a_request_is_not_closed_over_the_head_of_who_is_inside(visit, els):
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
        request = HelpRequest.objects.get()
        with pytest.raises(errors.MoveNotAllowed):
            openings.close(request, closing="withdrawn", by=SYSTEM)
        request.refresh_from_db()
        assert request.is_open


@pytest.mark.guardrail("E7")
def test_the_card_opens_on_acceptance_and_closes_a_day_after_check_out(visit, els):
    token = cards.token(visit)
    assert cards.open_card(token) == visit
    with clock.travel(clockwork.live_through(visit.starts_at)):
        cast.texts(els, "IN")
    with clock.travel(clockwork.live_through(visit.ends_at)):
        cast.texts(els, "UIT")
        assert cards.open_card(token) == visit
    with clock.travel(visit.ends_at + timedelta(hours=23, minutes=59)):
        assert cards.open_card(token) == visit
    with clock.travel(visit.ends_at + timedelta(hours=24)), pytest.raises(errors.CardClosed):
        cards.open_card(token)
    with pytest.raises(errors.NoSuchCard):
        cards.open_card("x" * 16)


@pytest.mark.guardrail("E7")
def test_a_card_that_has_closed_is_not_opened_again_by_a_late_word(visit, els):
    token = cards.token(visit)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
    with clock.travel(visit.ends_at + timedelta(days=5)):
        inside.check_out(visit, by=SYSTEM)
        with pytest.raises(errors.CardClosed):
            cards.open_card(token)


@pytest.fixture
def twice(lindeboom, els, visit):
    """The client waits for Els, and two days later for Jan."""
    draft = cast.draft(windows=cast.windows(days=5), tasks=["look-first"])
    [other] = openings.open_request(draft, organisation=lindeboom, by=SYSTEM, client=visit.client)
    return visit, other


def confirmed(*booked):
    return [Visit.objects.get(pk=one.pk).confirmed_at is not None for one in booked]


def test_a_client_who_is_visited_twice_answers_about_the_one_they_were_just_told_of(lindeboom, twice):
    """ "1" was heard as a yes to the next visit of all, again: nobody knew that Jan was expected, and he was kept at home."""
    visit, other = twice
    assert cast.texts(visit.client, "1").outcome == "visit.confirmed"
    with clock.travel(clock.now() + timedelta(hours=1)):
        later = cast.booked(other, cast.volunteer(lindeboom, name="Jan"))
        assert cast.texts(visit.client, "1").outcome == "visit.confirmed"
        assert confirmed(visit, later) == [True, True]
        assert languages.day_in_words(later.starts_at, "nl") in cast.telephone(visit.client)[-1]
        assert cast.texts(visit.client, "2").outcome == "visit.other_moment"
        assert CallTask.objects.open().get(kind="visit.other_moment").subject_id == later.pk
        assert confirmed(visit, later) == [True, False]


def test_told_of_two_visits_on_one_day_a_client_is_asked_by_a_person_which(lindeboom, twice):
    visit, other = twice
    later = cast.booked(other, cast.volunteer(lindeboom, name="Jan"))
    for said in ("1", "2"):
        assert cast.texts(visit.client, said).status == "inbox"
    assert confirmed(visit, later) == [False, False]
    assert cast.texts(visit.client, "bel mij").outcome == "visit.call_me"


def test_after_a_reminder_it_is_about_that_visit(lindeboom, twice):
    visit, other = twice
    later = cast.booked(other, cast.volunteer(lindeboom, name="Jan"))
    visits.confirm(later, by=SYSTEM)
    reminder = OutboundMessage.objects.get(kind="visit.client_reminder", subject_id=visit.pk)
    visits.confirm(visit, by=SYSTEM)
    with clock.travel(clockwork.live_through(reminder.not_before + timedelta(minutes=5))):
        assert cast.texts(visit.client, "2").outcome == "visit.other_moment"
        assert confirmed(visit, later) == [False, True]
