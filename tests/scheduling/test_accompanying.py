"""Somebody goes along with a slip: to the place of the slip, at the hour of the seat, and never to the client's home."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests.models import Closing, HelpRequest
from digibel.scheduling import (
    accompanying,
    arrivals,
    calendars,
    doorstep,
    errors,
    followups,
    handovers,
    inside,
    onego,
    openings,
    promises,
    reports,
    rescheduling,
    scripts,
    series,
    together,
    visits,
    worklist,
)
from digibel.scheduling.matching.ranking import rank, travel_time
from digibel.scheduling.matching.wanted import wanted
from digibel.scheduling.models import VisitStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
HOME, THERE = "1090", "1190"


@pytest.fixture
def room():
    return cast.place("EPN Forest", kind="computer_room", postcode=THERE, street="Rue de l'Exemple", house_number="7")


@pytest.fixture
def session(lindeboom, room):
    return cast.place_session(lindeboom, place=room)


def volunteer(lindeboom, **facts):
    """Who can help with an account or a course."""
    return cast.volunteer(lindeboom, skills=[*cast.SKILLS, "internet"], **facts)


def referred(lindeboom, room, session=None, **client):
    """Their question is not for a volunteer: they have a slip to the computer room, with a seat where there is a session."""
    told = {"postcode": HOME, "floor": 4, "lift": False, "dog": True} | client
    request = cast.request(lindeboom, tasks=["benefits"], client=told)
    seats = {session.place_id: session.pk} if session else None
    openings.refer(request, by=SYSTEM, place_ids=[str(room.pk)], sessions=seats)
    request.refresh_from_db()
    return request


def along_with(request, **when):
    return accompanying.ask(request, str(request.referrals.get().pk), by=SYSTEM, **when)


def kinds_to(person):
    texts = OutboundMessage.objects.filter(recipient=person.recipient).order_by("created_at", "pk")
    return [one.kind.partition(".")[2] for one in texts]


def body(person, key):
    return OutboundMessage.objects.filter(recipient=person.recipient, kind=f"visit.{key}").latest("created_at").body


def holds():
    return [str(one) for one in promises.check() if not one.holds]


def in_two_days(hour=10):
    return clock.at(clock.today() + timedelta(days=2), clock.WAKING[0].replace(hour=hour))


def test_it_is_a_request_of_its_own_at_the_place_and_hour_of_the_seat(lindeboom, room, session):
    request = referred(lindeboom, room, session)
    made = along_with(request)
    window = made.windows.get()
    assert (made.split_from, made.meets_at, made.postcode) == (request, room, THERE)
    assert (window.starts_at, window.ends_at) == (
        session.starts_at,
        min(session.ends_at, session.starts_at + accompanying.LONGEST),
    )
    assert (made.next_kind, request.next_kind) == ("choose", "ask_arrival")
    assert Event.objects.about(request).filter(verb="request.goes_along").count() == 1
    assert holds() == []


def test_volunteers_are_ranked_by_their_way_to_the_place_and_hear_nothing_of_the_door(lindeboom, room, session):
    made = along_with(referred(lindeboom, room, session))
    near, far = volunteer(lindeboom, postcode=THERE), volunteer(lindeboom, postcode=HOME)
    asked = wanted(made, clock.now())
    assert (asked.postcode, asked.stairs, asked.dog) == (THERE, False, False)
    ranked = rank(made).candidates
    assert [one.volunteer for one in ranked] == [near, far]
    assert ranked[0].moments == (session.starts_at,)
    assert travel_time(near, made) < travel_time(far, made)
    [offer] = cast.offered(made, near)
    told = offer.message.body
    assert ("Vorst" in told, "hond" in told, "balie" in told) == (True, False, True)
    assert ("Jette" in told, "EPN" in told) == (False, False)


def test_both_hear_where_and_nobody_hears_the_address_of_a_home(lindeboom, room, session):
    made = along_with(referred(lindeboom, room, session, street="Geheimstraat"))
    els = volunteer(lindeboom, sms_only=True)
    visit = cast.booked(made, els)
    assert {"accepted_sms_only", "meet_there", "house_rules"} <= {*kinds_to(els)}
    assert "Rue de l'Exemple 7" in body(els, "accepted_sms_only")
    assert "EPN Forest" in body(els, "meet_there")
    assert kinds_to(made.client) == ["meet", "meet_reminder"]
    told = body(made.client, "meet")
    assert ("EPN Forest" in told, visit.word.lower() in told.lower(), "open" in told) == (True, True, False)
    assert "Geheimstraat" not in " ".join(one.body for one in OutboundMessage.objects.all())
    assert not Event.objects.about(visit).filter(verb="address.shown").exists()
    feed = calendars.calendar(calendars.open_feed(calendars.token(els))).decode()
    assert ("Vorst" in feed, "Jette" in feed) == (True, False)
    assert holds() == []


def test_a_client_who_confirms_hears_the_place_again(lindeboom, room, session):
    made = along_with(referred(lindeboom, room, session))
    visit = cast.booked(made, volunteer(lindeboom))
    cast.texts(made.client, "1")
    visit.refresh_from_db()
    assert visit.confirmed_at is not None
    assert "EPN Forest" in cast.telephone(made.client)[-1]


def test_it_is_checked_in_and_out_and_followed_up_as_any_visit(lindeboom, room, session):
    made = along_with(referred(lindeboom, room, session))
    visit = cast.booked(made, volunteer(lindeboom))
    visits.confirm(visit, by=SYSTEM)
    with clock.travel(session.starts_at):
        inside.check_in(visit, by=SYSTEM)
    with clock.travel(session.starts_at + timedelta(hours=1)):
        inside.check_out(visit, by=SYSTEM)
        reports.report(visit, by=SYSTEM, all_right=True)
    visit.refresh_from_db()
    assert (visit.status, visit.word) == (VisitStatus.DONE, "")
    assert visit.follow_up_due is not None
    with clock.travel(visit.follow_up_due):
        followups.note(visit, "works", by=SYSTEM)
    made.refresh_from_db()
    assert (made.closed_as, worklist.differences()) == ("solved", [])


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("visit.announce", "EPN Forest, Rue de l'Exemple 7"),
        ("visit.confirm", "EPN Forest"),
        ("visit.new_word", "EPN Forest"),
        ("visit.late", "EPN Forest"),
        ("visit.nobody_home", "EPN Forest"),
        ("visit.cancelled", "EPN Forest"),
        ("visit.call_me", "EPN Forest"),
    ],
)
@pytest.mark.parametrize("channel", ["call", "worker"])
def test_whoever_rings_never_says_that_somebody_comes_to_the_door(lindeboom, room, session, kind, key, channel):
    made = along_with(referred(lindeboom, room, session))
    visit = cast.booked(made, volunteer(lindeboom))
    call = CallTask(
        kind=kind,
        subject_kind="visit",
        subject_id=visit.pk,
        organisation=lindeboom,
        recipient=made.client.recipient,
        channel=channel,
    )
    call.due_at = clock.now()
    said = scripts.of(visit, call, language="en")
    assert (key in said, "open" in said.split("Ring")[0], "comes to help" in said) == (True, False, False)


def test_a_reception_hears_of_the_appointment_and_never_the_word(lindeboom, room, session):
    made = along_with(referred(lindeboom, room, session))
    visit = cast.booked(made, volunteer(lindeboom))
    visit.client.reception = True
    about = {"subject_kind": "visit", "subject_id": visit.pk, "organisation": lindeboom, "due_at": clock.now()}
    call = CallTask(kind="visit.announce", recipient=made.client.recipient, channel="worker", **about)
    said = scripts.of(visit, call, language="en")
    assert ("EPN Forest" in said, visit.word in said) == (True, False)


def test_who_is_reached_by_letter_is_rung_as_our_letter_says_that_somebody_comes(lindeboom, room):
    request = referred(lindeboom, room, channel="letter")
    made = along_with(request, start=in_two_days())
    cast.booked(made, volunteer(lindeboom))
    assert CallTask.objects.get(kind="visit.announce").channel == "call"


def test_called_off_the_client_hears_that_nobody_waits_there(lindeboom, room, session):
    made = along_with(referred(lindeboom, room, session))
    visit = cast.booked(made, volunteer(lindeboom))
    cast.telephone(made.client)
    visits.confirm(visit, by=SYSTEM)
    visits.cancel(visit, by=SYSTEM, reason="volunteer_cannot")
    assert kinds_to(made.client)[-1] == "meet_off"
    assert "EPN Forest" in body(made.client, "meet_off")
    made.refresh_from_db()
    assert made.next_kind == "choose"


def test_without_a_seat_the_moment_is_agreed(lindeboom, room):
    request = referred(lindeboom, room)
    for wrong in (None, clock.now() - timedelta(hours=1), in_two_days(hour=20), in_two_days() + timedelta(days=90)):
        with pytest.raises(errors.WrongMeeting):
            along_with(request, start=wrong)
    made = along_with(request, start=in_two_days())
    assert (made.windows.get().starts_at, made.minutes) == (in_two_days(), 60)


def test_only_to_where_people_learn_or_use_a_computer(lindeboom):
    office = cast.place("OCMW Jette", kind="office", postcode=HOME)
    with pytest.raises(errors.NoDoorToMeetAt):
        along_with(referred(lindeboom, office), start=in_two_days())
    assert HelpRequest.objects.count() == 1


def test_pressed_twice_it_is_once(lindeboom, room, session):
    request = referred(lindeboom, room, session)
    along_with(request)
    with pytest.raises(errors.AlreadyGoesAlong):
        along_with(request)
    assert request.parts.count() == 1


@pytest.mark.parametrize("ends", ["given back", "called off", "closed", "handed over"])
def test_who_does_not_go_there_is_not_waited_for(lindeboom, room, session, ends):
    request = referred(lindeboom, room, session)
    made = along_with(request)
    visit = cast.booked(made, els := volunteer(lindeboom))
    if ends == "given back":
        arrivals.give_back(request, str(request.referrals.get().pk), by=SYSTEM)
    elif ends == "called off":
        arrivals.call_off(session, by=SYSTEM)
    elif ends == "handed over":
        other = cast.organisation("De Sleutel", sms_number="+32460000002")
        handovers.accept(handovers.hand_over(request, to=other, consent_language="nl", by=SYSTEM), by=SYSTEM)
    else:
        openings.close(request, closing=Closing.SOLVED, by=SYSTEM)
    for one in (made, visit):
        one.refresh_from_db()
    assert (made.closed_as, visit.status, kinds_to(els)[-1]) == ("withdrawn", "cancelled", "visit_cancelled")
    assert holds() == []


def test_who_has_met_already_is_left_alone(lindeboom, room, session):
    request = referred(lindeboom, room, session)
    made = along_with(request)
    visit = cast.booked(made, volunteer(lindeboom))
    visits.confirm(visit, by=SYSTEM)
    with clock.travel(session.starts_at):
        inside.check_in(visit, by=SYSTEM)
        openings.close(request, closing=Closing.REFERRED, by=SYSTEM)
    made.refresh_from_db()
    assert made.is_open


def test_what_is_about_a_home_is_not_for_it(lindeboom, room, session):
    made = along_with(referred(lindeboom, room, session))
    visit = cast.booked(made, volunteer(lindeboom))
    other = cast.organisation("De Sleutel", sms_number="+32460000002")
    for verb in (
        lambda: together.ask_two(made, "safety", by=SYSTEM),
        lambda: series.plan(made, goal="alleen", every_days=7, visits=3, by=SYSTEM),
        lambda: rescheduling.reschedule(visit, in_two_days(), was=visit.starts_at, by=SYSTEM),
        lambda: handovers.hand_over(made, to=other, consent_language="nl", by=SYSTEM),
    ):
        with pytest.raises(errors.OnlyAtThePlace):
            verb()
    assert onego.may_join(made) == []


@pytest.mark.parametrize("fields", [{"split_from": None}, {"two_go": "safety"}])
def test_the_database_keeps_it_with_a_slip_and_alone(lindeboom, room, session, fields):
    made = along_with(referred(lindeboom, room, session))
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpRequest.objects.filter(pk=made.pk).update(**fields)


def test_nobody_there_is_rung_and_waited_for(lindeboom, room, session):
    made = along_with(referred(lindeboom, room, session))
    els = volunteer(lindeboom)
    visit = cast.booked(made, els)
    visits.confirm(visit, by=SYSTEM)
    with clock.travel(session.starts_at + timedelta(minutes=5)):
        cast.texts(els, "NIEMAND")
        assert CallTask.objects.filter(kind="visit.nobody_home").exists()
        assert "deur" not in cast.telephone(els)[-1]
        with pytest.raises(errors.MoveNotAllowed):
            doorstep.nobody_opens(cancelled(visit), by=SYSTEM)


def cancelled(visit):
    visits.cancel(visit, by=SYSTEM, reason="organisation")
    return visit


def test_before_their_own_yes_nobody_is_asked(lindeboom, room):
    request = cast.request(lindeboom, tasks=["benefits"], client={"postcode": HOME})
    openings.refer(request, by=SYSTEM, place_ids=[str(room.pk)])
    request.client.consents.all().delete()
    with pytest.raises(errors.NoOwnYes):
        along_with(request, start=in_two_days())
    assert request.parts.count() == 0
