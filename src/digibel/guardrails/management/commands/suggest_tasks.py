import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from digibel.guardrails.catalogue import LANGUAGES
from digibel.guardrails.suggestions import suggest
from digibel.jsonlines import answer_lines


class Command(BaseCommand):
    help = "Suggest tasks for free descriptions: one text per line on standard input, at most five slugs per line out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=LANGUAGES, default="nl", help="language of the descriptions")

    def handle(self, *args: Any, language: str, **options: Any) -> None:
        answer_lines(lambda line: {"tasks": suggest(line, language)}, sys.stdin.buffer, self.stdout)  # type: ignore[arg-type]
