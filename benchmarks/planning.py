"""Row 3: plan a day. 1,000 requests and 500 volunteers with clashes and limits, ten cities by chance.

    .venv/bin/python benchmarks/planning.py [seeds] [seeds for the whole programme] [requests volunteers of the big city]

The rivals run in the same process: first come, first served; and the whole integer programme written down at once, which HiGHS
solves to the end, or until ten minutes are over (then nothing is served). In the big city the rival is the raw solve:
the same solver and options as a flow, without any rule about clashes or limits. One line for each figure, the median of the seeds.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

# The folder of this script may hold one that is called like a module of Python's own.
sys.path[0] = str(Path(__file__).parents[1] / "tests" / "scheduling" / "planning")

from worlds import city  # noqa: E402

from digibel.scheduling.planning import solving  # noqa: E402
from digibel.scheduling.planning.solving import Assignment, assign, travel_of, unfairness  # noqa: E402
from digibel.scheduling.planning.world import NOBODY, World, broken, first_come  # noqa: E402

JOB = "planning"
PATIENCE = 600.0


def say(what: str, figure: float | str, goal: str = "") -> None:
    print("\t".join((JOB, what, figure if isinstance(figure, str) else f"{figure:,.3f}", goal)), flush=True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def whole_programme(world: World) -> tuple[Assignment, float]:
    """Everything written down before it is solved: the plan, and how far it may be from the best."""
    programme = solving._Programme(world, PATIENCE)
    programme._add(np.flatnonzero(programme.column == NOBODY))
    programme._write_broken_rules(np.ones(len(programme.options)))
    programme.solver.setOptionValue("mip_abs_gap", 0.5)
    try:
        programme._solve_whole()
    except solving._OutOfTime:
        return Assignment(np.full(world.requests, NOBODY), proven=False), float("inf")
    info = programme.solver.getInfo()
    return programme._read(programme._taken()), info.objective_function_value - info.mip_dual_bound


def raw_flow(world: World) -> float:
    programme = solving._Programme(world, PATIENCE)
    programme._add(np.flatnonzero(programme.column == NOBODY))
    programme.solver.run()
    return programme._objective()


def day(seeds: int, exact_seeds: int) -> None:
    worlds = [city(seed, requests=1000, volunteers=500) for seed in range(seeds)]
    assert all(len(world) for world in worlds)
    ours = [timed(lambda world=world: assign(world)) for world in worlds]
    rival = [timed(lambda world=world: first_come(world)) for world in worlds]
    for world, (_, plan) in zip(worlds, ours, strict=True):
        assert broken(world, plan.chosen) == []
    median = statistics.median
    say("options", median(len(world) for world in worlds))
    say("served", median(plan.served for _, plan in ours), "1,000")
    say("served, fewest of all seeds", min(plan.served for _, plan in ours), "1,000")
    say("first come: served", median(int((chosen != NOBODY).sum()) for _, chosen in rival))
    say("first come: served, fewest", min(int((chosen != NOBODY).sum()) for _, chosen in rival))
    ways = [travel_of(world, plan.chosen) for world, (_, plan) in zip(worlds, ours, strict=True)]
    say("travel, minutes", median(ways))
    say("first come: travel", median(travel_of(w, chosen) for w, (_, chosen) in zip(worlds, rival, strict=True)))
    say("unfairness", median(unfairness(w, plan.chosen) for w, (_, plan) in zip(worlds, ours, strict=True)))
    say("first come: unfairness", median(unfairness(w, chosen) for w, (_, chosen) in zip(worlds, rival, strict=True)))
    gaps = [100 * plan.gap / way for way, (_, plan) in zip(ways, ours, strict=True)]
    say("gap to the bound, % (median)", median(gaps), "<= 0.02")
    say("gap to the bound, % (worst)", max(gaps), "<= 0.02")
    say("proven to be served as many, seeds", f"{sum(plan.proven for _, plan in ours)} of {seeds}", f"{seeds}")
    say("seconds", median(took for took, _ in ours))
    say("seconds, slowest", max(took for took, _ in ours))
    say("first come: seconds", median(took for took, _ in rival))
    for seed in range(exact_seeds):
        took, (plan, gap) = timed(lambda seed=seed: whole_programme(worlds[seed]))
        say(f"whole programme, seed {seed}: seconds", took)
        say(
            f"whole programme, seed {seed}: served, travel, gap",
            f"{plan.served}, {travel_of(worlds[seed], plan.chosen)}, {gap:.2f}",
        )
        say(f"ours, seed {seed}: served, travel", f"{ours[seed][1].served}, {ways[seed]}")


def big_city(requests: int, volunteers: int) -> None:
    world = city(0, requests=requests, volunteers=volunteers, side=24.0)
    took, plan = timed(lambda: assign(world))
    raw, _ = timed(lambda: raw_flow(world))
    assert broken(world, plan.chosen) == []
    say(f"{requests} x {volunteers}: options", len(world))
    say(f"{requests} x {volunteers}: served", plan.served)
    say(f"{requests} x {volunteers}: seconds", took)
    say(f"{requests} x {volunteers}: raw solve, seconds", raw)
    say(f"{requests} x {volunteers}: of the raw solve", took / raw, "<= 1.5")


if __name__ == "__main__":
    told = [int(one) for one in sys.argv[1:]]
    day(told[0] if told else 10, told[1] if len(told) > 1 else 2)
    big_city(*(told[2:4] if len(told) > 3 else (5000, 2000)))
