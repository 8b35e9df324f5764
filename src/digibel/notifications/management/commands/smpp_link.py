"""`manage.py smpp_link`: keeps the one link to the SMSC, beside the web and the worker."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digibel.notifications.gateways.smpp import handover
from digibel.notifications.gateways.smpp.account import account, what_is_missing
from digibel.notifications.gateways.smpp.keeping import keep_all
from digibel.notifications.gateways.smpp.link import Link


class Command(BaseCommand):
    help = "Keep the link to the SMSC of DIGIBEL_SMPP_URL: texts of the workers go out over it, replies and receipts come in."

    def handle(self, *args: Any, **options: Any) -> None:
        if missing := what_is_missing():
            raise CommandError(" ".join(missing))
        link = Link(account())
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *unused: link.stop())
        try:
            with handover.served(link.answer) as server:
                threading.Thread(target=server.serve_forever, name="handover", daemon=True).start()
                threading.Thread(target=link.keep_up, name="link").start()
                try:
                    keep_all(link)
                finally:
                    link.stop()
                    server.shutdown()
        except OSError as error:
            raise CommandError(f"The link cannot be kept: {error}.") from None
