"""Two people who have one request open see each other."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

import cast
from digibel import clock
from digibel.desk.presence import LATELY, OPEN
from digibel.organisations.models import Looking

from .conftest import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(lindeboom):
    return cast.request(lindeboom)


@pytest.fixture
def joris(lindeboom):
    return logged_in(Browser(), cast.coordinator(lindeboom, name="Joris"))


def beside(browser, request):
    return browser.get(reverse("desk:request_beside", args=[request.reference])).context["colleagues"]


def test_two_who_have_one_request_open_see_each_other(desk, joris, waiting):
    assert (beside(desk, waiting), beside(desk, waiting)) == ("", "")
    assert beside(joris, waiting) == "Nadia"
    assert beside(desk, waiting) == "Joris"
    assert Looking.objects.count() == 2


def test_whoever_closed_the_page_is_there_no_more_and_soon_nowhere(desk, joris, waiting):
    beside(joris, waiting)
    with clock.travel(clock.now() + OPEN + timedelta(seconds=1)):
        assert beside(desk, waiting) == ""
    with clock.travel(clock.now() + OPEN + LATELY):
        beside(desk, waiting)
        assert [one.staff.name for one in Looking.objects.all()] == ["Nadia"]


def test_another_request_has_nobody_at_it(desk, joris, waiting, lindeboom):
    beside(joris, waiting)
    assert beside(desk, cast.request(lindeboom)) == ""


def test_the_page_of_a_visit_asks_for_its_request(desk, waiting, lindeboom):
    visit = cast.booked(waiting, cast.volunteer(lindeboom))
    for page in (f"/requests/{waiting.reference}", f"/visits/{visit.pk}"):
        answer = desk.get(page).content.decode()
        assert f'hx-get="/requests/{waiting.reference}/beside"' in answer


def test_a_request_of_others_has_nobody_beside_it(neighbour, desk, waiting):
    beside(desk, waiting)
    assert neighbour.get(reverse("desk:request_beside", args=[waiting.reference])).status_code == 404
    assert Looking.objects.count() == 1
