"""What was paid to volunteers for their expenses (Act of 3 July 2005, art. 10). No account number is kept anywhere."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from digibel.organisations.models import Organisation
from digibel.volunteers.models import Volunteer


class Way(models.TextChoices):
    CASH = "cash", "in cash, against a signed receipt"
    TRANSFER = "transfer", "by transfer"


class ExpenseKind(models.TextChoices):
    """The flat rate and real costs do not mix in a calendar year; kilometres may be added to either."""

    FLAT = "flat", "flat rate"
    KM = "km", "kilometres"
    REAL = "real", "real costs"


class RealCost(models.TextChoices):
    """What was bought. A closed list: a sentence could say where somebody went."""

    TICKET = "ticket", "ticket for tram, bus, metro or train"
    PARKING = "parking", "parking"
    TELEPHONE = "telephone", "telephone and data"
    MATERIAL = "material", "material"
    OTHER = "other", "other, with proof"


class Payment(models.Model):
    """One amount handed over or transferred to one volunteer, with a number for its receipt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="payments")
    year = models.PositiveSmallIntegerField(help_text="The calendar year of the days it is for.")
    number = models.PositiveIntegerField(help_text="Of the receipt, from one in each organisation and year.")
    way = models.CharField(max_length=8, choices=Way.choices)
    paid_on = models.DateField()
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    signed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("year", "number")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="receipt_number_once", fields=["organisation", "year", "number"]),
            models.CheckConstraint(name="payment_pays_something", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="payment_way_known", condition=Q(way__in=Way.values)),
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def receipt(self) -> str:
        """ "2026-0012"."""
        return f"{self.year}-{self.number:04d}"


class Expense(models.Model):
    """One line of a payment: a day worked at the flat rate, kilometres of that day, or what that day really cost."""

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="expenses")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=4, choices=ExpenseKind.choices)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    km = models.PositiveSmallIntegerField(default=0)
    what = models.CharField(max_length=12, blank=True, default="", help_text="Car or bicycle; or what was bought.")

    class Meta:
        ordering = ("day", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A day is worked once, however many visits it held.
            models.UniqueConstraint(
                name="flat_rate_once_a_day",
                fields=["volunteer", "organisation", "day"],
                condition=Q(kind=ExpenseKind.FLAT),
            ),
            models.CheckConstraint(name="expense_costs_something", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="expense_kind_known", condition=Q(kind__in=ExpenseKind.values)),
            models.CheckConstraint(
                name="expense_km_only_of_kilometres",
                condition=Q(kind=ExpenseKind.KM, km__gt=0) | (~Q(kind=ExpenseKind.KM) & Q(km=0)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["volunteer", "day"], name="expense_of_year")]

    def __str__(self) -> str:
        return f"expense {self.pk}"
