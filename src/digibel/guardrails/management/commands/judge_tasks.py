import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from digibel.guardrails.catalogue import LANGUAGES
from digibel.guardrails.judgement import judge
from digibel.jsonlines import answer_lines


class Command(BaseCommand):
    help = "Judge lists of tasks: one JSON list of task slugs per line on standard input, one verdict per line out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=LANGUAGES, default="nl", help="language of the conditions")

    def handle(self, *args: Any, language: str, **options: Any) -> None:
        answer_lines(lambda line: judged(line, language), sys.stdin.buffer, self.stdout)  # type: ignore[arg-type]


def judged(line: str, language: str) -> dict[str, Any]:
    """`{"verdict", "tasks": [{"slug", "verdict", "conditions", "route", "rules"}]}`; ValueError or a Problem otherwise."""
    judgement = judge(_slugs(line))
    return {
        "verdict": judgement.verdict,
        "tasks": [
            {
                "slug": judged.slug,
                "verdict": judged.verdict,
                "conditions": judged.task.conditions_in(language),
                "route": judged.task.routes,
                "rules": judged.task.rules,
            }
            for judged in judgement.tasks
        ],
    }


def _slugs(line: str) -> list[str]:
    try:
        slugs = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("This line is no JSON. Write a list of task slugs.") from None
    if not isinstance(slugs, list) or not all(isinstance(slug, str) for slug in slugs):
        raise ValueError("This line is no list of task slugs.")
    return slugs
