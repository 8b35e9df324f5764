"""Write what is made from the tables of the guardrails: the page to read, the tests behind each rule, the version's archive."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from digibel.guardrails import lawbook, proofs, versions

HERE = Path(lawbook.__file__).parent


class Command(BaseCommand):
    help = (
        "Writes the guardrails as a page to read: every rule and every task, with sentences, sources, verdicts and the tests "
        "that hold them. Beside the project's tests it gathers these first; a new version of the catalogue is archived."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own shape)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=Path(settings.BASE_DIR) / "docs" / "guardrails.md")
        parser.add_argument("--check", action="store_true", help="write nothing; fail when something is behind")

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        for path, text in _files(file):
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(f"{path} is behind. Run: manage.py write_guardrails")


def _files(page: Path) -> Iterator[tuple[Path, str]]:
    """Each file with what it should hold. A version that is in the archive stays as it was published."""
    present = versions.present()
    if present.name not in versions.names():
        yield HERE / "versions" / f"{present.name}.toml", versions.as_table(present)
    elif versions.version(present.name) != present:
        raise CommandError(
            f"The catalogue differs from version {present.name} as it was published. Give it a new version in rules.toml."
        )
    tests = Path(settings.BASE_DIR) / "tests"
    found = proofs.gather(tests) if tests.is_dir() else None
    if found is not None:
        yield HERE / "proofs.toml", proofs.as_table(found)
    yield page, lawbook.law_page(found)
