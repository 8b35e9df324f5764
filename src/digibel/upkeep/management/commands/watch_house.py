"""`manage.py watch_house`: is everything well? With `--tell` it keeps looking, and whoever keeps the machine running hears it."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from digibel.upkeep import telling, troubles


class Command(BaseCommand):
    help = (
        "Says what is wrong with the machine now, a line each, and ends with 1 if something is. With --tell it keeps looking until "
        "it is stopped, and tells DIGIBEL_ALERT_MAIL and DIGIBEL_ALERT_SMS: once, again after a day, and when it is over."
    )
    # It is to run above all where something is wrong.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tell", action="store_true")
        parser.add_argument("--every", type=float, default=60, metavar="SECONDS", help="between two looks (60)")

    def handle(self, *args: Any, tell: bool, every: float, **options: Any) -> None:
        if tell:
            self._keep_telling(every)
            return
        found = troubles.found()
        for kind in found:
            self.stdout.write(f"{kind:<20}{troubles.WORDS[kind]}")
        if found:
            raise SystemExit(1)
        self.stdout.write("All is well.")

    def _keep_telling(self, every: float) -> None:
        over = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *unused: over.set())
        told, jumps = telling.Told.remembered(Path(settings.HOME) / "alerts.json"), troubles.Jumps()
        while not over.is_set():
            found = [*troubles.found(), *(["clock"] if jumps.seen() else [])]
            for sentence in telling.tell(dict.fromkeys(found), told):
                self.stdout.write(sentence)
            self.stdout.flush()
            # A database that was away is asked anew, and none of its connections is held meanwhile.
            connections.close_all()
            over.wait(every)
