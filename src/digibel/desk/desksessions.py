"""Desk sessions as the desk shows them: what stands when, who comes, who waits, and what is still to be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext, ngettext

from digibel import clock
from digibel.desk import words
from digibel.organisations.models import Organisation
from digibel.scheduling.desksessions import asking, finding
from digibel.scheduling.desksessions.attending import EXPECTED
from digibel.scheduling.desksessions.models import DeskSessionQuerySet
from digibel.scheduling.models import DeskSession, Seat, SeatStatus
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer

MOST_OTHERS = 200
# From so many days before on, a session with empty seats is something to do.
LOOK_BEFORE = timedelta(days=2)
NOTE_WITHIN = timedelta(days=60)


@dataclass(frozen=True)
class Line:
    session: DeskSession
    where: str
    bell: str
    state: str


def lines(organisation: Organisation, *, past: bool) -> list[Line]:
    """To come, the nearest first; or what has ended, the latest first."""
    now = clock.now()
    own = _counted(DeskSession.objects.of(organisation))
    found = (
        own.filter(ends_at__lte=now).order_by("-starts_at")
        if past
        else own.filter(ends_at__gt=now).order_by("starts_at", "pk")
    )
    return [_line(one, now) for one in found]


def to_do(organisation: Organisation, now: datetime) -> list[Line]:
    """Who was there has to be noted; or it is near and a seat is empty."""
    own = _counted(DeskSession.objects.of(organisation).standing())
    ended = own.filter(ends_at__lte=now, ends_at__gt=now - NOTE_WITHIN, attended_at=None)
    near = own.filter(starts_at__gt=now, starts_at__lte=now + LOOK_BEFORE)
    empty = [one for one in near if one.taken < one.seats]
    return [_line(one, now) for one in (*ended, *empty)]


def _counted(sessions: DeskSessionQuerySet) -> Any:
    counts = {
        "taken": Count("signed", filter=Q(signed__status=SeatStatus.TAKEN)),
        "waiting": Count("signed", filter=Q(signed__status=SeatStatus.WAITING)),
        "came": Count("signed", filter=Q(signed__status=SeatStatus.CAME)),
    }
    return sessions.select_related("place").annotate(**counts)


def _line(session: DeskSession, now: datetime) -> Line:
    bell, state = state_of(session, now)
    return Line(session, where(session), bell, state)


def where(session: DeskSession) -> str:
    return f"{session.place.name_in(words.desk_language())}, {words.place_name(session.place.postcode)}"


def state_of(session: DeskSession, now: datetime) -> tuple[str, str]:
    """Wants the counts of `lines`."""
    taken, waiting, came = session.taken, session.waiting, session.came  # type: ignore[attr-defined]
    if session.called_off_at is not None:
        return "done", gettext("called off")
    if session.attended_at is not None:
        return "done", ngettext("one volunteer was there", "%(count)d volunteers were there", came) % {"count": came}
    if session.ends_at <= now:
        return "you", gettext("who was there?")
    said = gettext("%(taken)d of %(seats)d seats taken") % {"taken": taken, "seats": session.seats}
    if waiting:
        said += ", " + ngettext("one waits", "%(count)d wait", waiting) % {"count": waiting}
    return "done" if taken >= session.seats else "wait", said


@dataclass(frozen=True)
class Signed:
    """Everybody with something to do with a session, by what it is."""

    taken: list[Seat]
    waiting: list[Seat]
    asked: list[Seat]
    not_coming: list[Seat]
    there: list[Seat]

    @property
    def expected(self) -> list[Seat]:
        return [*self.taken, *self.there]


def signed(session: DeskSession) -> Signed:
    seats = list(
        session.signed.select_related("volunteer__recipient").order_by(
            "waiting_since", "seat_number", "created_at", "pk"
        )
    )
    keys.prefetch([seat.volunteer.key_id for seat in seats])

    def of(*statuses: str) -> list[Seat]:
        return [seat for seat in seats if seat.status in statuses]

    not_coming = of(SeatStatus.DECLINED, SeatStatus.LEFT, SeatStatus.ENDED)
    return Signed(
        taken=of(SeatStatus.TAKEN),
        waiting=of(SeatStatus.WAITING),
        asked=of(SeatStatus.ASKED),
        not_coming=not_coming,
        there=of(*(status for status in EXPECTED if status != SeatStatus.TAKEN)),
    )


def could_come(session: DeskSession, people: Signed) -> list[tuple[str, str]]:
    """Whom the desk can sign up: who could come, and who said no and may have thought better of it; id and name, by name."""
    coming = {seat.volunteer_id for seat in (*people.expected, *people.waiting)}
    free = [one.volunteer for one in finding.rank(session).best(MOST_OTHERS)]
    known = [seat.volunteer for seat in (*people.asked, *people.not_coming)]
    return _named({one.pk: one for one in (*free, *known) if one.pk not in coming}.values())


def may_have_walked_in(session: DeskSession, people: Signed) -> list[tuple[str, str]]:
    return _named([seat.volunteer for seat in (*people.waiting, *people.asked, *people.not_coming)])


def _named(volunteers: Iterable[Volunteer]) -> list[tuple[str, str]]:
    found = list(volunteers)
    keys.prefetch([one.key_id for one in found])
    return sorted(
        ((str(one.pk), f"{one.first_name} {one.family_name}".strip()) for one in found), key=lambda one: one[1]
    )


def texts_of_next_round(session: DeskSession) -> int:
    if session.called_off_at is not None or session.starts_at <= clock.now():
        return 0
    return asking.could_be_asked(session)
