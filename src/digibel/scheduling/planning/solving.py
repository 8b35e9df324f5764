"""The best plan, with proof: most served, then least travel, then fairest.

An integer programme over (request, volunteer, moment), grown as it is needed. It begins with the shortest ways only, and without
the rules that seldom bind; the solver's prices then say which of the other options could make the plan better, and the plan itself
which rules it breaks. What the prices rule out can be in no better plan, so that the end is exact although most of the
programme was never written down. Clashes are told as "at this minute one visit at most", which leaves little to branch on.

Served, travel and fairness are one number: one request more outweighs any travel, one minute less any fairness. Fairness is a
rising price: the n-th time somebody is asked this week costs n, so that it goes round.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import highspy
import numpy as np

from digibel.scheduling.planning.world import NOBODY, Busy, Numbers, World, first_come

FIRST_OPTIONS = 8  # of each request, the shortest ways
NEW_OPTIONS = 4  # of each request, in each round
WHOLE = 1e-6
CHEAPER = 1e-7
# Travel is whole minutes, and all fairness together is worth less than this: a plan nearer to the bound than PROVEN is the best.
FAIRNESS = 0.25
NEAR_ENOUGH = 0.5
PROVEN = 0.7
# In big plans nobody feels a few minutes of all travel together.
NEAR = 0.0002


@dataclass(frozen=True)
class Assignment:
    """`chosen` holds for each request its option, or `NOBODY`. No plan serves more, and none is more than `gap` minutes shorter;
    where the time was over first `proven` is false, and there may be better ones.
    """

    chosen: Numbers
    gap: float = 0.0
    proven: bool = True

    @property
    def served(self) -> int:
        return int((self.chosen != NOBODY).sum())


def travel_of(world: World, chosen: Numbers) -> int:
    """Minutes there, all together."""
    return int(world.travel[chosen[chosen != NOBODY]].sum())


def unfairness(world: World, chosen: Numbers) -> int:
    times = np.bincount(world.volunteer[chosen[chosen != NOBODY]], minlength=world.volunteers)
    return int((times * world.asked + times * (times + 1) // 2).sum())


def assign(world: World, *, seconds: float = 60.0) -> Assignment:
    """The best plan of this world. After so many seconds the best one known."""
    if not len(world):
        return Assignment(np.full(world.requests, NOBODY))
    try:
        return _Programme(world, seconds).solve()
    except _OutOfTime:
        return Assignment(first_come(world), proven=False)


class _OutOfTime(Exception):
    """The solver stopped before it had an answer."""


@dataclass(frozen=True)
class Prices:
    """What one minute of travel is 1 of."""

    fair: float
    unserved: float

    @classmethod
    def of(cls, world: World) -> "Prices":
        most = np.minimum(world.offers_left, np.bincount(world.volunteer, minlength=world.volunteers))
        least_fair = int((most * world.asked + most * (most + 1) // 2).sum())
        longest = np.zeros(world.requests, dtype=np.int64)
        np.maximum.at(longest, world.request, world.travel)
        return cls(fair=FAIRNESS / (1 + least_fair), unserved=float(2 + longest.sum()))


@dataclass
class _Rule:
    """One row of the programme, and all options it is about, written or not."""

    row: int
    members: Numbers


@dataclass
class _Programme:
    world: World
    seconds: float
    rules: list[_Rule] = field(default_factory=list)
    known: set[tuple[str, int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.prices = Prices.of(self.world)
        self.column = np.full(len(self.world), NOBODY)
        self.options = np.zeros(0, dtype=np.int64)
        self.rules_of: dict[int, list[int]] = {}
        self.by_who = [_Diary(one) for one in self.world.busy()]
        self.by_group = [np.argsort(one.group, kind="stable") for one in self.world.limits]
        self.solver = _quiet_solver(self.seconds)
        self._write_requests_and_volunteers()
        self._add(_cheapest(self.world.request, self.world.travel.astype(float), FIRST_OPTIONS))

    # --- the way to the end ------------------------------------------------------------------------------------------

    def solve(self) -> Assignment:
        prices = self._relax()
        bound, taken = self._objective(), self._taken()
        if _is_whole(taken):
            return self._read(taken)
        return self._branch(bound, prices, taken)

    def _relax(self) -> Numbers:
        """Solve with parts of visits allowed, until no option left out is cheaper and no rule is broken. The options' prices."""
        while True:
            self._run()
            prices = self._reduced_prices()
            better = np.flatnonzero((prices < -CHEAPER) & (self.column == NOBODY))
            if not self._write_broken_rules(self._taken()) and not len(better):
                return prices
            if len(better):
                self._add(better[_cheapest(self.world.request[better], prices[better], NEW_OPTIONS)])

    def _branch(self, bound: float, prices: Numbers, taken: Numbers) -> Assignment:
        """Whole visits only. What the relaxed plan is sure of stays first; mostly that is as good as it can be."""
        sure = np.flatnonzero(taken > 1 - WHOLE)
        self._hold(sure, lower=1.0)
        self._solve_whole()
        best, gap = self._values(), self._objective() - bound
        self._hold(sure, lower=0.0)
        found = self._read(best[self.first_option :])
        if gap < PROVEN:
            return found
        if gap < NEAR * travel_of(self.world, found.chosen):
            return replace(found, gap=gap)
        try:
            return self._search(best, gap, prices)
        except _OutOfTime:
            return replace(found, gap=gap, proven=False)

    def _search(self, best: Numbers, gap: float, prices: Numbers) -> Assignment:
        """Among all options of which the price fits between this plan and the bound: the others are in no better plan."""
        self._add(np.flatnonzero((prices <= gap + CHEAPER) & (self.column == NOBODY)))
        fits = prices[self.options] <= gap + CHEAPER
        self._hold(np.flatnonzero(~fits), lower=0.0, upper=0.0)
        self._write_broken_rules(fits.astype(float))
        start = highspy.HighsSolution()
        start.col_value = [*best, *[0.0] * (self.solver.getNumCol() - len(best))]
        self.solver.setSolution(start)
        self._solve_whole()
        return self._read(self._taken())

    def _hold(self, places: Numbers, *, lower: float, upper: float = 1.0) -> None:
        columns = (self.first_option + places).astype(np.int32)
        self.solver.changeColsBounds(len(columns), columns, np.full(len(columns), lower), np.full(len(columns), upper))

    def _solve_whole(self) -> None:
        columns = np.arange(self.solver.getNumCol(), dtype=np.int32)
        whole = np.full(len(columns), highspy.HighsVarType.kInteger)
        self.solver.changeColsIntegrality(len(columns), columns, whole)
        self._run()
        while self._write_broken_rules(self._taken()):
            self._run()

    def _run(self) -> None:
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise _OutOfTime

    # --- what the solver says ----------------------------------------------------------------------------------------

    def _objective(self) -> float:
        return float(self.solver.getInfo().objective_function_value)

    def _taken(self) -> Numbers:
        """How much of each option in the programme."""
        return self._values()[self.first_option :]

    def _values(self) -> Numbers:
        return np.array(self.solver.getSolution().col_value)

    def _reduced_prices(self) -> Numbers:
        duals = np.array(self.solver.getSolution().row_dual)
        world = self.world
        prices = world.travel - duals[world.request] - duals[world.requests + world.volunteer]
        for rule in self.rules:
            if duals[rule.row]:
                prices[rule.members] -= duals[rule.row]
        return prices

    def _read(self, taken: Numbers) -> Assignment:
        chosen = np.full(self.world.requests, NOBODY)
        options = self.options[taken > 0.5]
        chosen[self.world.request[options]] = options
        return Assignment(chosen)

    # --- writing the programme ---------------------------------------------------------------------------------------

    def _write_requests_and_volunteers(self) -> None:
        """Each request is served or not; each volunteer is asked as often as rungs of their ladder are paid for."""
        world, solver = self.world, self.solver
        rows = world.requests + world.volunteers
        upper = np.concatenate([np.ones(world.requests), np.zeros(world.volunteers)])
        lower = np.where(np.arange(rows) < world.requests, 1.0, -highspy.kHighsInf)
        _add_rows(solver, lower, upper, [])
        rungs = np.minimum(world.offers_left, np.bincount(world.volunteer, minlength=world.volunteers)).clip(min=0)
        volunteer = np.repeat(np.arange(world.volunteers), rungs)
        rung = np.arange(len(volunteer)) - np.repeat(np.cumsum(rungs) - rungs, rungs)
        cost = self.prices.fair * (world.asked[volunteer] + 1 + rung)
        _add_columns(solver, np.full(world.requests, self.prices.unserved), np.arange(world.requests)[:, None], 1.0)
        _add_columns(solver, cost, (world.requests + volunteer)[:, None], -1.0)
        self.first_option = world.requests + len(volunteer)

    def _add(self, options: Numbers) -> None:
        """Write these options into the programme, with every rule that is about them."""
        world = self.world
        rows = [
            [int(world.request[one]), world.requests + int(world.volunteer[one]), *self.rules_of.get(one, ())]
            for one in options.tolist()
        ]
        self.column[options] = self.first_option + len(self.options) + np.arange(len(options))
        self.options = np.concatenate([self.options, options])
        _add_columns(self.solver, world.travel[options].astype(float), rows, 1.0)

    def _write_broken_rules(self, taken: Numbers) -> int:
        """Add what this plan breaks; how many there were."""
        parts = taken > WHOLE
        options, share = self.options[parts], taken[parts]
        found = [*self._clashes(options, share), *self._limits_passed(options, share)]
        new = [(key, members, most) for key, members, most in found if key not in self.known]
        if new:
            self.known.update(key for key, _, _ in new)
            self._write_rules([(members, most) for _, members, most in new])
        return len(new)

    def _write_rules(self, new: Sequence[tuple[Numbers, int]]) -> None:
        first = self.solver.getNumRow()
        columns = [self.column[members] for members, _ in new]
        most = np.array([float(most) for _, most in new])
        _add_rows(self.solver, np.full(len(new), -highspy.kHighsInf), most, [one[one != NOBODY] for one in columns])
        for row, (members, _) in enumerate(new, start=first):
            self.rules.append(_Rule(row, members))
            for one in members.tolist():
                self.rules_of.setdefault(one, []).append(row)

    def _clashes(self, options: Numbers, share: Numbers) -> list[tuple[tuple[str, int, int], Numbers, int]]:
        """Minutes at which somebody would be at more than one visit."""
        found = []
        for kind, diary in enumerate(self.by_who):
            for who, minute in diary.overfull(options, share):
                found.append(((f"busy{kind}", who, minute), diary.at(who, minute), 1))
        return found

    def _limits_passed(self, options: Numbers, share: Numbers) -> list[tuple[tuple[str, int, int], Numbers, int]]:
        found = []
        for kind, (limit, order) in enumerate(zip(self.world.limits, self.by_group, strict=True)):
            used = np.bincount(limit.group[options], weights=share, minlength=len(limit.most))
            for group in np.flatnonzero(used > limit.most + WHOLE).tolist():
                first, last = np.searchsorted(limit.group, [group, group + 1], sorter=order)
                found.append(((f"limit{kind}", group, 0), order[first:last], int(limit.most[group])))
        return found


class _Diary:
    """The options of each volunteer, or of each client, to be looked up by the minute."""

    def __init__(self, busy: Busy) -> None:
        self.busy = busy
        self.order = np.argsort(busy.who, kind="stable")

    def at(self, who: int, minute: int) -> Numbers:
        """All options that take this minute of theirs."""
        first, last = np.searchsorted(self.busy.who, [who, who + 1], sorter=self.order)
        theirs = self.order[first:last]
        return theirs[(self.busy.since[theirs] <= minute) & (minute < self.busy.until[theirs])]

    def overfull(self, options: Numbers, share: Numbers) -> list[tuple[int, int]]:
        """Who would be in more than one place, and at which minute: the beginning of one of the visits."""
        found = []
        order = np.argsort(self.busy.who[options], kind="stable")
        options, share = options[order], share[order]
        who = self.busy.who[options]
        starts = np.flatnonzero(np.diff(who, prepend=-1))
        ends = np.append(starts[1:], len(who))
        for first, last in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
            theirs, part = options[first:last], share[first:last]
            since, until = self.busy.since[theirs], self.busy.until[theirs]
            there = (since[None, :] <= since[:, None]) & (since[:, None] < until[None, :])
            for place in np.flatnonzero(there @ part > 1 + WHOLE).tolist():
                found.append((int(who[first]), int(since[place])))
        return list(dict.fromkeys(found))


def _cheapest(request: Numbers, price: Numbers, most: int) -> Numbers:
    """Places of the cheapest of each request."""
    order = np.lexsort((price, request))
    ordered = request[order]
    first = np.searchsorted(ordered, ordered)
    return order[np.arange(len(order)) - first < most]


def _is_whole(taken: Numbers) -> bool:
    return bool((np.abs(taken - np.round(taken)) < WHOLE).all())


def _quiet_solver(seconds: float) -> highspy.Highs:
    solver = highspy.Highs()
    for option, value in {
        "log_to_console": False,
        "output_flag": False,
        "threads": 1,
        "time_limit": seconds,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": NEAR_ENOUGH,
        "random_seed": 1,
    }.items():
        solver.setOptionValue(option, value)
    return solver


def _add_rows(solver: highspy.Highs, lower: Numbers, upper: Numbers, columns: Sequence[Numbers]) -> None:
    index = np.concatenate(columns).astype(np.int32) if len(columns) else np.zeros(0, dtype=np.int32)
    lengths = [len(one) for one in columns] or [0] * len(lower)
    starts = (np.cumsum([0, *lengths])[:-1]).astype(np.int32)
    solver.addRows(len(lower), lower, upper, len(index), starts, index, np.ones(len(index)))


def _add_columns(solver: highspy.Highs, cost: Numbers, rows: Sequence[Sequence[int]] | Numbers, value: float) -> None:
    """Columns from nothing to one, with this value in each of their rows."""
    if not len(cost):
        return
    index = np.concatenate([np.asarray(one) for one in rows]).astype(np.int32)
    starts = np.cumsum([0, *[len(one) for one in rows]])[:-1].astype(np.int32)
    count = len(cost)
    solver.addCols(
        count,
        cost.astype(float),
        np.zeros(count),
        np.ones(count),
        len(index),
        starts,
        index,
        np.full(len(index), value),
    )
