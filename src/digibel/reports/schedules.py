"""The nightly look whether a quarter is over, woken by the queue on every installation."""

from typing import Any

from django.utils import timezone
from django_q.models import Schedule

SCHEDULES: dict[str, dict[str, Any]] = {
    "every night: close quarters": {"func": "digibel.reports.tasks.close_quarters", "schedule_type": Schedule.DAILY},
}


def set_schedules() -> None:
    """Make those that are missing; what an operator has changed stays."""
    for name, fields in SCHEDULES.items():
        Schedule.objects.get_or_create(name=name, defaults={**fields, "next_run": timezone.now()})
