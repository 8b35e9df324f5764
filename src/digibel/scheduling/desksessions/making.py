"""An organisation holds desk sessions: once, or every week until a day. Each is a row of its own, and can be called off alone."""

import uuid
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.directory.models import HelpPlace
from digibel.languages import SPOKEN
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.organisations.models import Organisation
from digibel.scheduling import timers
from digibel.scheduling.desksessions import asking, texts
from digibel.scheduling.desksessions.models import COMING, MOST_SEATS, DeskSession, SeatStatus
from digibel.scheduling.errors import NoPlaceToSit, SessionOver, SessionThere, WrongSeats, WrongSessionHours
from digibel.scheduling.locks import lock_session
from digibel.scheduling.moves import move

SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=8)
FARTHEST = timedelta(days=366)
QUARTER = 15


def make(
    organisation: Organisation,
    *,
    place: HelpPlace,
    day: date,
    start: time,
    end: time,
    seats: int,
    by: Actor,
    language: str = "",
    until: date | None = None,
) -> list[DeskSession]:
    """A session on that day, or every week on its weekday until `until` (included) but on public holidays. Local times.

    Raises `WrongSessionHours`, `WrongSeats`, `NoPlaceToSit`, `SessionThere`; then none was made.
    """
    if not clock.today() <= day <= clock.today() + FARTHEST:
        raise WrongSessionHours
    days = list(clock.every_week(day, min(until or day, day + FARTHEST)))
    _check(place, days, start, end, seats)
    series = uuid.uuid4() if len(days) > 1 else None
    try:
        with transaction.atomic():
            return [_make(organisation, place, one, start, end, seats, language, series, by) for one in days]
    except IntegrityError:
        raise SessionThere from None


def _check(place: HelpPlace, days: list[date], start: time, end: time, seats: int) -> None:
    if not place.active or not place.postcode:
        raise NoPlaceToSit
    if not 1 <= seats <= MOST_SEATS:
        raise WrongSeats
    quarters = all(one.minute % QUARTER == 0 and one.second == 0 for one in (start, end))
    length = datetime.combine(days[0], end) - datetime.combine(days[0], start)
    if not quarters or not SHORTEST <= length <= LONGEST or days[-1] > clock.today() + FARTHEST:
        raise WrongSessionHours
    if clock.at(days[0], start) <= clock.now():
        raise WrongSessionHours


def _make(
    organisation: Organisation,
    place: HelpPlace,
    day: date,
    start: time,
    end: time,
    seats: int,
    language: str,
    series: uuid.UUID | None,
    by: Actor,
) -> DeskSession:
    session = DeskSession.objects.create(
        organisation=organisation,
        place=place,
        starts_at=clock.at(day, start),
        ends_at=clock.at(day, end),
        seats=seats,
        language=language if language in SPOKEN else "",
        series=series,
        made_at=clock.now(),
        changed_at=clock.now(),
    )
    timers.start_timers(
        session.pk,
        [
            ("session_ask", max(clock.now(), session.starts_at - asking.ASK_AHEAD)),
            ("session_begins", session.starts_at),
        ],
    )
    record("session.made", session, by=by, organisation_id=organisation.pk, place=place.pk, day=day, seats=seats)
    return session


@transaction.atomic
def change_seats(session: DeskSession, seats: int, *, by: Actor) -> None:
    """More or fewer can come; nobody who was promised a seat loses it. With more, the waiting list moves up."""
    locked = lock_session(session.pk)
    check_to_come(locked)
    if not 1 <= seats <= MOST_SEATS or seats < locked.signed.taken().count():
        raise WrongSeats
    if seats == locked.seats:
        return
    was = locked.seats
    DeskSession.objects.filter(pk=locked.pk).update(seats=seats, changed_at=clock.now())
    timers.set_timer("session_seat_free", locked.pk, clock.now())
    timers.set_timer("session_ask", locked.pk, max(clock.now(), locked.starts_at - asking.ASK_AHEAD))
    record("session.seats_changed", locked, by=by, organisation_id=locked.organisation_id, was=was, seats=seats)


@transaction.atomic
def call_off(session: DeskSession, *, by: Actor) -> None:
    """The centre does not hold it. Whoever comes, waits for a seat or was asked hears it. Pressed twice it is once."""
    locked = lock_session(session.pk)
    if locked.called_off_at is not None:
        return
    if locked.starts_at <= clock.now():
        raise SessionOver
    frozen_now = clock.now()
    DeskSession.objects.filter(pk=locked.pk).update(
        called_off_at=frozen_now, changed_at=frozen_now, sequence=locked.sequence + 1
    )
    locked.called_off_at = frozen_now
    signed = list(locked.signed.select_related("volunteer__recipient").filter(status__in=[*COMING, SeatStatus.ASKED]))
    told = [seat for seat in signed if texts.has_heard(seat)]
    outbox.withdraw(OutboundMessage.objects.filter(subject_id__in=[seat.pk for seat in signed]))
    for seat in signed:
        move(seat, SeatStatus.ENDED, by=by, reason="called_off", seat_number=None)
    outbox.queue_all(texts.compose(seat, "session_off", session=locked) for seat in told)
    timers.drop_timers(locked.pk)
    record("session.called_off", locked, by=by, organisation_id=locked.organisation_id, told=len(told))


def check_to_come(session: DeskSession) -> None:
    if session.called_off_at is not None or session.starts_at <= clock.now():
        raise SessionOver
