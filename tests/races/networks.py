"""Gateways that can be stopped in the middle, and that count how often a text really left."""

import os
import time
import uuid

from digibel import clock
from digibel.notifications.gateways.base import InboundText, Receipt
from digibel.notifications.gateways.simulator import Simulator
from digibel.notifications.models import SimulatedText
from digibel.sealing import keys

# Where the process stands still until it is killed: before or after the network has the text. Nothing: it goes on.
STAND_STILL = "DIGIBEL_TEST_STAND_STILL"
PAPER = "DIGIBEL_TEST_PAPER"


class KnowsOurId:
    """As the simulator: the same text sent again arrives once."""

    name = "knows_our_id"
    takes_our_id = True

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        stand_still("before")
        sent = Simulator().send(message_id=message_id, to=to, text=text)
        stand_still("after")
        return sent

    def read_inbound(self, request: object) -> list[InboundText]:
        return []

    def read_receipts(self, request: object) -> list[Receipt]:
        return []


class KnowsNothing(KnowsOurId):
    """Every text that is handed over is one more text on the telephone."""

    name = "knows_nothing"
    takes_our_id = False

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        stand_still("before")
        SimulatedText.objects.create(number_index=str(message_id), key_id=keys.new_key(), body=text, at=clock.now())
        stand_still("after")
        return str(uuid.uuid4())


def stand_still(where: str) -> None:
    if os.environ.get(STAND_STILL) == where:
        print("here", flush=True, file=os.fdopen(int(os.environ["DIGIBEL_TEST_PIPE"]), "w", closefd=False))
        time.sleep(600)


class Paper(KnowsNothing):
    """Notes each text that is handed over, in order, on paper that no crash and no rollback of ours can change."""

    name = "paper"

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        with open(os.environ[PAPER], "a") as paper:
            paper.write(f"{message_id}\n")
        return str(uuid.uuid4())


class PaperThatKnows(Paper):
    """The same for a provider that knows a text again: only the first of two counts."""

    name = "paper_that_knows"
    takes_our_id = True
