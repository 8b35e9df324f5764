"""`manage.py move_to_postgres DATA KEYS`: everything that is here, into two empty PostgreSQL databases, with one command."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from digibel.backups import moving
from digibel.problems import Problem
from digibel.sealing.router import only_room_in


class Command(BaseCommand):
    help = (
        "Moves data and keys into two empty PostgreSQL databases (postgres://user:password@host:port/name), as they are: no text "
        "is held. Stop web and workers, and run it with DIGIBEL_READ_ONLY=1. What is here stays here. Ends with what "
        "check_promises says of the new place; then put both addresses into the environment, and start."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("data", metavar="DATA", nargs="?", default="")
        parser.add_argument("keys", metavar="KEYS", nargs="?", default="")
        parser.add_argument("--take-in", action="store_true", help="the second half, which the first one starts")

    def handle(self, *args: Any, data: str, keys: str, take_in: bool, **options: Any) -> None:
        files = moving.Files.within(Path(settings.HOME))
        try:
            if take_in:
                self._take_in(files)
            else:
                self._move(files, data, keys)
        except Problem as refusal:
            raise CommandError(str(refusal)) from None

    def _move(self, files: moving.Files, data: str, keys: str) -> None:
        if not data.startswith("postgres") or not keys.startswith("postgres") or data == keys:
            raise CommandError("Name two PostgreSQL databases: one for the data, another one for the keys of persons.")
        try:
            count = moving.write_out(files)
            self.stdout.write(f"{count} rows read.")
            self.stdout.flush()
            # Settings are read once, so that the other databases are another process's.
            environment = {
                **os.environ,
                "DIGIBEL_HOME": str(settings.HOME),
                "DIGIBEL_DATABASE_URL": data,
                "DIGIBEL_KEYS_DATABASE_URL": keys,
                "DIGIBEL_READ_ONLY": "0",
                "DJANGO_SETTINGS_MODULE": "digibel.settings",
            }
            # Unchecked: a check makes an account, whose first day a demo's clock reads in a table that is not there yet.
            command = [sys.executable, "-m", "django", "move_to_postgres", "--take-in", "--skip-checks"]
            if subprocess.run(command, env=environment, check=False).returncode:
                raise CommandError("It was not moved; everything is here as before.")
        finally:
            files.remove()

    def _take_in(self, files: moving.Files) -> None:
        for alias in connections:
            call_command(
                "migrate", *filter(None, [only_room_in(alias)]), database=alias, verbosity=0, interactive=False
            )
        self.stdout.write(f"{moving.take_in(files)} rows written.")
        call_command("check_promises", stdout=self.stdout)
