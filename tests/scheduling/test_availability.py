"""Away, pausing, never on that weekday: nobody is asked then, and what was promised is never undone by it."""

from datetime import time, timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import outbox, stopping
from digibel.scheduling import availability, clockwork, concerns, offers, readiness, tasks
from digibel.scheduling.errors import NotYours, VisitThen
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Offer, Visit
from digibel.scheduling.planning import gathering
from digibel.volunteers import availability as noted
from digibel.volunteers.availability import WrongDays
from digibel.volunteers.models import Absence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


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
        availability.pause_until(els, None, by=by, at=lindeboom)
    with pytest.raises(VisitThen):
        availability.pause_until(els, in_days(30), by=by, at=lindeboom)
    els.refresh_from_db()
    assert els.paused_at is None
    assert Visit.objects.standing().count() == 1


def test_own_pause_before_a_visit_leaves_it_and_nothing_reopens_it(els, lindeboom, by):
    visit = cast.booked(cast.request(lindeboom, windows=cast.windows(days=8)), els)
    availability.pause_until(els, in_days(5), by=by, at=lindeboom)
    clockwork.tick()
    assert Visit.objects.get(pk=visit.pk).status == "booked"


def test_offers_end_with_the_pause_whatever_their_day(els, lindeboom, by):
    request = cast.request(lindeboom, windows=cast.windows(days=8))
    offers.send_wave(request, by=SYSTEM)
    availability.pause_until(els, in_days(2), by=by, at=lindeboom)
    assert list(Offer.objects.values_list("status", flat=True)) == ["withdrawn"]
    assert reasons(request, els) == ["paused"]


def test_pause_is_over_on_the_day_they_are_back_and_not_before(els, lindeboom, by):
    availability.pause_until(els, in_days(2), by=by, at=lindeboom)
    for days, pausing in ((1, True), (2, False)):
        with clock.travel(clock.at(in_days(days), time(0, 1))):
            clockwork.tick()
            els.refresh_from_db()
            assert (els.paused_at is not None) is pausing


# --- the end of a pause is told the day before ------------------------------------------------------------------------

ENDS = (
    "Digibel: je pauze loopt af. Vanaf morgen sta je weer op de lijst en kunnen we je iets vragen. "
    "Nog niet vrij? Antwoord PAUZE."
)


def heard_by(els, days, hour=10, minute=1):
    """What lies on their telephone so many days from Tuesday, at this hour; the fifth is a Sunday."""
    with clock.travel(clock.at(in_days(days), time(hour, minute))):
        tasks.every_minute()
        outbox.sweep()
        outbox.sweep()
    return cast.telephone(els)


def test_end_of_a_pause_is_told_at_ten_the_day_before_and_once(els, lindeboom, by):
    availability.pause_until(els, in_days(5), by=by, at=lindeboom)
    assert heard_by(els, 4, hour=9, minute=55) == []
    for days in (4, 4, 5):
        assert heard_by(els, days) == [ENDS]


def test_desk_that_lets_somebody_pause_until_a_day_tells_the_end_too(els, lindeboom):
    readiness.pause(els, by=SYSTEM, until=in_days(3), at=lindeboom)
    assert heard_by(els, 2) == [ENDS]


def test_only_the_end_of_the_last_pause_is_told(els, lindeboom, by):
    availability.pause_until(els, in_days(3), by=by, at=lindeboom)
    availability.pause_until(els, in_days(6), by=by, at=lindeboom)
    assert [heard_by(els, days) for days in (2, 5)] == [[], [ENDS]]


@pytest.mark.parametrize("change", ["back", "endless", "stop", "a day"])
def test_no_end_is_told_of_a_pause_that_ends_otherwise(els, lindeboom, by, change):
    availability.pause_until(els, in_days(3), by=by, at=lindeboom)
    if change == "back":
        availability.come_back(els, by=by)
    elif change == "endless":
        readiness.pause(els, by=SYSTEM)
    elif change == "stop":
        stopping.stop(els.recipient)
    else:
        # Told when it began, a moment ago.
        availability.pause_until(els, in_days(1), by=by, at=lindeboom)
    assert [heard_by(els, days) for days in (0, 2)] == [[], []]


def test_from_tomorrow_is_not_said_a_day_late(els, lindeboom, by):
    """The network was away all day."""
    availability.pause_until(els, in_days(3), by=by, at=lindeboom)
    assert heard_by(els, 3, hour=9) == []


def test_one_word_makes_the_pause_longer(els, lindeboom, by):
    availability.pause_until(els, in_days(3), by=by, at=lindeboom)
    heard_by(els, 2)
    with clock.travel(clock.at(in_days(2), time(18))):
        cast.texts(els, "PAUZE")
    with clock.travel(clock.at(in_days(4), time(12))):
        clockwork.tick()
    els.refresh_from_db()
    assert (els.paused_at is not None, els.paused_until) == (True, None)


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_pause_until_a_day_that_cannot_be_is_refused(els, lindeboom, by, days):
    with pytest.raises(WrongDays):
        availability.pause_until(els, in_days(days), by=by, at=lindeboom)


def test_pause_that_we_asked_for_is_not_theirs_to_end_or_to_shorten(els, lindeboom, by):
    readiness.pause(els, by=SYSTEM)
    with pytest.raises(NotYours):
        availability.come_back(els, by=by)
    with pytest.raises(NotYours):
        availability.pause_until(els, in_days(1), by=by, at=lindeboom)
    with clock.travel(clock.now() + timedelta(days=2)):
        assert availability.end_pauses() == 0


def test_what_a_client_reported_outlasts_their_own_pause(els, lindeboom, by):
    cast.worked(els, lindeboom, in_days(-3))
    availability.pause_until(els, in_days(2), by=by, at=lindeboom)
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
