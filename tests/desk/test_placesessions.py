"""Sessions of a place on its page; a seat on the slip, on the request's page and on the printed sheet."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.directory.models import PlaceSession
from digibel.organisations.models import Role
from digibel.scheduling import openings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def office():
    return cast.place("OCMW Jette", kind="office", serves=["1090"])


@pytest.fixture
def asked(lindeboom):
    return cast.request(lindeboom, tasks=["benefits"])


def noted(**changes):
    day = (clock.today() + timedelta(days=5)).isoformat()
    return {"day": day, "start": "14:00", "end": "16:00", "seats": "4", "until": "", **changes}


def test_a_session_is_noted_and_stands_on_the_list_of_places(desk, lindeboom, office):
    address = f"/places/{office.pk}/sessions"
    assert "No session to come." in desk.get(address).content.decode()
    page = desk.post(address, noted(), follow=True).content.decode()
    assert ("One session is noted." in page, "4 of 4 seats free." in page) == (True, True)
    assert PlaceSession.objects.get().organisation == lindeboom
    assert "Next seat free:" in desk.get("/places?postcode=1090&kind=office").content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end": "13:00"}, "ends later on the same day"),
        ({"day": "2020-01-01"}, "begins in the future"),
        ({"seats": "0"}, "greater than or equal to 1"),
        ({"day": "x"}, "Enter a valid date."),
    ],
)
def test_what_cannot_be_is_said(desk, office, changes, said):
    answer = desk.post(f"/places/{office.pk}/sessions", noted(**changes))
    assert (answer.status_code, said in answer.content.decode(), PlaceSession.objects.count()) == (422, True, 0)


def test_twice_the_same_hour_is_said(desk, office):
    desk.post(f"/places/{office.pk}/sessions", noted())
    answer = desk.post(f"/places/{office.pk}/sessions", noted())
    assert (answer.status_code, "at that hour already" in answer.content.decode()) == (422, True)


def test_a_seat_is_booked_with_the_slip_and_stands_on_it(desk, lindeboom, office, asked):
    session = cast.place_session(lindeboom, place=office, seats=1)
    address = f"/requests/{asked.reference}/slip"
    assert "one seat free" in desk.get(address).content.decode()
    answer = desk.post(address, {"place": [office.pk], f"seat-{office.pk}": session.pk, "language": "nl"}, follow=True)
    assert "Er is een plaats voor u vrijgehouden:" in answer.content.decode()
    page = desk.get(f"/requests/{asked.reference}").content.decode()
    assert ("A seat at a place" in page, "Does not go there: give the seat back" in page) == (True, True)
    other = cast.request(lindeboom, tasks=["benefits"])
    refused = desk.post(f"/requests/{other.reference}/slip", {"place": [office.pk], f"seat-{office.pk}": session.pk})
    assert (refused.status_code, "The last seat of this session is taken." in refused.content.decode()) == (409, True)
    assert other.referrals.count() == 0


def test_the_day_after_one_press_says_whether_they_got_there(desk, lindeboom, office, asked):
    session = cast.place_session(lindeboom, place=office)
    told = {"place": [office.pk], f"seat-{office.pk}": session.pk}
    desk.post(f"/requests/{asked.reference}/slip", told)
    referral = asked.referrals.get()
    with clock.travel(session.ends_at + timedelta(hours=18)):
        page = desk.get(f"/requests/{asked.reference}").content.decode()
        assert f"Did {asked.client.called} get to the place?" in page
        desk.post(f"/requests/{asked.reference}/do/not-arrived", {"referral": referral.pk})
        asked.refresh_from_db()
        assert asked.next_kind == "refer"
        assert "They did not get there." in desk.get(f"/requests/{asked.reference}").content.decode()


def test_only_who_agreed_it_calls_it_off(desk, neighbour, lindeboom, office):
    session = cast.place_session(lindeboom, place=office)
    assert "They called it off" not in neighbour.get(f"/places/{office.pk}/sessions").content.decode()
    assert neighbour.post(f"/places/sessions/{session.pk}/off").status_code == 404
    desk.post(f"/places/sessions/{session.pk}/off")
    session.refresh_from_db()
    assert session.called_off_at is not None


def test_intake_sees_the_sessions_and_notes_none(client, lindeboom, office):
    person = cast.staff(lindeboom, role=Role.INTAKE)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/places/{office.pk}/sessions").status_code == 200
    assert client.post(f"/places/{office.pk}/sessions", noted()).status_code == 403


@pytest.mark.parametrize("many", [1, 30])
def test_thirty_sessions_ask_the_database_no_more_than_one(
    desk, lindeboom, office, many, django_assert_max_num_queries
):
    for days in range(1, many + 1):
        cast.place_session(lindeboom, place=office, days=days)
    with django_assert_max_num_queries(16):
        assert len(desk.get(f"/places/{office.pk}/sessions").context["lines"]) == many


def test_the_list_for_the_door_has_first_names_and_languages_of_ours_and_the_number_of_others(
    desk, neighbour, lindeboom, sleutel, office, asked
):
    session = cast.place_session(lindeboom, place=office, seats=5)
    theirs = cast.request(sleutel, tasks=["benefits"], client={"first_name": "Zbigniewa"})
    for one in (asked, theirs):
        openings.refer(one, by=SYSTEM, place_ids=[str(office.pk)], sessions={office.pk: session.pk})
    assert "List for the door" in desk.get(f"/places/{office.pk}/sessions").content.decode()
    answer = desk.post(f"/places/sessions/{session.pk}/list")
    page = answer.content.decode().partition("<article")[2]
    shown = {
        word: word in page for word in (asked.client.first_name, "Dutch", "One more comes from another organisation.")
    }
    assert shown == dict.fromkeys(shown, True)
    hidden = {word: word in page for word in ("Zbigniewa", asked.client.family_name, asked.reference, "Theodorstraat")}
    assert hidden == dict.fromkeys(hidden, False)
    event = Event.objects.get(verb="place.list_printed")
    assert (answer["Cache-Control"], event.facts, event.organisation_id) == ("no-store", {"people": 1}, lindeboom.pk)


def test_help_near_you_says_where_a_seat_is_free(client, lindeboom, office):
    address = "/near?postcode=1090&kind=office&lang=en"
    assert "A seat is free on" not in client.get(address).content.decode()
    cast.place_session(lindeboom, place=office)
    assert "A seat is free on" in client.get(address).content.decode()
