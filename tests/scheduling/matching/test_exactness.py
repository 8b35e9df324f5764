"""The whole pool at once says what one volunteer at a time says: the same people in the same order with the same reasons."""

import os
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digibel import clock
from digibel.scheduling.matching.ranking import rank
from scheduling.matching import naive
from scheduling.matching.worlds import World

pytestmark = pytest.mark.django_db

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
# An ordinary Tuesday morning, and the Fridays before the two nights on which the clock changes.
DAYS = {
    "ordinary": (datetime(2026, 9, 15, 8, 30, tzinfo=UTC), False),
    "hour twice": (datetime(2026, 10, 23, 6, 10, tzinfo=UTC), True),
    "hour never": (datetime(2026, 3, 27, 7, 0, tzinfo=UTC), True),
}


@pytest.fixture
def world() -> World:
    with clock.travel(datetime(2026, 9, 15, 8, 30, tzinfo=UTC)):
        return World()


@pytest.mark.parametrize("day", DAYS)
@settings(max_examples=150 if LONG else 3)
@given(seed=st.integers(0, 2**32))
@example(seed=934)  # somebody with an open offer for this request, from before the client told other moments
def test_bulk_ranking_is_the_naive_ranking(day: str, world: World, seed: int) -> None:
    now, night = DAYS[day]
    with clock.travel(now):
        request = world.shuffle(seed, now, night=night)
        ranking, judge = rank(request, now=now), naive.rank(request, now)
    found = [
        (one.volunteer.pk, one.moments, one.minutes, tuple(reason.code for reason in one.reasons))
        for one in ranking.candidates
    ]
    skipped = {one.volunteer.pk: tuple(reason.code for reason in one.reasons) for one in ranking.skipped}
    assert found == judge.candidates
    assert skipped == judge.skipped
    first = [reasons[0].replace("too_long", "too_far") for reasons in judge.skipped.values()]
    assert ranking.counts == {code: first.count(code) for code in set(first)}
