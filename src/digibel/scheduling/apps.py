from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import import_string


class SchedulingConfig(AppConfig):
    name = "digibel.scheduling"

    def ready(self) -> None:
        post_migrate.connect(_set_schedules, sender=self)
        checks.register(import_string("digibel.scheduling.checks.mail_can_leave"))
        pre_migrate.connect(_let_go_of_pool, sender=self)
        post_migrate.connect(_watch_pool, sender=self)


def _set_schedules(using: str, **signal: Any) -> None:
    if using == "default":
        # Named, not imported: models are not there yet when this module is.
        import_string("digibel.scheduling.schedules.set_schedules")()


def _let_go_of_pool(using: str, plan: Any, **signal: Any) -> None:
    import_string("digibel.scheduling.matching.triggers.remove_before_migrate")(using=using, plan=plan)


def _watch_pool(using: str, **signal: Any) -> None:
    import_string("digibel.scheduling.matching.triggers.install_after_migrate")(using=using)
