"""A person answers a text that no rule understood, or puts it aside."""

import uuid

from django.db import transaction
from uuid_utils.compat import uuid7

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.notifications import outbox, segments
from digibel.notifications.models import InboundMessage, OutboundMessage
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Organisation
from digibel.problems import Conflict, Problem

# Not in the phrasebook: a person typed it.
FREE_TEXT_KIND = "plain.free"
MOST_SEGMENTS = 3
PUT_ASIDE = "put_aside"


class NothingToSay(Problem):
    code = "nothing_to_say"
    message = "Write an answer first."


class AnswerTooLong(Problem):
    code = "answer_too_long"
    message = "This fills {segments} texts. Keep it within {most}."


class CannotAnswer(Problem):
    code = "cannot_answer"
    message = "We have no number to answer to. Put the text aside, and ring if you know who it is."


class TextAnswered(Conflict):
    code = "text_answered"
    message = "Somebody has already dealt with this text. Look at the list again."


@transaction.atomic
def answer(message: InboundMessage, text: str, *, by: Actor) -> OutboundMessage:
    """Queue a free text to whoever sent this one. It leaves at any hour, as every answer; secrets are masked before it is kept."""
    body = secrets.mask(" ".join(text.split()))
    if not body:
        raise NothingToSay
    length = segments.count(body).segments
    if length > MOST_SEGMENTS:
        raise AnswerTooLong(segments=length, most=MOST_SEGMENTS)
    if message.organisation is None or not message.recipient.number:
        raise CannotAnswer
    locked = put_aside(message, by=by, outcome="answered")
    assert locked.organisation is not None
    frozen_now = clock.now()
    queued = OutboundMessage.objects.create(
        id=uuid7(),
        organisation=locked.organisation,
        recipient=locked.recipient,
        kind=FREE_TEXT_KIND,
        language=language_of(locked.recipient, locked.organisation),
        key_id=locked.recipient.key_id,
        body=body,
        segments=length,
        subject_kind=locked._meta.model_name or "",
        subject_id=locked.pk,
        status_at=frozen_now,
        created_at=frozen_now,
        not_before=frozen_now,
        any_hour=True,
    )
    outbox.wake()
    return queued


@transaction.atomic
def put_aside(message: InboundMessage, *, by: Actor, outcome: str = PUT_ASIDE) -> InboundMessage:
    """A person has dealt with it; `outcome` is a code. Raises `TextAnswered` where somebody was faster."""
    locked = (
        InboundMessage.objects.select_for_update(of=("self",))
        .select_related("recipient", "organisation")
        .get(pk=message.pk)
    )
    if locked.status != InboundMessage.Status.INBOX:
        raise TextAnswered
    locked.status, locked.outcome = InboundMessage.Status.ANSWERED, outcome
    locked.save(update_fields=["status", "outcome"])
    record("text.answered", locked, by=by, organisation_id=locked.organisation_id, outcome=outcome)
    return locked


@transaction.atomic
def wait_again(message_id: uuid.UUID, organisation: Organisation, *, outcome: str, by: Actor) -> bool:
    """What was only put aside waits for a person again, for the reason it did (`outcome`). False: it is dealt with otherwise."""
    aside = InboundMessage.objects.filter(
        pk=message_id, organisation=organisation, status=InboundMessage.Status.ANSWERED, outcome=PUT_ASIDE
    )
    if not aside.update(status=InboundMessage.Status.INBOX, outcome=outcome):
        return False
    record("text.waits_again", aside.model(pk=message_id), by=by, organisation_id=organisation.pk)
    return True
