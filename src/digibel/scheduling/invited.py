"""What was said by mail to the calendar of a volunteer who asked for it: one row for each state of a visit."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class InvitationStatus(models.TextChoices):
    QUEUED = "queued", "queued"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent"
    WITHDRAWN = "withdrawn", "withdrawn, no longer true"
    FAILED = "failed", "not taken"


INVITATION_MOVES: dict[str, frozenset[str]] = {
    InvitationStatus.QUEUED: frozenset({InvitationStatus.SENDING, InvitationStatus.WITHDRAWN}),
    InvitationStatus.SENDING: frozenset({InvitationStatus.SENT, InvitationStatus.QUEUED, InvitationStatus.FAILED}),
    InvitationStatus.SENT: frozenset(),
    InvitationStatus.WITHDRAWN: frozenset(),
    InvitationStatus.FAILED: frozenset(),
}
MAY_HAVE_ARRIVED = (InvitationStatus.SENDING, InvitationStatus.SENT)


class Invitation(models.Model):
    """A mail is here before it is sent. What it says is written down with it, so that sent again it says the same.

    No address and no name is kept: the address is the volunteer's, read when it leaves.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey("scheduling.Visit", on_delete=models.CASCADE, related_name="invitations")
    sequence = models.PositiveSmallIntegerField(help_text="Of the visit, as it was then.")
    said = models.JSONField(help_text="The entry of the calendar, as in `calendars.Entry`.")
    language = models.CharField(max_length=8)
    status = models.CharField(max_length=12, choices=InvitationStatus.choices, default=InvitationStatus.QUEUED)
    status_at = models.DateTimeField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A calendar believes the highest number: two mails with one number could say two things.
            models.UniqueConstraint(name="invitation_once", fields=["visit", "sequence"]),
            models.CheckConstraint(name="invitation_status_known", condition=Q(status__in=InvitationStatus.values)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["not_before"], condition=Q(status="queued"), name="invitation_due"),
            models.Index(fields=["status_at"], condition=Q(status="sending"), name="invitation_stuck"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
