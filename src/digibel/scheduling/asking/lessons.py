"""What was learned from earlier offers: how often people say yes, and how long they take. Pure, and small enough to explain.

Three things only. How many of the pool say yes, no, or nothing, and how long an answer takes (log-normal). By how much a yes is
likelier or less likely at an hour, on a day, at a distance, and for somebody who has been asked often this week. And for each
person the same ratio out of two counts: offers, and yeses. Never from origin, language or sex; they are not even read.

An offer that was taken back, or ran out, tells only that no answer had come yet: it is counted as that (right-censored; by
expectation and maximisation, Dempster, Laird and Rubin 1977). Ratios are drawn towards one until there are enough offers
(gamma-Poisson): with few offers, everybody counts as the pool.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from digibel.scheduling.asking.policy import Chance, Delay

# What is believed before anything has happened, each worth so many offers: careful, so that at first rather more are asked.
PRIOR_OFFERS = 10.0
PRIOR_ACCEPT, PRIOR_DECLINE = 0.27, 0.20
PRIOR_DELAY = Delay(median=60.0, sigma=1.2)
# So many expected yeses must have been seen before a ratio is believed half.
HALF_BELIEVED_GROUP, HALF_BELIEVED_PERSON = 20.0, 4.0
LEAST_CHANCE, MOST_CHANCE = 0.02, 0.90
ROUNDS = 30


@dataclass(frozen=True)
class Asked:
    """How an offer stood when it was sent. `groups` are codes such as hour:9, day:work, km:2, asked:3."""

    groups: tuple[str, ...]
    person: Hashable = None


@dataclass(frozen=True)
class Outcome:
    """What became of it: yes, no, or None for silence until now; `minutes` of the hours in which people answer."""

    asked: Asked
    answer: bool | None
    minutes: float


@dataclass(frozen=True)
class Lessons:
    """What is believed now. `persons` holds for each who was asked the offers, the yeses, and the yeses expected of the pool."""

    accept: float = PRIOR_ACCEPT
    decline: float = PRIOR_DECLINE
    delay: Delay = PRIOR_DELAY
    groups: Mapping[str, float] = field(default_factory=dict)
    persons: Mapping[Any, tuple[int, int, float]] = field(default_factory=dict)
    offers: int = 0

    def chance(self, asked: Asked, age: float = 0.0) -> Chance:
        """What somebody is expected to say who is asked so, or was asked so `age` minutes ago."""
        accept = self._pool_chance(asked.groups) * self.person_ratio(asked.person)
        accept = min(MOST_CHANCE, max(LEAST_CHANCE, accept))
        return Chance(accept, self.decline * (1 - accept) / (1 - self.accept), age)

    def _pool_chance(self, groups: Iterable[str]) -> float:
        return self.accept * math.prod(self.groups.get(group, 1.0) for group in groups)

    def person_ratio(self, person: Hashable) -> float:
        _, yeses, expected = self.persons.get(person, (0, 0, 0.0))
        return _ratio(yeses, expected, HALF_BELIEVED_PERSON)


def _ratio(yeses: float, expected: float, half_believed: float) -> float:
    return (yeses + half_believed) / (expected + half_believed)


def groups_of(*, hour: int, works: bool, km: float, asked_this_week: int) -> tuple[str, ...]:
    """The groups in which an offer falls: three hours of the day, a working day or not, doubling distances, how often asked."""
    distance = 0 if km < 1 else min(4, 1 + int(math.log2(km)))
    return (
        f"hour:{hour // 3 * 3}",
        f"day:{'work' if works else 'rest'}",
        f"km:{distance}",
        f"asked:{min(asked_this_week, 3)}",
    )


def learn(outcomes: Sequence[Outcome]) -> Lessons:
    """Everything anew from what happened: the pool first, then the groups against the pool, then each person against both."""
    pool = _learn_pool(outcomes)
    groups = _learn_groups(outcomes, pool)
    with_groups = Lessons(pool.accept, pool.decline, pool.delay, groups, {}, len(outcomes))
    persons: dict[Hashable, tuple[int, int, float]] = {}
    for one in outcomes:
        offers, yeses, expected = persons.get(one.asked.person, (0, 0, 0.0))
        chance = with_groups._pool_chance(one.asked.groups) * _heard(one, pool.delay)
        persons[one.asked.person] = (offers + 1, yeses + (one.answer is True), expected + chance)
    persons.pop(None, None)
    return Lessons(pool.accept, pool.decline, pool.delay, groups, persons, len(outcomes))


def _learn_pool(outcomes: Sequence[Outcome]) -> Lessons:
    """Yes, no, silence and the delay, where silence so far may still become an answer."""
    yes = sum(one.answer is True for one in outcomes) + PRIOR_OFFERS * PRIOR_ACCEPT
    no = sum(one.answer is False for one in outcomes) + PRIOR_OFFERS * PRIOR_DECLINE
    told = [math.log(max(0.5, one.minutes)) for one in outcomes if one.answer is not None]
    silent = _by_minute(one.minutes for one in outcomes if one.answer is None)
    total = len(outcomes) + PRIOR_OFFERS
    pool = Lessons()
    for _ in range(ROUNDS):
        answers, first, second = _still_coming(silent, pool)
        first, second = first + sum(told), second + sum(one * one for one in told)
        pool = Lessons(
            (yes + answers * yes / (yes + no)) / total,
            (no + answers * no / (yes + no)) / total,
            _delay_of(len(told) + answers, first, second),
        )
    return pool


def _by_minute(silences: Iterable[float]) -> dict[int, int]:
    counted: dict[int, int] = defaultdict(int)
    for minutes in silences:
        counted[max(1, round(minutes))] += 1
    return counted


def _still_coming(silent: Mapping[int, int], pool: Lessons) -> tuple[float, float, float]:
    """How many of the silent will answer, with the expected sum and sum of squares of the logarithm of their delay."""
    chances = Chance(pool.accept, pool.decline)
    of_answers = (pool.accept + pool.decline) / pool.accept
    mu, sigma = math.log(pool.delay.median), pool.delay.sigma
    answers = first = second = 0.0
    for minutes, count in silent.items():
        expected = count * chances.after(minutes, pool.delay) * of_answers
        z = (math.log(minutes) - mu) / sigma
        tail = max(1e-12, 0.5 * math.erfc(z / math.sqrt(2)))
        hazard = math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / tail
        answers += expected
        first += expected * (mu + sigma * hazard)
        second += expected * (mu * mu + 2 * mu * sigma * hazard + sigma * sigma * (1 + z * hazard))
    return answers, first, second


def _delay_of(answers: float, first: float, second: float) -> Delay:
    """The log-normal with these moments and the prior's, worth as many answers as the prior has offers."""
    mu, spread = math.log(PRIOR_DELAY.median), PRIOR_DELAY.sigma**2
    number = answers + PRIOR_OFFERS
    mean = (first + PRIOR_OFFERS * mu) / number
    square = (second + PRIOR_OFFERS * (mu * mu + spread)) / number
    return Delay(math.exp(mean), math.sqrt(max(0.01, square - mean * mean)))


def _heard(outcome: Outcome, delay: Delay) -> float:
    """Which part of all answers would have come by the time we stopped listening."""
    return 1.0 if outcome.answer is not None else 1 - delay.waiting(outcome.minutes)


def _learn_groups(outcomes: Sequence[Outcome], pool: Lessons) -> dict[str, float]:
    """One kind of group after the other, each against what the ones before it explain."""
    groups: dict[str, float] = {}
    for kind in ("asked", "km", "hour", "day"):
        counts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        so_far = Lessons(pool.accept, pool.decline, pool.delay, dict(groups))
        for one in outcomes:
            for group in _of_kind(one.asked.groups, kind):
                counts[group][0] += one.answer is True
                counts[group][1] += so_far._pool_chance(one.asked.groups) * _heard(one, pool.delay)
        groups |= {group: _ratio(yes, expected, HALF_BELIEVED_GROUP) for group, (yes, expected) in counts.items()}
    return groups


def _of_kind(groups: Iterable[str], kind: str) -> Iterator[str]:
    return (group for group in groups if group.startswith(f"{kind}:"))
