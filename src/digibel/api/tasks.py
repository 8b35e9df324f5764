"""The guardrails for programs: the catalogue of tasks, the judgement, and suggestions from a description."""

from datetime import date
from typing import Annotated, Literal

from ninja import Router
from pydantic import BaseModel, Field

from digibel.guardrails import catalogue, judgement, suggestions
from digibel.guardrails.catalogue import UnknownTask, Verdict
from digibel.problems import Invalid, Problem
from digibel.requests import judging
from digibel.requests.api import ApiRequest
from digibel.requests.drafts import MOST_TASKS
from digibel.requests.shapes import SLUGS, JudgedTaskShown, Told, judged, reader

Language = Literal["nl", "fr", "en"]
Slug = Annotated[str, Field(json_schema_extra={"enum": [*SLUGS]})]

tasks = Router(tags=["Tasks"])


class CatalogueTask(JudgedTaskShown):
    skills: list[str]
    icon: str
    urgent: bool


class RuleShown(BaseModel):
    id: str
    sentence: str
    sources: list[str]
    confidence: str = Field(description="How surely the sources carry it: H, M-H or M.")
    since: date
    arguable: str = Field(description="Why somebody may rightly see it otherwise; empty when nobody does.")
    held: str = Field(description="By software, by people, or by nothing yet.")
    tests: list[str] = Field(description="The tests that fail when the software no longer holds it.")


class Catalogue(BaseModel):
    """Every task, and what its codes mean. A new text is a new version."""

    version: str
    language: str
    tasks: list[CatalogueTask]
    rules: list[RuleShown]
    routes: dict[str, str]
    skills: dict[str, str]


class TasksTold(Told):
    tasks: list[Slug] = Field(min_length=1, max_length=MOST_TASKS)
    decides_about_money: bool = Field(False, description="Somebody else decides about this client's money.")


class JudgementShown(BaseModel):
    """`verdict` is the strictest of all. What is not for volunteers is split off when the request is logged."""

    verdict: Verdict
    catalogue_version: str
    tasks: list[JudgedTaskShown]


class DescriptionTold(Told):
    text: str = Field(description="What was said on the telephone. Nothing of it is kept.")
    language: Language | None = Field(None, description="Tried first; the reader's own if it is left out.")


class SuggestionsShown(BaseModel):
    tasks: list[str] = Field(description="Best first, five at most.")


@tasks.get("", response=Catalogue)
def list_tasks(request: ApiRequest, language: Language | None = None) -> Catalogue:
    """The whole catalogue, in one language, with the verdicts of today at the key's organisation: it may be stricter."""
    said = language or reader()
    judged_here = judging.judge_for(request.auth.organisation, catalogue.TASKS)
    return Catalogue(
        version=catalogue.CATALOGUE_VERSION,
        language=said,
        tasks=[_task(task, said) for task in judged_here.tasks],
        rules=[
            RuleShown(
                id=rule.id,
                sentence=rule.sentence(said),
                sources=list(rule.sources),
                confidence=rule.confidence,
                since=rule.since,
                arguable=rule.arguable,
                held=rule.held,
                tests=list(rule.tests),
            )
            for rule in catalogue.RULES.values()
        ],
        routes={code: catalogue.in_language(names, said) for code, names in catalogue.ROUTES.items()},
        skills={code: catalogue.in_language(names, said) for code, names in catalogue.SKILLS.items()},
    )


@tasks.post("/judgement", response=JudgementShown)
def judge_tasks(request: ApiRequest, told: TasksTold) -> JudgementShown:
    """What a volunteer may do of these at the key's organisation, with conditions, routes and rules. Nothing is logged."""
    _check_known(told.tasks)
    facts = judgement.Facts(administrator=told.decides_about_money)
    made = judging.judge_for(request.auth.organisation, told.tasks, facts=facts)
    return JudgementShown(
        verdict=made.verdict,
        catalogue_version=made.catalogue_version,
        tasks=[judged(task, reader()) for task in made.tasks],
    )


def _check_known(slugs: list[str]) -> None:
    unknown: list[Problem] = [UnknownTask(slug=slug[:60]) for slug in slugs if slug not in catalogue.TASKS]
    if unknown:
        raise Invalid({"tasks": unknown})


@tasks.post("/suggestions", response=SuggestionsShown)
def suggest_tasks(request: object, told: DescriptionTold) -> SuggestionsShown:
    """Which tasks a description may be about. The person who asks chooses."""
    return SuggestionsShown(tasks=suggestions.suggest(told.text, told.language or reader()))


def _task(here: judgement.JudgedTask, language: str) -> CatalogueTask:
    task, shown = here.task, judged(here, language)
    return CatalogueTask(**shown.model_dump(), skills=list(task.skills), icon=task.icon, urgent=task.urgent)
