"""Moments that must not be missed. A timer is a row; whoever looks finds it, whatever happened to the wake-up."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from digibel import clock
from digibel.scheduling.models import Timer

logger = logging.getLogger(__name__)

Bell = Callable[[uuid.UUID], None]


def set_timer(kind: str, subject_id: uuid.UUID, due_at: datetime) -> None:
    """Ring at that moment; set again, it moves."""
    Timer.objects.update_or_create(kind=kind, subject_id=subject_id, rung_at=None, defaults={"due_at": due_at})


def drop_timers(subject_id: uuid.UUID, *kinds: str) -> None:
    waiting = Timer.objects.filter(subject_id=subject_id, rung_at=None)
    (waiting.filter(kind__in=kinds) if kinds else waiting).delete()


def ring_due(bells: dict[str, Bell]) -> int:
    """Ring every timer that is due, in order. Each rings in a transaction of its own, together with its deed."""
    due = Timer.objects.filter(rung_at=None, due_at__lte=clock.now()).order_by("due_at", "pk")
    return sum(_ring_safely(pk, bells) for pk in list(due.values_list("pk", flat=True)))


def next_due() -> datetime | None:
    return Timer.objects.filter(rung_at=None).aggregate(due=Min("due_at"))["due"]


def _ring_safely(pk: int, bells: dict[str, Bell]) -> bool:
    """One bell that breaks must not keep the others silent; it is rung again next minute."""
    try:
        return _ring(pk, bells)
    except Exception as error:
        logger.error("timer failed", extra={"timer": pk, "error": type(error).__name__})
        return False


@transaction.atomic
def _ring(pk: int, bells: dict[str, Bell]) -> bool:
    timer = Timer.objects.select_for_update(skip_locked=True).filter(pk=pk, rung_at=None).first()
    if timer is None or timer.due_at > clock.now():
        return False
    Timer.objects.filter(pk=pk).update(rung_at=clock.now())
    bells[timer.kind](timer.subject_id)
    return True
