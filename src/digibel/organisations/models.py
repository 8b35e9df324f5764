"""Who works with Digibel: organisations, their staff and roles, who is on duty, and the keys of their programs."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models

from digibel import clock
from digibel.guardrails.catalogue import Verdict
from digibel.organisations.ways import AUTOMATIC, H_RANGE, MOST_A_WEEK, Asking
from digibel.sealing import keys
from digibel.sealing.fields import SealedTextField
from digibel.sealing.index import blind_index


class Organisation(models.Model):
    """A tenant: the controller of its own requests. No organisation sees another's clients."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=20, help_text="The number that clients and volunteers are told to ring.")
    sms_number = models.CharField(max_length=20, help_text="The two-way number that texts come from, E.164.")
    language = models.CharField(max_length=8, default="nl", help_text="For texts to somebody whose language we miss.")
    postcode = models.CharField(max_length=4)
    texts_budget = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Euro a month for texts: it warns, and stops nothing.",
    )
    calendar_version = models.PositiveIntegerField(default=0, help_text="Raised to close the address of its calendar.")
    asking = models.CharField(
        max_length=12, choices=[(way.value, way.value) for way in AUTOMATIC], default=Asking.HAZARD.value
    )
    asking_h = models.DecimalField(
        max_digits=3, decimal_places=2, default=Decimal("0.50"), help_text="Acceptances in sight, at least (hazard)."
    )
    asked_a_week = models.PositiveSmallIntegerField(
        default=MOST_A_WEEK, help_text="Nobody gets more offers in seven days, unless a person chooses them."
    )

    class Meta:
        ordering = ("name",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="organisation_asking_known", condition=models.Q(asking__in=[way.value for way in AUTOMATIC])
            ),
            models.CheckConstraint(name="organisation_h_possible", condition=models.Q(asking_h__range=H_RANGE)),
            models.CheckConstraint(
                name="organisation_asked_seldom", condition=models.Q(asked_a_week__range=(1, MOST_A_WEEK))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody does at the centre; each can do what stands above it (see `permissions.py`).

    The network stands above the organisations and beside these: it opens accounts, and sees no client of anybody.
    """

    INTAKE = "intake", "intake worker"
    MATCHER = "matcher", "matcher"
    COORDINATOR = "coordinator", "coordinator"
    NETWORK = "network", "network administrator"
    CLOCK = "clock", "the clock"  # owns a next action that time will bring; nobody logs in with it

    @classmethod
    def people(cls) -> list[tuple[str, str]]:
        """Who works with clients, and what must happen next can be theirs."""
        return [(role.value, str(role.label)) for role in (cls.INTAKE, cls.MATCHER, cls.COORDINATOR)]

    @classmethod
    def owners(cls) -> list[tuple[str, str]]:
        return [*cls.people(), (cls.CLOCK.value, str(cls.CLOCK.label))]

    @classmethod
    def accounts(cls) -> list[tuple[str, str]]:
        """Who can log in."""
        return [*cls.people(), (cls.NETWORK.value, str(cls.NETWORK.label))]


def email_trace(email: str) -> str:
    """By what an account is found: the address itself is sealed. How somebody writes it, in capitals or not, is one."""
    return blind_index(email.strip().casefold(), purpose="email")


class StaffManager(BaseUserManager["Staff"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> Staff:
        made = {"key_id": keys.new_key(), "mobile_key_id": keys.new_key()}
        staff = self.model(email=email.strip(), email_index=email_trace(email), **made, **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def get_by_natural_key(self, username: str | None) -> Staff:
        return self.get(email_index=email_trace(username or ""))


class Staff(AbstractBaseUser):
    """Somebody who works at an organisation. Their mobile is for alarms while they are on duty.

    Who they are is sealed like everybody else's: forgotten, they are so in yesterday's backup too. The mobile has a key of its
    own, as they may want that forgotten and go on working.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="staff")
    email = SealedTextField(max_length=254)
    email_index = models.CharField(max_length=64, blank=True, default="", help_text="Keyed trace; none: forgotten.")
    name = SealedTextField(max_length=60, is_name=True)
    role = models.CharField(max_length=16, choices=Role.accounts(), default=Role.INTAKE)
    language = models.CharField(max_length=8, default="nl")
    key_id = models.UUIDField()
    mobile_key_id = models.UUIDField()
    mobile = SealedTextField(blank=True, default="", key="mobile_key_id")
    is_active = models.BooleanField(default=True)
    since = models.DateField(null=True, blank=True, default=clock.today, help_text="Has access since this day.")
    calendar_version = models.PositiveIntegerField(
        default=0, help_text="Raised to close the address of their calendar."
    )

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name_plural = "staff"
        ordering = ("since", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # So that an address means one account; the forgotten have none.
            models.UniqueConstraint(
                name="staff_address_once", fields=["email_index"], condition=~models.Q(email_index="")
            ),
            models.CheckConstraint(
                name="staff_role_known", condition=models.Q(role__in=[value for value, _ in Role.accounts()])
            ),
        ]

    def __str__(self) -> str:
        return f"staff {self.pk}"

    def get_short_name(self) -> str:
        return self.name


class AccountLink(models.Model):
    """Behind it somebody chooses a password: once, until its hour. Only its hash is kept.

    An account has one that a person gave and one that was mailed, at most: whoever asks for mail in somebody's name spoils no
    invitation.
    """

    class Kind(models.TextChoices):
        GIVEN = "given", "given by a person"
        MAILED = "mailed", "mailed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="account_links")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="account_link_once", fields=["staff", "kind"]),
            models.CheckConstraint(
                name="account_link_ends_after_start", condition=models.Q(ends_at__gt=models.F("made_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"link of {self.staff_id}"


class CodeApp(models.Model):
    """What an app on somebody's telephone and we both know, to make the same six digits each half minute (RFC 6238).

    It counts from when a code of it was typed. Before that, somebody is setting it up; the one they have still counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="code_apps")
    secret = SealedTextField(max_length=64, key="staff.key_id")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.PositiveBigIntegerField(default=0, help_text="No code counts twice: only later ones do.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="code_app_once", fields=["staff"], condition=models.Q(confirmed_at__isnull=False)
            ),
            models.UniqueConstraint(
                name="code_app_begun_once", fields=["staff"], condition=models.Q(confirmed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"code app of {self.staff_id}"


class Passkey(models.Model):
    """A key in somebody's telephone, computer or stick, of which we know the public half (WebAuthn)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="passkeys")
    credential = models.CharField(max_length=64, unique=True, help_text="SHA-256 of what the key calls itself.")
    public = models.BinaryField(help_text="Attested credential data, as WebAuthn writes it.")
    uses = models.PositiveBigIntegerField(default=0, help_text="As the key counts them; many count nothing.")
    since = models.DateField(default=clock.today)

    def __str__(self) -> str:
        return f"passkey of {self.staff_id}"


class OutsideLogin(models.Model):
    """The log-in of another house (OpenID Connect), tied to an account by its owner. See `outsidelogins.py`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="outside_logins")
    house = models.SlugField(help_text="Its slug in the operator's file.")
    subject = models.CharField(max_length=64, unique=True, help_text="Keyed trace of who it is there.")
    since = models.DateField(default=clock.today)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="outside_login_once", fields=["staff", "house"]),
        ]

    def __str__(self) -> str:
        return f"log-in of {self.staff_id} at {self.house}"


class SpareCode(models.Model):
    """On paper, for the day the telephone is gone. Each counts once; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="spare_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="spare_code_once", fields=["staff", "digest"]),
        ]

    def __str__(self) -> str:
        return f"spare code of {self.staff_id}"


class Looking(models.Model):
    """Somebody has a page open now, and says so each half minute: whoever opens it too sees them. Gone within minutes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="looking")
    subject_id = models.UUIDField(db_index=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="looking_once", fields=["staff", "subject_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} looks at {self.subject_id}"


class DutyHours(models.Model):
    """Every week on this day, from `start` until `end` (local), this person answers the telephone."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="duty_hours")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="duty_hours")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        verbose_name_plural = "duty hours"
        ordering = ("weekday", "start")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="duty_ends_after_start", condition=models.Q(end__gt=models.F("start"))),
            models.CheckConstraint(name="duty_weekday_known", condition=models.Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.start}-{self.end}"


class Closure(models.Model):
    """Days (both included) on which the centre is closed; a stand-in answers, or no visit can be booked."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    stand_in = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="closure_ends_after_start", condition=models.Q(last_day__gte=models.F("first_day"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} - {self.last_day}"


class ApiKey(models.Model):
    """A program's key to what its scopes say of one organisation's data, through its last day.

    Only its hash is kept; the prefix tells keys apart in a list.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True, validators=[RegexValidator(r"^[0-9a-f]{64}$")])
    scopes = models.JSONField(default=list, blank=True, help_text="See `scopes.py`. None: the catalogue of tasks only.")
    since = models.DateField(null=True, blank=True, default=clock.today)
    expires_on = models.DateField(null=True, blank=True, help_text="The last day it opens anything.")
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def may(self, scope: str) -> bool:
        return scope in self.scopes


class AskedOnce(models.Model):
    """An idempotency key of a program: what it was for, as a keyed trace, and the ids of what was made. See `once.py`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    made = models.JSONField(default=list)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Of two with the same key at the same instant one does it, and the other hears what was done.
            models.UniqueConstraint(name="asked_once", fields=["organisation", "key"]),
        ]

    def __str__(self) -> str:
        return f"asked once {self.pk}"


class TighteningQuerySet(models.QuerySet["Tightening"]):
    def standing(self) -> TighteningQuerySet:
        """Those that no person has ended, in force today or from a day to come."""
        return self.filter(ended_at=None)


class Tightening(models.Model):
    """An organisation is stricter about one task than the catalogue (rule E2), from a day on, until a person ends it.

    It stays when it has ended: a judgement of that time was made with it. The reason is for colleagues; it names nobody.
    """

    STRICTER = (Verdict.CONDITIONS, Verdict.STAFF_ONLY, Verdict.FORBIDDEN)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tightenings")
    slug = models.SlugField(help_text="A task of the catalogue.")
    verdict = models.CharField(max_length=12, choices=[(one.value, one.value) for one in STRICTER])
    reason = models.CharField(max_length=300)
    since = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True, default="")

    objects = TighteningQuerySet.as_manager()

    class Meta:
        ordering = ("slug", "since")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # One answer to "what holds here for this task": whoever changes it ends the old one first.
            models.UniqueConstraint(
                name="tightening_once", fields=["organisation", "slug"], condition=models.Q(ended_at=None)
            ),
            # "Allowed" is stricter than nothing, so it is none.
            models.CheckConstraint(
                name="tightening_is_stricter",
                condition=models.Q(verdict__in=[Verdict.CONDITIONS, Verdict.STAFF_ONLY, Verdict.FORBIDDEN]),
            ),
            models.CheckConstraint(name="tightening_has_a_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="tightening_ended_by_somebody",
                condition=models.Q(ended_at=None, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug}: {self.verdict}"


class OwnNumber(models.Model):
    """A public number as this organisation found it on the day it rang: see `numbers.py`. No value: still the shipped one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="own_numbers")
    slug = models.SlugField()
    value = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=120)
    since = models.DateField()
    checked_on = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="own_number_once", fields=["organisation", "slug"]),
        ]

    def __str__(self) -> str:
        return f"{self.slug} of {self.organisation_id}"


class Joiner(models.Model):
    """An organisation asked on the public page to join; whoever looks after the network decides. Who wrote is sealed."""

    class Outcome(models.TextChoices):
        INVITED = "invited", "joins"
        DECLINED = "declined", "does not join"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_id = models.UUIDField()
    name = models.CharField(max_length=80, help_text="What the organisation is called.")
    postcode = models.CharField(max_length=4)
    contact = SealedTextField(max_length=60, is_name=True)
    email = SealedTextField(max_length=254)
    email_index = models.CharField(max_length=64)
    phone = SealedTextField(max_length=20)
    consent_text = models.CharField(max_length=8, help_text="The version of the sentence they agreed to.")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="joined_as"
    )

    class Meta:
        ordering = ("asked_at", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Pressed twice, at once too, it is one line.
            models.UniqueConstraint(
                name="joiner_open_once", fields=["email_index"], condition=models.Q(decided_at=None)
            ),
            # Nobody who wants to join is forgotten: there is a day for an answer if and only if there is none yet.
            models.CheckConstraint(
                name="joiner_due_iff_open",
                condition=models.Q(decided_at=None, outcome="", due_at__isnull=False)
                | (models.Q(decided_at__isnull=False, due_at=None) & ~models.Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"joiner {self.pk}"
