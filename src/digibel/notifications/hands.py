"""Texts that somebody sends from their own telephone, one at a time: taken, checked against what is true, sent, and answered.

To take one is a compare and swap, so that two workers never send the same text. It is looked at then, right before it leaves.
"""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import inbound, outbox
from digibel.notifications.calls import open_call
from digibel.notifications.errors import AlreadyTaken, NoReply, NoTextToSend, TextNoLongerTrue, TextsHeld
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import BY_HAND, InboundMessage, MessageQuerySet, MessageStatus, OutboundMessage
from digibel.notifications.moving import move, put_on_list
from digibel.notifications.owners import owner_of
from digibel.notifications.steps import one_by_one
from digibel.organisations.models import Organisation

# Whoever took a text and was called away gives it back after this.
TAKEN_FOR = timedelta(minutes=10)
# How long it may wait for somebody: what is about today or tomorrow, and everything else.
URGENT_WAITS = timedelta(minutes=15)
WAITS = timedelta(hours=1)
LONGEST_REPLY = 1_000


def of(organisation: Organisation) -> MessageQuerySet:
    return OutboundMessage.objects.for_hands().filter(organisation=organisation)


def is_urgent(message: OutboundMessage, moment: datetime) -> bool:
    """Alarms and answers, and whatever is about the next 24 hours."""
    return message.any_hour or (message.near is not None and message.near <= moment + clock.NEAR)


def to_send(organisation: Organisation) -> list[OutboundMessage]:
    """What may leave now, urgent ones first. What is no longer true is not shown, and withdrawn by the minute's sweep."""
    frozen_now = clock.now()
    waiting = of(organisation).filter(not_before__lte=frozen_now).select_related("recipient", "organisation")
    shown: list[OutboundMessage] = []

    def show(one: OutboundMessage) -> None:
        if may_leave_now(one, frozen_now) and not one.recipient.number_is_wrong and outbox.is_true(one):
            shown.append(one)

    # One that breaks is not shown, and hides none of the others.
    one_by_one(waiting, show, what="text")
    return sorted(shown, key=lambda one: (not is_urgent(one, frozen_now), one.not_before, one.created_at, one.pk))


def may_leave_now(message: OutboundMessage, moment: datetime) -> bool:
    return message.any_hour or outbox.leaves_at(message, moment) <= moment


@transaction.atomic
def take(message: OutboundMessage, *, by: Actor) -> OutboundMessage:
    """I send this one. Raises `AlreadyTaken`, or `TextNoLongerTrue` for one that is withdrawn here."""
    if outbox.held_since() is not None:
        raise TextsHeld
    locked = _lock(message)
    frozen_now = clock.now()
    if not may_leave_now(locked, frozen_now):
        raise NoTextToSend
    if is_taken(locked, frozen_now) and locked.taken_by != str(by):
        raise AlreadyTaken
    if locked.recipient.number_is_wrong:
        put_on_list(locked, trouble="wrong_number")
    elif outbox.is_true(locked):
        locked.taken_by, locked.taken_at = str(by), frozen_now
        locked.save(update_fields=["taken_by", "taken_at"])
        # Its words say who, and may say where: whoever takes it has seen them (rule E12).
        record("text.taken", locked, by=by, organisation_id=locked.organisation_id)
        owner_of(locked.kind).seen(locked, by=by)
    else:
        move(locked, MessageStatus.WITHDRAWN, trouble="untrue")
    return locked


def is_taken(message: OutboundMessage, moment: datetime) -> bool:
    return message.taken_at is not None and message.taken_at > moment - TAKEN_FOR


@transaction.atomic
def note_sent(message: OutboundMessage, *, by: Actor) -> bool:
    """It left. False: meanwhile it is no longer true, and somebody has to ring and say so."""
    locked = _lock(message, withdrawn_too=True)
    if locked.taken_by != str(by):
        raise AlreadyTaken
    record("text.sent_by_hand", locked, by=by, organisation_id=locked.organisation_id)
    still_true = locked.status == MessageStatus.QUEUED and outbox.is_true(locked)
    if locked.status == MessageStatus.QUEUED:
        move(locked, MessageStatus.SENDING, tries=locked.tries + 1)
        move(locked, MessageStatus.SENT, trouble="", sent_at=clock.now())
        owner_of(locked.kind).left(locked)
    if not still_true:
        open_call(
            "gateway.outdated",
            locked,
            organisation=locked.organisation,
            recipient=locked.recipient,
            due_at=clock.now(),
            urgent=True,
        )
    return still_true


@transaction.atomic
def note_failed(message: OutboundMessage, *, by: Actor) -> None:
    """It did not work: somebody rings instead."""
    locked = _lock(message)
    if locked.taken_by != str(by):
        raise AlreadyTaken
    record("text.failed_by_hand", locked, by=by, organisation_id=locked.organisation_id)
    put_on_list(locked, trouble="by_hand")


def note_reply(message: OutboundMessage, text: str, *, reply_id: uuid.UUID, by: Actor) -> InboundMessage | None:
    """What came back on the worker's telephone goes the way of every text: masked, stored once, understood or in the inbox.

    `reply_id` is that of the form, so that pressing twice is one reply. None: it was here already.
    """
    said = text.replace("\x00", "").strip()[:LONGEST_REPLY]
    if not said or not message.recipient.number:
        raise NoReply
    told = InboundText(
        provider_id=str(reply_id), sender=message.recipient.number, to=message.organisation.sms_number, text=said
    )
    stored = inbound.receive_text(BY_HAND, told)
    if stored is not None:
        record("text.typed_in", stored, by=by, organisation_id=message.organisation_id)
    return stored


def look_again() -> int:
    """Every minute: texts that are no longer true leave the list. Returns how many."""
    return one_by_one(OutboundMessage.objects.for_hands().values_list("pk", flat=True), _withdraw_untrue, what="text")


@transaction.atomic
def _withdraw_untrue(pk: uuid.UUID) -> bool:
    locked = _find_locked(Q(pk=pk))
    return locked is not None and not outbox.is_true(locked) and move(locked, MessageStatus.WITHDRAWN, trouble="untrue")


def waiting_too_long(moment: datetime) -> MessageQuerySet:
    """By the moment at which each came to the list, which is when it was due."""
    urgent = Q(any_hour=True) | Q(near__lte=moment + clock.NEAR)
    late = Q(not_before__lte=moment - WAITS) | (urgent & Q(not_before__lte=moment - URGENT_WAITS))
    return OutboundMessage.objects.for_hands().filter(late)


def _lock(message: OutboundMessage, *, withdrawn_too: bool = False) -> OutboundMessage:
    locked = _find_locked(Q(pk=message.pk))
    if locked is not None and locked.status == MessageStatus.QUEUED:
        return locked
    if locked is not None and locked.status == MessageStatus.WITHDRAWN:
        if withdrawn_too:
            return locked
        raise TextNoLongerTrue
    raise AlreadyTaken


def _find_locked(which: Q) -> OutboundMessage | None:
    return (
        OutboundMessage.objects.select_for_update(of=("self",))
        .select_related("recipient", "organisation")
        .filter(which, gateway=BY_HAND)
        .first()
    )
