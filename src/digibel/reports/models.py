"""What was counted of a quarter that is over: numbers by place, and nobody in them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from digibel.organisations.models import Organisation


class ClosedQuarter(models.Model):
    """A quarter of which the figures stand: what was told to a funder is told the same a year later, whoever was forgotten."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(help_text="1 to 4.")
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ("year", "number")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two nights at once would count everything twice.
            models.UniqueConstraint(name="quarter_closed_once", fields=["organisation", "year", "number"]),
            models.CheckConstraint(name="quarter_one_to_four", condition=Q(number__range=(1, 4))),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"


class Figure(models.Model):
    """How often one thing happened in one postcode, and to how many people. One thing at a time: never a language together
    with a topic, never a day, never an id. So no row tells two things of anybody, and no row is somebody.
    """

    quarter = models.ForeignKey(ClosedQuarter, on_delete=models.CASCADE, related_name="figures")
    postcode = models.CharField(max_length=4, blank=True, default="", help_text="Empty: of the whole organisation.")
    measure = models.CharField(max_length=24, help_text="requests.language")
    value = models.CharField(max_length=50, blank=True, default="", help_text="nl; empty: all of them.")
    number = models.PositiveIntegerField()
    people = models.PositiveIntegerField(help_text="How many different people it was.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="figure_once", fields=["quarter", "postcode", "measure", "value"]),
            models.CheckConstraint(name="figure_counts_more_than_people", condition=Q(number__gte=F("people"))),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.value}"
