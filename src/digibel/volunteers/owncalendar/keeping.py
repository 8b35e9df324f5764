"""Giving, refreshing and forgetting somebody's own calendar. Kept is from when until when they are busy in the coming weeks."""

import logging
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import transaction
from django_q.tasks import async_task

from digibel import clock, outside
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.problems import Problem
from digibel.volunteers.models import BusyTime, OwnCalendar, Volunteer
from digibel.volunteers.owncalendar import reading

logger = logging.getLogger(__name__)

AHEAD: Final = timedelta(weeks=6)
AGAIN_AFTER: Final = timedelta(hours=4)
AGAIN_AFTER_FAILURE: Final = timedelta(hours=12)
READING_TAKES_AT_MOST: Final = 2 * reading.SECONDS
AT_ONCE: Final = 100


class NoCalendarAddress(Problem):
    code = "no_calendar_address"
    message = "This is no address of a calendar. Copy it from the settings of the calendar: it begins with https://."


@transaction.atomic
def give(volunteer: Volunteer, address: str, *, by: Actor) -> OwnCalendar:
    """Look there from now on, every few hours. Another address takes the place of the first one. Raises `NoCalendarAddress`."""
    address = address.strip()
    if address.startswith("webcal://"):
        address = f"https://{address.removeprefix('webcal://')}"
    try:
        outside.check(address)
    except outside.NotReached:
        raise NoCalendarAddress from None
    Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
    _forget(volunteer)
    made = OwnCalendar.objects.create(volunteer=volunteer, key_id=volunteer.key_id, address=address, due_at=clock.now())
    record("volunteer.calendar_given", volunteer, by=by)
    transaction.on_commit(lambda: _queue(made.pk))
    return made


@transaction.atomic
def take_back(volunteer: Volunteer, *, by: Actor) -> None:
    """Look there no more, and forget what was found."""
    Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
    if _forget(volunteer):
        record("volunteer.calendar_gone", volunteer, by=by)


def _forget(volunteer: Volunteer) -> int:
    BusyTime.objects.filter(volunteer=volunteer).delete()
    return OwnCalendar.objects.filter(volunteer=volunteer).delete()[0]


def sweep() -> int:
    """Queue those that are due. Every hour; a lost task is due again at the next one. Returns how many."""
    due = OwnCalendar.objects.filter(due_at__lte=clock.now(), volunteer__left_at=None).order_by("due_at")
    ids = list(due.values_list("pk", flat=True)[:AT_ONCE])
    for calendar_id in ids:
        _queue(calendar_id)
    BusyTime.objects.filter(ends_at__lte=clock.now()).delete()
    return len(ids)


def _queue(calendar_id: uuid.UUID) -> None:
    async_task("digibel.volunteers.owncalendar.keeping.refresh", str(calendar_id))


def refresh(calendar_id: str) -> None:
    """Fetch and read, outside any transaction; then keep what was found. Whoever comes second finds it no longer due."""
    now = clock.now()
    mine = OwnCalendar.objects.filter(pk=calendar_id, due_at__lte=now, volunteer__left_at=None)
    if not mine.update(due_at=now + AGAIN_AFTER):
        return
    calendar = OwnCalendar.objects.get(pk=calendar_id)
    try:
        found = read(outside.fetch(str(calendar.address), accept="text/calendar"), since=now)
    except outside.NotReached as problem:
        OwnCalendar.objects.filter(pk=calendar_id).update(
            failed_at=now, failure=problem.code, due_at=now + AGAIN_AFTER_FAILURE
        )
        logger.info("calendar not read", extra={"calendar_id": calendar_id, "code": problem.code})
        return
    _keep(calendar, found, now)


def read(body: bytes, *, since: datetime) -> set[tuple[datetime, datetime]]:
    """Stretches of the coming weeks. In a program of its own (`reading`); raises `NotReached` whatever goes wrong there."""
    moments = (str(int(one.timestamp())) for one in (since, since + AHEAD))
    command = [sys.executable, "-P", str(Path(reading.__file__)), *moments]
    try:
        done = subprocess.run(
            command, input=body, capture_output=True, timeout=READING_TAKES_AT_MOST, check=True, env={}
        )
    except (subprocess.SubprocessError, OSError):
        raise outside.NotReached("unreadable") from None
    lines = (line.split() for line in done.stdout.decode().splitlines())
    return {(datetime.fromtimestamp(int(start), UTC), datetime.fromtimestamp(int(end), UTC)) for start, end in lines}


@transaction.atomic
def _keep(calendar: OwnCalendar, found: set[tuple[datetime, datetime]], now: datetime) -> None:
    """Only what changed is written: every row written is a change of the pool. Gone meanwhile, nothing is kept."""
    Volunteer.objects.select_for_update(no_key=True).get(pk=calendar.volunteer_id)
    still = OwnCalendar.objects.filter(pk=calendar.pk)
    if not still.update(succeeded_at=now, failure=""):
        return
    known = {(one.starts_at, one.ends_at): one.pk for one in BusyTime.objects.filter(volunteer=calendar.volunteer_id)}
    BusyTime.objects.filter(pk__in=[pk for stretch, pk in known.items() if stretch not in found]).delete()
    BusyTime.objects.bulk_create(
        BusyTime(volunteer_id=calendar.volunteer_id, starts_at=start, ends_at=end)
        for start, end in sorted(found - known.keys())
    )
