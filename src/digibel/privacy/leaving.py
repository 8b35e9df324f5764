"""A volunteer stops, by one press on their own page: at once for whoever waits for them, and within a month for what we know.

Forgetting cannot be undone, so a person does it, after a last word with them: until then they can come back, there or by text.
"""

from django.db import transaction
from django.db.models import QuerySet

from digibel.audit.actors import Actor
from digibel.notifications.inbound import reply
from digibel.notifications.models import InboundMessage, Recipient
from digibel.organisations.models import Organisation
from digibel.privacy import rights
from digibel.privacy.errors import AtAVisit
from digibel.privacy.models import Outcome, Right, RightsRequest
from digibel.scheduling import availability, freetexts, readiness
from digibel.scheduling.models import Visit, VisitStatus
from digibel.volunteers.models import Volunteer


@transaction.atomic
def leave(volunteer: Volunteer, *, organisation: Organisation, by: Actor) -> RightsRequest:
    """Nobody asks them anything any more, and what they promised is open again. Said twice it is once.

    `organisation`: who says goodbye and forgets them. Raises `AtAVisit`.
    """
    readiness.hold_requests([volunteer])
    if Visit.objects.by(volunteer).filter(status=VisitStatus.UNDER_WAY).exists():
        raise AtAVisit
    readiness.pause(volunteer, by=by, own=True)
    return wish_to_leave(volunteer).first() or rights.note_request(
        volunteer, Right.ERASURE, organisation=organisation, by=by
    )


@transaction.atomic
def come_back(volunteer: Volunteer, *, by: Actor) -> None:
    """They go on after all. Raises what `availability.come_back` raises."""
    availability.come_back(volunteer, by=by)
    for wish in wish_to_leave(volunteer):
        rights.answer(wish, Outcome.DROPPED, by=by)


def hear_back(message: InboundMessage) -> str | None:
    """Own a text that says "back" of somebody who had said that they stop: ending their pause alone would have them forgotten
    while they are asked again. Whoever said STOP says START first."""
    recipient = message.recipient
    if (
        recipient.kind != Recipient.Kind.VOLUNTEER
        or recipient.stopped_at is not None
        or not freetexts.says_back(message)
    ):
        return None
    volunteer = Volunteer.objects.get(recipient=recipient)
    if not wish_to_leave(volunteer).exists():
        return None
    come_back(volunteer, by=Actor.volunteer(volunteer))
    reply(message, "plain.back_noted")
    return "free.back"


def wish_to_leave(volunteer: Volunteer) -> QuerySet[RightsRequest]:
    """Their own wish to be forgotten, as long as it is open: not one that was noted for them on the telephone."""
    theirs = rights.asked_by(volunteer).filter(right=Right.ERASURE, done_at=None)
    return theirs.filter(recorded_by=str(Actor.volunteer(volunteer)))
