"""A centre with nothing at all: a worker sends each text from their own telephone and types in what comes back.

No network is behind it, so the outbox gives it nothing to send: its texts stay queued and stand on a list (`hands.py`).
"""

import uuid

from django.http import HttpRequest

from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways.base import InboundText, Receipt
from digibel.notifications.models import BY_HAND
from digibel.problems import NotFound


class ByHand:
    name = BY_HAND
    takes_our_id = False

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        raise GatewayError("needs_hands", permanent=False, perhaps_sent=False)

    def read_inbound(self, request: HttpRequest) -> list[InboundText]:
        raise NotFound

    def read_receipts(self, request: HttpRequest) -> list[Receipt]:
        raise NotFound
