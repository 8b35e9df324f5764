"""The guardrails for programs: the catalogue of tasks, the judgement, and suggestions from a description."""

from typing import Annotated, Literal

from ninja import Router
from pydantic import BaseModel, Field

from digibel.guardrails import catalogue, judgement, suggestions
from digibel.guardrails.catalogue import UnknownTask, Verdict
from digibel.problems import Invalid, Problem
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
def list_tasks(request: object, language: Language | None = None) -> Catalogue:
    """The whole catalogue, in one language."""
    said = language or reader()
    return Catalogue(
        version=catalogue.CATALOGUE_VERSION,
        language=said,
        tasks=[_task(task, said) for task in catalogue.TASKS.values()],
        rules=[
            RuleShown(id=rule.id, sentence=rule.sentence(said), sources=list(rule.sources))
            for rule in catalogue.RULES.values()
        ],
        routes={code: catalogue.in_language(names, said) for code, names in catalogue.ROUTES.items()},
        skills={code: catalogue.in_language(names, said) for code, names in catalogue.SKILLS.items()},
    )


@tasks.post("/judgement", response=JudgementShown)
def judge_tasks(request: object, told: TasksTold) -> JudgementShown:
    """What a volunteer may do of these, with the conditions, the routes and the rules. Nothing is logged."""
    _check_known(told.tasks)
    made = judgement.judge(told.tasks)
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


def _task(task: catalogue.Task, language: str) -> CatalogueTask:
    shown = judged(judgement.JudgedTask(task, task.verdict), language)
    return CatalogueTask(**shown.model_dump(), skills=list(task.skills), icon=task.icon, urgent=task.urgent)
