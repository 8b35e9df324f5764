"""What time it is in Brussels: waking hours, rest days, and the two nights on which the clock jumps."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from digibel import clock

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
LENGTHS = st.timedeltas(timedelta(minutes=1), timedelta(days=3))

SPRING = date(2026, 3, 29)  # 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # 03:00 becomes 02:00


def brussels(text):
    return datetime.fromisoformat(text).replace(tzinfo=clock.BRUSSELS)


def test_now_is_aware_and_stands_still_while_travelling():
    with clock.travel(datetime(2026, 9, 15, 8, tzinfo=UTC)):
        assert clock.now() == datetime(2026, 9, 15, 8, tzinfo=UTC)
        with clock.travel(brussels("2026-09-15T12:00")):
            assert clock.now().isoformat() == "2026-09-15T10:00:00+00:00"
        assert clock.now() == datetime(2026, 9, 15, 8, tzinfo=UTC)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_travelling_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"), clock.travel(datetime(2026, 9, 15, 8)):
        pass


def test_today_is_the_day_in_brussels():
    with clock.travel(datetime(2026, 9, 15, 22, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 9, 16)


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        (SPRING - timedelta(days=1), time(17), "2026-03-28T16:00:00+00:00"),
        (SPRING, time(17), "2026-03-29T15:00:00+00:00"),
        (SPRING, time(8), "2026-03-29T06:00:00+00:00"),
        (AUTUMN - timedelta(days=1), time(17), "2026-10-24T15:00:00+00:00"),
        (AUTUMN, time(17), "2026-10-25T16:00:00+00:00"),
        (AUTUMN, time(2, 30), "2026-10-25T00:30:00+00:00"),
    ],
)
def test_an_hour_of_the_day_is_local_on_both_nights_of_the_clock(day, hour, utc):
    assert clock.at(day, hour).isoformat() == utc


@pytest.mark.parametrize(
    ("moment", "waking", "next_waking"),
    [
        ("2026-09-15T07:59", False, "2026-09-15T08:00"),
        ("2026-09-15T08:00", True, "2026-09-15T08:00"),
        ("2026-09-15T19:59", True, "2026-09-15T19:59"),
        ("2026-09-15T20:00", False, "2026-09-16T08:00"),
        ("2026-09-19T20:00", False, "2026-09-21T08:00"),  # Saturday evening: not on Sunday
        ("2026-09-20T12:00", False, "2026-09-21T08:00"),
        ("2026-12-24T21:00", False, "2026-12-26T08:00"),  # Christmas
        ("2026-03-28T21:00", False, "2026-03-30T08:00"),  # over the night of the clock
        ("2026-10-24T21:00", False, "2026-10-26T08:00"),
    ],
)
def test_waking_hours_leave_nights_sundays_and_holidays_alone(moment, waking, next_waking):
    assert clock.is_waking(brussels(moment)) is waking
    assert clock.next_waking(brussels(moment)) == brussels(next_waking)


def test_a_rest_day_counts_as_a_day_where_something_is_near():
    sunday = brussels("2026-09-20T12:00")
    assert clock.is_waking(sunday, rest_days=True)
    assert clock.next_waking(brussels("2026-09-19T21:00"), rest_days=True) == brussels("2026-09-20T08:00")


def test_waking_time_stops_in_the_evening_and_goes_on_in_the_morning():
    assert clock.add_waking(brussels("2026-09-15T19:30"), timedelta(hours=1)) == brussels("2026-09-16T08:30")
    assert clock.add_waking(brussels("2026-09-19T19:00"), timedelta(hours=4)) == brussels("2026-09-21T11:00")


@pytest.mark.parametrize(
    ("day", "working_before"),
    [
        (date(2026, 9, 15), date(2026, 9, 14)),
        (date(2026, 9, 14), date(2026, 9, 11)),
        (date(2026, 12, 28), date(2026, 12, 24)),
    ],
)
def test_the_working_day_before_passes_over_weekends_and_holidays(day, working_before):
    assert clock.working_day_before(day) == working_before


YEARS = range(2024, 2041)


def easter(year):
    """Sunday of Easter, reckoned by hand (Meeus, Jones and Butcher), so that no library judges another alone."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), (i, k) = divmod(b, 4), divmod(c, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + rest - 7 * ((a + 11 * h + 22 * rest) // 451) + 114, 31)
    return date(year, month, day + 1)


def ten_public_holidays(year):
    """Royal decree of 18 April 1974: seven days of the calendar, and three that follow Easter."""
    fixed = ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))
    return {date(year, *one) for one in fixed} | {easter(year) + timedelta(days=days) for days in (1, 39, 50)}


@pytest.mark.parametrize("year", YEARS)
def test_rest_days_are_the_sundays_and_the_ten_public_holidays(year):
    off = ten_public_holidays(year)
    every_day = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    for day in (day for day in every_day if day.year == year):
        assert clock.is_rest_day(day) is (day.weekday() == 6 or day in off), day
        assert clock.is_working_day(day) is (day.weekday() < 5 and day not in off), day


@pytest.mark.parametrize("year", YEARS)
def test_our_holidays_are_those_of_the_library(year):
    """The Sunday of Easter and Whitsun are rest days as Sundays; some lists name them, some do not."""
    listed = {day for day in country_holidays("BE", years=year) if day.weekday() != 6}
    assert listed == {day for day in ten_public_holidays(year) if day.weekday() != 6}


@given(st.dates(date(2024, 1, 2), date(2040, 12, 31)))
def test_the_working_day_before_is_the_last_one_before(day):
    before = clock.working_day_before(day)
    assert clock.is_working_day(before)
    assert before < day
    between = [before + timedelta(days=number) for number in range(1, (day - before).days)]
    assert not any(map(clock.is_working_day, between))


NIGHTS = st.sampled_from(
    [datetime(2026, 3, 28, 12), datetime(2026, 10, 24, 12), datetime(2031, 3, 29, 12), datetime(2031, 10, 25, 12)]
)


@given(NIGHTS, st.timedeltas(timedelta(0), timedelta(days=2)), LENGTHS)
def test_waking_hours_are_whole_around_both_nights_of_the_clock(noon, later, length):
    """From eight to eight by the clock on the wall, twelve hours long, whether the night before was shorter or longer."""
    moment = noon.replace(tzinfo=UTC) + later
    there = clock.local(clock.next_waking(moment, rest_days=True))
    assert clock.WAKING[0] <= there.time() < clock.WAKING[1]
    if there != clock.local(moment):
        assert there.time() == clock.WAKING[0]
    day = there.date()
    assert clock.at(day, clock.WAKING[1]) - clock.at(day, clock.WAKING[0]) == timedelta(hours=12)
    assert clock.is_waking(clock.add_waking(moment, length) - timedelta(microseconds=1))


@given(MOMENTS)
def test_the_next_waking_moment_is_awake_and_not_before(moment):
    there = clock.next_waking(moment)
    assert there >= moment
    assert clock.is_waking(there)
    assert clock.next_waking(there) == there


@given(MOMENTS, LENGTHS, LENGTHS)
def test_waking_time_adds_up(moment, first, second):
    there = clock.add_waking(moment, first)
    assert there >= moment + first
    assert clock.add_waking(there, second) == clock.add_waking(moment, first + second)


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)), st.times())
def test_an_hour_that_exists_comes_back_as_it_was(day, hour):
    moment = clock.at(day, hour)
    there = clock.local(moment)
    skipped = (
        day.month == 3
        and hour.hour == 2
        and clock.at(day, time(1, 59)) + timedelta(minutes=1) == clock.at(day, time(3))
    )
    assert (there.date(), there.time()) == (day, hour) or skipped
