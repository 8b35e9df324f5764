"""Write docs/guardrails.md from the tables of the guardrails."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from digibel.guardrails.lawbook import law_page


class Command(BaseCommand):
    help = "Writes the guardrails as a page to read: every rule and every task, with sentences, sources and verdicts."
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own shape)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=Path(settings.BASE_DIR) / "docs" / "guardrails.md")
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is behind")

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        page = law_page()
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(page, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != page:
            raise CommandError(f"{file} is behind. Run: manage.py write_guardrails")
