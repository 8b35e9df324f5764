import dataclasses
import sys
from argparse import ArgumentParser, ArgumentTypeError
from functools import partial
from string import ascii_uppercase
from typing import Any

from django.core.management.base import BaseCommand

from digibel.jsonlines import answer_lines
from digibel.notifications import replies


class Command(BaseCommand):
    help = r"Read replies: one text message per line on standard input (\n in it is a new line), what it means per line out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--state", choices=replies.STATES, required=True, help="what the person was last asked")
        parser.add_argument("--language", default="nl", help="the person's own language, such as nl or fr")
        parser.add_argument(
            "--windows",
            type=windows_of,
            default=(1,),
            help="how many windows each live offer has: 3, or 2,1 for offers A and B",
        )

    def handle(self, *args: Any, state: str, language: str, windows: tuple[int, ...], **options: Any) -> None:
        answer = partial(meant, state=state, language=language, windows=windows)
        answer_lines(answer, sys.stdin.buffer, self.stdout)  # type: ignore[arg-type]


def meant(line: str, *, state: str, language: str, windows: tuple[int, ...]) -> dict[str, Any]:
    """`{"intent", "offer", "choice", "minutes"}` of one text."""
    return dataclasses.asdict(replies.read(line.replace(r"\n", "\n"), state=state, language=language, windows=windows))


def windows_of(written: str) -> tuple[int, ...]:
    """ "2,1" is two live offers, the first with two windows."""
    counts = tuple(int(part) if part.strip().isdecimal() else 0 for part in written.split(","))
    if not all(counts) or len(counts) > len(ascii_uppercase):
        raise ArgumentTypeError("Write how many windows each live offer has, such as 3 or 2,1.")
    return counts
