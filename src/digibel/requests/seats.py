"""Seats that a place keeps for whom we send: which are free, and whose they are. A seat is a line of a slip with a number on it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q

from digibel import clock, languages
from digibel.directory.errors import NoSeatLeft, SessionBegan
from digibel.directory.models import HelpPlace, PlaceSession
from digibel.requests.models import HelpRequest, Referral

# Of each place, the next so many.
MOST_SHOWN = 6


class Offered(NamedTuple):
    session: PlaceSession
    free: int


class Seat(NamedTuple):
    session: PlaceSession
    number: int


def offered(place_ids: Iterable[UUID], *, most: int = MOST_SHOWN) -> dict[UUID, list[Offered]]:
    """The next sessions of each of these places, with how many seats nobody has; the full ones too."""
    to_come = PlaceSession.objects.to_come(clock.now()).filter(place__in=list(place_ids))
    counted: Any = to_come.annotate(taken=Count("booked", filter=Q(booked__landed=None)))
    told: dict[UUID, list[Offered]] = defaultdict(list)
    for one in counted:
        if len(told[one.place_id]) < most:
            told[one.place_id].append(Offered(one, max(one.seats - one.taken, 0)))
    return told


def take(place: HelpPlace, session_id: UUID) -> Seat:
    """The lowest seat that is free; the caller holds the request and writes it. Raises `SessionBegan`, `NoSeatLeft`."""
    session = lock(session_id)
    if session.place_id != place.pk or session.called_off_at is not None or session.starts_at <= clock.now():
        raise SessionBegan
    taken = set(session.booked.values_list("seat_number", flat=True))
    number = next((one for one in range(1, session.seats + 1) if one not in taken), None)
    if number is None:
        raise NoSeatLeft
    return Seat(session, number)


def lock(session_id: UUID) -> PlaceSession:
    """The session, freshly read. The requests of who is to sit there are held before it."""
    return PlaceSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session_id)


def give_back(request: HelpRequest) -> None:
    """The seats to come of this request are anybody's again: it is closed, or they go another way."""
    to_come = Q(session__starts_at__gt=clock.now()) | Q(session__called_off_at__isnull=False)
    Referral.objects.filter(to_come, request=request, landed=None).update(session=None, seat_number=None)


def when(referral: Referral, language: str) -> str:
    """ "di 1/12 14u-16u" for a text and to say aloud; nothing where no seat is kept."""
    session = referral.session
    if session is None or session.called_off_at is not None:
        return ""
    return languages.window(session.starts_at, session.ends_at, language)
