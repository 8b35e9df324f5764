"""The day on paper."""

import pytest

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.desk import daypaper
from digibel.scheduling import visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

DOOR = {
    "channel": "call",
    "phone": "+3224275566",
    "bell": "Peeters-Claes",
    "contact_name": "Rita",
    "contact_phone": "+3224267788",
}


@pytest.fixture
def visit(lindeboom):
    return cast.booked(cast.request(lindeboom, client=DOOR), cast.volunteer(lindeboom))


@pytest.fixture
def on_the_day(visit):
    with clock.travel(visit.starts_at):
        yield visit


def test_before_the_press_nobodys_name_is_on_the_page(desk, on_the_day):
    page = desk.get("/paper")
    assert (page.context["count_visits"], page.context["count_calls"]) == (1, 1)
    assert page.content.decode().count("Claes") == 0
    assert Event.objects.filter(verb="day.printed").count() == 0


def test_the_press_brings_everything_that_is_needed_at_the_door(desk, on_the_day):
    page = desk.post("/paper").content.decode()
    told = ["Meneer Claes", "Theodorstraat 41, 1090 Jette", "02 426 77 88", "Peeters-Claes", on_the_day.word]
    assert [one for one in told if one not in page] == []


def test_the_words_to_say_are_printed_with_each_call(desk, lindeboom, on_the_day):
    [call] = daypaper.calls(lindeboom)
    assert (call.name, call.people[0].number, call.language) == ("Meneer Claes", "+3224275566", "nl")
    assert sum(on_the_day.word in sentence for sentence in call.script) == 1


def test_each_print_is_recorded_and_not_kept_by_the_browser(desk, nadia, on_the_day):
    answer = desk.post("/paper")
    event = Event.objects.get(verb="day.printed")
    assert (event.actor, event.facts) == (f"staff:{nadia.pk}", {"visits": 1, "calls": 1})
    assert answer["Cache-Control"] == "no-store"


def test_another_day_is_not_printed(desk, visit):
    assert desk.post("/paper").context["visits"] == []


def test_a_cancelled_visit_is_not_printed(desk, on_the_day):
    visits.cancel(on_the_day, by=cast.SYSTEM, reason="client_cannot")
    assert desk.post("/paper").context["visits"] == []


def test_nothing_of_the_neighbours_is_printed(neighbour, on_the_day):
    page = neighbour.post("/paper")
    assert (page.context["visits"], page.context["calls"]) == ([], [])
