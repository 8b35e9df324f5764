"""Away, pausing, never on that weekday: nobody is asked then, and what was promised is never undone by it."""

from datetime import time, timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.scheduling import availability, clockwork, concerns, offers, readiness
from digibel.scheduling.errors import NotYours, VisitThen
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Offer, Visit
from digibel.scheduling.planning import gathering
from digibel.volunteers import availability as noted
from digibel.volunteers.availability import WrongDays
from digibel.volunteers.models import Absence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def lindeboom():
    return cast.organisation()


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom)


@pytest.fixture
def by(els):
    return Actor.volunteer(els)


@pytest.fixture
def asked(lindeboom):
    """For tomorrow afternoon."""
    return cast.request(lindeboom)


def in_days(count):
    return clock.today() + timedelta(days=count)


def day_of(request):
    return clock.local(request.windows.get().starts_at).date()


def reasons(request, volunteer):
    return [reason.code for reason in rank(request).why_not(volunteer.pk)]


def test_nobody_is_asked_for_a_weekday_that_is_off_and_the_hours_come_back(els, asked, by):
    weekday = day_of(asked).weekday()
    noted.take_weekday_off(els, weekday, by=by)
    assert reasons(asked, els) == ["no_moment"]
    assert gathering.possible(asked) == ([], "no_moment")
    noted.give_weekdays_back(els, by=by)
    assert reasons(asked, els) == []


def test_extra_hours_find_who_is_never_free_and_days_away_win_from_them(els, asked, by):
    noted.set_week(els, [], by=by)
    assert reasons(asked, els) == ["no_moment"]
    window = asked.windows.get()
    start, end = clock.local(window.starts_at), clock.local(window.ends_at)
    noted.note_extra(els, start.date(), start.time(), end.time(), by=by)
    assert reasons(asked, els) == []
    availability.be_away(els, start.date(), start.date(), by=by)
    assert reasons(asked, els) == ["absent"]


def test_nobody_is_away_on_a_day_on_which_somebody_waits(els, asked, by):
    visit = cast.booked(asked, els)
    day = clock.local(visit.starts_at).date()
    with pytest.raises(VisitThen):
        availability.be_away(els, day, day, by=by)
    assert not Absence.objects.exists()
    availability.be_away(els, day + timedelta(days=1), day + timedelta(days=2), by=by)


def test_own_pause_ends_what_was_asked_and_touches_no_visit(els, lindeboom, asked, by):
    cast.booked(asked, els)
    with pytest.raises(VisitThen):
        availability.pause_until(els, None, by=by)
    with pytest.raises(VisitThen):
        availability.pause_until(els, in_days(30), by=by)
    els.refresh_from_db()
    assert els.paused_at is None
    assert Visit.objects.standing().count() == 1


def test_own_pause_before_a_visit_leaves_it_and_nothing_reopens_it(els, lindeboom, by):
    visit = cast.booked(cast.request(lindeboom, windows=cast.windows(days=8)), els)
    availability.pause_until(els, in_days(5), by=by)
    clockwork.tick()
    assert Visit.objects.get(pk=visit.pk).status == "booked"


def test_offers_end_with_the_pause_whatever_their_day(els, lindeboom, by):
    request = cast.request(lindeboom, windows=cast.windows(days=8))
    offers.send_wave(request, by=SYSTEM)
    availability.pause_until(els, in_days(2), by=by)
    assert list(Offer.objects.values_list("status", flat=True)) == ["withdrawn"]
    assert reasons(request, els) == ["paused"]


def test_pause_is_over_on_the_day_they_are_back_and_not_before(els, by):
    availability.pause_until(els, in_days(2), by=by)
    for days, pausing in ((1, True), (2, False)):
        with clock.travel(clock.at(in_days(days), time(0, 1))):
            clockwork.tick()
            els.refresh_from_db()
            assert (els.paused_at is not None) is pausing


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_pause_until_a_day_that_cannot_be_is_refused(els, by, days):
    with pytest.raises(WrongDays):
        availability.pause_until(els, in_days(days), by=by)


def test_pause_that_we_asked_for_is_not_theirs_to_end_or_to_shorten(els, by):
    readiness.pause(els, by=SYSTEM)
    with pytest.raises(NotYours):
        availability.come_back(els, by=by)
    with pytest.raises(NotYours):
        availability.pause_until(els, in_days(1), by=by)
    with clock.travel(clock.now() + timedelta(days=2)):
        assert availability.end_pauses() == 0


def test_what_a_client_reported_outlasts_their_own_pause(els, lindeboom, by):
    cast.worked(els, lindeboom, in_days(-3))
    availability.pause_until(els, in_days(2), by=by)
    concerns.raise_concern(Visit.objects.get(), ["money"], by=SYSTEM)
    with pytest.raises(NotYours):
        availability.come_back(els, by=by)
    with clock.travel(clock.now() + timedelta(days=3)):
        clockwork.tick()
    els.refresh_from_db()
    assert els.paused_at is not None


def test_pause_with_an_end_by_the_desk_opens_only_the_visits_before_it(els, lindeboom, asked):
    soon = cast.booked(asked, els)
    later = cast.booked(cast.request(lindeboom, windows=cast.windows(days=8)), els)
    assert readiness.pause(els, by=SYSTEM, until=in_days(6)) == 1
    assert [Visit.objects.get(pk=one.pk).status for one in (soon, later)] == ["cancelled", "booked"]
    with pytest.raises(WrongDays):
        readiness.pause(els, by=SYSTEM, until=in_days(0))
