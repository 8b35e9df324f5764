"""May a volunteer do this? The one place where that is decided.

Two things hold here and are tested by trying to break them: a task that is *staff only* or *forbidden* has no way to a
volunteer (rule E1), and an organisation may only be stricter than the catalogue (rule E2). A verdict comes from three places,
and the strictest wins: the catalogue, what the organisation keeps stricter, and what is true of this client (rule E9).

`VolunteerTask` carries the first one in a type: an offer is made of these, and only the judgement makes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from digibel.guardrails.catalogue import CATALOGUE_VERSION, STANDING_CONDITIONS, Rule, Task, Verdict, get
from digibel.problems import Problem

Tightened = Mapping[str, Verdict]
"""What an organisation keeps stricter than the catalogue: task slug to its own verdict."""

MOST_ABOUT_MONEY = 2
"""From the third new problem of one client about money or administration on, staff look why it keeps coming back (E9)."""


class Stricter(StrEnum):
    """Why a verdict is stricter than the catalogue's."""

    ORGANISATION = "organisation"
    ADMINISTRATOR = "administrator"
    THIRD = "third"
    FROM_THE_CALL = "from_the_call"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a client and counts for the verdict. `money_before` counts their other problems about money or
    administration, however many visits each took; `overruled` is a coordinator's decision, with a reason, on the third one."""

    administrator: bool = False
    money_before: int = 0
    overruled: bool = False

    @property
    def keeps_money_for_staff(self) -> Stricter | None:
        """Somebody else decides about money: no overruling helps. Or it is the third problem, and nobody has overruled it."""
        if self.administrator:
            return Stricter.ADMINISTRATOR
        return Stricter.THIRD if self.money_before >= MOST_ABOUT_MONEY and not self.overruled else None


NOTHING_KNOWN = Facts()


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
    stricter: Stricter | None = None

    @property
    def slug(self) -> str:
        return self.task.slug

    @property
    def tightened(self) -> bool:
        """Stricter here than in the catalogue; `stricter` says why."""
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


def judge(slugs: Iterable[str], *, tightened: Tightened | None = None, facts: Facts = NOTHING_KNOWN) -> Judgement:
    """Judge the tasks of one request, each once, in the order they were named.

    Raises `NothingToJudge` for no task at all and `UnknownTask` for a slug that is not in the catalogue. A tightening that
    would loosen is clamped: the catalogue's verdict stays.
    """
    stricter = tightened or {}
    tasks = tuple(_judge_one(get(slug), stricter, facts) for slug in dict.fromkeys(slugs))
    if not tasks:
        raise NothingToJudge
    return Judgement(Verdict.strictest(judged.verdict for judged in tasks), tasks)


def sendable(
    slugs: Iterable[str], *, tightened: Tightened | None = None, facts: Facts = NOTHING_KNOWN
) -> tuple[VolunteerTask, ...]:
    """The part of a request that may be offered to a volunteer; empty when nothing may."""
    return judge(slugs, tightened=tightened, facts=facts).sendable


def check_tightening(slug: str, verdict: Verdict) -> None:
    """Raise `TighteningRefused` unless an organisation may set this verdict: really stricter, and never over forbidden."""
    task = get(slug)
    if not verdict.stricter_than(task.verdict):
        raise TighteningRefused(slug=task.slug, verdict=task.verdict)


def _judge_one(task: Task, tightened: Tightened, facts: Facts) -> JudgedTask:
    verdict, why = task.verdict, None
    own = tightened.get(task.slug, verdict)
    if own.stricter_than(verdict):
        verdict, why = own, Stricter.ORGANISATION
    for_staff = facts.keeps_money_for_staff if task.money_or_administration else None
    if for_staff and Verdict.STAFF_ONLY.stricter_than(verdict):
        verdict, why = Verdict.STAFF_ONLY, for_staff
    return JudgedTask(task, verdict, why)
