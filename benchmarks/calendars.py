"""How fast a calendar of 500 events is written: row 7 of the scoreboard.

    .venv/bin/python benchmarks/calendars.py [how many events]

Four ways in turn, at least five rounds, medians: `cold` (nothing kept), `kept` (each event written once and kept), the rival
(the icalendar library, each time), and the floor (the same bytes copied). All four give the same events; that is looked at first.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

# The folder of this script holds another that is called like a module of Python's own.
sys.path.pop(0)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digibel.settings")
os.environ.setdefault("DIGIBEL_HOME", tempfile.mkdtemp(prefix="digibel-benchmark-"))

import django

django.setup()

from django.conf import settings  # noqa: E402
from icalendar import Calendar, Event, Timezone  # noqa: E402  (Django first)

from digibel import clock, places  # noqa: E402
from digibel.guardrails import catalogue  # noqa: E402
from digibel.scheduling import calendars, ics  # noqa: E402

ROUNDS = 7
LANGUAGE = "nl"
HOST = urlsplit(settings.DIGIBEL_PUBLIC_URL).hostname
ZONE = Timezone.from_ical(ics.ZONE)


def visits(count: int) -> tuple[calendars.Entry, ...]:
    """Half an hour apart over half a year, so that the night of the clock is in it; every state, place and topic."""
    start = datetime(2026, 9, 1, 8, tzinfo=UTC)
    tasks = [task.slug for task in catalogue.TASKS.values() if task.topics]
    postcodes = [place.postcode for place in places.brussels()]
    states = ("booked", "done", "done", "cancelled")
    return tuple(
        calendars.Entry(
            UUID(int=number),
            begins := start + timedelta(hours=9 * number),
            begins + timedelta(hours=1),
            states[number % len(states)],
            None,
            number % 3,
            start,
            postcodes[number % len(postcodes)],
            "+3225112233",
            (tasks[number % len(tasks)],),
        )
        for number in range(count)
    )


def ours(feed: calendars.Feed) -> bytes:
    return calendars.calendar(feed)


def cold(feed: calendars.Feed) -> bytes:
    calendars.entry.cache_clear()
    ics.text.cache_clear()
    return calendars.calendar(feed)


def rival(feed: calendars.Feed) -> bytes:
    calendar = Calendar()
    for name, value in (("prodid", ics.PRODID), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(name, value)
    calendar.add_component(ZONE)
    for visit in feed.entries:
        event = Event()
        event.add("uid", f"visit-{visit.id}@{HOST}")
        event.add("dtstamp", visit.changed_at)
        event.add("last-modified", visit.changed_at)
        event.add("sequence", visit.sequence)
        event.add("dtstart", clock.local(visit.starts_at))
        event.add("dtend", clock.local(visit.ends_at))
        event.add("summary", calendars.summary(visit, LANGUAGE))
        event.add("location", places.name(visit.postcode, LANGUAGE))
        event.add("description", calendars.for_volunteer(visit, LANGUAGE))
        event.add("status", "CANCELLED" if visit.is_cancelled else "CONFIRMED")
        event.add("transp", "TRANSPARENT" if visit.is_cancelled else "OPAQUE")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def check_same(feed: calendars.Feed) -> None:
    """A rival that writes less would be no rival."""

    def told(written: bytes) -> list[tuple[object, ...]]:
        names = ("uid", "sequence", "summary", "location", "description", "status", "transp")
        events = Calendar.from_ical(written).walk("VEVENT")
        moments = ("dtstart", "dtend")
        return [
            (*(str(one[name]) for name in names), *(one.decoded(name).astimezone(UTC) for name in moments))
            for one in events
        ]

    for mine, theirs in zip(told(ours(feed)), told(rival(feed)), strict=True):
        assert mine == theirs, f"the rival says something else: {theirs}, not {mine}"


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    feed = calendars.Feed(visits(count), LANGUAGE, "Digibel", at_desk=False)
    check_same(feed)
    body = bytearray(ours(feed))
    ways: dict[str, Callable[[], object]] = {
        "cold": lambda: cold(feed),
        "kept": lambda: (ours(feed), ours(feed))[0],
        "rival": lambda: rival(feed),
        "floor": lambda: bytes(body),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            took[name].append(milliseconds(way) / (2 if name == "kept" else 1))
    medians = {name: statistics.median(times) for name, times in took.items()}
    print(f"feed of {count} events, {len(body) // 1000} kB, median of {ROUNDS} rounds")
    for name, median in medians.items():
        times = f"{medians['rival'] / median:10,.0f} x as fast as the rival"
        print(f"{name:6} {median:10.3f} ms {times} {median / medians['floor']:10,.0f} x the floor")


if __name__ == "__main__":
    main()
