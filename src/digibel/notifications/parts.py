"""Long texts that come in as parts: in any order, twice, or with one missing.

Nothing is done with a part: "ja" may go on with "maar niet alleen". The whole is a text like any other; one that stays
incomplete goes to a person, with what is there.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from digibel import clock
from digibel.guardrails import secrets
from digibel.notifications import inbound
from digibel.notifications.gateways.base import InboundText, Place
from digibel.notifications.models import InboundMessage, InboundPart, Recipient
from digibel.sealing.index import blind_index
from digibel.sealing.reading import unsealed_or_none

WAIT = timedelta(minutes=10)
# Telephones count their long texts from 0 to 255, or always begin anew; networks repeat what was not acknowledged for a while.
REMEMBERED = timedelta(hours=1)
MISSING = " […] "
MASKS = tuple(secrets.MASKS.values())
GOES_ON = re.compile(r"\A\w+")


@transaction.atomic
def receive_part(gateway: str, text: InboundText, place: Place) -> InboundMessage | None:
    """Keep one part, or the whole where it was the last one missing. None: nothing new to do."""
    whole_index = blind_index(f"{text.sender} {text.to} {place.reference} {place.total}", purpose="parts of a text")
    trace = blind_index(text.text, purpose="part of a text")
    # One part of a person at a time, or each would wait for the other.
    sender = Recipient.objects.select_for_update().get(pk=inbound.speaker(text.sender).pk)
    known = InboundPart.objects.filter(gateway=gateway, whole_index=whole_index)
    if known.filter(number=place.number, trace=trace).exists():
        return None
    waiting = list(known.filter(body__isnull=False))
    if any(part.number == place.number for part in waiting):
        # Another text under the same reference: the one before it will not be whole any more.
        _put_together(waiting)
        waiting = []
    finding = secrets.find(text.text)
    part = InboundPart.objects.create(
        gateway=gateway,
        whole_index=whole_index,
        trace=trace,
        number=place.number,
        total=place.total,
        recipient=sender,
        key_id=sender.key_id,
        to=text.to,
        body=finding.masked,
        held_secret=bool(finding.kinds),
        received_at=clock.now(),
    )
    waiting = sorted([*waiting, part], key=lambda one: one.number)
    return _put_together(waiting) if len(waiting) == place.total else None


def give_up_waiting() -> int:
    """Every minute: what is there of texts that wait too long goes to a person. Returns how many texts that were."""
    frozen_now = clock.now()
    InboundPart.objects.filter(body__isnull=True, received_at__lte=frozen_now - REMEMBERED).delete()
    late = InboundPart.objects.filter(body__isnull=False, received_at__lte=frozen_now - WAIT)
    wholes = sorted(set(late.values_list("gateway", "whole_index")))
    for gateway, whole_index in wholes:
        with transaction.atomic():
            here = InboundPart.objects.select_for_update().filter(gateway=gateway, whole_index=whole_index)
            _put_together(list(here.filter(body__isnull=False)))
    return len(wholes)


def _put_together(parts: Sequence[InboundPart]) -> InboundMessage | None:
    """The text, to whoever works it through; to a person, where something is missing or the sender was erased meanwhile."""
    if not parts:
        return None
    first = parts[0]
    bodies = {part.number: unsealed_or_none(part, "body") for part in parts}
    sender = unsealed_or_none(first.recipient, "number")
    InboundPart.objects.filter(pk__in=[part.pk for part in parts]).update(body=None)
    if sender is None or None in bodies.values():
        return None
    return inbound.receive_text(
        first.gateway,
        InboundText(
            provider_id=f"parts-{blind_index(str(first.pk), purpose='whole text')}",
            sender=sender,
            to=first.to,
            text=_joined({number: body or "" for number, body in bodies.items()}, first.total),
        ),
        doubt="" if len(bodies) == first.total else "incomplete",
        held_secret=any(part.held_secret for part in parts),
    )


def _joined(bodies: dict[int, str], total: int) -> str:
    """In their order. What goes on behind a mask belongs to what was masked: the digits of one code in two parts."""
    joined = ""
    for number in range(1, total + 1):
        body = bodies.get(number, MISSING)
        joined += GOES_ON.sub("", body) if joined.endswith(MASKS) else body
    return joined.strip()
