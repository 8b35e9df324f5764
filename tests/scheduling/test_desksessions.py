"""Desk sessions: made, asked for, signed up for and out of, called off, attended; and nobody is in two places."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.notifications.owners import owner_of
from digibel.reports import counting
from digibel.reports.quarters import Quarter
from digibel.scheduling import (
    availability,
    calendars,
    clockwork,
    errors,
    expenses,
    offers,
    promises,
    readiness,
    rescheduling,
)
from digibel.scheduling.desksessions import asking, attending, finding, making, signing
from digibel.scheduling.models import DeskSession, Seat, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def jan(lindeboom):
    return cast.volunteer(lindeboom, name="Jan")


@pytest.fixture
def session(lindeboom):
    """In three days, from ten to noon, with one seat."""
    return cast.desk_session(lindeboom, seats=1)


def later(now, **length):
    return clock.travel(clockwork.live_through(now + timedelta(**length)))


def sign_up(session, volunteer):
    seat = signing.sign_up(session, volunteer, by=Actor.volunteer(volunteer))
    outbox.sweep()
    return seat


def status(session, volunteer):
    return Seat.objects.get(session=session, volunteer=volunteer).status


def broken_promises():
    return [str(finding) for finding in promises.check() if not finding.holds]


# --- made -------------------------------------------------------------------------------------------------------------


def test_weekly_session_is_made_until_its_end_but_not_on_a_holiday(lindeboom):
    made = making.make(
        lindeboom,
        place=cast.place(),
        day=date(2026, 10, 28),
        start=time(10),
        end=time(12),
        seats=2,
        until=date(2026, 11, 18),
        by=SYSTEM,
    )
    # Armistice day is a Wednesday; and the clock has changed before the first.
    assert [clock.local(one.starts_at).isoformat() for one in made] == [
        "2026-10-28T10:00:00+01:00",
        "2026-11-04T10:00:00+01:00",
        "2026-11-18T10:00:00+01:00",
    ]
    assert len({one.series for one in made}) == 1
    assert made[0].series is not None


def test_weekly_session_stays_at_its_hour_when_the_clock_changes(lindeboom):
    facts = {"place": cast.place(), "start": time(10), "end": time(12), "seats": 2, "by": SYSTEM}
    made = making.make(lindeboom, day=date(2026, 10, 21), until=date(2026, 10, 28), **facts)
    assert [clock.local(one.starts_at).hour for one in made] == [10, 10]
    assert made[1].starts_at - made[0].starts_at == timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"end": time(10)}, errors.WrongSessionHours),
        ({"end": time(9)}, errors.WrongSessionHours),
        ({"end": time(10, 15)}, errors.WrongSessionHours),
        ({"end": time(18, 15)}, errors.WrongSessionHours),
        ({"start": time(10, 10)}, errors.WrongSessionHours),
        ({"day": date(2026, 9, 15), "start": time(10, 15)}, errors.WrongSessionHours),
        ({"day": date(2027, 12, 1)}, errors.WrongSessionHours),
        ({"seats": 0}, errors.WrongSeats),
        ({"seats": 31}, errors.WrongSeats),
    ],
)
def test_what_no_session_can_be_is_refused(lindeboom, changed, refusal):
    told = {"day": date(2026, 9, 18), "start": time(10), "end": time(12), "seats": 2} | changed
    with pytest.raises(refusal):
        making.make(lindeboom, place=cast.place(), by=SYSTEM, **told)
    assert not DeskSession.objects.exists()


def test_session_at_a_telephone_number_or_a_closed_place_is_refused(lindeboom):
    for place in (cast.place(postcode=""), cast.place(active=False)):
        with pytest.raises(errors.NoPlaceToSit):
            cast.desk_session(lindeboom, place=place)


def test_session_made_twice_is_one_and_a_whole_series_or_none(lindeboom):
    place = cast.place()
    first = cast.desk_session(lindeboom, place=place, days=10)
    with pytest.raises(errors.SessionThere):
        cast.desk_session(lindeboom, place=place, days=3, until=clock.today() + timedelta(days=20))
    assert list(DeskSession.objects.all()) == [first]
    making.call_off(first, by=SYSTEM)
    cast.desk_session(lindeboom, place=place, days=10)


# --- who is asked -----------------------------------------------------------------------------------------------------


def test_only_who_can_come_is_asked(lindeboom, els, now):
    others = {
        "not_ready": cast.volunteer(lindeboom, ready=False),
        "no_moment": cast.volunteer(lindeboom, hours=[(0, time(9), time(12))]),
        "too_far": cast.volunteer(lindeboom, postcode="1170", reach_km=2),
        "little_language": cast.volunteer(lindeboom, speaks=["nl"], language_levels={"nl": "basic"}),
        "no_language": cast.volunteer(lindeboom, speaks=["fr"]),
        "over_limit": cast.volunteer(lindeboom, weekly_limit=0),
    }
    paused, stopped = cast.volunteer(lindeboom), cast.volunteer(lindeboom)
    readiness.pause(paused, by=SYSTEM)
    cast.texts(stopped, "STOP")
    session = cast.desk_session(lindeboom, language="nl")
    ranking = finding.rank(session)
    assert list(ranking.ids()) == [els.pk]
    for code, one in {**others, "paused": paused, "stopped": stopped}.items():
        assert [reason.code for reason in ranking.why_not(one.pk)] == [code]
    with later(now, minutes=2):
        assert list(Seat.objects.values_list("volunteer", "status")) == [(els.pk, "asked")]
        assert cast.telephone(els) == [
            "Digibel: kom je helpen aan de balie van Dienstencentrum De Linde, vr 18/9 10u-12u? "
            "Wie binnenkomt, krijgt hulp met een toestel. JA of NEE?"
        ]


def test_three_are_asked_for_each_seat_and_more_the_next_morning(lindeboom, now):
    for number in range(8):
        cast.volunteer(lindeboom, name=f"V{number}")
    session = cast.desk_session(lindeboom, days=6, seats=2)
    with later(now, minutes=2):
        assert session.signed.count() == 6
        assert asking.could_be_asked(session) == 2
    with later(now, days=1):
        assert session.signed.count() == 8


def test_session_far_away_is_asked_for_ten_days_before(lindeboom, els, now):
    session = cast.desk_session(lindeboom, days=20)
    with later(now, days=9):
        assert not session.signed.exists()
    with later(now, days=11):
        assert status(session, els) == "asked"


def test_nobody_is_asked_while_another_question_is_young(lindeboom, els, now):
    cast.offered(cast.request(lindeboom, windows=cast.windows(days=8)), els)
    session = cast.desk_session(lindeboom)
    with pytest.raises(errors.NoCandidates):
        asking.ask(session, by=SYSTEM)


def test_nobody_is_asked_for_more_than_two_sessions_a_week(lindeboom, els, now):
    for number in range(4):
        cast.desk_session(lindeboom, days=9, start=time(9 + number), end=time(9 + number, 45))
    with later(now, days=6):
        assert Seat.objects.by(els).count() == 2


def test_full_session_asks_nobody_and_a_past_one_neither(lindeboom, els, jan, now):
    session = cast.desk_session(lindeboom, seats=1)
    sign_up(session, els)
    with pytest.raises(errors.NoCandidates):
        asking.ask(session, by=SYSTEM)
    with later(now, days=4), pytest.raises(errors.SessionOver):
        asking.ask(session, by=SYSTEM)


# --- by text ----------------------------------------------------------------------------------------------------------


def test_yes_by_text_gets_a_seat_and_a_reminder_the_day_before(session, els, now):
    with later(now, minutes=2):
        assert cast.texts(els, "ja").outcome == "session.signed_up"
        assert status(session, els) == "taken"
        assert cast.telephone(els)[1:] == [
            "Digibel: dank je! We verwachten je aan de balie van Dienstencentrum De Linde, vr 18/9 10u-12u. "
            "Kan je toch niet? Antwoord ANNULEER."
        ]
    with later(now, days=2, hours=12):
        assert cast.telephone(els)[2:] == [
            "Digibel: tot straks aan de balie van Dienstencentrum De Linde, vr 18/9 10u-12u. "
            "Kan je niet? Antwoord ANNULEER."
        ]
    assert broken_promises() == []


@pytest.mark.parametrize("word", ["نعم", "Oui 1", "1", "yes!", "evet"])
def test_yes_in_any_language_gets_the_seat(session, els, now, word):
    with later(now, minutes=2):
        assert cast.texts(els, word).outcome == "session.signed_up"


@pytest.mark.parametrize("word", ["ja nee", "ja, maar pas om 11u", "2", "ja, op zondag"])
def test_doubtful_answer_is_for_a_person(session, els, now, word):
    with later(now, minutes=2):
        assert cast.texts(els, word).status == "inbox"
        assert status(session, els) == "asked"


def test_no_by_text_is_a_no_and_a_later_yes_by_the_desk_counts(session, els, now):
    with later(now, minutes=2):
        assert cast.texts(els, "nee").outcome == "session.declined"
        assert status(session, els) == "declined"
        assert sign_up(session, els).status == "taken"


def test_second_yes_waits_and_moves_up_when_the_first_cannot_come(session, els, jan, now):
    with later(now, minutes=2):
        cast.texts(els, "ja")
        assert cast.texts(jan, "ja").outcome == "session.waiting"
        assert cast.telephone(jan)[-1] == (
            "Digibel: dank je! Dienstencentrum De Linde, vr 18/9 10u-12u: alle plaatsen zijn bezet. "
            "Je staat op de wachtlijst. Komt er een vrij, dan hoor je het."
        )
        assert cast.texts(els, "annuleer").outcome == "session.signed_out"
        assert cast.telephone(els)[-1].startswith("Digibel: goed, je komt niet naar Dienstencentrum De Linde")
    with later(now, minutes=5):
        assert (status(session, els), status(session, jan)) == ("left", "taken")
        assert cast.telephone(jan)[-1].startswith("Digibel: er is een plaats vrij. We verwachten je")
    assert broken_promises() == []


def test_waiting_can_be_left_by_text_too(session, els, jan, now):
    with later(now, minutes=2):
        sign_up(session, els)
        sign_up(session, jan)
        assert cast.texts(jan, "ik kan niet komen").outcome == "session.signed_out"
        assert (status(session, els), status(session, jan)) == ("taken", "left")


def test_session_and_offer_have_letters_and_a_bare_yes_is_asked_back(lindeboom, els, now):
    session = cast.desk_session(lindeboom)
    with later(now, minutes=2):
        cast.offered(cast.request(lindeboom, windows=cast.windows(days=6)), els)
        assert cast.telephone(els)[-1].startswith("Digibel B: bezoek")
        assert cast.texts(els, "ja").outcome == "asked_which"
        assert cast.texts(els, "B").outcome == "offer.accepted"
        assert status(session, els) == "asked"
        assert cast.texts(els, "nee").outcome == "session.declined"


def test_yes_to_a_letter_of_a_session_touches_no_offer(lindeboom, els, now):
    session = cast.desk_session(lindeboom)
    with later(now, minutes=2):
        [offer] = cast.offered(cast.request(lindeboom, windows=cast.windows(days=6)), els)
        assert cast.texts(els, "ja A").outcome == "session.signed_up"
        offer.refresh_from_db()
        assert (status(session, els), offer.status) == ("taken", "sent")


def test_cancel_with_a_visit_and_a_seat_is_for_a_person(lindeboom, els, now):
    session = cast.desk_session(lindeboom)
    sign_up(session, els)
    visit = cast.booked(cast.request(lindeboom, windows=cast.windows(days=6)), els)
    assert cast.texts(els, "annuleer").status == "inbox"
    visit.refresh_from_db()
    assert (status(session, els), visit.status) == ("taken", "booked")


def test_cancel_right_after_signing_up_is_about_that_seat(lindeboom, els, now):
    """The text they answer ended with "Kan je toch niet? Antwoord ANNULEER"."""
    visit = cast.booked(cast.request(lindeboom, windows=cast.windows(days=6)), els)
    session = cast.desk_session(lindeboom)
    with later(now, minutes=2):
        assert cast.texts(els, "ja").outcome == "session.signed_up"
        assert cast.texts(els, "annuleer").outcome == "session.signed_out"
    visit.refresh_from_db()
    assert (status(session, els), visit.status) == ("left", "booked")


@pytest.mark.parametrize("body", ["ja", "B1"])
def test_late_answer_to_a_session_called_off_is_kind(session, els, now, body):
    with later(now, minutes=2):
        making.call_off(session, by=SYSTEM)
        outbox.sweep()
        assert cast.telephone(els)[-1].startswith("Digibel: de balie bij Dienstencentrum De Linde")
        Seat.objects.filter(session=session).update(letter="B")
        assert cast.texts(els, body).outcome == "session.gone"
        assert cast.telephone(els)[-1].startswith("Digibel: dank je, maar deze vraag staat niet meer open.")


def test_stop_ends_what_was_asked_and_keeps_a_promise(lindeboom, els, jan, now):
    session = cast.desk_session(lindeboom, seats=1)
    with later(now, minutes=2):
        cast.texts(els, "ja")
        cast.texts(els, "STOP")
        cast.texts(jan, "STOP")
        assert (status(session, els), status(session, jan)) == ("taken", "ended")


# --- nobody is in two places ------------------------------------------------------------------------------------------


def test_seat_takes_time_as_a_visit_does(lindeboom, els):
    session = cast.desk_session(lindeboom, days=1)
    asked = cast.request(lindeboom, windows=[{"from": "2026-09-16T10:00", "until": "2026-09-16T12:00"}])
    [offer] = cast.offered(asked, els)
    sign_up(session, els)
    with pytest.raises(errors.NoLongerFree):
        offers.accept(offer, 1, by=Actor.volunteer(els))
    assert not Visit.objects.exists()


def test_visit_keeps_a_seat_away_and_so_does_another_desk(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    hours = {"days": 1, "start": time(14), "end": time(15)}
    first = cast.desk_session(lindeboom, **hours)
    with pytest.raises(errors.ElsewhereThen):
        sign_up(first, els)
    Visit.objects.filter(pk=visit.pk).update(status="cancelled")
    sign_up(first, els)
    with pytest.raises(errors.ElsewhereThen):
        sign_up(cast.desk_session(lindeboom, **hours), els)


def test_database_refuses_a_visit_and_a_seat_at_once_whoever_writes(lindeboom, els):
    session = cast.desk_session(lindeboom, days=1, start=time(16), end=time(18))
    visit = cast.booked(cast.request(lindeboom), els)
    seat = sign_up(session, els)
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(
            starts_at=seat.busy_from, ends_at=seat.busy_until, busy_until=seat.busy_until
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.filter(pk=seat.pk).update(busy_from=visit.busy_from)
    with pytest.raises(errors.NoLongerFree):
        rescheduling.reschedule(visit, session.starts_at, was=visit.starts_at, by=SYSTEM)
    assert broken_promises() == []


def test_absence_and_pause_are_refused_where_they_promised_a_seat(session, lindeboom, els):
    sign_up(session, els)
    day = clock.local(session.starts_at).date()
    with pytest.raises(errors.VisitThen):
        availability.be_away(els, day, day, by=Actor.volunteer(els))
    with pytest.raises(errors.VisitThen):
        availability.pause_until(els, None, by=Actor.volunteer(els), at=lindeboom)


def test_seat_counts_in_the_week_of_the_ranking(lindeboom, els):
    els.weekly_limit = 1
    els.save(update_fields=["weekly_limit"])
    sign_up(cast.desk_session(lindeboom, days=2), els)
    other = cast.desk_session(lindeboom, days=3)
    assert [reason.code for reason in finding.rank(other).why_not(els.pk)] == ["over_limit"]


# --- seats, waiting, signing out ---------------------------------------------------------------------------------------


def test_said_twice_is_once(session, els):
    assert sign_up(session, els).pk == sign_up(session, els).pk
    assert OutboundMessage.objects.filter(kind="session.session_taken").count() == 1
    seat = Seat.objects.get()
    for _ in range(2):
        signing.sign_out(seat, by=SYSTEM)
    assert Event.objects.filter(verb="session.signed_out").count() == 1


def test_waiting_list_moves_up_in_order_and_passes_who_cannot_come(session, els, jan, lindeboom, now):
    an = cast.volunteer(lindeboom, name="An")
    for one in (els, jan, an):
        sign_up(session, one)
    sign_up(cast.desk_session(lindeboom, place=cast.place("Elders")), jan)
    signing.sign_out(Seat.objects.get(session=session, volunteer=els), by=SYSTEM)
    with later(now, minutes=2):
        assert [status(session, one) for one in (els, jan, an)] == ["left", "waiting", "taken"]


def test_more_seats_let_the_waiting_in_and_never_fewer_than_taken(session, els, jan, now):
    sign_up(session, els)
    sign_up(session, jan)
    making.change_seats(session, 2, by=SYSTEM)
    with later(now, minutes=2):
        assert status(session, jan) == "taken"
        with pytest.raises(errors.WrongSeats):
            making.change_seats(session, 1, by=SYSTEM)


def test_in_the_last_day_whoever_waits_is_asked_before_anybody_else(session, lindeboom, els, jan, now):
    """They said yes once. Nobody is expected somewhere unheard, so their yes is asked for again."""
    sign_up(session, els)
    sign_up(session, jan)
    reminded = OutboundMessage.objects.get(kind="session.session_reminder").not_before
    with clock.travel(clockwork.live_through(reminded + timedelta(minutes=5))):
        assert cast.texts(els, "annuleer").outcome == "session.signed_out"
    with clock.travel(clockwork.live_through(reminded + timedelta(minutes=10))):
        assert (status(session, jan), Seat.objects.asked().count()) == ("asked", 1)
        assert cast.telephone(jan)[-1].startswith("Digibel: kom je helpen aan de balie")
        assert cast.texts(jan, "ja").outcome == "session.signed_up"
        assert broken_promises() == []


def test_in_the_last_hours_nobody_moves_up_by_itself(session, els, jan, now):
    sign_up(session, els)
    sign_up(session, jan)
    near = session.starts_at - timedelta(hours=2)
    with clock.travel(clockwork.live_through(near)):
        signing.sign_out(Seat.objects.get(volunteer=els), by=SYSTEM)
    with clock.travel(clockwork.live_through(near + timedelta(minutes=10))):
        assert status(session, jan) == "waiting"
    with clock.travel(clockwork.live_through(session.starts_at + timedelta(hours=1))):
        assert status(session, jan) == "ended"


def test_who_is_not_ready_gone_or_pausing_cannot_sign_up(session, lindeboom, els):
    with pytest.raises(errors.CannotSit):
        sign_up(session, cast.volunteer(lindeboom, ready=False))
    readiness.pause(els, by=SYSTEM)
    with pytest.raises(errors.CannotSit):
        sign_up(session, els)


def test_lost_readiness_frees_the_seat_the_same_minute_and_they_hear_it(session, lindeboom, els, jan, now):
    sign_up(session, els)
    sign_up(session, jan)
    # In order for the neighbours, which is no help here.
    cast.make_ready(els, cast.organisation("De Sleutel", sms_number="+32460000002", duty=False))
    yesterday = clock.today() - timedelta(days=1)
    readiness.lose_readiness(els, lindeboom, "insurance", last_day=yesterday, by=SYSTEM)
    outbox.sweep()
    assert status(session, els) == "ended"
    assert cast.telephone(els)[-1].startswith("Digibel: je staat niet meer op de lijst")
    with later(now, minutes=2):
        assert status(session, jan) == "taken"
    assert broken_promises() == []


def test_called_off_tells_everybody_once_and_reminds_nobody(session, els, jan, now):
    sign_up(session, els)
    sign_up(session, jan)
    for _ in range(2):
        making.call_off(session, by=SYSTEM)
    outbox.sweep()
    for one in (els, jan):
        assert [text for text in cast.telephone(one) if "gaat niet door" in text] == cast.telephone(one)[-1:]
    with later(now, days=4):
        assert [text for one in (els, jan) for text in cast.telephone(one) if "tot straks" in text] == []
    with pytest.raises(errors.SessionOver):
        sign_up(session, els)


def test_who_was_not_told_yet_hears_nothing_of_a_session_called_off(lindeboom, els):
    session = cast.desk_session(lindeboom)
    asking.ask(session, by=SYSTEM)
    making.call_off(session, by=SYSTEM)
    outbox.sweep()
    assert cast.telephone(els) == []


def test_session_that_has_begun_is_neither_called_off_nor_signed_up_for(session, els, now):
    with later(now, days=4):
        with pytest.raises(errors.SessionOver):
            making.call_off(session, by=SYSTEM)
        with pytest.raises(errors.SessionOver):
            sign_up(session, els)


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_attendance_counts_minutes_and_can_be_put_right(session, els, jan, now):
    sign_up(session, els)
    with pytest.raises(errors.SessionNotOver):
        attending.note(session, {els.pk: 120}, by=SYSTEM)
    with later(now, days=4):
        assert attending.note(session, {els.pk: 0, jan.pk: 90}, by=SYSTEM) == 1
        assert (status(session, els), status(session, jan)) == ("missed", "came")
        attending.note(session, {els.pk: 120, jan.pk: 0}, by=SYSTEM)
        assert list(session.signed.order_by("minutes").values_list("status", "minutes")) == [
            ("missed", 0),
            ("came", 120),
        ]
        for wrong in (-1, 1441):
            with pytest.raises(errors.WrongMinutes):
                attending.note(session, {els.pk: wrong}, by=SYSTEM)
    assert broken_promises() == []


def test_day_at_a_desk_is_a_day_worked_for_expenses_and_minutes_are_in_the_report(session, lindeboom, els, jan, now):
    sign_up(session, els)
    with clock.travel(session.ends_at + timedelta(hours=1)):
        attending.note(session, {els.pk: 90, jan.pk: 0}, by=SYSTEM)
        day = clock.local(session.starts_at).date()
        assert expenses.days_worked(els, lindeboom, day.year) == [day]
        assert expenses.days_worked(jan, lindeboom, day.year) == []
        neighbours = cast.organisation("De Sleutel", sms_number="+32460000002", duty=False)
        assert (expenses.days_worked(els, neighbours, day.year), counting.count(neighbours, Quarter(2026, 3))) == (
            [],
            {},
        )
        figures = counting.count(lindeboom, Quarter(2026, 3))
        told = {key.measure: number for key, number in figures.items() if key.measure.startswith("desks")}
        assert told == {
            "desks": counting.Count(1, 0),
            "desks.seats": counting.Count(1, 1),
            "desks.minutes": counting.Count(90, 1),
        }


def test_feeds_tell_where_and_when_and_nobody_by_name(session, lindeboom, els):
    sign_up(session, els)
    hers, ours = (calendars.calendar(calendars.open_feed(calendars.token(one))).decode() for one in (els, lindeboom))
    for feed in (hers, ours):
        assert f"UID:desk-{session.pk}@" in feed
        assert "Dienstencentrum De Linde" in feed
        assert "Els" not in feed
    assert "SUMMARY:Digibel: helpen aan een balie\\, Jette\r\n" in hers
    assert "SUMMARY:Digibel: helpen aan een balie\\, Jette (1/1)\r\n" in ours
    assert ("/sessions/" in hers, "/sessions/" in ours) == (False, True)
    making.call_off(session, by=SYSTEM)
    for owner in (els, lindeboom):
        feed = calendars.calendar(calendars.open_feed(calendars.token(owner))).decode()
        assert "STATUS:CANCELLED" in feed


def test_text_that_did_not_arrive_becomes_a_call(session, els, now):
    seat = sign_up(session, els)
    text = OutboundMessage.objects.get(kind="session.session_taken")
    owner_of(text.kind).undelivered(text)
    call = CallTask.objects.get()
    assert (call.kind, call.subject_id) == ("session.undelivered", seat.pk)
    assert "Dienstencentrum De Linde" in owner_of(call.kind).script(call).sentences
