"""Three tables that are only ever added to. The database itself refuses the rest: see `triggers`."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from digibel.audit.actors import Actor


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, subject: models.Model) -> "EventQuerySet":
        return self.filter(subject_kind=kind_of(subject), subject_id=str(subject.pk))

    def by(self, actor: Actor) -> "EventQuerySet":
        return self.filter(actor=str(actor))

    def of_organisation(self, organisation_id: UUID) -> "EventQuerySet":
        return self.filter(organisation_id=organisation_id)

    def newest_first(self) -> "EventQuerySet":
        return self.order_by("-id")


class Event(models.Model):
    """Somebody did or saw something. Ids, codes and counts only: an erased person leaves nothing here to erase."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    # No foreign keys: the audit lies below every room, and outlives what it tells about.
    organisation_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=80)
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_kind", "subject_id"], name="event_subject"),
            models.Index(fields=["organisation_id", "at"], name="event_organisation"),
            models.Index(fields=["actor", "at"], name="event_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.actor} {self.verb} {self.subject_kind} {self.subject_id}"


class Seal(models.Model):
    """A segment of the chain: all events from `first_id` to `last_id`, except `gaps`, and the late `stragglers`.

    An id may be handed out before, and committed after, its neighbours'. So a segment says which ids it did not see
    (ranges `[from, to]`), and one that turns up later is sealed as a straggler of a later segment.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    gaps = models.JSONField(default=list)
    stragglers = models.JSONField(default=list)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(help_text="The latest moment among its events.")
    hash = models.CharField(max_length=64, unique=True)
    # Unique, so that the chain cannot fork when two processes seal at once.
    previous_hash = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"segment {self.id} (events {self.first_id} to {self.last_id})"

    def lacks(self, event_id: int) -> bool:
        """Whether this id lies within the segment but had not been seen when it was sealed."""
        return any(first <= event_id <= last for first, last in self.gaps)


class Expiry(models.Model):
    """Events up to `through_id` were dropped because their time was over. This row is also the permission to drop them."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    through_id = models.BigIntegerField(db_index=True)
    seal = models.OneToOneField(Seal, on_delete=models.PROTECT, help_text="The last segment that was dropped.")

    def __str__(self) -> str:
        return f"dropped through {self.through_id}"


def kind_of(subject: models.Model | type[models.Model]) -> str:
    """`requests.client`: the same word for a model everywhere in the audit."""
    return subject._meta.label_lower
