"""Afterwards: who was at the desk, and for how long. It counts as a day worked, for the reports and for expenses."""

import uuid
from collections.abc import Mapping

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.scheduling.desksessions.asking import new_seat
from digibel.scheduling.desksessions.models import MOST_MINUTES, DeskSession, Seat, SeatStatus
from digibel.scheduling.errors import SessionNotOver, WrongMinutes
from digibel.scheduling.locks import lock_session
from digibel.scheduling.moves import move
from digibel.volunteers.models import Volunteer

EXPECTED = (SeatStatus.TAKEN, SeatStatus.CAME, SeatStatus.MISSED)


@transaction.atomic
def note(session: DeskSession, minutes: Mapping[uuid.UUID, int], *, by: Actor) -> int:
    """So many minutes each of these volunteers was there; of who was expected and is not named here, none. Noted again it is put
    right. Returns how many were there. Raises `SessionNotOver` and `WrongMinutes`.
    """
    locked = lock_session(session.pk)
    if locked.called_off_at is not None or locked.ends_at > clock.now():
        raise SessionNotOver
    if not all(0 <= one <= MOST_MINUTES for one in minutes.values()):
        raise WrongMinutes
    seats = {seat.volunteer_id: seat for seat in locked.signed.select_related("volunteer")}
    strangers = [one for one, time in minutes.items() if one not in seats and time]
    for walked_in in Volunteer.objects.select_for_update(no_key=True).filter(pk__in=strangers).order_by("pk"):
        seats[walked_in.pk] = new_seat(locked, walked_in)
        seats[walked_in.pk].save(force_insert=True)
    for volunteer_id, seat in seats.items():
        _note(seat, minutes.get(volunteer_id, 0), by=by)
    DeskSession.objects.filter(pk=locked.pk).update(attended_at=clock.now())
    came = sum(1 for time in minutes.values() if time)
    record("session.attended", locked, by=by, organisation_id=locked.organisation_id, came=came)
    return came


def _note(seat: Seat, minutes: int, *, by: Actor) -> None:
    if minutes and seat.status == SeatStatus.CAME:
        Seat.objects.filter(pk=seat.pk).update(minutes=minutes)
    elif minutes:
        move(seat, SeatStatus.CAME, by=by, seat_number=None, minutes=minutes, waiting_since=None)
    elif seat.status in {SeatStatus.TAKEN, SeatStatus.CAME}:
        move(seat, SeatStatus.MISSED, by=by, seat_number=None, minutes=0)
