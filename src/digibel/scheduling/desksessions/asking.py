"""Volunteers are asked for a desk session by text: some, and the next morning some more, as long as there are seats.

Not all at once, who could come: a yes should nearly always get a seat. Nobody is asked by itself while another question of ours
is open and young, nor more than twice a week.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.scheduling import offers, timers
from digibel.scheduling.desksessions import finding, texts
from digibel.scheduling.desksessions.models import DeskSession, Seat, SeatQuerySet, SeatStatus
from digibel.scheduling.errors import NoCandidates, SessionOver
from digibel.scheduling.locks import lock_session
from digibel.scheduling.matching.ranking import Candidate, way_to
from digibel.scheduling.models import Offer
from digibel.scheduling.next_actions import next_morning
from digibel.volunteers.models import Volunteer

# Sooner, and nobody knows their week; a weekly session is asked for one at a time.
ASK_AHEAD = timedelta(days=10)
# A text on the morning itself finds people who have left; from here on a person rings.
ASK_UNTIL = timedelta(hours=3)
FOR_EACH_SEAT = 3
MOST_A_WEEK = 2
WEEK = timedelta(days=7)
YOUNG = timedelta(hours=48)


@transaction.atomic
def ask(session: DeskSession, *, by: Actor) -> list[Seat]:
    """Ask the next ones: three for each free seat, the best first. Raises `SessionOver`, and `NoCandidates` with nobody to ask."""
    locked = lock_session(session.pk)
    if locked.called_off_at is not None or locked.starts_at <= clock.now():
        raise SessionOver
    chosen = _next_best(locked, most=FOR_EACH_SEAT * free_seats(locked))
    if not chosen:
        raise NoCandidates
    asked = [_ask(locked, one) for one in chosen]
    DeskSession.objects.filter(pk=locked.pk).update(asked_at=clock.now())
    record("session.asked", locked, by=by, organisation_id=locked.organisation_id, asked=len(asked))
    return asked


def ask_by_itself(session_id: uuid.UUID) -> None:
    """Rung by the clock, each morning, until the seats are taken or it is too near."""
    session = lock_session(session_id)
    if session.called_off_at is not None or clock.now() > session.starts_at - ASK_UNTIL:
        return
    try:
        with transaction.atomic():
            ask(session, by=CLOCK)
    except NoCandidates:
        pass
    again = next_morning(clock.now())
    if again < session.starts_at - ASK_UNTIL:
        timers.set_timer("session_ask", session.pk, again)


def free_seats(session: DeskSession) -> int:
    return max(0, session.seats - session.signed.taken().count())


def could_be_asked(session: DeskSession) -> int:
    """How many texts the next round sends."""
    return len(_shortlist(session)[: FOR_EACH_SEAT * free_seats(session)])


def _next_best(session: DeskSession, *, most: int) -> list[Candidate]:
    """Held, and looked at again by what the database says: what was remembered may be past."""
    best = _shortlist(session)[:most]
    list(Volunteer.objects.select_for_update(no_key=True).filter(pk__in=best).order_by("pk"))
    busy = _left_alone(session, best)
    return [one for one in finding.rank_anew(session, best).candidates if one.volunteer.pk not in busy]


def _shortlist(session: DeskSession) -> list[uuid.UUID]:
    ids = list(finding.rank(session).ids())
    left_alone = _left_alone(session, ids)
    return [one for one in ids if one not in left_alone]


def _left_alone(session: DeskSession, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Who has something to do with this session already, is thinking about another question, or was asked often enough."""
    theirs = Seat.objects.filter(volunteer__in=list(ids))
    signed = theirs.filter(session=session)
    thinking = theirs.asked().filter(created_at__gt=clock.now() - YOUNG)
    offered = Offer.objects.live().filter(volunteer__in=list(ids))
    found = [rows.values_list("volunteer_id", flat=True) for rows in (signed, thinking, offered)]
    return {one for some in found for one in some} | _often(theirs)


def _often(theirs: SeatQuerySet) -> set[uuid.UUID]:
    lately = list(theirs.filter(created_at__gt=clock.now() - WEEK).values_list("volunteer_id", flat=True))
    return {one for one in lately if lately.count(one) >= MOST_A_WEEK}


def _ask(session: DeskSession, candidate: Candidate) -> Seat:
    seat = new_seat(
        session, candidate.volunteer, status=SeatStatus.ASKED, letter=offers.free_letter(candidate.volunteer)
    )
    seat.save(force_insert=True)
    tell_asked(seat, session)
    return seat


def tell_asked(seat: Seat, session: DeskSession) -> None:
    letter = seat.letter if offers.open_questions(seat.volunteer) > 1 else ""
    outbox.queue_all([texts.compose(seat, "session_ask", session=session, letter=letter)])


def new_seat(
    session: DeskSession, volunteer: Volunteer, *, status: SeatStatus = SeatStatus.LEFT, letter: str = "A"
) -> Seat:
    """Not saved yet; nothing is promised. The way there and back is that of today."""
    travel = way_to(volunteer, session.place.postcode)
    return Seat(
        session=session,
        volunteer=volunteer,
        busy_from=session.starts_at - travel,
        busy_until=session.ends_at + travel,
        created_at=clock.now(),
        status=status,
        letter=letter,
    )
