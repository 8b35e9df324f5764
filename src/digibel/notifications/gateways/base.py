"""What every gateway can do. Network errors are `GatewayError`; nothing here touches the outbox."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest


@dataclass(frozen=True)
class InboundText:
    """A text as the gateway told it: its id for this delivery, E.164 numbers, the words."""

    provider_id: str
    sender: str
    to: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """What became of a text: `delivered` or not, by the gateway's own id."""

    provider_id: str
    delivered: bool
    at: datetime | None = None


class Gateway(Protocol):
    name: str
    # Whether a text sent again with our own id arrives once. If not, a crash in between needs a person's eyes.
    takes_our_id: bool

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        """Hand over one text and return the gateway's id for it. Raises `GatewayError`."""
        ...

    def read_inbound(self, request: HttpRequest) -> list[InboundText]:
        """The texts in a webhook call, signature checked. Raises `BadWebhook` or `ForgedWebhook`."""
        ...

    def read_receipts(self, request: HttpRequest) -> list[Receipt]:
        """The receipts in a webhook call, signature checked."""
        ...
