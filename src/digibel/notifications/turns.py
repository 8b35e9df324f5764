"""Texts to one person leave in the order in which they were written: no worker sends the second while another sends the first."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Min

from digibel import clock
from digibel.notifications.models import BY_HAND, MessageStatus, OutboundMessage

# A text that breaks whoever touches it holds up the next ones no longer than this.
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
    unsent = OutboundMessage.objects.filter(
        recipient__in={message.recipient_id for message in messages},
        status__in=(MessageStatus.QUEUED, MessageStatus.SENDING),
    ).exclude(gateway=BY_HAND)
    waiting: dict[uuid.UUID, list[OutboundMessage]] = {}
    for one in unsent.only("recipient", "status", "created_at", "not_before", "tries"):
        waiting.setdefault(one.recipient_id, []).append(one)
    return {
        message.pk
        for message in messages
        if any(_goes_first(one, message) for one in waiting.get(message.recipient_id, ()))
    }


def _goes_first(one: OutboundMessage, message: OutboundMessage) -> bool:
    if one.pk == message.pk:
        return False
    if one.status == MessageStatus.SENDING:
        return True
    if (one.created_at, one.pk) > (message.created_at, message.pk):
        return False
    # An alarm or an answer waits for no text that has to be tried again.
    tried_again = one.tries > 0 and not message.any_hour
    frozen_now = clock.now()
    return one.not_before > frozen_now - PATIENCE and (one.not_before <= frozen_now or tried_again)


def behind_hands(messages: Sequence[OutboundMessage]) -> set[uuid.UUID]:
    """Which of these have an earlier text before them that waits until somebody sends it by hand: they wait behind it."""
    waiting = OutboundMessage.objects.for_hands().filter(recipient__in={message.recipient_id for message in messages})
    first = dict(waiting.order_by().values_list("recipient").annotate(at=Min("created_at")))
    return {
        message.pk
        for message in messages
        if not message.any_hour and message.recipient_id in first and first[message.recipient_id] < message.created_at
    }
