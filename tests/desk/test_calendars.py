"""The pages on which the address of a calendar is given, renewed, and mail asked for or stopped."""

import pytest
from django.test import Client as Browser

import cast
from digibel.organisations.models import Role
from digibel.scheduling import calendars, cards
from digibel.volunteers.models import Volunteer

from .conftest import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_leaves(settings):
    settings.DIGIBEL_MAIL = "file"


@pytest.fixture
def card(lindeboom, els):
    return f"/visit/{cards.token(cast.booked(cast.request(lindeboom), els))}"


def opens(address):
    return Browser().get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_ones_own_calendar_and_that_of_all_visits_are_on_one_page(desk, nadia):
    page = desk.get("/calendars")
    assert page["Cache-Control"] == "no-store"
    assert (page.context["own"], page.context["all_visits"]) == (
        calendars.link(nadia),
        calendars.link(nadia.organisation),
    )
    assert opens(page.context["own"])
    assert opens(page.context["all_visits"])


@pytest.mark.parametrize(("deed", "shown"), [("own", "own"), ("organisation", "all_visits")])
def test_one_press_closes_an_address_and_gives_another(desk, deed, shown):
    old = desk.get("/calendars").context[shown]
    page = desk.post(f"/calendars/{deed}", follow=True)
    assert "The old address shows nothing any more." in page.content.decode()
    assert (opens(old), opens(page.context[shown])) == (False, True)


def test_who_may_not_renew_the_calendar_of_all_visits_sees_no_button(lindeboom):
    browser = logged_in(Browser(), cast.staff(lindeboom, name="Imane", role=Role.INTAKE))
    assert 'action="/calendars/organisation"' not in browser.get("/calendars").content.decode()
    old = calendars.token(lindeboom)
    assert browser.post("/calendars/organisation").status_code == 403
    lindeboom.refresh_from_db()
    assert calendars.token(lindeboom) == old
    assert browser.post("/calendars/nothing").status_code == 404


def test_the_desk_renews_a_volunteers_calendar_and_never_sees_it(desk, els):
    """It holds what they do for other organisations too."""
    page = desk.post(f"/volunteers/{els.pk}/calendar/renew", follow=True).content.decode()
    assert "Give their calendar another address" in page
    old = calendars.token(els)
    els.refresh_from_db()
    assert els.calendar_version == 1
    assert not {old, calendars.token(els)} & set(page.replace("/", " ").replace(".ics", " ").split())
    assert "/calendar/v" not in page


def test_a_coordinator_notes_and_ends_mail_and_the_page_shows_no_address(desk, els):
    page = desk.post(f"/volunteers/{els.pk}/calendar/invite", {"email": " els@example.be "}, follow=True)
    assert "Visits are mailed to their calendar too." in page.content.decode()
    assert "els@example.be" not in page.content.decode()
    assert Volunteer.objects.get(pk=els.pk).email == "els@example.be"
    desk.post(f"/volunteers/{els.pk}/calendar/stop")
    assert Volunteer.objects.get(pk=els.pk).email is None


def test_what_is_no_address_is_said_and_nothing_is_kept(desk, els, card):
    said = "This is no e-mail address. Write it as name@example.be."
    assert said in desk.post(f"/volunteers/{els.pk}/calendar/invite", {"email": "els"}, follow=True).content.decode()
    page = Browser().post(f"{card}/invite?lang=en", {"email": "5500 0000 0000 0004"}, follow=True).content.decode()
    assert said in page
    assert "5500" not in page
    assert Volunteer.objects.get(pk=els.pk).email is None


def test_nobody_notes_anything_about_who_has_left(desk, els):
    Volunteer.objects.filter(pk=els.pk).update(left_at=els.joined_on.isoformat() + "T08:00Z")
    for deed in ("renew", "invite", "stop"):
        assert desk.post(f"/volunteers/{els.pk}/calendar/{deed}", {"email": "a@b.be"}).status_code == 404


def test_a_volunteer_renews_their_calendar_on_their_card(els, card):
    old = calendars.link(els)
    assert old in Browser().get(card).content.decode()
    page = Browser().post(f"{card}/calendar-renew?lang=en", follow=True).content.decode()
    els.refresh_from_db()
    assert calendars.link(els) in page
    assert (opens(old), opens(calendars.link(els))) == (False, True)


def test_a_volunteer_asks_for_mail_and_stops_it_on_their_card(els, card):
    browser = Browser()
    page = browser.post(f"{card}/invite?lang=en", {"email": "els@example.be"}, follow=True).content.decode()
    assert "Your visits are mailed to you too." in page
    assert "els@example.be" not in page
    page = browser.post(f"{card}/invite-stop?lang=en", follow=True).content.decode()
    assert 'name="email"' in page
    assert Volunteer.objects.get(pk=els.pk).email is None


def test_where_no_mail_leaves_nobody_is_asked_for_an_address(settings, desk, els, card):
    settings.DIGIBEL_MAIL = ""
    assert 'name="email"' not in Browser().get(card).content.decode()
    assert 'name="email"' not in desk.get(f"/volunteers/{els.pk}").content.decode()
