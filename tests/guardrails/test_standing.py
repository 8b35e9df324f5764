"""Each condition of every visit has its places, and at each of them a test that is there."""

from pathlib import Path

from digibel.guardrails import lawbook, tables
from digibel.guardrails.catalogue import STANDING_CONDITIONS
from digibel.scheduling import concerns, followups, reports
from digibel.volunteers import questions

ROOT = Path(__file__).parents[2]
PLACES = tables.read("standing.toml")


def at(place):
    return {rule for rule, places in PLACES.items() if place in places}


def test_every_condition_is_on_the_card_and_every_place_is_one():
    ids = [rule.id for rule in STANDING_CONDITIONS]
    assert list(PLACES) == ids
    assert at("card") == set(ids)
    assert {place for places in PLACES.values() for place in places} == set(lawbook.PLACES)


def test_every_test_that_is_named_is_there():
    named = {test for places in PLACES.values() for test in places.values()}
    missing = []
    for test in named:
        file, _, name = test.partition("::")
        if f"\ndef {name}(" not in (ROOT / file).read_text(encoding="utf-8"):
            missing.append(test)
    assert missing == []


def test_the_questions_of_the_training_are_about_these():
    asked = {rule for rule in questions.rules().values() if rule.startswith("Z")}
    assert asked == at("questions")


def test_what_the_volunteer_and_the_client_are_asked_is_about_these():
    """A code and a card in the hand, money, and coming back by oneself: Z2, Z3 and Z8."""
    about = {"code_seen": "Z2", "card_held": "Z3", "money": "Z3", "private": "Z8", "came_back": "Z8"}
    assert {about[one] for one in reports.QUESTIONS} == at("report")
    assert {about[one] for one in followups.WORRIES} == at("follow_up")
    assert {about[one] for one in concerns.PAUSING} <= at("follow_up")
