"""Desk sessions of the key's organisation: what stands, and who comes. Never a number of a volunteer."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.db.models import Count, Prefetch, Q
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from digibel import clock, cursors
from digibel.api.volunteers import CLOCK_TIME, VolunteerId, clock_time
from digibel.audit.actors import Actor
from digibel.directory.models import HelpPlace
from digibel.languages import SPOKEN
from digibel.organisations.once import IdempotencyKey, once
from digibel.problems import Invalid
from digibel.requests.api import After, ApiRequest, Limit, salt
from digibel.requests.errors import NotOneOf
from digibel.requests.shapes import Told, one_of, text
from digibel.scheduling.api import VolunteerShown
from digibel.scheduling.desksessions import making, signing
from digibel.scheduling.desksessions.models import COMING, MOST_SEATS, DeskSessionQuerySet
from digibel.scheduling.errors import NoPlaceToSit
from digibel.scheduling.models import DeskSession, Seat, SeatStatus
from digibel.sealing import keys
from digibel.sealing.reading import unsealed_or_none
from digibel.volunteers.models import Volunteer

desk_sessions = Router(tags=["Desk sessions"])

DeskSessionId = Annotated[UUID, Path(description="From GET /desk-sessions.")]
LANGUAGES = ("", *SPOKEN)


class SeatShown(BaseModel):
    volunteer: VolunteerShown
    status: SeatStatus


class DeskSessionShown(BaseModel):
    """`coming` are those who have a seat, and then those who wait for one, in their order."""

    id: UUID
    place: str = Field(description="As in GET /places: its slug.")
    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    language: str = Field(description="Which the volunteers have to speak; empty: any.")
    called_off: bool
    coming: list[SeatShown]


class DeskSessionsShown(BaseModel):
    sessions: list[DeskSessionShown]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


@desk_sessions.get("", response=DeskSessionsShown)
def list_desk_sessions(
    request: ApiRequest,
    past: Annotated[bool, Query(description="Those that have ended, too.")] = False,
    limit: Limit = 50,
    cursor: After = None,
) -> DeskSessionsShown:
    """The earliest first. Those that were called off are among them."""
    found = DeskSession.objects.of(request.auth.organisation)
    if not past:
        found = found.filter(ends_at__gt=clock.now())
    listed, following = cursors.page(
        _related(found), by=("starts_at", "id"), limit=limit, after=cursor, salt=salt(request, "desk_sessions")
    )
    return DeskSessionsShown(sessions=_shown(listed), next_cursor=following)


class DeskSessionTold(Told):
    """Once; or with `until` every week until then, but not on public holidays."""

    place: str = text(80, "The slug of a place with a door one can go to.", needed=True)
    day: date = Field(strict=False)
    start: str = Field(
        description="Brussels time, at a whole quarter of an hour.",
        json_schema_extra={"pattern": CLOCK_TIME},
    )
    end: str = Field(json_schema_extra={"pattern": CLOCK_TIME})
    seats: int = Field(ge=1, le=MOST_SEATS, description="How many volunteers can come.")
    language: str = one_of(LANGUAGES, default="", description="Which they have to speak; empty: any.")
    until: date | None = Field(None, strict=False)


@desk_sessions.post("", response={201: DeskSessionsShown, 200: DeskSessionsShown})
def make_desk_sessions(
    request: ApiRequest, told: DeskSessionTold, idempotency_key: IdempotencyKey = None
) -> Status[DeskSessionsShown]:
    """Volunteers who can come are asked by text, from ten days before, some at a time."""
    place = HelpPlace.objects.active().somewhere().filter(slug=told.place.replace("\x00", "")).first()
    if place is None:
        raise Invalid({"place": [NoPlaceToSit()]})
    if told.language not in LANGUAGES:
        raise Invalid({"language": [NotOneOf(choices=", ".join(SPOKEN))]})
    start, end = clock_time(told.start), clock_time(told.end)

    def make() -> list[str]:
        facts = told.model_dump(exclude={"place"}) | {"start": start, "end": end}
        made = making.make(request.auth.organisation, place=place, by=Actor.api(request.auth), **facts)
        return [str(one.pk) for one in made]

    done = once(request.auth.organisation, "make_desk_sessions", idempotency_key, told, make)
    made = _related(DeskSession.objects.filter(pk__in=done.made)).order_by("starts_at", "pk")
    return Status(200 if done.again else 201, DeskSessionsShown(sessions=_shown(list(made)), next_cursor=None))


@desk_sessions.post("/{desk_session_id}/sign-up/{volunteer_id}", response=DeskSessionShown)
def sign_up(
    request: ApiRequest,
    desk_session_id: DeskSessionId,
    volunteer_id: VolunteerId,
    idempotency_key: IdempotencyKey = None,
) -> DeskSessionShown:
    """A seat for this volunteer, or a place on the waiting list where all are taken; they hear which. Said twice it is once."""
    session = _find(request, desk_session_id)
    volunteer = Volunteer.objects.get(pk=volunteer_id, left_at=None)

    def sign() -> list[str]:
        return [str(signing.sign_up(session, volunteer, by=Actor.api(request.auth)).pk)]

    once(request.auth.organisation, f"sign_up {session.pk} {volunteer_id}", idempotency_key, None, sign)
    return _shown([_find(request, desk_session_id)])[0]


@desk_sessions.post("/{desk_session_id}/sign-out/{volunteer_id}", response=DeskSessionShown)
def sign_out(
    request: ApiRequest,
    desk_session_id: DeskSessionId,
    volunteer_id: VolunteerId,
    idempotency_key: IdempotencyKey = None,
) -> DeskSessionShown:
    """This volunteer does not come after all, and hears that it is noted. Who waits moves up. Said twice it is once."""
    session = _find(request, desk_session_id)
    seat = session.signed.get(volunteer=volunteer_id)

    def sign() -> list[str]:
        signing.sign_out(seat, by=Actor.api(request.auth), tell=True)
        return [str(seat.pk)]

    once(request.auth.organisation, f"sign_out {session.pk} {volunteer_id}", idempotency_key, None, sign)
    return _shown([_find(request, desk_session_id)])[0]


def _find(request: ApiRequest, desk_session_id: UUID) -> DeskSession:
    return _related(DeskSession.objects.of(request.auth.organisation)).get(pk=desk_session_id)


def _related(sessions: DeskSessionQuerySet) -> DeskSessionQuerySet:
    coming = Seat.objects.filter(status__in=COMING).select_related("volunteer")
    ordered = Prefetch("signed", coming.order_by("waiting_since", "seat_number", "pk"), to_attr="coming")
    taken = Count("signed", filter=Q(signed__status=SeatStatus.TAKEN))
    return sessions.select_related("place", "organisation").prefetch_related(ordered).annotate(taken=taken)


def _shown(sessions: Sequence[DeskSession]) -> list[DeskSessionShown]:
    keys.prefetch([seat.volunteer.key_id for session in sessions for seat in session.coming])  # type: ignore[attr-defined]
    return [_session(one) for one in sessions]


def _session(session: DeskSession) -> DeskSessionShown:
    return DeskSessionShown(
        id=session.pk,
        place=session.place.slug,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        seats=session.seats,
        taken=session.taken,  # type: ignore[attr-defined]
        language=session.language,
        called_off=session.called_off_at is not None,
        coming=[_seat(seat) for seat in session.coming],  # type: ignore[attr-defined]
    )


def _seat(seat: Seat) -> SeatShown:
    name = unsealed_or_none(seat.volunteer, "first_name") or ""
    return SeatShown(volunteer=VolunteerShown(id=seat.volunteer_id, first_name=name), status=SeatStatus(seat.status))
