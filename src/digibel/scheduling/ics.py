"""iCalendar (RFC 5545) as text: the little of it that a visit needs, written by hand because a feed is written all day long.

The time zone is our own: rules since 1981 and 1996 as recurrences, which every reader we know computes rightly. A list of
single changes, as libraries write it, is read by some as only its first line: summer an hour wrong.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from digibel import clock

PRODID = "-//Digibel//Digibel 1//NL"
LONGEST_LINE = 75  # octets, the line's end not counted (3.1)
END = "\r\n"

ZONE = END.join(
    [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Brussels",
        "BEGIN:DAYLIGHT",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "DTSTART:19810329T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "DTSTART:19961027T030000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]
)

# What would end a line, or turn the letters round it about: no name of an organisation may write a property of its own.
_ENDS_OF_LINES = "\u2028\u2029\u0085\x0b\x0c"
_TURNS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_CLEAN = (
    dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *_TURNS])
    | dict.fromkeys(map(ord, _ENDS_OF_LINES), " ")
    | {ord("\t"): " ", ord("\n"): "\n"}
)
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_WITHOUT_MARKS = str.maketrans(dict.fromkeys("\\;,\n", " "))
_IN_QUOTES = str.maketrans({'"': "'", "\n": " "})


def calendar(entries: Iterable[str], *, about: Iterable[str] = ()) -> bytes:
    """A whole calendar, UTF-8. `about`: lines that describe it; `entries`: from `entry`.

    It has a METHOD (among `about`) where it is sent, and none where it is fetched: PUBLISH asks for an organizer (RFC 5546).
    """
    head = ["BEGIN:VCALENDAR", f"PRODID:{PRODID}", "VERSION:2.0", "CALSCALE:GREGORIAN", *about, ""]
    return "".join([END.join(head), ZONE, *entries, f"END:VCALENDAR{END}"]).encode("utf-8", "replace")


def entry(*lines: str) -> str:
    """One event of these lines."""
    return END.join(["BEGIN:VEVENT", *lines, f"END:VEVENT{END}"])


@lru_cache(maxsize=2_000)
def text(name: str, value: str) -> str:
    """A property that is text, escaped and folded. A feed says the same few hundred things over and over."""
    return fold(f"{name}:{_clean(value).translate(_ESCAPED)}")


def label(name: str, value: str) -> str:
    """A text that readers do not know as one, so that some show the marks of escaping: it has none."""
    return text(name, " ".join(_clean(value).translate(_WITHOUT_MARKS).split()))


def quoted(value: str) -> str:
    """The value of a parameter, such as the name in ORGANIZER;CN=."""
    return f'"{_clean(value).translate(_IN_QUOTES)}"'


def _clean(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEAN)


def fold(line: str) -> str:
    """The line in pieces of at most 75 octets, never within a letter."""
    if len(line) <= LONGEST_LINE and line.isascii():
        return line
    octets = line.encode("utf-8", "replace")
    pieces, start, room = [], 0, LONGEST_LINE
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, LONGEST_LINE - 1
    return b"\r\n ".join([*pieces, octets[start:]]).decode()


def between(start: datetime, end: datetime) -> tuple[str, str]:
    """From when until when, in Brussels. Around the hour that the clock skips or repeats both are told in UTC: a local time may
    mean two moments there, and some readers reckon by the clock on the wall."""
    here, there = clock.local(start), clock.local(end)
    offsets = {moment.replace(fold=fold).utcoffset() for moment in (here, there) for fold in (0, 1)}
    if len(offsets) > 1:
        return utc("DTSTART", start), utc("DTEND", end)
    zone = "TZID=Europe/Brussels"
    return f"DTSTART;{zone}:{_compact(here)}", f"DTEND;{zone}:{_compact(there)}"


def utc(name: str, moment: datetime) -> str:
    """`moment` is aware, in whatever zone."""
    return f"{name}:{_compact(moment.astimezone(UTC))}Z"


def _compact(moment: datetime) -> str:
    """20261025T023000; `strftime` takes ten times as long."""
    return moment.isoformat()[:19].replace("-", "").replace(":", "")
