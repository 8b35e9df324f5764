from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class ReportsConfig(AppConfig):
    name = "digibel.reports"

    def ready(self) -> None:
        post_migrate.connect(_set_schedules, sender=self)


def _set_schedules(using: str, **signal: Any) -> None:
    if using == "default":
        # Named, not imported: models are not there yet when this module is.
        import_string("digibel.reports.schedules.set_schedules")()
