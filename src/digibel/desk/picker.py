"""The tasks as tiles: those that were chosen or that the words point at come first, all others stand behind a fold."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from digibel.guardrails import catalogue, suggestions
from digibel.guardrails.catalogue import Task

MOST_FOUND = 12
# Before anything was said: what most calls are about stands first in the catalogue.
USUAL = 8


@dataclass(frozen=True)
class Tile:
    slug: str
    icon: str
    name: str
    verdict: str
    urgent: bool
    checked: bool


@dataclass(frozen=True)
class Picker:
    """`found` were searched for, `suggested` come from the person's own words; each task is in one list only."""

    chosen: list[Tile]
    found: list[Tile]
    suggested: list[Tile]
    usual: list[Tile]
    rest: list[Tile]
    nothing_found: bool

    @property
    def first(self) -> list[Tile]:
        return self.chosen + self.found + self.suggested + self.usual


def pick(chosen: Sequence[str], told: str, searched: str, language: str) -> Picker:
    """Every task of the catalogue once, sorted out by why it is shown. `told` and `searched` are free words."""
    ticked = [slug for slug in dict.fromkeys(chosen) if slug in catalogue.TASKS]
    found = [slug for slug in search(searched, language) if slug not in ticked]
    seen = {*ticked, *found}
    suggested = [slug for slug in suggestions.suggest(told, language) if slug not in seen]
    seen.update(suggested)
    usual = [] if seen else list(catalogue.TASKS)[:USUAL]
    seen.update(usual)
    return Picker(
        chosen=[_tile(slug, language, True) for slug in ticked],
        found=[_tile(slug, language) for slug in found],
        suggested=[_tile(slug, language) for slug in suggested],
        usual=[_tile(slug, language) for slug in usual],
        rest=[_tile(slug, language) for slug in catalogue.TASKS if slug not in seen],
        nothing_found=bool(searched.strip()) and not found,
    )


def search(text: str, language: str) -> list[str]:
    """Tasks whose name holds these words in any language of the catalogue, then those that they point at."""
    wanted = _folded(text).split()
    if not wanted:
        return []
    named = [slug for slug, task in catalogue.TASKS.items() if _holds(task, wanted)]
    meant = [slug for slug in suggestions.suggest(text, language) if slug not in named]
    # Words that nobody understands point at look-first; that is an answer, but no find.
    return (named + [slug for slug in meant if slug != suggestions.LOOK_FIRST])[:MOST_FOUND]


def _holds(task: Task, wanted: Sequence[str]) -> bool:
    names = _folded(" ".join(task.names.values()))
    return all(word in names for word in wanted)


def _folded(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))


def _tile(slug: str, language: str, checked: bool = False) -> Tile:
    task = catalogue.TASKS[slug]
    return Tile(slug, task.icon, task.name(language), task.verdict.value, task.urgent, checked)
