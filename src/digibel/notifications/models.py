"""Everything that is said to somebody and everything they answer: recipients, the outbox, texts that came in, calls to make."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from digibel.organisations.models import Organisation, Role
from digibel.sealing.fields import SealedTextField


class Channel(models.TextChoices):
    SMS = "sms", "SMS"
    CALL = "call", "telephone call"
    LETTER = "letter", "letter"
    WORKER = "worker", "through a worker they trust"


class Restriction(models.TextChoices):
    """Why somebody's data may be kept and not used (GDPR art. 18.1 a to d)."""

    ACCURACY = "accuracy", "says it is not right"
    UNLAWFUL = "unlawful", "wants it blocked, not erased"
    CLAIM = "claim", "needs it for a claim of their own"
    OBJECTION = "objection", "objects; being looked at"


class Recipient(models.Model):
    """Somebody who can be reached: number, languages, channel, and whether they said STOP. Knows nothing of who it is."""

    class Kind(models.TextChoices):
        VOLUNTEER = "volunteer", "volunteer"
        CLIENT = "client", "client"
        STAFF = "staff", "staff"
        UNKNOWN = "unknown", "unknown number"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key_id = models.UUIDField()
    number = SealedTextField(blank=True, default="", help_text="E.164, or nothing.")
    number_index = models.CharField(max_length=64, blank=True, default="", db_index=True)
    wrong_index = models.CharField(
        max_length=64, blank=True, default="", help_text="Trace of the number at which somebody else answered."
    )
    languages = models.JSONField(default=list, help_text="Codes, best first.")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.SMS)
    stopped_at = models.DateTimeField(null=True, blank=True)
    # GDPR art. 18: kept, and nothing is done with it. Here, because no text and no call may be meant for them.
    restricted_at = models.DateTimeField(null=True, blank=True)
    restricted_why = models.CharField(max_length=12, choices=Restriction.choices, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="recipient_sms_has_number", condition=~Q(channel="sms") | ~Q(number_index="")),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk}"

    @property
    def number_is_wrong(self) -> bool:
        """A stranger answered there: no text with a name and a word may go to it. Over with another number."""
        return bool(self.number_index) and self.number_index == self.wrong_index


# A gateway that is no network: its texts stay queued until a person has sent them from their own telephone.
BY_HAND = "by_hand"


class MessageStatus(models.TextChoices):
    QUEUED = "queued", "queued"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent"
    DELIVERED = "delivered", "delivered"
    WITHDRAWN = "withdrawn", "withdrawn, no longer true"
    ON_LIST = "on_list", "on a person's list"


# Ends the trouble of a text that got lost when nobody had to hear it any more.
PAST = "_past"
# Only along these arrows, whatever order receipts arrive in.
MESSAGE_MOVES: dict[str, frozenset[str]] = {
    MessageStatus.QUEUED: frozenset({MessageStatus.SENDING, MessageStatus.WITHDRAWN, MessageStatus.ON_LIST}),
    MessageStatus.SENDING: frozenset(
        {MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.QUEUED, MessageStatus.ON_LIST}
    ),
    MessageStatus.SENT: frozenset({MessageStatus.DELIVERED, MessageStatus.ON_LIST}),
    MessageStatus.DELIVERED: frozenset(),
    MessageStatus.WITHDRAWN: frozenset(),
    MessageStatus.ON_LIST: frozenset(),
}


class MessageQuerySet(models.QuerySet["OutboundMessage"]):
    def about(self, subject: models.Model) -> MessageQuerySet:
        return self.filter(subject_kind=subject._meta.model_name, subject_id=subject.pk)

    def waiting(self) -> MessageQuerySet:
        return self.filter(status=MessageStatus.QUEUED)

    def due_by(self, moment: datetime) -> MessageQuerySet:
        return self.waiting().filter(not_before__lte=moment)

    def for_hands(self) -> MessageQuerySet:
        """Those that somebody sends from their own telephone."""
        return self.waiting().filter(gateway=BY_HAND)

    def for_networks(self) -> MessageQuerySet:
        return self.waiting().exclude(gateway=BY_HAND)


class OutboundMessage(models.Model):
    """A text in the outbox. It is here before it is sent, and it ends as delivered, withdrawn, or on a person's list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=40, help_text="Who owns it, and what it says: offer.one, visit.reminder_day.")
    language = models.CharField(max_length=8)
    key_id = models.UUIDField(help_text="The recipient's key; that of the visit, for a text that names both sides.")
    body = SealedTextField(null=True, help_text="None: its time was over.")  # type: ignore[misc]
    segments = models.PositiveSmallIntegerField(default=1)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    status = models.CharField(max_length=12, choices=MessageStatus.choices, default=MessageStatus.QUEUED)
    status_at = models.DateTimeField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    any_hour = models.BooleanField(
        default=False, help_text="An alarm to who is on duty, or the answer to a text just received."
    )
    near = models.DateTimeField(
        null=True, blank=True, help_text="What it is about; within 24 hours rest days count too."
    )
    gateway = models.CharField(max_length=20, blank=True, default="")
    provider_id = models.CharField(max_length=80, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=40, blank=True, default="")
    perhaps_sent = models.BooleanField(
        default=False, help_text="It may have left over `gateway`: no other may send it."
    )
    taken_by = models.CharField(
        max_length=80, blank=True, default="", help_text="Who sends it from their own telephone."
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the gateway took it: what the month cost.")
    trace = models.UUIDField(
        null=True, editable=False, help_text="What led to it, in the log; it says nothing of anybody."
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["not_before"], condition=Q(status="queued"), name="outbox_due"),
            models.Index(fields=["status_at"], condition=Q(status="sending"), name="outbox_stuck"),
            models.Index(fields=["subject_kind", "subject_id"], name="outbox_about"),
            models.Index(fields=["gateway", "provider_id"], name="outbox_receipts"),
            models.Index(
                fields=["recipient", "created_at"], condition=Q(status__in=("queued", "sending")), name="outbox_in_turn"
            ),
            models.Index(fields=["gateway", "sent_at"], name="outbox_sent"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Hold(models.Model):
    """After a restore no text leaves until a person has looked: much of what waits there was sent before."""

    since = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=80, blank=True, default="")

    def __str__(self) -> str:
        return f"hold {self.pk}"


class GatewayState(models.Model):
    """How a gateway fares. After failures in a row it rests, or at once where it cannot work at all; then it is tried again."""

    name = models.CharField(max_length=20, primary_key=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row; a text that was taken makes it nought.")
    rests = models.PositiveSmallIntegerField(default=0, help_text="In a row; each is twice as long as the one before.")
    resting_until = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=40, blank=True, default="")

    def __str__(self) -> str:
        return f"gateway {self.name}"


class EarlyReceipt(models.Model):
    """A receipt that no text fits yet: it overtook the commit that says by which id the gateway took the text."""

    gateway = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=80)
    delivered = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The first one counts, as for a text that is known.
            models.UniqueConstraint(name="early_receipt_once", fields=["gateway", "provider_id"]),
        ]

    def __str__(self) -> str:
        return f"early receipt {self.pk}"


class TextTrouble(models.Model):
    """Something is wrong with an organisation's texts, and it was told so: once, until it is over."""

    class Kind(models.TextChoices):
        STANDS_STILL = "stands_still", "texts do not leave"
        SILENT = "silent", "nothing comes back"
        HANDS_WAIT = "hands_wait", "texts wait for somebody's telephone"
        BUDGET_NEAR = "budget_near", "most of the month's budget is spent"
        BUDGET_SPENT = "budget_spent", "the month's budget is spent"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="text_trouble_once", fields=["organisation", "kind"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class InboundMessage(models.Model):
    """A text that came in, stored once however often the gateway repeats it. Secrets are masked before it gets here."""

    class Status(models.TextChoices):
        RECEIVED = "received", "received"
        HANDLED = "handled", "handled"
        INBOX = "inbox", "waits for a person"
        ANSWERED = "answered", "answered by a person"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gateway = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=120)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="replies")
    key_id = models.UUIDField(help_text="The recipient's key.")
    body = SealedTextField(null=True, help_text="None: its time was over.")  # type: ignore[misc]
    held_secret = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RECEIVED)
    outcome = models.CharField(
        max_length=40, blank=True, default="", help_text="A code such as offer.accepted, never text."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Webhooks repeat themselves: the same text twice is one text.
            models.UniqueConstraint(name="inbound_once", fields=["gateway", "provider_id"]),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "received_at"], name="inbound_by_status"),
        ]

    def __str__(self) -> str:
        return f"reply {self.pk}"


class InboundPart(models.Model):
    """A part of a long text, until the others are here. Its place stays known for a while after: networks repeat themselves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gateway = models.CharField(max_length=20)
    whole_index = models.CharField(
        max_length=64, help_text="Keyed trace of sender, receiver, reference and number of parts."
    )
    trace = models.CharField(max_length=64, help_text="Keyed trace of its words.")
    number = models.PositiveSmallIntegerField()
    total = models.PositiveSmallIntegerField()
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="+")
    key_id = models.UUIDField(help_text="The recipient's key.")
    to = models.CharField(max_length=20)
    body = SealedTextField(null=True, help_text="None: it was put together with the others.")  # type: ignore[misc]
    held_secret = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="part_once", fields=["gateway", "whole_index", "number", "trace"]),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["received_at"], name="parts_by_age")]

    def __str__(self) -> str:
        return f"part {self.pk}"


class CallQuerySet(models.QuerySet["CallTask"]):
    def of(self, organisation: Organisation) -> CallQuerySet:
        return self.filter(organisation=organisation)

    def open(self) -> CallQuerySet:
        return self.filter(done_at=None)

    def about(self, subject: models.Model) -> CallQuerySet:
        return self.filter(subject_kind=subject._meta.model_name, subject_id=subject.pk)


class CallTask(models.Model):
    """A telephone call (or a letter, or a word through a trusted worker) that a person has to do, with what it is about.

    The script is written when it is opened, from what is true then: a list never tells yesterday's story.
    """

    class Outcome(models.TextChoices):
        REACHED = "reached", "reached"
        POSTED = "posted", "letter posted"
        NO_ANSWER = "no_answer", "no answer"
        PROMISED = "promised", "passes it on"
        OTHER_MOMENT = "other_moment", "another moment"
        WRONG_NUMBER = "wrong_number", "wrong number"
        WORKS = "works", "it still works"
        FAILS = "fails", "it does not work"
        REFER = "refer", "somebody else should help"
        REFUSED = "refused", "says no"
        NOT_NEEDED = "not_needed", "no longer needed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calls")
    recipient = models.ForeignKey(Recipient, null=True, blank=True, on_delete=models.PROTECT, related_name="calls")
    kind = models.CharField(max_length=40, help_text="Who owns it, and what for: visit.announce, request.own_yes.")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.CALL)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner = models.CharField(max_length=16, choices=Role.people(), default=Role.COORDINATOR)
    urgent = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    acknowledged_by = models.CharField(max_length=80, blank=True, default="")
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True, default="")

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "created_at")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The same errand stands on the list once, however often it is asked for.
            models.UniqueConstraint(name="call_open_once", fields=["kind", "subject_id"], condition=Q(done_at=None)),
            models.CheckConstraint(
                name="call_done_has_outcome",
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "due_at"], condition=Q(done_at=None), name="call_list"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"


class SimulatedText(models.Model):
    """What lies on the simulator's telephones. `id` is ours, so the same text sent again after a crash arrives once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number_index = models.CharField(max_length=64, db_index=True)
    key_id = models.UUIDField()
    body = SealedTextField()
    incoming = models.BooleanField(default=False, help_text="Typed on the telephone, towards us.")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return f"simulated text {self.pk}"
