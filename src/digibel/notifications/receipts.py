"""What became of a text, as its gateway tells it: in any order, twice, too late, and sooner than we know of the text ourselves.

A receipt can overtake the commit that says by which id the gateway took the text. Such a receipt is kept. Whoever
writes first, receipt or id, commits and then looks for the other: so at least one of the two finds it. Should a crash
come in between, the minute's sweep finds both.
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from digibel import clock
from digibel.notifications.gateways.base import Receipt
from digibel.notifications.models import MESSAGE_MOVES, EarlyReceipt, MessageStatus, OutboundMessage
from digibel.notifications.moving import move, put_on_list
from digibel.notifications.owners import owner_of

KEPT = timedelta(days=2)
LONGEST_ID = 80


def note_receipt(gateway: str, receipt: Receipt) -> bool:
    """Move a text along what its receipt allows. Late or repeated receipts change nothing; one of no known text is kept a while."""
    # No database keeps a NUL, and a line that breaks on it would be told the same receipt for ever.
    provider_id = receipt.provider_id.replace("\x00", "")[:LONGEST_ID]
    moved = _apply(gateway, provider_id, delivered=receipt.delivered)
    if moved is not None:
        return moved
    EarlyReceipt.objects.get_or_create(
        gateway=gateway, provider_id=provider_id, defaults={"delivered": receipt.delivered, "at": clock.now()}
    )
    return _apply_kept(EarlyReceipt.objects.filter(gateway=gateway, provider_id=provider_id)) > 0


def apply_early(messages: Sequence[OutboundMessage]) -> None:
    """These have just been committed as sent: were some of their receipts faster?"""
    by_gateway: dict[str, list[str]] = {}
    for message in messages:
        by_gateway.setdefault(message.gateway, []).append(message.provider_id)
    for gateway, ids in by_gateway.items():
        _apply_kept(EarlyReceipt.objects.filter(gateway=gateway, provider_id__in=ids))


def apply_all_early() -> int:
    """Every minute: what a crash kept apart; and what fits nothing is forgotten in the end."""
    EarlyReceipt.objects.filter(at__lte=clock.now() - KEPT).delete()
    return _apply_kept(EarlyReceipt.objects.all())


def _apply_kept(kept: QuerySet[EarlyReceipt]) -> int:
    count = 0
    for early in kept:
        with transaction.atomic():
            moved = _apply(early.gateway, early.provider_id, delivered=early.delivered)
            if moved is not None:
                EarlyReceipt.objects.filter(pk=early.pk).delete()
                count += moved
    return count


@transaction.atomic
def _apply(gateway: str, provider_id: str, *, delivered: bool) -> bool | None:
    """Whether this moved a text; None where no text fits."""
    message = (
        OutboundMessage.objects.select_for_update(of=("self",))
        .select_related("recipient", "organisation")
        .filter(_fits(provider_id), gateway=gateway)
        .first()
    )
    if message is None:
        return None
    if delivered:
        unknown_so_far = message.status == MessageStatus.SENDING
        moved = move(message, MessageStatus.DELIVERED, sent_at=message.sent_at or clock.now())
        if moved and unknown_so_far:
            owner_of(message.kind).left(message)
        return moved
    if MessageStatus.ON_LIST in MESSAGE_MOVES[message.status]:
        put_on_list(message, trouble="undelivered")
        return True
    return False


def _fits(provider_id: str) -> Q:
    """By the gateway's id; or by our own, which some hand back, while we do not know theirs yet."""
    fits = Q(provider_id=provider_id) & ~Q(provider_id="")
    try:
        ours = uuid.UUID(provider_id)
    except ValueError:
        return fits
    return fits | Q(pk=ours, status__in=(MessageStatus.SENDING, MessageStatus.SENT))
