"""May a volunteer do this? The one place where that is decided.

Two things hold here and are tested by trying to break them: a task that is *staff only* or *forbidden* has no way to a
volunteer (rule E1), and an organisation may only be stricter than the catalogue (rule E2).

`VolunteerTask` carries the first one in a type: an offer is made of these, and only the judgement makes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from digibel.guardrails.catalogue import CATALOGUE_VERSION, STANDING_CONDITIONS, Rule, Task, Verdict, get
from digibel.problems import Problem

Tightened = Mapping[str, Verdict]
"""What an organisation keeps stricter than the catalogue: task slug to its own verdict."""


class NothingToJudge(Problem, ValueError):
    code = "nothing_to_judge"
    message = "Choose at least one task. Nobody knows yet? Choose look-first."


class TighteningRefused(Problem):
    code = "tightening_refused"
    message = "“{slug}” is “{verdict}” in the catalogue. An organisation can only be stricter than that."


@dataclass(frozen=True, slots=True)
class JudgedTask:
    task: Task
    verdict: Verdict

    @property
    def slug(self) -> str:
        return self.task.slug

    @property
    def tightened(self) -> bool:
        """The organisation is stricter here than the catalogue."""
        return self.verdict is not self.task.verdict


_JUDGED = object()


@dataclass(frozen=True, slots=True)
class VolunteerTask:
    """A task that a volunteer may do in this organisation. Only `judge` makes one; anybody else gets a TypeError."""

    task: Task
    verdict: Verdict
    catalogue_version: str
    _judged: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        # The verdicts are looked at again, so that a copy with other values cannot slip through either.
        may = self.verdict.for_volunteers and self.task.verdict.for_volunteers
        if self._judged is not _JUDGED or not may or self.task is not get(self.task.slug):
            raise TypeError("Only the judgement decides what a volunteer may do: call judge() or sendable().")

    @property
    def slug(self) -> str:
        return self.task.slug

    @property
    def standing_conditions(self) -> tuple[Rule, ...]:
        return STANDING_CONDITIONS


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict over one request: the strictest of its tasks, and what can happen with each of them.

    A request can be split: `sendable` goes on to a volunteer, `for_staff` becomes a task for staff or a referral, `forbidden`
    becomes a referral with the sentence to say.
    """

    verdict: Verdict
    tasks: tuple[JudgedTask, ...]
    catalogue_version: str = CATALOGUE_VERSION

    @property
    def for_volunteer(self) -> tuple[str, ...]:
        return tuple(judged.slug for judged in self.tasks if judged.verdict.for_volunteers)

    @property
    def for_staff(self) -> tuple[str, ...]:
        return self._slugs(Verdict.STAFF_ONLY)

    @property
    def forbidden(self) -> tuple[str, ...]:
        return self._slugs(Verdict.FORBIDDEN)

    @property
    def urgent(self) -> bool:
        return any(judged.task.urgent for judged in self.tasks)

    @property
    def sendable(self) -> tuple[VolunteerTask, ...]:
        """What may be offered to a volunteer; empty when nothing may."""
        return tuple(
            VolunteerTask(judged.task, judged.verdict, self.catalogue_version, _JUDGED)
            for judged in self.tasks
            if judged.verdict.for_volunteers
        )

    def _slugs(self, verdict: Verdict) -> tuple[str, ...]:
        return tuple(judged.slug for judged in self.tasks if judged.verdict is verdict)


def judge(slugs: Iterable[str], *, tightened: Tightened | None = None) -> Judgement:
    """Judge the tasks of one request, each once, in the order they were named.

    Raises `NothingToJudge` for no task at all and `UnknownTask` for a slug that is not in the catalogue. A tightening that
    would loosen is clamped: the catalogue's verdict stays.
    """
    stricter = tightened or {}
    tasks = tuple(_judge_one(get(slug), stricter) for slug in dict.fromkeys(slugs))
    if not tasks:
        raise NothingToJudge
    return Judgement(Verdict.strictest(judged.verdict for judged in tasks), tasks)


def sendable(slugs: Iterable[str], *, tightened: Tightened | None = None) -> tuple[VolunteerTask, ...]:
    """The part of a request that may be offered to a volunteer; empty when nothing may."""
    return judge(slugs, tightened=tightened).sendable


def check_tightening(slug: str, verdict: Verdict) -> None:
    """Raise `TighteningRefused` unless an organisation may set this verdict: really stricter, and never over forbidden."""
    task = get(slug)
    if not verdict.stricter_than(task.verdict):
        raise TighteningRefused(slug=task.slug, verdict=task.verdict)


def _judge_one(task: Task, tightened: Tightened) -> JudgedTask:
    return JudgedTask(task, Verdict.strictest([task.verdict, tightened.get(task.slug, task.verdict)]))
