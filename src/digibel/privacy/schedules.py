"""The nightly sweep, woken by the queue on every installation."""

from typing import Any

from django.utils import timezone
from django_q.models import Schedule

SCHEDULES: dict[str, dict[str, Any]] = {
    "every night: forget": {"func": "digibel.privacy.tasks.forget", "schedule_type": Schedule.DAILY},
    # What a volunteer could still read in the log of texts goes within the hour in which their view closes.
    "every hour: forget addresses": {
        "func": "digibel.privacy.tasks.forget_addresses",
        "schedule_type": Schedule.HOURLY,
    },
}


def set_schedules() -> None:
    """Make those that are missing; what an operator has changed stays."""
    for name, fields in SCHEDULES.items():
        Schedule.objects.get_or_create(name=name, defaults={**fields, "next_run": timezone.now()})
