"""What goes wrong: what a client reports of a volunteer, what somebody complains of, and who is being robbed now."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from digibel.organisations.models import Organisation, Role, Staff
from digibel.requests.models import Client, HelpRequest
from digibel.sealing.fields import SealedTextField
from digibel.volunteers.models import Volunteer


class ConcernQuerySet(models.QuerySet["Concern"]):
    def open(self) -> ConcernQuerySet:
        return self.filter(decided_at=None)

    def of(self, organisation: Organisation) -> ConcernQuerySet:
        return self.filter(organisation=organisation)


class Concern(models.Model):
    """A client reported something about money, a code or a card (rule E8): the volunteer pauses until a person decides.

    The volunteer is not judged by this row. Who decided, when and what stays; the note is sealed with the volunteer's key,
    or with the client's where the volunteer had been forgotten before it was told.
    """

    class Decision(models.TextChoices):
        GOES_ON = "goes_on", "the volunteer goes on"
        STOPS = "stops", "no more visits"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey("scheduling.Visit", on_delete=models.PROTECT, related_name="concerns")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="concerns")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="concerns")
    worries = models.JSONField(default=list, help_text="What the client reported: code_seen, card_held, money.")
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=80, help_text="Who wrote down what the client said.")
    was_pausing = models.BooleanField(default=False, help_text="The volunteer was pausing already, for another reason.")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True, default="")
    key_id = models.UUIDField(help_text="The volunteer's key.")
    note = SealedTextField(blank=True, default="")

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ("reported_at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Said once more about the same visit, it is the same concern.
            models.UniqueConstraint(name="concern_open_once", fields=["visit"], condition=Q(decided_at=None)),
            # Decided means by somebody, somehow; nothing lifts a pause by itself.
            models.CheckConstraint(
                name="concern_decided_by_somebody",
                condition=Q(decided_at=None, decided_by="", decision="")
                | (Q(decided_at__isnull=False) & ~Q(decided_by="") & ~Q(decision="")),
            ),
        ]

    def __str__(self) -> str:
        return f"concern {self.pk}"


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def of(self, organisation: Organisation) -> ComplaintQuerySet:
        return self.filter(organisation=organisation)

    def open(self) -> ComplaintQuerySet:
        return self.filter(ended_at=None)

    def read_by(self, staff: Staff) -> ComplaintQuerySet:
        """Not those about themselves."""
        return self.filter(Q(about_staff=None) | ~Q(about_staff=staff))


class Complaint(models.Model):
    """Somebody is not content, with a visit, a volunteer or with us. It has an owner and a day until it has ended.

    What was said and what was answered is sealed with the client's key; kind, days and outcome are for the register.
    """

    class Kind(models.TextChoices):
        SERVICE = "service", "how we work"
        WAITING = "waiting", "waiting too long"
        VISIT = "visit", "how a visit went"
        VOLUNTEER = "volunteer", "a volunteer"
        MONEY = "money", "money, codes or a card"
        PRIVACY = "privacy", "what we know or tell of them"

    class Outcome(models.TextChoices):
        RIGHT = "right", "they are right"
        PARTLY = "partly", "they are partly right"
        OTHERWISE = "otherwise", "we see it otherwise"
        WITHDRAWN = "withdrawn", "they took it back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="complaints")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="complaints")
    key_id = models.UUIDField(help_text="The client's key.")
    visit = models.ForeignKey(
        "scheduling.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="complaints"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = SealedTextField()
    answer = SealedTextField(blank=True, default="")
    made_at = models.DateTimeField()
    noted_by = models.CharField(max_length=80)
    # One of us: somebody else answers it, and they do not read it.
    about_staff = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.CharField(max_length=16, choices=Role.people(), default=Role.COORDINATOR)
    due_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # No complaint is forgotten: it has an owner and a day if and only if it has not ended.
            models.CheckConstraint(
                name="complaint_due_iff_open",
                condition=(Q(ended_at=None, outcome="", due_at__isnull=False) & ~Q(owner=""))
                | (Q(ended_at__isnull=False, due_at=None) & ~Q(outcome="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "made_at"], name="complaint_register"),
        ]

    def __str__(self) -> str:
        return f"complaint {self.pk}"


class FraudAlarm(models.Model):
    """Somebody is being robbed now: told by a volunteer at the table, or heard at intake. Says who told it, never about whom.

    `client` and `request` are empty while intake has only heard a voice; what is saved afterwards is tied to it by `key`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(
        "scheduling.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="fraud_alarms"
    )
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(HelpRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Pressed twice, on an old page or by two thumbs, it is one alarm.
            models.UniqueConstraint(name="fraud_alarm_once", fields=["organisation", "key"]),
        ]

    def __str__(self) -> str:
        return f"fraud alarm {self.pk}"
