"""An organisation may be stricter than the catalogue: one task, a reason, a day; never looser, and never over *forbidden* (E2).

These verbs write it down and end it. What is offered or booked is judged again by `scheduling.rejudging`, which calls them.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.guardrails.catalogue import TASKS, Verdict
from digibel.guardrails.judgement import check_tightening
from digibel.organisations.models import Organisation, Tightening
from digibel.problems import Conflict, Problem
from digibel.sealing import ledger

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
    ledger.note(ledger.What.STRICTER, _subject(organisation, slug), value=_as_number(verdict, since))
    record("guardrail.tightened", made, by=by, organisation_id=organisation.pk, task=slug, verdict=verdict, since=since)
    return made


@transaction.atomic
def end(tightening: Tightening, *, by: Actor) -> None:
    """The catalogue's own verdict holds again, for what is asked from now on. What was judged meanwhile stays as it was."""
    ended = Tightening.objects.standing().filter(pk=tightening.pk).update(ended_at=clock.now(), ended_by=str(by))
    if not ended:
        raise AlreadyEnded
    tightening.refresh_from_db()
    ledger.take_back(ledger.What.ENDED, _subject(tightening.organisation, tightening.slug))
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


# --- after an older copy of the data came back ----------------------------------------------------------------------


@dataclass(frozen=True)
class Lost:
    """A tightening that was written since the copy was made. Its reason is lost with the copy."""

    organisation: Organisation
    slug: str
    verdict: Verdict
    since: date


def lost() -> Iterator[Lost]:
    """Those of the ledger that the data knows no more, or knows as milder."""
    said = {entry.subject_id: entry.value for entry in ledger.standing(ledger.What.STRICTER)}
    for organisation in Organisation.objects.order_by("pk") if said else ():
        known = dict(organisation.tightenings.standing().values_list("slug", "verdict"))
        for slug in TASKS:
            value = said.get(_subject(organisation, slug))
            if value is None:
                continue
            verdict, since = _from_number(value)
            if slug not in known or verdict.stricter_than(Verdict(known[slug])):
                yield Lost(organisation, slug, verdict, max(since, clock.today()))


def _subject(organisation: Organisation, slug: str) -> uuid.UUID:
    return uuid.uuid5(organisation.pk, slug)


def _as_number(verdict: Verdict, since: date) -> int:
    return since.toordinal() * len(Tightening.STRICTER) + Tightening.STRICTER.index(verdict)


def _from_number(value: int) -> tuple[Verdict, date]:
    day, strict = divmod(value, len(Tightening.STRICTER))
    return Tightening.STRICTER[strict], date.fromordinal(day)
