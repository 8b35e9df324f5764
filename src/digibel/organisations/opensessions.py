"""In which browsers somebody is in: found by opening every session, a few hundred, when somebody asks or leaves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from digibel.organisations.models import Staff


def of(staff: Staff) -> Iterator[tuple[str, dict[str, Any]]]:
    """The number of each session of theirs, and what is kept in it."""
    for row in Session.objects.filter(expire_date__gt=datetime.now(UTC)).iterator():
        kept = row.get_decoded()
        if kept.get(SESSION_KEY) == str(staff.pk):
            yield row.session_key, kept


def end(staff: Staff, *, which: Callable[[str], bool] = lambda number: True) -> int:
    """They are out with their next click: everywhere, or in the sessions of these numbers. How many."""
    numbers = [number for number, _ in of(staff) if which(number)]
    return Session.objects.filter(pk__in=numbers).delete()[0]
