"""A rule became stricter: whatever is offered or booked is judged again the same minute, as when readiness is lost (ADR 6).

What no volunteer may do any more is split off for staff, as at intake; when nothing is left for a volunteer, offers end, the
visit is cancelled and both sides hear it. A visit that is under way goes on, and somebody rings the volunteer at once. A visit
is judged on its own day: a tightening from Monday leaves Friday's visit alone.
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.guardrails.catalogue import TASKS, Verdict
from digibel.guardrails.judgement import Facts, Stricter
from digibel.notifications.calls import open_call
from digibel.notifications.steps import one_by_one
from digibel.organisations import tightenings
from digibel.organisations.models import Organisation, Tightening
from digibel.problems import Problem
from digibel.requests import intake, judging
from digibel.requests.alike import rows_alike
from digibel.requests.errors import NothingToOverrule
from digibel.requests.models import Client, HelpRequest, Overruling, RequestTask, StoredJudgement
from digibel.scheduling import beats, offers, timers, visits, worklist
from digibel.scheduling.errors import RequestClosed
from digibel.scheduling.locks import lock_request
from digibel.scheduling.models import LIVE_OFFERS, Offer, Visit, VisitStatus

LONGEST_REASON = 300
Cause = StoredJudgement.Cause


class NoReasonToOverrule(Problem):
    code = "no_reason_to_overrule"
    message = "Write why a volunteer may go all the same. It is kept with your name."


@transaction.atomic
def tighten(
    organisation: Organisation, slug: str, verdict: Verdict, *, reason: str, since: date, by: Actor
) -> Tightening:
    """Write it down (see `tightenings.tighten`), and judge again what it touches today."""
    made = tightenings.tighten(organisation, slug, verdict, reason=reason, since=since, by=by)
    for pk in sorted(set(_touched(made))):
        _rejudge(pk, by=by)
    return made


def tighten_again(*, by: Actor) -> int:
    """After an older copy of the data came back: what an organisation had made stricter since is so again. How many."""
    found = list(tightenings.lost())
    for one in found:
        with transaction.atomic(), translation.override(one.organisation.language):
            for milder in one.organisation.tightenings.standing().filter(slug=one.slug):
                tightenings.end(milder, by=by)
            told = gettext("Made stricter before a backup was put back. The reason was lost with it.")
            tighten(one.organisation, one.slug, one.verdict, reason=told, since=one.since, by=by)
    return len(found)


@transaction.atomic
def judge_client_again(client: Client, *, by: Actor) -> int:
    """More is known of them: somebody else decides about money, or two rows were one person. What they ask about money and is
    open is judged again by it, under whichever row. How many changed."""
    theirs = HelpRequest.objects.open().filter(client__in=rows_alike(client), tasks__slug__in=judging.MONEY)
    return sum(
        _rejudge(pk, by=by, client=client) for pk in list(theirs.distinct().order_by("pk").values_list("pk", flat=True))
    )


@transaction.atomic
def catch_up(request: HelpRequest, *, by: Actor) -> bool:
    """It goes on after it rested: what was learned of the client meanwhile counts from now on. Whether something changed."""
    return _rejudge(request.pk, by=by, client=request.client)


def rejudge_due() -> int:
    """Judge again what a standing tightening touches and what has not been judged by it yet. How many requests changed.

    The clock looks each minute: a tightening has its day, and somebody may have said yes at the instant it was written.
    """
    touched = {pk for one in list(Tightening.objects.standing()) for pk in _touched(one)}
    return one_by_one(sorted(touched), partial(_rejudge, by=CLOCK), what="request")


def _touched(one: Tightening) -> Iterator[uuid.UUID]:
    """Open requests judged more mildly than this, of which something counts on or after its first day."""
    milder = [verdict for verdict in Verdict if Verdict(one.verdict).stricter_than(verdict)]
    tasks = RequestTask.objects.filter(request=OuterRef("pk"), slug=one.slug, verdict__in=milder)
    found = HelpRequest.objects.open().filter(Exists(tasks), organisation=one.organisation_id).order_by("pk")
    begins = clock.at(one.since, time())
    if one.since > clock.today():
        booked = Visit.objects.filter(request=OuterRef("pk"), status=VisitStatus.BOOKED, starts_at__gte=begins)
        asked = Offer.objects.filter(request=OuterRef("pk"), status__in=LIVE_OFFERS)
        found = found.filter(Exists(booked) | Exists(asked))
    yield from found.values_list("pk", flat=True)


@transaction.atomic
def _rejudge(request_id: uuid.UUID, *, by: Actor, client: Client | None = None) -> bool:
    """With a client, by what is true of them now; else by what was known of them when it was judged."""
    request = lock_request(request_id)
    if not request.is_open or beats.waits_for_follow_up(request):
        # What was done is done; should it need another visit, it is judged again before anybody is asked.
        return False
    day = _last_day(request)
    facts = judging.facts_then(request) if client is None else judging.facts_now(request, client)
    before = judging.stored_verdicts(request)
    tightened = tightenings.in_force(request.organisation_id, day)
    after = _strictest_of(before, tightened, facts)
    if after == before:
        return False
    judging.judge_again(request, on=day, cause=Cause.STRICTER, facts=facts, by=by)
    record("request.judged_again", request, by=by, organisation_id=request.organisation_id)
    keep_for_volunteers(request, by=by)
    return True


def _strictest_of(before: dict[str, Verdict], tightened: dict[str, Verdict], facts: Facts) -> dict[str, Verdict]:
    return {
        slug: Verdict.strictest(
            [
                verdict,
                TASKS[slug].verdict if slug in TASKS else verdict,
                tightened.get(slug, verdict),
                Verdict.STAFF_ONLY if slug in judging.MONEY and facts.keeps_money_for_staff else verdict,
            ]
        )
        for slug, verdict in before.items()
    }


def _last_day(request: HelpRequest) -> date:
    """The last day that this request is booked or asked for; today when there is none."""
    starts = list(Visit.objects.filter(request=request, status=VisitStatus.BOOKED).values_list("starts_at", flat=True))
    starts += [
        offer.window(choice)[0]
        for offer in Offer.objects.filter(request=request).live()
        for choice in range(1, len(offer.windows) + 1)
    ]
    return max([clock.today(), *(clock.local(start).date() for start in starts)])


def keep_for_volunteers(request: HelpRequest, *, by: Actor) -> None:
    """Split off what is no longer for a volunteer, or end everything where nothing else is left. The caller holds it."""
    verdicts = judging.stored_verdicts(request)
    refused = [slug for slug, verdict in verdicts.items() if not verdict.for_volunteers]
    if refused and len(refused) < len(verdicts):
        worklist.rewrite(intake.split_off(request, refused, by=by))
    elif refused:
        _end_everything(request, by=by)
    worklist.rewrite(request)


def _end_everything(request: HelpRequest, *, by: Actor) -> None:
    offers.end_others(request, by=by)
    timers.drop_timers(request.pk)
    visits.cancel_all(request, by=by, reason="stricter")
    for visit in Visit.objects.filter(request=request).standing():
        _ring_inside(visit)


def _ring_inside(visit: Visit) -> None:
    """The volunteer sits at the table: a person tells them to stop with it, kindly and now."""
    open_call(
        "visit.stricter",
        visit,
        organisation=visit.request.organisation,
        recipient=visit.volunteer.recipient,
        due_at=clock.now(),
        urgent=True,
    )


# --- the third one, and a coordinator who says why ------------------------------------------------------------------


def may_be_overruled(request: HelpRequest) -> bool:
    """Whether something here is kept from volunteers only because it is the third problem about money (rule E9)."""
    facts = judging.facts_then(request)
    if not request.is_open or facts.keeps_money_for_staff is not Stricter.THIRD:
        return False
    freed = judging.judge_for(
        request.organisation,
        judging.stored_verdicts(request),
        facts=replace(facts, overruled=True),
        floor=judging.kept_from_the_start(request),
    )
    return any(task.verdict.for_volunteers for task in freed.tasks if task.slug in judging.MONEY)


@transaction.atomic
def overrule(request: HelpRequest, *, reason: str, by: Actor) -> Overruling:
    """A volunteer may go all the same. The organisation's own tightenings, an administrator and the catalogue still hold."""
    told = secrets.mask(" ".join(reason.split()))[:LONGEST_REASON]
    if not told:
        raise NoReasonToOverrule
    locked = lock_request(request.pk)
    if not locked.is_open:
        raise RequestClosed
    if not may_be_overruled(locked):
        raise NothingToOverrule
    made = Overruling.objects.create(
        request=locked, made_at=clock.now(), made_by=str(by), key_id=locked.key_id, reason=told
    )
    facts = replace(judging.facts_then(locked), overruled=True)
    judging.judge_again(locked, on=None, cause=Cause.OVERRULED, facts=facts, by=by)
    record("request.overruled", locked, by=by, organisation_id=locked.organisation_id)
    keep_for_volunteers(locked, by=by)
    return made


def goes_on() -> Q:
    """Of visits: begun before their request was judged more strictly. They go on, and somebody rings the volunteer."""
    later = StoredJudgement.objects.filter(
        request=OuterRef("request"), cause=Cause.STRICTER, made_at__gte=OuterRef("checked_in_at")
    )
    return Q(Exists(later), status=VisitStatus.UNDER_WAY)
