from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from digibel.clock import BRUSSELS
from digibel.directory.hours import DAYS, check_exceptions, check_hours, is_open, next_opening

MUNTPUNT = {"tue": [["14:00", "16:00"]], "wed": [["10:00", "12:00"], ["13:00", "17:30"]]}


def moment(day: int, clock: str) -> datetime:
    """In the week of Monday 23 November 2026, in Brussels time."""
    return datetime.combine(datetime(2026, 11, day), time.fromisoformat(clock), BRUSSELS).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "clock", "answer"),
    [
        (23, "14:30", False),
        (24, "13:59", False),
        (24, "14:00", True),
        (24, "15:59", True),
        (24, "16:00", False),
        (25, "11:00", True),
        (25, "12:30", False),
        (25, "17:00", True),
    ],
)
def test_is_open_follows_the_door(day: int, clock: str, answer: bool) -> None:
    assert is_open(MUNTPUNT, moment(day, clock)) is answer


def test_is_open_means_brussels_time_in_summer_too() -> None:
    assert is_open(MUNTPUNT, datetime(2026, 7, 7, 12, 30, tzinfo=UTC)) is True
    assert is_open(MUNTPUNT, datetime(2026, 7, 7, 14, 30, tzinfo=UTC)) is False


def test_is_open_is_false_where_hours_are_not_known() -> None:
    assert is_open({}, moment(24, "15:00")) is False


@pytest.mark.parametrize("hours", [{}, MUNTPUNT, {"sun": []}, {"mon": [["09:00", "12:00"], ["12:00", "16:00"]]}])
def test_check_hours_accepts_what_a_door_says(hours: dict[str, Any]) -> None:
    check_hours(hours)


@pytest.mark.parametrize(
    "hours",
    [
        [],
        {"dinsdag": [["14:00", "16:00"]]},
        {"tue": ["14:00", "16:00"]},
        {"tue": [["14:00"]]},
        {"tue": [["14u", "16u"]]},
        {"tue": [["16:00", "14:00"]]},
        {"tue": [["14:00", "14:00"]]},
        {"tue": [["14:00", "24:00"]]},
        {"tue": [["14:00", "16:00"], ["15:00", "17:00"]]},
        {"tue": [["14:00", "16:00"], ["09:00", "11:00"]]},
        {"tue": [[14, 16]]},
    ],
)
def test_check_hours_refuses_what_no_door_says(hours: Any) -> None:
    with pytest.raises(ValidationError):
        check_hours(hours)


clocks = st.times().map(lambda t: f"{t:%H:%M}")


@given(st.sampled_from(DAYS), clocks, clocks, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_is_open_only_within_the_hours(day: str, opens: str, closes: str, then: datetime) -> None:
    there = then.replace(tzinfo=UTC).astimezone(BRUSSELS)
    within = DAYS[there.weekday()] == day and opens <= f"{there:%H:%M}" < closes
    assert is_open({day: [[opens, closes]]}, then.replace(tzinfo=UTC)) is within


WEEK = {day: [["09:00", "12:00"]] for day in DAYS}
SUMMER = {"from": "2026-07-20", "until": "2026-08-15", "hours": []}
CHRISTMAS = {"from": "2026-12-25", "until": "2026-12-25", "hours": [["10:00", "11:00"]]}


def at(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), BRUSSELS).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "clock", "answer"),
    [
        ("2026-07-19", "10:00", True),
        ("2026-07-20", "10:00", False),
        ("2026-08-15", "10:00", False),  # also a holiday
        ("2026-08-16", "10:00", True),
        ("2026-11-11", "10:00", False),  # Armistice
        ("2026-12-25", "10:30", True),  # a holiday on which it opens all the same
        ("2026-12-25", "09:30", False),
        ("2026-10-25", "09:30", True),  # the night before, the clock went back
    ],
)
def test_other_days_win_from_holidays_and_these_from_the_week(day: str, clock: str, answer: bool) -> None:
    assert is_open(WEEK, at(day, clock), [SUMMER, CHRISTMAS]) is answer


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (("2026-07-17", "11:59"), ("2026-07-17", "11:59")),
        (("2026-07-17", "12:00"), ("2026-07-18", "09:00")),
        (("2026-07-19", "12:00"), ("2026-08-16", "09:00")),
        (("2026-12-24", "12:00"), ("2026-12-25", "10:00")),
        (("2026-10-24", "13:00"), ("2026-10-25", "09:00")),
    ],
)
def test_next_opening_is_when_the_door_opens_next(now: tuple[str, str], then: tuple[str, str]) -> None:
    assert next_opening(WEEK, at(*now), [SUMMER, CHRISTMAS]) == at(*then)


def test_next_opening_of_what_nobody_knows_or_of_what_stays_closed_is_none() -> None:
    assert next_opening({}, at("2026-07-17", "10:00")) is None
    assert next_opening(WEEK, at("2026-07-20", "10:00"), [{**SUMMER, "until": "2026-12-31"}]) is None


@pytest.mark.parametrize(
    "strange",
    [
        {},
        ["2026-07-20"],
        [{"from": "2026-07-20", "until": "2026-08-15"}],
        [{**SUMMER, "until": "2026-07-19"}],
        [{**SUMMER, "from": "20260720"}],
        [{**SUMMER, "hours": [["12:00", "09:00"]]}],
        [SUMMER, {**SUMMER, "from": "2026-08-15"}],
        [CHRISTMAS, SUMMER],
    ],
)
def test_check_exceptions_refuses_what_would_be_misread(strange: Any) -> None:
    with pytest.raises(ValidationError):
        check_exceptions(strange)
