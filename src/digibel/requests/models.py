"""What clients ask: the request, its tasks, how it was judged, when it suits, its slips. Who they are is in `clients`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from digibel.directory.models import HelpPlace, PlaceSession
from digibel.guardrails.catalogue import Verdict
from digibel.organisations.models import Organisation, Role, Staff
from digibel.requests.clients import Client as Client
from digibel.requests.clients import Consent as Consent
from digibel.requests.clients import Gone as Gone
from digibel.requests.clients import Merge as Merge
from digibel.requests.clients import MoneyKind as MoneyKind
from digibel.requests.clients import MovedRow as MovedRow
from digibel.requests.clients import NamedHelper as NamedHelper
from digibel.requests.clients import NameToken as NameToken
from digibel.requests.clients import StaffFirst as StaffFirst
from digibel.requests.clients import Wish as Wish
from digibel.sealing.fields import SealedTextField


class NextActionKind(models.TextChoices):
    """What has to happen next to a request that is not closed."""

    OWN_YES = "own_yes", "ask for the client's own yes"
    STAFF_FIRST = "staff_first", "staff look first: decide whether a volunteer may go"
    REFER = "refer", "refer warmly, with a slip"
    CHECK_REFERRAL = "check_referral", "ask whether the referral landed"
    ASK_ARRIVAL = "ask_arrival", "ask whether they got to the place"
    NEW_MOMENTS = "new_moments", "ask for new moments"
    CHOOSE = "choose", "choose volunteers"
    AWAIT_ANSWERS = "await_answers", "wait for the volunteers' answers"
    GOES_ALONG = "goes_along", "is visited in one go with another request"
    NOBODY = "nobody", "nobody found: look again"
    AWAY = "away", "client away: make a new start"
    RESTRICTED = "restricted", "kept and not used: decide what now"
    ANNOUNCE = "announce", "announce the visit to the client"
    CONFIRM = "confirm", "have the client confirm"
    VISIT = "visit", "the visit begins"
    CHECK_OUT = "check_out", "the volunteer leaves"
    NEXT_VISIT = "next_visit", "ask for the next visit of the series"
    ALARM = "alarm", "alarm: find out where the volunteer is"
    REPORT = "report", "hear how it went"
    FOLLOW_UP = "follow_up", "ask a week later whether it still works"


class Closing(models.TextChoices):
    SOLVED = "solved", "solved"
    REFERRED = "referred", "referred"
    WITHDRAWN = "withdrawn", "withdrawn by the client"
    NOT_DIGITAL = "not_digital", "does not want to go digital"
    UNREACHABLE = "unreachable", "could not be reached"
    GONE = "gone", "moved or died"


class TwoGo(models.TextChoices):
    """Why two volunteers go together. Nobody goes alone then."""

    SAFETY = "safety", "two go, because it is safer"
    COMPANION = "companion", "somebody with experience goes along, chosen by hand"


class RequestQuerySet(models.QuerySet["HelpRequest"]):
    def of(self, organisation: Organisation) -> RequestQuerySet:
        return self.filter(organisation=organisation)

    def open(self) -> RequestQuerySet:
        return self.filter(closed_at=None)

    def due_by(self, moment: datetime) -> RequestQuerySet:
        return self.open().filter(next_due__lte=moment)


class HelpRequest(models.Model):
    """One question of one client. While it is open it has exactly one next action: nobody is ever forgotten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="help_requests")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="help_requests")
    reference = models.CharField(max_length=12, unique=True)
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    same_as = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="asked_again",
        help_text="The first request about this same problem: asked again, it is not a new one (rule E9).",
    )
    idempotency_key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001  (null: none given)
    idempotency_print = models.CharField(max_length=64, blank=True, default="")
    logged_at = models.DateTimeField()
    logged_by = models.CharField(max_length=80)
    caller = models.CharField(max_length=12, default="client")
    assigned_to = models.ForeignKey(
        Staff,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who of those who work here follows it through; nobody: whoever has the role of its next step.",
    )

    key_id = models.UUIDField(help_text="The client's key.")
    in_own_words = SealedTextField(blank=True, default="", null=True, help_text="None: forgotten, a year after.")  # type: ignore[misc]
    device = models.CharField(max_length=20, blank=True, default="")
    always_home = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField(default=60)
    two_go = models.CharField(max_length=12, choices=TwoGo.choices, blank=True, default="")
    household = models.UUIDField(
        null=True, blank=True, help_text="Of two open requests from one home that are visited in one go."
    )
    household_turn = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Who is visited first.")
    meets_at = models.ForeignKey(
        HelpPlace,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Where a volunteer who goes along with a slip meets the client; nothing: at the client's home.",
    )

    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=16, choices=Closing.choices, blank=True, default="")

    searched_in_vain_at = models.DateTimeField(
        null=True, blank=True, help_text="The last round of offers ended without a yes."
    )
    asked_since = models.DateTimeField(
        null=True, blank=True, help_text="Other moments were told then: a no to the earlier ones counts no more."
    )

    next_kind = models.CharField(max_length=16, choices=NextActionKind.choices, blank=True, default="")
    next_due = models.DateTimeField(null=True, blank=True)
    next_owner = models.CharField(max_length=16, choices=Role.owners(), blank=True, default="")

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # No request is ever forgotten: it has a next action if and only if it is open.
            models.CheckConstraint(
                name="request_next_action_iff_open",
                condition=(
                    Q(closed_at=None, closed_as="") & Q(next_due__isnull=False) & ~Q(next_kind="") & ~Q(next_owner="")
                )
                | (Q(closed_at__isnull=False) & ~Q(closed_as="") & Q(next_due=None, next_kind="", next_owner="")),
            ),
            models.CheckConstraint(name="request_two_go_known", condition=Q(two_go__in=["", *TwoGo.values])),
            # In one go two are visited, and not three; one of them first.
            models.UniqueConstraint(name="request_household_of_two", fields=["household", "household_turn"]),
            models.CheckConstraint(
                name="request_household_has_turns",
                condition=Q(household=None, household_turn=None)
                | Q(household__isnull=False, household_turn__in=[1, 2], closed_at=None),
            ),
            # Whoever goes along goes with one slip, and alone: two of one home, and two who go to one home, are about a home.
            models.CheckConstraint(
                name="request_meets_with_a_slip",
                condition=Q(meets_at=None) | Q(split_from__isnull=False, household=None, two_go=""),
            ),
            # Pressed twice, or by two colleagues, somebody goes along once.
            models.UniqueConstraint(
                name="request_met_there_once",
                fields=["split_from", "meets_at"],
                condition=Q(closed_at=None, meets_at__isnull=False),
            ),
            # A program that asks twice with the same key has asked once.
            models.UniqueConstraint(name="request_asked_once", fields=["organisation", "idempotency_key"]),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "next_due"], condition=Q(closed_at=None), name="request_worklist"),
        ]

    def __str__(self) -> str:
        return f"request {self.reference}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def postcode(self) -> str:
        """Of where the volunteer goes: the place of the slip, or the client's home."""
        return (self.meets_at.postcode if self.meets_at else "") or self.client.postcode


class Series(models.Model):
    """A request that takes several visits: a goal in the client's words, a rhythm, and an end. One visit at a time.

    `visits` or `until` is the end that was agreed. `beat_at` is the moment that the rhythm counts from: of the next visit once
    that is dated, nothing before the first. `asks_at`: when the clock asks for the next visit; nothing while there is one, or
    while somebody is looked for.
    """

    class Ended(models.TextChoices):
        COMPLETE = "complete", "all visits have been made"
        GOAL_REACHED = "goal_reached", "the goal is reached"
        CLIENT_STOPS = "client_stops", "the client wants no more visits"
        NOBODY_GOES_ON = "nobody_goes_on", "nobody can go on with it"

    class Rhythm(models.IntegerChoices):
        WEEKLY = 7, "every week"
        FORTNIGHTLY = 14, "every two weeks"
        FOUR_WEEKLY = 28, "every four weeks"

    request = models.OneToOneField(HelpRequest, primary_key=True, on_delete=models.CASCADE, related_name="series")
    key_id = models.UUIDField(help_text="The client's key.")
    goal = SealedTextField()
    every_days = models.PositiveSmallIntegerField(choices=Rhythm.choices, default=Rhythm.WEEKLY)
    visits = models.PositiveSmallIntegerField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    began_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    beat_at = models.DateTimeField(null=True, blank=True)
    asks_at = models.DateTimeField(null=True, blank=True)
    asked_since = models.DateTimeField(
        null=True, blank=True, help_text="A no from before was about an earlier visit, and keeps nobody from the next."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=16, choices=Ended.choices, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # There is an end from the beginning, and one only: a number of visits, or a day.
            models.CheckConstraint(
                name="series_has_one_end",
                condition=Q(visits__isnull=False, visits__gte=2, until=None) | Q(visits=None, until__isnull=False),
            ),
            models.CheckConstraint(name="series_rhythm_known", condition=Q(every_days__in=[7, 14, 28])),
            # What has ended asks for nothing more, and somebody can say why.
            models.CheckConstraint(
                name="series_ended_asks_nothing",
                condition=Q(ended_at=None, ended_as="") | (Q(ended_at__isnull=False, asks_at=None) & ~Q(ended_as="")),
            ),
            # A next visit can only be asked for at the moment that the rhythm gives it.
            models.CheckConstraint(
                name="series_asks_for_a_moment", condition=Q(asks_at=None) | Q(beat_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"series of {self.request_id}"

    @property
    def is_running(self) -> bool:
        return self.ended_at is None


class RequestTask(models.Model):
    """One task from the catalogue, with the verdict and the version of the catalogue it was judged by."""

    request = models.ForeignKey(HelpRequest, on_delete=models.CASCADE, related_name="tasks")
    slug = models.SlugField()
    verdict = models.CharField(max_length=12, choices=[(verdict.value, verdict.value) for verdict in Verdict])
    catalogue_version = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="request_task_once", fields=["request", "slug"]),
        ]

    def __str__(self) -> str:
        return self.slug


class StoredJudgement(models.Model):
    """One time that a request was judged, with everything the verdicts follow from, so that it can be made again.

    The first row is of the telephone call; a later one says why it was looked at again. `tightened` and `floor` are verdicts
    by task: what the organisation kept stricter, and what had been judged before, which a later look never loosens.
    """

    class Cause(models.TextChoices):
        LOGGED = "logged", "logged"
        STRICTER = "stricter", "the organisation, the client's situation or the catalogue has become stricter"
        OVERRULED = "overruled", "a coordinator lets a volunteer go after all"

    request = models.ForeignKey(HelpRequest, on_delete=models.CASCADE, related_name="judgements")
    cause = models.CharField(max_length=12, choices=Cause.choices)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    version = models.CharField(max_length=20, help_text="Of the catalogue.")
    tightened = models.JSONField(default=dict, blank=True)
    floor = models.JSONField(default=dict, blank=True)
    administrator = models.BooleanField(default=False, help_text="Somebody else decides about money.")
    money_before = models.PositiveSmallIntegerField(default=0, help_text="Other problems about money before this one.")
    overruled = models.BooleanField(default=False)
    verdicts = models.JSONField(help_text="What came of it: a verdict by task.")

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["version"], name="judgement_by_version")]

    def __str__(self) -> str:
        return f"judgement of {self.request_id}"


class Overruling(models.Model):
    """A coordinator lets a volunteer go although it is the client's third problem about money (rule E9), and says why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(HelpRequest, on_delete=models.CASCADE, related_name="overruling")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    key_id = models.UUIDField(help_text="The client's key.")
    reason = SealedTextField()

    def __str__(self) -> str:
        return f"overruling of {self.request_id}"


class TimeWindow(models.Model):
    """When it suits the client; `away` marks the exceptions of somebody who is always at home."""

    request = models.ForeignKey(HelpRequest, on_delete=models.CASCADE, related_name="windows")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    away = models.BooleanField(default=False)

    class Meta:
        ordering = ("starts_at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="window_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} - {self.ends_at:%H:%M}"


class Referral(models.Model):
    """A slip: what volunteers may not do goes warmly to who may. `place` may be empty: then `route` says whom to ask."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(HelpRequest, on_delete=models.CASCADE, related_name="referrals")
    place = models.ForeignKey(HelpPlace, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    route = models.CharField(max_length=20, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    session = models.ForeignKey(PlaceSession, null=True, blank=True, on_delete=models.PROTECT, related_name="booked")
    seat_number = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Which of the seats, from one.")
    landed = models.BooleanField(null=True, blank=True, help_text="Whether they got there; empty: nobody has asked.")
    landed_noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("made_at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # However many refer somebody at the same instant, a seat is one person's.
            models.UniqueConstraint(name="referral_seat_once", fields=["session", "seat_number"]),
            models.CheckConstraint(
                name="referral_seat_iff_session",
                condition=Q(session=None, seat_number=None) | Q(session__isnull=False, seat_number__gte=1),
            ),
            models.CheckConstraint(
                name="referral_landed_noted",
                condition=Q(landed=None, landed_noted_at=None) | Q(landed__isnull=False, landed_noted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"referral of {self.request_id}"


class ReferenceCounter(models.Model):
    """The last reference given out in a year. One row a year, locked by whoever takes the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
