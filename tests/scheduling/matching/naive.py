"""The judge: the same ranking one volunteer at a time, with Python's own dates, straight from the database. Slow, and plain."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from digibel import clock, places
from digibel.organisations.duty import Roster
from digibel.places import travel
from digibel.requests.models import HelpRequest, Series
from digibel.scheduling.matching.models import CRITERIA, MatchChoice, MatchWeights
from digibel.scheduling.matching.wanted import Wanted, wanted
from digibel.scheduling.models import (
    LIVE_OFFERS,
    STANDING_VISITS,
    Offer,
    OfferStatus,
    Preference,
    Seat,
    Visit,
    VisitStatus,
)
from digibel.volunteers import readiness
from digibel.volunteers.models import Readiness, Volunteer

QUARTER = timedelta(minutes=15)
WEEK = timedelta(days=7)


@dataclass
class Person:
    volunteer: Volunteer
    readiness: list[Readiness] = field(default_factory=list)
    hours: list[tuple[int, time, time]] = field(default_factory=list)
    absences: list[tuple[date, date]] = field(default_factory=list)
    extra: list[tuple[datetime, datetime]] = field(default_factory=list)
    busy: list[tuple[datetime, datetime]] = field(default_factory=list)
    visit_starts: list[datetime] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    elsewhere: bool = False
    this_offer: str = ""
    came: bool = False
    again: bool | None = None


@dataclass
class Naive:
    """`candidates`: id, moments, minutes, codes of the reasons, in order. `skipped`: codes of all reasons by id."""

    candidates: list[tuple[Any, tuple[datetime, ...], int, tuple[str, ...]]]
    skipped: dict[Any, tuple[str, ...]]


def rank(request: HelpRequest, now: datetime) -> Naive:
    asked = wanted(request, now)
    roster = Roster.of(request.organisation)
    interpreter = MatchChoice.objects.filter(request=request, interpreter=True).exists()
    weights = MatchWeights.objects.filter(organisation=request.organisation).values(*CRITERIA).first() or CRITERIA
    can, skipped = [], {}
    for person in people(request):
        against = tuple(reasons_against(person, asked, interpreter, now))
        moments: tuple[datetime, ...] = ()
        if not against:
            moments, why_not = find_moments(person, asked, request, roster)
            against = () if moments else (why_not,)
        if against:
            skipped[person.volunteer.pk] = against
        else:
            can.append((place_of(person, asked, moments, weights, now), person, moments))
    can.sort(key=lambda one: one[0])
    return Naive(
        [
            (
                person.volunteer.pk,
                moments,
                minutes_to(person.volunteer, asked),
                tuple(reasons_for(person, asked, moments, interpreter, now)),
            )
            for _, person, moments in can
        ],
        skipped,
    )


def people(request: HelpRequest) -> Iterator[Person]:
    series = Series.objects.filter(request=request).first()
    told = [request.asked_since, series.asked_since if series is not None else None]
    since = max(filter(None, told), default=None)
    for volunteer in Volunteer.objects.filter(left_at=None).select_related("recipient"):
        visits = list(Visit.objects.filter(volunteer=volunteer))
        offers = list(Offer.objects.filter(volunteer=volunteer).order_by("created_at"))
        standing = [visit for visit in visits if visit.status in STANDING_VISITS]
        seats = list(Seat.objects.filter(volunteer=volunteer, status="taken").select_related("session"))
        preference = Preference.objects.filter(client=request.client_id, volunteer=volunteer).first()
        here = [
            one.status
            for one in offers
            if one.request_id == request.pk
            and one.status != OfferStatus.WITHDRAWN
            and (since is None or one.created_at >= since)
        ]
        yield Person(
            volunteer,
            readiness=list(volunteer.readiness.filter(organisation=request.organisation)),
            hours=[
                (one.weekday, one.start, one.end)
                for one in volunteer.hours.all()
                if not volunteer.weekdays_off.filter(weekday=one.weekday).exists()
            ],
            absences=list(volunteer.absences.values_list("first_day", "last_day")),
            extra=[(clock.at(one.day, one.start), clock.at(one.day, one.end)) for one in volunteer.extra_hours.all()],
            busy=[
                *((one.busy_from, one.busy_until) for one in (*standing, *seats)),
                *volunteer.busy_times.values_list("starts_at", "ends_at"),
            ],
            visit_starts=[visit.starts_at for visit in standing] + [seat.session.starts_at for seat in seats],
            asked=[one.created_at for one in offers],
            elsewhere=any(one.status in LIVE_OFFERS and one.request_id != request.pk for one in offers),
            this_offer=here[-1] if here else "",
            came=any(one.status == VisitStatus.DONE and one.client_id == request.client_id for one in visits),
            again=preference.again if preference else None,
        )


def minutes_to(volunteer: Volunteer, asked: Wanted) -> int:
    return travel.fastest(volunteer.postcode, asked.postcode, volunteer.modes)


def reasons_against(person: Person, asked: Wanted, interpreter: bool, now: datetime) -> Iterator[str]:
    volunteer = person.volunteer
    if not travel.reaches(volunteer, asked.postcode):
        yield "too_far" if volunteer.reach_minutes is None else "too_long"
    if volunteer.paused_at:
        yield "paused"
    if volunteer.recipient.stopped_at:
        yield "stopped"
    if volunteer.recipient.number_is_wrong:
        yield "wrong_number"
    if all(readiness.missing_on(person.readiness, day) for day in asked.days):
        yield "not_ready"
    if asked.wish and volunteer.gender != asked.wish:
        yield "not_the_wish"
    if person.again is False:
        yield "not_again"
    shared = [code for code in asked.speaks if code in volunteer.speaks]
    if not interpreter and not shared:
        yield "no_language"
    elif not interpreter and all(volunteer.language_levels.get(code) == "basic" for code in shared):
        yield "little_language"
    if any(not need.intersection(volunteer.skills) for need in asked.needs):
        yield "no_skill"
    if asked.stairs and not volunteer.stairs_ok:
        yield "stairs"
    if asked.dog and not volunteer.dog_ok:
        yield "dog"
    if asked.smoke and not volunteer.smoke_ok:
        yield "smoke"
    if person.this_offer in LIVE_OFFERS:
        yield "asked"
    if person.this_offer == OfferStatus.DECLINED:
        yield "declined"
    if person.this_offer == OfferStatus.EXPIRED:
        yield "silent"
    if len([at for at in person.asked if at >= now - WEEK]) >= volunteer.offers_limit:
        yield "too_many_offers"


def find_moments(
    person: Person, asked: Wanted, request: HelpRequest, roster: Roster
) -> tuple[tuple[datetime, ...], str]:
    """The first beginning in each window, three at most; or how far somebody got in all of them together."""
    others = Visit.objects.filter(client=request.client, status__in=STANDING_VISITS).exclude(request=request)
    clients = [(visit.starts_at, visit.ends_at) for visit in others]
    moments, farthest = [], 0
    for window in asked.windows:
        first = None
        for start in beginnings(window, asked):
            stage = how_far(person, asked, start, clients, roster)
            farthest = max(farthest, stage)
            if stage == 5 and first is None:
                first = start
        if first and len(moments) < 3:
            moments.append(first)
    return tuple(moments), ("no_moment", "absent", "no_moment", "over_limit", "nobody_on_duty", "")[farthest]


def beginnings(window: tuple[datetime, datetime], asked: Wanted) -> Iterator[datetime]:
    start = max(window[0], asked.earliest)
    start = datetime.fromtimestamp(-(-int(start.timestamp()) // 900) * 900, start.tzinfo)
    if start < max(window[0], asked.earliest):
        start += QUARTER
    while start + asked.length <= window[1]:
        yield start
        start += QUARTER


def how_far(
    person: Person, asked: Wanted, start: datetime, clients: list[tuple[datetime, datetime]], roster: Roster
) -> int:
    """How many of the conditions of time hold, in their order, at this beginning."""
    end = start + asked.length
    quarters = [start + QUARTER * number for number in range(max(1, -(-asked.length // QUARTER)))]
    if not all(at_home(person, quarter) for quarter in quarters):
        return 0
    if any(first <= clock.local(quarter).date() <= last for quarter in quarters for first, last in person.absences):
        return 1
    way = timedelta(minutes=travel.planned(minutes_to(person.volunteer, asked)))
    busy = any(before < end + way and start - way < after for before, after in person.busy)
    if busy or any(before < end and start < after for before, after in clients):
        return 2
    if readiness.missing_on(person.readiness, clock.local(start).date()):
        return 2
    if visits_in_week(person, start) >= person.volunteer.weekly_limit:
        return 3
    return 5 if roster.covers(start, end) else 4


def at_home(person: Person, quarter: datetime) -> bool:
    """Whole quarters of the local day: from ten past nine is from a quarter past. Or free that day beside the week."""
    if any(start <= quarter and quarter + QUARTER <= end for start, end in person.extra):
        return True
    there = clock.local(quarter)
    minute = there.hour * 60 + there.minute
    return any(
        weekday == there.weekday()
        and opens.hour * 60 + opens.minute <= minute
        and minute + 15 <= closes.hour * 60 + closes.minute
        for weekday, opens, closes in person.hours
    )


def visits_in_week(person: Person, start: datetime) -> int:
    week = clock.local(start).isocalendar()[:2]
    return sum(clock.local(other).isocalendar()[:2] == week for other in person.visit_starts)


def place_of(
    person: Person, asked: Wanted, moments: tuple[datetime, ...], weights: Any, now: datetime
) -> tuple[Any, ...]:
    volunteer = person.volunteer
    minutes = minutes_to(volunteer, asked)
    points = {
        "continuity": 100 if person.again else 75 if person.came else 0,
        "near": max(0, 100 - minutes),
        "language": max([0, *language_points(volunteer, asked)]),
        "skill": 100 if not asked.device or asked.device in volunteer.skills else 0,
        "fairness": fairness(person, now),
        "load": max(0, 100 - 25 * visits_in_week(person, moments[0])),
        "choice": 50 * (len(moments) - 1),
    }
    total = sum(weights[name] * value for name, value in points.items())
    km = places.distance_between(volunteer.postcode, asked.postcode)
    return person.elsewhere, -total, minutes, km, str(volunteer.pk)


def language_points(volunteer: Volunteer, asked: Wanted) -> Iterator[int]:
    for place, code in enumerate(asked.speaks):
        if code in volunteer.speaks:
            level = volunteer.language_levels.get(code, "good")
            yield {"native": (100, 50), "good": (70, 35), "basic": (30, 15)}[level][place > 0]


def fairness(person: Person, now: datetime) -> int:
    if not person.asked:
        return 100
    return min(28, max(0, (now - person.asked[-1]).days)) * 99 // 28


def reasons_for(
    person: Person, asked: Wanted, moments: tuple[datetime, ...], interpreter: bool, now: datetime
) -> Iterator[str]:
    volunteer = person.volunteer
    if person.came:
        yield "came_before"
    levels = {volunteer.language_levels.get(code, "good") for code in asked.speaks if code in volunteer.speaks}
    if "native" in levels:
        yield "native"
    if "good" in levels:
        yield "speaks"
    if not levels & {"native", "good"} and interpreter:
        if "basic" in levels:
            yield "little_language"
        yield "interpreter"
    if asked.device and asked.device in volunteer.skills:
        yield "skilled"
    yield "near"
    yield "free"
    if not person.asked:
        yield "never_asked"
    elif (now - person.asked[-1]).days > 0:
        yield "rested"
    if visits_in_week(person, moments[0]):
        yield "visits_this_week"
    if person.elsewhere:
        yield "has_open_offer"
