"""STOP and START, in any of their forms: at once, confirmed once, and seen by a person."""

from digibel import clock
from digibel.notifications import numbers, reaching, replies
from digibel.notifications.inbound import reply
from digibel.notifications.models import Channel, InboundMessage, Recipient
from digibel.notifications.recipients import language_of


def handle(message: InboundMessage) -> str | None:
    """Own STOP and START. A client who stops is telephoned from now on; a volunteer gets no offers any more."""
    recipient = message.recipient
    if recipient.kind not in {Recipient.Kind.VOLUNTEER, Recipient.Kind.CLIENT} or message.organisation is None:
        return None
    state = "offer" if recipient.kind == Recipient.Kind.VOLUNTEER else "announced"
    intent = replies.read(message.body, state=state, language=language_of(recipient, message.organisation)).intent
    if intent == "stop":
        return _stop(message, recipient)
    if intent == "start":
        return _start(message, recipient)
    return None


def _stop(message: InboundMessage, recipient: Recipient) -> str:
    if recipient.stopped_at is None:
        recipient.stopped_at = clock.now()
        if recipient.kind == Recipient.Kind.CLIENT:
            recipient.channel = Channel.CALL
        _save(recipient)
        reply(message, f"plain.{_phrase('stop_confirmed', recipient)}")
    return "stopped"


def _start(message: InboundMessage, recipient: Recipient) -> str:
    if recipient.stopped_at is not None:
        recipient.stopped_at = None
        if recipient.kind == Recipient.Kind.CLIENT and numbers.is_textable(recipient.number):
            recipient.channel = Channel.SMS
        _save(recipient)
        reply(message, f"plain.{_phrase('start_confirmed', recipient)}")
    return "started"


def _save(recipient: Recipient) -> None:
    recipient.save(update_fields=["stopped_at", "channel"])
    reaching.tell_owners(recipient)


def _phrase(key: str, recipient: Recipient) -> str:
    return f"{key}_client" if recipient.kind == Recipient.Kind.CLIENT else key
