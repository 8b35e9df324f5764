"""A seat at a place: whether they got there, and what if they cannot go, or the place receives nobody that day."""

import uuid

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.directory.errors import SessionBegan
from digibel.directory.models import HelpPlace, PlaceSession
from digibel.problems import Conflict, NotFound
from digibel.requests import seats
from digibel.requests.errors import AlreadyClosed
from digibel.requests.models import HelpRequest, Referral
from digibel.scheduling import openings, worklist
from digibel.scheduling.errors import NotYetThere, SeatSettled
from digibel.scheduling.locks import lock_request


@transaction.atomic
def note(request: HelpRequest, referral_id: str, *, came: bool, by: Actor) -> None:
    """What they say of it. Whoever got there is asked two weeks later whether it helped; for who did not, another slip is made.

    Raises `AlreadyClosed`, `NotFound`, `SeatSettled`, `NotYetThere`.
    """
    locked = lock_request(request.pk)
    seat = _seat(locked, referral_id)
    assert seat.session is not None
    if seat.session.starts_at > clock.now():
        raise NotYetThere
    Referral.objects.filter(pk=seat.pk).update(landed=came, landed_noted_at=clock.now())
    deed = "request.arrived" if came else "request.not_arrived"
    record(deed, locked, by=by, organisation_id=locked.organisation_id)
    worklist.rewrite(locked)


@transaction.atomic
def give_back(request: HelpRequest, referral_id: str, *, by: Actor) -> None:
    """They do not go there after all; the slip stays. Raises `AlreadyClosed`, `NotFound`, `SeatSettled`."""
    openings.hold_with_company(request)
    locked = lock_request(request.pk)
    seat = _seat(locked, referral_id)
    Referral.objects.filter(pk=seat.pk).update(session=None, seat_number=None)
    openings.end_company(locked, by=by, place_id=seat.place_id)
    record("request.seat_given_back", locked, by=by, organisation_id=locked.organisation_id)
    worklist.rewrite(locked)


@transaction.atomic
def call_off(session: PlaceSession, *, by: Actor) -> int:
    """The place receives nobody then: everybody with a seat is told by a person, who makes another slip. Returns how many.

    Pressed twice it is once. Raises `SessionBegan`, and `Conflict` where somebody was booked meanwhile.
    """
    held = {pk: lock_request(pk) for pk in _booked(session)}
    locked = seats.lock(session.pk)
    if locked.called_off_at is not None:
        return 0
    if locked.starts_at <= clock.now():
        raise SessionBegan
    if {*_booked(locked)} != {*held}:
        raise Conflict
    PlaceSession.objects.filter(pk=locked.pk).update(called_off_at=clock.now())
    place = HelpPlace(pk=locked.place_id)
    record("place.session_called_off", place, by=by, organisation_id=locked.organisation_id, booked=len(held))
    for one in held.values():
        openings.end_company(one, by=by, place_id=locked.place_id)
        worklist.rewrite(one)
    return len(held)


def _booked(session: PlaceSession) -> list[uuid.UUID]:
    """The requests with a seat, in the one order in which they are held."""
    return sorted({*session.booked.filter(landed=None).values_list("request_id", flat=True)})


def _seat(request: HelpRequest, referral_id: str) -> Referral:
    if not request.is_open:
        raise AlreadyClosed
    found = next((one for one in request.referrals.select_related("session") if str(one.pk) == referral_id), None)
    if found is None:
        raise NotFound
    if found.session is None or found.landed is not None:
        raise SeatSettled
    return found
