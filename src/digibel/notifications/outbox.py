"""Every text is here before it is sent, and ends as delivered, withdrawn because no longer true, or on a person's list.

SENDING is committed before the network is touched. After a crash in between a text is repeated only where the gateway
takes our own id; else a person looks. No transaction is ever held open across the network.
"""

import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django_q.tasks import async_task

from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import gateways, phrasebook, segments
from digibel.notifications.calls import open_call
from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways.base import Receipt
from digibel.notifications.models import (
    MESSAGE_MOVES,
    CallTask,
    Hold,
    MessageQuerySet,
    MessageStatus,
    OutboundMessage,
    Recipient,
)
from digibel.notifications.owners import owner_of
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Organisation
from digibel.sealing.keys import is_erased
from digibel.sealing.reading import unsealed_or_none

logger = logging.getLogger(__name__)

MOST_TRIES = 5
BACK_OFF = timedelta(minutes=1)
STUCK_AFTER = timedelta(minutes=2)
ON_ITS_WAY = (MessageStatus.QUEUED, MessageStatus.SENDING)
# Values of a text that say who or where the other one is.
NAMES = frozenset({"client", "name", "volunteer", "word", "street", "link"})


def queue_message(
    recipient: Recipient,
    kind: str,
    *,
    organisation: Organisation,
    subject: models.Model,
    not_before: datetime | None = None,
    any_hour: bool = False,
    near: datetime | None = None,
    **values: Any,
) -> OutboundMessage:
    """Put one text in the outbox, within the caller's transaction; the worker is woken when that commits. See `compose`."""
    message = compose(
        recipient,
        kind,
        organisation=organisation,
        subject=subject,
        not_before=not_before,
        any_hour=any_hour,
        near=near,
        **values,
    )
    queue_all([message])
    return message


def queue_all(messages: Iterable[OutboundMessage]) -> None:
    """Put several composed texts in the outbox, in one statement. Nothing is written to somebody who was erased."""
    if composed := [message for message in messages if not is_erased(message.key_id)]:
        OutboundMessage.objects.bulk_create(composed)
        wake()


def compose(
    recipient: Recipient,
    kind: str,
    *,
    organisation: Organisation,
    subject: models.Model,
    not_before: datetime | None = None,
    any_hour: bool = False,
    near: datetime | None = None,
    **values: Any,
) -> OutboundMessage:
    """Write one text, not yet in the outbox.

    `kind` is `owner.key`: who answers for it, and its key in the phrasebook. `near` is the moment it is about: within
    24 hours of it Sundays and holidays count as days. `any_hour` is for alarms and for answers to a text just received.
    """
    language = language_of(recipient, organisation)
    body = phrasebook.render(kind.partition(".")[2], language, **values)
    frozen_now = clock.now()
    return OutboundMessage(
        organisation=organisation,
        recipient=recipient,
        kind=kind,
        language=language,
        key_id=_key_for(recipient, subject, values),
        body=body,
        segments=segments.count(body).segments,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        status_at=frozen_now,
        created_at=frozen_now,
        not_before=max(not_before or frozen_now, frozen_now),
        any_hour=any_hour,
        near=near,
    )


def _key_for(recipient: Recipient, subject: models.Model, values: Mapping[str, Any]) -> uuid.UUID:
    """A text that names the other side of a visit is forgotten with either of them, in a backup too: the visit's own key."""
    shared: uuid.UUID | None = getattr(subject, "texts_key_id", None)
    return shared if shared is not None and NAMES & values.keys() else recipient.key_id


def wake() -> None:
    """Once what was written is committed, the worker looks at the outbox, once for however many texts.

    A lost wake-up costs a minute, no text.
    """
    if all(waiting is not _wake_worker for _, waiting, _ in transaction.get_connection().run_on_commit):
        transaction.on_commit(_wake_worker)


def _wake_worker() -> None:
    async_task("digibel.notifications.tasks.sweep_outbox")


def withdraw(messages: MessageQuerySet) -> int:
    """A deed takes back the texts it makes untrue, before they leave."""
    return messages.waiting().update(status=MessageStatus.WITHDRAWN, status_at=clock.now(), trouble="untrue")


def scrub(messages: MessageQuerySet) -> int:
    """Empty the words of texts that will not leave any more, and keep that they were sent. Returns how many there were."""
    return messages.exclude(status__in=ON_ITS_WAY).filter(body__isnull=False).update(body=None)


def hold() -> None:
    """No text leaves from now on, until a person releases the outbox. Held already, it stays so."""
    if held_since() is None:
        Hold.objects.create(since=clock.now())


def held_since() -> datetime | None:
    return Hold.objects.filter(released_at=None).values_list("since", flat=True).first()


def release(*, by: Actor) -> None:
    """Somebody has looked. What is no longer true is withdrawn when its turn comes, as always."""
    Hold.objects.filter(released_at=None).update(released_at=clock.now(), released_by=str(by))
    wake()


def sweep(limit: int = 500) -> int:
    """Send what is due now, oldest first. Returns how many left. Safe to run in many places at once.

    One text that breaks keeps none of the others waiting. Nothing leaves while the outbox is held.
    """
    if held_since() is not None:
        return 0
    due = OutboundMessage.objects.due_by(clock.now()).order_by("not_before", "created_at")
    return sum(_send_safely(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _send_safely(message_id: uuid.UUID) -> bool:
    try:
        return send_one(message_id)
    except Exception as error:
        logger.error("text failed", extra={"message_id": str(message_id), "error": type(error).__name__})
        return False


def send_one(message_id: uuid.UUID) -> bool:
    """Claim, check against what is true now, commit, send, and note what became of it."""
    message = _claim(message_id)
    if message is None:
        return False
    gateway = gateways.gateway(message.gateway)
    try:
        provider_id = gateway.send(message_id=message.pk, to=message.recipient.number, text=message.body)
    except GatewayError as error:
        _not_taken(message, error)
        return False
    with transaction.atomic():
        if _move(message, MessageStatus.SENT, provider_id=provider_id[:80], trouble=""):
            owner_of(message.kind).left(message)
    return True


@transaction.atomic
def _claim(message_id: uuid.UUID) -> OutboundMessage | None:
    locked = (
        OutboundMessage.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("recipient", "organisation")
        .filter(pk=message_id, status=MessageStatus.QUEUED)
        .first()
    )
    frozen_now = clock.now()
    if locked is None or locked.not_before > frozen_now:
        return None
    if not locked.any_hour and (later := leaves_at(locked, frozen_now)) > frozen_now:
        OutboundMessage.objects.filter(pk=locked.pk).update(not_before=later)
        return None
    if (
        locked.recipient.restricted_at is not None
        or not _can_be_read(locked)
        or not owner_of(locked.kind).still_true(locked)
    ):
        _move(locked, MessageStatus.WITHDRAWN, trouble="untrue")
        return None
    if not locked.recipient.number:
        put_on_list(locked, trouble="no_number")
        return None
    _move(locked, MessageStatus.SENDING, gateway=gateways.current().name, tries=locked.tries + 1)
    return locked


def _can_be_read(message: OutboundMessage) -> bool:
    """Nothing is sent to who was erased: number and text are gone with the key."""
    return unsealed_or_none(message, "body") is not None and unsealed_or_none(message.recipient, "number") is not None


def leaves_at(message: OutboundMessage, moment: datetime) -> datetime:
    """The first moment from `moment` on at which this text may wake nobody."""
    near = message.near is not None and message.near - clock.next_waking(moment, rest_days=True) <= clock.NEAR
    return clock.next_waking(moment, rest_days=near)


def _not_taken(message: OutboundMessage, error: GatewayError) -> None:
    logger.warning("text not taken", extra={"message_id": str(message.pk), "trouble": error.code})
    with transaction.atomic():
        if error.permanent or message.tries >= MOST_TRIES:
            put_on_list(message, trouble=error.code)
        else:
            wait = BACK_OFF * 2 ** (message.tries - 1)
            _move(message, MessageStatus.QUEUED, not_before=clock.now() + wait, trouble=error.code)


def put_on_list(message: OutboundMessage, *, trouble: str) -> None:
    """It did not arrive: a person takes over, as its owner says; where the owner says nothing, with a call of its own."""
    if not _move(message, MessageStatus.ON_LIST, trouble=trouble):
        return
    owner_of(message.kind).undelivered(message)
    if not CallTask.objects.open().filter(subject_id=message.subject_id).exists():
        open_call(
            "plain.undelivered",
            message,
            organisation=message.organisation,
            recipient=message.recipient,
            due_at=clock.now(),
        )


def free_stuck() -> int:
    """Texts that a crash left in SENDING: repeated where that is harmless, else on a person's list."""
    frozen_now = clock.now()
    stuck = OutboundMessage.objects.filter(status=MessageStatus.SENDING, status_at__lte=frozen_now - STUCK_AFTER)
    count = 0
    for message in stuck.select_related("recipient", "organisation"):
        with transaction.atomic():
            if gateways.gateway(message.gateway).takes_our_id:
                count += _move(message, MessageStatus.QUEUED, not_before=frozen_now, trouble="crashed")
            else:
                put_on_list(message, trouble="perhaps_sent")
                count += 1
    return count


@transaction.atomic
def note_receipt(gateway: str, receipt: Receipt) -> bool:
    """Move a text along what its receipt allows. Late, repeated or unknown receipts change nothing."""
    message = (
        OutboundMessage.objects.select_for_update(of=("self",))
        .select_related("recipient", "organisation")
        .filter(gateway=gateway, provider_id=receipt.provider_id)
        .first()
    )
    if message is None:
        return False
    if receipt.delivered:
        return _move(message, MessageStatus.DELIVERED)
    if MessageStatus.ON_LIST in MESSAGE_MOVES[message.status]:
        put_on_list(message, trouble="undelivered")
        return True
    return False


def _move(message: OutboundMessage, to: str, **fields: object) -> bool:
    """The one writer of a message's status: compare and swap, along the arrows only. False: somebody was faster."""
    if to not in MESSAGE_MOVES[message.status]:
        return False
    changed = {"status": to, "status_at": clock.now(), **fields}
    moved = OutboundMessage.objects.filter(pk=message.pk, status=message.status).update(**changed) == 1
    if moved:
        for name, value in changed.items():
            setattr(message, name, value)
    return moved
