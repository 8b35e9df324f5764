"""An open request has one next action, whatever is true of it: kind, moment and owner."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.organisations.models import Role
from digibel.requests.models import NextActionKind
from digibel.scheduling.next_actions import RequestFacts, VisitFacts, next_action, owner_now

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 9, 1), datetime(2026, 10, 30)).map(lambda moment: moment.replace(tzinfo=UTC))
MAYBE = st.none() | MOMENTS

VISITS = st.builds(
    VisitFacts,
    status=st.sampled_from(["booked", "under_way", "done"]),
    starts_at=MOMENTS,
    ends_at=MOMENTS,
    announced=st.booleans(),
    announce_due=MOMENTS,
    confirmed=st.booleans(),
    confirm_due=MOMENTS,
    alarm_since=MAYBE,
    left_at=MAYBE,
    reported=st.booleans(),
    follow_up_due=MAYBE,
    followed_up=st.booleans(),
)
FACTS = st.builds(
    RequestFacts,
    logged_at=MOMENTS,
    own_yes=st.booleans(),
    for_volunteers=st.booleans(),
    urgent=st.booleans(),
    away_until=MAYBE,
    moments_over_at=MAYBE,
    referred_at=MAYBE,
    referral_wanted_at=MAYBE,
    live_until=MAYBE,
    nobody_since=MAYBE,
    visit=st.none() | VISITS,
)


@given(FACTS)
def test_there_is_always_one_and_somebody_owns_it(facts):
    action = next_action(facts)
    assert action == next_action(facts)
    assert action.kind in NextActionKind
    assert action.due.tzinfo is not None
    assert owner_now(action, action.due + timedelta(minutes=59)) == action.owner
    assert owner_now(action, action.due + timedelta(hours=1)) != Role.CLOCK


@given(FACTS)
def test_as_long_as_a_visit_is_unfinished_nothing_else_counts(facts):
    if facts.visit is not None and facts.visit.unfinished:
        assert next_action(facts) == next_action(RequestFacts(logged_at=facts.logged_at, visit=facts.visit))


LOGGED = {"logged_at": NOW}
BOOKED = VisitFacts(
    status="booked",
    starts_at=NOW + timedelta(days=1),
    ends_at=NOW + timedelta(days=1, hours=1),
    announced=True,
    announce_due=NOW + timedelta(hours=2),
    confirmed=True,
    confirm_due=NOW + timedelta(hours=4),
    alarm_since=None,
    left_at=None,
    reported=False,
    follow_up_due=None,
    followed_up=False,
)


def visit(**facts):
    return {"visit": VisitFacts(**{**BOOKED.__dict__, **facts})}


@pytest.mark.parametrize(
    ("facts", "kind", "due", "owner"),
    [
        ({}, "choose", timedelta(hours=4), "matcher"),
        ({"urgent": True}, "choose", timedelta(minutes=15), "matcher"),
        ({"own_yes": False}, "own_yes", timedelta(hours=4), "intake"),
        ({"own_yes": False, "for_volunteers": False}, "own_yes", timedelta(hours=4), "intake"),
        # Taken back an hour later: nobody rings the same day, nor is late.
        (
            {"own_yes": False, "yes_withdrawn_at": NOW + timedelta(hours=1)},
            "own_yes",
            timedelta(hours=22, minutes=30),
            "intake",
        ),
        ({"for_volunteers": False}, "refer", timedelta(days=1), "intake"),
        ({"for_volunteers": False, "referred_at": NOW}, "check_referral", timedelta(days=14), "coordinator"),
        ({"referral_wanted_at": NOW + timedelta(days=9)}, "refer", timedelta(days=10), "intake"),
        ({"away_until": NOW + timedelta(days=3)}, "away", timedelta(days=3), "coordinator"),
        ({"live_until": NOW + timedelta(hours=3)}, "await_answers", timedelta(hours=3), "clock"),
        ({"moments_over_at": NOW}, "new_moments", timedelta(hours=4), "intake"),
        ({"nobody_since": NOW}, "nobody", timedelta(hours=22, minutes=30), "matcher"),
        (visit(), "visit", timedelta(days=1), "clock"),
        (visit(announced=False), "announce", timedelta(hours=2), "intake"),
        (visit(confirmed=False), "confirm", timedelta(hours=4), "coordinator"),
        (visit(alarm_since=NOW), "alarm", timedelta(0), "coordinator"),
        (visit(status="under_way"), "check_out", timedelta(days=1, hours=1), "clock"),
        (visit(status="done", left_at=NOW), "follow_up", timedelta(0), "coordinator"),
        (
            visit(status="done", left_at=NOW, follow_up_due=NOW + timedelta(days=7)),
            "report",
            timedelta(days=1),
            "coordinator",
        ),
        (
            visit(status="done", left_at=NOW, reported=True, follow_up_due=NOW + timedelta(days=7)),
            "follow_up",
            timedelta(days=7),
            "coordinator",
        ),
        (visit(status="done", followed_up=True), "choose", timedelta(hours=4), "matcher"),
    ],
)
def test_what_comes_next_when_and_whose_it_is(facts, kind, due, owner):
    action = next_action(RequestFacts(**LOGGED, **facts))
    assert (action.kind, action.due - NOW, action.owner) == (kind, due, owner)
