"""The one writer of a text's status."""

from digibel import clock
from digibel.notifications.calls import open_call
from digibel.notifications.models import MESSAGE_MOVES, CallTask, MessageStatus, OutboundMessage
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


def put_on_list(message: OutboundMessage, *, trouble: str) -> None:
    """It did not arrive: a person takes over, as its owner says; where the owner says nothing, with a call of its own."""
    if not move(message, MessageStatus.ON_LIST, trouble=trouble):
        return
    owner_of(message.kind).undelivered(message)
    errands = CallTask.objects.open().filter(subject_id=message.subject_id)
    if not errands.exclude(kind__startswith="gateway.").exists():
        open_call(
            "plain.undelivered",
            message,
            organisation=message.organisation,
            recipient=message.recipient,
            due_at=clock.now(),
        )
