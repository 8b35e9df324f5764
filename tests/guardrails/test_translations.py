"""What the card says in the languages of volunteers that are not those of the desk: all of it."""

import re

import pytest

from digibel import languages
from digibel.guardrails import suggestions
from digibel.guardrails.catalogue import (
    CARD_LANGUAGES,
    CATALOGUE_VERSION,
    LANGUAGES,
    RULES,
    SAY_IN_GENERAL,
    STANDING_CONDITIONS,
    TASKS,
    TRANSLATIONS,
)

NUMBERS = re.compile(r"\b\d{3,}\b")


def test_card_speaks_every_language_of_texts():
    assert sorted(CARD_LANGUAGES) == sorted(languages.LANGUAGES)


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_translation_is_of_the_catalogue_as_it_is_now(language):
    """A new text in the catalogue is a new version: then each translation is looked at again before it says that it is of it."""
    assert TRANSLATIONS[language]["version"] == CATALOGUE_VERSION
    assert TRANSLATIONS[language]["review"] == "none"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_task_and_standing_condition_is_said(language):
    table = TRANSLATIONS[language]
    assert (set(table["tasks"]), set(table["rules"])) == (set(TASKS), {rule.id for rule in STANDING_CONDITIONS})
    for task in TASKS.values():
        assert len(task.conditions_in(language)) == len(task.conditions_in("nl"))
        assert ("say" in table["tasks"][task.slug]) == bool(task.say)
        said = [task.name(language), *task.conditions_in(language), task.sentence_to_say(language)]
        assert all(text and text == text.strip() for text in said)
        assert not {*said} & {
            text for one in LANGUAGES for text in (*task.conditions_in(one), task.sentence_to_say(one))
        }


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_number_to_ring_is_the_same_number(language):
    for task in TASKS.values():
        said = [" ".join((*task.conditions_in(one), task.sentence_to_say(one))) for one in ("en", language)]
        assert NUMBERS.findall(said[1]) == NUMBERS.findall(said[0]), task.slug


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_the_condition_of_card_and_money_can_be_cut_in_two(language):
    """The card says its first sentence large."""
    card, _dot, money = RULES["Z3"].sentence(language).partition(". ")
    assert card
    assert money


def test_a_task_that_only_an_organisation_keeps_has_a_general_sentence():
    said = {TASKS["photos"].sentence_to_say(language) for language in CARD_LANGUAGES}
    assert len(said) == len(CARD_LANGUAGES)
    assert SAY_IN_GENERAL["fr"] in said


@pytest.mark.parametrize(
    ("language", "word", "slug"),
    [
        ("ar", "صورة", "photos"),
        ("ar", "طابعة", "printer-scanner"),
        ("tr", "yazıcım", "printer-scanner"),
        ("pl", "drukarki", "printer-scanner"),
        ("es", "herencia", "inheritance"),
        ("pl", "podatek", "tax-fill"),
        ("ro", "PIN", "look-first"),
    ],
)
def test_a_word_is_found_by_the_names_of_tasks(language, word, slug):
    assert slug in suggestions.suggest(word, language, 5)
