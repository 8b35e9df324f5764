"""What matching keeps: what an organisation finds important, what a matcher chose for one request, what changed in the pool."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from digibel.organisations.models import Organisation
from digibel.requests.models import HelpRequest

# What the order of candidates is made of, and how much each counts where nobody chose otherwise.
CRITERIA = {"continuity": 8, "near": 4, "language": 3, "skill": 2, "fairness": 3, "load": 3, "choice": 1}
MOST_WEIGHT = 10


class MatchWeights(models.Model):
    """How much each criterion counts at one organisation, from 0 (not at all) to 10. No row: the defaults."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="match_weights")
    continuity = models.PositiveSmallIntegerField(default=CRITERIA["continuity"])
    near = models.PositiveSmallIntegerField(default=CRITERIA["near"])
    language = models.PositiveSmallIntegerField(default=CRITERIA["language"])
    skill = models.PositiveSmallIntegerField(default=CRITERIA["skill"])
    fairness = models.PositiveSmallIntegerField(default=CRITERIA["fairness"])
    load = models.PositiveSmallIntegerField(default=CRITERIA["load"])
    choice = models.PositiveSmallIntegerField(default=CRITERIA["choice"])
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)

    class Meta:
        verbose_name_plural = "match weights"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="weights_none_to_ten",
                condition=Q(**{f"{name}__lte": MOST_WEIGHT for name in CRITERIA}),
            ),
        ]

    def __str__(self) -> str:
        return f"weights of organisation {self.organisation_id}"


class MatchChoice(models.Model):
    """A matcher chose that an interpreter joins this visit by telephone: then no language has to be shared."""

    request = models.OneToOneField(HelpRequest, on_delete=models.CASCADE, related_name="match_choice")
    interpreter = models.BooleanField(default=False)
    chosen_at = models.DateTimeField()
    chosen_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"choice for request {self.request_id}"


class PoolChange(models.Model):
    """Something was written that the ranking reads: of which volunteer, or of which organisation. Written by triggers only.

    `nonce` tells a row from another that took its number after a roll-back. Rows are kept for a while, and mean nothing then.
    """

    class Kind(models.TextChoices):
        VOLUNTEER = "volunteer", "a volunteer"
        ORGANISATION = "organisation", "who is on duty, or the weights"
        EVERYTHING = "everything", "nobody was watching for a while"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    subject_id = models.UUIDField(default=uuid.uuid4)
    nonce = models.BigIntegerField()

    def __str__(self) -> str:
        return f"change {self.pk}"
