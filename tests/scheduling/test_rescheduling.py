"""A visit moves: both sides hear it once, the client says yes anew, and nobody stands at the door at the old moment."""

from datetime import date, datetime, time, timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import calls, inbound, outbox
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.organisations.duty import NobodyOnDuty
from digibel.organisations.models import Closure, DutyHours
from digibel.requests.errors import WindowTooFar
from digibel.requests.models import HelpRequest
from digibel.scheduling import (
    bells,
    clockwork,
    errors,
    inside,
    offers,
    openings,
    promises,
    readiness,
    rescheduling,
    visits,
    worklist,
)
from digibel.scheduling.matching.reasons import REQUIREMENTS, because
from digibel.scheduling.models import Timer, Visit
from digibel.volunteers import availability
from digibel.volunteers.models import Absence, BusyTime, Volunteer

pytestmark = pytest.mark.django_db

LANDLINE = {"channel": "call", "phone": "+3224275566"}
REMINDERS = {"visit.reminder_day", "visit.reminder_hour", "visit.client_reminder"}


@pytest.fixture
def visit(lindeboom, els):
    return cast.booked(cast.request(lindeboom, windows=cast.windows(days=3)), els)


@pytest.fixture(autouse=True)
def an_hour_later(visit):
    """What was said at the booking lies behind."""
    with clock.travel(clock.now() + timedelta(hours=1)):
        yield


def hour(days: int, hour: int = 10) -> datetime:
    """So many days after the visit's first day."""
    return clock.at(clock.today() + timedelta(days=3 + days), time(hour))


def move(visit, start, **more):
    rescheduling.reschedule(visit, start, was=more.pop("was", visit.starts_at), by=SYSTEM, **more)


def waiting(visit):
    return sorted(OutboundMessage.objects.about(visit).waiting().values_list("kind", "not_before"))


def open_calls(visit):
    return sorted(CallTask.objects.open().about(visit).values_list("kind", "urgent"))


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_both_sides_hear_it_once_and_the_client_says_yes_anew(visit, els):
    cast.texts(visit.client, "1")
    visit.refresh_from_db()
    move(visit, hour(1))
    outbox.sweep()
    [to_els], [to_client] = cast.telephone(els)[2:], cast.telephone(visit.client)[2:]
    assert (
        to_els
        == "Digibel: je bezoek is verplaatst. Niet vr 18/9 14u, maar za 19/9 10u. Kan je dan niet? Antwoord ANNULEER."
    )
    assert to_client.startswith(
        "Digibel: uw bezoek is verplaatst. Niet vr 18/9 14u: Els komt zaterdag 19 september, tussen 10u en 10u30."
    )
    assert visit.word in to_client
    assert (visit.confirmed_at, visit.sequence, visit.ends_at) == (None, 1, hour(1, 11))
    assert HelpRequest.objects.get().next_kind == "confirm"
    assert cast.texts(visit.client, "1").outcome == "visit.confirmed"
    assert broken() == []


def test_what_was_to_be_said_of_the_old_moment_is_not_said(visit):
    move(visit, hour(1))
    assert {message.kind for message in OutboundMessage.objects.filter(status="withdrawn")} == REMINDERS
    day_before, hour_before = clock.at(clock.local(visit.starts_at).date() - timedelta(days=1), time(17)), hour(1, 9)
    assert waiting(visit) == [
        ("visit.client_reminder", day_before),
        ("visit.client_visit_moved", clock.now()),
        ("visit.reminder_day", day_before),
        ("visit.reminder_hour", hour_before),
        ("visit.visit_moved", clock.now()),
    ]


def test_the_bells_are_those_of_the_new_moment(visit):
    move(visit, hour(1))
    timers = dict(Timer.objects.filter(subject_id=visit.pk, rung_at=None).values_list("kind", "due_at"))
    assert timers == {
        "confirm_by": worklist.confirm_due(visit),
        "check_in_late": visit.starts_at + bells.CHECK_IN_WITHIN,
        "check_out_nudge": visit.ends_at + bells.CHECK_OUT_NUDGE,
        "check_out_alarm": visit.ends_at + bells.CHECK_OUT_ALARM,
        "card_closes": timers["card_closes"],
    }
    assert timers["card_closes"] > visit.ends_at


def test_said_twice_it_is_one_move(visit, els):
    was = visit.starts_at
    move(visit, hour(1))
    move(visit, hour(1), was=was)
    assert (visit.sequence, Event.objects.filter(verb="visit.moved").count()) == (1, 1)


def test_of_two_who_move_it_one_wins(visit):
    was = visit.starts_at
    move(visit, hour(1))
    with pytest.raises(errors.AlreadyMoved):
        move(visit, hour(2), was=was)
    visit.refresh_from_db()
    assert visit.starts_at == hour(1)


def test_agreed_on_the_telephone_it_is_confirmed_and_in_writing_too(visit):
    move(visit, hour(1), agreed=True)
    assert (visit.confirmed_at, open_calls(visit)) == (clock.now(), [])
    kinds = [kind for kind, _ in waiting(visit)]
    assert (kinds.count("visit.client_reminder"), kinds.count("visit.client_visit_moved")) == (2, 0)
    assert not Timer.objects.filter(kind="confirm_by", subject_id=visit.pk, rung_at=None).exists()
    assert HelpRequest.objects.get().next_kind == "visit"


def test_moved_twice_before_anybody_heard_names_the_moment_they_know(visit, els):
    known = visit.starts_at
    move(visit, hour(1))
    with clock.travel(clock.now() + timedelta(minutes=1)):
        move(visit, hour(2))
        outbox.sweep()
    assert (visit.client_expects, visit.volunteer_expects) == (known, known)
    assert [text for text in cast.telephone(els) if "19/9" in text] == []
    assert cast.telephone(els)[-1].count("Niet vr 18/9 14u, maar zo 20/9 10u") == 1


def test_a_volunteer_who_has_not_had_the_booking_gets_it_as_it_is_now(lindeboom, els):
    request = cast.request(lindeboom, windows=cast.windows(days=4))
    [offer] = cast.offered(request, cast.volunteer(lindeboom, name="Jan"))
    offer.refresh_from_db()
    booked = offers.accept(offer, 1, by=Actor.volunteer(offer.volunteer))
    with clock.travel(clock.now() + timedelta(minutes=1)):
        move(booked, hour(2))
    kinds = [kind for kind, _ in waiting(booked)]
    assert (kinds.count("visit.accepted"), kinds.count("visit.visit_moved"), kinds.count("visit.announce")) == (1, 0, 1)


def test_a_yes_to_the_old_moment_is_no_yes_to_the_new_one(visit):
    move(visit, hour(1))
    number = visit.client.recipient.number
    message = inbound.receive_text("simulator", InboundText("crossing", number, cast.SMS_NUMBER, "1"))
    inbound.route_text(message.pk)
    message.refresh_from_db()
    visit.refresh_from_db()
    assert (message.status, visit.confirmed_at) == ("inbox", None)


def test_near_the_old_moment_somebody_rings_too(visit):
    with clock.travel(clockwork.live_through(visit.starts_at - timedelta(hours=20))):
        visit.refresh_from_db()
        visits.confirm(visit, by=SYSTEM)
        move(visit, hour(5))
        assert open_calls(visit) == [("visit.announce", True)]
        [call] = CallTask.objects.open().about(visit)
        sentences = calls.script_of(call).sentences.splitlines()
        assert sentences[1] == "Het bezoek van vr 18/9 14u gaat niet door. Het komt op een ander moment."
        assert visit.word in sentences[3]
        calls.note_outcome(call, "reached", by=SYSTEM)
        visit.refresh_from_db()
        assert visit.confirmed_at == clock.now()


def test_cancelled_before_they_heard_of_the_new_moment_nobody_opens_at_the_old_one(visit):
    move(visit, hour(1))
    visits.cancel(visit, by=SYSTEM, reason="organisation")
    outbox.sweep()
    last = cast.telephone(visit.client)[-1]
    assert last == "Digibel: het bezoek van vrijdag 18 september gaat niet door. Er komt niemand. Doe niet open."


def test_a_held_back_volunteer_goes_at_the_new_moment(visit, els):
    with clock.travel(clockwork.live_through(worklist.confirm_due(visit))):
        visit.refresh_from_db()
        assert visit.held_back_at is not None
        move(visit, hour(7), agreed=True)
        outbox.sweep()
        assert (visit.held_back_at, open_calls(visit)) == (None, [])
        assert HelpRequest.objects.get().next_kind == "visit"
        assert broken() == []


@pytest.mark.parametrize("minutes", [-60, 0, 59])
def test_never_into_the_past_nor_too_soon_to_be_told(visit, minutes):
    with pytest.raises(errors.TooSoon):
        move(visit, clock.now() + timedelta(minutes=minutes))


def test_never_further_than_a_request_looks(visit):
    with pytest.raises(WindowTooFar):
        move(visit, hour(80))


def test_not_at_an_hour_at_which_nobody_is_on_duty(visit, lindeboom):
    DutyHours.objects.filter(organisation=lindeboom).update(end=time(12))
    with pytest.raises(NobodyOnDuty):
        move(visit, hour(1, 14))


def test_not_on_a_day_on_which_the_house_is_closed(visit, lindeboom):
    day = clock.local(hour(1)).date()
    Closure.objects.create(organisation=lindeboom, first_day=day, last_day=day)
    with pytest.raises(NobodyOnDuty):
        move(visit, hour(1))


def refused(visit, start, **more):
    with pytest.raises(errors.CannotGoThen) as refusal:
        move(visit, start, **more)
    visit.refresh_from_db()
    assert visit.sequence == 0
    return refusal.value.details["reason"]


def test_not_when_the_volunteer_is_away(visit, els):
    day = clock.local(hour(1)).date()
    Absence.objects.create(volunteer=els, first_day=day, last_day=day)
    assert refused(visit, hour(1)) == because("absent").sentence


def test_outside_their_week_only_with_their_yes(visit, els):
    els.hours.all().delete()
    assert refused(visit, hour(1)) == because("no_moment").sentence
    move(visit, hour(1), outside_hours=True)
    assert visit.starts_at == hour(1)


def test_not_on_a_weekday_that_they_took_off(visit, els):
    """Their hours of that day stay noted; "not on Saturdays" counts all the same."""
    availability.take_weekday_off(els, clock.local(hour(1)).weekday(), by=SYSTEM)
    assert refused(visit, hour(1)) == because("no_moment").sentence
    weekday = clock.local(hour(1)).weekday()
    assert weekday not in {clock.local(moment).weekday() for moment in rescheduling.moments(visit)}
    move(visit, hour(1), outside_hours=True)
    assert visit.starts_at == hour(1)


def test_in_hours_that_they_gave_for_one_day(visit, els):
    els.hours.all().delete()
    availability.note_extra(els, clock.local(hour(1)).date(), time(9, 30), time(11, 30), by=SYSTEM)
    assert rescheduling.moments(visit) == [clock.at(clock.local(hour(1)).date(), time(9, 30))]
    move(visit, hour(1))
    assert visit.starts_at == hour(1)


def test_not_during_an_appointment_of_their_own_calendar_unless_they_say_yes(visit, els):
    BusyTime.objects.create(volunteer=els, starts_at=hour(1, 9), ends_at=hour(1, 12))
    assert refused(visit, hour(1)) == because("no_moment").sentence
    assert hour(1) not in rescheduling.moments(visit)
    move(visit, hour(1), outside_hours=True)
    assert visit.starts_at == hour(1)


def test_not_over_the_volunteers_own_limit(visit, lindeboom, els):
    """Within its own week it moves freely; into a week that is full it does not."""
    Volunteer.objects.filter(pk=els.pk).update(weekly_limit=1)
    cast.booked(cast.request(lindeboom, windows=cast.windows(days=10)), els)
    visit.refresh_from_db()
    move(visit, hour(1))
    with pytest.raises(errors.CannotGoThen):
        move(visit, hour(8))


def test_not_without_papers_on_that_day(visit, lindeboom, els):
    readiness.lose_readiness(els, lindeboom, "insurance", last_day=clock.local(hour(0)).date(), by=SYSTEM)
    assert refused(visit, hour(1)) == because("not_ready", missing=[REQUIREMENTS["insurance"]]).sentence


def test_not_into_another_visit_of_the_volunteer_nor_on_its_way(visit, lindeboom, els):
    other = cast.booked(cast.request(lindeboom, windows=cast.windows(days=4), client={"postcode": "1070"}), els)
    for start in (other.starts_at, other.ends_at + timedelta(minutes=5)):
        with pytest.raises(errors.NoLongerFree):
            move(visit, start)


def test_not_into_another_visit_of_the_client(visit, lindeboom):
    [more] = openings.open_request(
        cast.draft(windows=cast.windows(days=4)), organisation=lindeboom, by=SYSTEM, client=visit.client
    )
    other = cast.booked(more, cast.volunteer(lindeboom, name="Jan"))
    with pytest.raises(errors.NoLongerFree):
        move(visit, other.starts_at)


def test_not_once_it_should_have_begun_and_not_when_it_has(visit):
    with clock.travel(clockwork.live_through(visit.starts_at)):
        visit.refresh_from_db()
        with pytest.raises(errors.TooLateToMove):
            move(visit, clock.now() + timedelta(hours=2))
        inside.check_in(visit, by=SYSTEM)
        visit.refresh_from_db()
        with pytest.raises(errors.MoveNotAllowed):
            move(visit, clock.now() + timedelta(hours=2))


def test_the_moments_to_choose_from_are_all_possible(visit, lindeboom, els):
    Absence.objects.create(volunteer=els, first_day=clock.today(), last_day=clock.today() + timedelta(days=1))
    found = rescheduling.moments(visit)
    assert len(found) == 6
    for start in found:
        rescheduling.check(visit, start)


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_over_the_night_of_the_clock_the_hour_is_the_local_one(night):
    with clock.travel(clock.at(night - timedelta(days=3), time(9))):
        house = cast.organisation("De Nacht", sms_number="+32460000009")
        booked = cast.booked(cast.request(house, windows=cast.windows(days=1)), cast.volunteer(house))
    with clock.travel(clock.at(night - timedelta(days=3), time(10))):
        rescheduling.reschedule(booked, clock.at(night + timedelta(days=1), time(14)), was=booked.starts_at, by=SYSTEM)
        day_before = OutboundMessage.objects.about(booked).waiting().get(kind="visit.reminder_day")
        assert clock.local(booked.starts_at).hour == 14
        assert clock.local(day_before.not_before) == datetime.combine(night, time(17), clock.BRUSSELS)


def test_a_reception_hears_that_the_old_day_is_off(lindeboom, els):
    client = {"channel": "worker", "trusted_worker": "Malika", "trusted_worker_phone": "+3224267788", "phone": ""}
    booked = cast.booked(cast.request(lindeboom, windows=cast.windows(days=5), client=client), els)
    [call] = CallTask.objects.open().about(booked)
    calls.note_outcome(call, "reached", by=SYSTEM)
    with clock.travel(clock.now() + timedelta(minutes=5)):
        move(booked, hour(4))
        [again] = CallTask.objects.open().about(booked)
        sentences = calls.script_of(again).sentences.splitlines()
        assert [line for line in sentences if "gaat niet door" in line] == [sentences[1]]


def test_every_visit_keeps_its_story(visit):
    move(visit, hour(1))
    event = Event.objects.get(verb="visit.moved")
    assert (event.subject_id, event.facts) == (str(visit.pk), {"agreed": False})
    assert Visit.objects.get().booked_at < visit.moved_at


def test_no_moment_at_which_the_client_is_away_is_proposed_and_one_may_still_be_written(lindeboom, els):
    tomorrow = clock.today() + timedelta(days=1)
    day_after = tomorrow + timedelta(days=1)
    away = [{"from": f"{day_after}T07:00", "until": f"{day_after}T13:00"}]
    visit = cast.booked(cast.request(lindeboom, windows=[], always_home=True, away=away), els)
    proposed = [start for start in rescheduling.moments(visit) if clock.local(start).date() == day_after]
    assert [clock.local(start).hour for start in proposed] == [13]
    start = clock.at(day_after, time(9))
    rescheduling.reschedule(visit, start, was=visit.starts_at, by=SYSTEM)
    visit.refresh_from_db()
    assert visit.starts_at == start
