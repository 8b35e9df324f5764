"""The verdicts of every published version of the catalogue, so that a judgement of last year can be made again today.

`versions/<version>.toml` is written once, by `manage.py write_guardrails`, and never changed: a test keeps a digest of each.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from digibel.guardrails import tables
from digibel.guardrails.catalogue import CATALOGUE_VERSION, LANGUAGES, RULES, TASKS, UnknownTask, Verdict
from digibel.guardrails.judgement import Facts, Tightened
from digibel.problems import NotFound


class UnknownVersion(NotFound):
    code = "unknown_version"
    message = "There is no version “{version}” of the catalogue in the archive."


@dataclass(frozen=True)
class Version:
    """What a judgement depends on: a verdict per task, and the tasks about money or administration. `texts` is a digest of
    every sentence, which tells that a text has changed; the sentences themselves are in the history of the project."""

    name: str
    texts: str
    verdicts: Mapping[str, Verdict]
    money: frozenset[str]


def names() -> list[str]:
    """Every published version, oldest first."""
    return [name.removeprefix("versions/").removesuffix(".toml") for name in tables.names_in("versions")]


@cache
def version(name: str) -> Version:
    """Raises `UnknownVersion`."""
    if name not in names():
        raise UnknownVersion(version=name[:20])
    table = tables.read(f"versions/{name}.toml")
    verdicts = {slug: Verdict(verdict) for slug, verdict in table["verdicts"].items()}
    return Version(name, table["texts"], MappingProxyType(verdicts), frozenset(table["money"]))


def present() -> Version:
    """The catalogue as it is in the tables now, whether it was published or not."""
    return Version(
        CATALOGUE_VERSION,
        _digest_of_texts(),
        MappingProxyType({slug: task.verdict for slug, task in TASKS.items()}),
        frozenset(slug for slug, task in TASKS.items() if task.money_or_administration),
    )


def replay(
    slugs: Iterable[str], *, version_name: str, tightened: Tightened, facts: Facts, floor: Tightened
) -> dict[str, Verdict]:
    """The verdicts that follow, by that version, from what a judgement was made with: written apart from `judgement.judge`,
    so that a slip in one of them shows. `floor` is what the request had been judged before; a later look never loosens it.

    Raises `UnknownVersion`, and `UnknownTask` for a task that this version does not have.
    """
    then = version(version_name)
    made = {}
    for slug in slugs:
        if slug not in then.verdicts:
            raise UnknownTask(slug=slug[:60])
        counted = [then.verdicts[slug], tightened.get(slug), floor.get(slug)]
        if slug in then.money and facts.keeps_money_for_staff:
            counted.append(Verdict.STAFF_ONLY)
        made[slug] = Verdict.strictest(verdict for verdict in counted if verdict is not None)
    return made


def as_table(one: Version) -> str:
    """The file of this version."""
    return "\n".join(_lines(one)) + "\n"


def _lines(one: Version) -> Iterator[str]:
    yield "# The catalogue as it was published: never changed. Written by `manage.py write_guardrails`."
    yield f"texts = {json.dumps(one.texts)}"
    yield f"money = {json.dumps(sorted(one.money))}\n"
    yield "[verdicts]"
    yield from (f"{slug} = {json.dumps(verdict.value)}" for slug, verdict in one.verdicts.items())


def _digest_of_texts() -> str:
    told = [
        [[rule.id, rule.sentence(language)] for rule in RULES.values() for language in LANGUAGES],
        [
            [task.slug, task.name(language), task.sentence_to_say(language), task.topics.get(language, "")]
            for task in TASKS.values()
            for language in LANGUAGES
        ],
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
