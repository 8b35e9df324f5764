"""The heart: offers to volunteers, visits at a door, what was reported, and the moments that must not be missed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from digibel.notifications.models import OutboundMessage
from digibel.organisations.models import Organisation
from digibel.organisations.ways import Asking
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling.checked import PromisesChecked as PromisesChecked
from digibel.scheduling.desksessions.models import DeskSession as DeskSession
from digibel.scheduling.desksessions.models import Seat as Seat
from digibel.scheduling.desksessions.models import SeatStatus as SeatStatus
from digibel.scheduling.hooks.models import Delivery as Delivery
from digibel.scheduling.hooks.models import Hook as Hook
from digibel.scheduling.invited import Invitation as Invitation
from digibel.scheduling.kits.models import Kit as Kit
from digibel.scheduling.kits.models import KitLoan as KitLoan
from digibel.scheduling.learned import AnswerCount as AnswerCount
from digibel.scheduling.learned import Lesson as Lesson
from digibel.scheduling.matching.models import MatchChoice as MatchChoice
from digibel.scheduling.matching.models import MatchWeights as MatchWeights
from digibel.scheduling.matching.models import PoolChange as PoolChange
from digibel.scheduling.paid import Expense as Expense
from digibel.scheduling.paid import Payment as Payment
from digibel.scheduling.planning.models import Plan as Plan
from digibel.scheduling.planning.models import PlanLine as PlanLine
from digibel.scheduling.troubles import Complaint as Complaint
from digibel.scheduling.troubles import Concern as Concern
from digibel.scheduling.troubles import FraudAlarm as FraudAlarm
from digibel.sealing.fields import SealedTextField
from digibel.volunteers.models import Volunteer


class OfferStatus(models.TextChoices):
    QUEUED = "queued", "queued"
    SENT = "sent", "sent"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    EXPIRED = "expired", "expired"
    WITHDRAWN = "withdrawn", "withdrawn"


OFFER_MOVES: dict[str, frozenset[str]] = {
    # A reply can overtake the gateway's "sent": an answer to a queued offer counts.
    OfferStatus.QUEUED: frozenset(
        {OfferStatus.SENT, OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.EXPIRED, OfferStatus.WITHDRAWN}
    ),
    OfferStatus.SENT: frozenset(
        {OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.EXPIRED, OfferStatus.WITHDRAWN}
    ),
    # A visit that is cancelled gives its place back; where the volunteer cannot come after all, their yes has become a no.
    OfferStatus.ACCEPTED: frozenset({OfferStatus.DECLINED, OfferStatus.WITHDRAWN}),
    OfferStatus.DECLINED: frozenset(),
    # Late is better than nobody.
    OfferStatus.EXPIRED: frozenset({OfferStatus.ACCEPTED}),
    OfferStatus.WITHDRAWN: frozenset(),
}
LIVE_OFFERS = (OfferStatus.QUEUED, OfferStatus.SENT)


class OfferQuerySet(models.QuerySet["Offer"]):
    def live(self) -> OfferQuerySet:
        return self.filter(status__in=LIVE_OFFERS)

    def to(self, volunteer: Volunteer) -> OfferQuerySet:
        return self.filter(volunteer=volunteer)


class Offer(models.Model):
    """One volunteer is asked for one place of one request, with one to three numbered windows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(HelpRequest, on_delete=models.PROTECT, related_name="offers")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="offers")
    place = models.PositiveSmallIntegerField(default=1)
    wave = models.PositiveSmallIntegerField(default=1)
    letter = models.CharField(max_length=1, default="A", help_text="Tells apart the live offers of one volunteer.")
    windows = models.JSONField(help_text="List of [start, end] in ISO 8601, UTC; numbered from one in this order.")
    status = models.CharField(max_length=12, choices=OfferStatus.choices, default=OfferStatus.QUEUED)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    message = models.OneToOneField(OutboundMessage, null=True, on_delete=models.PROTECT, related_name="offer")
    # Why it was sent: by which way of asking, who pressed, and the acceptances in sight before and after this wave.
    asking = models.CharField(
        max_length=12, choices=[(way.value, way.value) for way in Asking], default=Asking.BY_HAND.value
    )
    asked_by = models.CharField(max_length=80, blank=True, default="")
    in_sight_before = models.FloatField(null=True, blank=True)
    in_sight_after = models.FloatField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # However many answer at the same instant, one wins the place.
            models.UniqueConstraint(
                name="offer_one_accepted", fields=["request", "place"], condition=Q(status=OfferStatus.ACCEPTED)
            ),
            # Nobody is asked twice at once for the same thing.
            models.UniqueConstraint(
                name="offer_live_once", fields=["request", "volunteer"], condition=Q(status__in=LIVE_OFFERS)
            ),
            # "A2" can mean one thing only.
            models.UniqueConstraint(
                name="offer_letter_once", fields=["volunteer", "letter"], condition=Q(status__in=LIVE_OFFERS)
            ),
            models.CheckConstraint(name="offer_status_known", condition=Q(status__in=OfferStatus.values)),
            models.CheckConstraint(name="offer_asking_known", condition=Q(asking__in=[way.value for way in Asking])),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["request", "status"], name="offer_of_request"),
            models.Index(fields=["volunteer", "created_at"], name="offer_to_volunteer"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"

    def window(self, choice: int) -> tuple[datetime, datetime]:
        """The window with this number, counted from one, as aware datetimes."""
        start, end = self.windows[choice - 1]
        return datetime.fromisoformat(start), datetime.fromisoformat(end)


class VisitStatus(models.TextChoices):
    BOOKED = "booked", "booked"
    UNDER_WAY = "under_way", "under way"
    DONE = "done", "done"
    CANCELLED = "cancelled", "cancelled"
    MISSED = "missed", "missed"


VISIT_MOVES: dict[str, frozenset[str]] = {
    VisitStatus.BOOKED: frozenset({VisitStatus.UNDER_WAY, VisitStatus.CANCELLED, VisitStatus.MISSED}),
    VisitStatus.UNDER_WAY: frozenset({VisitStatus.DONE}),
    VisitStatus.DONE: frozenset(),
    VisitStatus.CANCELLED: frozenset(),
    VisitStatus.MISSED: frozenset(),
}
STANDING_VISITS = (VisitStatus.BOOKED, VisitStatus.UNDER_WAY)


class VisitQuerySet(models.QuerySet["Visit"]):
    def of(self, organisation: Organisation) -> VisitQuerySet:
        return self.filter(request__organisation=organisation)

    def standing(self) -> VisitQuerySet:
        return self.filter(status__in=STANDING_VISITS)

    def by(self, volunteer: Volunteer) -> VisitQuerySet:
        return self.filter(volunteer=volunteer)

    def of_firsts(self) -> VisitQuerySet:
        """What a client counts as a visit: once each, also where two go together."""
        return self.filter(goes_with=None)

    def touching(self, start: datetime, end: datetime) -> VisitQuerySet:
        """Visits whose busy time, travel included, overlaps this stretch."""
        return self.filter(busy_from__lt=end, busy_until__gt=start)


class Visit(models.Model):
    """A volunteer goes to a client. Booked in one transaction with everything that follows from it.

    Where two go together each has a visit, with times, a card, a calendar and expenses of their own. What concerns the client
    (word, announcement, follow-up) stands with the first; `goes_with` of the second leads to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(HelpRequest, on_delete=models.PROTECT, related_name="visits")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="visits")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="visits")
    offer = models.OneToOneField(Offer, null=True, on_delete=models.PROTECT, related_name="visit")
    goes_with = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="seconds",
        help_text="Of the second of two.",
    )
    needs_second = models.BooleanField(default=False, help_text="Two are to go, and the second has not said yes yet.")
    # What is written about a visit names both sides: it lies under a key of its own, which goes with either of them.
    key_id = models.UUIDField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    busy_from = models.DateTimeField(help_text="With the volunteer's way there and back.")
    busy_until = models.DateTimeField()
    status = models.CharField(max_length=12, choices=VisitStatus.choices, default=VisitStatus.BOOKED)
    booked_at = models.DateTimeField()
    word = models.CharField(max_length=20, blank=True, default="", help_text="The codeword; gone after check-out.")
    spent_word = models.CharField(
        max_length=20,
        blank=True,
        default="",
        help_text="What the codeword was: whoever heard it may not hear it again soon.",
    )
    card_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    card_version = models.PositiveSmallIntegerField(default=1, help_text="Raised when a telephone is lost.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    held_back_at = models.DateTimeField(null=True, blank=True, help_text="The volunteer was told to stay at home.")
    rules_read_at = models.DateTimeField(null=True, blank=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_out_at = models.DateTimeField(null=True, blank=True)
    follow_up_due = models.DateTimeField(null=True, blank=True)
    followed_up_at = models.DateTimeField(null=True, blank=True)
    sequence = models.PositiveSmallIntegerField(default=0, help_text="RFC 5545: raised with each change.")
    changed_at = models.DateTimeField()
    # Another moment was set (`rescheduling`): what was said before it counts no more.
    moved_at = models.DateTimeField(null=True, blank=True)
    client_expects = models.DateTimeField(null=True, blank=True, help_text="The beginning they heard of before.")
    volunteer_expects = models.DateTimeField(null=True, blank=True, help_text="The beginning they heard of before.")

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="visit_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="visit_busy_around", condition=Q(busy_from__lte=F("starts_at"), busy_until__gte=F("ends_at"))
            ),
            models.CheckConstraint(name="visit_status_known", condition=Q(status__in=VisitStatus.values)),
            # One request has one visit at a time; what was cancelled or done gives its place back.
            models.UniqueConstraint(
                name="visit_one_standing",
                fields=["request"],
                condition=Q(status__in=STANDING_VISITS, goes_with=None),
            ),
            # Two go, and not three, however many say yes at the same instant.
            models.UniqueConstraint(
                name="visit_one_second",
                fields=["goes_with"],
                condition=Q(status__in=STANDING_VISITS, goes_with__isnull=False),
            ),
            # The client is asked once how it went, and nobody waits for a third.
            models.CheckConstraint(
                name="visit_second_only_goes_along",
                condition=Q(goes_with=None) | Q(needs_second=False, follow_up_due=None),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["volunteer", "busy_from"], name="visit_of_volunteer"),
            models.Index(fields=["status", "starts_at"], name="visit_by_day"),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"

    @property
    def postcode(self) -> str:
        """Of where it is: as `HelpRequest.postcode`, for who has read the visit with its client."""
        place = self.request.meets_at
        return (place.postcode if place else "") or self.client.postcode

    @property
    def set_at(self) -> datetime:
        """Since when it stands at this moment."""
        return self.moved_at or self.booked_at

    @property
    def texts_key_id(self) -> uuid.UUID:
        """Under which the outbox seals the texts about this visit."""
        return self.key_id


class Move(models.Model):
    """One step of an offer or a visit: what it was, what it became, by whom. Written with the step, never changed."""

    subject_kind = models.CharField(max_length=12)
    subject_id = models.UUIDField()
    was = models.CharField(max_length=12)
    became = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    reason = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_kind", "subject_id"], name="move_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.was} -> {self.became}"


AUTONOMY = ("alone", "dares", "knows_whom")
NO, YES = 0, 2


def _answered(question: str) -> Q:
    return Q(**{question: None}) | Q(**{f"{question}__range": (NO, YES)})


class Autonomy(models.Model):
    """What a client can do without us, by their own word: 0 no, 1 partly, 2 yes; nothing where it was not asked.

    Told about before the visit in its `Report`, and a week later about now in its `FollowUp`. Never added up to a score.
    """

    alone = models.PositiveSmallIntegerField(null=True, blank=True)
    dares = models.PositiveSmallIntegerField(null=True, blank=True)
    knows_whom = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="%(class)s_autonomy_zero_to_two",
                condition=_answered("alone") & _answered("dares") & _answered("knows_whom"),
            ),
        ]


class Report(Autonomy):
    """How a visit went, told by card, by text or on the telephone; and what the client could do before it.

    Notes pass the secrets gate first.
    """

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="report")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    all_right = models.BooleanField()
    solved = models.BooleanField(null=True, blank=True)
    practised = models.BooleanField(null=True, blank=True)
    answers = models.JSONField(
        default=dict,
        blank=True,
        help_text="Code to yes or no: code_seen, card_held, money, private. Only what was asked.",
    )

    def __str__(self) -> str:
        return f"report of visit {self.visit_id}"

    @property
    def note(self) -> str:
        """What was added in words; nothing once its time is over."""
        words = ReportNote.objects.select_related("report__visit").filter(report=self).first()
        return words.text if words is not None else ""


class ReportNote(models.Model):
    """What was added to a report in words: about somebody's home, so it is sealed, and it goes sooner than the report."""

    report = models.OneToOneField(Report, primary_key=True, on_delete=models.CASCADE, related_name="words")
    text = SealedTextField(key="report.visit.key_id")

    def __str__(self) -> str:
        return f"words of {self.report_id}"


class FollowUp(Autonomy):
    """A week later: does it still work, can they do it alone? What the client says chains into the next action."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="follow_up")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    outcome = models.CharField(
        max_length=8,
        choices=[
            ("works", "works"),
            ("fails", "again"),
            ("refer", "refer"),
            ("refused", "wants no more help"),
            ("silent", "could not be reached"),
        ],
    )
    worries = models.JSONField(default=list, blank=True, help_text="Codes: code_seen, card_held, money, came_back.")

    def __str__(self) -> str:
        return f"follow-up of visit {self.visit_id}"


class Handover(models.Model):
    """A request that another organisation is asked to take over, with the client's own yes. Holds nothing of the client.

    `made` is the request the other organisation made of it; the two are linked here and nowhere else.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "asked"
        ACCEPTED = "accepted", "accepted"
        REFUSED = "refused", "refused"
        WITHDRAWN = "withdrawn", "no longer asked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(HelpRequest, on_delete=models.PROTECT, related_name="handovers")
    to = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    made = models.OneToOneField(
        HelpRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="handed_over_from"
    )
    with_worker = models.BooleanField(default=False, help_text="The worker they trust goes along.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    consent_language = models.CharField(max_length=8)
    consent_text = models.CharField(max_length=20)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        ordering = ("asked_at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # One organisation at a time is asked, so that two never both take it.
            models.UniqueConstraint(name="handover_open_once", fields=["request"], condition=Q(status="asked")),
            models.UniqueConstraint(name="handover_taken_once", fields=["request"], condition=Q(status="accepted")),
            models.CheckConstraint(
                name="handover_made_iff_accepted",
                condition=Q(status="accepted", made__isnull=False) | (~Q(status="accepted") & Q(made=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"


class Preference(models.Model):
    """A client asks for the same volunteer again, or never again for one. Reasons are not stored."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="preferences")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="+")
    again = models.BooleanField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="preference_once", fields=["client", "volunteer"]),
        ]

    def __str__(self) -> str:
        return f"preference of client {self.client_id}"


class Timer(models.Model):
    """A moment that must not be missed. The queue only wakes who looks here, so that a lost wake-up loses nothing."""

    kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    due_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="timer_waits_once", fields=["kind", "subject_id"], condition=Q(rung_at=None)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=Q(rung_at=None), name="timer_due"),
        ]

    def __str__(self) -> str:
        return f"timer {self.kind}"
