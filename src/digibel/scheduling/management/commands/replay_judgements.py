from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digibel.guardrails import versions
from digibel.guardrails.catalogue import CATALOGUE_VERSION
from digibel.requests import judging
from digibel.requests.models import StoredJudgement


class Command(BaseCommand):
    help = (
        "Makes every stored judgement again from what was stored with it, and says which would differ: one line each, with "
        "the reference, the task, and both verdicts. Ends with exit code 1 if one does not follow from its own rules."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--version-of",
            dest="version",
            default="",
            help=f"judge by this version of the catalogue instead of each one's own ({CATALOGUE_VERSION} is today's)",
        )

    def handle(self, *args: Any, version: str, **options: Any) -> None:
        if version and version not in versions.names():
            raise CommandError(f"There is no version {version}. Choose one of: {', '.join(versions.names())}.")
        count = 0
        for count, one in enumerate(judging.replay(version=version), start=1):  # noqa: B007  (told at the end)
            self.stdout.write(f"{one.reference} {one.slug}: {one.was} -> {one.became or 'no longer in the catalogue'}")
        self.stdout.write(f"{StoredJudgement.objects.count()} judgements made again, {count} verdicts differ.")
        if count and not version:
            raise SystemExit(1)
