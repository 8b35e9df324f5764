"""Clients: the person, the door, whom they named, their own yes, and what two rows of one person were before they were merged."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from digibel.notifications.models import Recipient
from digibel.organisations.models import Organisation
from digibel.sealing.fields import SealedTextField


class Wish(models.TextChoices):
    """Whom the client lets in. The reason is nobody's business and is not stored."""

    ANYBODY = "", "anybody"
    WOMAN = "woman", "a woman"
    MAN = "man", "a man"


class Gone(models.TextChoices):
    """Why everything is silent. Empty where nobody said which of the two."""

    MOVED = "moved", "moved"
    DIED = "died", "died"


class MoneyKind(models.TextChoices):
    """By what right somebody else decides about a client's money."""

    ADMINISTRATOR = "administrator", "administrator named by the justice of the peace"
    CARE_MANDATE = "care_mandate", "care mandate"
    BANK_MANDATE = "bank_mandate", "mandate at the bank"


class ClientQuerySet(models.QuerySet["Client"]):
    def of(self, organisation: Organisation) -> ClientQuerySet:
        return self.filter(organisation=organisation)


class Client(models.Model):
    """Somebody who is visited at home. What says who or where is sealed; what matching needs is open and says nothing of who.

    There is no field for a diagnosis, a national number or a bank, and there will not be one (GDPR art. 9; Act of 8 August 1983).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="clients")
    recipient = models.OneToOneField(Recipient, on_delete=models.PROTECT, related_name="client")
    key_id = models.UUIDField()
    created_at = models.DateTimeField()

    first_name = SealedTextField(is_name=True)
    family_name = SealedTextField()
    address_as = SealedTextField(blank=True, default="", help_text="What the bell says: Mevrouw Peeters.")
    street = SealedTextField()
    house_number = SealedTextField()
    box = SealedTextField(blank=True, default="")
    bell = SealedTextField(blank=True, default="")
    door_note = SealedTextField(blank=True, default="")
    # Sealed, as a bell that flashes says something of who it is for. Null: from before there was such a list.
    access = SealedTextField(  # type: ignore[misc]
        null=True, blank=True, help_text="Codes of `access_notes.toml`, with commas between."
    )
    contact_name = SealedTextField(blank=True, default="", help_text="Whom to ring when nobody opens.")
    contact_phone = SealedTextField(blank=True, default="")
    trusted_worker = SealedTextField(
        blank=True, default="", help_text="Who passes messages on, where we cannot reach them."
    )
    trusted_worker_phone = SealedTextField(blank=True, default="")
    interpreter = SealedTextField(blank=True, default="", help_text="A named adult, never a child.")
    decides_about_money = SealedTextField(blank=True, default="", help_text="An administrator or a care mandate.")
    # NULL is a client of before it was asked.
    money_phone = SealedTextField(  # type: ignore[misc]
        null=True, blank=True, help_text="Of who decides about money."
    )
    money_kind = models.CharField(max_length=16, choices=MoneyKind.choices, blank=True, default="")
    reception = models.BooleanField(
        default=False,
        help_text="Who passes messages on is a reception: it knows the appointment and never the codeword.",
    )
    version = models.PositiveIntegerField(default=1, help_text="Raised with each correction of what we know.")

    postcode = models.CharField(max_length=4)
    floor = models.SmallIntegerField(null=True, blank=True)
    lift = models.BooleanField(default=False)
    dog = models.BooleanField(default=False)
    smoke = models.BooleanField(default=False)
    speaks = models.JSONField(default=list, help_text="Language codes, best first.")
    reads = models.JSONField(default=list, help_text="Language codes, best first; may be empty.")
    wish = models.CharField(max_length=8, choices=Wish.choices, default=Wish.ANYBODY, blank=True)

    away_until = models.DateField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True, help_text="Moved or died: everything is silent.")
    gone_as = models.CharField(max_length=8, choices=Gone.choices, blank=True, default="")

    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Was known twice: look there.",
    )

    objects = ClientQuerySet.as_manager()

    def __str__(self) -> str:
        return f"client {self.pk}"

    @property
    def access_codes(self) -> list[str]:
        return self.access.split(",") if self.access else []

    @property
    def called(self) -> str:
        """How the desk names them: as the bell says, else first and family name."""
        return self.address_as or f"{self.first_name} {self.family_name}".strip()


class Merge(models.Model):
    """Two rows were one person, and one of them is a pointer now. What each was before, so that it can be undone.

    What stood in the survivor is sealed with the survivor's key, and how the other was reached with the other's: erasing either
    forgets its own half.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="merges")
    merged = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="merged_by")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=80, blank=True, default="")
    kept_before = SealedTextField(key="kept.key_id", help_text="JSON: what stood there, field by field.")
    kept_after = SealedTextField(key="kept.key_id", help_text="JSON: what the merge made of it.")
    merged_before = SealedTextField(key="merged.key_id", help_text="JSON: how the other was reached.")

    class Meta:
        ordering = ("-made_at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Nobody is merged into two people.
            models.UniqueConstraint(name="merge_once", fields=["merged"], condition=Q(undone_at=None)),
            models.CheckConstraint(name="merge_of_two", condition=~Q(kept=F("merged"))),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"


class MovedRow(models.Model):
    """One row that a merge moved: what is not here stays with the survivor when it is undone."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="moved")
    model = models.CharField(max_length=60, help_text="requests.helprequest")
    row = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="moved_once", fields=["merge", "model", "row"]),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row}"


class NamedHelper(models.Model):
    """Somebody the client named: a daughter, a neighbour. What they may do is the client's to say, and to take back."""

    MOST: ClassVar[int] = 4

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="named_helpers")
    name = SealedTextField(key="client.key_id")
    phone = SealedTextField(key="client.key_id", blank=True, default="")
    may_change = models.BooleanField(default=False, help_text="May change a request or its moments.")
    may_hear_word = models.BooleanField(default=False, help_text="May hear the codeword.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"helper of client {self.client_id}"


class NameToken(models.Model):
    """A keyed trace of one part of a name, so that a sealed name can be found. Goes when the person is forgotten."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="name_tokens")
    token = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return f"token of client {self.client_id}"


class Consent(models.Model):
    """The client's own yes, as it was spoken: who, when, in which language, to which version of the text (GDPR art. 7, 9.2.a)."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    given_at = models.DateTimeField()
    language = models.CharField(max_length=8)
    text_version = models.CharField(max_length=20)
    recorded_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"consent of client {self.client_id}"


class StaffFirstQuerySet(models.QuerySet["StaffFirst"]):
    def standing(self) -> StaffFirstQuerySet:
        return self.filter(released_at=None)


class StaffFirst(models.Model):
    """Something about this home is for staff first: no volunteer is asked or sent until one of them says why that may be.

    It holds for whatever this client asks. What it is stays with the staff, and is on no offer, text or card.
    """

    class Why(models.TextChoices):
        PESTS = "pests", "vermin in the home"
        AGGRESSION = "aggression", "somebody there was aggressive"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="staff_first")
    key_id = models.UUIDField(help_text="The client's key.")
    why = SealedTextField(help_text="Codes of `Why`, with commas between.")
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=80)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=80, blank=True, default="")
    reason = SealedTextField(null=True, blank=True, help_text="Why a volunteer may go.")  # type: ignore[misc]

    objects = StaffFirstQuerySet.as_manager()

    class Meta:
        ordering = ("-noted_at",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Noted twice at the same instant it is one, and one release lets them go.
            models.UniqueConstraint(name="staff_first_once", fields=["client"], condition=Q(released_at=None)),
            # Nobody is let go by nobody.
            models.CheckConstraint(
                name="staff_first_released_by_somebody",
                condition=Q(released_at=None, released_by="") | (Q(released_at__isnull=False) & ~Q(released_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"staff first at client {self.client_id}"

    @property
    def codes(self) -> list[str]:
        return self.why.split(",") if self.why else []
