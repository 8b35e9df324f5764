"""An empty house tells what comes next, until its first visit is booked."""

import pytest
from django.test import Client as Browser

import cast
from digibel.desk import firststeps
from digibel.notifications.models import InboundMessage
from digibel.organisations.models import Role

from .conftest import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock", "english")]


@pytest.fixture
def lindeboom(frozen_clock, settings):
    settings.DIGIBEL_GATEWAY = "android"
    return cast.organisation(duty=False)


def left(organisation, staff):
    found = firststeps.of_organisation(organisation, staff)
    return [step.title for step in found.steps if not step.done] if found else []


def text_comes_in(organisation, person):
    """As the answer to `check_gateway` does."""
    message = cast.texts(person, "OK", to=organisation.sms_number)
    InboundMessage.objects.filter(pk=message.pk).update(gateway="android")


def test_each_step_is_done_once_it_is_done_and_the_next_one_is_named(desk, lindeboom, nadia):
    duty, texts, volunteer, request = left(lindeboom, nadia)
    assert desk.get("/").context["first"].next.title == duty
    cast.on_duty(nadia)
    assert left(lindeboom, nadia) == [texts, volunteer, request]
    els = cast.volunteer(lindeboom)
    assert left(lindeboom, nadia) == [texts, request]
    text_comes_in(lindeboom, els)
    assert left(lindeboom, nadia) == [request]
    page = desk.get("/").content.decode()
    assert (page.count("3 of 4 done."), page.count('aria-current="step"')) == (1, 1)
    cast.request(lindeboom)
    assert left(lindeboom, nadia) == []
    assert desk.get("/").content.decode().count("First steps") == 0


def test_they_are_gone_once_a_visit_was_booked(lindeboom, nadia):
    cast.on_duty(nadia)
    cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    assert firststeps.of_organisation(lindeboom, nadia) is None


def test_a_volunteer_who_cannot_be_sent_yet_is_not_the_first(lindeboom, nadia):
    els = cast.volunteer(lindeboom)
    els.readiness.first().delete()
    [step] = [one for one in firststeps.of_organisation(lindeboom, nadia).steps if one.title == "The first volunteer"]
    assert (step.done, step.url) == (False, "/volunteers")


def test_a_simulator_sends_nothing_and_by_hand_there_is_nothing_to_check(lindeboom, nadia, settings):
    texts = "Do texts leave, and come back?"
    settings.DIGIBEL_GATEWAY = "simulator"
    assert texts in left(lindeboom, nadia)
    settings.DIGIBEL_GATEWAY = "by_hand"
    assert texts not in left(lindeboom, nadia)


def test_who_may_not_do_a_step_reads_whose_it_is(lindeboom):
    tom = cast.staff(lindeboom, name="Tom")
    urls = [step.url for step in firststeps.of_organisation(lindeboom, tom).steps]
    assert urls == ["", "", "", "/requests/new"]


def test_the_network_begins_with_its_first_colleague(lindeboom):
    ilse = cast.staff(lindeboom, name="Ilse", role=Role.NETWORK)
    browser = logged_in(Browser(), ilse)
    first = browser.get("/network").context["first"]
    assert [step.done for step in first.steps] == [True, False, False]
    assert first.next.url == f"/network/organisations/{lindeboom.pk}"
    logged_in(Browser(), cast.coordinator(lindeboom))
    text_comes_in(lindeboom, cast.volunteer(lindeboom))
    assert browser.get("/network").context["first"] is None


def test_the_neighbours_begin_by_themselves(lindeboom, nadia, sleutel):
    cast.booked(cast.request(sleutel), cast.volunteer(sleutel))
    assert len(left(lindeboom, nadia)) == 4
