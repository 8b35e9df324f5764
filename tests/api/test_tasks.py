"""The guardrails for programs."""

from typing import Any

import pytest

from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.guardrails import catalogue
from digibel.guardrails.catalogue import Verdict
from digibel.organisations import tightenings

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


@pytest.mark.guardrail("E2")
def test_verdicts_are_those_of_the_keys_own_organisation(program: Any, outsider: Any) -> None:
    tightenings.tighten(
        program.organisation, "photos", Verdict.FORBIDDEN, reason="Privacy", since=clock.today(), by=SYSTEM
    )
    for one, verdict in ((program, "forbidden"), (outsider, "allowed")):
        assert one.post("/tasks/judgement", {"tasks": ["photos"]}).json()["verdict"] == verdict
        assert {task["slug"]: task["verdict"] for task in one.get("/tasks").json()["tasks"]}["photos"] == verdict


@pytest.mark.guardrail("E9")
def test_money_is_for_staff_where_somebody_else_decides(program: Any) -> None:
    told = {"tasks": ["online-payment"], "decides_about_money": True}
    assert program.post("/tasks/judgement", told).json()["verdict"] == "staff_only"


def test_rules_say_where_they_come_from_and_what_holds_them(program: Any) -> None:
    rules = {rule["id"]: rule for rule in program.get("/tasks").json()["rules"]}
    assert sorted(rules) == sorted(catalogue.RULES)
    assert (rules["E1"]["held"], rules["E1"]["since"]) == ("software", "2026-11-21")
    assert rules["E1"]["tests"] == list(catalogue.RULES["E1"].tests) != []
