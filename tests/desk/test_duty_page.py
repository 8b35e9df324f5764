"""Who answers the telephone is noted on a page, so that a house that has just begun can book its first visit."""

from datetime import time, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

import cast
from digibel import clock

from .conftest import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
PAGE = reverse("desk:duty")


@pytest.fixture
def lindeboom(frozen_clock):
    return cast.organisation(duty=False)


def hours(person, **changes):
    return {"staff": str(person.pk), "weekdays": ["0", "1"], "start": "09:00", "end": "17:00", **changes}


def test_hours_named_on_the_page_stand_in_its_week(desk, lindeboom, nadia):
    assert desk.get(PAGE).content.decode().count(">nobody</span>") == 7
    answer = desk.post(f"{PAGE}/hours", hours(nadia), follow=True)
    assert answer.redirect_chain == [(PAGE, 303)]
    assert answer.content.decode().count("<strong>09:00–17:00</strong> Nadia") == 2
    which = lindeboom.duty_hours.first().pk
    desk.post(f"{PAGE}/end-hours", {"which": which})
    assert list(lindeboom.duty_hours.values_list("weekday", flat=True)) == [1]


@pytest.mark.parametrize(
    "changes",
    [{"weekdays": []}, {"weekdays": ["9"]}, {"start": ""}, {"end": "25:00"}, {"start": "17:00"}, {"staff": "x"}],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_noted(desk, lindeboom, nadia, changes):
    answer = desk.post(f"{PAGE}/hours", hours(nadia, **changes))
    assert (answer.status_code, lindeboom.duty_hours.count()) == (422, 0)
    assert answer.content.decode().count('id="errors-title"') == 1


def test_a_closed_house_is_noted_with_who_stands_in(desk, lindeboom, nadia):
    told = {"first_day": "2026-12-24", "last_day": "2026-12-26", "stand_in": str(nadia.pk)}
    page = desk.post(f"{PAGE}/closure", told, follow=True).content.decode()
    assert page.count("Nadia answers") == 1
    assert desk.post(f"{PAGE}/closure", told | {"first_day": "2026-12-27"}).status_code == 422
    desk.post(f"{PAGE}/end-closure", {"which": lindeboom.closures.get().pk})
    assert lindeboom.closures.count() == 0


@pytest.mark.parametrize("which", ["", "x", "٣", "-1", "999999999", "9" * 40])
def test_hours_that_are_not_there_are_not_taken_away(desk, lindeboom, nadia, which):
    desk.post(f"{PAGE}/hours", hours(nadia))
    assert desk.post(f"{PAGE}/end-hours", {"which": which}).status_code in {303, 404}
    assert lindeboom.duty_hours.count() == 2


def test_who_may_not_note_it_reads_it(lindeboom):
    browser = logged_in(Browser(), cast.staff(lindeboom, name="Tom"))
    page = browser.get(PAGE)
    assert (page.status_code, page.content.decode().count('action="/duty/')) == (200, 0)
    assert browser.post(f"{PAGE}/hours", {}).status_code == 403


def test_a_visit_during_which_nobody_answers_any_more_is_told(desk, lindeboom, nadia):
    cast.on_duty(nadia)
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    assert desk.get(PAGE).context["uncovered"] == []
    weekday = clock.local(visit.starts_at).weekday()
    desk.post(f"{PAGE}/end-hours", {"which": lindeboom.duty_hours.get(weekday=weekday).pk})
    assert desk.get(PAGE).context["uncovered"] == [visit]
    day = clock.local(visit.starts_at).date()
    with clock.travel(clock.at(day + timedelta(days=1), time(9))):
        assert desk.get(PAGE).context["uncovered"] == []
