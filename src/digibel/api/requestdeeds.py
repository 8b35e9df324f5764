"""What can be done with a request beside logging it: other moments, its end, its offers, its slip, its texts."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from ninja import Path, Query
from ninja.responses import Status
from pydantic import BaseModel, Field

from digibel import cursors, etags
from digibel.api.places import PlaceShown, shown_place
from digibel.audit.actors import Actor
from digibel.directory import finding
from digibel.directory.errors import OneSeatEach
from digibel.directory.models import PlaceSession
from digibel.etags import IfMatch
from digibel.notifications.models import MessageStatus, OutboundMessage, Recipient
from digibel.organisations.once import IdempotencyKey, once
from digibel.problems import Invalid
from digibel.requests import drafts, referrals, shapes
from digibel.requests.api import After, ApiRequest, Limit, Reference, find, salt
from digibel.requests.api import help_requests as help_requests
from digibel.requests.errors import NotOneOf
from digibel.requests.models import Closing, HelpRequest, Referral
from digibel.requests.shapes import MomentsTold, RequestRow, Told, one_of
from digibel.scheduling import offers, openings
from digibel.scheduling.api import OfferShown, shown_offers
from digibel.scheduling.locks import lock_request
from digibel.scheduling.models import Offer, OfferStatus, Visit

CLOSINGS = [Closing.SOLVED, Closing.WITHDRAWN, Closing.NOT_DIGITAL, Closing.UNREACHABLE]


def _row(request: ApiRequest, reference: str) -> RequestRow:
    return shapes.row(find(request, reference))


# Moments, and the end.


@help_requests.put("/{reference}/moments", response=RequestRow)
def update_moments(
    request: ApiRequest, response: HttpResponse, reference: Reference, told: MomentsTold, if_match: IfMatch = None
) -> RequestRow:
    """Other moments suit the client. What was offered for the old ones ends, and the search begins again."""
    found = find(request, reference)
    with transaction.atomic():
        held = lock_request(found.pk)
        etags.check(if_match, shapes.version(held))
        moments = drafts.read_moments(told.as_told())
        openings.change_moments(
            held,
            windows=moments.windows,
            always_home=moments.always_home,
            away=moments.away,
            by=Actor.api(request.auth),
        )
    now = find(request, reference)
    response["ETag"] = shapes.version(now)
    return shapes.row(now)


class ClosingTold(Told):
    closed_as: str = one_of(CLOSINGS, description="Why nothing more is wanted.")


@help_requests.post("/{reference}/close", response=RequestRow)
def close_request(
    request: ApiRequest, reference: Reference, told: ClosingTold, idempotency_key: IdempotencyKey = None
) -> RequestRow:
    """Nothing more is wanted: offers and visits end, and everybody concerned hears it."""
    found = find(request, reference)
    if told.closed_as not in CLOSINGS:
        raise Invalid({"closed_as": [NotOneOf(choices=", ".join(CLOSINGS))]})

    def close() -> list[str]:
        openings.close(found, closing=Closing(told.closed_as), by=Actor.api(request.auth))
        return [reference]

    once(request.auth.organisation, f"close_request {found.pk}", idempotency_key, told, close)
    return _row(request, reference)


# Offers.


class OffersShown(BaseModel):
    offers: list[OfferShown]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


@help_requests.get("/{reference}/offers", response=OffersShown)
def list_offers(
    request: ApiRequest,
    reference: Reference,
    status: Annotated[OfferStatus | None, Query()] = None,
    limit: Limit = 50,
    cursor: After = None,
) -> OffersShown:
    """Who was asked for this request, the latest first, and what they said."""
    found = find(request, reference)
    asked = Offer.objects.filter(request=found).select_related("volunteer")
    if status is not None:
        asked = asked.filter(status=status)
    listed, following = cursors.page(
        asked, by=("-created_at", "-id"), limit=limit, after=cursor, salt=salt(request, f"offers:{found.pk}")
    )
    return OffersShown(offers=shown_offers(listed), next_cursor=following)


@help_requests.post("/{reference}/offers/{offer_id}/withdraw", response=OfferShown)
def withdraw_offer(
    request: ApiRequest,
    reference: Reference,
    offer_id: Annotated[UUID, Path()],
    idempotency_key: IdempotencyKey = None,
) -> OfferShown:
    """Ask this volunteer no more; they hear it. Whoever has answered has answered."""
    found = find(request, reference)
    offer = Offer.objects.get(pk=offer_id, request=found)

    def withdraw() -> list[str]:
        offers.take_back(offer, by=Actor.api(request.auth))
        return [str(offer.pk)]

    once(request.auth.organisation, f"withdraw_offer {offer.pk}", idempotency_key, None, withdraw)
    return shown_offers([Offer.objects.select_related("volunteer").get(pk=offer.pk)])[0]


# The slip.


class RouteShown(BaseModel):
    """One way on: what to tell the client, and the nearest places for them."""

    route: str
    say: str
    places: list[PlaceShown]


class SlipShown(BaseModel):
    routes: list[RouteShown]


@help_requests.get("/{reference}/slip", response=SlipShown)
def show_slip(request: ApiRequest, reference: Reference) -> SlipShown:
    """Where this client is helped with what volunteers may not do: what can stand on their slip."""
    advised = referrals.propose(find(request, reference), shapes.reader())
    return SlipShown(
        routes=[
            RouteShown(route=one.route, say=one.text, places=[shown_place(near.place) for near in one.places])
            for one in advised
        ]
    )


class SlipTold(Told):
    """Places, or a route that has no place of its own."""

    places: list[Annotated[UUID, Field(strict=False)]] = Field([], max_length=10, description="Ids, from GET.")
    route: str = Field("", max_length=20)
    sessions: list[Annotated[UUID, Field(strict=False)]] = Field(
        [],
        max_length=10,
        description="A seat in each, from GET /places/{slug}/sessions; its place stands on the slip too.",
    )


class SeatBooked(BaseModel):
    session: UUID
    number: int


class Referred(BaseModel):
    """`referrals` are the lines of the slip. Two weeks later somebody asks whether it helped."""

    referrals: list[UUID]
    seats: list[SeatBooked]
    request: RequestRow


@help_requests.post("/{reference}/slip", response={201: Referred, 200: Referred})
def hand_out_slip(
    request: ApiRequest, reference: Reference, told: SlipTold, idempotency_key: IdempotencyKey = None
) -> Status[Referred]:
    """The client has the slip. A place that does not serve their postcode is left out."""
    found = find(request, reference)
    before = set(found.referrals.values_list("pk", flat=True))

    def refer() -> list[str]:
        _check_route(told.route)
        sessions = _sessions(told.sessions)
        places = [str(one) for one in {**dict.fromkeys(told.places), **sessions}]
        openings.refer(found, by=Actor.api(request.auth), place_ids=places, route=told.route, sessions=sessions)
        return [str(pk) for pk in found.referrals.exclude(pk__in=before).values_list("pk", flat=True)]

    done = once(request.auth.organisation, f"hand_out_slip {found.pk}", idempotency_key, told, refer)
    lines = [UUID(one) for one in done.made]
    shown = Referred(referrals=lines, seats=_seats(lines), request=_row(request, reference))
    return Status(200 if done.again else 201, shown)


def _sessions(wanted: list[UUID]) -> dict[UUID, UUID]:
    """By place the session in which a seat is wanted."""
    found = {one.pk: one.place_id for one in PlaceSession.objects.filter(pk__in=wanted)}
    if found.keys() != set(wanted) or len(set(found.values())) < len(found):
        raise Invalid({"sessions": [OneSeatEach()]})
    return {place: session for session, place in found.items()}


def _seats(lines: list[UUID]) -> list[SeatBooked]:
    booked = Referral.objects.filter(pk__in=lines, seat_number__isnull=False).order_by("pk")
    return [
        SeatBooked(session=session, number=number)
        for session, number in booked.values_list("session_id", "seat_number")
        if session is not None and number is not None
    ]


def _check_route(route: str) -> None:
    known = sorted(finding.known_routes())
    if route and route not in known:
        raise Invalid({"route": [NotOneOf(choices=", ".join(known))]})


# Texts.


class MessageShown(BaseModel):
    """A text about this request: never its words, nor a number."""

    id: UUID
    kind: str = Field(description="What it says: offer.offer_one, visit.announce, visit.reminder_day.")
    to: Literal["client", "volunteer", "staff", "unknown"]
    language: str
    status: MessageStatus
    segments: int
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None


class MessagesShown(BaseModel):
    messages: list[MessageShown]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


@help_requests.get("/{reference}/messages", response=MessagesShown)
def list_messages(
    request: ApiRequest,
    reference: Reference,
    status: Annotated[MessageStatus | None, Query()] = None,
    limit: Limit = 50,
    cursor: After = None,
) -> MessagesShown:
    """Texts about this request, its offers and its visits, the latest first: whether they left and arrived."""
    found = find(request, reference)
    texts = OutboundMessage.objects.filter(_about(found), organisation=request.auth.organisation)
    if status is not None:
        texts = texts.filter(status=status)
    listed, following = cursors.page(
        texts.select_related("recipient"),
        by=("-created_at", "-id"),
        limit=limit,
        after=cursor,
        salt=salt(request, f"messages:{found.pk}"),
    )
    return MessagesShown(messages=[_message(text) for text in listed], next_cursor=following)


def _about(request: HelpRequest) -> Q:
    offered = Offer.objects.filter(request=request).values("pk")
    visited = Visit.objects.filter(request=request).order_by().values("pk")
    return Q(subject_id=request.pk) | Q(subject_id__in=offered) | Q(subject_id__in=visited)


def _message(text: OutboundMessage) -> MessageShown:
    to: Any = text.recipient.kind if text.recipient.kind in Recipient.Kind.values else "unknown"
    return MessageShown(
        id=text.pk,
        kind=text.kind,
        to=to,
        language=text.language,
        status=MessageStatus(text.status),
        segments=text.segments,
        created_at=text.created_at,
        not_before=text.not_before,
        sent_at=text.sent_at,
    )
