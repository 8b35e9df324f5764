"""When the promises were looked at last, and how many were broken: one row, written every night."""

from datetime import datetime, timedelta

from django.db import models

from digibel import clock

EVERY = timedelta(hours=26)
"""A night, and two hours of slack."""


class PromisesChecked(models.Model):
    at = models.DateTimeField(help_text="On the machine's clock, as the queue.")
    broken = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"promises checked, {self.broken} broken"


def note(broken: int) -> None:
    PromisesChecked.objects.update_or_create(pk=1, defaults={"at": clock.machine_time(), "broken": broken})


def last() -> tuple[datetime, int] | None:
    return PromisesChecked.objects.values_list("at", "broken").first()
