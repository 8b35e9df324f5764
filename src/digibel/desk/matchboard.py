"""Who can go, as a table with a column for each moment; who was asked; and who cannot, with the reason in words."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from digibel import clock, places
from digibel.desk import offertexts, offerwords, words
from digibel.desk.offertexts import OfferText
from digibel.guardrails.judgement import VolunteerTask
from digibel.places import travel
from digibel.requests.models import HelpRequest, TwoGo
from digibel.scheduling import offers
from digibel.scheduling.asking.proposing import propose, shortlist
from digibel.scheduling.matching.ranking import Candidate, Ranking, Skipped
from digibel.scheduling.matching.reasons import several
from digibel.scheduling.matching.suggestions import Suggestion, why_nobody
from digibel.scheduling.models import LIVE_OFFERS, Offer, OfferStatus, Visit, VisitStatus
from digibel.volunteers.models import Volunteer

MOST_COLUMNS = 4
MOST_SHOWN = 12
MOST_SKIPPED = 30
# Who has been asked already stands in the list of offers, not among those who cannot go.
ASKED = frozenset({"asked", "declined", "silent"})


@dataclass(frozen=True)
class Shown:
    """The part of a ranking that is looked at: some candidates of all who `can`, some skipped of all who `cannot`. `next` are
    those who would be asked by themselves now; who has another offer open is not, and can be chosen by hand."""

    candidates: list[Candidate] = field(default_factory=list)
    next: list[Candidate] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    can: int = 0
    cannot: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    suggestions: list[Suggestion] = field(default_factory=list)

    @property
    def people(self) -> list[Volunteer]:
        people = [one.volunteer for one in (*self.candidates, *self.next)]
        return [*people, *(one.volunteer for one in self.skipped)]


@dataclass(frozen=True)
class Column:
    start: datetime
    end: datetime

    @property
    def day(self) -> str:
        return date_format(clock.local(self.start), "D j b")

    @property
    def hours(self) -> str:
        return f"{clock.local(self.start):%H:%M}–{clock.local(self.end):%H:%M}"


@dataclass(frozen=True)
class Seat:
    """One candidate as a row: `starts` has a moment or None for each column, `more` the moments that have no column. `visits`: how
    many they have made, where somebody with experience is to go along."""

    rank: int
    candidate: Candidate
    name: str
    place: str
    reasons: str
    starts: list[datetime | None]
    more: list[datetime]
    text: OfferText
    next: bool
    visits: int | None = None


@dataclass(frozen=True)
class Board:
    columns: list[Column]
    seats: list[Seat]
    can: int
    more_seats: int
    cannot: int
    more_skipped: int
    next_texts: int
    next_names: list[str]
    why_nobody: list[tuple[str, int]]
    suggestions: list[str]
    skipped: list[dict[str, str]]
    people: list[tuple[int, str]] = field(default_factory=list)


def shown(request: HelpRequest, ranking: Ranking | None) -> Shown:
    """Whom the page names of a ranking. Who was asked stands in the list of offers, not among those who cannot go."""
    if ranking is None:
        return Shown()
    counts = {code: count for code, count in ranking.counts.items() if code not in ASKED}
    return Shown(
        candidates=ranking.best(MOST_SHOWN),
        next=_next(request, ranking),
        skipped=ranking.nearly(MOST_SKIPPED, but=ASKED),
        can=len(ranking),
        cannot=sum(counts.values()),
        counts=counts,
        suggestions=why_nobody(ranking),
    )


def _next(request: HelpRequest, ranking: Ranking) -> list[Candidate]:
    looked_at = offers.before_it_closes(request, ranking.at(shortlist(request, ranking)))
    return propose(request, looked_at, at_least=1).candidates


def board(request: HelpRequest, shown: Shown, tasks: Sequence[VolunteerTask]) -> Board:
    """Everything the match page tells of a ranking. The keys of the people in it must have been read."""
    columns = _columns(request, shown.candidates)
    in_wave = {one.volunteer.pk for one in shown.next}
    made = _visits_made(shown.candidates) if request.two_go == TwoGo.COMPANION else None
    seats = [
        _seat(request, rank, candidate, columns, tasks, candidate.volunteer.pk in in_wave, made)
        for rank, candidate in enumerate(shown.candidates, start=1)
    ]
    return Board(
        columns=columns,
        seats=seats,
        can=shown.can,
        more_seats=shown.can - len(seats),
        cannot=shown.cannot,
        more_skipped=shown.cannot - len(shown.skipped),
        next_texts=sum(offertexts.of(request, one, tasks).segments for one in shown.next),
        next_names=[one.volunteer.first_name for one in shown.next],
        why_nobody=[(several(code), count) for code, count in shown.counts.items()],
        suggestions=[one.sentence for one in shown.suggestions],
        skipped=[
            {
                "name": called(one.volunteer),
                "place": words.place_name(one.volunteer.postcode),
                "reason": "; ".join(reason.sentence for reason in one.reasons),
            }
            for one in shown.skipped
        ],
        people=[(seat.rank, seat.candidate.volunteer.postcode) for seat in seats],
    )


def _visits_made(candidates: Sequence[Candidate]) -> dict[uuid.UUID, int]:
    done = Visit.objects.filter(volunteer__in=[one.volunteer.pk for one in candidates], status=VisitStatus.DONE)
    return dict(done.order_by().values_list("volunteer").annotate(count=Count("pk")))


def called(volunteer: Volunteer) -> str:
    """As the desk names a volunteer: first name and one letter."""
    return f"{volunteer.first_name} {volunteer.family_name[:1]}".strip()


def _columns(request: HelpRequest, candidates: Sequence[Candidate]) -> list[Column]:
    """The client's moments, at most four: first those at which most people can; in order of time."""
    told = [Column(one.starts_at, one.ends_at) for one in request.windows.all() if not one.away]
    if request.always_home:
        told = _days_of(candidates)
    can = Counter(column for column in told for one in candidates for start in one.moments if _holds(column, start))
    best = sorted(told, key=lambda column: (-can[column], column.start))[:MOST_COLUMNS]
    return sorted(best, key=lambda column: column.start)


def _days_of(candidates: Sequence[Candidate]) -> list[Column]:
    """For somebody who is always at home: each day on which somebody can, from the first to the last beginning."""
    by_day: dict[Any, list[datetime]] = {}
    for one in candidates:
        for start in one.moments:
            by_day.setdefault(clock.local(start).date(), []).append(start)
    return [Column(min(starts), max(starts)) for starts in by_day.values()]


def _holds(column: Column, start: datetime) -> bool:
    return column.start <= start <= column.end


def _seat(
    request: HelpRequest,
    rank: int,
    candidate: Candidate,
    columns: Sequence[Column],
    tasks: Sequence[VolunteerTask],
    is_next: bool,
    made: dict[uuid.UUID, int] | None,
) -> Seat:
    starts = [next((start for start in candidate.moments if _holds(column, start)), None) for column in columns]
    way = _("%(minutes)d minutes away") % {"minutes": candidate.minutes} if candidate.km >= 1 else _("close by")
    return Seat(
        rank=rank,
        candidate=candidate,
        name=called(candidate.volunteer),
        place=f"{words.place_name(candidate.volunteer.postcode)}, {way}",
        reasons="; ".join(reason.sentence for reason in candidate.reasons if reason.code != "near"),
        starts=starts,
        more=[start for start in candidate.moments if start not in starts],
        text=offertexts.of(request, candidate, tasks),
        next=is_next,
        visits=made.get(candidate.volunteer.pk, 0) if made is not None else None,
    )


def within_reach(volunteer: Volunteer) -> list[str]:
    """The postcodes of Brussels that this volunteer reaches."""
    return [place.postcode for place in places.brussels() if travel.reaches(volunteer, place.postcode)]


@dataclass(frozen=True)
class Asked:
    """One offer as a line: whom, in which wave, and what they said."""

    name: str
    wave: int
    bell: str
    state: words.Words
    at: datetime
    until: datetime | None
    moments: list[datetime]
    why: str = ""


def asked(offers: Sequence[Offer]) -> list[Asked]:
    """All offers of a request, the newest first."""
    return [_asked(offer) for offer in sorted(offers, key=lambda one: one.created_at, reverse=True)]


def _asked(offer: Offer) -> Asked:
    bell, state = words.OFFERS[offer.status]
    live = offer.status in LIVE_OFFERS
    return Asked(
        name=called(offer.volunteer),
        wave=offer.wave,
        bell=bell,
        state=state,
        at=offer.answered_at or offer.created_at,
        until=offer.expires_at if live else None,
        moments=[offer.window(number + 1)[0] for number in range(len(offer.windows))]
        if offer.status != OfferStatus.WITHDRAWN
        else [],
        why=offerwords.why(offer),
    )
