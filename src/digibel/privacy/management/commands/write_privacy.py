from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from digibel.privacy.document import rewritten


class Command(BaseCommand):
    help = "Writes the table of retention and of access into docs/privacy.md, as the code says it now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("page", nargs="?", type=Path, help="where to write it; else docs/privacy.md itself")

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs/privacy.md"
        (options["page"] or page).write_text(rewritten(page.read_text()))
