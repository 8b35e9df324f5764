"""An organisation asks on the public page to join. Whoever looks after the network talks with them, and invites them or not."""

from datetime import time

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from digibel import clock, places
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.organisations.models import Joiner, Organisation, email_trace
from digibel.problems import Conflict
from digibel.sealing import keys

CONSENT_TEXT = "2026-11"
ANSWER_WITHIN = 5  # working days
# More than one person can ring in a week: whoever fills the list by hand or by program reaches no further.
MOST_WAITING = 40


class JoinersFull(Conflict):
    code = "joiners_full"
    message = "Very many organisations wrote to us this week. Ring one of those on the page Help near you, please."


class JoinerDecided(Conflict):
    code = "joiner_decided"
    message = "A colleague has decided about this already. Look again."


def waiting() -> QuerySet[Joiner]:
    return Joiner.objects.filter(decided_at=None)


def ask(*, name: str, postcode: str, contact: str, email: str, phone: str) -> Joiner:
    """Onto the list of the network. The same address twice is one line, and nobody is told which addresses we know.

    Nothing is sent: anybody can fill in somebody else's address here. Raises `JoinersFull`, and what a postcode that is none does.
    """
    trace = email_trace(email)
    if (same := waiting().filter(email_index=trace).first()) is not None:
        return same
    if waiting().count() >= MOST_WAITING:
        raise JoinersFull
    try:
        with transaction.atomic():
            made = Joiner.objects.create(
                key_id=keys.new_key(),
                name=secrets.mask(name),
                postcode=places.get(postcode).postcode,
                contact=secrets.mask(contact),
                email=email.strip(),
                email_index=trace,
                phone=phone,
                consent_text=CONSENT_TEXT,
                asked_at=clock.now(),
                due_at=clock.at(clock.add_working_days(clock.today(), ANSWER_WITHIN), time(17)),
            )
            record("joiner.asked", made, by=SYSTEM)
    except IntegrityError:
        return waiting().get(email_index=trace)
    return made


@transaction.atomic
def invite(joiner: Joiner, organisation: Organisation, *, by: Actor) -> None:
    """They are in the network as this organisation. Raises `JoinerDecided`."""
    _decide(joiner, Joiner.Outcome.INVITED, organisation, by=by)


@transaction.atomic
def decline(joiner: Joiner, *, by: Actor) -> None:
    """Not now; whoever talked with them has said so. Raises `JoinerDecided`."""
    _decide(joiner, Joiner.Outcome.DECLINED, None, by=by)


def _decide(joiner: Joiner, outcome: str, organisation: Organisation | None, *, by: Actor) -> None:
    locked = Joiner.objects.select_for_update(of=("self",), no_key=True).get(pk=joiner.pk)
    if locked.decided_at is not None:
        raise JoinerDecided
    locked.decided_at, locked.due_at, locked.outcome, locked.organisation = clock.now(), None, outcome, organisation
    locked.save(update_fields=["decided_at", "due_at", "outcome", "organisation"])
    record("joiner.decided", locked, by=by, outcome=outcome)
