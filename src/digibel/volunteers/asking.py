"""Sending somebody the link to the five questions: by one press, and by itself once the training is complete."""

from datetime import datetime

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.organisations.models import Organisation
from digibel.volunteers import links
from digibel.volunteers.errors import NoLetters
from digibel.volunteers.models import Requirement, Volunteer


@transaction.atomic
def send_questions(
    volunteer: Volunteer, organisation: Organisation, *, by: Actor, not_before: datetime | None = None
) -> OutboundMessage:
    """Text the link. A text that still waits is not sent a second time."""
    if volunteer.sms_only:
        raise NoLetters
    link = links.open_link(volunteer, organisation)
    outbox.withdraw(OutboundMessage.objects.about(link))
    text = outbox.queue_message(
        volunteer.recipient,
        "readiness.questions_ask",
        organisation=organisation,
        subject=link,
        not_before=not_before,
        link=links.address(link),
    )
    record("questions.sent", volunteer, by=by, organisation_id=organisation.pk)
    return text


def ask_if_needed(volunteer: Volunteer, organisation: Organisation, *, by: Actor) -> None:
    """The training is complete: the questions come next, unless they were answered already or there is no internet."""
    if volunteer.sms_only or volunteer.left_at is not None:
        return
    rows = volunteer.readiness.filter(organisation=organisation, requirement=Requirement.QUESTIONS)
    if not any(row.holds_on(clock.today()) for row in rows):
        send_questions(volunteer, organisation, by=by)
