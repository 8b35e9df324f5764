"""The pool of digihelpers, shared by all organisations: who they are, what they can, when they can, whether they are ready."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from digibel.notifications.models import Recipient
from digibel.organisations.models import Organisation
from digibel.sealing.fields import SealedTextField


class Requirement(models.TextChoices):
    """What must be in order before somebody is sent to a door (Volunteers Act of 3 July 2005, art. 4 to 6; house rules)."""

    INFORMATION_NOTE = "information_note", "information note"
    INSURANCE = "insurance", "insurance"
    DISCRETION = "discretion", "duty of discretion"
    CODE_OF_CONDUCT = "code_of_conduct", "code of conduct"
    TRAINING = "training", "training"
    ADULT = "adult", "eighteen or older"
    OWN_DUTY = "own_duty", "own duty to declare checked"


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    def active(self) -> VolunteerQuerySet:
        return self.filter(paused_at=None, left_at=None)


class Volunteer(models.Model):
    """A digihelper. Name and number are sealed; the home is a postcode, never a street."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.OneToOneField(Recipient, on_delete=models.PROTECT, related_name="volunteer")
    key_id = models.UUIDField()
    first_name = SealedTextField()
    family_name = SealedTextField(blank=True, default="")
    gender = models.CharField(max_length=8, blank=True, default="", help_text="woman, man, or nothing said.")
    postcode = models.CharField(max_length=4)
    reach_km = models.PositiveSmallIntegerField(default=5)
    speaks = models.JSONField(default=list, help_text="Language codes, best first.")
    skills = models.JSONField(default=list, help_text="Skill ids of the task catalogue.")
    stairs_ok = models.BooleanField(default=True)
    dog_ok = models.BooleanField(default=True)
    smoke_ok = models.BooleanField(default=True)
    weekly_limit = models.PositiveSmallIntegerField(default=2, help_text="Visits a week they want at most.")
    sms_only = models.BooleanField(default=False, help_text="No internet on the telephone: street by text.")
    joined_on = models.DateField()
    paused_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    calendar_version = models.PositiveIntegerField(default=0, help_text="Raised when a feed's address has leaked.")

    objects = VolunteerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"volunteer {self.pk}"


class Readiness(models.Model):
    """One requirement met, for one insuring organisation, from a day until a day (included), or for good."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="readiness")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    requirement = models.CharField(max_length=20, choices=Requirement.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "readiness"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="readiness_once", fields=["volunteer", "organisation", "requirement"]),
        ]

    def __str__(self) -> str:
        return f"{self.requirement} until {self.until}"

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class AvailableHours(models.Model):
    """Every week on this day from `start` until `end` (local)."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        verbose_name_plural = "available hours"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="hours_end_after_start", condition=Q(end__gt=F("start"))),
            models.CheckConstraint(name="hours_weekday_known", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.start}-{self.end}"


class Absence(models.Model):
    """Days (both included) on which a volunteer cannot be asked."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="absence_ends_after_start", condition=Q(last_day__gte=F("first_day"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} - {self.last_day}"
