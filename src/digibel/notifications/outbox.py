"""Every text is here before it is sent, and ends as delivered, withdrawn because no longer true, or on a person's list.

SENDING is committed before the network is touched. After a crash in between a text is repeated only where the gateway
takes our own id; else a person looks. No transaction is ever held open across the network.
"""

import logging
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.db.models import F
from django_q.tasks import async_task
from uuid_utils.compat import uuid7

from digibel import clock, tracing
from digibel.audit.actors import Actor
from digibel.notifications import failing, gateways, phrasebook, receipts, segments, turns
from digibel.notifications.errors import GatewayError
from digibel.notifications.models import (
    BY_HAND,
    Hold,
    MessageQuerySet,
    MessageStatus,
    OutboundMessage,
    Recipient,
)
from digibel.notifications.moving import move, note_taken, put_on_list
from digibel.notifications.owners import owner_of
from digibel.notifications.recipients import language_of
from digibel.notifications.steps import one_by_one
from digibel.organisations.models import Organisation
from digibel.sealing.keys import is_erased
from digibel.sealing.reading import unsealed_or_none

logger = logging.getLogger(__name__)

MOST_TRIES = 5
BACK_OFF = timedelta(minutes=1)
STUCK_AFTER = timedelta(minutes=2)
# Texts claimed in one transaction: a fifth of those seen, so that several workers share what there is, and no statement is for one
# text. After so many seconds what is left of them is given back.
BATCH = 25
MOST_TOGETHER = 100
BATCH_TAKES = 5
# Seconds, well below the `timeout` of Q_CLUSTER.
SWEEP_TAKES = 30
MOST_AT_A_LOOK = 500
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
        # Its own id keeps the order of texts that were written at the same instant.
        id=uuid7(),
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
        trace=tracing.current(),
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


def sweep() -> int:
    """Send what is due now, oldest first, until nothing more leaves. Returns how many left. Safe to run in many places at once.

    One text that breaks keeps none of the others waiting. Nothing leaves while the outbox is held.
    """
    if held_since() is not None:
        return 0
    count, until = 0, time.monotonic() + SWEEP_TAKES
    while (name := failing.ready()) is not None:
        left = _sweep_over(name, until)
        count += left
        if time.monotonic() > until:
            # The queue ends a task that takes too long, in the middle of whatever it does.
            wake()
            break
        if not left and failing.ready() == name:
            break
    return count


def _sweep_over(name: str, until: float) -> int:
    """What is due, over this gateway, for as long as it works."""
    due = OutboundMessage.objects.due_by(clock.now()).for_networks().order_by("not_before", "created_at", "pk")
    rows = list(due.values_list("recipient", "created_at", "pk")[:MOST_AT_A_LOOK])
    count = 0
    for some in _batched(turns.in_rounds(rows), _at_a_time(name, len(rows))):
        if time.monotonic() > until or failing.ready() != name:
            break
        count += _send_safely(some, name)
    return count


def _at_a_time(name: str, seen: int) -> int:
    """Several are claimed together only where sending them again is harmless: a crash in between leaves all of them in doubt."""
    is_harmless = name == BY_HAND or gateways.gateway(name).takes_our_id
    return min(max(BATCH, seen // 5), MOST_TOGETHER) if is_harmless else 1


def _batched(ids: list[uuid.UUID], size: int) -> Iterator[list[uuid.UUID]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _send_safely(ids: list[uuid.UUID], name: str) -> int:
    """A text that breaks takes none of its batch with it."""
    try:
        return _send_together(ids, name)
    except Exception as error:
        if len(ids) > 1:
            return sum(_send_safely([one], name) for one in ids)
        logger.error("text failed", extra={"message_id": ids[0], "error": type(error).__name__})
        with suppress(DatabaseError):
            OutboundMessage.objects.waiting().filter(pk=ids[0]).update(trouble=turns.BROKEN)
        return 0


def _send_together(ids: list[uuid.UUID], name: str) -> int:
    """Claim, check against what is true now, commit, send, and note what became of each."""
    claimed = _claim(ids, name)
    taken: list[OutboundMessage] = []
    started, failed = time.monotonic(), False
    for place, message in enumerate(claimed):
        if time.monotonic() - started > BATCH_TAKES or (failed and message.gateway in failing.resting()):
            # What was true when they were claimed may be so no longer.
            _unclaim(claimed[place:])
            break
        provider_id = _hand_over(message)
        if provider_id is not None:
            if failed or not taken:
                failing.note_success(message.gateway)
            message.provider_id = provider_id[:80]
            taken.append(message)
        failed = provider_id is None
    _note_sent(taken)
    return len(taken)


def _hand_over(message: OutboundMessage) -> str | None:
    """The gateway's id for it, or None where it was not taken. What breaks here stays in SENDING, and is found there."""
    with tracing.under(message.trace):
        try:
            provider_id: str = gateways.gateway(message.gateway).send(
                message_id=message.pk, to=message.recipient.number, text=message.body
            )
        except GatewayError as error:
            _not_taken(message, error)
        except Exception as error:
            logger.error("text failed", extra={"message_id": message.pk, "error": type(error).__name__})
        else:
            if settings.DIGIBEL_LOG_REQUESTS:
                logger.info("text taken", extra={"message_id": message.pk, "gateway": message.gateway})
            return provider_id
    return None


def _note_sent(taken: Sequence[OutboundMessage]) -> None:
    """All together; where that breaks (two workers in each other's way, an owner that fails) each by itself, so that the trouble
    of one leaves no other in doubt."""
    if not taken:
        return
    started = time.monotonic()
    try:
        _note_together(taken)
    except Exception as error:
        if len(taken) == 1:
            logger.error("text failed", extra={"message_id": taken[0].pk, "error": type(error).__name__})
            return
        for message in taken:
            if time.monotonic() - started > BATCH_TAKES:
                # The database is busy: what is left is found as stuck.
                break
            _note_sent([message])
        return
    receipts.apply_early(taken)


@transaction.atomic
def _note_together(taken: Sequence[OutboundMessage]) -> None:
    for message in note_taken(taken):
        owner_of(message.kind).left(message)


def _unclaim(messages: Sequence[OutboundMessage]) -> None:
    OutboundMessage.objects.filter(pk__in=[message.pk for message in messages], status=MessageStatus.SENDING).update(
        status=MessageStatus.QUEUED, status_at=clock.now(), tries=F("tries") - 1
    )


@transaction.atomic
def _claim(ids: list[uuid.UUID], name: str) -> list[OutboundMessage]:
    """Those of these that leave now, committed as SENDING over the gateway `name`, or over the one a text is bound to."""
    locked = (
        OutboundMessage.objects.for_networks()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("recipient", "organisation")
        .filter(pk__in=ids)
        # As they were written, also where the first one waits longer because it was tried before.
        .order_by("created_at", "pk")
    )
    due = [message for message in locked if _is_due(message)]
    behind, by_hand = turns.behind(due), turns.behind_hands(due)
    true = [message for message in due if message.pk not in behind and _may_leave(message)]
    claimed = [message for message in true if _take_gateway(message, BY_HAND if message.pk in by_hand else name)]
    frozen_now = clock.now()
    for gateway in {message.gateway for message in claimed}:
        ours = [message.pk for message in claimed if message.gateway == gateway]
        OutboundMessage.objects.filter(pk__in=ours).update(
            status=MessageStatus.SENDING, status_at=frozen_now, tries=F("tries") + 1, gateway=gateway
        )
    for message in claimed:
        message.status, message.tries = MessageStatus.SENDING, message.tries + 1
    return claimed


def _is_due(message: OutboundMessage) -> bool:
    frozen_now = clock.now()
    if message.not_before > frozen_now:
        return False
    if not message.any_hour and (later := leaves_at(message, frozen_now)) > frozen_now:
        OutboundMessage.objects.filter(pk=message.pk).update(not_before=later)
        return False
    return True


def _may_leave(message: OutboundMessage) -> bool:
    """Whether it can be sent and still says what is so; else it is withdrawn, or a person's."""
    if not is_true(message):
        move(message, MessageStatus.WITHDRAWN, trouble="untrue")
        return False
    if not message.recipient.number or message.recipient.number_is_wrong:
        put_on_list(message, trouble="wrong_number" if message.recipient.number else "no_number")
        return False
    return True


def is_true(message: OutboundMessage) -> bool:
    """Asked right before it leaves, by whatever way."""
    return (
        message.recipient.restricted_at is None and _can_be_read(message) and owner_of(message.kind).still_true(message)
    )


def _take_gateway(message: OutboundMessage, name: str) -> bool:
    """Whether it leaves over a network now. What may have left over one gateway is never sent by another."""
    if message.perhaps_sent:
        if not gateways.is_used(message.gateway):
            put_on_list(message, trouble="perhaps_sent")
            return False
        return message.gateway not in failing.resting()
    message.gateway = name
    if message.gateway == BY_HAND:
        OutboundMessage.objects.filter(pk=message.pk, status=MessageStatus.QUEUED).update(gateway=BY_HAND)
    return message.gateway != BY_HAND


def _can_be_read(message: OutboundMessage) -> bool:
    """Nothing is sent to who was erased: number and text are gone with the key."""
    return unsealed_or_none(message, "body") is not None and unsealed_or_none(message.recipient, "number") is not None


def leaves_at(message: OutboundMessage, moment: datetime) -> datetime:
    """The first moment from `moment` on at which this text may wake nobody: on a rest day from when what it is about is near."""
    usual = clock.next_waking(moment)
    if message.near is None or message.near < moment - clock.NEAR:
        return usual
    return min(usual, clock.next_waking(max(moment, message.near - clock.NEAR), rest_days=True))


def _not_taken(message: OutboundMessage, error: GatewayError) -> None:
    logger.warning("text not taken", extra={"message_id": message.pk, "trouble": error.code})
    with transaction.atomic():
        failing.note_failure(message.gateway, error)
        in_doubt = message.perhaps_sent or error.perhaps_sent
        if in_doubt and not gateways.gateway(message.gateway).takes_our_id:
            put_on_list(message, trouble="perhaps_sent")
        elif error.permanent or message.tries >= MOST_TRIES:
            put_on_list(message, trouble=error.code)
        else:
            another = not in_doubt and failing.ready() not in {None, message.gateway}
            wait = timedelta(0) if another else BACK_OFF * 2 ** (message.tries - 1)
            again = clock.now() + wait
            move(message, MessageStatus.QUEUED, not_before=again, trouble=error.code, perhaps_sent=in_doubt)


def free_stuck() -> int:
    """Texts that a crash left in SENDING: repeated where that is harmless and may help, else on a person's list."""
    frozen_now = clock.now()
    stuck = OutboundMessage.objects.filter(status=MessageStatus.SENDING, status_at__lte=frozen_now - STUCK_AFTER)
    return one_by_one(stuck.select_related("recipient", "organisation"), _free, what="text")


@transaction.atomic
def _free(message: OutboundMessage) -> bool:
    if gateways.gateway(message.gateway).takes_our_id and message.tries < MOST_TRIES:
        return move(message, MessageStatus.QUEUED, not_before=clock.now(), trouble="crashed", perhaps_sent=True)
    put_on_list(message, trouble="perhaps_sent")
    return True
