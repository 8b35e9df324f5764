"""The database of keys: the latest state only, never in a backup of the data, never pointing at it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef


class PersonKeyQuerySet(models.QuerySet["PersonKey"]):
    def alive(self) -> "PersonKeyQuerySet":
        """Without those that were destroyed, even if an old copy of this database has brought one back."""
        return self.filter(~Exists(DestroyedKey.objects.filter(pk=OuterRef("pk"))))


class PersonKey(models.Model):
    """The key of one person, readable with a master key only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wrapped = models.BinaryField(max_length=100)
    master_id = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    objects = PersonKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.id)


class DestroyedKey(models.Model):
    """The ledger of erasures. It tells "erased" from "lost", and is replayed when an older database comes back."""

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["at"], name="destroyed_key_at")]

    def __str__(self) -> str:
        return str(self.id)
