"""The API's doors to what is done with a request: log it, rank, offer; and to the visits that came of it."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from django.db import transaction
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, BeforeValidator, Field

from digibel import clock, cursors
from digibel.audit.actors import Actor
from digibel.organisations.models import Organisation
from digibel.organisations.once import IdempotencyKey, KeyUsedOtherwise, once
from digibel.problems import Conflict, Invalid, Problem
from digibel.requests import intake, shapes
from digibel.requests.api import After, ApiRequest, Reference, find, help_requests, salt
from digibel.requests.drafts import read_draft
from digibel.requests.models import HelpRequest
from digibel.requests.shapes import RequestLogged, RequestTold, Told, WindowShown
from digibel.scheduling import offers, openings
from digibel.scheduling.errors import NotForVolunteers
from digibel.scheduling.matching.ranking import Ranking, rank
from digibel.scheduling.matching.reasons import Reason, several
from digibel.scheduling.matching.suggestions import why_nobody
from digibel.scheduling.models import Offer, OfferStatus, Visit, VisitStatus
from digibel.sealing import keys
from digibel.sealing.index import blind_index
from digibel.sealing.reading import unsealed_or_none
from digibel.sentences import sentence
from digibel.volunteers.models import Volunteer

MOST_VOLUNTEERS = 20
MOST_CANDIDATES = MOST_SKIPPED = 200
LONGEST_LOOK = timedelta(days=93)
LOOK_AHEAD = timedelta(days=14)
YEARS = (date(2000, 1, 1), date(2100, 1, 1))

visits = Router(tags=["Visits"])


class UnknownVolunteer(Problem):
    code = "unknown_volunteer"
    message = "One of these volunteers is not in the pool. Take them from the candidates."


class LookTooLong(Problem):
    code = "look_too_long"
    message = "Ask for at most {days} days at once, and end after you begin."


# Logging.


@help_requests.post("", response={201: RequestLogged, 200: RequestLogged})
def log_request(
    request: ApiRequest, told: RequestTold, idempotency_key: IdempotencyKey = None
) -> Status[RequestLogged]:
    """Log a request: it is judged, split where part of it is not for volunteers, and put on somebody's list.

    With a key that was used for the same request, the answer is what was logged then (200 instead of 201).
    """
    organisation, fingerprint = request.auth.organisation, _fingerprint(told)
    with transaction.atomic():
        if idempotency_key:
            # Whoever comes with the same key at the same instant waits here, and then sees what the first one wrote.
            Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if earlier := _earlier(organisation, idempotency_key, fingerprint):
            return Status(200, shapes.logged(earlier, shapes.reader()))
        logged: list[HelpRequest] = []

        def log() -> list[str]:
            logged.extend(
                openings.open_request(
                    read_draft(told.as_told()),
                    organisation=organisation,
                    by=Actor.api(request.auth),
                    idempotency_key=idempotency_key,
                    idempotency_print=fingerprint,
                )
            )
            return [str(one.pk) for one in logged]

        # Beside the request, so that the key is known at every other address too.
        if once(organisation, "log_request", idempotency_key, told, log).again:
            raise KeyUsedOtherwise
    return Status(201, shapes.logged(logged, shapes.reader()))


def _earlier(organisation: Organisation, key: str | None, fingerprint: str) -> list[HelpRequest]:
    """Looked up before the draft is read, because the moments of an earlier request may be past by now."""
    return intake.asked_before(organisation, key, fingerprint) if key else []


def _fingerprint(told: RequestTold) -> str:
    """Tells whether two requests are the same. Keyed: a plain hash of a name and address could be guessed."""
    return blind_index(json.dumps(told.as_told(), sort_keys=True), purpose="idempotency")


# Ranking and offering.


class VolunteerShown(BaseModel):
    """A digihelper. The name is empty once they were erased."""

    id: UUID
    first_name: str


class ReasonShown(BaseModel):
    code: str
    sentence: str


class CandidateShown(BaseModel):
    """Somebody who can be asked, at these possible beginnings of the visit."""

    volunteer: VolunteerShown
    km: float = Field(description="As the crow flies.")
    minutes: int = Field(description="The way there by the fastest of their ways of travelling, estimated.")
    moments: list[datetime]
    reasons: list[ReasonShown]


class SkippedShown(BaseModel):
    volunteer: VolunteerShown
    reasons: list[ReasonShown]


class CountShown(BaseModel):
    """How many have this as their first reason, or could go after this one change."""

    code: str
    sentence: str
    count: int


class RankingShown(BaseModel):
    """Best first. `obstacle` says why nobody may be asked now, whoever could go. `skipped` are those who nearly could, at most two
    hundred; `why_not` counts all of them by their first reason; `suggestions` are the smallest changes that would find somebody,
    where nobody can go."""

    obstacle: ReasonShown | None
    candidates: list[CandidateShown]
    skipped: list[SkippedShown]
    why_not: list[CountShown]
    suggestions: list[CountShown]


class OffersTold(Told):
    """Whom to ask. Left out, the next best are asked, and the wave after them follows by itself."""

    volunteers: list[Annotated[UUID, Field(strict=False)]] | None = Field(
        None, min_length=1, max_length=MOST_VOLUNTEERS, description="Ids of candidates."
    )


class OfferShown(BaseModel):
    id: UUID
    volunteer: VolunteerShown
    wave: int
    status: OfferStatus
    windows: list[WindowShown]
    expires_at: datetime


class OffersMade(BaseModel):
    offers: list[OfferShown]


@help_requests.get("/{reference}/candidates", response=RankingShown)
def rank_candidates(request: ApiRequest, reference: Reference) -> RankingShown:
    """Who can go, best first, each with reasons; and who cannot, each with the reason why not.

    What no volunteer may do has no candidates: the obstacle says so.
    """
    found = find(request, reference)
    try:
        offers.check_may_be_offered(found)
    except NotForVolunteers as refusal:
        return RankingShown(obstacle=_obstacle(refusal), candidates=[], skipped=[], why_not=[], suggestions=[])
    except Conflict as refusal:
        return _ranking(rank(found), refusal)
    return _ranking(rank(found), None)


@help_requests.post("/{reference}/offers", response={201: OffersMade, 200: OffersMade})
def send_offers(
    request: ApiRequest, reference: Reference, told: OffersTold | None = None, idempotency_key: IdempotencyKey = None
) -> Status[OffersMade]:
    """Ask these volunteers, or without a body the next best. Their texts leave within waking hours.

    With a key that was used for the same, the answer is what was sent then, as it stands now (200 instead of 201).
    """
    found = find(request, reference)
    chosen = None if told is None or told.volunteers is None else _volunteers(told.volunteers)

    def ask() -> list[str]:
        made = offers.send_wave(found, by=Actor.api(request.auth), volunteers=chosen)
        return [str(offer.pk) for offer in made]

    done = once(request.auth.organisation, f"send_offers {found.pk}", idempotency_key, told, ask)
    made = Offer.objects.select_related("volunteer").in_bulk(done.made)
    shown = [made[UUID(one)] for one in done.made]
    return Status(200 if done.again else 201, OffersMade(offers=shown_offers(shown)))


def shown_offers(listed: Sequence[Offer]) -> list[OfferShown]:
    """Wants `volunteer` fetched with them."""
    keys.prefetch([offer.volunteer.key_id for offer in listed])
    return [_offer(offer) for offer in listed]


def _volunteers(ids: list[UUID]) -> list[Volunteer]:
    """In the order they were named, each once."""
    known = Volunteer.objects.select_related("recipient").in_bulk(list(dict.fromkeys(ids)))
    if len(known) < len(set(ids)):
        raise Invalid({"volunteers": [UnknownVolunteer()]})
    return [known[pk] for pk in dict.fromkeys(ids)]


def _ranking(ranking: Ranking, obstacle: Conflict | None) -> RankingShown:
    candidates, skipped = ranking.best(MOST_CANDIDATES), ranking.nearly(MOST_SKIPPED)
    people = [one.volunteer for one in candidates] + [one.volunteer for one in skipped]
    keys.prefetch([volunteer.key_id for volunteer in people])
    return RankingShown(
        obstacle=_obstacle(obstacle),
        candidates=[
            CandidateShown(
                volunteer=_volunteer(one.volunteer),
                km=round(one.km, 1),
                minutes=one.minutes,
                moments=list(one.moments),
                reasons=_reasons(one.reasons),
            )
            for one in candidates
        ],
        skipped=[SkippedShown(volunteer=_volunteer(one.volunteer), reasons=_reasons(one.reasons)) for one in skipped],
        why_not=[CountShown(code=code, sentence=several(code), count=count) for code, count in ranking.counts.items()],
        suggestions=[CountShown(code=one.code, sentence=one.sentence, count=one.count) for one in why_nobody(ranking)],
    )


def _obstacle(obstacle: Conflict | None) -> ReasonShown | None:
    return ReasonShown(code=obstacle.code, sentence=sentence(obstacle)) if obstacle else None


def _reasons(reasons: tuple[Reason, ...]) -> list[ReasonShown]:
    return [ReasonShown(code=reason.code, sentence=reason.sentence) for reason in reasons]


def _volunteer(volunteer: Volunteer) -> VolunteerShown:
    return VolunteerShown(id=volunteer.pk, first_name=unsealed_or_none(volunteer, "first_name") or "")


def _offer(offer: Offer) -> OfferShown:
    windows = [offer.window(choice) for choice in range(1, len(offer.windows) + 1)]
    return OfferShown(
        id=offer.pk,
        volunteer=_volunteer(offer.volunteer),
        wave=offer.wave,
        status=OfferStatus(offer.status),
        windows=[WindowShown(start=start, until=until) for start, until in windows],
        expires_at=offer.expires_at,
    )


# Visits.


class VisitShown(BaseModel):
    """A visit: never who is visited, nor where, nor the codeword."""

    id: UUID
    reference: str
    volunteer: VolunteerShown
    starts_at: datetime
    ends_at: datetime
    status: VisitStatus
    confirmed: bool
    goes_with: UUID | None = Field(None, description="Where two go together: the visit of the first, at the second's.")


class VisitsShown(BaseModel):
    visits: list[VisitShown]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


def _read_day(told: object) -> object:
    """A day as 2026-11-24. Years that nobody means are refused here, before anything is computed with them."""
    if not isinstance(told, str):
        return told
    day = date.fromisoformat(told)
    if not YEARS[0] <= day < YEARS[1]:
        raise ValueError
    return day


Day = Annotated[date | None, BeforeValidator(_read_day)]


@visits.get("", response=VisitsShown)
def list_visits(
    request: ApiRequest,
    first_day: Annotated[Day, Query(None, alias="from", description="Today if it is left out.")] = None,
    last_day: Annotated[Day, Query(None, alias="to", description="Two weeks later if it is left out.")] = None,
    status: Annotated[VisitStatus | None, Query()] = None,
    volunteer: Annotated[UUID | None, Query(description="Only of this volunteer.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="So many at once.")] = 200,
    cursor: After = None,
) -> VisitsShown:
    """Visits of the key's organisation that begin on these days (both included, Brussels time)."""
    first = first_day or clock.today()
    last = last_day or first + LOOK_AHEAD
    if not timedelta(0) <= last - first <= LONGEST_LOOK:
        raise Invalid({"to": [LookTooLong(days=LONGEST_LOOK.days)]})
    begin, end = clock.at(first, time()), clock.at(last + timedelta(days=1), time())
    found = Visit.objects.of(request.auth.organisation).filter(starts_at__gte=begin, starts_at__lt=end)
    if status is not None:
        found = found.filter(status=status)
    if volunteer is not None:
        found = found.filter(volunteer=volunteer)
    listed, following = cursors.page(
        found.select_related("request", "volunteer"),
        by=("starts_at", "id"),
        limit=limit,
        after=cursor,
        salt=salt(request, "visits"),
    )
    keys.prefetch([visit.volunteer.key_id for visit in listed])
    return VisitsShown(visits=[shown_visit(visit) for visit in listed], next_cursor=following)


def shown_visit(visit: Visit) -> VisitShown:
    return VisitShown(
        id=visit.pk,
        reference=visit.request.reference,
        volunteer=_volunteer(visit.volunteer),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        status=VisitStatus(visit.status),
        confirmed=visit.confirmed_at is not None,
        goes_with=visit.goes_with_id,
    )
