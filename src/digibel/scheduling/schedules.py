"""The queue's own alarm clock: what it wakes, and how often. Set after every migration, so that no installation lacks it."""

from typing import Any

from django.utils import timezone
from django_q.models import Schedule

SCHEDULES: dict[str, dict[str, Any]] = {
    "every minute": {"func": "digibel.scheduling.tasks.every_minute", "schedule_type": Schedule.MINUTES, "minutes": 1},
    "every hour": {"func": "digibel.scheduling.tasks.every_hour", "schedule_type": Schedule.HOURLY},
    "every night": {"func": "digibel.scheduling.tasks.every_night", "schedule_type": Schedule.DAILY},
}


def set_schedules() -> None:
    """Make those that are missing; what an operator has changed stays. On the machine's time, as the queue is."""
    for name, fields in SCHEDULES.items():
        Schedule.objects.get_or_create(name=name, defaults={**fields, "next_run": timezone.now()})
