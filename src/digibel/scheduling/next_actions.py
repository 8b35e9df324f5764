"""What has to happen next to a request: one pure function from what is true to one action, its moment and its owner.

It is rewritten in the transaction of every deed, and recomputed every night to find a deed that forgot.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from digibel import clock
from digibel.organisations.models import Role
from digibel.requests.models import NextActionKind

LATE = timedelta(hours=1)
# A restriction is there to be decided about: within the month that the law gives (GDPR art. 12.3).
RESTRICTION_DECIDED_WITHIN = timedelta(days=30)
REPORT_WITHIN = timedelta(hours=24)
REFERRAL_LANDS_WITHIN = timedelta(days=14)
URGENT_WITHIN = timedelta(minutes=15)
SAME_DAY = timedelta(hours=4)


@dataclass(frozen=True)
class NextAction:
    """`owner` is a role, or the clock: what time will bring by itself."""

    kind: NextActionKind
    due: datetime
    owner: Role


@dataclass(frozen=True)
class VisitFacts:
    status: str
    starts_at: datetime
    ends_at: datetime
    announced: bool
    announce_due: datetime
    confirmed: bool
    confirm_due: datetime
    alarm_since: datetime | None
    left_at: datetime | None
    reported: bool
    follow_up_due: datetime | None
    followed_up: bool
    second_wanted_at: datetime | None = None
    # One of a series that goes on: nobody asks a week later, the next visit is what comes.
    goes_on: bool = False

    @property
    def standing(self) -> bool:
        return self.status in {"booked", "under_way"}

    @property
    def unfinished(self) -> bool:
        """As long as a visit stands, or has not been followed up, nothing else is asked about its request."""
        return self.standing or (self.status == "done" and not self.followed_up and not self.goes_on)

    @property
    def report_due(self) -> datetime:
        return (self.left_at or self.ends_at) + REPORT_WITHIN


@dataclass(frozen=True)
class RequestFacts:
    """Everything the next action depends on. Moments are aware; `looked_at` is the last fruitless search."""

    logged_at: datetime
    own_yes: bool = True
    # When they took it back: nobody is late in asking for it since before.
    yes_withdrawn_at: datetime | None = None
    for_volunteers: bool = True
    urgent: bool = False
    staff_first_since: datetime | None = None
    away_until: datetime | None = None
    restricted_at: datetime | None = None
    moments_over_at: datetime | None = None
    referred_at: datetime | None = None
    referral_wanted_at: datetime | None = None
    # When they did not get to a place where a seat was kept for them, or the place called it off, with no slip since.
    seat_lost_at: datetime | None = None
    # The end of the session of which nobody has asked yet whether they got there.
    seat_until: datetime | None = None
    live_until: datetime | None = None
    nobody_since: datetime | None = None
    next_visit_asked_at: datetime | None = None
    # What to wait for, where volunteers are asked for another request from the same home, and visit this one right after it.
    goes_along: NextAction | None = None
    visit: VisitFacts | None = None


def next_action(facts: RequestFacts) -> NextAction:
    """The earliest obligation of an open request. There is always one."""
    return min(_obligations(facts), key=lambda action: action.due)


def _obligations(facts: RequestFacts) -> Iterator[NextAction]:
    if facts.restricted_at is not None and not (facts.visit is not None and facts.visit.standing):
        # Nothing is done with what we know of them, except to decide whether that may end.
        due = facts.restricted_at + RESTRICTION_DECIDED_WITHIN
        yield NextAction(NextActionKind.RESTRICTED, due, Role.COORDINATOR)
    elif facts.visit is not None and facts.visit.unfinished:
        if facts.visit.second_wanted_at is not None:
            # Until somebody goes along it is a search, as before the first yes.
            yield _search(replace(facts, logged_at=facts.visit.second_wanted_at))
        yield from (_around_the_visit if facts.visit.standing else _after_the_visit)(facts.visit)
    else:
        if facts.visit is not None and facts.visit.goes_on and not facts.visit.reported:
            yield NextAction(NextActionKind.REPORT, facts.visit.report_due, Role.COORDINATOR)
        yield from _at_the_place(facts)
        yield _towards_a_visit(facts)


def _towards_a_visit(facts: RequestFacts) -> NextAction:
    if not facts.own_yes:
        if facts.yes_withdrawn_at is not None and facts.yes_withdrawn_at > facts.logged_at:
            return NextAction(NextActionKind.OWN_YES, next_morning(facts.yes_withdrawn_at), Role.INTAKE)
        due = facts.logged_at + (URGENT_WITHIN if facts.urgent else SAME_DAY)
        return NextAction(NextActionKind.OWN_YES, due, Role.INTAKE)
    if not facts.for_volunteers or facts.referral_wanted_at is not None:
        return _referral(facts)
    if facts.staff_first_since is not None:
        return NextAction(NextActionKind.STAFF_FIRST, facts.staff_first_since + SAME_DAY, Role.COORDINATOR)
    if facts.away_until is not None and facts.live_until is None:
        return NextAction(NextActionKind.AWAY, facts.away_until, Role.COORDINATOR)
    if facts.next_visit_asked_at is not None:
        return NextAction(NextActionKind.NEXT_VISIT, facts.next_visit_asked_at, Role.CLOCK)
    return _search(facts)


def _at_the_place(facts: RequestFacts) -> Iterator[NextAction]:
    """Where a seat was booked, whatever else is asked for: did they get there, and what if not."""
    if facts.seat_lost_at is not None:
        yield NextAction(NextActionKind.REFER, facts.seat_lost_at + SAME_DAY, Role.INTAKE)
    if facts.seat_until is not None:
        yield NextAction(NextActionKind.ASK_ARRIVAL, next_morning(facts.seat_until), Role.INTAKE)


def _referral(facts: RequestFacts) -> NextAction:
    wanted = facts.referral_wanted_at or facts.logged_at
    if facts.referred_at is None or facts.referred_at < wanted:
        due = wanted + (URGENT_WITHIN if facts.urgent else timedelta(days=1))
        return NextAction(NextActionKind.REFER, due, Role.INTAKE)
    begins = max(facts.referred_at, facts.seat_until or facts.referred_at)
    return NextAction(NextActionKind.CHECK_REFERRAL, begins + REFERRAL_LANDS_WITHIN, Role.COORDINATOR)


def _search(facts: RequestFacts) -> NextAction:
    if facts.live_until is not None:
        return NextAction(NextActionKind.AWAIT_ANSWERS, facts.live_until, Role.CLOCK)
    if facts.moments_over_at is not None:
        return NextAction(NextActionKind.NEW_MOMENTS, facts.moments_over_at + SAME_DAY, Role.INTAKE)
    if facts.goes_along is not None:
        return facts.goes_along
    if facts.nobody_since is not None:
        return NextAction(NextActionKind.NOBODY, next_morning(facts.nobody_since), Role.MATCHER)
    due = facts.logged_at + (URGENT_WITHIN if facts.urgent else SAME_DAY)
    return NextAction(NextActionKind.CHOOSE, due, Role.MATCHER)


def _around_the_visit(visit: VisitFacts) -> Iterator[NextAction]:
    if visit.alarm_since is not None:
        # Before anything else: the visit's own moments have passed by then, and would hide it.
        yield NextAction(NextActionKind.ALARM, visit.alarm_since, Role.COORDINATOR)
        return
    if visit.status == "under_way":
        yield NextAction(NextActionKind.CHECK_OUT, visit.ends_at, Role.CLOCK)
        return
    if not visit.announced:
        yield NextAction(NextActionKind.ANNOUNCE, visit.announce_due, Role.INTAKE)
    if not visit.confirmed and visit.second_wanted_at is None:
        yield NextAction(NextActionKind.CONFIRM, visit.confirm_due, Role.COORDINATOR)
    yield NextAction(NextActionKind.VISIT, visit.starts_at, Role.CLOCK)


def _after_the_visit(visit: VisitFacts) -> Iterator[NextAction]:
    if not visit.reported:
        yield NextAction(NextActionKind.REPORT, visit.report_due, Role.COORDINATOR)
    yield NextAction(NextActionKind.FOLLOW_UP, visit.follow_up_due or visit.left_at or visit.ends_at, Role.COORDINATOR)


def next_morning(moment: datetime) -> datetime:
    """Nine o'clock on the next day that people work for others."""
    tomorrow = clock.local(moment).date() + timedelta(days=1)
    return clock.next_waking(clock.at(tomorrow, time(9)))


def owner_now(action: NextAction, moment: datetime) -> Role:
    """What the clock owned and did not do within the hour is the coordinator's."""
    late = action.owner == Role.CLOCK and action.due + LATE <= moment
    return Role.COORDINATOR if late else action.owner
