"""Texts that come in: masked, stored once, answered at once, and worked through in the queue.

Each is shown to an ordered list of handlers; the first that returns an outcome owns it; none means a person's inbox.
"""

import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Subquery
from django.utils.module_loading import import_string
from django_q.tasks import async_task

from digibel import clock
from digibel.guardrails import secrets
from digibel.notifications import hours, numbers
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import InboundMessage, OutboundMessage, Recipient
from digibel.notifications.outbox import queue_message
from digibel.notifications.recipients import known_at
from digibel.notifications.replies.vocabulary import vocabulary
from digibel.organisations.models import Organisation
from digibel.problems import Problem
from digibel.sealing import keys
from digibel.sealing.index import harmless_id

logger = logging.getLogger(__name__)

Handler = Callable[[InboundMessage], str | None]

# Two people at one number who were both texted lately: nobody can tell who answers.
LATELY = timedelta(hours=48)


def receive_text(
    gateway: str, text: InboundText, *, doubt: str = "", held_secret: bool = False
) -> InboundMessage | None:
    """Store a text once and wake the worker. None: it was here already.

    `doubt` is a reason why nobody may act on it but a person: it lies in the inbox at once. `held_secret`: it did, and was masked.
    """
    finding = secrets.find(text.text)
    recipient = speaker(text.sender)
    try:
        with transaction.atomic():
            message = InboundMessage.objects.create(
                gateway=gateway,
                provider_id=harmless_id(text.provider_id, purpose="provider"),
                organisation=organisation_of(recipient, text.to),
                recipient=recipient,
                key_id=recipient.key_id,
                body=finding.masked,
                held_secret=held_secret or bool(finding.kinds),
                received_at=clock.now(),
                status=InboundMessage.Status.INBOX if doubt else InboundMessage.Status.RECEIVED,
                outcome=doubt,
            )
            if not doubt:
                # A row of this database too: the text and its wake-up commit together.
                async_task("digibel.notifications.tasks.route_text", str(message.pk))
    except IntegrityError:
        return None
    return message


def route_text(message_id: uuid.UUID | str) -> str:
    """Work through this text, after whatever else this person said before it: IN, then UIT, never the other way round.

    Workers are many and the queue promises no order, so whoever comes first works through what is older too.
    """
    this = InboundMessage.objects.filter(pk=message_id)
    said_before = InboundMessage.objects.filter(
        recipient=Subquery(this.values("recipient")),
        status=InboundMessage.Status.RECEIVED,
        received_at__lt=Subquery(this.values("received_at")),
    )
    for earlier_id in list(said_before.order_by("received_at").values_list("pk", flat=True)):
        _route_safely(earlier_id)
    return _route(message_id)


def _route_safely(message_id: uuid.UUID) -> None:
    """A text that breaks is tried again by its own wake-up; what was said after it may be a check-out, and goes on."""
    try:
        _route(message_id)
    except Exception as error:
        logger.error("text failed", extra={"inbound_id": message_id, "error": type(error).__name__})


@transaction.atomic
def _route(message_id: uuid.UUID | str) -> str:
    """Offer a text to each handler until one owns it. The claim, the deed and the answer commit together, or not at all."""
    message = (
        InboundMessage.objects.select_for_update(of=("self",))
        .select_related("recipient", "organisation")
        .get(pk=message_id)
    )
    if message.status != InboundMessage.Status.RECEIVED:
        return message.outcome
    outcome = _outcome(message)
    # A person looks at what nobody understood, at every STOP, and at whoever texts us secrets.
    kept = not outcome or outcome in {"shared_number", "stopped"} or outcome.startswith("stop.")
    message.status = InboundMessage.Status.INBOX if kept else InboundMessage.Status.HANDLED
    message.outcome = outcome
    message.save(update_fields=["status", "outcome"])
    if message.held_secret:
        _say_kindly_why(message)
    elif kept and message.organisation is not None and message.recipient.kind == Recipient.Kind.UNKNOWN:
        hours.tell(message.recipient, hours.STRANGERS_TEXT, organisation=message.organisation, any_hour=True)
    logger.info("text routed", extra={"inbound_id": message.pk, "outcome": outcome or "inbox"})
    return outcome


def unrouted(older_than: timedelta) -> list[uuid.UUID]:
    """Texts that were received that long ago and not worked through: their wake-up was lost, or they broke something."""
    stale = InboundMessage.objects.filter(
        status=InboundMessage.Status.RECEIVED, received_at__lte=clock.now() - older_than
    )
    return list(stale.order_by("received_at").values_list("pk", flat=True))


def reply(message: InboundMessage, kind: str, **values: Any) -> OutboundMessage | None:
    """The answer to a text just received: it leaves at any hour."""
    if message.organisation is None or not message.recipient.number:
        return None
    return queue_message(
        message.recipient, kind, organisation=message.organisation, subject=message, any_hour=True, **values
    )


def _outcome(message: InboundMessage) -> str:
    """Who shares a number with somebody is asked first whom a STOP is for; else whoever was texted lately is meant."""
    if message.recipient.number_is_wrong:
        return ""  # noted since it came in: a person looks whose it is
    sharing = _sharing(message)
    if sharing.count() < 2:
        return _ask(message, handlers())
    if message.organisation and (owned := _ask(message, map(_load, settings.SHARED_NUMBER_HANDLERS))):
        return owned
    return "shared_number" if _are_doubtful(sharing) else _ask(message, handlers())


def _ask(message: InboundMessage, asked: Iterable[Handler]) -> str:
    """The outcome of the first that owns it. A deed that is refused leaves nothing behind, and a person looks."""
    try:
        with transaction.atomic():
            return next(filter(None, (handle(message) for handle in asked)), "")
    except Problem:
        return ""


def give_to_a_person(message_id: uuid.UUID) -> None:
    """A text that broke whoever tried to work it through is not tried for ever: it goes to the inbox."""
    message = InboundMessage.objects.filter(pk=message_id, status=InboundMessage.Status.RECEIVED)
    message.update(status=InboundMessage.Status.INBOX, outcome="broken")


@cache
def _load(path: str) -> Handler:
    return import_string(path)


def handlers() -> list[Handler]:
    return [_load(path) for path in settings.INBOUND_HANDLERS]


def get_ready() -> None:
    """Load what reading a text needs. It takes more than a second, for which the first text would hold the database."""
    handlers()
    vocabulary()


def speaker(number: str) -> Recipient:
    """Who texts: of several people at one number, the one who was texted last; a stranger only where nobody is known."""
    here = list(known_at(numbers.index(number)))
    known = [one for one in here if one.kind != Recipient.Kind.UNKNOWN] or here[:1]
    if not known:
        return Recipient.objects.create(
            kind=Recipient.Kind.UNKNOWN,
            key_id=keys.new_key(),
            number=number,
            number_index=numbers.index(number),
        )
    return max(known, key=_last_texted) if len(known) > 1 else known[0]


def _last_texted(recipient: Recipient) -> str:
    last = OutboundMessage.objects.filter(recipient=recipient).order_by("-status_at").first()
    return last.status_at.isoformat() if last else ""


def _sharing(message: InboundMessage) -> QuerySet[Recipient]:
    """Everybody at this number. Whoever texted us before we knew them is no second person."""
    return known_at(message.recipient.number_index).exclude(kind=Recipient.Kind.UNKNOWN)


def _are_doubtful(sharing: QuerySet[Recipient]) -> bool:
    """Unless exactly one of them was texted lately."""
    texted = OutboundMessage.objects.filter(recipient__in=sharing, status_at__gte=clock.now() - LATELY)
    return texted.values("recipient").distinct().count() != 1


def organisation_of(recipient: Recipient, to: str) -> Organisation | None:
    """Whose conversation this is: the organisation that texted this person last, else whose number was texted.

    A stranger's text to a number that is nobody's goes to the first organisation: in somebody's inbox, not in nobody's.
    Never that of somebody we know: they may be another organisation's client.
    """
    last = recipient.messages.select_related("organisation").order_by("-created_at").first()
    if last is not None:
        return last.organisation
    # An organisation may have no number of its own, and that is nobody's number.
    texted = Organisation.objects.filter(sms_number=to).first() if to else None
    if texted is None and recipient.kind == Recipient.Kind.UNKNOWN:
        return Organisation.objects.order_by("name").first()
    return texted


def _say_kindly_why(message: InboundMessage) -> None:
    formal = message.recipient.kind == Recipient.Kind.CLIENT
    reply(message, "plain.secret_masked_client" if formal else "plain.secret_masked")
