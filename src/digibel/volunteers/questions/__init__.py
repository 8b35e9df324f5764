"""Five questions on the guardrails, out of a larger set, in the ten languages; all five right is a pass that counts a year.

They are there to be talked about, not to keep people out: a wrong answer is explained at once. Two tries after each other
never hold the same five, and no page keeps a state: which five, and in which order, is worked out from the link.
"""

import hashlib
import hmac
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from django.conf import settings
from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.languages import LANGUAGES, best_language
from digibel.organisations.models import Organisation
from digibel.volunteers import links, readiness
from digibel.volunteers.errors import LinkClosed, NotAllRight
from digibel.volunteers.models import QuestionLink, Readiness, Requirement
from digibel.volunteers.requirements import RULES

HOW_MANY: Final = 5
# Raised when a question changes its meaning; written beside every pass.
VERSION: Final = "2026-1"
MOST_TRIES: Final = 10_000
ANSWERS: Final = ("a", "b", "c")
RIGHT: Final = "a"
_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Question:
    """One question in one language. `answers` in the order to show; `right` counts from one in that order."""

    id: str
    asks: str
    answers: tuple[str, ...]
    right: int
    why: str

    @property
    def right_answer(self) -> str:
        return self.answers[self.right - 1]


@cache
def rules() -> Mapping[str, str]:
    """Every question, and the rule or task of the catalogue that it is about."""
    return tomllib.loads((_FOLDER / "questions.toml").read_text(encoding="utf-8"))


@cache
def texts(language: str) -> Mapping[str, Mapping[str, str]]:
    """The file of one language: the words of the page, and every question."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def draw(link: QuestionLink, number: int) -> tuple[str, ...]:
    """The ids of the five of this try. The next try begins where this one ended, so that the two are never the same."""
    order = list(rules())
    _chance(link, "order").shuffle(order)
    start = number * 3 % len(order)
    return tuple((order + order)[start : start + HOW_MANY])


def read(link: QuestionLink, number: int, language: str) -> list[Question]:
    """The five questions of this try, in this language, their answers in an order of this try's own."""
    found = []
    for question_id in draw(link, number):
        written = texts(language)[question_id]
        letters = list(ANSWERS)
        _chance(link, f"{number}:{question_id}").shuffle(letters)
        answers = tuple(written[letter] for letter in letters)
        found.append(Question(question_id, written["asks"], answers, 1 + letters.index(RIGHT), written["why"]))
    return found


def wrong(questions: Sequence[Question], given: Mapping[str, int]) -> list[Question]:
    """Those whose answer is not the right one; one that was left open is among them."""
    return [question for question in questions if given.get(question.id) != question.right]


@transaction.atomic
def pass_questions(link: QuestionLink, number: int, given: Mapping[str, int], *, language: str, by: Actor) -> None:
    """All five of this try are right: from today it counts a year, at every organisation this volunteer belongs to.

    Raises `NotAllRight`. Sent twice, it is one pass: the days stay as they are.
    """
    if wrong(read(link, number, language), given):
        raise NotAllRight
    locked = QuestionLink.objects.select_for_update(of=("self",)).select_related("volunteer", "organisation")
    found = locked.get(pk=link.pk)
    if not links.is_open(found):
        raise LinkClosed
    today = clock.today()
    until = RULES[Requirement.QUESTIONS].ends(today)
    for organisation in _organisations(found):
        row = found.volunteer.readiness.filter(organisation=organisation, requirement=Requirement.QUESTIONS).first()
        if row is not None and row.since == today and row.until == until:
            continue
        readiness.note(
            found.volunteer, organisation, Requirement.QUESTIONS, since=today, until=until, version=VERSION, by=by
        )
    record("questions.passed", found.volunteer, by=by, organisation_id=found.organisation_id, version=VERSION)


def passed_until(link: QuestionLink) -> Readiness | None:
    """The pass that counts today, if there is one."""
    rows = link.volunteer.readiness.filter(organisation=link.organisation, requirement=Requirement.QUESTIONS)
    return next((row for row in rows if row.holds_on(clock.today())), None)


def language_for(link: QuestionLink, asked: str) -> str:
    """The language that was chosen on the page, else the volunteer's own."""
    if asked in LANGUAGES:
        return asked
    return best_language(link.volunteer.recipient.languages, fallback=link.organisation.language)


def _organisations(link: QuestionLink) -> list[Organisation]:
    """The guardrails are the same everywhere: who knows them here, knows them there."""
    rows = link.volunteer.readiness.select_related("organisation").order_by("organisation_id")
    found = {row.organisation_id: row.organisation for row in rows}
    return list({link.organisation_id: link.organisation, **found}.values())


def _chance(link: QuestionLink, what: str) -> Random:
    """Different for everybody, the same whenever it is asked again: no page keeps a state."""
    return Random(hmac.digest(settings.SECRET_KEY.encode(), f"{link.pk}:{what}".encode(), hashlib.sha256))
