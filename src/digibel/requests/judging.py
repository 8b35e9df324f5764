"""The judgement of one client's request: the catalogue's verdicts, stricter where the organisation or this client asks for it.

Money is not for volunteers where somebody else decides about it (an administrator or a care mandate), nor from the third
*new* problem about money or administration on (guardrail E9): staff look at why it keeps coming back. What was judged at the
beginning is kept with the request and is never loosened by a later look, except by a coordinator who says why.

Every judgement is stored with what it was made of, so that it can be made again: `replay`.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery, prefetch_related_objects

from digibel import clock
from digibel.audit.actors import Actor
from digibel.guardrails import judgement, versions
from digibel.guardrails.catalogue import TASKS, UnknownTask, Verdict
from digibel.guardrails.judgement import Facts
from digibel.organisations import tightenings
from digibel.organisations.models import Organisation, Tightening
from digibel.requests.alike import rows_alike
from digibel.requests.drafts import RequestDraft
from digibel.requests.models import Client, HelpRequest, RequestTask, StoredJudgement
from digibel.sealing.reading import unsealed_or_none

MONEY = frozenset(slug for slug, task in TASKS.items() if task.money_or_administration)
BATCH = 500


def judge_for(
    organisation: Organisation,
    slugs: Iterable[str],
    *,
    facts: Facts = judgement.NOTHING_KNOWN,
    floor: judgement.Tightened | None = None,
    on: date | None = None,
) -> judgement.Judgement:
    """What may happen with these tasks at this organisation, today unless another day is named; nothing milder than `floor`."""
    tightened = tightenings.in_force(organisation.pk, on or clock.today())
    return judgement.judge(slugs, tightened=_strictest(floor or {}, tightened), facts=facts)


def judge_draft(draft: RequestDraft, client: Client, *, same_as: HelpRequest | None = None) -> judgement.Judgement:
    """What may happen with what was asked on the telephone, for this client."""
    facts = facts_about(client, same_as=same_as)
    return judge_for(client.organisation, draft.tasks, facts=facts, floor=kept_for_staff(draft))


def kept_for_staff(draft: RequestDraft) -> judgement.Tightened:
    return dict.fromkeys(draft.for_staff, Verdict.STAFF_ONLY)


def judge_request(request: HelpRequest, *, on: date | None = None) -> judgement.Judgement:
    """As it was judged before, or stricter where the catalogue or the organisation has become so. Raises `NothingToJudge`.

    A visit is judged on its own day: name it in `on`.
    """
    day = on or clock.today()
    tasks = list(_with_tightenings(request))
    floor = {task.slug: Verdict(task.verdict) for task in tasks}
    tightened = {task.slug: Verdict(task.kept) for task in tasks if task.kept and task.kept_since <= day}
    return judgement.judge(floor, tightened=_strictest(floor, tightened))


def with_reasons(request: HelpRequest) -> judgement.Judgement:
    """The same verdicts, each with why it is stricter than the catalogue, as far as its last judgement says so."""
    made, last = judge_request(request), request.judgements.last()
    kept = {} if last is None else last.tightened
    facts, from_the_call = facts_then(request), kept_from_the_start(request)
    tasks = []
    for task in made.tasks:
        why = judgement.Stricter.ORGANISATION if task.slug in kept else None
        if task.tightened and why is None:
            in_play = facts.keeps_money_for_staff if task.task.money_or_administration else None
            why = in_play or (judgement.Stricter.FROM_THE_CALL if task.slug in from_the_call else task.stricter)
        tasks.append(replace(task, stricter=why if task.tightened else None))
    return replace(made, tasks=tuple(tasks))


def stored_verdicts(request: HelpRequest) -> dict[str, Verdict]:
    """By task, in the order they were named."""
    return {task.slug: Verdict(task.verdict) for task in request.tasks.all()}


def closes_on(request: HelpRequest) -> date | None:
    """The day from which the organisation keeps part of this request from volunteers; None as long as nobody has said so."""
    kept = [task for task in _with_tightenings(request) if task.kept and not Verdict(task.kept).for_volunteers]
    return min((task.kept_since for task in kept), default=None)


def _with_tightenings(request: HelpRequest) -> Iterable[Any]:
    """The tasks of this request, each with what the organisation keeps stricter and since when: one query, as before."""
    own = Tightening.objects.standing().filter(organisation=request.organisation_id, slug=OuterRef("slug"))
    return request.tasks.annotate(
        kept=Subquery(own.values("verdict")[:1]), kept_since=Subquery(own.values("since")[:1])
    )


# --- what is true of a client ---------------------------------------------------------------------------------------


def facts_about(client: Client, *, same_as: HelpRequest | None = None) -> Facts:
    """`same_as` is the earlier request about the same problem, when it is not a new one: it does not count against itself."""
    own = None if same_as is None else root_of(same_as)
    return Facts(administrator=has_administrator(client), money_before=len(money_problems(client).keys() - {own}))


def has_administrator(client: Client) -> bool:
    """Somebody else decides about their money, under whichever row that was told."""
    return any(unsealed_or_none(one, "decides_about_money") for one in rows_alike(client))


def money_problems(client: Client) -> dict[uuid.UUID, HelpRequest]:
    """The problems of this person about money or administration, the oldest first: the first request of each, by its id.

    Both parts of a split request are one, and so is what was asked again about the same problem.
    """
    about = HelpRequest.objects.filter(client__in=rows_alike(client), tasks__slug__in=MONEY).distinct()
    firsts: dict[uuid.UUID, HelpRequest] = {}
    for request in about.order_by("logged_at", "reference"):
        firsts.setdefault(root_of(request), request)
    return firsts


def asked_about_money(client: Client) -> int:
    return len(money_problems(client))


def earlier_about_money(client: Client) -> list[HelpRequest]:
    """One request for each of these problems, the latest first: what a new call may be about again."""
    found = list(reversed(money_problems(client).values()))
    prefetch_related_objects(found, "tasks")
    return found


def facts_now(request: HelpRequest, client: Client) -> Facts:
    """What is true of this request's client by now, where more was learned since it was judged; never milder than it was."""
    then, problems = facts_then(request), list(money_problems(client))
    own = root_of(request)
    before = problems.index(own) if own in problems else 0
    return Facts(
        administrator=then.administrator or has_administrator(client),
        money_before=max(then.money_before, before),
        overruled=then.overruled,
    )


def root_of(request: HelpRequest) -> uuid.UUID:
    return _root(request.pk, request.split_from_id, request.same_as_id)


def _root(pk: uuid.UUID, split_from: uuid.UUID | None, same_as: uuid.UUID | None) -> uuid.UUID:
    """`same_as` always names the first of them, so that one step is enough."""
    return same_as or split_from or pk


# --- what is kept of a judgement ------------------------------------------------------------------------------------


def store(
    request: HelpRequest,
    made: judgement.Judgement,
    *,
    cause: str,
    tightened: judgement.Tightened,
    facts: Facts,
    floor: judgement.Tightened | None = None,
    by: Actor,
) -> StoredJudgement:
    """Keep the verdicts of the tasks that this request has, with what they follow from."""
    mine = {task.slug: task.verdict for task in made.tasks}
    return StoredJudgement.objects.create(
        request=request,
        cause=cause,
        made_at=clock.now(),
        made_by=str(by),
        version=made.catalogue_version,
        tightened={slug: verdict for slug, verdict in tightened.items() if slug in mine},
        floor=dict(floor or {}),
        administrator=facts.administrator,
        money_before=facts.money_before,
        overruled=facts.overruled,
        verdicts=mine,
    )


def write_verdicts(request: HelpRequest, made: judgement.Judgement) -> None:
    for task in made.tasks:
        RequestTask.objects.filter(request=request, slug=task.slug).update(
            verdict=task.verdict, catalogue_version=made.catalogue_version
        )


def facts_then(request: HelpRequest) -> Facts:
    """What was known of the client when this request was last judged."""
    last = request.judgements.last()
    return facts_of(last) if last is not None else judgement.NOTHING_KNOWN


def facts_of(stored: StoredJudgement) -> Facts:
    return Facts(stored.administrator, stored.money_before, stored.overruled)


def kept_from_the_start(request: HelpRequest) -> judgement.Tightened:
    """What was for staff from the telephone call on, whatever the rules say, as where it was handed over: never overruled."""
    first = request.judgements.first()
    return _verdicts(first.floor) if first is not None and first.cause == StoredJudgement.Cause.LOGGED else {}


def only(made: judgement.Judgement, slugs: Sequence[str]) -> judgement.Judgement:
    """The same judgement over these of its tasks."""
    tasks = tuple(task for task in made.tasks if task.slug in slugs)
    return replace(made, tasks=tasks, verdict=Verdict.strictest(task.verdict for task in tasks))


def judge_again(request: HelpRequest, *, on: date | None, cause: str, facts: Facts, by: Actor) -> judgement.Judgement:
    """Judge, write the verdicts on the tasks, and keep how they came about. The caller holds the request."""
    floor = kept_from_the_start(request) if cause == StoredJudgement.Cause.OVERRULED else stored_verdicts(request)
    tightened = tightenings.in_force(request.organisation_id, on or clock.today())
    slugs = [task.slug for task in request.tasks.all()]
    made = judgement.judge(slugs, tightened=_strictest(floor, tightened), facts=facts)
    write_verdicts(request, made)
    store(request, made, cause=cause, tightened=tightened, facts=facts, floor=floor, by=by)
    return made


def _strictest(one: judgement.Tightened, other: judgement.Tightened) -> dict[str, Verdict]:
    both = dict(one)
    for slug, verdict in other.items():
        both[slug] = Verdict.strictest([verdict, both.get(slug, verdict)])
    return both


# --- and made again -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One task that would be judged otherwise. `became` is empty where the catalogue no longer has it."""

    reference: str
    slug: str
    was: str
    became: str


def replay(*, version: str = "") -> Iterator[Difference]:
    """Make every stored judgement again, from what was stored with it. Nothing, and each of them follows from the rules.

    With a version, by that one instead of its own: who would be judged otherwise by these rules?
    """
    stored = StoredJudgement.objects.select_related("request").order_by("pk")
    for one in stored.iterator(chunk_size=BATCH):
        yield from differences(one, version=version)


def differences(stored: StoredJudgement, *, version: str = "") -> Iterator[Difference]:
    for slug, was in stored.verdicts.items():
        became = _made_again(stored, slug, version or stored.version)
        if became != was:
            yield Difference(stored.request.reference, slug, was, became)


def _made_again(stored: StoredJudgement, slug: str, version: str) -> str:
    try:
        made = versions.replay(
            [slug],
            version_name=version,
            tightened=_verdicts(stored.tightened),
            facts=facts_of(stored),
            floor=_verdicts(stored.floor),
        )
    except (UnknownTask, versions.UnknownVersion):
        return ""
    return made[slug].value


def _verdicts(told: dict[str, str]) -> dict[str, Verdict]:
    return {slug: Verdict(verdict) for slug, verdict in told.items()}
