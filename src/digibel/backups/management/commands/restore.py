from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from digibel import clock
from digibel.backups import copying
from digibel.problems import Problem


class Command(BaseCommand):
    help = (
        "Puts the data of a backup in the place of what is there, whole or not at all; what was there is kept in a backup of its "
        "own first. Whoever was forgotten since is forgotten again, and no text leaves until a coordinator lets them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        kept = settings.HOME / f"before-restore-{clock.now():%Y%m%d-%H%M%S}.backup"
        try:
            copying.check(file)
            copying.backup(kept)
            restored = copying.restore(file)
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}. Nothing was changed.") from None
        except Problem as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{restored.rows} rows of {restored.made_at} are back. What was there is in {kept}.")
        self.stdout.write(str(restored.again))
