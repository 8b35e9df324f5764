from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digibel.backups import copying, keeping
from digibel.problems import Problem


class Command(BaseCommand):
    help = (
        "Writes all data as it is now to FILE, closed with the newest master key. It works while the service runs. Without FILE it "
        "goes into the folder DIGIBEL_BACKUPS, and what has lain there for thirty days is thrown away. "
        "The keys of persons are never in it: keep them where they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", nargs="?")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        try:
            target = file or keeping.next_file()
            count = copying.backup(target)
        except Problem as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(
                f"{file or error.filename} cannot be written: {error.strerror}. Choose another place."
            ) from None
        self.stdout.write(f"{count} rows, {target.stat().st_size / 1_000_000:.1f} MB, in {target}.")
        # Only when the new one is there.
        if file is None and (gone := keeping.throw_away_old(target.parent)):
            self.stdout.write(f"{gone} older than thirty days thrown away.")
