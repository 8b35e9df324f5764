"""When a place receives people whom we send, and how many: told by the place, noted by a coordinator."""

from datetime import date, time, timedelta

from django.db import IntegrityError, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.directory.errors import HeldAlready, NoDoor, WrongHours, WrongNumberOfSeats
from digibel.directory.models import MOST_SEATS, HelpPlace, PlaceSession
from digibel.organisations.models import Organisation

FARTHEST = timedelta(days=366)


def hold(
    place: HelpPlace,
    *,
    organisation: Organisation,
    day: date,
    start: time,
    end: time,
    seats: int,
    by: Actor,
    until: date | None = None,
) -> list[PlaceSession]:
    """A session on that day, or every week on its weekday until `until` (included) but on public holidays. Local times.

    Raises `NoDoor`, `WrongHours`, `WrongNumberOfSeats`, `HeldAlready`; then none was made.
    """
    if not place.active or not place.postcode:
        raise NoDoor
    last = clock.today() + FARTHEST
    if end <= start or clock.at(day, start) <= clock.now() or max(day, until or day) > last:
        raise WrongHours
    if not 1 <= seats <= MOST_SEATS:
        raise WrongNumberOfSeats
    made = [
        PlaceSession(
            place=place,
            organisation=organisation,
            starts_at=clock.at(one, start),
            ends_at=clock.at(one, end),
            seats=seats,
        )
        for one in clock.every_week(day, until or day)
    ]
    try:
        with transaction.atomic():
            PlaceSession.objects.bulk_create(made)
            record(
                "place.sessions_noted", place, by=by, organisation_id=organisation.pk, sessions=len(made), seats=seats
            )
    except IntegrityError:
        raise HeldAlready from None
    return made
