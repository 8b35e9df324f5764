import dataclasses
import sys
from typing import Any

from django.core.management.base import BaseCommand

from digibel.jsonlines import answer_lines
from digibel.notifications.segments import count


class Command(BaseCommand):
    help = r"Count the messages that texts take: one text per line on standard input (\n in it is a new line)."

    def handle(self, *args: Any, **options: Any) -> None:
        answer_lines(counted, sys.stdin.buffer, self.stdout)  # type: ignore[arg-type]


def counted(line: str) -> dict[str, Any]:
    """`{"encoding", "units", "segments"}` of one text."""
    return dataclasses.asdict(count(line.replace(r"\n", "\n")))
