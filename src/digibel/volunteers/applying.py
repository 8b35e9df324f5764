"""Somebody puts themselves forward on the public page, and a coordinator says yes or no. They hear it by text."""

from collections.abc import Sequence
from datetime import time

from django.db import transaction

from digibel import clock, places
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.notifications import numbers
from digibel.notifications.models import Recipient
from digibel.notifications.numbers import display
from digibel.notifications.outbox import queue_message
from digibel.notifications.recipients import add_recipient
from digibel.organisations.models import Organisation
from digibel.problems import Conflict
from digibel.sealing import keys
from digibel.volunteers import pool
from digibel.volunteers.models import Applicant, Volunteer

CONSENT_TEXT = "2026-11"
ANSWER_WITHIN = 5  # working days
# More than a coordinator can ring in a week: whoever fills the list by hand or by program reaches no further.
MOST_WAITING = 40


class NobodyNear(Conflict):
    code = "nobody_near"
    message = "No organisation takes volunteers here yet. Come back later, or ring a local service centre."


class ListFull(Conflict):
    code = "list_full"
    message = "Very many people wrote to us this week. Ring {phone}, please."


class ApplicantDecided(Conflict):
    code = "applicant_decided"
    message = "A colleague has decided about this already. Look again."


@transaction.atomic
def put_forward(*, first_name: str, number: str, postcode: str, speaks: Sequence[str]) -> Applicant:
    """Onto the list of the nearest organisation. The same number twice is one line, and nobody is told which numbers we know.

    No text leaves: anybody can fill in somebody else's number here. Raises `NobodyNear`, `ListFull`, and what a postcode or a
    number that is none does.
    """
    home = places.get(postcode).postcode
    organisation = _hold(nearest(home))
    waiting = Applicant.objects.of(organisation).open()
    if (same := waiting.filter(recipient__number_index=numbers.index(numbers.parse(number))).first()) is not None:
        return same
    if waiting.count() >= MOST_WAITING:
        raise ListFull(phone=display(organisation.phone))
    key_id = keys.new_key()
    applicant = Applicant.objects.create(
        organisation=organisation,
        recipient=add_recipient(Recipient.Kind.UNKNOWN, key_id=key_id, number=number, languages=speaks),
        key_id=key_id,
        first_name=secrets.mask(first_name),
        postcode=home,
        consent_text=CONSENT_TEXT,
        asked_at=clock.now(),
        due_at=clock.at(clock.add_working_days(clock.today(), ANSWER_WITHIN), time(17)),
    )
    record("applicant.asked", applicant, by=SYSTEM, organisation_id=organisation.pk)
    return applicant


def nearest(postcode: str) -> Organisation:
    """The organisation with a telephone that is nearest. Raises `NobodyNear`."""
    known = Organisation.objects.exclude(phone="")
    found = min(known, key=lambda one: (places.distance_between(postcode, one.postcode), one.name), default=None)
    if found is None:
        raise NobodyNear
    return found


def _hold(organisation: Organisation) -> Organisation:
    """Two who press at once stand in a row: the same number is seen, and the list is counted, by one after the other."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


@transaction.atomic
def take(applicant: Applicant, *, by: Actor) -> Volunteer:
    """Into the pool, without hours or papers: nobody is sent before these are noted. Raises `ApplicantDecided`,
    `AlreadyInThePool`."""
    locked = _lock(applicant)
    recipient = locked.recipient
    facts = {"first_name": locked.first_name, "postcode": locked.postcode, "speaks": recipient.languages}
    volunteer = pool.enrol(number=recipient.number, hours=(), facts=facts, by=by)
    _decide(locked, Applicant.Outcome.TAKEN, by=by)
    queue_message(
        volunteer.recipient,
        "plain.applicant_taken",
        organisation=locked.organisation,
        subject=volunteer,
        name=volunteer.first_name,
        house=locked.organisation.name,
        phone=display(locked.organisation.phone),
    )
    return volunteer


@transaction.atomic
def decline(applicant: Applicant, *, by: Actor) -> None:
    """Not now, said kindly and without a reason. Raises `ApplicantDecided`."""
    locked = _lock(applicant)
    _decide(locked, Applicant.Outcome.DECLINED, by=by)
    queue_message(
        locked.recipient,
        "plain.applicant_declined",
        organisation=locked.organisation,
        subject=locked,
        phone=display(locked.organisation.phone),
    )


def _lock(applicant: Applicant) -> Applicant:
    related = Applicant.objects.select_related("recipient", "organisation")
    locked = related.select_for_update(of=("self",)).get(pk=applicant.pk)
    if locked.decided_at is not None:
        raise ApplicantDecided
    return locked


def _decide(locked: Applicant, outcome: str, *, by: Actor) -> None:
    locked.decided_at, locked.due_at, locked.outcome = clock.now(), None, outcome
    locked.save(update_fields=["decided_at", "due_at", "outcome"])
    record("applicant.decided", locked, by=by, organisation_id=locked.organisation_id, outcome=outcome)
