"""Whom the organisation's own way of asking would ask now. The match page shows it, and offers are sent by it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Sum

from digibel import clock, places
from digibel.organisations.ways import Asking
from digibel.requests.models import HelpRequest
from digibel.scheduling.asking import learning, policy
from digibel.scheduling.asking.lessons import Lessons
from digibel.scheduling.asking.policy import Chance, Rules
from digibel.scheduling.matching.moments import Numbers
from digibel.scheduling.matching.ranking import Candidate, Ranking
from digibel.scheduling.models import Offer, Visit, VisitStatus
from digibel.volunteers.models import Volunteer

WEEK = timedelta(days=7)
# How many are looked at closely: more than are ever asked at once, as one of them may have become busy.
LOOKED_AT = policy.BROADCAST_SIZE + 5


@dataclass(frozen=True)
class Proposal:
    """Ask these, and look again then. `before` and `after` are the acceptances in sight; `waits`: others may soon be free."""

    candidates: list[Candidate]
    way: Asking
    before: float
    after: float
    look_again_at: datetime
    waits: bool = False


def shortlist(request: HelpRequest, ranking: Ranking) -> Numbers:
    """The places in the ranking of those to look at: who may be asked by what is remembered, best first, then who may not."""
    weekly = ranking.asked_since(clock.now() - WEEK)
    busy = ranking.weighed.order.elsewhere | (weekly >= request.organisation.asked_a_week)
    found: Numbers = np.lexsort((weekly >= policy.TIRED_AFTER, busy))[:LOOKED_AT]
    return found


def propose(
    request: HelpRequest, ranked: Sequence[Candidate], *, at_least: int = 0, size: int | None = None
) -> Proposal:
    """The next ones by the organisation's way of asking: nobody who has an offer open, nor more often in a week than it allows.

    `at_least` is for a person who presses the button, `size` for so many exactly.
    """
    now, organisation = clock.now(), request.organisation
    weekly = asked_in_week([one.volunteer.pk for one in ranked], now)
    free = [
        one for one in ranked if not one.has_open_offer and weekly.get(one.volunteer.pk, 0) < organisation.asked_a_week
    ]
    free = policy.spare_tired(free, lambda one: weekly.get(one.volunteer.pk, 0))
    situation = _Situation.of(request, free, weekly, now)
    urgent = is_near(ranked, now)
    rules = Rules(
        Asking(organisation.asking), float(organisation.asking_h), _load(organisation.asked_a_week, now), urgent
    )
    decision = policy.decide(rules, situation.asked, situation.candidates, situation.lessons.delay)
    if not at_least and not clock.is_waking(now, rest_days=urgent):
        morning = clock.next_waking(now, rest_days=urgent)
        return Proposal([], rules.way, decision.before, decision.before, morning, waits=True)
    chosen = free[: size if size is not None else max(decision.number, at_least)]
    return situation.proposal(rules, chosen, waits=bool(ranked))


def chosen_by_hand(request: HelpRequest, chosen: list[Candidate]) -> Proposal:
    """A person chose these; what follows by itself is the organisation's way of asking."""
    now, organisation = clock.now(), request.organisation
    weekly = asked_in_week([one.volunteer.pk for one in chosen], now)
    situation = _Situation.of(request, chosen, weekly, now)
    rules = Rules(Asking(organisation.asking), float(organisation.asking_h), urgent=is_near(chosen, now))
    return situation.proposal(rules, chosen, way=Asking.BY_HAND)


@dataclass(frozen=True)
class _Situation:
    """What is believed of those whose offer is open, and of those who may be asked now."""

    lessons: Lessons
    asked: list[Chance]
    candidates: list[Chance]
    now: datetime

    @classmethod
    def of(
        cls, request: HelpRequest, free: Sequence[Candidate], weekly: dict[uuid.UUID, int], now: datetime
    ) -> "_Situation":
        live = list(Offer.objects.filter(request=request).live().select_related("volunteer"))
        lessons = learning.believed({one.volunteer.pk for one in free} | {offer.volunteer_id for offer in live})
        candidates = [
            lessons.chance(
                learning.how_asked(one.volunteer.pk, at=now, km=one.km, asked_this_week=weekly.get(one.volunteer.pk, 0))
            )
            for one in free
        ]
        home = request.postcode
        asked = [
            lessons.chance(
                learning.how_asked(
                    offer.volunteer_id,
                    at=offer.created_at,
                    km=places.distance_between(offer.volunteer.postcode, home),
                    asked_this_week=0,
                ),
                learning.age(offer, now),
            )
            for offer in live
        ]
        return cls(lessons, asked, candidates, now)

    def proposal(
        self, rules: Rules, chosen: list[Candidate], *, way: Asking | None = None, waits: bool = False
    ) -> Proposal:
        delay, together = self.lessons.delay, [*self.asked, *self.candidates[: len(chosen)]]
        minutes = policy.look_again(rules, together, delay) if together else policy.NEXT_WAVE_AFTER
        if not self.candidates:
            # Somebody whose offer elsewhere ends may be free within the hour; sooner there is nothing to look for.
            minutes = max(minutes, policy.NEXT_WAVE_AFTER)
        return Proposal(
            chosen,
            way or Asking(rules.way),
            policy.in_sight(self.asked, delay),
            policy.in_sight(together, delay),
            clock.add_waking(self.now, timedelta(minutes=minutes)),
            waits,
        )


def asked_in_week(volunteers: Sequence[uuid.UUID], now: datetime) -> dict[uuid.UUID, int]:
    """How many offers each of these had in the last seven days."""
    lately = Offer.objects.filter(volunteer__in=volunteers, created_at__gte=now - WEEK).order_by()
    return dict(lately.values_list("volunteer").annotate(count=Count("pk")))


def is_near(candidates: Sequence[Candidate], now: datetime) -> bool:
    """No moment is left that is further away than a day."""
    moments = [one.moments[-1] for one in candidates]
    return bool(moments) and max(moments) - now <= clock.NEAR


def _load(asked_a_week: int, now: datetime) -> float:
    """The share of what the pool can bear: offers of this week of those allowed, or visits of those there is time for."""
    pool = Volunteer.objects.filter(left_at=None, paused_at=None).aggregate(
        people=Count("pk"), visits=Sum("weekly_limit")
    )
    if not pool["people"] or not pool["visits"]:
        return 0.0
    offers = Offer.objects.filter(created_at__gte=now - WEEK).count()
    visits = Visit.objects.filter(starts_at__gte=now, starts_at__lt=now + WEEK, status=VisitStatus.BOOKED).count()
    return max(offers / (asked_a_week * pool["people"]), visits / pool["visits"])
