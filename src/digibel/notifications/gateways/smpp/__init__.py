"""An aggregator over SMPP 3.4. `manage.py smpp_link` keeps the one link; this hands it the texts.

What comes in, comes in there: this gateway has no webhooks.
"""

import uuid

from django.http import HttpRequest

from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways.base import InboundText, Receipt
from digibel.notifications.gateways.smpp import handover
from digibel.notifications.gateways.smpp.account import what_is_missing
from digibel.problems import NotFound


class Smpp:
    name = "smpp"
    # SMPP knows no id of ours: the same text handed over again is one more text on the telephone.
    takes_our_id = False

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        told = handover.ask({"to": to, "text": text})
        if "id" in told:
            return str(told["id"])
        raise GatewayError(
            told["code"], permanent=told["permanent"], down=told["down"], perhaps_sent=told["perhaps_sent"]
        )

    def read_inbound(self, request: HttpRequest) -> list[InboundText]:
        raise NotFound

    def read_receipts(self, request: HttpRequest) -> list[Receipt]:
        raise NotFound

    def what_is_missing(self) -> list[str]:
        return what_is_missing()
