"""Cities by chance, and two judges of a plan: one tries everything, one is told all rules pair by pair."""

from itertools import combinations, product
from typing import Any

import highspy
import numpy as np

from digibel.scheduling.planning.solving import travel_of, unfairness
from digibel.scheduling.planning.world import NOBODY, Limit, World, broken

DAY = 24 * 60
DAYS = 5


def city(seed: int, *, requests: int, volunteers: int, side: float = 12.0) -> World:
    """People spread over a square of so many kilometres, a working week, three moments for each request, some of them of one
    client; volunteers with a reach, free half days, limits for the week and the day, and some asked already."""
    chance = np.random.default_rng(seed)
    there, home = chance.random((requests, 2)) * side, chance.random((volunteers, 2)) * side
    km = np.sqrt(((there[:, None, :] - home[None]) ** 2).sum(axis=2))
    can = km <= chance.integers(3, 9, volunteers)[None]
    can &= (chance.integers(1, 16, volunteers)[None] & (1 << chance.integers(0, 4, requests))[:, None]) != 0
    free = chance.random((volunteers, 2 * DAYS)) < 0.45
    columns: list[tuple[Any, ...]] = []
    for request in range(requests):
        near = np.flatnonzero(can[request])
        for half in chance.choice(2 * DAYS, 3, replace=False).tolist():
            begins = (half // 2) * DAY + (540 if half % 2 == 0 else 810) + 15 * int(chance.integers(0, 11))
            who = near[free[near, half]]
            columns.append((np.full(len(who), request), who, np.full(len(who), begins), 10 + 6 * km[request, who]))
    request, volunteer, begins, travel = (np.concatenate(one) for one in zip(*columns, strict=True))
    week = Limit(volunteer, chance.integers(1, 5, volunteers))
    day = Limit(volunteer * DAYS + begins // DAY, np.full(volunteers * DAYS, 2))
    asked = chance.integers(0, 4, volunteers)
    client = np.arange(requests) - (chance.random(requests) < 0.1)
    return World(
        request,
        volunteer,
        begins,
        begins + 60,
        np.ceil(travel).astype(np.int64),
        client.clip(min=0),
        asked,
        5 - asked,
        (week, day),
    )


def worth(world: World, chosen: Any) -> tuple[int, int, int]:
    """Smaller is better, from left to right: not served, travel, unfairness."""
    return (int((chosen == NOBODY).sum()), travel_of(world, chosen), unfairness(world, chosen))


def best_of_all(world: World) -> tuple[int, int, int]:
    """Tries every plan there is."""
    ways = [[NOBODY, *np.flatnonzero(world.request == request).tolist()] for request in range(world.requests)]
    plans = (np.array(one, dtype=np.int64) for one in product(*ways))
    return min(worth(world, plan) for plan in plans if not broken(world, plan))


def clashing(world: World) -> list[tuple[int, int]]:
    """All pairs of options that one plan cannot hold, for somebody would be in two places at once."""
    pairs = set()
    for busy in world.busy():
        for who in np.unique(busy.who).tolist():
            theirs = np.flatnonzero(busy.who == who).tolist()
            pairs |= {
                (one, other)
                for one, other in combinations(theirs, 2)
                if world.request[one] != world.request[other]
                and busy.since[one] < busy.until[other]
                and busy.since[other] < busy.until[one]
            }
    return sorted(pairs)


def by_programme(world: World) -> tuple[int, int]:
    """Not served, and travel, of the best plan: the whole integer programme at once, nothing left out and nothing clever."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    unserved = float(1 + world.travel.sum())
    taken = [solver.addBinary(obj=float(one)) for one in world.travel]
    for request in range(world.requests):
        of_it = [taken[one] for one in np.flatnonzero(world.request == request)]
        solver.addConstr(sum(of_it) + solver.addBinary(obj=unserved) == 1)
    for group, most in [(world.volunteer, world.offers_left), *((one.group, one.most) for one in world.limits)]:
        for number, at_most in enumerate(most.tolist()):
            members = [taken[one] for one in np.flatnonzero(group == number)]
            if len(members) > at_most:
                solver.addConstr(sum(members) <= at_most)
    for one, other in clashing(world):
        solver.addConstr(taken[one] + taken[other] <= 1)
    solver.run()
    values = np.array(solver.getSolution().col_value)[: len(world)]
    return world.requests - round(values.sum()), round(float(values @ world.travel))
