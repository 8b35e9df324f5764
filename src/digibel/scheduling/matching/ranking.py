"""Who can go, best first, each with reasons; and who cannot, each with the reason why not.

`weighing` decides over the whole pool at once; here single volunteers get words. No score is stored and none is shown.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from digibel import clock
from digibel.guardrails import catalogue
from digibel.languages import name_of
from digibel.places import travel
from digibel.requests.models import HelpRequest
from digibel.scheduling.matching import pool as columns
from digibel.scheduling.matching import snapshot, weighing
from digibel.scheduling.matching.house import Weights
from digibel.scheduling.matching.moments import DAY_LONG, Numbers, micros, moment
from digibel.scheduling.matching.pool import LANGUAGE_BIT, SKILL_BIT, Pool, ways_to
from digibel.scheduling.matching.reasons import REQUIREMENTS, Named, Reason, because
from digibel.scheduling.matching.wanted import wanted
from digibel.scheduling.matching.weighing import AGAINST, BIT, NO_MOMENT, Question, Weighed
from digibel.volunteers.models import Volunteer


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be asked: `moments` are possible beginnings of the visit, `km` the distance as the crow flies, `minutes`
    the way there by the fastest of their ways of travelling."""

    volunteer: Volunteer
    km: float
    minutes: int
    moments: tuple[datetime, ...]
    reasons: tuple[Reason, ...]
    has_open_offer: bool = False


@dataclass(frozen=True)
class Skipped:
    volunteer: Volunteer
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Ranking:
    """The order of one request. People are read from the database when somebody looks at them."""

    pool: Pool
    question: Question
    weighed: Weighed
    _people: dict[uuid.UUID, Volunteer] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many can go."""
        return len(self.weighed.order.rows)

    @property
    def skipped_count(self) -> int:
        return len(self.pool) - len(self)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many are skipped for each first reason, the commonest first."""
        return self.weighed.counts()

    def best(self, most: int | None = None) -> list[Candidate]:
        return self.at(np.arange(len(self))[:most])

    def at(self, places: Numbers) -> list[Candidate]:
        """Who stands at these places of the order, from nought."""
        rows = self.weighed.order.rows[places]
        people = self._read(rows)
        found = zip(places.tolist(), rows.tolist(), strict=True)
        return [self._candidate(place, people[row]) for place, row in found if row in people]

    def ids(self, places: Numbers | None = None) -> Iterator[uuid.UUID]:
        """Of those who can go, the best first; or of those at these places of the order."""
        rows = self.weighed.order.rows
        return (self.pool.id_of(row) for row in (rows if places is None else rows[places]))

    def asked_since(self, when: datetime) -> Numbers:
        """How many offers each of those who can go had since then, the newest few counted."""
        asked: Numbers = (self.pool.asked[self.weighed.order.rows] >= micros(when)).sum(axis=1)
        return asked

    def with_weights(self, weights: Weights) -> "Ranking":
        """The same people in the order that these weights give."""
        question = replace(self.question, house=replace(self.question.house, weights=weights))
        return Ranking(self.pool, question, weighing.weigh(self.pool, question), self._people)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        return tuple(self.best())

    @cached_property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(self.nearly())

    def nearly(self, most: int | None = None, *, but: Iterable[str] = ()) -> list[Skipped]:
        """Those who cannot go, fewest reasons first, then the nearest; without those for whom one of `but` is a reason."""
        whole = self.whole
        leave = sum(BIT[code] for code in but)
        rows, against = whole.rows[(whole.against & leave) == 0], whole.against[(whole.against & leave) == 0]
        table = ways_to(self.question.wanted.postcode)
        minutes = table.minutes[self.pool.place[rows], self.pool.modes[rows]]
        order = np.lexsort((self.pool.rank[rows], minutes, np.bitwise_count(against)))[:most]
        people = self._read(rows[order])
        return [
            Skipped(people[row], self._why_not(row, bits))
            for row, bits in zip(rows[order].tolist(), against[order].tolist(), strict=True)
            if row in people
        ]

    def candidate(self, volunteer_id: uuid.UUID) -> Candidate | None:
        row = self.pool.find([volunteer_id]).get(volunteer_id)
        places = np.flatnonzero(self.weighed.order.rows == row)
        if row is None or not len(places):
            return None
        return self._candidate(int(places[0]), self._read(np.array([row]))[row])

    def why_not(self, volunteer_id: uuid.UUID) -> tuple[Reason, ...]:
        """All reasons against this volunteer; none where they can go, or are not in the pool."""
        row = self.pool.find([volunteer_id]).get(volunteer_id)
        if row is None:
            return ()
        one = weighing.weigh_rows(self.pool, np.array([row]), self.question)
        return self._why_not(row, int(one.against[0])) if len(one.against) else ()

    def reason_against(self, volunteer_id: uuid.UUID) -> str:
        reasons = self.why_not(volunteer_id)
        return reasons[0].sentence if reasons else ""

    @cached_property
    def whole(self) -> Weighed:
        """Those beyond their own reach too, each with all reasons."""
        return weighing.weigh_rows(self.pool, np.arange(len(self.pool)), self.question)

    def _read(self, rows: Numbers) -> dict[int, Volunteer]:
        ids = {row: self.pool.id_of(row) for row in rows.tolist()}
        unknown = [one for one in ids.values() if one not in self._people]
        if unknown:
            self._people.update(Volunteer.objects.select_related("recipient").in_bulk(unknown))
        return {row: self._people[one] for row, one in ids.items() if one in self._people}

    # Words.

    def _candidate(self, place: int, volunteer: Volunteer) -> Candidate:
        order = self.weighed.order
        row = int(order.rows[place])
        km = float(ways_to(self.question.wanted.postcode).km[self.pool.place[row]])
        moments = tuple(moment(one) for one in order.moments[place].tolist() if one != NO_MOMENT)
        elsewhere = bool(order.elsewhere[place])
        reasons = tuple(self.in_favour(place))
        return Candidate(volunteer, km, int(order.minutes[place]), moments, reasons, elsewhere)

    def in_favour(self, place: int) -> Iterator[Reason]:
        """Why the candidate at this place of the order stands there."""
        pool, order, question = self.pool, self.weighed.order, self.question
        row = int(order.rows[place])
        if pool.id_of(row) in question.ties.came:
            yield because("came_before")
        yield from self._of_languages(row)
        if pool.skills[row] & SKILL_BIT.get(question.wanted.device, 0):
            yield because("skilled", skills=_skill_names([question.wanted.device]))
        yield because("near", minutes=int(order.minutes[place]))
        yield because("free", count=int((order.moments[place] != NO_MOMENT).sum()))
        last = int(pool.asked[row, 0])
        if last == columns.NEVER:
            yield because("never_asked")
        elif (days := (micros(question.now) - last) // DAY_LONG) > 0:
            yield because("rested", days=days)
        if count := int(order.visits[place]):
            yield because("visits_this_week", count=count)
        if order.elsewhere[place]:
            yield because("has_open_offer")

    def _of_languages(self, row: int) -> Iterator[Reason]:
        speaks = self.question.wanted.speaks
        native = _spoken(speaks, int(self.pool.native[row]))
        well = _spoken(speaks, int(self.pool.well[row]))
        little = _spoken(speaks, int(self.pool.little[row]))
        if native:
            yield because("native", languages=_language_names(native))
        if well:
            yield because("speaks", languages=_language_names(well))
        if self.question.ties.interpreter and not (native or well):
            if little:
                yield because("little_language", languages=_language_names(little))
            yield because("interpreter")

    def _why_not(self, row: int, bits: int) -> tuple[Reason, ...]:
        return tuple(self._reason(code, row) for code in AGAINST if bits & BIT[code])

    def _reason(self, code: str, row: int) -> Reason:
        pool, asked = self.pool, self.question.wanted
        if code == "too_far":
            return self._too_far(row)
        if code == "not_ready":
            return because(code, missing=[REQUIREMENTS[one] for one in self._missing(row)])
        if code == "no_language":
            return because(code, languages=_language_names(asked.speaks))
        if code == "little_language":
            return because(code, languages=_language_names(_spoken(asked.speaks, int(pool.little[row]))))
        if code == "no_skill":
            lacking = [need for need in asked.needs if not columns.bits(need, SKILL_BIT) & int(pool.skills[row])]
            return because(code, skills=_skill_names(sorted(need)[0] for need in lacking))
        if code == "too_many_offers":
            return because(code, count=int(pool.offers_limit[row]))
        return because(code)

    def _too_far(self, row: int) -> Reason:
        pool, table = self.pool, ways_to(self.question.wanted.postcode)
        reach = int(pool.reach[row])
        if pool.by_minutes[row]:
            minutes = int(table.minutes[pool.place[row], pool.modes[row]])
            return because("too_long", minutes=minutes, reach=reach)
        return because("too_far", km=float(table.km[pool.place[row]]), reach=reach)

    def _missing(self, row: int) -> list[str]:
        """On the first of the days."""
        day = self.question.wanted.days[0].toordinal()
        days = self.pool.ready.get(self.question.wanted.organisation_id)
        if days is None:
            return list(columns.REQUIREMENTS)
        met = (days[row, :, 0] <= day) & (day <= days[row, :, 1])
        return [requirement for requirement, is_met in zip(columns.REQUIREMENTS, met, strict=True) if not is_met]


def rank(request: HelpRequest, *, now: datetime | None = None) -> Ranking:
    """Rank the whole pool for this request. One query beside the request's own rows, where nothing changed; writes nothing."""
    when = now or clock.now()
    asked = wanted(request, when)
    pool, house, ties = snapshot.look(asked)
    return rank_pool(pool, Question(asked, ties, house, when))


def rank_anew(request: HelpRequest, volunteers: Sequence[uuid.UUID]) -> Ranking:
    """Rank only these, by what the database says now and nothing remembered: before anybody is asked, under lock."""
    when = clock.now()
    asked = wanted(request, when)
    pool, house, ties = snapshot.look_anew(asked, list(volunteers))
    return rank_pool(pool, Question(asked, ties, house, when))


def rank_pool(pool: Pool, question: Question) -> Ranking:
    return Ranking(pool, question, weighing.weigh(pool, question))


def travel_time(volunteer: Volunteer, request: HelpRequest) -> timedelta:
    """The way there as it is planned, in whole five minutes."""
    return way_to(volunteer, request.postcode)


def way_to(volunteer: Volunteer, postcode: str) -> timedelta:
    minutes = travel.fastest(volunteer.postcode, postcode, volunteer.modes)
    return timedelta(minutes=travel.planned(minutes))


def _spoken(codes: Iterable[str], bits: int) -> list[str]:
    return [code for code in codes if LANGUAGE_BIT.get(code, 0) & bits]


def _language_names(codes: Iterable[str]) -> list[Named]:
    return [Named(code, name_of) for code in codes]


def _skill_names(codes: Iterable[str]) -> list[Named]:
    return [
        Named(code, lambda code, language: catalogue.in_language(catalogue.SKILLS[code], language)) for code in codes
    ]
