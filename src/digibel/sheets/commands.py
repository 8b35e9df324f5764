"""A command that brings a list in from a file, only says what would happen, or takes an import back."""

import uuid
from abc import abstractmethod
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digibel import sheets
from digibel.problems import Problem


class ListCommand(BaseCommand):
    undo_help = "Take an import back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would happen.")
        parser.add_argument(
            "--skip-refused", action="store_true", help="Leave refused rows out, and bring in the rest."
        )
        parser.add_argument("--undo", type=uuid.UUID, metavar="IMPORT", help=self.undo_help)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["undo"]:
                self.take_back(options["undo"])
            elif options["file"]:
                self.bring(sheets.read(options["file"].read_bytes()), options)
            else:
                raise CommandError("Name a file, or an import to take back with --undo.")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        except Problem as refusal:
            raise CommandError(f"{refusal} Nothing was changed.") from None

    @abstractmethod
    def bring(self, sheet: sheets.Sheet, options: Mapping[str, Any]) -> None:
        """Rehearse it, tell what would happen, and do it unless `dry_run`, or unless rows are refused and not skipped."""

    @abstractmethod
    def take_back(self, import_id: uuid.UUID) -> None: ...
