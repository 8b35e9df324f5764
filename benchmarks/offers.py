"""How volunteers are asked: the hazard policy against one by one, waves and broadcast, on the same simulated months.

    .venv/bin/python benchmarks/offers.py [--seeds 10] [--days 42] [--requests 20] [--known] [--cap 5]

The rules are those of the product (`scheduling/asking`), and what the hazard policy knows of acceptance and delay it has learned
in the same simulation, every night, from nothing; `--known` shows what knowing the truth would give.

Assumed, the same for all: 150 volunteers; 20 requests a day, logged from 9 to 17, each with three moments one to ten days ahead;
of those asked 0.35 say yes, 0.25 no, 0.40 nothing; an answer takes 40 minutes (median, log-normal, sigma 1.3); nobody answers from
21 to 8, and no text leaves from 20 to 8; from the fourth offer in a week the chance of a yes is 0.8 of what it was, and again 0.8
for a week after a yes that came too late; everybody has time for one, two or three visits in a calendar week. Offers end after
four hours in which people answer. The same order for all: near, and rested. Two weeks of warming up are left out of the figures.
"""

import argparse
import heapq
import itertools
import math
import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import mean, median

from common.measuring import say

from digibel.organisations.ways import AUTOMATIC, MOST_A_WEEK, Asking
from digibel.scheduling.asking import lessons, policy
from digibel.scheduling.asking.lessons import Asked, Lessons, Outcome
from digibel.scheduling.asking.policy import Chance, Delay, Rules

VOLUNTEERS = 150
WARM_UP = 14
ACCEPT, DECLINE = 0.35, 0.25
TRUTH = Delay(median=40.0, sigma=1.3)
TIRED_AFTER, TIRED, DISAPPOINTED = 3, 0.8, 0.8
DAY, WEEK, HOUR = 1440.0, 7 * 1440.0, 60.0
ANSWERING = (8 * HOUR, 21 * HOUR)
TEXTING = (8 * HOUR, 20 * HOUR)
LOGGING = (9 * HOUR, 17 * HOUR)
# The three moments of a request lie one to ten days ahead, as those of the product: somebody full this week may have time the next.
VISITED = (DAY, 10 * DAY)
NEVER = -math.inf
# The product learns every night, from half a year; here every third night from four weeks, which is faster and not better.
LEARNS_EVERY, LEARNT_FROM = 3, 4 * WEEK


def awake(moment: float) -> float:
    """The minutes in which people answer, up to this moment."""
    day, minute = divmod(moment, DAY)
    length = ANSWERING[1] - ANSWERING[0]
    return day * length + min(length, max(0.0, minute - ANSWERING[0]))


def when_awake(minutes: float) -> float:
    """The moment at which so many minutes in which people answer have gone by."""
    day, minute = divmod(minutes, ANSWERING[1] - ANSWERING[0])
    return day * DAY + ANSWERING[0] + minute


def may_text(moment: float) -> float:
    day, minute = divmod(moment, DAY)
    if minute < TEXTING[0]:
        return day * DAY + TEXTING[0]
    return moment if minute < TEXTING[1] else (day + 1) * DAY + TEXTING[0]


@dataclass
class Volunteer:
    number: int
    limit: int
    asked_at: list[float] = field(default_factory=list)
    visits: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    disappointed_at: float = NEVER
    open_offers: int = 0

    def asked_since(self, moment: float) -> int:
        return len(self.asked_at) - bisect_right(self.asked_at, moment)

    def week_for(self, request: "Request") -> int | None:
        """The first week among the request's moments in which there is time for one more visit."""
        return next((week for week in request.weeks if self.visits[week] < self.limit), None)

    def accepts(self, now: float) -> float:
        tired = TIRED if self.asked_since(now - WEEK) >= TIRED_AFTER else 1.0
        return ACCEPT * tired * (DISAPPOINTED if self.disappointed_at > now - WEEK else 1.0)


@dataclass
class Offer:
    volunteer: Volunteer
    chance: Chance
    asked: Asked
    sent: float
    would_accept: bool = False
    answer: bool | None = None
    ended: float | None = None


@dataclass
class Request:
    logged: float
    nearness: list[float]
    weeks: list[int]
    offers: list[Offer] = field(default_factory=list)
    matched: float | None = None
    looks: int = 0

    @property
    def live(self) -> list[Offer]:
        return [one for one in self.offers if one.ended is None]


@dataclass
class Measured:
    hours: float
    offers: float
    above_five: float
    served: float


class Simulation:
    """One way of asking, one seed. What happens is a heap of moments, each with what to do then."""

    def __init__(self, way: Asking, seed: int, *, days: int, requests: int, known: bool, h: float, cap: int) -> None:
        self.way, self.days, self.known, self.h, self.cap = way, days, known, h, cap
        self.random = random.Random(seed)
        self.volunteers = [Volunteer(number, self.random.choice((1, 2, 3))) for number in range(VOLUNTEERS)]
        self.moments: list[tuple[float, int, object]] = []
        self.order = itertools.count()
        self.requests: list[Request] = []
        self.finished: list[Offer] = []
        self.lessons = Lessons(ACCEPT, DECLINE, TRUTH) if known else Lessons()
        for day in range(days):
            for _ in range(requests):
                logged = day * DAY + self.random.uniform(*LOGGING)
                moments = sorted(logged + self.random.uniform(*VISITED) for _ in range(3))
                nearness = [self.random.random() for _ in range(VOLUNTEERS)]
                request = Request(logged, nearness, [int(moment // WEEK) for moment in moments])
                self.requests.append(request)
                self.at(logged, lambda now, request=request: self.look(request, now))
            if way == Asking.HAZARD and not known and day % LEARNS_EVERY == 1:
                self.at(day * DAY, self.learn)

    def at(self, moment: float, what: object) -> None:
        heapq.heappush(self.moments, (moment, next(self.order), what))

    def run(self) -> Measured:
        while self.moments and self.moments[0][0] < self.days * DAY:
            now, _, what = heapq.heappop(self.moments)
            what(now)
        return self.measure()

    def learn(self, now: float) -> None:
        self.lessons = lessons.learn(list(self.outcomes(now)))

    def outcomes(self, now: float) -> Iterator[Outcome]:
        for one in self.finished:
            if one.sent < now - LEARNT_FROM:
                continue
            yield Outcome(one.asked, one.answer, awake(one.ended) - awake(one.sent))

    def look(self, request: Request, now: float) -> None:
        """What the product does when a request's moment has come: ask as many as the rules say, and look again then."""
        request.looks += 1
        if request.matched is not None:
            return
        if (morning := may_text(now)) > now:
            self.look_later(request, morning)
            return
        free = self.free(request, now)
        decision = policy.decide(
            Rules(self.way, self.h, self.load(now)),
            [self.aged(one, now) for one in request.live],
            [self.chance(volunteer, request, now) for volunteer in free],
            self.lessons.delay,
        )
        for volunteer in free[: decision.number]:
            self.send(request, volunteer, now)
        wait = decision.look_again if request.live else HOUR
        self.look_later(request, when_awake(awake(now) + wait))

    def look_later(self, request: Request, moment: float) -> None:
        number = request.looks
        self.at(moment, lambda now: self.look(request, now) if request.looks == number else None)

    def aged(self, offer: Offer, now: float) -> Chance:
        return Chance(offer.chance.accept, offer.chance.decline, awake(now) - awake(offer.sent))

    def load(self, now: float) -> float:
        """As the product: the offers of the week of those that the cap allows, or the visits of those there is time for."""
        offers = sum(one.asked_since(now - WEEK) for one in self.volunteers) / (self.cap * VOLUNTEERS)
        visits = sum(one.visits[int(now // WEEK)] for one in self.volunteers)
        return max(offers, visits / sum(one.limit for one in self.volunteers))

    def free(self, request: Request, now: float) -> list[Volunteer]:
        """Who may be asked, near and rested first. What only our own policy forbids itself does not bind its rivals."""
        asked = {one.volunteer.number for one in request.offers}
        found = [one for one in self.volunteers if one.number not in asked and one.week_for(request) is not None]
        if self.way == Asking.HAZARD:
            found = [one for one in found if not one.open_offers and one.asked_since(now - WEEK) < self.cap]
        found = sorted(found, key=lambda one: request.nearness[one.number] - self.rested(one, now))
        return (
            policy.spare_tired(found, lambda one: one.asked_since(now - WEEK)) if self.way == Asking.HAZARD else found
        )

    def rested(self, volunteer: Volunteer, now: float) -> float:
        return min(1.0, (now - (volunteer.asked_at[-1] if volunteer.asked_at else NEVER)) // DAY / 21)

    def chance(self, volunteer: Volunteer, request: Request, now: float) -> Chance:
        return self.lessons.chance(self.how_asked(volunteer, request, now))

    def how_asked(self, volunteer: Volunteer, request: Request, now: float) -> Asked:
        groups = lessons.groups_of(
            hour=int(now % DAY // HOUR),
            works=now // DAY % 7 < 5,
            km=8 * request.nearness[volunteer.number],
            asked_this_week=volunteer.asked_since(now - WEEK),
        )
        return Asked(groups, volunteer.number)

    def send(self, request: Request, volunteer: Volunteer, now: float) -> None:
        asked = self.how_asked(volunteer, request, now)
        offer = Offer(volunteer, self.lessons.chance(asked), asked, now)
        accepts = volunteer.accepts(now)
        drawn = self.random.random()
        offer.would_accept = drawn < accepts
        volunteer.asked_at.append(now)
        volunteer.open_offers += 1
        request.offers.append(offer)
        if drawn < accepts + DECLINE:
            delay = self.random.lognormvariate(math.log(TRUTH.median), TRUTH.sigma)
            self.at(when_awake(awake(now) + delay), lambda now: self.answer(request, offer, drawn < accepts, now))
        self.at(when_awake(awake(now) + policy.OPEN_FOR), lambda now: self.expire(request, offer, now))

    def end(self, offer: Offer, now: float, answer: bool | None = None) -> None:
        offer.ended, offer.answer = now, answer
        offer.volunteer.open_offers -= 1
        self.finished.append(offer)

    def answer(self, request: Request, offer: Offer, yes: bool, now: float) -> None:
        if offer.ended is not None:
            return
        if not yes:
            self.end(offer, now, False)
            self.look_after_no(request, now)
        elif (week := offer.volunteer.week_for(request)) is not None:
            offer.volunteer.visits[week] += 1
            self.match(request, offer, now)
        else:
            self.end(offer, now)
            self.look_after_no(request, now)

    def match(self, request: Request, offer: Offer, now: float) -> None:
        self.end(offer, now, True)
        request.matched = now
        for other in request.live:
            self.end(other, now)
            if other.would_accept:
                other.volunteer.disappointed_at = now

    def expire(self, request: Request, offer: Offer, now: float) -> None:
        if offer.ended is None:
            self.end(offer, now)
            if request.matched is None and not request.live:
                self.look(request, now)

    def look_after_no(self, request: Request, now: float) -> None:
        if self.way == Asking.HAZARD or not request.live:
            self.look(request, now)

    def measure(self) -> Measured:
        since, until = WARM_UP * DAY, (self.days - 2) * DAY
        counted = [one for one in self.requests if since <= one.logged < until]
        waited = [one.matched - one.logged if one.matched is not None else math.inf for one in counted]
        weeks: dict[tuple[int, int], int] = defaultdict(int)
        for one in self.volunteers:
            for moment in one.asked_at:
                weeks[one.number, int(moment // WEEK)] += 1
        whole = range(WARM_UP // 7, self.days // 7)
        above = [weeks[one.number, week] > MOST_A_WEEK for one in self.volunteers for week in whole]
        served = sum(one.matched is not None for one in counted)
        offers = sum(len(one.offers) for one in counted)
        return Measured(median(waited) / HOUR, offers / max(1, served), mean(above), served / len(counted))


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--seeds", type=int, default=10)
    told.add_argument("--days", type=int, default=42)
    told.add_argument("--requests", type=int, default=20)
    told.add_argument("--known", action="store_true")
    told.add_argument("--cap", type=int, default=MOST_A_WEEK, help="offers a week of the hazard policy")
    told.add_argument("--h", type=float, default=Rules().h)
    told.add_argument("--ways", nargs="*", default=[str(one) for one in AUTOMATIC])
    args = told.parse_args()
    told_by: dict[Asking, tuple[float, float]] = {}
    for way in map(Asking, args.ways):
        runs = [
            Simulation(
                way, seed, days=args.days, requests=args.requests, known=args.known, h=args.h, cap=args.cap
            ).run()
            for seed in range(args.seeds)
        ]
        hours, offers = mean(one.hours for one in runs), mean(one.offers for one in runs)
        told_by[way] = hours, offers
        say("offers", f"{way}: hours until somebody says yes, median", hours)
        say("offers", f"{way}: offers a match", offers)
        above = mean(one.above_five for one in runs)
        say("offers", f"{way}: volunteer-weeks above five offers", f"{above:.1%}", "<= 10 %" * (way == Asking.HAZARD))
        say("offers", f"{way}: served", f"{mean(one.served for one in runs):.1%}")
    if {Asking.HAZARD, Asking.WAVES} <= told_by.keys():
        ours, waves = told_by[Asking.HAZARD], told_by[Asking.WAVES]
        say("offers", "hazard / waves: median", ours[0] / waves[0], "<= 1")
        say("offers", "hazard / waves: offers a match", ours[1] / waves[1], "<= 0.78")


if __name__ == "__main__":
    main()
