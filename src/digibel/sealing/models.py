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


class Standing(models.Model):
    """What somebody said or did that must stay true when an older copy of the data comes back: the last word about each subject.

    Ids and codes only. It lies here, as here alone nothing is restored with the data.
    """

    class What(models.TextChoices):
        STOP = "stop", "wants no texts"
        START = "start", "wants texts again"
        CARD = "card", "a card was revoked"
        WORD = "word", "a codeword was changed"
        NO_YES = "no_yes", "a yes was taken back"
        YES = "yes", "a yes was given again"
        KEPT = "kept", "kept and not used"
        USED = "used", "used again"
        GONE = "gone", "moved or died"
        BACK = "back", "a mistake: still here"
        WRONG = "wrong", "a stranger answers at the number"
        RIGHT = "right", "the number is theirs, or another one"
        REPORTED = "reported", "reported by a client: pauses until a person decides"
        DECIDED = "decided", "a person decided, or ended the pause"
        STRICTER = "stricter", "an organisation is stricter about a task"
        ENDED = "ended", "that was ended"
        NEVER = "never", "a client never wants this volunteer again"
        WELCOME = "welcome", "that was taken away"

    TOPICS: ClassVar[list[tuple[str, str]]] = [
        ("texts", "texts"),
        ("card", "card"),
        ("word", "codeword"),
        ("yes", "own yes"),
        ("use", "use of what is known"),
        ("gone", "moved or died"),
        ("number", "wrong number"),
        ("pause", "pause of somebody reported"),
        ("rule", "stricter rule"),
        ("pair", "client and volunteer"),
    ]

    topic = models.CharField(max_length=8, choices=TOPICS, help_text="One entry for each of them and subject.")
    subject_id = models.UUIDField()
    what = models.CharField(max_length=8, choices=What.choices)
    at = models.DateTimeField()
    value = models.PositiveIntegerField(default=0, help_text="The version of the card; how strict, from which day.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="standing_last_word", fields=["topic", "subject_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.subject_id}"
