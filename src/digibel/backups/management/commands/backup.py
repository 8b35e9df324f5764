from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digibel.backups import copying


class Command(BaseCommand):
    help = (
        "Writes all data as it is now to FILE, closed with the newest master key. It works while the service runs. "
        "The keys of persons are never in it: keep them where they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            count = copying.backup(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}. Choose another place.") from None
        self.stdout.write(f"{count} rows, {file.stat().st_size / 1_000_000:.1f} MB, in {file}.")
