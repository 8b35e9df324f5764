"""STOP and START, in any of their forms: at once, confirmed once, and seen by a person."""

from django.db import transaction

from digibel import clock
from digibel.notifications import numbers, reaching, replies
from digibel.notifications.inbound import reply
from digibel.notifications.models import Channel, InboundMessage, Recipient
from digibel.notifications.recipients import language_of
from digibel.sealing import ledger
from digibel.sealing.models import Standing


def handle(message: InboundMessage) -> str | None:
    """Own STOP and START. A client who stops is telephoned from now on; a volunteer gets no offers any more; a stranger gets
    not even the hours at which somebody answers, and no text that says so.
    """
    recipient = message.recipient
    if recipient.kind == Recipient.Kind.STAFF or message.organisation is None:
        return None
    state = "offer" if recipient.kind == Recipient.Kind.VOLUNTEER else "announced"
    intent = replies.read(message.body, state=state, language=language_of(recipient, message.organisation)).intent
    if intent == "stop":
        return _stop(message, recipient)
    if intent == "start":
        return _start(message, recipient)
    return None


def _stop(message: InboundMessage, recipient: Recipient) -> str:
    if stop(recipient) and recipient.kind != Recipient.Kind.UNKNOWN:
        reply(message, f"plain.{phrase('stop_confirmed', recipient)}")
    return "stopped"


def stop(recipient: Recipient) -> bool:
    """No texts any more; a client who had them is rung instead. False: they had said so before."""
    if recipient.stopped_at is not None:
        return False
    recipient.stopped_at = clock.now()
    if recipient.kind == Recipient.Kind.CLIENT and recipient.channel == Channel.SMS:
        recipient.channel = Channel.CALL
    ledger.note(ledger.What.STOP, recipient.pk)
    _save(recipient)
    return True


def _start(message: InboundMessage, recipient: Recipient) -> str:
    if start(recipient) and recipient.kind != Recipient.Kind.UNKNOWN:
        reply(message, f"plain.{phrase('start_confirmed', recipient)}")
    return "started"


def start(recipient: Recipient) -> bool:
    """Texts again, where the number takes them. False: they had not stopped."""
    if recipient.stopped_at is None:
        return False
    recipient.stopped_at = None
    rung = recipient.kind == Recipient.Kind.CLIENT and recipient.channel == Channel.CALL
    if rung and numbers.is_textable(recipient.number):
        recipient.channel = Channel.SMS
    ledger.note(ledger.What.START, recipient.pk)
    _save(recipient)
    return True


def replay() -> int:
    """Say again what was said since the copy was made that has come back. Safe to run twice. Returns how many it were."""
    return sum(_again(entry) for entry in ledger.standing(ledger.What.STOP, ledger.What.START))


@transaction.atomic
def _again(entry: Standing) -> bool:
    recipient = Recipient.objects.select_for_update().filter(pk=entry.subject_id).first()
    # Gone with the copy, or their number was forgotten: there is nothing to stop.
    if recipient is None or not recipient.number_index:
        return False
    if entry.what == ledger.What.STOP:
        return stop(recipient)
    said_before = recipient.stopped_at is not None and recipient.stopped_at <= entry.at
    return said_before and start(recipient)


def _save(recipient: Recipient) -> None:
    recipient.save(update_fields=["stopped_at", "channel"])
    reaching.tell_owners(recipient)


def phrase(key: str, recipient: Recipient) -> str:
    return f"{key}_client" if recipient.kind == Recipient.Kind.CLIENT else key
