"""Somebody leaves in one press: out everywhere, and nothing that was theirs waits for them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import calls
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.organisations import accounts, duty, keys, links
from digibel.organisations.models import Closure, DutyHours, Role
from digibel.organisations.scopes import Scope
from digibel.scheduling import clockwork, fraud, leaving

pytestmark = pytest.mark.django_db


@pytest.fixture
def lindeboom(frozen_clock):
    return cast.organisation(duty=False)


@pytest.fixture
def fatima(lindeboom):
    """On duty every day."""
    person = cast.coordinator(lindeboom, name="Fatima")
    cast.on_duty(person)
    return person


@pytest.fixture
def zoe(lindeboom):
    return cast.coordinator(lindeboom, name="Zoe")


def test_hours_on_duty_and_days_of_standing_in_go_to_a_colleague(lindeboom, fatima, zoe, frozen_clock):
    today = clock.today()
    Closure.objects.create(organisation=lindeboom, first_day=today, last_day=today, stand_in=fatima)
    left = leaving.leave(fatima, to=zoe, by=SYSTEM)
    assert (left.duty, left.closures) == (7, 1)
    assert [duty.on_duty(lindeboom, frozen_clock + timedelta(days=day)) for day in (0, 1, 7)] == [zoe, zoe, zoe]


def test_without_a_colleague_nobody_who_left_is_said_to_be_on_duty(lindeboom, fatima, zoe, frozen_clock):
    today = clock.today()
    Closure.objects.create(organisation=lindeboom, first_day=today, last_day=today, stand_in=fatima)
    leaving.leave(fatima, to=None, by=SYSTEM)
    assert [duty.on_duty(lindeboom, frozen_clock + timedelta(days=day)) for day in (0, 1)] == [None, None]
    assert DutyHours.objects.count() == 0


def taken(kind, fatima):
    call = CallTask.objects.get(kind=kind)
    calls.acknowledge(call, by=Actor.staff(fatima))
    return call


def test_fraud_alarm_they_took_rings_again_at_everybody(lindeboom, fatima, zoe, frozen_clock):
    els = cast.volunteer(lindeboom, name="Els")
    fraud.during_visit(cast.booked(cast.request(lindeboom), els), by=Actor.volunteer(els))
    call = taken("fraud.now", fatima)
    texts = OutboundMessage.objects.filter(kind="alarm.alarm_fraud")
    with clock.travel(clockwork.live_through(frozen_clock + timedelta(minutes=31))):
        told = texts.count()
        assert leaving.leave(fatima, to=zoe, by=SYSTEM).alarms == 1
    call.refresh_from_db()
    assert (call.acknowledged_by, texts.count()) == ("", told + 1)


def test_alarm_about_a_visit_that_they_took_climbs_on(lindeboom, fatima, zoe):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom, name="Els"))
    texts = OutboundMessage.objects.filter(kind="alarm.alarm_no_checkin")
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=25))):
        taken("visit.alarm", fatima)
        told = texts.count()
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=50))):
        assert texts.count() == told
        leaving.leave(fatima, to=zoe, by=SYSTEM)
    clockwork.live_through(visit.starts_at + timedelta(minutes=52))
    assert texts.count() == told + 1


def test_they_are_out_everywhere_and_no_link_lets_them_in_again(zoe, lindeboom, fatima):
    browser = Browser()
    browser.post("/login", {"username": fatima.email, "password": "a long password"})
    secret = links.open_link(fatima)
    feed = fatima.calendar_version
    leaving.leave(fatima, to=None, by=SYSTEM)
    assert (browser.get("/").status_code, Session.objects.count()) == (302, 0)
    fatima.refresh_from_db()
    assert (links.opens(fatima, secret), fatima.is_active, fatima.calendar_version) == (False, False, feed + 1)


def test_said_twice_it_is_said_once(fatima, zoe):
    first, second = (leaving.leave(fatima, to=zoe, by=SYSTEM) for _ in range(2))
    assert (first.duty, second) == (7, leaving.Left(0, 0, 0))
    assert Event.objects.filter(verb="staff.left").count() == 1


@pytest.mark.parametrize("whom", ["stranger", "closed", "network", "themselves"])
def test_hours_go_to_nobody_who_cannot_answer(lindeboom, fatima, zoe, whom):
    if whom == "stranger":
        zoe = cast.coordinator(cast.organisation("De Sleutel", sms_number="+32460000002"), name="Rachid")
    if whom == "closed":
        accounts.close(zoe, by=SYSTEM)
    if whom == "network":
        zoe = cast.staff(lindeboom, name="Samira", role=Role.NETWORK)
    with pytest.raises(leaving.NotTheirColleague):
        leaving.leave(fatima, to=fatima if whom == "themselves" else zoe, by=SYSTEM)
    fatima.refresh_from_db()
    assert (fatima.is_active, fatima.duty_hours.count()) == (True, 7)


def test_last_of_the_network_stays_with_all_that_is_theirs(lindeboom):
    samira = cast.staff(lindeboom, name="Samira", role=Role.NETWORK)
    cast.on_duty(samira)
    with pytest.raises(accounts.LastOfTheNetwork):
        leaving.leave(samira, to=None, by=SYSTEM)
    assert samira.duty_hours.count() == 7


def test_page_of_keys_says_which_somebody_who_left_may_have(lindeboom, fatima, zoe):
    until = clock.today() + timedelta(days=9)
    for person in (fatima, zoe):
        keys.open_key(
            lindeboom, name=f"of {person.name}", scopes=[Scope.PLACES_READ], expires_on=until, by=Actor.staff(person)
        )
    leaving.leave(fatima, to=None, by=SYSTEM)
    browser = Browser(headers={"accept-language": "en"})
    browser.force_login(zoe, backend="django.contrib.auth.backends.ModelBackend")
    html = browser.get("/keys").content.decode()
    assert html.count("Somebody who left made it") == 1
    assert html.index("of Fatima") < html.index("Somebody who left made it") < html.index("of Zoe")


def test_network_hands_the_hours_on_with_the_same_press(lindeboom, fatima, zoe):
    above = Browser(headers={"accept-language": "en"})
    samira = cast.staff(lindeboom, name="Samira", role=Role.NETWORK)
    above.force_login(samira, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/network/staff/{fatima.pk}/do/close"
    above.post(page, {"to": "nobody I know"})
    assert DutyHours.objects.filter(staff=fatima).count() == 7
    above.post(page, {"to": str(zoe.pk)})
    assert DutyHours.objects.filter(staff=zoe).count() == 7
    cast.coordinator(lindeboom, name="Nadia")
    above.post(f"/network/staff/{zoe.pk}/do/close", {"to": ""})
    html = above.get(f"/network/organisations/{lindeboom.pk}").content.decode()
    assert "Nobody answers the telephone at the hours that were theirs" in html
