"""How many volunteers to ask now, and when to look again. Numbers in, numbers out: the simulation uses this very file.

The way called *hazard* keeps the expected number of acceptances still to come from open offers at or above `h`: it asks one more
when somebody refuses or as silence ages, and at first a little more. A long silence says that an answer becomes unlikely:

    chance(age) = accept x S(age) / ((accept + decline) x S(age) + silent)

where S is the share of those who answer at all that have not answered yet at that age (log-normal, see `lessons`).
Whom to ask is not decided here: the ranking's order stands, so nobody is passed over for having said no before.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from digibel.organisations.ways import Asking

WAVE_SIZE = 3
BROADCAST_SIZE = 10
TIRED_AFTER = 3
# The first time so many times h: somebody who waits is served by the first hour, and refusals have not come in yet.
FIRST = 1.6
# In minutes of the hours in which people answer.
NEXT_WAVE_AFTER = 60.0
OPEN_FOR = 240.0
SOONEST_LOOK = 5.0
# A visit that is near needs more than one yes in sight.
URGENT = 4.0
# Above this share of what the pool can bear we ask fewer, down to this part of h: texting more would only tire people.
FULL_FROM, LEAST_PART = 0.6, 0.4

T = TypeVar("T")


@dataclass(frozen=True)
class Delay:
    """How long people take who answer: log-normal, `median` in minutes of the hours in which people answer."""

    median: float
    sigma: float

    def waiting(self, age: float) -> float:
        """The share of them that has not answered yet at this age."""
        return 1.0 if age <= 0 else 0.5 * math.erfc(math.log(age / self.median) / (self.sigma * math.sqrt(2)))


@dataclass(frozen=True)
class Chance:
    """What one volunteer is expected to say to an offer that is `age` minutes old; what is left of one is silence."""

    accept: float
    decline: float
    age: float = 0.0

    def after(self, minutes: float, delay: Delay) -> float:
        """The chance of a yes still to come, if nothing is heard for so many minutes more."""
        waiting = delay.waiting(self.age + minutes)
        heard_later = (self.accept + self.decline) * waiting
        return self.accept * waiting / (heard_later + max(1e-9, 1 - self.accept - self.decline))


@dataclass(frozen=True)
class Rules:
    """What an organisation chose, and the state of the pool: `load` is the share of what it can bear, `urgent` a visit near."""

    way: Asking = Asking.HAZARD
    h: float = 0.5
    load: float = 0.0
    urgent: bool = False

    @property
    def aim(self) -> float:
        """The acceptances that should be in sight."""
        over = min(1.0, max(0.0, (self.load - FULL_FROM) / (1 - FULL_FROM)))
        return self.h * (URGENT if self.urgent else 1 - over * (1 - LEAST_PART))


@dataclass(frozen=True)
class Decision:
    """Ask so many, best first; `before` and `after` are the acceptances in sight. Look again after so many minutes."""

    number: int
    before: float
    after: float
    look_again: float


def decide(rules: Rules, asked: Sequence[Chance], candidates: Sequence[Chance], delay: Delay) -> Decision:
    """`asked` are the open offers, `candidates` who may be asked now, best first."""
    number = min(len(candidates), _wanted(rules, asked, candidates, delay))
    chosen = candidates[:number]
    return Decision(
        number,
        in_sight(asked, delay),
        in_sight([*asked, *chosen], delay),
        look_again(rules, [*asked, *chosen], delay),
    )


def spare_tired(ranked: Iterable[T], asked_this_week: Callable[[T], int]) -> list[T]:
    """Whoever has been asked often this week comes after the others; beside that the ranking's order stands."""
    return sorted(ranked, key=lambda one: asked_this_week(one) >= TIRED_AFTER)


def in_sight(asked: Sequence[Chance], delay: Delay, minutes: float = 0.0) -> float:
    """The acceptances still to be expected, if nobody answers for so many minutes more."""
    return sum(one.after(minutes, delay) for one in asked)


def _wanted(rules: Rules, asked: Sequence[Chance], candidates: Sequence[Chance], delay: Delay) -> int:
    if rules.way == Asking.HAZARD:
        aim = rules.aim if asked or rules.urgent else rules.aim * FIRST
        return _until_enough(aim - in_sight(asked, delay), [one.accept for one in candidates])
    if rules.way == Asking.WAVES and not rules.urgent:
        return WAVE_SIZE if _youngest(asked) >= NEXT_WAVE_AFTER else 0
    size = BROADCAST_SIZE if rules.way == Asking.BROADCAST or rules.urgent else 1
    return size if _youngest(asked) >= OPEN_FOR else 0


def _until_enough(missing: float, chances: Sequence[float]) -> int:
    for number, chance in enumerate(chances[:BROADCAST_SIZE]):
        if missing <= 1e-9:
            return number
        missing -= chance
    return BROADCAST_SIZE


def _youngest(asked: Sequence[Chance]) -> float:
    return min([one.age for one in asked], default=math.inf)


def look_again(rules: Rules, asked: Sequence[Chance], delay: Delay) -> float:
    """After how many minutes of silence something has to be done."""
    if rules.way == Asking.HAZARD:
        return _falls_below(rules.aim, asked, delay)
    waits = NEXT_WAVE_AFTER if rules.way == Asking.WAVES and not rules.urgent else OPEN_FOR
    return max(SOONEST_LOOK, waits - min(_youngest(asked), waits)) if asked else SOONEST_LOOK


def _falls_below(aim: float, asked: Sequence[Chance], delay: Delay) -> float:
    """When silence has used up what was in sight, to the minute; at the latest when an offer ends."""
    early, late = 0.0, OPEN_FOR
    if in_sight(asked, delay, late) >= aim:
        return late
    while late - early > 1:
        middle = (early + late) / 2
        early, late = (middle, late) if in_sight(asked, delay, middle) >= aim else (early, middle)
    return max(SOONEST_LOOK, late)
