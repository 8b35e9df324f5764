"""Moments that must not be missed. A timer is a row; whoever looks finds it, whatever happened to the wake-up."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from digibel import clock
from digibel.notifications.steps import one_by_one
from digibel.scheduling.locks import lock_around
from digibel.scheduling.models import Timer

Bell = Callable[[uuid.UUID], None]


def set_timer(kind: str, subject_id: uuid.UUID, due_at: datetime) -> None:
    """Ring at that moment; set again, it moves."""
    Timer.objects.update_or_create(kind=kind, subject_id=subject_id, rung_at=None, defaults={"due_at": due_at})


def start_timers(subject_id: uuid.UUID, moments: Iterable[tuple[str, datetime]]) -> None:
    """The timers of something new, which has none yet: one statement for all."""
    Timer.objects.bulk_create(Timer(kind=kind, subject_id=subject_id, due_at=due_at) for kind, due_at in moments)


def drop_timers(subject_id: uuid.UUID, *kinds: str) -> None:
    waiting = Timer.objects.filter(subject_id=subject_id, rung_at=None)
    (waiting.filter(kind__in=kinds) if kinds else waiting).delete()


def drop_all_timers(subject_ids: Sequence[uuid.UUID], *kinds: str) -> None:
    Timer.objects.filter(subject_id__in=subject_ids, rung_at=None, kind__in=kinds).delete()


def ring_due(bells: dict[str, Bell]) -> int:
    """Ring every timer that is due, in order. Each rings in a transaction of its own, together with its deed."""
    due = Timer.objects.filter(rung_at=None, due_at__lte=clock.now()).order_by("due_at", "pk")
    return one_by_one(due.values_list("pk", flat=True), lambda pk: _ring(pk, bells), what="timer")


def next_due() -> datetime | None:
    return Timer.objects.filter(rung_at=None).aggregate(due=Min("due_at"))["due"]


@transaction.atomic
def _ring(pk: int, bells: dict[str, Bell]) -> bool:
    waiting = Timer.objects.filter(pk=pk, rung_at=None)
    # What it is about comes first, as in every deed: a deed drops the timers of what it holds.
    if (subject_id := waiting.values_list("subject_id", flat=True).first()) is None:
        return False
    lock_around(subject_id)
    timer = waiting.select_for_update(skip_locked=True).first()
    if timer is None or timer.due_at > clock.now():
        return False
    Timer.objects.filter(pk=pk).update(rung_at=clock.now())
    bells[timer.kind](timer.subject_id)
    return True
