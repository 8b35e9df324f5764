"""A plan is a proposal with the moment it was made. It books nothing and asks nobody: what leaves are ordinary offers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from digibel.organisations.models import Organisation
from digibel.requests.models import HelpRequest
from digibel.volunteers.models import Volunteer


class Plan(models.Model):
    """The newest plan of an organisation; the next one takes its place. `version` moves with every change, so that a page that was
    looked at too long sends nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="plan")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True, help_text="Empty while it is being made.")
    version = models.PositiveIntegerField(default=0)
    one_by_one = models.PositiveIntegerField(default=0, help_text="Served, if each took the nearest who is left.")
    one_by_one_minutes = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"plan {self.pk}"


class PlanLine(models.Model):
    """One request in the plan: who would go, and when; or `why` nobody, as a code."""

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        NOBODY = "nobody", "nobody"
        DROPPED = "dropped", "left out"
        SENT = "sent", "sent"
        REFUSED = "refused", "had become impossible when it was sent"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="lines")
    request = models.ForeignKey(HelpRequest, on_delete=models.CASCADE, related_name="+")
    volunteer = models.ForeignKey(Volunteer, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    begins_at = models.DateTimeField(null=True, blank=True)
    travel = models.PositiveSmallIntegerField(default=0, help_text="Minutes there.")
    state = models.CharField(max_length=8, choices=State.choices)
    by_hand = models.BooleanField(default=False)
    why = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="plan_line_once", fields=["plan", "request"]),
            # What can be sent says who and when.
            models.CheckConstraint(
                name="plan_line_whole",
                condition=Q(volunteer__isnull=False, begins_at__isnull=False) | ~Q(state__in=("planned", "sent")),
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.pk} of plan {self.plan_id}"
