"""Desk sessions: volunteers help whoever walks in at a centre. A session has a place, an hour and so many seats for volunteers."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from digibel.directory.models import HelpPlace
from digibel.organisations.models import Organisation
from digibel.volunteers.models import Volunteer

MOST_SEATS = 30
MOST_MINUTES = 24 * 60


class DeskSessionQuerySet(models.QuerySet["DeskSession"]):
    def of(self, organisation: Organisation) -> DeskSessionQuerySet:
        return self.filter(organisation=organisation)

    def standing(self) -> DeskSessionQuerySet:
        return self.filter(called_off_at=None)


class DeskSession(models.Model):
    """Held once, at one place. Those of a weekly repetition are rows of their own with the same `series`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="desk_sessions")
    place = models.ForeignKey(HelpPlace, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seats = models.PositiveSmallIntegerField(help_text="How many volunteers can come.")
    language = models.CharField(
        max_length=8, blank=True, default="", help_text="Which the volunteers have to speak; empty: any."
    )
    series = models.UUIDField(null=True, blank=True, help_text="Of those that were made together, week after week.")
    made_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When volunteers were last asked.")
    called_off_at = models.DateTimeField(null=True, blank=True)
    attended_at = models.DateTimeField(null=True, blank=True, help_text="When it was noted who was there.")
    sequence = models.PositiveSmallIntegerField(default=0, help_text="RFC 5545: raised with each change.")
    changed_at = models.DateTimeField()

    objects = DeskSessionQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="desk_session_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="desk_session_seats", condition=Q(seats__range=(1, MOST_SEATS))),
            # Made twice by two who did not know of each other, volunteers would be asked twice for one desk.
            models.UniqueConstraint(
                name="desk_session_once",
                fields=["organisation", "place", "starts_at"],
                condition=Q(called_off_at=None),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "starts_at"], name="desk_session_by_day"),
        ]

    def __str__(self) -> str:
        return f"desk session {self.pk}"


class SeatStatus(models.TextChoices):
    ASKED = "asked", "asked"
    TAKEN = "taken", "taken"
    WAITING = "waiting", "on the waiting list"
    DECLINED = "declined", "declined"
    LEFT = "left", "does not come"
    ENDED = "ended", "ended by us"
    CAME = "came", "was there"
    MISSED = "missed", "was not there"


_BACK = frozenset({SeatStatus.TAKEN, SeatStatus.WAITING, SeatStatus.CAME})
SEAT_MOVES: dict[str, frozenset[str]] = {
    SeatStatus.ASKED: _BACK | {SeatStatus.DECLINED, SeatStatus.ENDED},
    SeatStatus.TAKEN: frozenset({SeatStatus.LEFT, SeatStatus.ENDED, SeatStatus.CAME, SeatStatus.MISSED}),
    # In the last day whoever waits is asked whether they can still come.
    SeatStatus.WAITING: frozenset(
        {SeatStatus.TAKEN, SeatStatus.ASKED, SeatStatus.LEFT, SeatStatus.ENDED, SeatStatus.CAME}
    ),
    # Who said no, signed out, or could not be sent, may come after all; whoever walked in was there.
    SeatStatus.DECLINED: _BACK,
    SeatStatus.LEFT: _BACK,
    SeatStatus.ENDED: _BACK,
    # A list is put right.
    SeatStatus.CAME: frozenset({SeatStatus.MISSED}),
    SeatStatus.MISSED: frozenset({SeatStatus.CAME}),
}
COMING = (SeatStatus.TAKEN, SeatStatus.WAITING)


class SeatQuerySet(models.QuerySet["Seat"]):
    def of(self, organisation: Organisation) -> SeatQuerySet:
        return self.filter(session__organisation=organisation)

    def by(self, volunteer: Volunteer) -> SeatQuerySet:
        return self.filter(volunteer=volunteer)

    def taken(self) -> SeatQuerySet:
        return self.filter(status=SeatStatus.TAKEN)

    def asked(self) -> SeatQuerySet:
        """Those whose answer is awaited: none once the session has begun."""
        return self.filter(status=SeatStatus.ASKED)

    def touching(self, start: datetime, end: datetime) -> SeatQuerySet:
        """Seats whose busy time, travel included, overlaps this stretch."""
        return self.filter(busy_from__lt=end, busy_until__gt=start)


class Seat(models.Model):
    """What one volunteer has with one desk session: asked, coming, waiting for a seat, not coming, was there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(DeskSession, on_delete=models.CASCADE, related_name="signed")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="seats")
    status = models.CharField(max_length=10, choices=SeatStatus.choices, default=SeatStatus.ASKED)
    seat_number = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Which of the seats, from one.")
    letter = models.CharField(max_length=1, default="A", help_text="Tells it apart from other questions that are open.")
    busy_from = models.DateTimeField(help_text="With the volunteer's way there and back.")
    busy_until = models.DateTimeField()
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(default=0, help_text="How long they were there.")

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="seat_once", fields=["session", "volunteer"]),
            # However many sign up at the same instant, a seat is one person's.
            models.UniqueConstraint(name="seat_number_once", fields=["session", "seat_number"]),
            models.CheckConstraint(
                name="seat_number_iff_taken",
                condition=Q(status=SeatStatus.TAKEN, seat_number__gte=1)
                | (~Q(status=SeatStatus.TAKEN) & Q(seat_number=None)),
            ),
            # "B1" can mean one thing only.
            models.UniqueConstraint(
                name="seat_letter_once", fields=["volunteer", "letter"], condition=Q(status=SeatStatus.ASKED)
            ),
            models.CheckConstraint(
                name="seat_minutes_iff_came",
                condition=Q(status=SeatStatus.CAME, minutes__range=(1, MOST_MINUTES))
                | (~Q(status=SeatStatus.CAME) & Q(minutes=0)),
            ),
            models.CheckConstraint(
                name="seat_waits_since", condition=~Q(status=SeatStatus.WAITING, waiting_since=None)
            ),
            models.CheckConstraint(name="seat_busy_order", condition=Q(busy_until__gt=F("busy_from"))),
            models.CheckConstraint(name="seat_status_known", condition=Q(status__in=SeatStatus.values)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["volunteer", "busy_from"], name="seat_of_volunteer"),
        ]

    def __str__(self) -> str:
        return f"seat {self.pk}"

    # Read and answered like an offer, with one moment.

    @property
    def windows(self) -> list[tuple[datetime, datetime]]:
        return [self.window(1)]

    def window(self, choice: int) -> tuple[datetime, datetime]:
        return self.session.starts_at, self.session.ends_at
