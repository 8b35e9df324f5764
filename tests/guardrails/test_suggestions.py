"""The descriptions in `suggestions.tsv` stand for what is said on the telephone.

The words were tuned on the lines marked *tuned*. The lines marked *held out* were written when that was finished; on the
first reading 91 % of them had the wanted task first, and 97 % among the first three.
"""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.guardrails import tables
from digibel.guardrails.catalogue import LANGUAGES, TASKS
from digibel.guardrails.suggestions import suggest

with (Path(__file__).parent / "suggestions.tsv").open(encoding="utf-8", newline="") as lines:
    DESCRIPTIONS = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("half", ["tuned", "held out"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_wanted_task_is_suggested(half: str, language: str) -> None:
    asked = [line for line in DESCRIPTIONS if (line["half"], line["language"]) == (half, language)]
    found = [suggest(line["text"], language) for line in asked]
    first = sum(tasks[0] == line["wanted"] for tasks, line in zip(found, asked, strict=True))
    among_three = sum(line["wanted"] in tasks[:3] for tasks, line in zip(found, asked, strict=True))
    assert len(asked) >= 15
    assert first / len(asked) >= 0.75
    assert among_three / len(asked) >= 0.90


def test_descriptions_cover_every_task_in_every_language() -> None:
    wanted = {(line["wanted"], line["language"]) for line in DESCRIPTIONS}
    assert wanted == {(slug, language) for slug in TASKS for language in LANGUAGES}


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("nl", "mijn tablet doet raar", "look-first"),
        ("fr", "Ma mère veut appeler en vidéo sa soeur", "video-call"),
        ("nl", "iemand moet 100 euro afhalen met mijn kaart", "cash-withdrawal"),
        ("nl", "itsme werkt niet meer", "itsme-activate"),
        ("fr", "j'ai reçu un sms de ma banque et j'ai donné mon code", "fraud-now"),
        ("en", "WhatsApp", "video-call"),
        ("nl", "wifi", "wifi-connect"),
        ("fr", "imprimante", "printer-scanner"),
    ],
)
def test_plain_question_gives_its_task_first(language: str, text: str, wanted: str) -> None:
    assert suggest(text, language)[0] == wanted


@pytest.mark.parametrize(
    ("language", "text", "danger"),
    [
        ("nl", "WhatsApp installeren en met haar bankkaart 50 euro afhalen", "cash-withdrawal"),
        ("fr", "les photos du gsm, et retirer de l'argent avec sa carte", "cash-withdrawal"),
        ("en", "set up e-mail and withdraw some cash with her card", "cash-withdrawal"),
        ("nl", "foto's sturen, en ze heeft net haar code doorgegeven aan iemand van de bank", "fraud-now"),
        (
            "fr",
            "son imprimante ne marche pas, et elle a donné le code de sa carte à un homme au téléphone",
            "fraud-now",
        ),
        ("en", "the printer, and also somebody from the bank called and she gave her code", "fraud-now"),
        ("nl", "e-mail nakijken en voor haar inloggen met haar code", "login-for-client"),
        ("fr", "ouvrir l'eBox : il faut vous connecter à ma place avec mon code", "login-for-client"),
        ("en", "open the eBox, log in for her with her code", "login-for-client"),
    ],
)
def test_danger_never_hides_behind_a_harmless_question(language: str, text: str, danger: str) -> None:
    assert suggest(text, language)[0] == danger


def test_two_questions_give_two_tasks() -> None:
    assert suggest("WhatsApp, et un formulaire pour une allocation", "fr")[:2] == ["benefits", "video-call"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", "   ", "\t\n", "...!?", "🙂"])
def test_empty_text_gives_nothing(text: str, language: str) -> None:
    assert suggest(text, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["xyz", "مساعدة", "bla bla bla"])
def test_text_that_nobody_understands_gives_look_first(text: str, language: str) -> None:
    assert suggest(text, language) == ["look-first"]


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("nl", "wachtwoord vergeten", "wachtwoort vergeeten"),
        ("nl", "de printer drukt niet af", "de pinter drukt niet af"),
        ("fr", "mot de passe oublié", "mot de passe oublie"),
        ("fr", "télécharger une application", "telecharger une aplication"),
        ("en", "forgot the password", "forgott the pasword"),
        ("en", "a video call with WhatsApp", "a video call with Whatsap"),
    ],
)
def test_typing_errors_and_accents_do_not_matter(language: str, right: str, wrong: str) -> None:
    assert suggest(right, language)[0] == suggest(wrong, language)[0]


def test_word_order_does_not_matter() -> None:
    assert suggest("geld afhalen met de kaart", "nl")[0] == suggest("met de kaart geld afhalen", "nl")[0]


def test_question_in_another_language_of_the_desk_is_understood() -> None:
    assert suggest("imprimer une photo", "nl")[0] == "photos"


@given(st.text(max_size=400), st.sampled_from([*LANGUAGES, "tr", ""]), st.integers(min_value=0, max_value=8))
def test_any_text_gives_known_tasks_each_once_within_the_limit(text: str, language: str, limit: int) -> None:
    tasks = suggest(text, language, limit)
    assert set(tasks) <= set(TASKS)
    assert len(tasks) == len(set(tasks))
    assert len(tasks) <= limit


@given(st.lists(st.sampled_from([line["text"] for line in DESCRIPTIONS]), min_size=1, max_size=3))
def test_capitals_and_punctuation_do_not_matter(texts: list[str]) -> None:
    text = ", ".join(texts)
    assert suggest(text.upper(), "nl") == suggest(text.lower() + " !!", "nl")


def test_suggestion_is_there_before_the_worker_notices() -> None:
    texts = [(line["text"], line["language"]) for line in DESCRIPTIONS]
    for language in LANGUAGES:
        suggest("wifi", language)
    begin = time.perf_counter()
    for text, language in texts:
        suggest(text, language)
    # Less than half a millisecond on a slow laptop; the bound is generous, because test machines are busy.
    assert (time.perf_counter() - begin) / len(texts) < 0.01


def test_very_long_text_is_read_in_part_and_in_time() -> None:
    begin = time.perf_counter()
    suggest("x" * 1_000_000, "nl")
    suggest("onbegrijpelijkheid " * 50_000, "nl")
    assert time.perf_counter() - begin < 1.0


def test_patterns_know_every_task_and_only_known_concepts() -> None:
    patterns = tables.read("patterns.toml")
    concepts = {
        concept for name in ("nl", "fr", "en", "any") for concept in tables.read(f"words/{name}.toml")["concepts"]
    }
    used = {concept.removeprefix("!") for lines in patterns.values() for line in lines for concept in line.split()[1:]}
    assert set(patterns) == set(TASKS)
    assert used == concepts
