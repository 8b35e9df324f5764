"""The directory of places where people can be sent to. Nothing of it is about a person, and all organisations share it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Query, Router
from pydantic import BaseModel, Field

from digibel import cursors
from digibel.directory.models import HelpPlace, Kind
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber
from digibel.requests import seats
from digibel.requests.api import After, ApiRequest, Limit, salt
from digibel.requests.shapes import reader

places = Router(tags=["Places"])


class PlaceShown(BaseModel):
    """What is not known is empty, never guessed."""

    id: UUID
    slug: str
    kind: Kind
    name: str
    street: str
    house_number: str
    postcode: str = Field(description="Empty for a number or a website.")
    phone: str = Field(description="E.164; a short number as it is rung.")
    url: str
    serves: list[str] = Field(description="Postcodes of the only people it may help; empty: everybody.")
    languages: list[str]
    hours: dict[str, list[list[str]]] = Field(description="Day (mon to sun) to stretches, each from and until.")
    price: str
    step_free: bool | None
    checked_on: date | None = Field(description="The day on which somebody saw that this is so.")


class PlacesShown(BaseModel):
    places: list[PlaceShown]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


@places.get("", response=PlacesShown)
def list_places(
    request: ApiRequest,
    kind: Annotated[Kind | None, Query()] = None,
    postcode: Annotated[str | None, Query(max_length=4, description="Where the place is.")] = None,
    limit: Limit = 50,
    cursor: After = None,
) -> PlacesShown:
    """Computer rooms, helpdesks, lenders, welfare centres, numbers to ring."""
    found = HelpPlace.objects.active()
    if kind is not None:
        found = found.of_kind(kind)
    if postcode is not None:
        found = found.filter(postcode=postcode.replace("\x00", ""))
    listed, following = cursors.page(found, by=("slug",), limit=limit, after=cursor, salt=salt(request, "places"))
    return PlacesShown(places=[shown_place(one) for one in listed], next_cursor=following)


@places.get("/{slug}", response=PlaceShown)
def show_place(request: ApiRequest, slug: str) -> PlaceShown:
    return shown_place(HelpPlace.objects.active().get(slug=slug.replace("\x00", "")))


class SeatsShown(BaseModel):
    """A place receives people whom we send, and keeps seats for them."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    seats: int
    free: int


class SessionsShown(BaseModel):
    sessions: list[SeatsShown]


@places.get("/{slug}/sessions", response=SessionsShown)
def show_place_sessions(request: ApiRequest, slug: str) -> SessionsShown:
    """The next six, the earliest first; the full ones too. A seat is booked with the slip of a request."""
    place = HelpPlace.objects.active().get(slug=slug.replace("\x00", ""))
    offered = seats.offered([place.pk]).get(place.pk, [])
    return SessionsShown(sessions=[_session(one) for one in offered])


def _session(one: seats.Offered) -> SeatsShown:
    session = one.session
    return SeatsShown(
        id=session.pk, starts_at=session.starts_at, ends_at=session.ends_at, seats=session.seats, free=one.free
    )


def shown_place(place: HelpPlace) -> PlaceShown:
    return PlaceShown(
        id=place.pk,
        slug=place.slug,
        kind=Kind(place.kind),
        name=place.name_in(reader()),
        street=place.street,
        house_number=place.house_number,
        postcode=place.postcode,
        phone=_phone(place.phone),
        url=place.url,
        serves=place.serves,
        languages=place.languages,
        hours=place.hours,
        price=place.price,
        step_free=place.step_free,
        checked_on=place.checked_on,
    )


def _phone(written: str) -> str:
    try:
        return numbers.parse(written) if written else ""
    except NotANumber:
        return written
