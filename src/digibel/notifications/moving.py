"""The one writer of a text's status."""

from collections.abc import Sequence

from django.db.models import Case, Value, When

from digibel import clock
from digibel.notifications.calls import open_call
from digibel.notifications.models import MESSAGE_MOVES, PAST, CallTask, MessageStatus, OutboundMessage
from digibel.notifications.owners import owner_of


def move(message: OutboundMessage, to: str, **fields: object) -> bool:
    """Compare and swap, along the arrows only. False: somebody was faster."""
    if to not in MESSAGE_MOVES[message.status]:
        return False
    changed = {"status": to, "status_at": clock.now(), **fields}
    moved = OutboundMessage.objects.filter(pk=message.pk, status=message.status).update(**changed) == 1
    if moved:
        for name, value in changed.items():
            setattr(message, name, value)
    return moved


def note_taken(messages: Sequence[OutboundMessage]) -> list[OutboundMessage]:
    """The gateway has these, each by its `provider_id`: compare and swap for all of them in one statement, within a transaction.

    Returns those that were still being sent. The others had their receipt before.
    """
    ids = [message.pk for message in messages]
    sending = OutboundMessage.objects.filter(pk__in=ids, status=MessageStatus.SENDING)
    still = set(sending.select_for_update().order_by("pk").values_list("pk", flat=True))
    sent = [message for message in messages if message.pk in still]
    if not sent:
        return []
    frozen_now = clock.now()
    for message in sent:
        message.status, message.trouble = MessageStatus.SENT, ""
        message.status_at = message.sent_at = frozen_now
    named = Case(*(When(pk=message.pk, then=Value(message.provider_id)) for message in sent))
    OutboundMessage.objects.filter(pk__in=still).update(
        status=MessageStatus.SENT, status_at=frozen_now, sent_at=frozen_now, trouble="", provider_id=named
    )
    return sent


def put_on_list(message: OutboundMessage, *, trouble: str) -> None:
    """It did not arrive: a person takes over, as its owner says; where the owner says nothing, with a call of its own.

    Nobody is rung about what is so no longer: a visit that was called off meanwhile would be announced by a voice.
    """
    owner = owner_of(message.kind)
    matters = owner.still_to_be_said(message)
    if not move(message, MessageStatus.ON_LIST, trouble=trouble if matters else f"{trouble}{PAST}") or not matters:
        return
    owner.undelivered(message)
    errands = CallTask.objects.open().filter(subject_id=message.subject_id)
    if not errands.exclude(kind__startswith="gateway.").exists():
        open_call(
            "plain.undelivered",
            message,
            organisation=message.organisation,
            recipient=message.recipient,
            due_at=clock.now(),
        )
