"""From the text of a calendar to when somebody is busy. Run as a program of its own, with an end to its time and its memory.

A calendar of a few lines can ask for more events than any machine holds; the parsers are not ours. Whatever happens in here, the
worker that asked goes on. Nothing of Digibel is imported.

    reading.py SINCE UNTIL < calendar.ics      seconds since 1970; a line "from until" for each stretch
"""

import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

BRUSSELS = ZoneInfo("Europe/Brussels")
SECONDS = 10
MEMORY = 512 * 1024 * 1024
MOST = 500
# Nobody has an appointment every minute.
TOO_OFTEN = {"SECONDLY", "MINUTELY"}


def busy(body: bytes, since: datetime, until: datetime) -> list[tuple[int, int]]:
    """Whole minutes, in seconds since 1970, in order, none touching the next. Raises ValueError for what is no calendar."""
    calendar = icalendar.Calendar.from_ical(body)
    events = [event for event in calendar.walk("VEVENT") if not _repeats_too_often(event)]
    if len(events) != len(calendar.walk("VEVENT")):
        raise ValueError("too often")
    found = recurring_ical_events.of(calendar, skip_bad_series=True).between(since, until)
    told = [(event.start, event.end) for event in found if _takes_time(event)]
    merged = _merged(_stretches([*told, *_told_as_busy(calendar)], since, until))
    if len(merged) > MOST:
        raise ValueError("too many")
    return merged


def _repeats_too_often(event: Any) -> bool:
    rules = event.get("RRULE", [])
    rules = rules if isinstance(rules, list) else [rules]
    return any(str(freq).upper() in TOO_OFTEN for rule in rules for freq in rule.get("FREQ", []))


def _told_as_busy(calendar: Any) -> Iterator[tuple[datetime, datetime]]:
    """Who publishes no more than when they are busy (RFC 5545, 3.6.4): Exchange, Zimbra and Nextcloud do so on request."""
    for published in calendar.walk("VFREEBUSY"):
        told = published.get("FREEBUSY", [])
        for period in told if isinstance(told, list) else [told]:
            if str(period.params.get("FBTYPE", "")).upper() != "FREE":
                yield period.start, period.end


def _stretches(
    told: Iterable[tuple[date | datetime, date | datetime]], since: datetime, until: datetime
) -> Iterator[tuple[int, int]]:
    for first, last in told:
        start, end = max(_moment(first), since), min(_moment(last), until)
        if start < end:
            yield int(start.timestamp()) // 60 * 60, -(-int(end.timestamp()) // 60) * 60


def _takes_time(event: Any) -> bool:
    """RFC 5545, 3.8.1.11 and 3.8.2.7; and the word of Outlook, which knows more than two."""
    free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    free |= str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    return not free and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _moment(told: date | datetime) -> datetime:
    """A whole day begins at midnight in Brussels, and a time without a zone is Brussels time."""
    if not isinstance(told, datetime):
        told = datetime.combine(told, time.min)
    return (told if told.tzinfo else told.replace(tzinfo=BRUSSELS)).astimezone(UTC)


def _merged(stretches: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    since, until = (datetime.fromtimestamp(int(told), UTC) for told in sys.argv[1:3])
    for start, end in busy(sys.stdin.buffer.read(), since, until - timedelta(seconds=1)):
        print(start, end)


if __name__ == "__main__":
    try:
        main()
    except (Exception, RecursionError):
        # What went wrong might quote the calendar.
        sys.exit(1)
