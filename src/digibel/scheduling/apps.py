from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class SchedulingConfig(AppConfig):
    name = "digibel.scheduling"

    def ready(self) -> None:
        post_migrate.connect(_set_schedules, sender=self)
        checks.register(import_string("digibel.scheduling.checks.mail_can_leave"))


def _set_schedules(using: str, **signal: Any) -> None:
    if using == "default":
        # Named, not imported: models are not there yet when this module is.
        import_string("digibel.scheduling.schedules.set_schedules")()
