from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from digibel.audit import chain, triggers
from digibel.audit.models import Seal


class Command(BaseCommand):
    help = (
        "Checks the audit: that nothing sealed was altered, taken out or put in, and that the database refuses to. "
        "Prints the newest hash of the chain; keep it on paper, and give it later with --head."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", metavar="HASH", help="a hash printed earlier, which must still be in the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        differences = [*chain.verify_chain(), *_without_triggers(), *_without_head(options["head"])]
        for difference in differences:
            self.stdout.write(difference)
        if differences:
            raise CommandError(f"The audit is not what it was: {len(differences)} differences.", returncode=1)
        self.stdout.write(
            f"The audit is as it was sealed, in {Seal.objects.count()} segments. Newest hash: {chain.head()}"
        )


def _without_triggers() -> list[str]:
    return [f"The trigger {name} is missing: run `migrate`." for name in triggers.missing(connection)]


def _without_head(known: str | None) -> list[str]:
    if known in (None, chain.BEGINNING) or Seal.objects.filter(hash=known).exists():
        return []
    return [f"{known} is not in the chain: it was rewritten, or its end was cut off."]
