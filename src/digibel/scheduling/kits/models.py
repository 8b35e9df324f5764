"""Kits: what a volunteer takes along to a visit and brings back. A kit is one thing, with a number on it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, OuterRef, Q

from digibel.organisations.models import Organisation

MOST_OF_A_KIND = 99


class KitKind(models.TextChoices):
    HOTSPOT = "hotspot", "mobile hotspot"
    CARD_READER = "card_reader", "card reader"
    TABLET = "tablet", "tablet"
    KEYBOARD = "keyboard", "large keyboard"


class KitQuerySet(models.QuerySet["Kit"]):
    def of(self, organisation: Organisation) -> KitQuerySet:
        return self.filter(organisation=organisation)

    def in_use(self) -> KitQuerySet:
        return self.filter(retired_at=None)


class Kit(models.Model):
    """One thing of an organisation. Its number is on a sticker, and never given to another of that kind."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="kits")
    kind = models.CharField(max_length=12, choices=KitKind.choices)
    number = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="Broken, lost, given away: nobody takes it along."
    )

    objects = KitQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "number")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="kit_number_once", fields=["organisation", "kind", "number"]),
            models.CheckConstraint(name="kit_kind_known", condition=Q(kind__in=KitKind.values)),
            models.CheckConstraint(name="kit_number_range", condition=Q(number__range=(1, MOST_OF_A_KIND))),
        ]

    def __str__(self) -> str:
        return f"kit {self.pk}"


class KitLoanQuerySet(models.QuerySet["KitLoan"]):
    def of(self, organisation: Organisation) -> KitLoanQuerySet:
        return self.filter(kit__organisation=organisation)

    def open(self) -> KitLoanQuerySet:
        return self.filter(back_at=None)

    def touching(self, first_day: date | OuterRef, last_day: date | OuterRef) -> KitLoanQuerySet:
        return self.filter(first_day__lte=last_day, last_day__gte=first_day)

    def overdue(self, today: date) -> KitLoanQuerySet:
        """What should have been back yesterday, or earlier."""
        return self.open().filter(last_day__lt=today)


class KitLoan(models.Model):
    """A kit is kept for one visit: its volunteer has it from the first day until the last, both included, local days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kit = models.ForeignKey(Kit, on_delete=models.PROTECT, related_name="loans")
    visit = models.ForeignKey("scheduling.Visit", on_delete=models.PROTECT, related_name="kit_loans")
    first_day = models.DateField()
    last_day = models.DateField(help_text="When it has to be back.")
    handed_at = models.DateTimeField(null=True, blank=True, help_text="When the volunteer got it.")
    back_at = models.DateTimeField(null=True, blank=True)

    objects = KitLoanQuerySet.as_manager()

    class Meta:
        ordering = ("first_day", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="kit_loan_days_in_order", condition=Q(last_day__gte=F("first_day"))),
            models.CheckConstraint(
                name="kit_loan_back_after_handed", condition=Q(back_at=None) | Q(back_at__gte=F("handed_at"))
            ),
            # On PostgreSQL no two open loans of a kit touch (migration `kits`). And whatever the days say: in one pair of hands.
            models.UniqueConstraint(
                name="kit_in_one_pair_of_hands", fields=["kit"], condition=Q(handed_at__isnull=False, back_at=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kit", "last_day"], name="kit_loan_by_day"),
        ]

    def __str__(self) -> str:
        return f"kit loan {self.pk}"
