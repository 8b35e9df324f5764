"""The law as code, on paper: what `docs/guardrails.md` holds, and the order in which the page `/guardrails` tells it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from digibel.guardrails import tables
from digibel.guardrails.catalogue import (
    CATALOGUE_VERSION,
    EVERY_ROW,
    LANGUAGES,
    NOT_YET,
    PEOPLE,
    ROUTES,
    RULES,
    STANDING_CONDITIONS,
    TASKS,
    Rule,
    Task,
    Verdict,
    in_language,
)

_INTRODUCTION = """\
# Guardrails

What a volunteer may do at somebody's home, and what they may not. This page is written by `manage.py write_guardrails` from
the tables in `src/digibel/guardrails/`; correct those, not this page. A test fails when the page is behind.

- Every rule has an id that is stable: `Z2` holds at every visit, `E9` is held by the software itself, `R26` is row 26 of the
  table of tasks (`R0` is *look first*, for "it acts strange").
- A verdict is *allowed*, *conditions*, *staff only* or *forbidden*; of several tasks in one request the strictest wins. An
  organisation may be stricter, never looser: for one task, with a reason, from a day on, until a person ends it. What is
  forbidden nobody can touch. Two facts of a client count too: where somebody else decides about money, and from the third new
  problem about money or administration on, these tasks are for staff (E9); a coordinator may overrule the third with a reason.
- Under each rule stand the tests that fail when the software no longer holds it. What happens between two people in a room no
  software can hold; such a rule says so.
- Every judgement keeps the version of the catalogue, the organisation's tightenings and the facts it was made with.
  `manage.py replay_judgements` makes all of them again and says which would differ.
- *Confidence* says how surely the source carries the rule: H high, M-H, M medium. A rule marked **arguable** can rightly be
  seen otherwise, and says why.
- A lawyer or data protection officer must read these texts before an organisation goes live.
"""

_VERDICTS = {
    Verdict.ALLOWED: "allowed",
    Verdict.CONDITIONS: "conditions",
    Verdict.STAFF_ONLY: "staff only",
    Verdict.FORBIDDEN: "forbidden",
}


PLACES = {
    "card": "on the card, before anything that says who or where",
    "text": "as a text, for who has no card",
    "questions": "in the five questions of every year",
    "report": "asked of the volunteer after the visit",
    "follow_up": "asked of the client a week later",
    "client": "told to the client with their own yes",
    "software": "the software refuses it, or does it",
}


def system_rules() -> tuple[Rule, ...]:
    """What the software itself holds: E1, E2 and on."""
    return tuple(rule for id, rule in RULES.items() if id.startswith("E"))


def rows() -> int:
    """How many rows the table of tasks has; *look first* stands before it."""
    return len({task.row for task in TASKS.values()} - {0})


Proofs = Mapping[str, Sequence[str]]


def law_page(proofs: Proofs | None = None) -> str:
    """The whole page, in Markdown. `proofs` are the tests behind each rule, where they were just gathered anew."""
    return "\n".join(_lines(shipped() if proofs is None else proofs)) + "\n"


def shipped() -> Proofs:
    return tables.read("proofs.toml")


def _lines(proofs: Proofs) -> Iterator[str]:
    yield _INTRODUCTION
    yield f"Version of the catalogue: {CATALOGUE_VERSION}.\n"
    yield "## At every visit\n"
    for rule in STANDING_CONDITIONS:
        yield from _rule(rule, proofs)
    yield from _places()
    yield "## What the software holds\n"
    for rule in system_rules():
        yield from _rule(rule, proofs)
    yield from _arguable()
    yield f"## The {rows()} rows of tasks\n"
    yield f"Every row is held by:\n{_list(proofs.get(EVERY_ROW, ()))}\n"
    yield from _overview(TASKS.values())
    for task in TASKS.values():
        yield from _task(task, proofs)


def _rule(rule: Rule, proofs: Proofs) -> Iterator[str]:
    yield f"### {rule.id}\n"
    for language in LANGUAGES:
        yield f"- **{language}** {rule.sentence(language)}"
    yield f"- {_origin(rule)}"
    yield f"- {_held(rule, proofs.get(rule.id, ()))}"
    yield ""


def _places() -> Iterator[str]:
    """Where each condition of a visit is told, asked or refused. The offer has no room for them: see ADR 7."""
    yield "### Where each of them is held\n"
    yield "Who has no internet gets the two that matter most as a text. The offer names the topic alone: its one text is full.\n"
    for rule, places in tables.read("standing.toml").items():
        yield f"- **{rule}**"
        yield from (f"  - {PLACES[place]}: `{test}`" for place, test in places.items())
    yield ""


def _held(rule: Rule, tests: Sequence[str]) -> str:
    if rule.held == NOT_YET:
        return "Held by: nothing yet. It is still to be built."
    if rule.held == PEOPLE:
        told = "Held by people; the software tells it before every visit, and asks about it afterwards"
        return f"{told}:\n{_list(tests)}" if tests else f"{told}."
    return f"Held by the software, as these tests prove:\n{_list(tests)}"


def _list(tests: Sequence[str]) -> str:
    return "\n".join(f"  - `{test}`" for test in tests)


def _arguable() -> Iterator[str]:
    """What a lawyer wants to see together: where we have chosen, and somebody may rightly choose otherwise."""
    yield "## Where somebody may rightly see it otherwise\n"
    yield "People decide these, not the software. An organisation that sees it more strictly says so on the page `/guardrails`."
    yield "Everything rests on the one sentence that the law itself forbids (R26); the other rows are policy.\n"
    yield "| rule | confidence | why |"
    yield "|---|---|---|"
    for rule in RULES.values():
        if rule.arguable:
            yield f"| {rule.id} | {rule.confidence} | {rule.arguable} |"
    yield ""


def _origin(rule: Rule) -> str:
    told = f"Source: {'; '.join(rule.sources)}. Confidence {rule.confidence}, since {rule.since.isoformat()}."
    return f"{told} **Arguable:** {rule.arguable}" if rule.arguable else told


def _overview(tasks: Iterable[Task]) -> Iterator[str]:
    yield "| row | task | verdict | Nederlands | français | English |"
    yield "|---|---|---|---|---|---|"
    for task in tasks:
        names = " | ".join(task.name(language) for language in LANGUAGES)
        mark = " (arguable)" if RULES[f"R{task.row}"].arguable else ""
        yield f"| {task.row} | `{task.slug}` | {_VERDICTS[task.verdict]}{mark} | {names} |"
    yield ""


def _task(task: Task, proofs: Proofs) -> Iterator[str]:
    yield f"### R{task.row} {task.name('en')}\n"
    urgent = ", urgent" if task.urgent else ""
    routes = "; ".join(in_language(ROUTES[code], "en") for code in task.routes)
    yield f"`{task.slug}`: **{_VERDICTS[task.verdict]}{urgent}**. Who helps instead, or when it is stuck: {routes or 'nobody'}.\n"
    for language in LANGUAGES:
        yield f"- **{language}** {' '.join(task.conditions_in(language))}"
    if task.say:
        yield from (f"- say, **{language}** “{task.sentence_to_say(language)}”" for language in LANGUAGES)
    yield f"- {_origin(RULES[f'R{task.row}'])}"
    if tests := proofs.get(f"R{task.row}"):
        yield f"- Held also by:\n{_list(tests)}"
    yield ""
