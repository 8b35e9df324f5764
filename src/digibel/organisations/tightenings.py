"""An organisation may be stricter than the catalogue: one task, a reason, a day; never looser, and never over *forbidden* (E2).

These verbs write it down and end it. What is offered or booked is judged again by `scheduling.rejudging`, which calls them.
"""

import uuid
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.guardrails.catalogue import Verdict
from digibel.guardrails.judgement import check_tightening
from digibel.organisations.models import Organisation, Tightening
from digibel.problems import Conflict, Problem

LONGEST_REASON = 300
FURTHEST = timedelta(days=366)


class NoReasonGiven(Problem):
    code = "no_reason_given"
    message = "Write the reason. Colleagues read it when they wonder why."


class NotADayToCome(Problem):
    code = "not_a_day_to_come"
    message = "Choose today or a day to come, within a year. What is past was judged as it was then."


class AlreadyStricter(Conflict):
    code = "already_stricter"
    message = "This task is stricter here already. End that first, then write the new one."


class AlreadyEnded(Conflict):
    code = "already_ended"
    message = "A colleague has ended this already. Look at the list again."


@transaction.atomic
def tighten(
    organisation: Organisation, slug: str, verdict: Verdict, *, reason: str, since: date, by: Actor
) -> Tightening:
    """From that day on this task has this verdict here. Raises `TighteningRefused` unless it is really stricter."""
    check_tightening(slug, verdict)
    told = secrets.mask(" ".join(reason.split()))[:LONGEST_REASON]
    if not told:
        raise NoReasonGiven
    if not clock.today() <= since <= clock.today() + FURTHEST:
        raise NotADayToCome
    try:
        with transaction.atomic():
            made = Tightening.objects.create(
                organisation=organisation,
                slug=slug,
                verdict=verdict,
                reason=told,
                since=since,
                made_at=clock.now(),
                made_by=str(by),
            )
    except IntegrityError:
        raise AlreadyStricter from None
    record("guardrail.tightened", made, by=by, organisation_id=organisation.pk, task=slug, verdict=verdict, since=since)
    return made


@transaction.atomic
def end(tightening: Tightening, *, by: Actor) -> None:
    """The catalogue's own verdict holds again, for what is asked from now on. What was judged meanwhile stays as it was."""
    ended = Tightening.objects.standing().filter(pk=tightening.pk).update(ended_at=clock.now(), ended_by=str(by))
    if not ended:
        raise AlreadyEnded
    tightening.refresh_from_db()
    record(
        "guardrail.tightening_ended",
        tightening,
        by=by,
        organisation_id=tightening.organisation_id,
        task=tightening.slug,
        verdict=tightening.verdict,
    )


def find(organisation: Organisation, tightening_id: uuid.UUID) -> Tightening:
    """Among this organisation's own. Raises `Tightening.DoesNotExist`."""
    return organisation.tightenings.get(pk=tightening_id)


def in_force(organisation_id: uuid.UUID, on: date) -> dict[str, Verdict]:
    """What this organisation keeps stricter on that day, as the judgement takes it."""
    standing = Tightening.objects.standing().filter(organisation=organisation_id, since__lte=on)
    return {slug: Verdict(verdict) for slug, verdict in standing.values_list("slug", "verdict")}
