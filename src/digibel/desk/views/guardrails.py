"""The law as code, for everybody to read: what a volunteer may do, from which source, and how sure we are. No login."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from digibel import languages
from digibel.desk import words
from digibel.guardrails import catalogue, lawbook
from digibel.guardrails.catalogue import Rule, Task


@dataclass(frozen=True)
class RuleLine:
    rule: Rule
    sentence: str


@dataclass(frozen=True)
class TaskLine:
    task: Task
    name: str
    conditions: tuple[str, ...]
    say: str
    routes: str
    rule: Rule
    anchor: str


@require_safe
def guardrails(request: HttpRequest) -> HttpResponse:
    """In the language of the page, or the one asked for (`?lang=`)."""
    asked = request.GET.get("lang", "")
    language = asked if asked in languages.DESK_LANGUAGES else words.desk_language()
    with translation.override(language):
        context = {
            "standing": [RuleLine(rule, rule.sentence(language)) for rule in catalogue.STANDING_CONDITIONS],
            "system": [RuleLine(rule, rule.sentence(language)) for rule in lawbook.system_rules()],
            "tasks": _task_lines(language),
            "version": catalogue.CATALOGUE_VERSION,
            "languages": [
                (code, languages.LANGUAGES[code].own, f"?lang={code}")
                for code in languages.DESK_LANGUAGES
                if code != language
            ],
        }
        response = render(request, "desk/guardrails.html", context)
    response["Content-Language"] = language
    return response


def _task_lines(language: str) -> list[TaskLine]:
    """In the order of the matrix. A row with two tasks has its id as anchor once."""
    seen: set[str] = set()
    lines = []
    for task in catalogue.TASKS.values():
        id = f"R{task.row}"
        anchor = task.slug if id in seen else id
        seen.add(id)
        lines.append(_task_line(task, id, anchor, language))
    return lines


def _task_line(task: Task, id: str, anchor: str, language: str) -> TaskLine:
    routes = (catalogue.in_language(catalogue.ROUTES[code], language) for code in task.routes)
    return TaskLine(
        task=task,
        name=task.name(language),
        conditions=task.conditions_in(language),
        say=task.sentence_to_say(language) if task.say else "",
        routes=", ".join(routes),
        rule=catalogue.RULES[id],
        anchor=anchor,
    )
