"""A volunteer texts when they are free: it is done, confirmed in their language with the way back, or read by a person."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.languages import LANGUAGES
from digibel.notifications import phrasebook
from digibel.scheduling import availability, offers, readiness
from digibel.scheduling.models import Offer, Visit
from digibel.volunteers import availability as noted
from digibel.volunteers.models import WeekdayOff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def els(lindeboom):
    """Somebody whom we texted once, so that we know whose conversation it is."""
    return cast.volunteer(lindeboom)


def said(volunteer, body):
    message = cast.texts(volunteer, body)
    volunteer.refresh_from_db()
    return message.status, message.outcome


def in_days(count):
    return clock.today() + timedelta(days=count)


def short(day):
    return f"{day.day}/{day.month}"


def test_pause_until_a_day_is_done_and_says_until_when_and_how_to_undo_it(els):
    back = in_days(20)
    assert said(els, f"pauze tot {short(back)}") == ("handled", "free.pause")
    assert (els.paused_until, els.pause_is_own) == (back, True)
    [text] = cast.telephone(els)
    assert text == phrasebook.render(
        "pause_until_noted", "nl", back=f"{LANGUAGES['nl'].days[back.weekday()]} {short(back)}"
    )
    assert said(els, "terug") == ("handled", "free.back")
    assert els.paused_at is None
    assert cast.telephone(els)[1:] == [phrasebook.render("back_noted", "nl")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_way_back_that_our_text_names_leads_back(lindeboom, language):
    """Also where it is the word of a START."""
    somebody = cast.volunteer(lindeboom, speaks=[language])
    availability.pause_until(somebody, None, by=SYSTEM, at=lindeboom)
    word = phrasebook.template("pause_noted", language).rstrip(".").split()[-1]
    assert said(somebody, word) == ("handled", "free.back")
    assert somebody.paused_at is None


def test_weekday_is_off_until_they_say_so(els):
    assert said(els, "niet op woensdag") == ("handled", "free.off")
    assert list(WeekdayOff.objects.values_list("weekday", flat=True)) == [2]
    assert cast.telephone(els) == [phrasebook.render("weekdays_off_noted", "nl", weekdays="wo")]
    assert said(els, "woensdag weer vrij") == ("handled", "free.back")
    assert not WeekdayOff.objects.exists()


def test_pause_with_a_visit_inside_is_read_by_a_person_and_changes_nothing(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    assert said(els, f"pauze tot {short(in_days(20))}")[0] == "inbox"
    assert els.paused_at is None
    assert Visit.objects.get(pk=visit.pk).status == "booked"


def test_weekday_is_doubtful_while_somebody_is_asked(lindeboom, els):
    """It may be the answer to this offer only."""
    offers.send_wave(cast.request(lindeboom), by=SYSTEM)
    said(els, "niet op woensdag")
    assert not WeekdayOff.objects.exists()


def test_pause_ends_what_they_were_asked(lindeboom, els):
    cast.offered(cast.request(lindeboom), els)
    assert said(els, "pauze")[1] == "free.pause"
    # Not "our question is no longer needed": it is, and it is they who cannot.
    assert [text for text in cast.telephone(els) if "niet meer nodig" in text] == []
    assert list(Offer.objects.values_list("status", flat=True)) == ["withdrawn"]


def test_back_from_our_pause_is_read_by_a_person(els):
    readiness.pause(els, by=SYSTEM)
    assert said(els, "ik ben terug")[0] == "inbox"
    assert els.paused_at is not None


@pytest.mark.parametrize("body", ["terug", "pauze tot 31/2", "pauze?", "niet op woensdag 9/12"])
def test_nothing_to_undo_or_in_doubt_is_read_by_a_person(els, body):
    assert said(els, body) == ("inbox", "")
    assert cast.telephone(els) == []


def test_start_after_stop_is_a_start_still(els):
    said(els, "STOP")
    noted.take_weekday_off(els, 2, by=SYSTEM)
    assert said(els, "START")[1] == "started"
    assert WeekdayOff.objects.count() == 1


def test_client_pauses_nobody(lindeboom):
    request = cast.request(lindeboom)
    assert cast.texts(request.client, "pauze").outcome == ""


def test_pause_said_twice_is_one_pause(els):
    said(els, "pauze tot " + short(in_days(5)))
    said(els, "pauze tot " + short(in_days(9)))
    assert (els.paused_until, els.paused_at) == (in_days(9), clock.now())


def test_holiday_until_a_day_is_a_pause_also_after_an_offer_that_has_ended(lindeboom, els):
    """ "On holiday until 5 January" was heard as a no to a question of yesterday: asked again next week."""
    [offer] = cast.offered(cast.request(lindeboom), els)
    offers.withdraw(offer.request, Offer.objects.filter(pk=offer.pk), by=SYSTEM)
    back = in_days(20)
    assert said(els, f"ik ben op vakantie tot {short(back)}") == ("handled", "free.pause")
    assert els.paused_until == back


def test_holiday_until_a_day_answers_an_open_offer_too(lindeboom, els):
    [offer] = cast.offered(cast.request(lindeboom), els)
    back = in_days(20)
    assert said(els, f"op vakantie tot {short(back)}") == ("handled", "free.pause")
    offer.refresh_from_db()
    assert offer.status == "withdrawn"


def test_holiday_in_which_they_promised_a_visit_is_for_a_person(lindeboom, els):
    cast.booked(cast.request(lindeboom), els)
    assert said(els, f"op vakantie tot {short(in_days(20))}") == ("inbox", "")
    assert els.paused_at is None
