"""Telephones in the browser: for demo, training and tests. What is typed there comes in by the same webhook as a real text."""

import json
import uuid
from typing import Any

from django.http import HttpRequest

from digibel import clock
from digibel.guardrails import secrets
from digibel.notifications import numbers
from digibel.notifications.errors import BadWebhook, ForgedWebhook
from digibel.notifications.gateways import http
from digibel.notifications.gateways.base import InboundText, Receipt
from digibel.notifications.models import OutboundMessage, SimulatedText
from digibel.notifications.recipients import with_number
from digibel.sealing import keys

LOOPBACK = frozenset({"127.0.0.1", "::1"})
LONGEST_ID = 120
LONGEST_TEXT = 2_000


class Simulator:
    name = "simulator"
    takes_our_id = True

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        SimulatedText.objects.get_or_create(
            id=message_id,
            defaults={
                "number_index": numbers.index(to),
                "key_id": _key_of(message_id) or _key_for(to),
                "body": text,
                "at": clock.now(),
            },
        )
        return str(message_id)

    def read_inbound(self, request: HttpRequest) -> list[InboundText]:
        check_loopback(request)
        fields = _fields(request, "id", "from", "to", "text")
        if not fields["id"] or len(fields["id"]) > LONGEST_ID or len(fields["text"]) > LONGEST_TEXT:
            raise BadWebhook
        text = InboundText(
            provider_id=fields["id"],
            sender=numbers.parse(fields["from"]),
            to=numbers.parse(fields["to"]),
            text=fields["text"],
        )
        SimulatedText.objects.get_or_create(
            id=uuid.uuid5(uuid.NAMESPACE_URL, f"simulator:{text.provider_id}"),
            defaults={
                "number_index": numbers.index(text.sender),
                "key_id": _key_for(text.sender),
                "body": secrets.mask(text.text),
                "incoming": True,
                "at": clock.now(),
            },
        )
        return [text]

    def read_receipts(self, request: HttpRequest) -> list[Receipt]:
        check_loopback(request)
        fields = _fields(request, "id", "status")
        if fields["status"] not in {"delivered", "failed"}:
            raise BadWebhook
        return [Receipt(provider_id=fields["id"][:80], delivered=fields["status"] == "delivered")]


def check_loopback(request: HttpRequest) -> None:
    """The simulator shows whole telephones to whoever asks: so only to who sits at this machine."""
    if request.META.get("REMOTE_ADDR") not in LOOPBACK or request.META.get("HTTP_X_FORWARDED_FOR"):
        raise ForgedWebhook("The simulator answers on this machine only.")


def _fields(request: HttpRequest, *names: str) -> dict[str, str]:
    try:
        told: Any = json.loads(http.body_of(request))
    except (ValueError, RecursionError):
        raise BadWebhook from None
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in names):
        raise BadWebhook
    return {name: told[name].replace("\x00", "").encode("utf-8", "replace").decode() for name in names}


def _key_of(message_id: uuid.UUID) -> uuid.UUID | None:
    """That of the text itself, which may name more than one person."""
    return OutboundMessage.objects.filter(pk=message_id).values_list("key_id", flat=True).first()


def _key_for(number: str) -> uuid.UUID:
    """The key of whoever has this telephone, so that erasing the person empties the telephone too."""
    owners = with_number(number)
    return owners[0].key_id if owners else keys.new_key()
