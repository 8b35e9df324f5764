"""The pool of digihelpers, shared by all organisations: who they are, what they can, when they can, whether they are ready."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from digibel.notifications.models import Recipient
from digibel.organisations.models import Organisation, Staff
from digibel.sealing.fields import SealedTextField


class Requirement(models.TextChoices):
    """What must be in order before somebody is sent to a door (Volunteers Act of 3 July 2005, art. 4 to 6; house rules)."""

    INFORMATION_NOTE = "information_note", "information note"
    INSURANCE = "insurance", "insurance"
    DISCRETION = "discretion", "duty of discretion"
    CODE_OF_CONDUCT = "code_of_conduct", "code of conduct"
    TRAINING = "training", "training"
    QUESTIONS = "questions", "questions on the guardrails"
    ADULT = "adult", "eighteen or older"
    OWN_DUTY = "own_duty", "own duty to declare checked"


class ExemptionReason(models.TextChoices):
    """Why somebody may be sent without a paper for a while. A closed list: a sentence would soon tell of illness."""

    ELSEWHERE = "elsewhere", "learned the same elsewhere"
    UNDER_WAY = "under_way", "it is under way"
    TOGETHER = "together", "goes together with somebody who has it"
    NEXT_SESSION = "next_session", "registered for the next session"


class Level(models.TextChoices):
    """How well somebody speaks a language. Nothing said is good."""

    BASIC = "basic", "a little"
    GOOD = "good", "well"
    NATIVE = "native", "mother tongue"


class PoolImport(models.Model):
    """A list from a spreadsheet came into the pool at once: so that it can be taken back at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose papers came too.",
    )
    brought_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-brought_at", "pk")

    def __str__(self) -> str:
        return f"import {self.pk}"


class ApplicantQuerySet(models.QuerySet["Applicant"]):
    def of(self, organisation: Organisation) -> ApplicantQuerySet:
        return self.filter(organisation=organisation)

    def open(self) -> ApplicantQuerySet:
        return self.filter(decided_at=None)


class Applicant(models.Model):
    """Somebody put themselves forward as a volunteer on the public page; a coordinator of the nearest organisation decides.

    The number lies in a recipient of the kind `unknown`: nobody is in the pool before that yes.
    """

    class Outcome(models.TextChoices):
        TAKEN = "taken", "in the pool"
        DECLINED = "declined", "not now"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applicants")
    recipient = models.OneToOneField(Recipient, on_delete=models.CASCADE, related_name="applicant")
    key_id = models.UUIDField(help_text="The recipient's key.")
    first_name = SealedTextField(is_name=True)
    postcode = models.CharField(max_length=4)
    consent_text = models.CharField(max_length=8, help_text="The version of the sentence they agreed to.")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")

    objects = ApplicantQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Nobody who wants to help is forgotten: there is a day for an answer if and only if there is none yet.
            models.CheckConstraint(
                name="applicant_due_iff_open",
                condition=Q(decided_at=None, outcome="", due_at__isnull=False)
                | (Q(decided_at__isnull=False, due_at=None) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"applicant {self.pk}"


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    def active(self) -> VolunteerQuerySet:
        return self.filter(paused_at=None, left_at=None)


class Volunteer(models.Model):
    """A digihelper. Name and number are sealed; the home is a postcode, never a street."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.OneToOneField(Recipient, on_delete=models.PROTECT, related_name="volunteer")
    key_id = models.UUIDField()
    first_name = SealedTextField(is_name=True)
    family_name = SealedTextField(blank=True, default="")
    gender = models.CharField(max_length=8, blank=True, default="", help_text="woman, man, or nothing said.")
    postcode = models.CharField(max_length=4)
    modes = models.JSONField(default=list, blank=True, help_text="How they travel; empty: nobody asked.")
    reach_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The longest way they want to go, by the fastest of their modes."
    )
    reach_km = models.PositiveSmallIntegerField(default=5, help_text="Holds where the minutes are not known.")
    speaks = models.JSONField(default=list, help_text="Language codes, best first.")
    language_levels = models.JSONField(
        default=dict, blank=True, help_text="Language code to level; what is not there is good."
    )
    skills = models.JSONField(default=list, help_text="Skill ids of the task catalogue.")
    stairs_ok = models.BooleanField(default=True)
    dog_ok = models.BooleanField(default=True)
    smoke_ok = models.BooleanField(default=True)
    weekly_limit = models.PositiveSmallIntegerField(default=2, help_text="Visits a week they want at most.")
    offers_limit = models.PositiveSmallIntegerField(default=5, help_text="Offers in seven days they want at most.")
    sms_only = models.BooleanField(default=False, help_text="No internet on the telephone: street by text.")
    joined_on = models.DateField()
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateField(
        null=True, blank=True, help_text="The day they are back. None: until somebody says so."
    )
    pause_is_own = models.BooleanField(default=False, help_text="They asked for it themselves, and may end it.")
    left_at = models.DateTimeField(null=True, blank=True)
    email = SealedTextField(  # type: ignore[misc]
        null=True, help_text="Where invitations to a calendar go. None: they want none."
    )
    calendar_version = models.PositiveIntegerField(default=0, help_text="Raised when a feed's address has leaked.")
    came_with = models.ForeignKey(
        PoolImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="volunteers"
    )

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Five is the most that anybody is asked in a week, whatever they allow.
            models.CheckConstraint(name="volunteer_offers_limit", condition=Q(offers_limit__range=(0, 5))),
            # An end or an owner left over from an earlier pause would lift the next one, which may be for what a client reported.
            models.CheckConstraint(
                name="pause_has_begun",
                condition=Q(paused_at__isnull=False) | Q(paused_until=None, pause_is_own=False),
            ),
        ]

    def __str__(self) -> str:
        return f"volunteer {self.pk}"

    def is_pausing_on(self, day: date) -> bool:
        return self.paused_at is not None and (self.paused_until is None or day < self.paused_until)


class Readiness(models.Model):
    """One requirement met, for one insuring organisation, from a day until a day (included), or for good.

    Or an exemption from it: then it says why and who granted it, and has an end.
    """

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="readiness")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    requirement = models.CharField(max_length=20, choices=Requirement.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    version = models.CharField(max_length=20, blank=True, default="", help_text="Of the text that was handed over.")
    reference = models.CharField(max_length=40, blank=True, default="", help_text="Of the insurance policy.")
    exempt = models.CharField(max_length=20, choices=ExemptionReason.choices, blank=True, default="")
    granted_by = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "readiness"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="readiness_once", fields=["volunteer", "organisation", "requirement"]),
            # Whoever lets a rule go says until when, why, and stands for it with their name.
            models.CheckConstraint(
                name="exemption_ends_and_is_signed",
                condition=Q(exempt="", granted_by=None)
                | (~Q(exempt="") & Q(granted_by__isnull=False, until__isnull=False)),
            ),
            # What a law asks, and the five questions, are let go for nobody.
            models.CheckConstraint(
                name="exemption_is_possible",
                condition=Q(exempt="") | Q(requirement__in=[Requirement.CODE_OF_CONDUCT, Requirement.TRAINING]),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["until"], name="readiness_runs_out")]

    def __str__(self) -> str:
        return f"{self.requirement} until {self.until}"

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class Reminder(models.Model):
    """Somebody was told that a requirement runs out on that day. One row, one text, one call: nobody is reminded twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    requirement = models.CharField(max_length=20, choices=Requirement.choices)
    until = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="reminder_once", fields=["volunteer", "organisation", "requirement", "until"]),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"


class QuestionLink(models.Model):
    """The way to the five questions, for one volunteer at one organisation: opens nothing else, and closes by itself.

    Only the digest of its token is kept; the token is worked out anew whenever a text needs it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, unique=True)
    opens_until = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="question_link_once", fields=["volunteer", "organisation"]),
        ]

    def __str__(self) -> str:
        return f"question link {self.pk}"


class TrainingSession(models.Model):
    """One module of the training, given on a day at a place. Who was there is noted afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    module = models.CharField(max_length=20, help_text="Of training.toml.")
    day = models.DateField()
    place = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        ordering = ("-day", "module", "pk")

    def __str__(self) -> str:
        return f"{self.module} {self.day}"


class Attendance(models.Model):
    """A volunteer was at a session."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="attendances")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="attendances")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="attended_once", fields=["session", "volunteer"]),
        ]

    def __str__(self) -> str:
        return f"attendance {self.pk}"


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


class WeekdayOff(models.Model):
    """Not on this day of the week until they say otherwise. Their hours of that day stay, and come back with it."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="weekdays_off")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")

    class Meta:
        verbose_name_plural = "weekdays off"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="weekday_off_once", fields=["volunteer", "weekday"]),
            models.CheckConstraint(name="weekday_off_known", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"not on {self.weekday}"


class ExtraHours(models.Model):
    """On that day free from `start` until `end` (local) beside the week. Days away and pauses win from it."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="extra_hours")
    day = models.DateField()
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        verbose_name_plural = "extra hours"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="extra_hours_once", fields=["volunteer", "day", "start", "end"]),
            models.CheckConstraint(name="extra_hours_end_after_start", condition=Q(end__gt=F("start"))),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.start}-{self.end}"


class OwnCalendar(models.Model):
    """Where a volunteer's own calendar lies. The address opens all of it, so it is sealed, and shown to nobody again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.OneToOneField(Volunteer, on_delete=models.CASCADE, related_name="own_calendar")
    key_id = models.UUIDField()
    address = SealedTextField()
    due_at = models.DateTimeField(help_text="When to look again.")
    succeeded_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(
        max_length=20, blank=True, default="", help_text="A code; empty: the last look went well."
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["due_at"], name="own_calendar_due")]

    def __str__(self) -> str:
        return f"own calendar {self.pk}"


class BusyTime(models.Model):
    """Busy by their own calendar, from when until when, and never with what."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="busy_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="busy_time_once", fields=["volunteer", "starts_at", "ends_at"]),
            models.CheckConstraint(name="busy_time_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at} - {self.ends_at}"


class OwnPageLink(models.Model):
    """A way to a volunteer's own page without a log-in. Only the digest of its token is kept, and it closes by itself.

    There may be several: in a text, and on a screen that a card opened.
    """

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    opens_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"own page link {self.pk}"
