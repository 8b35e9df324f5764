"""Another moment for a visit: the page, and the call that leads there."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications.models import CallTask
from digibel.organisations.models import Role
from digibel.scheduling import visits
from digibel.scheduling.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def visit(lindeboom):
    landline = {"channel": "call", "phone": "+3224275566"}
    return cast.booked(
        cast.request(lindeboom, windows=cast.windows(days=3), client=landline), cast.volunteer(lindeboom)
    )


@pytest.fixture(autouse=True)
def an_hour_later(visit):
    with clock.travel(clock.now() + timedelta(hours=1)):
        yield


def page_of(visit):
    return reverse("desk:move_visit", args=[visit.pk])


def press(browser, visit, **fields):
    answer = browser.post(page_of(visit), {"was": visit.starts_at.isoformat(), **fields})
    visit.refresh_from_db()
    return answer


def test_one_of_the_moments_on_the_page_moves_it(desk, visit):
    chosen = desk.get(page_of(visit)).context["moments"][0]
    answer = press(desk, visit, moment=chosen["value"])
    assert (answer.status_code, answer["Location"]) == (303, reverse("desk:visit_desk", args=[visit.pk]))
    assert (visit.starts_at.isoformat(), visit.confirmed_at) == (chosen["value"], None)


def test_a_day_and_an_hour_are_those_of_brussels(desk, visit):
    day = clock.today() + timedelta(days=4)
    press(desk, visit, moment="", day=day.isoformat(), hour="10:30", agreed="on")
    assert (visit.starts_at, visit.confirmed_at) == (clock.at(day, time(10, 30)), clock.now())


@pytest.mark.parametrize(
    "fields",
    [{}, {"day": "2026-09-20"}, {"moment": "soon"}, {"moment": "9999-99-99"}, {"day": "1", "hour": "2"}],
)
def test_what_is_no_moment_is_said_kindly_and_nothing_is_kept(desk, visit, fields):
    before = visit.starts_at
    answer = press(desk, visit, **fields)
    assert (answer.status_code, visit.starts_at, visit.sequence) == (422, before, 0)
    assert answer.context["refusal"] == "Choose one of the moments, or fill in a day and an hour."


def test_a_refusal_keeps_what_was_filled_in(desk, visit):
    day = (clock.today() + timedelta(days=4)).isoformat()
    answer = press(desk, visit, day=day, hour="21:30", agreed="on")
    assert (answer.status_code, answer.context["filled"]["day"]) == (409, day)
    assert answer.context["refusal"].startswith("Nobody is on duty at that hour")


def test_of_two_workers_the_second_is_told(desk, visit):
    was = visit.starts_at.isoformat()
    first, second, *_ = desk.get(page_of(visit)).context["moments"]
    press(desk, visit, moment=first["value"])
    answer = press(desk, visit, was=was, moment=second["value"])
    assert answer.status_code == 409
    assert answer.context["refusal"] == "This visit stands at another moment by now. Look at it again first."
    assert visit.starts_at.isoformat() == first["value"]


def test_another_moment_in_a_call_leads_to_the_page_and_the_call_is_done(desk, visit):
    [call] = CallTask.objects.open().about(visit)
    answer = desk.post(reverse("desk:call_outcome", args=[call.pk]), {"outcome": "other_moment"})
    assert answer["Location"] == f"{page_of(visit)}?call={call.pk}"
    page = desk.get(answer["Location"])
    assert page.context["call"] == call
    press(desk, visit, moment=page.context["moments"][0]["value"], agreed="on", call=str(call.pk))
    call.refresh_from_db()
    assert (call.done_at, visit.status, visit.confirmed_at) == (clock.now(), "booked", clock.now())


def test_no_moment_suits_both_and_the_search_begins_anew(desk, visit):
    [call] = CallTask.objects.open().about(visit)
    desk.post(reverse("desk:call_outcome", args=[call.pk]), {"outcome": "other_moment", "anew": "1"})
    visit.refresh_from_db()
    visit.request.refresh_from_db()
    assert (visit.status, visit.request.next_kind) == ("cancelled", "choose")


def test_who_takes_calls_may_move_a_visit(client, lindeboom, visit):
    from desk.conftest import logged_in

    intake = logged_in(client, cast.staff(lindeboom, name="Ilse", role=Role.INTAKE))
    assert press(intake, visit, moment=intake.get(page_of(visit)).context["moments"][0]["value"]).status_code == 303


def test_a_visit_that_is_over_shows_no_moments(desk, visit):
    visits.cancel(visit, by=SYSTEM, reason="organisation")
    page = desk.get(page_of(visit))
    assert (page.status_code, page.context["moments"]) == (200, [])


def test_another_organisation_finds_nothing(neighbour, visit):
    before = Visit.objects.get().starts_at
    assert neighbour.get(page_of(visit)).status_code == 404
    assert press(neighbour, visit, moment=clock.now().isoformat()).status_code == 404
    assert visit.starts_at == before
