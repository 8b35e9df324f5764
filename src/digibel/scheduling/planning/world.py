"""What a plan is made from, as plain arrays: who could go to whom, and when. No database in here.

Moments are whole minutes since any one instant; requests, volunteers and clients are numbers from 0. An *option* is one volunteer
going to one request at one moment, and it is possible taken by itself: the ranking has said so. What is left to look at is what
two options of one plan do to each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
NOBODY = -1


@dataclass(frozen=True)
class Limit:
    """For each option the `group` it counts in (a volunteer's week, a volunteer's day), and for each group how many at `most`."""

    group: Numbers
    most: Numbers


@dataclass(frozen=True)
class World:
    """`request` to `travel` have one entry for each option; `client` one for each request; `asked` and `offers_left` one for
    each volunteer: how often they were asked this week, and how often they may be asked still.

    A volunteer is busy from `travel` minutes before the visit until as many after it; a client during the visit.
    """

    request: Numbers
    volunteer: Numbers
    begins: Numbers
    ends: Numbers
    travel: Numbers
    client: Numbers
    asked: Numbers
    offers_left: Numbers
    limits: tuple[Limit, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.request)

    @property
    def requests(self) -> int:
        return len(self.client)

    @property
    def volunteers(self) -> int:
        return len(self.asked)

    def busy(self) -> Iterator["Busy"]:
        """Whose time each option takes, and from when until when."""
        yield Busy(self.volunteer, self.begins - self.travel, self.ends + self.travel)
        yield Busy(self.client[self.request], self.begins, self.ends)


@dataclass(frozen=True)
class Busy:
    """For each option, who is busy (volunteers or clients) and when. Nobody is in two places at once."""

    who: Numbers
    since: Numbers
    until: Numbers


def broken(world: World, chosen: Numbers) -> list[str]:
    """Which rules this choice of options (`NOBODY` where a request is not served) breaks, as codes. None, for a plan."""
    served = np.flatnonzero(chosen != NOBODY)
    taken = chosen[served]
    found = []
    if (world.request[taken] != served).any():
        found.append("request")
    if (np.bincount(world.volunteer[taken], minlength=world.volunteers) > world.offers_left).any():
        found.append("offers")
    for limit in world.limits:
        if (np.bincount(limit.group[taken], minlength=len(limit.most)) > limit.most).any():
            found.append("limit")
    for busy in world.busy():
        order = taken[np.lexsort((busy.since[taken], busy.who[taken]))]
        same = busy.who[order][1:] == busy.who[order][:-1]
        if (same & (busy.since[order][1:] < busy.until[order][:-1])).any():
            found.append("clash")
    return found


def around(world: World, held: Numbers) -> tuple[World, Numbers]:
    """What is left to plan around the options that are held: a world, and which options of the first one are in it."""
    free = ~np.isin(world.request, world.request[held])
    for busy in world.busy():
        for one in held.tolist():
            free &= (busy.who != busy.who[one]) | (busy.since >= busy.until[one]) | (busy.until <= busy.since[one])
    times = np.bincount(world.volunteer[held], minlength=world.volunteers)
    limits = [
        replace(one, most=one.most - np.bincount(one.group[held], minlength=len(one.most))) for one in world.limits
    ]
    for limit in limits:
        free &= limit.most[limit.group] > 0
    left = world.offers_left - times
    free &= left[world.volunteer] > 0
    options = np.flatnonzero(free)
    columns = {name: getattr(world, name)[options] for name in ("request", "volunteer", "begins", "ends", "travel")}
    smaller = tuple(replace(one, group=one.group[options]) for one in limits)
    return replace(world, **columns, asked=world.asked + times, offers_left=left, limits=smaller), options


def first_come(world: World) -> Numbers:
    """The plan of whoever takes the requests one after the other and gives each the nearest volunteer who can: the rival."""
    chosen = np.full(world.requests, NOBODY)
    order = np.lexsort((world.travel, world.request))
    starts = np.searchsorted(world.request[order], np.arange(world.requests + 1))
    taken = _Taken(world)
    for request in range(world.requests):
        nearest = order[starts[request] : starts[request + 1]].tolist()
        option = next((one for one in nearest if taken.leaves_room_for(one)), None)
        if option is not None:
            taken.add(option)
            chosen[request] = option
    return chosen


class _Taken:
    """What is used up so far."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.offers_left = world.offers_left.copy()
        self.room = [one.most.copy() for one in world.limits]
        self.busy = list(world.busy())
        self.diaries: list[dict[int, list[tuple[int, int]]]] = [{} for _ in self.busy]

    def leaves_room_for(self, option: int) -> bool:
        if self.offers_left[self.world.volunteer[option]] < 1:
            return False
        if any(room[one.group[option]] < 1 for room, one in zip(self.room, self.world.limits, strict=True)):
            return False
        return not any(
            since < one.until[option] and one.since[option] < until
            for one, diary in zip(self.busy, self.diaries, strict=True)
            for since, until in diary.get(int(one.who[option]), ())
        )

    def add(self, option: int) -> None:
        self.offers_left[self.world.volunteer[option]] -= 1
        for room, limit in zip(self.room, self.world.limits, strict=True):
            room[limit.group[option]] -= 1
        for one, diary in zip(self.busy, self.diaries, strict=True):
            diary.setdefault(int(one.who[option]), []).append((int(one.since[option]), int(one.until[option])))
