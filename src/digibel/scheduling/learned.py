"""What is remembered of earlier offers: one dated row about the pool, and two counts about a person. No texts, no reasons."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from digibel.volunteers.models import Volunteer


class Lesson(models.Model):
    """How often the pool said yes and how long it took, as it was believed from this moment on (see `asking/lessons.py`)."""

    learned_at = models.DateTimeField()
    offers = models.PositiveIntegerField(help_text="From how many offers this was learned.")
    accept = models.FloatField()
    decline = models.FloatField()
    median_minutes = models.FloatField(help_text="Of the hours in which people answer.")
    sigma = models.FloatField()
    groups = models.JSONField(
        default=dict, help_text="Group (hour, day, distance, times asked) to ratio of acceptance."
    )

    class Meta:
        get_latest_by = "learned_at"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="lesson_chances_possible", condition=Q(accept__gt=0, decline__gt=0, accept__lt=1, decline__lt=1)
            ),
            models.CheckConstraint(name="lesson_delay_possible", condition=Q(median_minutes__gt=0, sigma__gt=0)),
        ]

    def __str__(self) -> str:
        return f"lesson of {self.learned_at:%Y-%m-%d}"


class AnswerCount(models.Model):
    """How many offers somebody had and accepted, and how many yeses the pool would have given. It never changes who comes first."""

    volunteer = models.OneToOneField(Volunteer, primary_key=True, on_delete=models.CASCADE, related_name="answer_count")
    offers = models.PositiveIntegerField()
    yeses = models.PositiveIntegerField()
    expected = models.FloatField()

    def __str__(self) -> str:
        return f"answers of {self.volunteer_id}"
