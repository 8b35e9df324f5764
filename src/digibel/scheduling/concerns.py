"""A client reported something about money, a code or a card: the volunteer pauses, and a person decides (rule E8).

What a volunteer tells about themselves never comes here: that is a talk, nothing more (`reports`).
"""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.notifications.models import Recipient
from digibel.organisations.models import Organisation
from digibel.problems import Conflict, Problem
from digibel.scheduling import readiness, worklist
from digibel.scheduling.errors import Restricted
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Concern, Visit, VisitStatus
from digibel.scheduling.reports import call_volunteer
from digibel.sealing import keys, ledger
from digibel.volunteers import pool
from digibel.volunteers.models import Volunteer

PAUSING = ("code_seen", "card_held", "money")
LONGEST_NOTE = 500


class NothingReported(Problem):
    code = "nothing_reported"
    message = "Choose what the client reported: a code, a card or money."


class NoVisitYet(Conflict):
    code = "no_visit_yet"
    message = "Nobody has been there yet. Cancel the visit, and ring who is on duty."


class NoNote(Problem):
    code = "no_note"
    message = "Write what was said in the talk, and why this was decided."


class NoDecision(Problem):
    code = "no_decision"
    message = "Choose: the volunteer goes on, or no more visits."


class AlreadyDecided(Conflict):
    code = "already_decided"
    message = "A colleague has decided about this already. Look at the page again."


class ConcernOpen(Conflict):
    code = "concern_open"
    message = "A client reported something, and nobody has decided yet. That decision comes first."


@transaction.atomic
def raise_concern(visit: Visit, worries: Sequence[str], *, by: Actor) -> Concern:
    """The volunteer goes nowhere from this minute on: their visits go to others. Said again, it is added to the same concern."""
    pausing = [worry for worry in PAUSING if worry in worries]
    if not pausing:
        raise NothingReported
    locked = lock_visit(visit.pk)
    volunteer = Volunteer.objects.select_for_update(no_key=True).get(pk=locked.volunteer_id)
    concern, made = Concern.objects.get_or_create(
        visit=locked,
        decided_at=None,
        defaults={
            "volunteer": volunteer,
            "organisation": locked.request.organisation,
            "worries": pausing,
            "reported_at": clock.now(),
            "reported_by": str(by),
            "was_pausing": volunteer.paused_at is not None and not _has_open(volunteer),
            "key_id": _sealed_under(locked, volunteer),
        },
    )
    if not made:
        concern.worries = [worry for worry in PAUSING if worry in (*concern.worries, *pausing)]
        concern.save(update_fields=["worries"])
    ledger.note(ledger.What.REPORTED, volunteer.pk)
    record("concern.raised", concern, by=by, organisation_id=concern.organisation_id, worries=len(pausing))
    readiness.pause(volunteer, by=by)
    return concern


@transaction.atomic
def report(visit: Visit, worries: Sequence[str], *, by: Actor) -> Concern:
    """The client rings about it by themselves, during the visit or after it. Somebody talks with the volunteer today."""
    if lock_visit(visit.pk).status not in {VisitStatus.UNDER_WAY, VisitStatus.DONE}:
        raise NoVisitYet
    concern = raise_concern(visit, worries, by=by)
    call_volunteer(concern.visit, urgent=True)
    worklist.rewrite(concern.visit.request)
    return concern


@transaction.atomic
def decide(concern: Concern, decision: str, *, note: str, by: Actor) -> Concern:
    """A person has talked with both, and decides. Going on lifts the pause, unless something else keeps the volunteer at home."""
    if decision not in Concern.Decision.values:
        raise NoDecision
    told = secrets.mask(" ".join(note.split()))[:LONGEST_NOTE]
    if not told:
        raise NoNote
    volunteer = Volunteer.objects.select_for_update(no_key=True).get(pk=concern.volunteer_id)
    locked = Concern.objects.select_for_update(of=("self",)).get(pk=concern.pk)
    if locked.decided_at is not None:
        raise AlreadyDecided
    locked.decided_at, locked.decided_by, locked.decision, locked.note = clock.now(), str(by), decision, told
    locked.save(update_fields=["decided_at", "decided_by", "decision", "note"])
    record("concern.decided", locked, by=by, organisation_id=locked.organisation_id, decision=decision)
    stays = locked.was_pausing or _has_open(volunteer) or _is_kept(volunteer)
    if decision == Concern.Decision.GOES_ON and not stays:
        pool.resume(volunteer, by=by)
    return locked


@transaction.atomic
def pause(volunteer: Volunteer, *, by: Actor, until: date | None, at: Organisation) -> int:
    """A coordinator lets them pause. No day ends a pause that waits for a decision, whichever organisation it is for: raises
    `ConcernOpen`. Returns how many visits are open again."""
    readiness.hold_requests([volunteer])
    Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
    if _has_open(volunteer):
        raise ConcernOpen
    return readiness.pause(volunteer, by=by, until=until, at=at)


@transaction.atomic
def resume(volunteer: Volunteer, *, by: Actor) -> None:
    """The pause is over; not before somebody has decided about what a client reported, whichever organisation it is for, nor
    while what we know of them is kept and not used (GDPR art. 18): nothing we send would reach them."""
    locked = Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
    if _has_open(locked):
        raise ConcernOpen
    if _is_kept(locked):
        raise Restricted
    pool.resume(volunteer, by=by)


def find(organisation: Organisation, concern_id: uuid.UUID) -> Concern:
    """Among this organisation's own. Raises `Concern.DoesNotExist`."""
    related = Concern.objects.of(organisation).select_related("visit__client", "visit__request", "volunteer__recipient")
    return related.get(pk=concern_id)


def _sealed_under(visit: Visit, volunteer: Volunteer) -> uuid.UUID:
    """The volunteer's key; the client's, where whoever came has been forgotten by then, and the visit's key with them."""
    return visit.client.key_id if keys.destroyed_among([volunteer.key_id]) else volunteer.key_id


def _is_kept(volunteer: Volunteer) -> bool:
    return Recipient.objects.filter(pk=volunteer.recipient_id, restricted_at__isnull=False).exists()


def _has_open(volunteer: Volunteer) -> bool:
    return Concern.objects.open().filter(volunteer=volunteer).exists()
