"""What volunteers hear of a desk session: asked, expected, on the waiting list, the day before, called off."""

from datetime import datetime, timedelta
from typing import Any

from digibel import clock, languages
from digibel.notifications import outbox, phrasebook
from digibel.notifications.calls import open_call
from digibel.notifications.models import CallTask, MessageStatus, OutboundMessage
from digibel.notifications.owners import PlainTexts, Script, language_for
from digibel.notifications.recipients import language_of
from digibel.scheduling.announcing import REMIND_AT
from digibel.scheduling.desksessions.models import DeskSession, Seat, SeatStatus

REACHED = frozenset({MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DELIVERED})
TRUE_WHILE = {
    "session_ask": SeatStatus.ASKED,
    "session_taken": SeatStatus.TAKEN,
    "session_free": SeatStatus.TAKEN,
    "session_reminder": SeatStatus.TAKEN,
    "session_waiting": SeatStatus.WAITING,
    "session_off": SeatStatus.ENDED,
    "session_not_you": SeatStatus.ENDED,
    "session_left": SeatStatus.LEFT,
}
# The first of these that is true now is read to whom a text did not reach.
SAID_BY_VOICE = ("session_taken", "session_waiting", "session_off", "session_left")


def compose(seat: Seat, key: str, *, session: DeskSession | None = None, **facts: Any) -> OutboundMessage:
    """One text to whom this seat is about; `facts` are letter, and what `outbox.compose` takes."""
    held = session or seat.session
    language = language_of(seat.volunteer.recipient, held.organisation)
    return outbox.compose(
        seat.volunteer.recipient,
        f"session.{key}",
        organisation=held.organisation,
        subject=seat,
        near=held.starts_at,
        where=where(held, language),
        moment=languages.window(held.starts_at, held.ends_at, language),
        **facts,
    )


def where(session: DeskSession, language: str) -> str:
    """The name of the place. It is public: a desk is nobody's home."""
    return session.place.short_name_in(language)


def tell_taken(seat: Seat, *, key: str, any_hour: bool) -> None:
    """They are expected; and once more at five on the day before."""
    told = [compose(seat, key, any_hour=any_hour)]
    if (day_before := _day_before(seat.session)) > clock.now():
        told.append(compose(seat, "session_reminder", not_before=day_before))
    outbox.queue_all(told)


def _day_before(session: DeskSession) -> datetime:
    return clock.at(clock.local(session.starts_at).date() - timedelta(days=1), REMIND_AT)


def take_back(seat: Seat) -> None:
    outbox.withdraw(OutboundMessage.objects.about(seat))


def has_heard(seat: Seat) -> bool:
    """Whether anything about it has reached them, or was told to them otherwise."""
    return seat.status != SeatStatus.ASKED or OutboundMessage.objects.about(seat).filter(status__in=REACHED).exists()


class SessionTexts(PlainTexts):
    """Is it still true, and what if it did not arrive."""

    def still_true(self, message: OutboundMessage) -> bool:
        seat = Seat.objects.select_related("session").filter(pk=message.subject_id).first()
        key = message.kind.partition(".")[2]
        if seat is None or seat.status != TRUE_WHILE[key] or seat.session.starts_at <= clock.now():
            return False
        return message.recipient.stopped_at is None or key != "session_ask"

    def undelivered(self, message: OutboundMessage) -> None:
        """Who was only asked has simply not been asked; whoever is expected, or no longer, is rung."""
        seat = Seat.objects.select_related("session").get(pk=message.subject_id)
        if seat.status == SeatStatus.ASKED or seat.session.starts_at <= clock.now():
            return
        open_call(
            "session.undelivered",
            seat,
            organisation=message.organisation,
            recipient=message.recipient,
            due_at=clock.now(),
            urgent=seat.session.starts_at - clock.now() <= clock.NEAR,
        )

    def script(self, call: CallTask, *, language: str = "") -> Script:
        """What the text said that did not arrive, from what is true now."""
        seat = Seat.objects.select_related("session__place", "volunteer__recipient").get(pk=call.subject_id)
        language = language or language_for(call)
        hello = phrasebook.render(
            "volunteer_text_call", language, name=seat.volunteer.first_name, organisation=call.organisation.name
        )
        now_true = next((key for key in SAID_BY_VOICE if TRUE_WHILE[key] == seat.status), None)
        sentences = "\n".join([hello, _words(seat, now_true, language)] if now_true else [hello])
        return Script(language=language, sentences=sentences, outcomes=("reached", "no_answer", "wrong_number"))


def _words(seat: Seat, key: str, language: str) -> str:
    held = seat.session
    moment = languages.window(held.starts_at, held.ends_at, language)
    return phrasebook.render(key, language, where=where(held, language), moment=moment)
