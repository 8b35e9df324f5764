"""The law as code, for everybody to read: what a volunteer may do, from which source, how sure we are, and which tests hold it.

No login. Whoever is logged in also sees where their own organisation is stricter; a coordinator changes that here.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.desk import actors, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.guardrails import StricterForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.guardrails import catalogue, lawbook
from digibel.guardrails.catalogue import Rule, Task
from digibel.organisations import tightenings
from digibel.organisations.models import Organisation, Staff, Tightening
from digibel.organisations.permissions import check_may, may
from digibel.problems import Problem
from digibel.scheduling import rejudging
from digibel.sentences import sentence

MOST_ENDED = 20


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
    stricter: Tightening | None


@dataclass(frozen=True)
class StricterLine:
    """Where the organisation is stricter: `was` is the catalogue's verdict."""

    tightening: Tightening
    name: str
    was: str
    by: str
    ended_by: str
    begun: bool


@require_safe
def guardrails(request: HttpRequest) -> HttpResponse:
    """In the language of the page, or the one asked for (`?lang=`)."""
    return _page(request, StricterForm())


@staff_page
@require_POST
def tighten(request: StaffRequest) -> HttpResponse:
    """From a day on a task is stricter here. What is offered or booked is judged again at once."""
    check_may(request.user, "tighten")
    form = StricterForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    told = form.cleaned_data
    done = _("Noted: “%(task)s” is stricter here. What is offered or booked has been judged again.")
    try:
        rejudging.tighten(
            request.organisation,
            told["slug"],
            told["verdict"],
            reason=told["reason"],
            since=told["since"],
            by=Actor.staff(request.user),
        )
    except Problem as problem:
        form.add_error(None, sentence(problem))
        return _page(request, form, status=problem.status)
    do(request, lambda: None, done % {"task": catalogue.get(told["slug"]).name(words.desk_language())})
    return go_on(_STRICTER)


@staff_page
@require_POST
def end_tightening(request: StaffRequest, tightening_id: uuid.UUID) -> HttpResponse:
    """The catalogue's own verdict holds again, for what is asked from now on."""
    check_may(request.user, "tighten")
    found = tightenings.find(request.organisation, tightening_id)
    done = _("Ended. What is asked from now on is judged by the catalogue again.")
    do(request, lambda: tightenings.end(found, by=Actor.staff(request.user)), done)
    return go_on(_STRICTER)


_STRICTER = "/guardrails#stricter"


def _page(request: HttpRequest, form: StricterForm, *, status: int = 200) -> HttpResponse:
    asked = request.GET.get("lang", "")
    language = asked if asked in languages.DESK_LANGUAGES else words.desk_language()
    staff = request.user if isinstance(request.user, Staff) else None
    with translation.override(language):
        own = _own(staff.organisation, language) if staff else {}
        context: dict[str, Any] = {
            "standing": [RuleLine(rule, rule.sentence(language)) for rule in catalogue.STANDING_CONDITIONS],
            "system": [RuleLine(rule, rule.sentence(language)) for rule in lawbook.system_rules()],
            "tasks": _task_lines(language, own.get("standing", ())),
            "every_row": lawbook.shipped().get(catalogue.EVERY_ROW, ()),
            "own": own,
            "organisation": staff.organisation if staff else None,
            "may_tighten": staff is not None and may(staff, "tighten"),
            "form": form,
            "version": catalogue.CATALOGUE_VERSION,
            "languages": [
                (code, languages.LANGUAGES[code].own, f"?lang={code}")
                for code in languages.DESK_LANGUAGES
                if code != language
            ],
        }
        response = render(request, "desk/guardrails.html", context, status=status)
    response["Content-Language"] = language
    return response


def _own(organisation: Organisation, language: str) -> dict[str, list[StricterLine]]:
    """Where this organisation is stricter now or from a day to come, and where it was."""
    rows = list(organisation.tightenings.all())
    by = actors.names([actor for row in rows for actor in (row.made_by, row.ended_by) if actor], organisation)
    lines = [_stricter_line(row, by, language) for row in rows if row.slug in catalogue.TASKS]
    ended = [line for line in lines if line.tightening.ended_at]
    ended.sort(key=lambda line: line.tightening.ended_at or clock.now(), reverse=True)
    return {"standing": [line for line in lines if not line.tightening.ended_at], "ended": ended[:MOST_ENDED]}


def _stricter_line(row: Tightening, by: dict[str, str], language: str) -> StricterLine:
    task = catalogue.get(row.slug)
    return StricterLine(
        tightening=row,
        name=task.name(language),
        was=task.verdict.value,
        by=by[row.made_by],
        ended_by=by[row.ended_by] if row.ended_by else "",
        begun=row.since <= clock.today(),
    )


def _task_lines(language: str, own: Sequence[StricterLine]) -> list[TaskLine]:
    """In the order of the matrix. A row with two tasks has its id as anchor once."""
    stricter = {line.tightening.slug: line.tightening for line in own}
    seen: set[str] = set()
    lines = []
    for task in catalogue.TASKS.values():
        id = f"R{task.row}"
        anchor = task.slug if id in seen else id
        seen.add(id)
        lines.append(_task_line(task, id, anchor, language, stricter.get(task.slug)))
    return lines


def _task_line(task: Task, id: str, anchor: str, language: str, stricter: Tightening | None) -> TaskLine:
    routes = (catalogue.in_language(catalogue.ROUTES[code], language) for code in task.routes)
    return TaskLine(
        task=task,
        name=task.name(language),
        conditions=task.conditions_in(language),
        say=task.sentence_to_say(language) if task.say else "",
        routes=", ".join(routes),
        rule=catalogue.RULES[id],
        anchor=anchor,
        stricter=stricter,
    )
