"""What a volunteer's text means about desk sessions: yes or no to what they were asked, or that they cannot come after all."""

from collections.abc import Callable
from datetime import timedelta

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.notifications.inbound import reply
from digibel.notifications.models import InboundMessage
from digibel.notifications.recipients import language_of
from digibel.notifications.replies import Reply
from digibel.problems import Problem
from digibel.scheduling.desksessions import signing
from digibel.scheduling.desksessions.models import COMING, Seat, SeatQuerySet, SeatStatus
from digibel.scheduling.desksessions.texts import where
from digibel.volunteers.models import Volunteer

ANSWERS_LATE_FOR = timedelta(days=3)


def asked(volunteer: Volunteer) -> list[Seat]:
    """What they can say yes to now."""
    waiting = _related().by(volunteer).asked().filter(session__starts_at__gt=clock.now())
    return list(waiting.order_by("letter"))


def to_come(volunteer: Volunteer) -> list[Seat]:
    """Where they are expected, or wait for a seat, until it begins."""
    theirs = _related().by(volunteer).filter(status__in=COMING, session__starts_at__gt=clock.now())
    return list(theirs.order_by("session__starts_at", "pk"))


def _related() -> SeatQuerySet:
    return Seat.objects.select_related("session__organisation", "session__place", "volunteer__recipient")


def any_today(volunteer: Volunteer) -> bool:
    return any(clock.local(seat.session.starts_at).date() == clock.today() for seat in to_come(volunteer))


def answer(seat: Seat, message: InboundMessage, said: Reply) -> str:
    """A seat, or the waiting list, or a kind word: the text that says which is the answer."""
    by = Actor.volunteer(seat.volunteer)
    if said.intent == "decline":
        signing.decline(seat, by=by)
        reply(message, "plain.declined")
        return "session.declined"
    if said.intent != "accept":
        return ""
    try:
        done = signing.sign_up(seat.session, seat.volunteer, by=by)
    except Problem:
        reply(message, "plain.offer_gone")
        return "session.gone"
    return "session.signed_up" if done.status == SeatStatus.TAKEN else "session.waiting"


def deed(seat: Seat) -> Callable[[InboundMessage, Reply], str]:
    """Only that they cannot come: how late somebody is at a desk is for a person to hear."""
    return lambda message, said: _sign_out(seat, message) if said.intent == "cancel" else ""


def _sign_out(seat: Seat, message: InboundMessage) -> str:
    signing.sign_out(seat, by=Actor.volunteer(seat.volunteer))
    session = seat.session
    language = language_of(message.recipient, session.organisation)
    moment = languages.window(session.starts_at, session.ends_at, language)
    reply(message, "plain.session_left", where=where(session, language), moment=moment)
    return "session.signed_out"


def too_late(message: InboundMessage, volunteer: Volunteer, read: Callable[[Seat], Reply]) -> str | None:
    """A yes or no to a session that was called off or has begun: the answer is kind, and nothing else happens.

    `read` says what the text means for that seat, which has a letter of its own.
    """
    since = clock.now() - ANSWERS_LATE_FOR
    gone = Seat.objects.by(volunteer).filter(status=SeatStatus.ENDED, created_at__gte=since, answered_at=None)
    seat = gone.order_by("-created_at").first()
    if seat is None or read(seat).intent not in {"accept", "decline"}:
        return None
    Seat.objects.filter(pk=seat.pk).update(answered_at=clock.now())
    reply(message, "plain.offer_gone")
    return "session.gone"
