"""How far the demo's clock runs ahead of the machine's."""

from django.db import models
from django.db.models import Q


class DemoClock(models.Model):
    """One row. The demo's now is the machine's plus this; it only ever grows, as time does."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    ahead = models.DurationField()

    class Meta:
        constraints = (models.CheckConstraint(name="demo_has_one_clock", condition=Q(id=1)),)

    def __str__(self) -> str:
        return f"ahead by {self.ahead}"
