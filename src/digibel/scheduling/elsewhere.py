"""Where a volunteer is besides: at a client's or at a desk session, the way there and back included. Nobody is in two places.

On PostgreSQL a constraint of each table keeps two visits, or two seats, of one volunteer apart (migrations `nobody_in_two_places`
and `desk_sessions`); a visit and a seat are kept apart by triggers on both tables, on either database (`apart`).
"""

import uuid
from collections.abc import Collection, Iterator
from datetime import datetime

from digibel.scheduling.matching.moments import Stretch
from digibel.scheduling.models import Seat, Visit, VisitQuerySet
from digibel.volunteers.models import Volunteer


def stretches(volunteer: Volunteer, *, but: Visit | None = None) -> list[Stretch]:
    """When they are on the way to, at, or on the way back from a visit or a desk session; `but` left out."""
    visits = _visits([volunteer.pk], but)
    seats = Seat.objects.taken().by(volunteer)
    return [
        (start, end)
        for rows in (visits, seats)
        for start, end in rows.values_list("busy_from", "busy_until").iterator()
    ]


def starts(volunteer: Volunteer, *, but: Visit | None = None) -> list[datetime]:
    """When what they have promised begins."""
    return [start for _, start in _starts([volunteer.pk], but=but)]


def starts_of(volunteers: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, datetime]]:
    return list(_starts(volunteers))


def _starts(volunteers: Collection[uuid.UUID], *, but: Visit | None = None) -> Iterator[tuple[uuid.UUID, datetime]]:
    yield from _visits(volunteers, but).values_list("volunteer_id", "starts_at")
    yield from Seat.objects.taken().filter(volunteer__in=volunteers).values_list("volunteer_id", "session__starts_at")


def _visits(volunteers: Collection[uuid.UUID], but: Visit | None) -> VisitQuerySet:
    standing = Visit.objects.standing().filter(volunteer__in=volunteers).order_by()
    return standing if but is None else standing.exclude(pk=but.pk)


def is_anywhere(volunteer: Volunteer, start: datetime, end: datetime) -> bool:
    at_desks = Seat.objects.taken().by(volunteer).touching(start, end)
    return at_desks.exists() or Visit.objects.standing().by(volunteer).touching(start, end).exists()
