"""The guardrails for programs."""

from typing import Any

import pytest

from digibel.guardrails import catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_catalogue_is_told_whole_in_one_language(program: Any, language: str) -> None:
    told = program.get("/tasks", Accept_Language=language).json()
    assert told == program.get(f"/tasks?language={language}").json()
    assert (told["version"], told["language"]) == (catalogue.CATALOGUE_VERSION, language)
    assert [(task["slug"], task["name"], task["verdict"]) for task in told["tasks"]] == [
        (task.slug, task.name(language), task.verdict) for task in catalogue.TASKS.values()
    ]
    assert {rule for task in told["tasks"] for rule in task["rules"]} <= {rule["id"] for rule in told["rules"]}
    assert {route for task in told["tasks"] for route in task["route"]} <= set(told["routes"])


def test_judgement_takes_the_strictest_and_says_what_goes_where(program: Any) -> None:
    told = program.post("/tasks/judgement", {"tasks": ["video-call", "benefits"]}, Accept_Language="en").json()
    benefits = catalogue.get("benefits")
    assert told["verdict"] == "staff_only"
    assert told["tasks"][1] == {
        "slug": "benefits",
        "verdict": "staff_only",
        "name": benefits.name("en"),
        "conditions": list(benefits.conditions_in("en")),
        "route": list(benefits.routes),
        "rules": list(benefits.rules),
        "say": benefits.sentence_to_say("en"),
    }


def test_judgement_of_a_task_that_is_none_is_refused(program: Any, refusal: Any) -> None:
    assert refusal(program.post("/tasks/judgement", {"tasks": ["rocket"]})) == (
        422,
        "invalid",
        {"tasks": ["unknown_task"]},
    )
    assert refusal(program.post("/tasks/judgement", {"tasks": []})) == (422, "invalid", {"tasks": ["missing"]})
    assert refusal(program.post("/tasks/judgement", {"tasks": ["look-first"] * 9})) == (
        422, "invalid", {"tasks": ["too_many"]},
    )  # fmt: skip


def test_suggestions_come_best_first(program: Any) -> None:
    told = program.post("/tasks/suggestions", {"text": "mijn wifi werkt niet", "language": "nl"}).json()
    assert told["tasks"][0] == "wifi-connect"
    assert len(told["tasks"]) <= 5


def test_suggestions_for_nothing_are_none(program: Any) -> None:
    assert program.post("/tasks/suggestions", {"text": " \x00 "}).json() == {"tasks": []}
