"""The law as code, on paper: what `docs/guardrails.md` holds, and the order in which the page `/guardrails` tells it."""

from collections.abc import Iterable, Iterator

from digibel.guardrails.catalogue import (
    CATALOGUE_VERSION,
    LANGUAGES,
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
  organisation may be stricter, never looser.
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


def system_rules() -> tuple[Rule, ...]:
    """What the software itself holds: E1, E2 and on."""
    return tuple(rule for id, rule in RULES.items() if id.startswith("E"))


def rows() -> int:
    """How many rows the table of tasks has; *look first* stands before it."""
    return len({task.row for task in TASKS.values()} - {0})


def law_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield f"Version of the catalogue: {CATALOGUE_VERSION}.\n"
    yield "## At every visit\n"
    for rule in STANDING_CONDITIONS:
        yield from _rule(rule)
    yield "## What the software holds\n"
    for rule in system_rules():
        yield from _rule(rule)
    yield f"## The {rows()} rows of tasks\n"
    yield from _overview(TASKS.values())
    for task in TASKS.values():
        yield from _task(task)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}\n"
    for language in LANGUAGES:
        yield f"- **{language}** {rule.sentence(language)}"
    yield f"- {_origin(rule)}"
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


def _task(task: Task) -> Iterator[str]:
    yield f"### R{task.row} {task.name('en')}\n"
    urgent = ", urgent" if task.urgent else ""
    routes = "; ".join(in_language(ROUTES[code], "en") for code in task.routes)
    yield f"`{task.slug}`: **{_VERDICTS[task.verdict]}{urgent}**. Who helps instead, or when it is stuck: {routes or 'nobody'}.\n"
    for language in LANGUAGES:
        yield f"- **{language}** {' '.join(task.conditions_in(language))}"
    if task.say:
        yield from (f"- say, **{language}** “{task.sentence_to_say(language)}”" for language in LANGUAGES)
    yield f"- {_origin(RULES[f'R{task.row}'])}"
    yield ""
