"""The best plan is the best: held against everything tried, and against the whole programme written down at once."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digibel.scheduling.planning import solving
from digibel.scheduling.planning.solving import assign, travel_of
from digibel.scheduling.planning.world import NOBODY, Limit, World, broken, first_come

from .worlds import best_of_all, by_programme, city, worth

small = st.integers(0, 3)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to five requests and four volunteers within a few hours, so that nearly everything clashes."""
    requests, volunteers = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    option = st.tuples(st.integers(0, requests - 1), st.integers(0, volunteers - 1), st.integers(0, 12), small)
    options = draw(st.lists(option, min_size=1, max_size=9, unique_by=lambda one: one[:3]))
    request, volunteer, quarter, way = (np.array(one, dtype=np.int64) for one in zip(*options, strict=True))

    def numbers(count: int) -> Any:
        return np.array(draw(st.lists(small, min_size=count, max_size=count)), dtype=np.int64)

    clients = draw(st.lists(st.integers(0, requests - 1), min_size=requests, max_size=requests))
    return World(
        request,
        volunteer,
        15 * quarter,
        15 * quarter + 30,
        5 * way,
        np.array(clients),
        numbers(volunteers),
        numbers(volunteers),
        (Limit(volunteer, numbers(volunteers)), Limit(volunteer * 2 + quarter // 7, numbers(volunteers * 2))),
    )


@settings(max_examples=40)
@given(world=worlds())
def test_small_world_has_the_best_of_all_plans(world: World) -> None:
    plan = assign(world)
    assert broken(world, plan.chosen) == []
    assert worth(world, plan.chosen)[:2] == best_of_all(world)[:2]


@settings(max_examples=40)
@given(world=worlds())
def test_whole_search_finds_the_same_as_the_short_cut(world: World) -> None:
    """As it goes where the relaxed plan is far from a whole one: the bound is never believed to be near."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solving, "PROVEN", -1.0)
        patch.setattr(solving, "NEAR", -1.0)
        patch.setattr(solving, "FIRST_OPTIONS", 1)
        patch.setattr(solving, "_is_whole", lambda _: False)
        plan = assign(world)
    assert broken(world, plan.chosen) == []
    assert worth(world, plan.chosen)[:2] == best_of_all(world)[:2]


@pytest.mark.parametrize("seed", range(10))
def test_town_is_served_as_by_the_whole_programme(seed: int) -> None:
    world = city(seed, requests=45, volunteers=18, side=8.0)
    plan = assign(world)
    unserved, travel = by_programme(world)
    assert broken(world, plan.chosen) == []
    assert (world.requests - plan.served, travel_of(world, plan.chosen)) == (unserved, travel)
    assert plan.served >= (first_come(world) != NOBODY).sum()


def test_of_two_plans_as_short_the_one_that_asks_who_was_asked_less_is_taken() -> None:
    one = np.array([0, 0])
    world = World(one, np.array([0, 1]), one, one + 60, one + 15, np.zeros(1, int), np.array([3, 1]), np.array([2, 2]))
    assert assign(world).chosen.tolist() == [1]


def test_work_goes_round_where_the_way_is_as_long() -> None:
    world = World(
        np.array([0, 0, 1, 1]),
        np.array([0, 1, 0, 1]),
        np.array([0, 0, 600, 600]),
        np.array([60, 60, 660, 660]),
        np.full(4, 15),
        np.arange(2),
        np.zeros(2, int),
        np.full(2, 5),
    )
    assert sorted(world.volunteer[assign(world).chosen].tolist()) == [0, 1]


def test_travel_counts_between_two_visits() -> None:
    """An hour there, two ways of a quarter: a visit that begins 29 minutes after the first ended is too early."""
    first, second = np.array([0, 1]), np.zeros(2, int)
    world = World(
        first, second, np.array([0, 89]), np.array([60, 149]), np.full(2, 15), first, np.zeros(1, int), np.array([5])
    )
    assert assign(world).served == 1
    assert assign(replace(world, begins=np.array([0, 90]), ends=np.array([60, 150]))).served == 2


def test_without_time_it_is_first_come_and_says_so() -> None:
    world = city(1, requests=20, volunteers=10)
    plan = assign(world, seconds=0.0)
    assert (broken(world, plan.chosen), plan.proven) == ([], False)
    assert plan.chosen.tolist() == first_come(world).tolist()


def test_empty_world_has_an_empty_plan() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    world = World(nothing, nothing, nothing, nothing, nothing, np.arange(3), np.zeros(2, int), np.zeros(2, int))
    assert assign(world).chosen.tolist() == [NOBODY] * 3
