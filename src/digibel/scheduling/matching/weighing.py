"""Who can go and in which order, for the whole pool at once: arrays in, arrays out, no volunteer looked at one by one.

Hard conditions first (the law, the client's wishes, the volunteer's limits), as bits; then when, for whom nothing speaks
against; then an order that people would defend. Every point is a whole number, so that the same facts give the same order
everywhere. `tests/scheduling/matching/naive.py` says the same one volunteer at a time, and is the judge.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

import numpy as np

from digibel.scheduling.matching import pool as columns
from digibel.scheduling.matching.house import House
from digibel.scheduling.matching.moments import (
    DAY_LONG,
    MICRO,
    MOST_MOMENTS,
    QUARTER_LONG,
    Numbers,
    Slots,
    micros,
    slots,
    week_of,
    whole_visit,
)
from digibel.scheduling.matching.pool import GENDERS, LANGUAGE_BIT, SKILL_BIT, Pool, WayTable, ways_to
from digibel.scheduling.matching.ties import Ties
from digibel.scheduling.matching.wanted import Wanted
from digibel.scheduling.models import LIVE_OFFERS, OfferStatus

# The reasons against, the most final first: the first one counts where only one is told.
AGAINST: Final = (
    "too_far",
    "paused",
    "stopped",
    "wrong_number",
    "not_ready",
    "not_the_wish",
    "not_again",
    "no_language",
    "little_language",
    "no_skill",
    "stairs",
    "dog",
    "smoke",
    "asked",
    "declined",
    "silent",
    "too_many_offers",
    "no_moment",
    "absent",
    "over_limit",
    "nobody_on_duty",
)
BIT: Final = {code: 1 << place for place, code in enumerate(AGAINST)}
ANSWERS: Final[dict[str, int]] = {
    **dict.fromkeys(LIVE_OFFERS, BIT["asked"]),
    OfferStatus.DECLINED: BIT["declined"],
    OfferStatus.EXPIRED: BIT["silent"],
}

WEEK: Final = timedelta(days=7)
# Points: from none to a hundred for each criterion.
FIRST_LANGUAGE = (100, 70, 30)  # mother tongue, well, a little
OTHER_LANGUAGE = (50, 35, 15)
WELCOME_AGAIN, CAME_BEFORE = 100, 75
NEVER_ASKED = 100
RESTED_AFTER_DAYS = 28
VISIT_COSTS = 25
NO_MOMENT: Final = -(1 << 62)


@dataclass(frozen=True)
class Question:
    """One request put to a pool. `windows` are its moments in quarters of an hour."""

    wanted: Wanted
    ties: Ties
    house: House
    now: datetime
    windows: tuple[Slots, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "windows", tuple(self._slots()))

    def _slots(self) -> list[Slots]:
        wanted = self.wanted
        found = (slots(one, length=wanted.length, earliest=wanted.earliest) for one in wanted.windows)
        return [one for one in found if one is not None]

    def at(self, windows: list[tuple[datetime, datetime]]) -> "Question":
        """The same with other moments."""
        return Question(replace(self.wanted, windows=tuple(windows)), self.ties, self.house, self.now)


@dataclass(frozen=True)
class Order:
    """Candidates, the best first: their rows in the pool, and for each up to three beginnings (`NO_MOMENT` where there are
    fewer), the minutes to get there, the visits they have in the week of the first, the points in all, and whether another
    offer is open."""

    rows: Numbers
    moments: Numbers
    minutes: Numbers
    visits: Numbers
    points: Numbers
    elsewhere: Numbers


@dataclass(frozen=True)
class Weighed:
    """`order` of those who can. Of those within reach who cannot, `rows` and the bits of all reasons `against` are worked out
    once somebody wants to know: most of them fail at the first condition, and finding who can goes."""

    order: Order
    beyond: int
    _reasons: Callable[[], tuple[Numbers, Numbers]]

    @cached_property
    def rows(self) -> Numbers:
        return self._skipped[0]

    @cached_property
    def against(self) -> Numbers:
        return self._skipped[1]

    @cached_property
    def _skipped(self) -> tuple[Numbers, Numbers]:
        return self._reasons()

    def counts(self) -> dict[str, int]:
        """How many are skipped for each first reason, the commonest first."""
        first = np.bitwise_count((self.against & -self.against) - 1)
        counted = dict(zip(AGAINST, np.bincount(first, minlength=len(AGAINST)).tolist(), strict=True))
        counted["too_far"] += self.beyond
        return {code: count for code, count in sorted(counted.items(), key=lambda one: -one[1]) if count}


def weigh(pool: Pool, question: Question) -> Weighed:
    """Rank the pool. Whoever lives out of their own reach is counted and not looked at."""
    rows = pool.within_reach(ways_to(question.wanted.postcode))
    return replace(weigh_rows(pool, rows, question), beyond=len(pool) - len(rows))


def weigh_rows(pool: Pool, rows: Numbers, question: Question) -> Weighed:
    """Rank these rows (in order), whatever their reach."""
    table = ways_to(question.wanted.postcode)
    free = rows
    for condition in CONDITIONS:
        free = free[condition(pool, free, question) == 0]
    moments, why_not = find_moments(pool, free, question, table)
    can = why_not == 0
    order = _in_order(pool, free[can], moments[can], question, table)
    without_moment = (free[~can], why_not[~can])
    return Weighed(order, 0, lambda: _reasons(pool, rows, question, without_moment))


def _reasons(
    pool: Pool, rows: Numbers, question: Question, without_moment: tuple[Numbers, Numbers]
) -> tuple[Numbers, Numbers]:
    """Of these rows those who cannot go, each with the bits of every reason; of who could, but for their time, why not then."""
    against = np.zeros(len(rows), dtype=np.int64)
    for condition in CONDITIONS:
        against |= condition(pool, rows, question)
    at, why_not = without_moment
    against[np.searchsorted(rows, at)] = why_not
    cannot = against != 0
    return rows[cannot], against[cannot]


# --- the hard conditions ------------------------------------------------------------------------------------------


def _far(pool: Pool, rows: Numbers, question: Question) -> Numbers:
    need = ways_to(question.wanted.postcode).need(pool.place[rows], pool.modes[rows], pool.by_minutes[rows])
    return _where(need > pool.reach[rows], "too_far")


def _flagged(pool: Pool, rows: Numbers, question: Question) -> Numbers:
    """What one bit says of somebody: paused, STOP, a stranger at their number, man or woman, and what they mind at the door.

    Every combination of the bits is looked at once, and the rows look it up.
    """
    wanted, flags = question.wanted, np.arange(1 << columns.FLAGS, dtype=np.int64)
    against = _where(flags & columns.PAUSED, "paused") | _where(flags & columns.STOPPED, "stopped")
    against |= _where(flags & columns.WRONG_NUMBER, "wrong_number")
    if wanted.wish:
        against |= _where((flags & GENDERS[wanted.wish]) == 0, "not_the_wish")
    doors = (("stairs", wanted.stairs, columns.STAIRS_OK), ("dog", wanted.dog, columns.DOG_OK))
    for code, there, is_ok in (*doors, ("smoke", wanted.smoke, columns.SMOKE_OK)):
        if there:
            against |= _where((flags & is_ok) == 0, code)
    return against[pool.flags[rows]]


def _unskilled(pool: Pool, rows: Numbers, question: Question) -> Numbers:
    skills = pool.skills[rows]
    lacking = np.zeros(len(rows), dtype=bool)
    for need in question.wanted.needs:
        lacking |= (skills & columns.bits(need, SKILL_BIT)) == 0
    return _where(lacking, "no_skill")


def _without_language(pool: Pool, rows: Numbers, question: Question) -> Numbers:
    if question.ties.interpreter:
        return np.zeros(len(rows), dtype=np.int64)
    asked = columns.bits(question.wanted.speaks, LANGUAGE_BIT)
    well = ((pool.well[rows] | pool.native[rows]) & asked) != 0
    little = (pool.little[rows] & asked) != 0
    return _where(~well & ~little, "no_language") | _where(~well & little, "little_language")


def _unwelcome(pool: Pool, rows: Numbers, question: Question) -> Numbers:
    """Not again, or asked already."""
    against = np.zeros(len(rows), dtype=np.int64)
    said = {volunteer: ANSWERS.get(status, 0) for volunteer, status in question.ties.offers.items()}
    unwelcome = {volunteer: BIT["not_again"] for volunteer, again in question.ties.again.items() if not again}
    for answers in (said, unwelcome):
        at, bits = _spread(pool, rows, answers)
        against[at] |= bits
    return against


def _asked_often(pool: Pool, rows: Numbers, question: Question) -> Numbers:
    asked = (pool.asked[rows] >= micros(question.now - WEEK)).sum(axis=1)
    return _where(asked >= pool.offers_limit[rows], "too_many_offers")


def _unready(pool: Pool, rows: Numbers, question: Question) -> Numbers:
    """Ready on none of the days."""
    first, last = _ready_days(pool, rows, question)
    days = [day.toordinal() for day in question.wanted.days]
    ready = np.zeros(len(rows), dtype=bool)
    for day in days:
        ready |= (first <= day) & (day <= last)
    return _where(~ready, "not_ready")


def _where(holds: Numbers, code: str) -> Numbers:
    return np.where(holds, BIT[code], 0)


# For each row the bits of the reasons against sending them, but for their time. The quickest first: what is slow looks at few.
CONDITIONS: Final = (_far, _flagged, _without_language, _unskilled, _unwelcome, _asked_often, _unready)


def _ready_days(pool: Pool, rows: Numbers, question: Question) -> tuple[Numbers, Numbers]:
    first, last = pool.ready_days(question.wanted.organisation_id)
    return first[rows], last[rows]


def _spread(pool: Pool, rows: Numbers, facts: dict[Any, int]) -> tuple[Numbers, Numbers]:
    """Facts of single volunteers, as places among `rows` and values."""
    row_of = pool.find(facts.keys())
    found = np.array(list(row_of.values()), dtype=np.int64)
    if not len(rows) or not len(found):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(rows, found), len(rows) - 1)
    here = rows[at] == found
    return at[here], np.array([facts[one] for one in row_of], dtype=np.int64)[here]


# --- when ---------------------------------------------------------------------------------------------------------


@dataclass
class _Calendar:
    """What the moments of some rows are made of, read once for all windows."""

    hours: Numbers
    first_ready: Numbers
    last_ready: Numbers
    limit: Numbers
    travel: Numbers
    visits: tuple[Numbers, Numbers]
    absences: tuple[Numbers, Numbers]
    extra: tuple[Numbers, Numbers]


def find_moments(pool: Pool, rows: Numbers, question: Question, table: WayTable) -> tuple[Numbers, Numbers]:
    """For each row up to three beginnings in the order of the windows, and the bit of why there is none."""
    moments = np.full((len(rows), MOST_MOMENTS), NO_MOMENT, dtype=np.int64)
    stages = np.zeros((len(STAGES), len(rows)), dtype=bool)
    if len(rows):
        calendar = _calendar(pool, rows, question, table)
        found = np.zeros(len(rows), dtype=np.int64)
        for window in question.windows:
            can = _beginnings(calendar, window, question)
            stages |= can.any(axis=2)
            _keep_first(moments, found, window, can[-1])
    why_not = np.zeros(len(rows), dtype=np.int64)
    for code, possible in zip(reversed(STAGES), stages[::-1], strict=True):
        why_not[~possible] = BIT[code]
    return moments, why_not


# What has to hold, one after the other, and what is said where it does not: the first one of them.
STAGES: Final = ("no_moment", "absent", "no_moment", "over_limit", "nobody_on_duty")


def _calendar(pool: Pool, rows: Numbers, question: Question, table: WayTable) -> _Calendar:
    first, last = _ready_days(pool, rows, question)
    return _Calendar(
        hours=pool.hours[rows],
        first_ready=first,
        last_ready=last,
        limit=pool.weekly_limit[rows],
        travel=_travel(pool, rows, table),
        visits=pool.visits.of(rows),
        absences=pool.absences.of(rows),
        extra=pool.extra.of(rows),
    )


def _travel(pool: Pool, rows: Numbers, table: WayTable) -> Numbers:
    """The way there in microseconds, in whole five minutes as it is planned."""
    minutes = table.minutes[pool.place[rows], pool.modes[rows]].astype(np.int64)
    return -(-minutes // 5) * 5 * (timedelta(minutes=1) // MICRO)


def _beginnings(calendar: _Calendar, window: Slots, question: Question) -> Numbers:
    """For each stage, row and quarter whether a visit can begin there as far as that stage goes."""
    at_home = _at_home(calendar, window)
    begins = whole_visit(at_home, window)
    there = whole_visit(at_home & ~_absent(calendar, window), window)
    not_busy = there & ~_busy(calendar, window, question) & _ready_then(calendar, window)
    within_limit = not_busy & _within_limit(calendar, window)
    covered = within_limit & whole_visit(question.house.covers(window), window)
    return np.stack([begins, there, not_busy, within_limit, covered])


def _keep_first(moments: Numbers, found: Numbers, window: Slots, can: Numbers) -> None:
    """Note the first beginning in this window, where there is one and there are not three yet."""
    rows = np.flatnonzero(can.any(axis=1) & (found < MOST_MOMENTS))
    first = window.begins[can[rows].argmax(axis=1)]
    is_new = (moments[rows] != first[:, None]).all(axis=1)
    rows, first = rows[is_new], first[is_new]
    moments[rows, found[rows]] = first
    found[rows] += 1


def _at_home(calendar: _Calendar, window: Slots) -> Numbers:
    """For each quarter whether it lies in their week, or in what they are free beside it."""
    free = np.empty((len(calendar.limit), len(window.begins)), dtype=bool)
    for weekday in np.unique(window.weekday):
        that_day = np.unpackbits(calendar.hours[:, weekday], axis=1, bitorder="little").view(bool)
        quarters = window.weekday == weekday
        free[:, quarters] = that_day[:, window.of_day[quarters]]
    row, extra = calendar.extra
    beside = (extra[:, :1] <= window.begins) & (window.begins + QUARTER_LONG <= extra[:, 1:])
    return free | _any_of_row(row, beside, len(calendar.limit))


def _absent(calendar: _Calendar, window: Slots) -> Numbers:
    row, days = calendar.absences
    away = (days[:, :1] <= window.day) & (window.day <= days[:, 1:])
    return _any_of_row(row, away, len(calendar.limit))


def _busy(calendar: _Calendar, window: Slots, question: Question) -> Numbers:
    """Their own visits, with the way there and back of both; and the client's others, where no way is needed."""
    begin = window.begins[: window.beginnings]
    length = question.wanted.length // MICRO
    row, visits = calendar.visits
    travel = calendar.travel[row, None]
    clash = (visits[:, :1] < begin + length + travel) & (begin - travel < visits[:, 1:2])
    busy = _any_of_row(row, clash, len(calendar.limit))
    for start, end in question.ties.busy:
        busy |= (micros(start) < begin + length) & (begin < micros(end))
    return busy


def _ready_then(calendar: _Calendar, window: Slots) -> Numbers:
    day = window.day[: window.beginnings]
    return (calendar.first_ready[:, None] <= day) & (day <= calendar.last_ready[:, None])


def _within_limit(calendar: _Calendar, window: Slots) -> Numbers:
    row, visits = calendar.visits
    fine = np.empty((len(calendar.limit), window.beginnings), dtype=bool)
    weeks = window.week[: window.beginnings]
    for week in np.unique(weeks):
        that_week = np.bincount(row[visits[:, 2] == week], minlength=len(calendar.limit))
        fine[:, weeks == week] = (that_week < calendar.limit)[:, None]
    return fine


def _any_of_row(row: Numbers, entries: Numbers, rows: int) -> Numbers:
    """For each row whether any of its entries says so."""
    found = np.zeros((rows, entries.shape[1]), dtype=bool)
    said = np.flatnonzero(entries.any(axis=1))
    if len(said):
        first = np.flatnonzero(np.diff(row[said], prepend=-1))
        found[row[said][first]] = np.logical_or.reduceat(entries[said], first, axis=0)
    return found


# --- in which order -----------------------------------------------------------------------------------------------


def _in_order(pool: Pool, rows: Numbers, moments: Numbers, question: Question, table: WayTable) -> Order:
    minutes = table.minutes[pool.place[rows], pool.modes[rows]].astype(np.int64)
    visits = visits_that_week(pool, rows, moments)
    points = np.zeros(len(rows), dtype=np.int64)
    for criterion, of_this in _points(pool, rows, moments, minutes, visits, question).items():
        points += question.house.weights[criterion] * of_this
    at, own = _spread(pool, rows, {who: 1 for who, said in question.ties.offers.items() if said in LIVE_OFFERS})
    live = pool.live[rows].astype(np.int64)
    live[at] -= own
    elsewhere = live > 0
    order = np.lexsort((pool.rank[rows], table.km[pool.place[rows]], minutes, -points, elsewhere))
    return Order(rows[order], moments[order], minutes[order], visits[order], points[order], elsewhere[order])


def _points(
    pool: Pool, rows: Numbers, moments: Numbers, minutes: Numbers, visits: Numbers, question: Question
) -> dict[str, Numbers]:
    """For each criterion from none to a hundred. Never where somebody comes from, nor whether they are a woman or a man."""
    count = (moments != NO_MOMENT).sum(axis=1)
    device = SKILL_BIT.get(question.wanted.device, 0)
    return {
        "continuity": _continuity(pool, rows, question.ties),
        "near": np.maximum(100 - minutes, 0),
        "language": _language(pool, rows, question.wanted.speaks),
        "skill": np.where(pool.skills[rows] & device, 100, 0) if device else np.full(len(rows), 100),
        "fairness": _fairness(pool, rows, question.now),
        "load": np.maximum(100 - VISIT_COSTS * visits, 0),
        "choice": 50 * (count - 1),
    }


def _continuity(pool: Pool, rows: Numbers, ties: Ties) -> Numbers:
    points = np.zeros(len(rows), dtype=np.int64)
    for facts in (
        dict.fromkeys(ties.came, CAME_BEFORE),
        {who: WELCOME_AGAIN if again else 0 for who, again in ties.again.items()},
    ):
        at, value = _spread(pool, rows, facts)
        points[at] = value
    return points


def _language(pool: Pool, rows: Numbers, speaks: tuple[str, ...]) -> Numbers:
    """The best of the languages they share."""
    first, others = columns.bits(speaks[:1], LANGUAGE_BIT), columns.bits(speaks[1:], LANGUAGE_BIT)
    levels = (pool.native[rows], pool.well[rows], pool.little[rows])
    best = np.zeros(len(rows), dtype=np.int64)
    for codes, points in ((first, FIRST_LANGUAGE), (others, OTHER_LANGUAGE)):
        for spoken, worth in zip(levels, points, strict=True):
            best = np.maximum(best, np.where(spoken & codes, worth, 0))
    return best


def _fairness(pool: Pool, rows: Numbers, now: datetime) -> Numbers:
    """Whoever was never asked comes first, then who was asked longest ago."""
    last = pool.asked[rows, 0]
    days = np.clip((micros(now) - last) // DAY_LONG, 0, RESTED_AFTER_DAYS)
    return np.where(last == columns.NEVER, NEVER_ASKED, days * (NEVER_ASKED - 1) // RESTED_AFTER_DAYS)


def visits_that_week(pool: Pool, rows: Numbers, moments: Numbers) -> Numbers:
    """How many visits each has in the week of the first of their moments."""
    begins, place_of = np.unique(moments[:, 0], return_inverse=True)
    weeks = np.array([week_of(one) for one in begins], dtype=np.int64)[place_of]
    by_row = np.argsort(rows, kind="stable")
    place, visits = pool.visits.of(rows[by_row])
    there = by_row[place]
    return np.bincount(there[visits[:, 2] == weeks[there]], minlength=len(rows))
