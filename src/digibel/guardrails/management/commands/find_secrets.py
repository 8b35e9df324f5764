import sys
from functools import lru_cache
from typing import Any, Final

from django.core.management.base import BaseCommand

from digibel.guardrails.secrets import find
from digibel.jsonlines import answer_many_lines

# What an office exports says the same again and again ("no answer", "ok, thank you"). Kept as long as the command runs, no longer.
REMEMBERED: Final = 20_000


class Command(BaseCommand):
    help = "Find secrets in texts: one text per line on standard input, its kinds of secret and the masked text out."

    def handle(self, *args: Any, **options: Any) -> None:
        answer_many_lines(found, sys.stdin.buffer, self.stdout)  # type: ignore[arg-type]


@lru_cache(REMEMBERED)
def found(line: str) -> dict[str, Any]:
    """`{"kinds", "masked"}`. A line break within a text is written as backslash and n, and stays so."""
    finding = find(line)
    return {"kinds": list(finding.kinds), "masked": finding.masked}
