"""A seat at a place: booked with the slip, asked about the day after, given back, called off."""

from datetime import date, time, timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.directory import errors, sessions
from digibel.directory.models import PlaceSession
from digibel.notifications.models import OutboundMessage
from digibel.problems import NotFound
from digibel.requests import referrals, seats
from digibel.requests.errors import AlreadyClosed
from digibel.requests.models import Closing, Referral
from digibel.scheduling import arrivals, openings, slips, worklist
from digibel.scheduling.errors import NotYetThere, SeatSettled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

WEEK = timedelta(days=7)


@pytest.fixture
def session(lindeboom):
    return cast.place_session(lindeboom, seats=2)


def booked(lindeboom, session, *, tasks=("benefits",), **client):
    request = cast.request(lindeboom, tasks=list(tasks), client=client)
    openings.refer(request, by=SYSTEM, place_ids=[str(session.place_id)], sessions={session.place_id: session.pk})
    request.refresh_from_db()
    return request


def seat_of(request):
    return str(request.referrals.exclude(session=None).get().pk)


def next_of(request):
    request.refresh_from_db()
    assert worklist.differences() == []
    return request.next_kind, request.next_due, request.next_owner


def morning_after(session):
    return clock.at(clock.local(session.ends_at).date() + timedelta(days=1), time(9))


def after(session):
    return clock.travel(session.ends_at + timedelta(hours=1))


def test_who_has_a_seat_is_asked_the_morning_after_whether_they_got_there(lindeboom, session):
    request = booked(lindeboom, session)
    assert next_of(request) == ("ask_arrival", morning_after(session), "intake")
    assert [(one.seats, offered) for one, offered in seats.offered([session.place_id])[session.place_id]] == [(2, 1)]


def test_who_got_there_is_asked_two_weeks_later_whether_it_helped(lindeboom, session):
    request = booked(lindeboom, session)
    with after(session):
        noted = clock.now()
        arrivals.note(request, seat_of(request), came=True, by=SYSTEM)
        assert next_of(request) == ("check_referral", noted + 2 * WEEK, "coordinator")
        with pytest.raises(SeatSettled):
            arrivals.note(request, seat_of(request), came=False, by=SYSTEM)


def test_who_did_not_get_there_needs_another_slip_the_same_day(lindeboom, session):
    request = booked(lindeboom, session)
    with after(session):
        noted = clock.now()
        arrivals.note(request, seat_of(request), came=False, by=SYSTEM)
        assert next_of(request) == ("refer", noted + timedelta(hours=4), "intake")
        again = cast.place_session(lindeboom, place=session.place)
    with clock.travel(noted + timedelta(hours=1)):
        openings.refer(request, by=SYSTEM, place_ids=[str(again.place_id)], sessions={again.place_id: again.pk})
        assert next_of(request) == ("ask_arrival", morning_after(again), "intake")


def test_before_the_session_nobody_has_been_there(lindeboom, session):
    request = booked(lindeboom, session)
    with pytest.raises(NotYetThere):
        arrivals.note(request, seat_of(request), came=True, by=SYSTEM)


def test_a_seat_that_is_given_back_is_anybodys_and_the_slip_stays(lindeboom, session):
    first, second = booked(lindeboom, session), booked(lindeboom, session)
    with pytest.raises(errors.NoSeatLeft):
        booked(lindeboom, session)
    arrivals.give_back(first, seat_of(first), by=SYSTEM)
    assert next_of(first)[0] == "check_referral"
    assert booked(lindeboom, session).referrals.get().seat_number == 1
    assert second.referrals.get().seat_number == 2


def test_a_request_that_is_closed_gives_its_seat_back(lindeboom, session):
    request = booked(lindeboom, session)
    told = seat_of(request)
    openings.close(request, closing=Closing.WITHDRAWN, by=SYSTEM)
    assert list(Referral.objects.values_list("session", "seat_number")) == [(None, None)]
    with pytest.raises(AlreadyClosed):
        arrivals.give_back(request, told, by=SYSTEM)


def test_where_no_seat_is_left_there_is_no_slip_either(lindeboom):
    session = cast.place_session(lindeboom, seats=1)
    booked(lindeboom, session)
    other = cast.request(lindeboom, tasks=["benefits"])
    with pytest.raises(errors.NoSeatLeft):
        openings.refer(other, by=SYSTEM, place_ids=[str(session.place_id)], sessions={session.place_id: session.pk})
    assert (other.referrals.count(), next_of(other)[0]) == (0, "refer")


def test_no_seat_in_a_session_of_elsewhere_or_that_began(lindeboom, session):
    request = cast.request(lindeboom, tasks=["benefits"])
    other = cast.place("Ander")
    with pytest.raises(errors.SessionBegan):
        openings.refer(request, by=SYSTEM, place_ids=[str(other.pk)], sessions={other.pk: session.pk})
    with clock.travel(session.starts_at), pytest.raises(errors.SessionBegan):
        openings.refer(request, by=SYSTEM, place_ids=[str(session.place_id)], sessions={session.place_id: session.pk})


def test_called_off_everybody_with_a_seat_is_somebodys_task_the_same_day(lindeboom, session):
    neighbour = cast.organisation("Sleutel")
    ours, theirs = booked(lindeboom, session), booked(neighbour, session)
    helped = booked(lindeboom, cast.place_session(lindeboom, place=cast.place("Ander")))
    now = clock.now()
    assert (arrivals.call_off(session, by=SYSTEM), arrivals.call_off(session, by=SYSTEM)) == (2, 0)
    assert [next_of(one)[:2] for one in (ours, theirs)] == [("refer", now + timedelta(hours=4))] * 2
    assert next_of(helped)[0] == "ask_arrival"
    arrivals.give_back(ours, seat_of(ours), by=SYSTEM)
    assert next_of(ours)[0] == "check_referral"
    assert Event.objects.filter(verb="place.session_called_off").count() == 1


def test_a_session_that_began_is_not_called_off(session):
    with after(session), pytest.raises(errors.SessionBegan):
        arrivals.call_off(session, by=SYSTEM)


def test_a_request_for_a_volunteer_is_searched_for_and_asked_about_its_seat(lindeboom, session):
    request = booked(lindeboom, session, tasks=["video-call"])
    assert next_of(request)[0] == "choose"
    with after(session):
        arrivals.note(request, seat_of(request), came=False, by=SYSTEM)
        # The moments that suited are over meanwhile; that was due before the other slip.
        assert next_of(request)[0] == "new_moments"
        assert request.referrals.get().landed is False


def test_a_seat_of_another_request_does_not_exist(lindeboom, session):
    request, other = booked(lindeboom, session), booked(lindeboom, session)
    for told in (seat_of(other), "x", ""):
        with pytest.raises(NotFound):
            arrivals.give_back(request, told, by=SYSTEM)


def test_the_moment_is_in_the_text_and_in_what_is_read_out(lindeboom, session):
    request = booked(lindeboom, session, speaks=["nl"], reads=["nl"])
    day = clock.local(session.starts_at)
    [waiting] = referrals.waiting(request)
    assert seats.when(waiting, "nl").endswith(f"{day.day}/{day.month} 14u-16u")
    slips.text(request, by=SYSTEM)
    assert ["14u-16u" in body for body in bodies(request)] == [True]
    arrivals.call_off(session, by=SYSTEM)
    assert "14u" not in referrals.in_words(referrals.waiting(request)[0], "nl")


def bodies(request):
    return [message.body for message in OutboundMessage.objects.filter(subject_id=request.pk)]


def test_sessions_every_week_leave_holidays_out_and_are_made_whole_or_not(lindeboom):
    place = cast.place()
    made = sessions.hold(
        place, organisation=lindeboom, day=date(2026, 12, 18), start=time(14), end=time(16), seats=3,
        until=date(2027, 1, 8), by=SYSTEM,
    )  # fmt: skip
    assert [clock.local(one.starts_at).date().isoformat() for one in made] == ["2026-12-18", "2027-01-08"]
    with pytest.raises(errors.HeldAlready):
        sessions.hold(
            place, organisation=lindeboom, day=date(2027, 1, 1), start=time(14), end=time(15), seats=3,
            until=date(2027, 1, 8), by=SYSTEM,
        )  # fmt: skip
    assert PlaceSession.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"end": time(14)}, errors.WrongHours),
        ({"day": date(2020, 1, 1)}, errors.WrongHours),
        ({"until": date(2040, 1, 1)}, errors.WrongHours),
        ({"seats": 0}, errors.WrongNumberOfSeats),
        ({"seats": 61}, errors.WrongNumberOfSeats),
        ({"place": None}, errors.NoDoor),
    ],
)
def test_a_session_that_cannot_be_is_refused(lindeboom, changes, refusal):
    told = {
        "place": cast.place(),
        "day": clock.today() + WEEK,
        "start": time(14),
        "end": time(16),
        "seats": 2,
        **changes,
    }
    place = told.pop("place") or cast.place("Lijn", postcode="")
    with pytest.raises(refusal):
        sessions.hold(place, organisation=lindeboom, by=SYSTEM, **told)
    assert PlaceSession.objects.count() == 0
