"""Every minute: do texts leave, does anything come back, does somebody's telephone send them, is the budget spent?

What is wrong is told once, as a call on the list of each organisation it touches and as a line in the log, until it is over.
"""

import logging
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max, Min, Q

from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import gateways, hands, outbox, prices
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import (
    BY_HAND,
    CallTask,
    InboundMessage,
    MessageQuerySet,
    MessageStatus,
    OutboundMessage,
    TextTrouble,
)
from digibel.notifications.owners import PlainTexts, Script
from digibel.organisations.models import Organisation

logger = logging.getLogger(__name__)

STANDS_STILL_AFTER = timedelta(minutes=10)
# A gateway that tells what became of texts, and has told nothing of this many for so long, is silent.
SILENT_TEXTS = 5
SILENT_AFTER = timedelta(hours=2)
LOOK_BACK = timedelta(days=2)
Kind = TextTrouble.Kind


class GatewayCalls(PlainTexts):
    """Errands about texts themselves: nobody is rung, somebody has to look. `outdated` is rung about, and has plain words."""

    def still_true(self, message: OutboundMessage) -> bool:
        return False

    def script(self, call: CallTask, *, language: str = "") -> Script:
        if call.recipient_id is not None:
            return super().script(call, language=language)
        return Script(language=call.organisation.language, sentences="", outcomes=("reached",))

    def call_outcome(self, call: CallTask, outcome: str, *, by: Actor) -> None:
        return None


def watch() -> None:
    """Safe to run twice, late, or in many places."""
    moment = clock.now()
    standing, waiting = stands_still(moment), _organisations(hands.waiting_too_long(moment))
    silent_to = _organisations(_unanswered(silent(moment), moment))
    told = set(TextTrouble.objects.values_list("organisation_id", "kind"))
    for organisation in Organisation.objects.all():
        share = spent_share(organisation)
        for kind, is_so in (
            (Kind.STANDS_STILL, organisation.pk in standing),
            (Kind.HANDS_WAIT, organisation.pk in waiting),
            (Kind.SILENT, organisation.pk in silent_to),
            (Kind.BUDGET_SPENT, share >= 1),
            (Kind.BUDGET_NEAR, prices.NEAR <= share < 1),
        ):
            if is_so != ((organisation.pk, kind) in told):
                _tell(organisation, kind, is_so)


def stands_still(moment: datetime) -> set[object]:
    """The organisations whose texts should have left a while ago. While a person holds the outbox, nothing should."""
    if outbox.held_since() is not None:
        return set()
    return _organisations(OutboundMessage.objects.due_by(moment - STANDS_STILL_AFTER).for_networks())


def silent(moment: datetime) -> set[str]:
    """Gateways that told what became of texts before, and now tell nothing: neither receipts nor answers."""
    return {name for name in gateways.in_order() if name != BY_HAND and _is_silent(name, moment)}


def _is_silent(name: str, moment: datetime) -> bool:
    told = Q(status=MessageStatus.DELIVERED) | Q(status=MessageStatus.ON_LIST, trouble__startswith="undelivered")
    ours = OutboundMessage.objects.filter(gateway=name)
    last_told = ours.filter(told).aggregate(at=Max("status_at"))["at"]
    if last_told is None:
        return False
    last_heard = InboundMessage.objects.filter(gateway=name).aggregate(at=Max("received_at"))["at"]
    unanswered = _unanswered({name}, moment)
    first = unanswered.aggregate(at=Min("sent_at"))["at"]
    return unanswered.count() >= SILENT_TEXTS and max(last_told, last_heard or last_told) < first


def _unanswered(names: set[str], moment: datetime) -> MessageQuerySet:
    return OutboundMessage.objects.filter(
        gateway__in=names,
        status=MessageStatus.SENT,
        sent_at__lte=moment - SILENT_AFTER,
        sent_at__gte=moment - LOOK_BACK,
    )


def _organisations(messages: MessageQuerySet) -> set[object]:
    return set(messages.order_by().values_list("organisation_id", flat=True).distinct())


def spent_share(organisation: Organisation) -> Decimal:
    """How much of this month's budget is gone, 1 for all of it; nought without a budget."""
    if not organisation.texts_budget:
        return Decimal(0)
    return prices.spent(organisation, clock.today()).euro / organisation.texts_budget


def _tell(organisation: Organisation, kind: str, is_so: bool) -> None:
    with transaction.atomic():
        if not is_so:
            TextTrouble.objects.filter(organisation=organisation, kind=kind).delete()
            drop_calls(organisation, f"gateway.{kind}")
            return
        try:
            with transaction.atomic():
                TextTrouble.objects.create(organisation=organisation, kind=kind, since=clock.now())
        except IntegrityError:
            return
        urgent = kind not in {Kind.BUDGET_NEAR, Kind.BUDGET_SPENT}
        open_call(
            f"gateway.{kind}",
            organisation,
            organisation=organisation,
            recipient=None,
            due_at=clock.now(),
            urgent=urgent,
        )
    logger.error("trouble with texts", extra={"kind": str(kind), "organisation_id": organisation.pk})
