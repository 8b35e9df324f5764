"""Make a plan of all requests that wait for a volunteer, move things in it by hand, send it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django_q.tasks import async_task

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import Organisation
from digibel.problems import Problem
from digibel.requests.models import HelpRequest
from digibel.scheduling import errors, offers
from digibel.scheduling.locks import lock_request
from digibel.scheduling.models import Plan, PlanLine
from digibel.scheduling.planning import gathering
from digibel.scheduling.planning.gathering import TAKEN, Gathered
from digibel.scheduling.planning.solving import assign, travel_of
from digibel.scheduling.planning.world import NOBODY, Numbers, around, broken, first_come

WAITING = ("choose", "nobody")
# So many requests are planned, and so many offers sent, while somebody waits for the page. More is planned by the queue.
AT_ONCE = 60
FRESH_FOR = timedelta(hours=1)
# Of a plan that is being made longer than this the wake-up was lost.
GIVEN_UP_AFTER = timedelta(minutes=5)

State = PlanLine.State


def waiting(organisation: Organisation) -> list[HelpRequest]:
    """The requests for which somebody has to be chosen, in the order they are due."""
    found = HelpRequest.objects.of(organisation).open().filter(next_kind__in=WAITING)
    related = found.select_related("client__recipient", "organisation").prefetch_related("tasks", "windows")
    return list(related.order_by("next_due", "reference"))


@transaction.atomic
def make(organisation: Organisation, *, by: Actor) -> Plan:
    """Plan anew, at once or in the queue. What was chosen or left out by hand stays, where it can."""
    plan, _ = Plan.objects.get_or_create(organisation=organisation, defaults={"asked_at": clock.now()})
    plan = _lock(plan)
    plan.asked_at, plan.made_at, plan.version = clock.now(), None, plan.version + 1
    plan.save()
    if len(found := waiting(organisation)) <= AT_ONCE:
        _fill(plan, found, keep=plan.lines.filter(by_hand=True, state=State.PLANNED))
    else:
        plan_id = str(plan.pk)
        transaction.on_commit(lambda: async_task("digibel.scheduling.tasks.make_plan", plan_id))
    record("plan.asked", plan, by=by, organisation_id=organisation.pk, requests=len(found))
    return plan


@transaction.atomic
def make_waiting(plan_id: uuid.UUID) -> None:
    """In the queue. Waked twice, it is made once."""
    plan = _lock(Plan.objects.get(pk=plan_id))
    if plan.made_at is None:
        _fill(plan, waiting(plan.organisation), keep=plan.lines.filter(by_hand=True, state=State.PLANNED))


def is_lost(plan: Plan) -> bool:
    return plan.made_at is None and clock.now() - plan.asked_at > GIVEN_UP_AFTER


@transaction.atomic
def choose(line: PlanLine, volunteer_id: uuid.UUID, begins_at: datetime, *, version: int) -> int:
    """This volunteer at this moment. Others stay as they are; who is in the way of it is planned again. Returns how many were.

    Raises `PlanChanged`, `NotInThePlan`.
    """
    plan = _lock(line.plan, version)
    before = {one.request_id: (one.volunteer_id, one.begins_at) for one in plan.lines.filter(state=State.PLANNED)}
    plan.lines.filter(pk=line.pk, state=State.DROPPED).delete()
    wanted = PlanLine(request_id=line.request_id, volunteer_id=volunteer_id, begins_at=begins_at, by_hand=True)
    others = plan.lines.filter(state=State.PLANNED).exclude(pk=line.pk).order_by("-by_hand", "pk")
    gathered = _fill(plan, waiting(plan.organisation), keep=[wanted, *others])
    if gathered.find(line.request_id, volunteer_id, begins_at) is None:
        raise errors.NotInThePlan
    after = {one.request_id: (one.volunteer_id, one.begins_at) for one in plan.lines.all()}
    return sum(after.get(one) != was for one, was in before.items() if one != line.request_id)


@transaction.atomic
def drop(line: PlanLine, *, version: int) -> None:
    """Leave it out. Everything else stays."""
    plan = _lock(line.plan, version)
    plan.lines.filter(pk=line.pk).exclude(state=State.SENT).update(state=State.DROPPED, by_hand=True)
    _changed(plan)


@transaction.atomic
def put_back(line: PlanLine, *, version: int) -> None:
    """Plan it after all, around everything else."""
    plan = _lock(line.plan, version)
    plan.lines.filter(pk=line.pk, state=State.DROPPED).update(state=State.NOBODY, by_hand=False)
    _fill(plan, waiting(plan.organisation), keep=plan.lines.filter(state=State.PLANNED).order_by("-by_hand", "pk"))


@dataclass(frozen=True)
class Sent:
    """How many were asked, which lines had become impossible and why, and how many are left for the next press."""

    asked: int
    refused: tuple[tuple[PlanLine, Problem], ...]
    left: int


def send(plan: Plan, *, version: int, by: Actor) -> Sent:
    """Ask everybody in the plan for their one moment. Each offer commits by itself, looked at again under lock: what has become
    impossible stays behind with its reason, and what was sent is noted with the sending. Raises `PlanChanged`.
    """
    with transaction.atomic():
        _changed(_lock(plan, version))
    planned = list(plan.lines.filter(state=State.PLANNED).order_by("begins_at", "pk"))
    asked, refused = 0, []
    for line in planned[:AT_ONCE]:
        try:
            asked += _send_one(line, by=by)
        except Problem as problem:
            plan.lines.filter(pk=line.pk, state=State.PLANNED).update(state=State.REFUSED, why=problem.code)
            refused.append((line, problem))
    left = max(0, len(planned) - AT_ONCE)
    record(
        "plan.sent", plan, by=by, organisation_id=plan.organisation_id, offers=asked, refused=len(refused), left=left
    )
    return Sent(asked, tuple(refused), left)


@transaction.atomic
def _send_one(line: PlanLine, *, by: Actor) -> int:
    """One offer, or none where somebody else was faster with this line."""
    lock_request(line.request_id)
    found = PlanLine.objects.select_for_update(of=("self",)).select_related("request", "volunteer")
    locked = found.filter(pk=line.pk, state=State.PLANNED).first()
    if locked is None or locked.volunteer is None:
        return 0
    if locked.request.offers.live().exists():
        raise errors.BeingAsked
    offers.send_wave(locked.request, by=by, volunteers=[locked.volunteer], at=locked.begins_at)
    PlanLine.objects.filter(pk=locked.pk).update(state=State.SENT)
    return 1


def stale(plan: Plan) -> list[str]:
    """Why this plan may no longer be the best one, as codes."""
    if plan.made_at is None:
        return []
    open_now = {one.pk for one in waiting(plan.organisation)}
    lines = list(plan.lines.all())
    found = []
    if clock.now() - plan.made_at > FRESH_FOR:
        found.append("old")
    if open_now - {one.request_id for one in lines}:
        found.append("new_requests")
    if any(one.state == State.PLANNED and one.request_id not in open_now for one in lines):
        found.append("gone_requests")
    return found


# --- within ---------------------------------------------------------------------------------------------------------


def _lock(plan: Plan, version: int | None = None) -> Plan:
    locked = Plan.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=plan.pk)
    if version is not None and version != locked.version:
        raise errors.PlanChanged
    return locked


def _changed(plan: Plan) -> None:
    plan.version += 1
    plan.save(update_fields=["version"])


def _fill(plan: Plan, requests: Sequence[HelpRequest], *, keep: Iterable[PlanLine]) -> Gathered:
    """Plan these requests around what is kept, and write it down."""
    kept_lines = list(keep)
    # What was sent, or left out, stays to be seen as long as nothing else is true of it.
    stays = plan.lines.filter(state=State.DROPPED, request__in=requests)
    if plan.made_at is not None:
        stays |= plan.lines.filter(state=State.SENT).exclude(request__in=requests)
    dropped = {one.request_id for one in stays}
    gathered = gathering.gather([one for one in requests if one.pk not in dropped])
    held = _held(gathered, kept_lines)
    chosen = _plan_around(gathered, held)
    by_hand = {one.request_id for one in kept_lines if one.by_hand}
    plan.lines.exclude(request__in=dropped).delete()
    PlanLine.objects.bulk_create(_lines(plan, gathered, chosen, {int(one) for one in held}, by_hand))
    alone = first_come(gathered.world)
    plan.made_at = clock.now()
    plan.one_by_one, plan.one_by_one_minutes = int((alone != NOBODY).sum()), travel_of(gathered.world, alone)
    plan.version += 1
    plan.save()
    return gathered


def _held(gathered: Gathered, lines: Iterable[PlanLine]) -> Numbers:
    """The options of these lines that are possible still and go together, the first ones first."""
    chosen = np.full(gathered.world.requests, NOBODY)
    for line in lines:
        option = gathered.find(line.request_id, line.volunteer_id, line.begins_at)
        if option is None:
            continue
        place = int(gathered.world.request[option])
        chosen[place] = option
        if broken(gathered.world, chosen):
            chosen[place] = NOBODY
    return chosen[chosen != NOBODY]


def _plan_around(gathered: Gathered, held: Numbers) -> Numbers:
    rest, options = around(gathered.world, held)
    chosen = assign(rest).chosen
    found = chosen != NOBODY
    chosen[found] = options[chosen[found]]
    chosen[gathered.world.request[held]] = held
    return chosen


def _lines(
    plan: Plan, gathered: Gathered, chosen: Numbers, held: set[int], by_hand: set[uuid.UUID]
) -> Iterable[PlanLine]:
    for request, option in zip(gathered.requests, chosen.tolist(), strict=True):
        if option == NOBODY:
            yield PlanLine(plan=plan, request=request, state=State.NOBODY, why=gathered.why[request.pk] or TAKEN)
            continue
        one = gathered.options[option][1]
        yield PlanLine(
            plan=plan,
            request=request,
            volunteer=one.volunteer,
            begins_at=one.begins_at,
            travel=one.travel,
            state=State.PLANNED,
            by_hand=option in held and request.pk in by_hand,
        )
