from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digibel.organisations.models import Organisation
from digibel.reports import closing, quarters


class Command(BaseCommand):
    help = (
        "Writes down the figures of every quarter that is over; the queue does it every night by itself. "
        "With --again a closed quarter is counted anew, from what is still there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", metavar="2026-3", help="count this quarter anew, of every organisation that closed it"
        )

    def handle(self, *args: Any, again: str | None, **options: Any) -> None:
        self.stdout.write(f"closed: {closing.close_quarters()}" if again is None else f"counted anew: {_again(again)}")


def _again(told: str) -> int:
    quarter = quarters.read(told)
    if quarter is None:
        raise CommandError("Write the quarter as 2026-3: the year and 1 to 4.")
    closed = [one for one in Organisation.objects.order_by("pk") if closing.find(one, quarter)]
    return sum(closing.close(one, quarter, again=True) for one in closed)
