"""From requests and volunteers to a world of plain arrays: who could go, by the ranking's own word, and what they have already."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from digibel import clock
from digibel.problems import Problem
from digibel.requests.models import HelpRequest
from digibel.scheduling import elsewhere, households, offers
from digibel.scheduling.matching.ranking import Candidate, Ranking, rank, travel_time
from digibel.scheduling.models import LIVE_OFFERS, Offer
from digibel.scheduling.planning.world import Limit, Numbers, World
from digibel.volunteers.models import Volunteer

MOST_A_DAY = 3
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
# Why a request cannot be in a plan, beside the ranking's own reasons.
TAKEN = "taken"
ALL_ASKED = "all_asked"


@dataclass(frozen=True)
class Possible:
    """This volunteer at this moment, with so many minutes to get there."""

    volunteer: Volunteer
    begins_at: datetime
    travel: int


@dataclass(frozen=True)
class Gathered:
    """`options` stand in the order of the world's arrays, as (place of the request, possibility); `why` says of a request without
    any why there is none, as a code.
    """

    requests: tuple[HelpRequest, ...]
    options: tuple[tuple[int, Possible], ...]
    why: dict[uuid.UUID, str]
    world: World

    def find(self, request_id: uuid.UUID, volunteer_id: uuid.UUID | None, begins_at: datetime | None) -> int | None:
        """The number of this option, if it is possible still."""
        for number, (place, one) in enumerate(self.options):
            if (self.requests[place].pk, one.volunteer.pk, one.begins_at) == (request_id, volunteer_id, begins_at):
                return number
        return None


def possible(request: HelpRequest) -> tuple[list[Possible], str]:
    """Who could go to this request and when, the best first; where nobody, why not."""
    try:
        offers.check_may_be_offered(request)
    except Problem as problem:
        return [], problem.code
    ranking = rank(request)
    found = [one for each in offers.before_it_closes(request, ranking.candidates) for one in _moments(each, request)]
    return found, "" if found else _why_nobody(ranking)


def _moments(candidate: Candidate, request: HelpRequest) -> list[Possible]:
    travel = travel_time(candidate.volunteer, request) // MINUTE
    return [Possible(candidate.volunteer, moment, travel) for moment in candidate.moments]


def _why_nobody(ranking: Ranking) -> str:
    """The commonest reason; of people who were asked already only where there are no others."""
    reasons = list(ranking.counts)
    left = [code for code in reasons if code not in {"asked", "declined", "silent"}]
    return left[0] if left else ALL_ASKED if reasons else "nobody_there"


def gather(requests: Sequence[HelpRequest]) -> Gathered:
    """The world of these requests. Looks at each as the ranking does, and writes nothing."""
    options: list[tuple[int, Possible]] = []
    why: dict[uuid.UUID, str] = {}
    for place, request in enumerate(requests):
        found, reason = possible(request)
        options += [(place, one) for one in found]
        why[request.pk] = reason
    people = {one.volunteer.pk: one.volunteer for _, one in options}
    held = _promised(list(people))
    options = [one for one in options if not _overlaps(one[1], requests[one[0]], held)]
    for place in {place for place, reason in enumerate(why.values()) if not reason} - {place for place, _ in options}:
        why[requests[place].pk] = TAKEN
    return Gathered(tuple(requests), tuple(options), why, _world(requests, options, list(people.values()), held))


Promised = dict[uuid.UUID, list[tuple[datetime, datetime]]]


def _promised(volunteers: Sequence[uuid.UUID]) -> Promised:
    """Moments for which a volunteer has been asked alone, and has not answered: a plan counts on their yes. Where they may choose
    between several moments nobody can know which it will be, and none is held.
    """
    held: Promised = {}
    for offer in Offer.objects.filter(volunteer__in=volunteers, status__in=LIVE_OFFERS):
        if len(offer.windows) == 1:
            held.setdefault(offer.volunteer_id, []).append(offer.window(1))
    return held


def _overlaps(one: Possible, request: HelpRequest, held: Promised) -> bool:
    way = one.travel * MINUTE
    since, until = one.begins_at - way, one.begins_at + households.length(request) + way
    return any(start < until and since < end for start, end in held.get(one.volunteer.pk, ()))


def _world(
    requests: Sequence[HelpRequest],
    options: Sequence[tuple[int, Possible]],
    people: Sequence[Volunteer],
    held: Promised,
) -> World:
    number = {one.pk: place for place, one in enumerate(people)}
    lengths = [households.length(request) // MINUTE for request in requests]
    clients = {one: place for place, one in enumerate(dict.fromkeys(request.client_id for request in requests))}
    volunteer = _numbers(number[one.volunteer.pk] for _, one in options)
    begins = _numbers((one.begins_at - EPOCH) // MINUTE for _, one in options)
    starts = elsewhere.starts_of(list(number))
    starts += [(who, start) for who, windows in held.items() for start, _ in windows]
    asked = Counter(
        Offer.objects.filter(volunteer__in=list(number), created_at__gte=clock.now() - WEEK).values_list(
            "volunteer_id", flat=True
        )
    )
    times = _numbers(asked[one.pk] for one in people)
    return World(
        request=_numbers(place for place, _ in options),
        volunteer=volunteer,
        begins=begins,
        ends=begins + _numbers(lengths[place] for place, _ in options),
        travel=_numbers(one.travel for _, one in options),
        client=_numbers(clients[request.client_id] for request in requests),
        asked=times,
        offers_left=(_numbers(one.offers_limit for one in people) - times).clip(min=0),
        limits=(
            _limit(options, starts, _monday, {one.pk: one.weekly_limit for one in people}),
            _limit(options, starts, _day, dict.fromkeys(number, MOST_A_DAY)),
        ),
    )


def _monday(moment: datetime) -> int:
    day = clock.local(moment).date()
    return day.toordinal() - day.weekday()


def _day(moment: datetime) -> int:
    return clock.local(moment).date().toordinal()


def _limit(
    options: Sequence[tuple[int, Possible]],
    starts: Sequence[tuple[uuid.UUID, datetime]],
    of: Callable[[datetime], int],
    most: dict[uuid.UUID, int],
) -> Limit:
    """How many more visits each has room for in each of these stretches of time (`of` a moment)."""
    used = Counter((who, of(start)) for who, start in starts)
    keys = [(one.volunteer.pk, of(one.begins_at)) for _, one in options]
    groups = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    room = _numbers(max(0, most[who] - used[who, when]) for who, when in groups)
    return Limit(_numbers(groups[key] for key in keys), room)


def _numbers(values: Iterable[int]) -> Numbers:
    return np.array(list(values), dtype=np.int64)
