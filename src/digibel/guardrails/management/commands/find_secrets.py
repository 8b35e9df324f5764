import sys
from typing import Any

from django.core.management.base import BaseCommand

from digibel.guardrails.secrets import find
from digibel.jsonlines import answer_many_lines


class Command(BaseCommand):
    help = "Find secrets in texts: one text per line on standard input, its kinds of secret and the masked text out."

    def handle(self, *args: Any, **options: Any) -> None:
        answer_many_lines(found, sys.stdin.buffer, self.stdout)  # type: ignore[arg-type]


def found(line: str) -> dict[str, Any]:
    """`{"kinds", "masked"}`. A line break within a text is written as backslash and n, and stays so."""
    finding = find(line)
    return {"kinds": list(finding.kinds), "masked": finding.masked}
