"""Addresses of programs that want to hear what happens, and what was brought there."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from digibel.organisations.models import Organisation
from digibel.sealing.fields import SealedTextField


class HookQuerySet(models.QuerySet["Hook"]):
    def of(self, organisation: Organisation) -> HookQuerySet:
        """Those that hear."""
        return self.filter(organisation=organisation, ended_at=None)


class Hook(models.Model):
    """A program of the organisation hears each event at this address. Ended, it stays a while: a deed may be telling it just now.

    Address and secret open what is theirs, so both are sealed; the secret is shown once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="hooks")
    name = models.CharField(max_length=60)
    key_id = models.UUIDField()
    address = SealedTextField(max_length=1000)
    secret = SealedTextField(max_length=80)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = HookQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "pk")

    def __str__(self) -> str:
        return f"hook {self.pk}"


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    DELIVERED = "delivered", "delivered"
    GIVEN_UP = "given_up", "given up"


class Delivery(models.Model):
    """An event on its way to a hook. Only the database writes it, with the event itself: see `triggers`.

    The number is the event's in the audit: what is said of it is worked out when it leaves, and no word is kept here.
    """

    id = models.BigAutoField(primary_key=True)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.BigIntegerField()
    stream = models.CharField(
        max_length=40, help_text="The request or the client it is about: within it the order is kept."
    )
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="delivery_once", fields=["hook", "event_id"]),
            models.CheckConstraint(name="delivery_status_known", condition=Q(status__in=DeliveryStatus.values)),
            # Whoever looks when it ended finds it, and what waits has no end.
            models.CheckConstraint(
                name="delivery_done_when_it_ended", condition=Q(status="waiting") ^ Q(done_at__isnull=False)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["hook", "not_before"], condition=Q(status="waiting"), name="delivery_due"),
            models.Index(
                fields=["hook", "stream", "event_id"], condition=Q(status="waiting"), name="delivery_in_order"
            ),
            models.Index(fields=["done_at"], name="delivery_done"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
