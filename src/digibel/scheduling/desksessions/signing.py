"""Volunteers sign up for a desk session and out again: by text, on their own page, or by a call to the desk.

The session is locked first, then the volunteer. A yes to a visit at the same instant waits for the same volunteer; what gets past
every look is refused by the database (`scheduling.apart`).
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from django.db import IntegrityError, transaction

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.models import Recipient
from digibel.notifications.steps import one_by_one
from digibel.problems import Conflict
from digibel.scheduling import elsewhere, offers, timers
from digibel.scheduling.desksessions import asking, texts
from digibel.scheduling.desksessions.making import check_to_come
from digibel.scheduling.desksessions.models import COMING, DeskSession, Seat, SeatStatus
from digibel.scheduling.errors import CannotSit, ElsewhereThen
from digibel.scheduling.locks import lock_session
from digibel.scheduling.moves import move
from digibel.volunteers import readiness
from digibel.volunteers.models import Volunteer


def sign_up(session: DeskSession, volunteer: Volunteer, *, by: Actor) -> Seat:
    """A seat, or a place on the waiting list where all are taken. Said twice it is once.

    Raises `SessionOver`, `CannotSit` (pausing, gone, not ready) and `ElsewhereThen`; then nothing has changed.
    """
    try:
        with transaction.atomic():
            return _sign_up(lock_session(session.pk), volunteer, by=by)
    except IntegrityError:
        # The database's last word, where a yes to something else came at the same instant.
        raise ElsewhereThen from None


def _sign_up(session: DeskSession, volunteer: Volunteer, *, by: Actor) -> Seat:
    check_to_come(session)
    locked = _lock(volunteer)
    seat = Seat.objects.select_for_update(of=("self",)).filter(session=session, volunteer=locked).first()
    if seat is not None and seat.status == SeatStatus.TAKEN:
        return seat
    seat = seat or asking.new_seat(session, locked)
    seat.session, seat.volunteer = session, locked
    check_may_sit(seat)
    number = _free_number(session)
    if number is None and seat.status == SeatStatus.WAITING:
        return seat
    texts.take_back(seat)
    _write(seat, SeatStatus.WAITING if number is None else SeatStatus.TAKEN, number=number, by=by)
    verb = "session.waited_for" if number is None else "session.signed_up"
    record(verb, session, by=by, organisation_id=session.organisation_id, volunteer=locked.pk)
    answered = by == Actor.volunteer(locked)
    if number is None:
        outbox.queue_all([texts.compose(seat, "session_waiting", session=session, any_hour=answered)])
    else:
        texts.tell_taken(seat, key="session_taken", any_hour=answered)
    return seat


def _lock(volunteer: Volunteer) -> Volunteer:
    related = Volunteer.objects.select_related("recipient")
    return related.select_for_update(of=("self",), no_key=True).get(pk=volunteer.pk)


def _write(seat: Seat, status: SeatStatus, *, number: int | None, by: Actor) -> None:
    if seat._state.adding:
        seat.save(force_insert=True)
    frozen_now = clock.now()
    waiting_since = frozen_now if status == SeatStatus.WAITING else None
    move(seat, status, by=by, seat_number=number, answered_at=frozen_now, waiting_since=waiting_since)


def _free_number(session: DeskSession) -> int | None:
    taken = set(session.signed.taken().values_list("seat_number", flat=True))
    return next((number for number in range(1, session.seats + 1) if number not in taken), None)


def check_may_sit(seat: Seat) -> None:
    """Look again, behind the locks: gone, pausing, not ready that day, somewhere else at that hour."""
    session, volunteer = seat.session, seat.volunteer
    day = clock.local(session.starts_at).date()
    if volunteer.left_at is not None or volunteer.is_pausing_on(day):
        raise CannotSit
    if readiness.missing(volunteer, session.organisation, day):
        raise CannotSit
    if elsewhere.is_anywhere(volunteer, seat.busy_from, seat.busy_until):
        raise ElsewhereThen


@transaction.atomic
def decline(seat: Seat, *, by: Actor) -> None:
    """A no to what they were asked touches nothing else."""
    lock_session(seat.session_id)
    texts.take_back(seat)
    move(seat, SeatStatus.DECLINED, by=by, answered_at=clock.now())


@transaction.atomic
def sign_out(seat: Seat, *, by: Actor, tell: bool = False) -> None:
    """They do not come after all: the seat is free for who waits. Said twice it is once. `tell`: they hear it by text."""
    session = lock_session(seat.session_id)
    check_to_come(session)
    current = Seat.objects.select_related("volunteer__recipient").get(pk=seat.pk)
    if current.status not in COMING:
        return
    current.session = session
    _end(current, SeatStatus.LEFT, by=by)
    record(
        "session.signed_out", session, by=by, organisation_id=session.organisation_id, volunteer=current.volunteer_id
    )
    if tell:
        outbox.queue_all([texts.compose(current, "session_left", session=session)])


def _end(seat: Seat, status: SeatStatus, *, by: Actor, reason: str = "") -> None:
    """Whoever waits moves up by the clock, in a transaction of its own: it holds other volunteers."""
    had_seat = seat.status == SeatStatus.TAKEN
    texts.take_back(seat)
    move(seat, status, by=by, reason=reason, seat_number=None, waiting_since=None)
    if had_seat:
        timers.set_timer("session_seat_free", seat.session_id, clock.now())


def move_up(session_id: uuid.UUID) -> None:
    """A seat is free: who has waited longest gets it, and hears so. Rung by the clock.

    In the last day nobody is expected somewhere without having been asked: whoever waits is asked before anybody else is, and in
    the last hours a person sees the free seat, and rings.
    """
    session = lock_session(session_id)
    if session.called_off_at is not None:
        return
    waiting = list(session.signed.filter(status=SeatStatus.WAITING).order_by("waiting_since", "pk"))
    if session.starts_at - clock.now() <= clock.NEAR:
        _ask_who_waits(session, waiting)
        return
    for seat in waiting:
        if (number := _free_number(session)) is None:
            return
        _move_up(session, seat, number)
    if _free_number(session) is not None and session.starts_at - clock.now() <= asking.ASK_AHEAD:
        timers.set_timer("session_ask", session.pk, clock.now())


def _move_up(session: DeskSession, seat: Seat, number: int) -> None:
    """Who cannot come any more keeps waiting: they may be free again when the next seat is."""
    seat.session, seat.volunteer = session, _lock(seat.volunteer)
    if seat.volunteer.recipient.stopped_at is not None:
        return
    try:
        with transaction.atomic():
            check_may_sit(seat)
            move(seat, SeatStatus.TAKEN, by=CLOCK, seat_number=number, waiting_since=None)
    except (Conflict, IntegrityError):
        seat.refresh_from_db(fields=["status", "seat_number", "waiting_since"])
        return
    record("session.moved_up", session, by=CLOCK, organisation_id=session.organisation_id, volunteer=seat.volunteer_id)
    texts.tell_taken(seat, key="session_free", any_hour=False)


def _ask_who_waits(session: DeskSession, waiting: Sequence[Seat]) -> None:
    """They said yes to it once: three for each free seat, as ever."""
    if clock.now() > session.starts_at - asking.ASK_UNTIL:
        return
    room = asking.FOR_EACH_SEAT * asking.free_seats(session) - session.signed.asked().count()
    for seat in waiting:
        if room > 0 and _ask_again(session, seat):
            room -= 1


def _ask_again(session: DeskSession, seat: Seat) -> bool:
    seat.session, seat.volunteer = session, _lock(seat.volunteer)
    if seat.volunteer.recipient.stopped_at is not None:
        return False
    try:
        check_may_sit(seat)
    except Conflict:
        return False
    texts.take_back(seat)
    letter = offers.free_letter(seat.volunteer)
    move(seat, SeatStatus.ASKED, by=CLOCK, waiting_since=None, answered_at=None, letter=letter)
    asking.tell_asked(seat, session)
    return True


def begin(session_id: uuid.UUID) -> None:
    """It begins: who was asked or waits has nothing to wait for any more. Rung by the clock."""
    session = lock_session(session_id)
    for seat in list(session.signed.filter(status__in=[SeatStatus.ASKED, SeatStatus.WAITING])):
        texts.take_back(seat)
        move(seat, SeatStatus.ENDED, by=CLOCK, reason="begun", waiting_since=None)


# --- who may no longer be sent --------------------------------------------------------------------------------------


def hold_sessions(volunteers: Collection[Volunteer]) -> None:
    """What they are asked for or go to, in one order, before the volunteers themselves."""
    theirs = Seat.objects.filter(volunteer__in=volunteers, status__in=[*COMING, SeatStatus.ASKED])
    sessions = DeskSession.objects.filter(pk__in=theirs.values("session")).order_by("pk")
    list(sessions.select_for_update(no_key=True).values_list("pk", flat=True))


def end_all_unready() -> int:
    """The seats to come of everybody who may not be sent on that day. Each minute. Returns how many."""
    return one_by_one(unready(), partial(_end_unready, by=CLOCK), what="seat")


def end_unready(volunteer: Volunteer, *, by: Actor) -> int:
    """End their seats to come on days on which they may not be sent. Returns how many."""
    return sum(_end_unready(seat, by=by) for seat in list(unready(volunteer)))


def unready(volunteer: Volunteer | None = None) -> Iterator[Seat]:
    coming = Seat.objects.filter(session__starts_at__gt=clock.now(), status__in=[*COMING, SeatStatus.ASKED])
    if volunteer is not None:
        coming = coming.by(volunteer)
    related = coming.select_related("session", "volunteer").prefetch_related("volunteer__readiness").order_by("pk")
    for seat in related.iterator(chunk_size=200):
        day = clock.local(seat.session.starts_at).date()
        rows = [row for row in seat.volunteer.readiness.all() if row.organisation_id == seat.session.organisation_id]
        gone = seat.volunteer.left_at is not None or seat.volunteer.is_pausing_on(day)
        if gone or readiness.missing_on(rows, day):
            yield seat


@transaction.atomic
def _end_unready(seat: Seat, *, by: Actor) -> bool:
    session = lock_session(seat.session_id)
    current = Seat.objects.select_related("volunteer__recipient").get(pk=seat.pk)
    if current.status not in {*COMING, SeatStatus.ASKED} or session.starts_at <= clock.now():
        return False
    heard = current.status in COMING
    current.session = session
    _end(current, SeatStatus.ENDED, by=by, reason="not_ready")
    record("session.seat_ended", session, by=by, organisation_id=session.organisation_id, volunteer=seat.volunteer_id)
    if heard:
        outbox.queue_all([texts.compose(current, "session_not_you", session=session)])
    return True


def end_asked(recipient: Recipient) -> None:
    """STOP ends what they were asked and what they wait for; a seat they have promised stands, as a visit does."""
    asked = Seat.objects.filter(volunteer__recipient=recipient, status__in=[SeatStatus.ASKED, SeatStatus.WAITING])
    for seat in list(asked.order_by("session_id")):
        lock_session(seat.session_id)
        texts.take_back(seat)
        move(seat, SeatStatus.ENDED, by=Actor.volunteer(seat.volunteer), reason="stopped", waiting_since=None)
