"""Somebody goes along with a slip, on the pages: the request, the match, the visit, the card, the day's paper."""

from datetime import timedelta

import pytest
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.scheduling import cards, doorstep, openings, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def room():
    return cast.place("EPN Forest", kind="computer_room", postcode="1190", street="Voorbeeldstraat", house_number="7")


@pytest.fixture
def session(lindeboom, room):
    return cast.place_session(lindeboom, place=room)


@pytest.fixture
def asked(lindeboom, room, session):
    request = cast.request(lindeboom, tasks=["benefits"], client={"floor": 4, "dog": True, "street": "Geheimstraat"})
    openings.refer(request, by=SYSTEM, place_ids=[str(room.pk)], sessions={room.pk: session.pk})
    request.refresh_from_db()
    return request


def press(desk, request, **more):
    posted = {"referral": str(request.referrals.get().pk), **more}
    return desk.post(
        reverse("desk:request_deed", args=[request.reference, "along"]), posted, follow=True
    ).content.decode()


@pytest.fixture
def made(desk, asked):
    press(desk, asked)
    return asked.parts.get()


@pytest.fixture
def visit(lindeboom, made):
    return cast.booked(made, cast.volunteer(lindeboom, skills=[*cast.SKILLS, "internet"]))


def test_one_press_with_a_seat_and_the_page_says_who_is_sought(desk, asked):
    page = desk.get(reverse("desk:request", args=[asked.reference])).content.decode()
    assert ("Let somebody go along" in page, "Agreed day" in page) == (True, False)
    told = press(desk, asked)
    made = asked.parts.get()
    assert ("now choose who goes along" in told, made.reference in told) == (True, True)
    assert "Somebody is asked already" in press(desk, asked)


def test_without_a_seat_day_and_hour_are_agreed(desk, lindeboom, room):
    request = cast.request(lindeboom, tasks=["benefits"])
    openings.refer(request, by=SYSTEM, place_ids=[str(room.pk)])
    assert "Agreed day" in desk.get(reverse("desk:request", args=[request.reference])).content.decode()
    day = (clock.today() + timedelta(days=5)).isoformat()
    for wrong in ({}, {"day": "x", "hour": "y"}, {"day": day, "hour": "23:00"}):
        assert "Fill in a day and an hour to come" in press(desk, request, **wrong)
    press(desk, request, day=day, hour="10:00")
    assert request.parts.get().windows.get().starts_at == clock.at(
        clock.today() + timedelta(days=5), clock.WAKING[0].replace(hour=10)
    )


def test_the_desk_reads_where_they_meet_and_no_stairs(desk, made, visit):
    for address in (
        reverse("desk:request", args=[made.reference]),
        reverse("desk:match_request", args=[made.reference]),
        reverse("desk:visit_desk", args=[visit.pk]),
    ):
        page = desk.get(address).content.decode()
        assert ("EPN Forest" in page, "Geheimstraat" in page) == (True, False), address
    match = desk.get(reverse("desk:match_request", args=[made.reference])).content.decode()
    assert ("floor 4" in match, "dog" in match) == (False, False)
    assert desk.get(reverse("desk:letter", args=[visit.pk])).status_code == 409


def test_the_paper_of_the_day_has_the_place_and_not_the_home(desk, visit, session):
    with clock.travel(session.starts_at - timedelta(hours=3)):
        page = desk.post(reverse("desk:paper")).content.decode()
    assert ("EPN Forest" in page, "Voorbeeldstraat 7" in page, "Geheimstraat" in page) == (True, True, False)


@pytest.mark.guardrail("E7")
def test_the_card_says_the_place_at_once_and_the_name_after_the_conditions(client, visit):
    address = f"{reverse('desk:card', args=[cards.token(visit)])}?lang=en"
    before = client.get(address).content.decode()
    assert ("EPN Forest" in before, "Voorbeeldstraat 7" in before, "minutes on the way" in before) == (True, True, True)
    assert ("Guido" in before, visit.word in before) == (False, False)
    doorstep.read_rules(visit, by=SYSTEM)
    after = client.get(address).content.decode()
    assert ("Guido" in after, "Say this word first" in after, "They are not here" in after) == (True, True, True)
    for hidden in ("Geheimstraat", "floor 4", "there is a dog", "Say this word at the door", "Nobody opens"):
        assert hidden not in after, hidden
    assert not Event.objects.about(visit).filter(verb="address.shown").exists()


def test_nobody_there_the_card_says_to_wait(client, visit, session):
    doorstep.read_rules(visit, by=SYSTEM)
    visits.confirm(visit, by=SYSTEM)
    with clock.travel(session.starts_at):
        address = reverse("desk:card_deed", args=[cards.token(visit), "visit"])
        page = client.post(f"{address}?lang=en", {"deed": "nobody"}, follow=True).content.decode()
    assert ("Wait ten minutes more" in page, "Wait ten minutes at the door" in page) == (True, False)
