"""Every task a client can ask for, and every rule that says what a volunteer may do about it.

The texts are data: `tasks/*.toml`, `rules.toml`, `routes.toml`, `skills.toml`, `sources.toml`. They are read once, checked,
and never change while the service runs: a new text is a new `CATALOGUE_VERSION`, which is kept beside what a volunteer read
and beside every judgement (`versions.py`). `proofs.toml` names the tests that hold each rule; it is gathered from them.

Rule ids: `R26` is row 26 of the matrix (`R0` is look-first), `Z2` a standing condition of every visit, `E9` a rule that the
system itself enforces.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar, cast

from digibel.guardrails import tables
from digibel.guardrails.secrets import mask
from digibel.problems import NotFound

LANGUAGES = ("nl", "fr", "en")
"""Languages in which the catalogue is written: those of the desk. What it says in them is what counts."""

TRANSLATIONS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        name.removeprefix("translations/").removesuffix(".toml"): tables.read(name)
        for name in tables.names_in("translations")
    }
)
"""What the card says of it in the other languages of volunteers: names, conditions, sentences to say, standing conditions."""

CARD_LANGUAGES = (*LANGUAGES, *TRANSLATIONS)

EVERY_ROW = "R*"
"""Marks a test that holds every row of the matrix."""

FALLBACK = "fr"
"""For a reader of another language: most people in Brussels read it."""

SOFTWARE, PEOPLE, NOT_YET = "software", "people", "not yet"
"""Who holds a rule. What only people can hold, the software tells before every visit and asks about afterwards."""

T = TypeVar("T")
Texts = Mapping[str, str]
Lists = Mapping[str, tuple[str, ...]]


class UnknownTask(NotFound):
    code = "unknown_task"
    message = (
        "There is no task “{slug}” in the catalogue. Choose one from the list, or look-first when nobody knows yet."
    )


class Verdict(StrEnum):
    """What a volunteer at the client's home may do, from the mildest to the strictest."""

    ALLOWED = "allowed"
    CONDITIONS = "conditions"
    STAFF_ONLY = "staff_only"
    FORBIDDEN = "forbidden"

    @property
    def strictness(self) -> int:
        """0 (allowed) to 3 (forbidden). Compare with this: as strings, verdicts sort by alphabet."""
        return list(Verdict).index(self)

    @property
    def for_volunteers(self) -> bool:
        return self in (Verdict.ALLOWED, Verdict.CONDITIONS)

    def stricter_than(self, other: "Verdict") -> bool:
        return self.strictness > other.strictness

    @classmethod
    def strictest(cls, verdicts: "Iterable[Verdict]") -> "Verdict":
        """Raises ValueError when there is no verdict at all: nothing judged is not the same as allowed."""
        return max(verdicts, key=lambda verdict: verdict.strictness)


@dataclass(frozen=True, slots=True)
class Rule:
    """One guardrail: where it comes from, how sure we are, and a plain sentence per language."""

    id: str
    sentences: Texts
    sources: tuple[str, ...]
    confidence: str
    since: date
    arguable: str = ""
    """Why somebody may rightly see it otherwise; empty when nobody does."""
    held: str = SOFTWARE
    tests: tuple[str, ...] = ()
    """The tests that fail when the software stops holding it: `tests/guardrails/test_judgement.py::test_...`."""

    def sentence(self, language: str) -> str:
        return cast(
            str, TRANSLATIONS.get(language, {}).get("rules", {}).get(self.id) or in_language(self.sentences, language)
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of question, as a worker picks it at intake.

    `conditions` speak to the volunteer. `say` is one sentence to tell the client kindly why not and who does; `topics` is what
    an offer calls the task before anybody has accepted, so it tells nothing of health or money. A task has one or the other:
    what never reaches a volunteer has no topic.
    """

    slug: str
    row: int
    verdict: Verdict
    names: Texts
    conditions: Lists
    routes: tuple[str, ...]
    rules: tuple[str, ...]
    skills: tuple[str, ...]
    icon: str
    urgent: bool
    money_or_administration: bool
    topics: Texts = field(default_factory=dict)
    say: Texts = field(default_factory=dict)

    def name(self, language: str) -> str:
        return cast(str, self._translated(language, "name") or in_language(self.names, language))

    def conditions_in(self, language: str) -> tuple[str, ...]:
        return tuple(self._translated(language, "conditions") or in_language(self.conditions, language))

    def topic(self, language: str) -> str:
        """At most 24 GSM-7 characters. Raises KeyError for a task that no offer may be made for."""
        return in_language(self.topics, language)

    def sentence_to_say(self, language: str) -> str:
        """Also for a task that only this organisation keeps from volunteers: then a general one."""
        if self.say:
            return cast(str, self._translated(language, "say") or in_language(self.say, language))
        general = TRANSLATIONS.get(language, {}).get("say_in_general")
        return cast(str, general or in_language(SAY_IN_GENERAL, language))

    def _translated(self, language: str, what: str) -> Any:
        return TRANSLATIONS.get(language, {}).get("tasks", {}).get(self.slug, {}).get(what)


def in_language(texts: Mapping[str, T], language: str) -> T:
    return texts[language] if language in texts else texts[FALLBACK]


def get(slug: str) -> Task:
    """The task of that name; raises `UnknownTask`."""
    try:
        return TASKS[slug]
    except KeyError:
        # It is repeated on a page and in an answer: somebody may have pasted a secret.
        raise UnknownTask(slug=mask(slug)[:60].encode(errors="replace").decode()) from None


# Reading the tables: a mistake in them stops the start of the service, never a visit.


def _rows() -> list[tuple[str, dict[str, Any]]]:
    rows = [(slug, row) for table in tables.names_in("tasks") for slug, row in tables.read(table).items()]
    return sorted(rows, key=lambda item: item[1]["row"])


def _read_tasks() -> dict[str, Task]:
    return {slug: _task(slug, row) for slug, row in _rows()}


def _task(slug: str, row: dict[str, Any]) -> Task:
    verdict = Verdict(row["verdict"])
    money = row.get("money_or_administration", False)
    rules = [f"R{row['row']}", *row["rules"]]
    if money:
        rules.append("E9")
    if not verdict.for_volunteers:
        rules.append("E1")
    return Task(
        slug=slug,
        row=row["row"],
        verdict=verdict,
        names=MappingProxyType(row["names"]),
        conditions=MappingProxyType({language: tuple(lines) for language, lines in row["conditions"].items()}),
        routes=tuple(row["route"]),
        rules=tuple(rules),
        skills=tuple(row.get("skills", ())),
        icon=row["icon"],
        urgent=row.get("urgent", False),
        money_or_administration=money,
        topics=MappingProxyType(row.get("topic", {})),
        say=MappingProxyType(row.get("say", {})),
    )


def _read_rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for _, row in _rows():
        id = f"R{row['row']}"
        sentences = {language: " ".join(row["conditions"][language]) for language in LANGUAGES}
        if id in rules:  # rows 38 and 56 hold two tasks: the technical part and the content
            sentences = {language: f"{rules[id].sentences[language]} {text}" for language, text in sentences.items()}
        rules[id] = _rule(id, row, sentences)
    return rules | {id: _rule(id, row, row["sentence"]) for id, row in _RULE_TABLE["rules"].items()}


def _rule(id: str, row: dict[str, Any], sentences: dict[str, str]) -> Rule:
    return Rule(
        id=id,
        sentences=MappingProxyType(sentences),
        sources=tuple(_SOURCES[source] for source in row["source"]),
        confidence=row["confidence"],
        since=date.fromisoformat(row.get("since", _RULE_TABLE["since"])),
        arguable=row.get("arguable", ""),
        held=row.get("held", SOFTWARE),
        tests=tuple(_PROOFS.get(id, ()) or (_PROOFS.get(EVERY_ROW, ()) if id.startswith("R") else ())),
    )


def _named(name: str) -> Mapping[str, Texts]:
    return MappingProxyType({code: MappingProxyType(names) for code, names in tables.read(name).items()})


_RULE_TABLE = tables.read("rules.toml")
_SOURCES = tables.read("sources.toml")
_PROOFS = tables.read("proofs.toml")

CATALOGUE_VERSION: str = _RULE_TABLE["version"]
SAY_IN_GENERAL: Texts = MappingProxyType(_RULE_TABLE["say_in_general"])
TASKS: Mapping[str, Task] = MappingProxyType(_read_tasks())
RULES: Mapping[str, Rule] = MappingProxyType(_read_rules())
ROUTES: Mapping[str, Texts] = _named("routes.toml")
SKILLS: Mapping[str, Texts] = _named("skills.toml")

STANDING_CONDITIONS: tuple[Rule, ...] = tuple(rule for id, rule in RULES.items() if id.startswith("Z"))
"""Shown to a volunteer with every task, whatever it is."""
