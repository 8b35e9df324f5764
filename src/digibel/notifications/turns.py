"""Texts to one person leave in the order in which they were written: no worker sends the second while another sends the first."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Min, Q

from digibel import clock
from digibel.notifications.models import BY_HAND, MessageStatus, OutboundMessage

# The trouble of a text that breaks whoever touches it.
BROKEN = "broken"
# Such a text, and one that only a resting gateway may send, holds up the next ones no longer than this.
PATIENCE = timedelta(minutes=10)


def in_rounds(rows: Sequence[tuple[uuid.UUID, datetime, uuid.UUID]]) -> list[uuid.UUID]:
    """Ids of texts, `rows` being recipient, moment of writing and id: everybody's first, then everybody's second.

    So that a text is not looked at in vain together with the one it waits for.
    """
    rounds: Counter[uuid.UUID] = Counter()
    in_round: dict[uuid.UUID, int] = {}
    for recipient, _, pk in sorted(rows, key=lambda row: row[1:]):
        in_round[pk] = rounds[recipient]
        rounds[recipient] += 1
    return sorted((row[2] for row in rows), key=in_round.__getitem__)


def behind(messages: Sequence[OutboundMessage]) -> set[uuid.UUID]:
    """Which of these are not to leave yet, because an earlier one to the same person is about to, or is just leaving.

    Each of two workers sees the earlier text as waiting or as leaving until it has left, so both come to the same answer.
    """
    if not messages:
        return set()
    unsent = OutboundMessage.objects.filter(
        Q(status=MessageStatus.SENDING) | Q(created_at__lte=max(message.created_at for message in messages)),
        recipient__in={message.recipient_id for message in messages},
        status__in=(MessageStatus.QUEUED, MessageStatus.SENDING),
    ).exclude(gateway=BY_HAND)
    waiting: dict[uuid.UUID, list[_Unsent]] = {}
    for row in unsent.values_list(*_Unsent._fields):
        one = _Unsent(*row)
        waiting.setdefault(one.recipient_id, []).append(one)
    return {
        message.pk
        for message in messages
        if any(_goes_first(one, message) for one in waiting.get(message.recipient_id, ()))
    }


class _Unsent(NamedTuple):
    """A text that has not left, as far as others wait for it."""

    pk: uuid.UUID
    recipient_id: uuid.UUID
    status: str
    created_at: datetime
    not_before: datetime
    tries: int
    trouble: str
    perhaps_sent: bool


def _goes_first(one: _Unsent, message: OutboundMessage) -> bool:
    if one.pk == message.pk:
        return False
    if one.status == MessageStatus.SENDING:
        return True
    if (one.created_at, one.pk) > (message.created_at, message.pk):
        return False
    frozen_now = clock.now()
    if one.trouble == BROKEN or one.perhaps_sent:
        # An alarm or an answer waits for nothing that is stuck; anything else, a while.
        return not message.any_hour and one.not_before > frozen_now - PATIENCE
    # However long nothing left: what was written first leaves first, and what is tried again holds up all but alarms and answers.
    return one.not_before <= frozen_now or (one.tries > 0 and not message.any_hour)


def behind_hands(messages: Sequence[OutboundMessage]) -> set[uuid.UUID]:
    """Which of these have an earlier text before them that waits until somebody sends it by hand: they wait behind it."""
    waiting = OutboundMessage.objects.for_hands().filter(recipient__in={message.recipient_id for message in messages})
    first = dict(waiting.order_by().values_list("recipient").annotate(at=Min("created_at")))
    return {
        message.pk
        for message in messages
        if not message.any_hour and message.recipient_id in first and first[message.recipient_id] < message.created_at
    }
