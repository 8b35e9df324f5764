"""What a volunteer may do of what was asked, told to the worker, with the words to say on the telephone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digibel.desk import words
from digibel.guardrails import catalogue, judgement
from digibel.guardrails.judgement import JudgedTask
from digibel.organisations.models import Organisation
from digibel.requests import judging

SAID_IN = catalogue.LANGUAGES


@dataclass(frozen=True)
class Row:
    """One task: its verdict, what to mind (or who helps instead), the rule it comes from, and why it is stricter here."""

    icon: str
    name: str
    verdict: str
    why: list[str]
    rule: str
    stricter: words.Words = ""


@dataclass(frozen=True)
class Said:
    lang: str
    sentences: list[str]


@dataclass(frozen=True)
class Judged:
    """The whole panel. `say` is in the language of the client first, then in the other languages of the catalogue."""

    rows: list[Row]
    for_volunteer: int
    for_others: int
    slip: list[str]
    say: list[Said]
    urgent: list[str]

    @property
    def is_split(self) -> bool:
        return bool(self.for_volunteer and self.for_others)


STRICTER: dict[judgement.Stricter, words.Words] = {
    judgement.Stricter.ORGANISATION: gettext_lazy("Our organisation is stricter here than the catalogue."),
    judgement.Stricter.ADMINISTRATOR: gettext_lazy("Somebody else decides about this person's money."),
    judgement.Stricter.THIRD: gettext_lazy(
        "It is the third new question about money or papers: staff look at what is behind it."
    ),
    judgement.Stricter.FROM_THE_CALL: gettext_lazy("Staff take this one on themselves, from the first call on."),
}


def told(
    slugs: Sequence[str],
    *,
    organisation: Organisation,
    facts: judgement.Facts = judgement.NOTHING_KNOWN,
    reader: str,
    client: str,
) -> Judged:
    """What was ticked, as it will be judged when it is saved. Unknown slugs are left out."""
    known = [slug for slug in slugs if slug in catalogue.TASKS]
    tasks = judging.judge_for(organisation, known, facts=facts).tasks if known else ()
    return panel(tasks, reader=reader, client=client)


def panel(tasks: Sequence[JudgedTask], *, reader: str, client: str) -> Judged:
    """`reader` is the language of the page, `client` the one to speak."""
    others = [judged for judged in tasks if not judged.verdict.for_volunteers]
    first = client if client in SAID_IN else reader
    order = [first, *(language for language in SAID_IN if language != first)]
    return Judged(
        rows=[_row(judged, reader) for judged in tasks],
        for_volunteer=len(tasks) - len(others),
        for_others=len(others),
        slip=_routes(others, reader),
        say=[Said(language, _sentences(tasks, language)) for language in order] if tasks else [],
        urgent=[line for judged in tasks if judged.task.urgent for line in judged.task.conditions_in(reader)],
    )


def _row(judged: JudgedTask, reader: str) -> Row:
    task = judged.task
    why = list(task.conditions_in(reader))
    if not judged.verdict.for_volunteers:
        why = [_("Goes to: %(routes)s.") % {"routes": ", ".join(_routes([judged], reader))}]
    stricter = STRICTER[judged.stricter] if judged.stricter else ""
    return Row(task.icon, task.name(reader), judged.verdict.value, why, f"R{task.row}", stricter)


def _routes(tasks: Sequence[JudgedTask], reader: str) -> list[str]:
    codes = dict.fromkeys(code for judged in tasks for code in judged.task.routes)
    return [catalogue.in_language(catalogue.ROUTES[code], reader) for code in codes if code in catalogue.ROUTES]


def _sentences(tasks: Sequence[JudgedTask], language: str) -> list[str]:
    """What to say: first what cannot wait, then what somebody comes for, then each other task's own sentence."""
    mine = [judged.task for judged in tasks if judged.verdict.for_volunteers]
    names = [task.name(language) for task in mine if not task.urgent]
    said = []
    with translation.override(language):
        if any(task.urgent for task in mine):
            said.append(_("First we ring, now: I help you. Somebody can come to your home afterwards."))
        if names:
            comes = _(
                "For “%(tasks)s” somebody can come to your home. You type your codes yourself; our volunteer looks away."
            )
            said.append(comes % {"tasks": ", ".join(names)})
    refused = [judged.task.sentence_to_say(language) for judged in tasks if not judged.verdict.for_volunteers]
    return said + refused
