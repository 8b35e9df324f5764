"""Who can go, best first, each with reasons; and who cannot, each with the reason why not.

Hard rules first (the law, the client's wishes, the volunteer's limits), then an order that people would defend: whoever
came before and is welcome, then near, rested and little asked. No score is stored and none is shown.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digibel import clock, places
from digibel.guardrails import catalogue
from digibel.languages import name_of
from digibel.organisations.duty import Roster
from digibel.requests.models import HelpRequest, Wish
from digibel.scheduling.matching import pool
from digibel.scheduling.matching.moments import starts
from digibel.scheduling.matching.pool import Person, Wanted
from digibel.scheduling.matching.reasons import REQUIREMENTS, Named, Reason, because
from digibel.scheduling.models import LIVE_OFFERS, OfferStatus
from digibel.volunteers import readiness
from digibel.volunteers.models import Volunteer

MOST_OFFERS_A_WEEK = 5
RESTED_AFTER_DAYS = 21


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be asked: `moments` are possible beginnings of the visit, `km` the distance as the crow flies."""

    volunteer: Volunteer
    km: float
    moments: tuple[datetime, ...]
    reasons: tuple[Reason, ...]
    weight: float
    has_open_offer: bool = False


@dataclass(frozen=True)
class Skipped:
    volunteer: Volunteer
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Ranking:
    candidates: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]

    def candidate(self, volunteer_id: object) -> Candidate | None:
        return next((one for one in self.candidates if one.volunteer.pk == volunteer_id), None)

    def reason_against(self, volunteer_id: object) -> str:
        for one in self.skipped:
            if one.volunteer.pk == volunteer_id:
                return one.reasons[0].sentence
        return ""


def rank(request: HelpRequest, *, now: datetime | None = None) -> Ranking:
    """Rank the whole pool for this request. Reads a fixed number of queries, writes nothing."""
    moment = now or clock.now()
    wanted = pool.wanted(request, moment)
    candidates, skipped = [], []
    for person in pool.people(request, moment):
        against = tuple(_against(person, wanted))
        moments = () if against else _moments(person, wanted)
        if not against and not moments:
            against = (because("no_moment"),)
        if against:
            skipped.append(Skipped(person.volunteer, against))
        else:
            candidates.append(_candidate(person, wanted, moments, moment))
    candidates.sort(key=lambda one: (-one.weight, one.km, str(one.volunteer.pk)))
    covered = _only_covered(candidates, wanted)
    skipped += [
        Skipped(one.volunteer, (because("nobody_on_duty"),)) for one in candidates if one.volunteer.pk not in covered
    ]
    return Ranking(
        tuple(covered[one.volunteer.pk] for one in candidates if one.volunteer.pk in covered), tuple(skipped)
    )


def _against(person: Person, wanted: Wanted) -> Iterator[Reason]:
    """Every hard reason against sending this person, the most final first."""
    volunteer = person.volunteer
    if volunteer.paused_at is not None:
        yield because("paused")
    if volunteer.recipient.stopped_at is not None:
        yield because("stopped")
    yield from _against_readiness(person, wanted)
    yield from _against_wishes(person, wanted)
    yield from _against_abilities(volunteer, wanted)
    yield from _against_door(volunteer, wanted)
    yield from _against_asking(person)


def _against_readiness(person: Person, wanted: Wanted) -> Iterator[Reason]:
    days = {clock.local(start).date() for start, _ in wanted.windows} or {clock.local(wanted.earliest).date()}
    missing = readiness.missing_on(person.readiness, min(days))
    if missing:
        yield because("not_ready", missing=[REQUIREMENTS[one] for one in missing])


def _against_wishes(person: Person, wanted: Wanted) -> Iterator[Reason]:
    wish = wanted.request.client.wish
    if wish != Wish.ANYBODY and person.volunteer.gender != wish:
        yield because("not_the_wish")
    if person.again is False:
        yield because("not_again")


def _against_abilities(volunteer: Volunteer, wanted: Wanted) -> Iterator[Reason]:
    if not set(volunteer.speaks).intersection(wanted.speaks):
        yield because("no_language", languages=_language_names(wanted.speaks))
    if missing := pool.skills_missing(wanted.slugs, volunteer.skills):
        yield because("no_skill", skills=_skill_names(missing))
    km = places.distance_between(volunteer.postcode, wanted.request.client.postcode)
    if km > volunteer.reach_km:
        yield because("too_far", km=km, reach=volunteer.reach_km)


def _against_door(volunteer: Volunteer, wanted: Wanted) -> Iterator[Reason]:
    client = wanted.request.client
    if not volunteer.stairs_ok and (client.floor or 0) > 0 and not client.lift:
        yield because("stairs")
    if not volunteer.dog_ok and client.dog:
        yield because("dog")
    if not volunteer.smoke_ok and client.smoke:
        yield because("smoke")


def _against_asking(person: Person) -> Iterator[Reason]:
    if person.this_offer in LIVE_OFFERS:
        yield because("asked")
    if person.this_offer == OfferStatus.DECLINED:
        yield because("declined")
    if person.this_offer == OfferStatus.EXPIRED:
        yield because("silent")
    if person.offers_this_week >= MOST_OFFERS_A_WEEK:
        yield because("too_many_offers")


def _moments(person: Person, wanted: Wanted) -> tuple[datetime, ...]:
    travel = travel_time(person.volunteer, wanted.request)
    possible = starts(
        wanted.windows,
        hours=person.hours,
        absences=person.absences,
        busy=[*person.busy, *wanted.client_busy],
        length=wanted.length,
        travel=travel,
        earliest=wanted.earliest,
    )
    ready = (
        start
        for start in possible
        if not readiness.missing_on(person.readiness, clock.local(start).date())
        and visits_in_week(person.visit_starts, start) < person.volunteer.weekly_limit
    )
    return tuple(ready)


def travel_time(volunteer: Volunteer, request: HelpRequest) -> timedelta:
    km = places.distance_between(volunteer.postcode, request.client.postcode)
    return timedelta(minutes=places.travel_minutes(km))


def visits_in_week(visit_starts: list[datetime], start: datetime) -> int:
    week = clock.local(start).isocalendar()[:2]
    return sum(clock.local(other).isocalendar()[:2] == week for other in visit_starts)


def _only_covered(candidates: list[Candidate], wanted: Wanted) -> dict[uuid.UUID, Candidate]:
    """The candidates at moments when somebody is on duty, by volunteer. Each moment is looked up once."""
    roster = Roster.of(wanted.request.organisation)
    moments = {moment for one in candidates for moment in one.moments}
    covered = {moment for moment in moments if roster.covers(moment, moment + wanted.length)}
    kept = {}
    for one in candidates:
        if left := tuple(moment for moment in one.moments if moment in covered):
            kept[one.volunteer.pk] = replace(one, moments=left)
    return kept


def _candidate(person: Person, wanted: Wanted, moments: tuple[datetime, ...], now: datetime) -> Candidate:
    volunteer = person.volunteer
    km = places.distance_between(volunteer.postcode, wanted.request.client.postcode)
    shared = [code for code in wanted.speaks if code in volunteer.speaks]
    rested = (now - person.last_asked).days if person.last_asked else RESTED_AFTER_DAYS
    weight = (
        (4.0 if person.came_before and person.again is not False else 0.0)
        + (1.0 if shared[0] == wanted.speaks[0] else 0.0)
        - km / max(1, volunteer.reach_km)
        + min(rested, RESTED_AFTER_DAYS) / RESTED_AFTER_DAYS
        + 0.25 * len(moments)
        - 0.5 * visits_in_week(person.visit_starts, moments[0])
        - (3.0 if person.live_elsewhere else 0.0)
    )
    reasons = tuple(_in_favour(person, wanted, shared, moments, km, now))
    return Candidate(volunteer, km, moments, reasons, weight, person.live_elsewhere)


def _in_favour(
    person: Person, wanted: Wanted, shared: list[str], moments: tuple[datetime, ...], km: float, now: datetime
) -> Iterator[Reason]:
    if person.came_before:
        yield because("came_before")
    yield because("speaks", languages=_language_names(shared))
    yield because("near", km=km)
    yield because("free", count=len(moments))
    if person.last_asked is None:
        yield because("never_asked")
    elif (days := (now - person.last_asked).days) > 0:
        yield because("rested", days=days)
    if count := visits_in_week(person.visit_starts, moments[0]):
        yield because("visits_this_week", count=count)
    if person.live_elsewhere:
        yield because("has_open_offer")


def _language_names(codes: Iterable[str]) -> list[Named]:
    return [Named(code, name_of) for code in codes]


def _skill_names(codes: Iterable[str]) -> list[Named]:
    return [
        Named(code, lambda code, language: catalogue.in_language(catalogue.SKILLS[code], language)) for code in codes
    ]
