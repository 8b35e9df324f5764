"""Reads what became of earlier offers, learns from it every night, and says what is believed now."""

import uuid
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from digibel import clock, places
from digibel.scheduling.asking import lessons
from digibel.scheduling.asking.lessons import Asked, Lessons, Outcome
from digibel.scheduling.asking.policy import Delay
from digibel.scheduling.models import AnswerCount, Lesson, Move, Offer, OfferStatus

LEARNT_FROM = timedelta(days=180)
LESSONS_KEPT_FOR = timedelta(days=400)
WEEK = timedelta(days=7)
# The hours in which people answer, local; later than texts may leave.
ANSWERING = (time(8), time(21))
ENDS = (OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.EXPIRED, OfferStatus.WITHDRAWN)


def answering_minutes(since: datetime, until: datetime) -> float:
    """The minutes between two moments in which people answer."""
    day, last, minutes = clock.local(since).date(), clock.local(until).date(), 0.0
    while day <= last:
        opens, closes = (clock.at(day, hour) for hour in ANSWERING)
        minutes += max(0.0, (min(until, closes) - max(since, opens)).total_seconds() / 60)
        day += timedelta(days=1)
    return minutes


def age(offer: Offer, now: datetime) -> float:
    """How long an offer has been open, in minutes of the hours in which people answer."""
    return answering_minutes(clock.next_waking(offer.created_at), now)


def how_asked(volunteer_id: uuid.UUID, *, at: datetime, km: float, asked_this_week: int) -> Asked:
    there = clock.local(clock.next_waking(at))
    groups = lessons.groups_of(
        hour=there.hour, works=clock.is_working_day(there.date()), km=km, asked_this_week=asked_this_week
    )
    return Asked(groups, volunteer_id)


def believed(volunteers: Collection[uuid.UUID]) -> Lessons:
    """What was learned last of the pool and of these. Two queries; before the first lesson, what everybody begins with."""
    last = Lesson.objects.order_by("-learned_at", "-pk").first()
    if last is None:
        return Lessons()
    counts = AnswerCount.objects.filter(volunteer__in=volunteers).values_list(
        "volunteer", "offers", "yeses", "expected"
    )
    persons = {volunteer: (offers, yeses, expected) for volunteer, offers, yeses, expected in counts}
    delay = Delay(last.median_minutes, last.sigma)
    return Lessons(last.accept, last.decline, delay, last.groups, persons, last.offers)


@transaction.atomic
def learn_anew() -> Lesson:
    """Every night, from the offers of half a year. Run twice it gives the same."""
    now = clock.now()
    learned = lessons.learn(list(_outcomes(now)))
    AnswerCount.objects.all().delete()
    AnswerCount.objects.bulk_create(
        AnswerCount(volunteer_id=person, offers=offers, yeses=yeses, expected=expected)
        for person, (offers, yeses, expected) in learned.persons.items()
    )
    Lesson.objects.filter(learned_at__lt=now - LESSONS_KEPT_FOR).delete()
    return Lesson.objects.create(
        learned_at=now,
        offers=learned.offers,
        accept=learned.accept,
        decline=learned.decline,
        median_minutes=learned.delay.median,
        sigma=learned.delay.sigma,
        groups=dict(learned.groups),
    )


def _outcomes(now: datetime) -> Iterator[Outcome]:
    """When, how far and what came of it, of each offer that has ended. Who left, or whose data may not be used, is not read."""
    ends = _ends(now - LEARNT_FROM)
    earlier: dict[uuid.UUID, list[datetime]] = defaultdict(list)
    known = Offer.objects.filter(created_at__gte=now - LEARNT_FROM, volunteer__left_at=None)
    rows = known.filter(volunteer__recipient__restricted_at=None).order_by("created_at", "pk")
    went_to = Coalesce("request__meets_at__postcode", "request__client__postcode")
    for pk, volunteer, asked_at, home, there in rows.values_list(
        "pk", "volunteer", "created_at", "volunteer__postcode", went_to
    ):
        before = earlier[volunteer]
        this_week = len(before) - bisect_left(before, asked_at - WEEK)
        before.append(asked_at)
        if (end := ends.get(pk)) is None or not (home and there):
            continue
        answer, ended_at = end
        minutes = answering_minutes(clock.next_waking(asked_at), ended_at)
        if answer is not None or minutes > 0:
            km = places.distance_between(home, there)
            yield Outcome(how_asked(volunteer, at=asked_at, km=km, asked_this_week=this_week), answer, minutes)


def _ends(since: datetime) -> dict[uuid.UUID, tuple[bool | None, datetime]]:
    """The first end of each offer: a visit that is cancelled later takes no yes back."""
    moves = Move.objects.filter(subject_kind="offer", became__in=ENDS, at__gte=since).order_by("pk")
    found: dict[uuid.UUID, tuple[bool | None, datetime]] = {}
    answers = {str(OfferStatus.ACCEPTED): True, str(OfferStatus.DECLINED): False}
    for subject, became, at in moves.values_list("subject_id", "became", "at"):
        found.setdefault(subject, (answers.get(became), at))
    return found
