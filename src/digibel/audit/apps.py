from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AuditConfig(AppConfig):
    name = "digibel.audit"

    def ready(self) -> None:
        from digibel.audit import triggers

        # Not in a migration: SQLite drops the triggers whenever it rebuilds a table.
        pre_migrate.connect(triggers.remove_before_migrate, sender=self, dispatch_uid="audit.triggers")
        post_migrate.connect(triggers.install_after_migrate, sender=self, dispatch_uid="audit.triggers")
