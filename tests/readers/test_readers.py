"""Four programs that we did not write read our calendars, and see each visit when it is: libical, ical.js, khal, Radicale.

Nothing here needs the database: what is written follows from entries alone;
tests/scheduling/test_calendars.py ties those to visits.
"""

import base64
import json
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta
from uuid import UUID
from xml.etree import ElementTree

import pytest
from icalendar import Calendar

from digibel.organisations.models import Organisation
from digibel.scheduling import calendars, invitations

from . import libical

ARABIC = 'مركز الزيزفون للمساعدة الرقمية في البيت; "De Lindeboom", Jette\\ 1090'
NAMED = 'مركز الزيزفون للمساعدة الرقمية في البيت "De Lindeboom" Jette 1090'
TASKS = ("look-first", "photos", "video-call", "printer-scanner", "accessibility-settings")
CHANGED = datetime(2026, 9, 1, 8, tzinfo=UTC)
FIRST, LAST = datetime(2026, 6, 1, tzinfo=UTC), datetime(2027, 8, 1, tzinfo=UTC)


def moments() -> dict[str, tuple[datetime, int]]:
    """When, and how many minutes: summer, winter, midnight, and every half hour of both nights on which the clock changes."""
    told = {
        "summer": (datetime(2026, 7, 14, 12, 30, tzinfo=UTC), 60),
        "winter": (datetime(2026, 12, 14, 13, 30, tzinfo=UTC), 90),
        "next summer": (datetime(2027, 7, 14, 12, 30, tzinfo=UTC), 60),
        "midnight": (datetime(2026, 9, 22, 21, 30, tzinfo=UTC), 60),
        "new year": (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), 60),
    }
    for night, first in {
        "autumn": datetime(2026, 10, 24, 22, tzinfo=UTC),
        "spring": datetime(2027, 3, 27, 22, 30, tzinfo=UTC),
    }.items():
        told |= {f"{night} {step}": (first + timedelta(minutes=30 * step), 90) for step in range(9)}
    return told


def entries() -> tuple[calendars.Entry, ...]:
    made = []
    for number, (start, minutes) in enumerate(moments().values(), start=1):
        held_back = CHANGED if number % 5 == 0 else None
        status = "cancelled" if number % 7 == 0 else "booked"
        end = start + timedelta(minutes=minutes)
        tasks = TASKS[: 1 + number % len(TASKS)]
        made.append(
            calendars.Entry(
                UUID(int=number), start, end, status, held_back, number, CHANGED, "1090", "+3225112233", tasks
            )
        )
    return tuple(made)


LANGUAGES = ("nl", "fr")


def feed(language: str = "nl") -> calendars.Feed:
    return calendars.Feed(entries(), language, ARABIC, at_desk=False)


def expected(language: str = "nl") -> list[dict[str, object]]:
    return [
        {
            "uid": f"visit-{one.id}@127.0.0.1",
            "start": one.starts_at,
            "end": one.ends_at,
            "summary": calendars.summary(one, language),
            "location": "Jette",
            "sequence": one.sequence,
            "status": "CANCELLED" if one.is_cancelled else "TENTATIVE" if one.is_held_back else "CONFIRMED",
        }
        for one in entries()
    ]


def without_theirs(calendar: bytes) -> bytes:
    """Every reader brings a Brussels of its own; of a zone with another name it has only what we tell."""
    return calendar.replace(b"Europe/Brussels", b"Ours")


@pytest.mark.parametrize("language", LANGUAGES)
def test_libical_sees_every_visit_when_it_is(c_library, language):
    written = calendars.calendar(feed(language))
    assert libical.read(c_library, written) == expected(language)
    assert libical.read(c_library, without_theirs(written)) == expected(language)


def test_libical_takes_every_invitation_as_one(c_library):
    """Also by the rules of RFC 5546, which ask other properties of a REQUEST than of a CANCEL."""
    lindeboom = Organisation(name=ARABIC)
    for one, seen in zip(entries(), expected(), strict=True):
        method = "CANCEL" if one.is_cancelled else "REQUEST"
        sent = invitations.event(one, "nl", method=method, organisation=lindeboom, to="els@example.be")
        assert libical.read(c_library, sent) == [seen]


@pytest.mark.parametrize("language", LANGUAGES)
def test_ical_js_sees_every_visit_when_it_is(node, language):
    written = calendars.calendar(feed(language))
    for calendar in (written, without_theirs(written)):
        assert by_ical_js(node, calendar) == {"method": None, "name": NAMED, "events": expected(language)}


def by_ical_js(node: list[str], calendar: bytes) -> dict[str, object]:
    read = subprocess.run(node, input=calendar, capture_output=True, check=True, timeout=20)
    told: dict[str, object] = json.loads(read.stdout)
    for event in told["events"]:
        event |= {name: datetime.fromtimestamp(event[name], UTC) for name in ("start", "end")}
    return told


def test_khal_sees_every_visit_when_it_is(khal, tmp_path):
    (tmp_path / "visits").mkdir()
    for event in apart():
        (tmp_path / "visits" / f"{event[0]}.ics").write_bytes(event[1])
    config = tmp_path / "config"
    config.write_text(
        f"[calendars]\n[[visits]]\npath = {tmp_path / 'visits'}\n[sqlite]\npath = {tmp_path / 'khal.db'}\n"
        "[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\n"
        "longdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
    )
    told = ["{uid}", "{start-long-full}", "{end-long-full}", "{title}", "{location}"]
    days = str((LAST - FIRST).days) + "d"
    asked = [khal, "-c", config, "list", "--once", "--day-format", "", "--format", "\t".join(told)]
    env = {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    read = subprocess.run([*asked, f"{FIRST:%Y-%m-%d}", days], capture_output=True, check=True, timeout=60, env=env)
    found = {}
    for line in read.stdout.decode().splitlines():
        if line.count("\t") == len(told) - 1:
            uid, *rest = line.strip().split("\t")
            found[uid] = rest
    assert found == {
        str(one["uid"]): [f"{one['start']:%Y-%m-%d %H:%M}", f"{one['end']:%Y-%m-%d %H:%M}", one["summary"], "Jette"]
        for one in expected()
    }


def apart() -> list[tuple[str, bytes]]:
    """Each event as a calendar of its own, as CalDAV keeps them."""
    feeds = [(str(one.id), calendars.Feed((one,), "nl", ARABIC, at_desk=False)) for one in entries()]
    return [(name, calendars.calendar(feed)) for name, feed in feeds]


@pytest.fixture(scope="module")
def stored(caldav: str) -> str:
    """The calendar on the server, with every event put in it."""
    ask(
        caldav,
        "MKCALENDAR",
        b"<?xml version='1.0'?><C:mkcalendar xmlns:C='urn:ietf:params:xml:ns:caldav'/>",
    )
    for name, event in apart():
        assert ask(f"{caldav}{name}.ics", "PUT", event, kind="text/calendar; charset=utf-8")[0] == 201
    return caldav


def test_a_caldav_server_takes_every_visit_and_gives_it_back(stored):
    read = [event for text in report(stored) for event in Calendar.from_ical(text).walk("VEVENT")]
    found = [
        {
            "uid": str(event["uid"]),
            "start": event.decoded("dtstart").astimezone(UTC),
            "end": event.decoded("dtend").astimezone(UTC),
            "summary": str(event["summary"]),
            "location": str(event["location"]),
            "sequence": event["sequence"],
            "status": str(event["status"]),
        }
        for event in read
    ]
    assert sorted(found, key=lambda one: one["sequence"]) == expected()


@pytest.mark.parametrize("night", ["summer", "midnight", "new year", "autumn", "spring"])
def test_a_caldav_server_finds_what_is_on_at_an_hour(stored, night):
    """It reckons with our time zone itself: asked for half an hour, it finds the visits that are then, and no other."""
    begins = next(start for name, (start, _) in moments().items() if name.startswith(night))
    for step in range(10):
        start = begins + timedelta(minutes=30 * step)
        end = start + timedelta(minutes=30)
        on = {f"visit-{one.id}@127.0.0.1" for one in entries() if one.starts_at < end and one.ends_at > start}
        asked = f"<C:time-range start='{start:%Y%m%dT%H%M%SZ}' end='{end:%Y%m%dT%H%M%SZ}'/>"
        found = {
            str(event["uid"]) for text in report(stored, asked) for event in Calendar.from_ical(text).walk("VEVENT")
        }
        assert found == on, start


def report(address: str, asked: str = "") -> list[str]:
    """The calendar data of a REPORT."""
    body = (
        "<?xml version='1.0'?><C:calendar-query xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>"
        "<D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name='VCALENDAR'>"
        f"<C:comp-filter name='VEVENT'>{asked}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    )
    status, answer = ask(address, "REPORT", body.encode())
    assert status == 207
    data = ElementTree.fromstring(answer).iter("{urn:ietf:params:xml:ns:caldav}calendar-data")
    return [one.text or "" for one in data]


def ask(address: str, method: str, body: bytes, *, kind: str = "application/xml") -> tuple[int, bytes]:
    login = base64.b64encode(b"els:els").decode()
    headers = {"Content-Type": kind, "Authorization": f"Basic {login}", "Depth": "1"}
    request = urllib.request.Request(address, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.read()
