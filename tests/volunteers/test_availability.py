"""When somebody is free, as they say it: noted once, within reason, and theirs to take back."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.volunteers import availability, pool
from digibel.volunteers.models import Absence, AvailableHours, ExtraHours, Volunteer, WeekdayOff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

NINE, TEN, NOON = time(9), time(10), time(12)


@pytest.fixture
def els():
    return cast.volunteer()


def in_days(count: int) -> date:
    return clock.today() + timedelta(days=count)


def week_of(volunteer):
    return list(AvailableHours.objects.filter(volunteer=volunteer).values_list("weekday", "start", "end"))


def test_week_takes_the_place_of_the_old_one_and_ends_days_off(els):
    availability.take_weekday_off(els, 2, by=SYSTEM)
    availability.take_weekday_off(els, 3, by=SYSTEM)
    availability.set_week(els, [(2, NINE, TEN), (2, TEN, NOON)], by=SYSTEM)
    assert week_of(els) == [(2, NINE, TEN), (2, TEN, NOON)]
    assert list(WeekdayOff.objects.values_list("weekday", flat=True)) == [3]


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        ([(0, NOON, NINE)], availability.WrongHours),
        ([(0, NINE, NINE)], availability.WrongHours),
        ([(0, NINE, NOON), (0, TEN, NOON)], availability.HoursOverlap),
        ([(day % 7, time(day // 7), time(day // 7, 30)) for day in range(29)], availability.TooManyExceptions),
    ],
)
def test_week_that_cannot_be_changes_nothing(els, hours, problem):
    before = week_of(els)
    with pytest.raises(problem):
        availability.set_week(els, hours, by=SYSTEM)
    assert week_of(els) == before


@pytest.mark.parametrize(("first", "last"), [(-3, -1), (5, 4), (0, 367)])
def test_days_of_the_past_or_of_a_far_future_are_refused(els, first, last):
    with pytest.raises(availability.WrongDays):
        availability.note_away(els, in_days(first), in_days(last), by=SYSTEM)
    assert not Absence.objects.exists()


def test_what_is_said_twice_is_noted_once(els):
    for _ in range(2):
        availability.note_away(els, in_days(-1), in_days(3), by=SYSTEM)
        availability.note_extra(els, in_days(2), NINE, TEN, by=SYSTEM)
        availability.take_weekday_off(els, 2, by=SYSTEM)
    assert (Absence.objects.count(), ExtraHours.objects.count(), WeekdayOff.objects.count()) == (1, 1, 1)


def test_exceptions_have_an_end(els, monkeypatch):
    monkeypatch.setattr(availability, "MOST_EXCEPTIONS", 2)
    availability.note_away(els, in_days(1), in_days(1), by=SYSTEM)
    availability.note_extra(els, in_days(2), NINE, TEN, by=SYSTEM)
    with pytest.raises(availability.TooManyExceptions):
        availability.note_away(els, in_days(3), in_days(3), by=SYSTEM)


def test_nobody_takes_away_what_is_somebody_elses(els):
    away = availability.note_away(els, in_days(1), in_days(2), by=SYSTEM)
    karim = cast.volunteer(name="Karim")
    assert availability.forget_exception(karim, "away", away.pk, by=SYSTEM) is False
    assert availability.forget_exception(els, "away", away.pk, by=SYSTEM) is True
    assert availability.forget_exception(els, "away", away.pk, by=SYSTEM) is False


def test_days_that_are_over_are_forgotten_and_today_is_not(els):
    availability.note_away(els, in_days(-2), in_days(0), by=SYSTEM)
    availability.note_extra(els, in_days(0), NINE, TEN, by=SYSTEM)
    assert availability.forget_past() == 0
    with clock.travel(clock.now() + timedelta(days=1)):
        assert availability.forget_past() == 2


def test_end_of_a_pause_never_outlives_it(els):
    """An end or an owner left behind would lift the next pause, which may be for what a client reported."""
    pool.pause(els, by=SYSTEM, until=in_days(3), own=True)
    pool.resume(els, by=SYSTEM)
    els.refresh_from_db()
    assert (els.paused_at, els.paused_until, els.pause_is_own) == (None, None, False)
    for left_over in ({"paused_until": in_days(3)}, {"pause_is_own": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Volunteer.objects.filter(pk=els.pk).update(**left_over)


def test_our_pause_takes_the_place_of_their_own_and_never_the_other_way(els):
    pool.pause(els, by=SYSTEM, until=in_days(3), own=True)
    pool.pause(els, by=SYSTEM)
    pool.pause(els, by=SYSTEM, until=in_days(5), own=True)
    els.refresh_from_db()
    assert (els.paused_at, els.paused_until, els.pause_is_own) == (clock.now(), None, False)


def test_audit_says_how_long_and_never_where(els):
    availability.note_away(els, in_days(1), in_days(14), by=SYSTEM)
    assert Event.objects.get(verb="volunteer.away_noted").facts == {"days": 14}
