"""Somebody to record deeds about."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import models

from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.audit.recording import record


class Visit(models.Model):
    """Never saved: an audit row keeps the id of its subject and nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        app_label = "audit_cast"

    def __str__(self) -> str:
        return str(self.id)


@dataclass
class Diary:
    """Records deeds about one visit."""

    visit: Visit = field(default_factory=lambda: Visit(id=UUID(int=7)))

    def write(self, count: int = 1, *, at: datetime = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)) -> list[Event]:
        with clock.travel(at):
            return [record("visit.booked", self.visit, by=SYSTEM, number=number) for number in range(count)]


@pytest.fixture
def diary() -> Diary:
    return Diary()
