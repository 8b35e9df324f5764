"""Keys live in a database of their own, which is never in the data's backup."""

from typing import Any

from django.db.models import Model

KEYS = "keys"
ROOM = "sealing"


def only_room_in(alias: str) -> str | None:
    """The one room whose migrations this database waits for; None where it waits for all.

    Django would walk through every migration of the house only to leave it out here, which takes longer than all the tables.
    """
    return ROOM if alias == KEYS else None


class KeysRouter:
    """Sends the models of this room, and no others, to the database of keys."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return KEYS if model._meta.app_label == ROOM else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return KEYS if model._meta.app_label == ROOM else None

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        """No foreign key can cross from one database to the other."""
        rooms = {one._meta.app_label, other._meta.app_label}
        return len(rooms) == 1 if ROOM in rooms else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if app_label == ROOM or db == KEYS:
            return app_label == ROOM and db == KEYS
        return None
