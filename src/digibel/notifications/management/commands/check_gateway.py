"""Does a gateway work, both ways? For the first day, and for the day on which nothing arrives."""

import math
import sys
import time
import uuid
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digibel import clock
from digibel.languages import LANGUAGES
from digibel.notifications import gateways, numbers, phrasebook
from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways.base import Gateway, what_is_missing
from digibel.notifications.models import BY_HAND, EarlyReceipt, InboundMessage
from digibel.problems import NotFound, Problem

WORKS, NOT_SENT, NO_ANSWER = 0, 1, 2
LOOK_EVERY = 1.0
LONGEST_WAIT = 3600


class Command(BaseCommand):
    help = (
        "Send a text to a number of your own over a gateway, wait for the answer, and say what works. "
        "Ends with 0 when both ways work, 1 when nothing could be sent, 2 when no answer came."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="a mobile of your own, as you write it: 0470 12 34 56")
        parser.add_argument(
            "--gateway", default="", help="its name in DIGIBEL_GATEWAYS; the first in use where not given"
        )
        parser.add_argument("--language", default="nl", choices=sorted(LANGUAGES), help="of the text")
        parser.add_argument("--wait", type=seconds_of, default=120, help="seconds to wait for the answer")

    def handle(self, *args: Any, number: str, gateway: str, language: str, wait: float, **options: Any) -> None:
        name = gateway or next(iter(gateways.in_order()), "")
        if name == BY_HAND:
            raise CommandError("By hand there is nothing to check: its texts stand on the page Send by hand.")
        adapter, to = self._adapter(name), self._number(number)
        missing = what_is_missing(adapter)
        for problem in missing:
            self.stdout.write(f"settings   {problem}")
        started = clock.now()
        provider_id = self._send(adapter, to, language)
        self.stdout.write(f"sent       {name} took the text. Answer it with OK.")
        answered = self._wait(name, to, since=started, seconds=wait)
        arrived = EarlyReceipt.objects.filter(gateway=name, provider_id=provider_id[:80]).first()
        self.stdout.write(f"receipt    {_told(arrived)}")
        if not answered:
            self.stdout.write(
                "answer     none. Does the gateway call this address, and is the secret the same on both sides? "
                f"/gateways/{name}/inbound"
            )
            sys.exit(NO_ANSWER)
        self.stdout.write("answer     came in. Both ways work.")
        sys.exit(NOT_SENT if missing else WORKS)

    def _adapter(self, name: str) -> Gateway:
        try:
            return gateways.gateway(name)
        except NotFound:
            raise CommandError(f"There is no gateway {name!r}. Look at DIGIBEL_GATEWAY.") from None
        except Exception as error:
            raise CommandError(f"The gateway {name} cannot be used: {error}") from None

    def _number(self, written: str) -> str:
        try:
            number = numbers.parse(written)
        except Problem as problem:
            raise CommandError(str(problem)) from None
        if not numbers.is_textable(number):
            raise CommandError("This number cannot receive texts. Give a mobile of your own.")
        return number

    def _send(self, adapter: Gateway, to: str, language: str) -> str:
        try:
            return adapter.send(message_id=uuid.uuid4(), to=to, text=phrasebook.render("gateway_trial", language))
        except GatewayError as error:
            whose = "the number or the text" if error.permanent else "the gateway"
            perhaps = " It may have left all the same." if error.perhaps_sent else ""
            self.stdout.write(f"not sent   {error.code}: look at {whose}.{perhaps}")
            sys.exit(NOT_SENT)

    def _wait(self, name: str, to: str, *, since: datetime, seconds: float) -> bool:
        """Until a text from this number has come in over this gateway."""
        until = time.monotonic() + seconds
        theirs = InboundMessage.objects.filter(
            gateway=name, recipient__number_index=numbers.index(to), received_at__gte=since
        )
        while not theirs.exists():
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_EVERY)
        return True


def seconds_of(written: str) -> float:
    """A wait that ends: "nan" is smaller than nothing, and "inf" is never over."""
    try:
        seconds = float(written)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ArgumentTypeError(f"write a number of seconds from 0 to {LONGEST_WAIT}, such as 120.")
    return seconds


def _told(receipt: EarlyReceipt | None) -> str:
    if receipt is None:
        return "none yet. Texts leave without; but nobody then hears of one that does not arrive."
    return "delivered." if receipt.delivered else "not delivered: look at the number."
