from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from digibel.clock import BRUSSELS
from digibel.directory.hours import DAYS, check_hours, is_open

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
