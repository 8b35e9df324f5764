"""What every gateway can do. Network errors are `GatewayError`; nothing here touches the outbox."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest

# One octet says how many (3GPP TS 23.040).
MOST_PARTS = 255


@dataclass(frozen=True)
class InboundText:
    """A text as the gateway told it: its id for this delivery, E.164 numbers, the words."""

    provider_id: str
    sender: str
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of which long text: the sender's `reference`, and `number` of `total`, from 1."""

    reference: int
    total: int
    number: int

    @property
    def is_sound(self) -> bool:
        return 1 <= self.number <= self.total <= MOST_PARTS


@dataclass(frozen=True)
class Receipt:
    """What became of a text: `delivered` or not, by the gateway's own id, or by ours where it hands that back."""

    provider_id: str
    delivered: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the delivery of a text is answered with, where the provider reads it."""

    body: str
    content_type: str


class Gateway(Protocol):
    """One way to reach the telephone network.

    An adapter may also have `what_is_missing() -> list[str]`: sentences for the operator about its settings (a secret that
    is not there, a sender that cannot be answered). `manage.py check` and `check_gateway` say them. One whose provider acts
    on what a delivered text is answered with has an `answer_to_text`; the others get a count.
    """

    name: str
    # Whether a text sent again with our own id arrives once. If not, a crash in between needs a person's eyes.
    takes_our_id: bool

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        """Hand over one text and return the gateway's id for it. Raises `GatewayError`, which says whose fault it is."""
        ...

    def read_inbound(self, request: HttpRequest) -> list[InboundText]:
        """The texts in a webhook call, signature checked. Raises `BadWebhook` or `ForgedWebhook`."""
        ...

    def read_receipts(self, request: HttpRequest) -> list[Receipt]:
        """The receipts in a webhook call, signature checked."""
        ...


def what_is_missing(adapter: Gateway) -> list[str]:
    """What an operator has not set up yet, in sentences; an adapter that looks at nothing has nothing to say."""
    looks = getattr(adapter, "what_is_missing", None)
    return list(looks()) if looks else []
