"""What people ask about their own data, what was erased, and what went wrong: registers without a name in them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from digibel.organisations.models import Organisation


class Right(models.TextChoices):
    """GDPR art. 7.3 and 15 to 21."""

    ACCESS = "access", "see what we know"
    RECTIFICATION = "rectification", "have it put right"
    ERASURE = "erasure", "be forgotten"
    RESTRICTION = "restriction", "have it kept and not used"
    OBJECTION = "objection", "object"
    PORTABILITY = "portability", "take it elsewhere"
    WITHDRAWAL = "withdrawal", "take back a yes"


class Outcome(models.TextChoices):
    DONE = "done", "done"
    PARTLY = "partly", "done in part: a law keeps the rest"
    REFUSED = "refused", "refused, with the reason and the way to the authority"
    DROPPED = "dropped", "no longer wanted"


class PersonKind(models.TextChoices):
    CLIENT = "client", "client"
    VOLUNTEER = "volunteer", "volunteer"
    NUMBER = "recipient", "unknown number"
    STAFF = "staff", "staff"


class RightsRequest(models.Model):
    """Somebody asked something about their own data. One month to answer (GDPR art. 12.3): a call on the list sees to that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="rights_requests")
    right = models.CharField(max_length=16, choices=Right.choices)
    # No foreign key: what was asked and answered outlives whom it was about.
    person_kind = models.CharField(max_length=12, choices=PersonKind.choices)
    person_id = models.UUIDField()
    received_on = models.DateField()
    due_on = models.DateField()
    recorded_by = models.CharField(max_length=80)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=80, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")

    class Meta:
        ordering = ("due_on", "received_on")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # An answer has a moment, somebody who gave it, and an outcome; or none of them.
            models.CheckConstraint(
                name="rights_done_has_outcome",
                condition=Q(done_at=None, outcome="", done_by="")
                | (Q(done_at__isnull=False) & ~Q(outcome="") & ~Q(done_by="")),
            ),
            models.CheckConstraint(name="rights_due_after_received", condition=Q(due_on__gt=F("received_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.right} of {self.person_kind} {self.person_id}"


class Certificate(models.Model):
    """Proof that somebody was erased: what went, what stays and why. Codes and counts; nothing by which to know them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )
    number = models.CharField(max_length=12, unique=True)
    person_kind = models.CharField(max_length=12, choices=PersonKind.choices)
    person_id = models.UUIDField()
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    why = models.CharField(max_length=12, choices=[("asked", "asked for"), ("retention", "its time was over")])
    erased = models.JSONField(default=dict, help_text="How many of what went: {code: count}.")
    stays = models.JSONField(default=dict, help_text="How many of what stays, without a person: {code: count}.")

    class Meta:
        ordering = ("-at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Nobody is erased twice.
            models.UniqueConstraint(name="certificate_once", fields=["person_kind", "person_id"]),
        ]

    def __str__(self) -> str:
        return self.number


class CertificateCounter(models.Model):
    """The last number given out in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class BreachKind(models.TextChoices):
    PHONE_LOST = "phone_lost", "a telephone with open visits was lost"
    WRONG_PERSON = "wrong_person", "something went to the wrong person"
    PAPER_LOST = "paper_lost", "paper was lost"
    SEEN = "seen", "somebody looked without a reason"
    STOLEN = "stolen", "data was stolen"
    UNAVAILABLE = "unavailable", "data was lost or out of reach"
    OTHER = "other", "something else"


class Breach(models.Model):
    """Something went wrong with personal data (GDPR art. 33.5): kept also where nobody had to be told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="breaches")
    kind = models.CharField(max_length=16, choices=BreachKind.choices)
    known_at = models.DateTimeField(help_text="From here the 72 hours run (GDPR art. 33.1).")
    people = models.PositiveIntegerField(default=0, help_text="About how many people it concerns.")
    risk = models.CharField(
        max_length=8, choices=[("none", "none to speak of"), ("some", "some"), ("high", "high")], default="some"
    )
    recorded_by = models.CharField(max_length=80)
    authority_told_at = models.DateTimeField(null=True, blank=True)
    people_told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-known_at",)

    def __str__(self) -> str:
        return f"breach {self.pk}"
