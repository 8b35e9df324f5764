"""`manage.py demo`: from nothing to a running Digibel with Brussels data."""

import logging
import os
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import translation
from django.utils.formats import date_format

from digibel import clock
from digibel.demo import cast, home, running, seeding, trying
from digibel.demo import clock as demo_clock
from digibel.problems import Problem
from digibel.sealing.router import only_room_in


class Command(BaseCommand):
    help = "Serve Digibel with invented Brussels data, worker included. Run again, it keeps the data."
    # The worker says the same a moment later.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--reset", action="store_true", help="remove the demo's data, and do not serve")
        parser.add_argument("--seed-only", action="store_true", help="make the data, and do not serve")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DIGIBEL_DEMO:
            _start_again_as_demo(options["port"])
        try:
            with home.held():
                self._act(**options)
        except Problem as refusal:
            raise CommandError(str(refusal)) from None

    def _act(self, *, port: int, reset: bool, seed_only: bool, **unused: Any) -> None:
        if reset:
            gone = home.remove()
            self.stdout.write("The demo's data is gone." if gone else "There was no demo's data.")
            if not seed_only:
                return
        if not seed_only:
            running.check_port(port)
        self._prepare()
        if not seed_only:
            self._serve(port)

    def _prepare(self) -> None:
        home.check_free()
        for alias in connections:
            room = only_room_in(alias)
            call_command(
                "migrate", *filter(None, [room]), database=alias, verbosity=0, interactive=False, skip_checks=True
            )
        home.mark()
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        logging.getLogger("digibel").setLevel(logging.WARNING)
        if not demo_clock.is_set():
            demo_clock.set_to(demo_clock.first_moment(clock.machine_time()))
        if not seeding.is_done():
            self._say("Making the demo's data, which takes some seconds ...")
            seeding.seed(clock.now())
        demo_clock.wake_up()
        running.wake_worker()

    def _serve(self, port: int) -> None:
        with running.Household() as household:
            household.start("The worker", running.worker_command(), os.environ)
            household.start("The web server", running.web_command(port), os.environ)
            if household.wait(until=lambda: running.answers(port), seconds=running.READY_WITHIN):
                self._introduce(port)
                household.wait()
            self._say("Stopping ...")

    def _introduce(self, port: int) -> None:
        told = cast.organisations()
        now = clock.now()
        lines = ["", f"Digibel is running: http://{running.HOST}:{port}", "", _time_told(now), "", "Logins:"]
        for part in told["organisations"]:
            lines.append(f"  {part['name']}, API key {part['key']}")
            for one in part["staff"]:
                lines.append(f"    {one['role']:<12} {seeding.email_of(one['name'], part['slug'])}")
        lines += [f"  Everybody's password is {told['password']}", "", "Three things to try:"]
        lines += [f"  {place}. {sentence}" for place, sentence in enumerate(trying.suggestions(), start=1)]
        lines += [
            "",
            f"Telephones and clock: http://{running.HOST}:{port}/phones",
            f"API: http://{running.HOST}:{port}/api/v1/docs",
            "Ctrl-C stops everything. `make reset` throws the data away.",
            "",
        ]
        self._say("\n".join(lines))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _time_told(now: datetime) -> str:
    with translation.override("en"):
        told = date_format(clock.local(now), "l j F Y, H:i")
    if abs(now - clock.machine_time()).total_seconds() < 60:
        return f"The demo's clock: {told}, as on yours."
    return f"The demo's clock: {told}. It runs ahead of yours, so that people are awake; /phones moves it on."


def _start_again_as_demo(port: int) -> None:
    """Settings are read once, so that the demo is a process that was one from its first line."""
    environment = {
        **os.environ,
        "DIGIBEL_DEMO": "1",
        "DIGIBEL_GATEWAY": "simulator",
        "DIGIBEL_PUBLIC_URL": os.environ.get("DIGIBEL_PUBLIC_URL", f"http://{running.HOST}:{port}"),
        "DJANGO_SETTINGS_MODULE": "digibel.settings",
    }
    sys.stdout.flush()
    os.execve(sys.executable, sys.orig_argv, environment)
