"""The demo may begin at any hour of any day, and shows the same stages."""

from datetime import UTC, datetime

import pytest

from digibel import clock
from digibel.demo import seeding
from digibel.requests.models import HelpRequest, NextActionKind
from digibel.scheduling import worklist

# A Saturday afternoon, both ends of the demo's day, the days after Christmas and Easter, after a Thursday holiday, and after
# the night in which the clock goes back. For the long run: see `conftest.py`.
MOMENTS = [
    datetime(2026, 11, 28, 16, 30, tzinfo=UTC),
    datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    datetime(2026, 12, 28, 9, 30, tzinfo=UTC),
    datetime(2027, 3, 30, 9, 0, tzinfo=UTC),
    datetime(2027, 5, 7, 10, 2, tzinfo=UTC),
    datetime(2026, 10, 26, 15, 59, tzinfo=UTC),
    datetime(2027, 1, 2, 14, 0, tzinfo=UTC),
]
STAGES = {
    *(NextActionKind.OWN_YES, NextActionKind.REFER, NextActionKind.CHECK_REFERRAL, NextActionKind.CHOOSE),
    *(NextActionKind.AWAIT_ANSWERS, NextActionKind.NOBODY, NextActionKind.AWAY, NextActionKind.ANNOUNCE),
    *(NextActionKind.CONFIRM, NextActionKind.VISIT, NextActionKind.CHECK_OUT, NextActionKind.REPORT),
    NextActionKind.FOLLOW_UP,
}


@pytest.mark.django_db
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment:%a-%d-%b-%H%M}")
def test_the_stories_are_true_at_any_hour_of_any_day(moment):
    seeding.seed(moment)
    with clock.travel(moment):
        assert set(HelpRequest.objects.open().values_list("next_kind", flat=True)) >= STAGES
        assert worklist.differences() == []
