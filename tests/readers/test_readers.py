"""Four programs that we did not write read our calendars, and see each visit when it is: libical, ical.js, khal, Radicale.

Nothing here needs the database: what is written follows from entries alone;
tests/scheduling/test_calendars.py ties those to visits.
"""

import base64
import json
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
    return [seen(one, language) for one in entries()]


def seen(one: calendars.Entry, language: str = "nl") -> dict[str, object]:
    return {
        "uid": f"visit-{one.id}@127.0.0.1",
        "start": one.starts_at,
        "end": one.ends_at,
        "summary": calendars.summary(one, language),
        "location": "Jette",
        "sequence": one.sequence,
        "status": "CANCELLED" if one.is_cancelled else "TENTATIVE" if one.is_held_back else "CONFIRMED",
    }


def without_theirs(calendar: bytes) -> bytes:
    """Every reader brings a Brussels of its own; of a zone with another name it has only what we tell."""
    return calendar.replace(b"Europe/Brussels", b"Ours")


@pytest.mark.parametrize("language", LANGUAGES)
def test_libical_sees_every_visit_when_it_is(c_library, language):
    written = calendars.calendar(feed(language))
    assert libical.read(c_library, written) == expected(language)
    assert libical.read(c_library, without_theirs(written)) == expected(language)


def invitation(one: calendars.Entry) -> bytes:
    return invitations.event(one, "nl", method=method(one), organisation=Organisation(name=ARABIC), to="els@example.be")


def method(one: calendars.Entry) -> str:
    return "CANCEL" if one.is_cancelled else "REQUEST"


def test_libical_takes_every_invitation_as_one(c_library):
    """Also by the rules of RFC 5546, which ask other properties of a REQUEST than of a CANCEL."""
    for one in entries():
        assert libical.read(c_library, invitation(one)) == [seen(one)]


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


class Khal:
    """A calendar of khal's own, in a folder."""

    def __init__(self, program: Path, home: Path) -> None:
        self.program, self.home, self.visits = program, home, home / "visits"
        self.visits.mkdir()
        (home / "config").write_text(
            f"[calendars]\n[[visits]]\npath = {self.visits}\n[sqlite]\npath = {home / 'khal.db'}\n"
            "[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\n"
            "longdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        )

    def run(self, *asked: str) -> str:
        env = {"HOME": str(self.home), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
        told = [self.program, "-c", self.home / "config", *asked]
        return subprocess.run(told, capture_output=True, check=True, timeout=60, env=env).stdout.decode()

    def lists(self) -> dict[str, list[str]]:
        """Each event once: start, end, title, place and status."""
        told = ["{uid}", "{start-long-full}", "{end-long-full}", "{title}", "{location}", "{status}"]
        days = str((LAST - FIRST).days) + "d"
        read = self.run("list", "--once", "--day-format", "", "--format", "\t".join(told), f"{FIRST:%Y-%m-%d}", days)
        lines = (line.split("\t") for line in read.splitlines() if line.count("\t") == len(told) - 1)
        return {uid.strip(): [word.strip() for word in rest] for uid, *rest in lines}


def in_khal(one: dict[str, object]) -> list[str]:
    moments = [f"{one[name]:%Y-%m-%d %H:%M}" for name in ("start", "end")]
    return [*moments, *(str(one[name]) for name in ("summary", "location", "status"))]


def test_khal_sees_every_visit_when_it_is(khal, tmp_path):
    its = Khal(khal, tmp_path)
    for name, event in apart():
        (its.visits / f"{name}.ics").write_bytes(event)
    assert its.lists() == {str(one["uid"]): in_khal(one) for one in expected()}


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
    assert sorted(on_the_server(stored), key=lambda one: one["sequence"]) == expected()


def on_the_server(address: str, asked: str = "") -> list[dict[str, object]]:
    read = [event for text in report(address, asked) for event in Calendar.from_ical(text).walk("VEVENT")]
    return [
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


@pytest.mark.parametrize("night", ["summer", "midnight", "new year", "autumn", "spring"])
def test_a_caldav_server_finds_what_is_on_at_an_hour(stored, night):
    """It reckons with our time zone itself: asked for half an hour, it finds the visits that are then, and no other."""
    begins = next(start for name, (start, _) in moments().items() if name.startswith(night))
    for step in range(10):
        start = begins + timedelta(minutes=30 * step)
        end = start + timedelta(minutes=30)
        on = {f"visit-{one.id}@127.0.0.1" for one in entries() if one.starts_at < end and one.ends_at > start}
        assert {str(one["uid"]) for one in on_the_server(stored, between(start, end))} == on, start


def between(start: datetime, end: datetime) -> str:
    return f"<C:time-range start='{start:%Y%m%dT%H%M%SZ}' end='{end:%Y%m%dT%H%M%SZ}'/>"


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


# --- one visit that moves, and is called off --------------------------------------------------------------------------


def story() -> list[calendars.Entry]:
    """Booked for an evening across midnight; moved into the night on which the clock goes back; not sure yet; called off."""
    evening, night = datetime(2026, 9, 22, 21, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    booked = calendars.Entry(
        UUID(int=99),
        evening,
        evening + timedelta(hours=1),
        "booked",
        None,
        0,
        CHANGED,
        "1090",
        "+3225112233",
        ("photos",),
    )
    moved = booked._replace(starts_at=night, ends_at=night + timedelta(minutes=90), sequence=1)
    held_back = moved._replace(held_back_at=CHANGED, sequence=2)
    return [booked, moved, held_back, held_back._replace(status="cancelled", sequence=3)]


def alone(one: calendars.Entry) -> bytes:
    return calendars.calendar(calendars.Feed((one,), "nl", ARABIC, at_desk=False))


def test_libical_and_ical_js_follow_a_visit_from_change_to_change(c_library, node):
    for one in story():
        assert libical.read(c_library, alone(one)) == libical.read(c_library, invitation(one)) == [seen(one)]
        read = by_ical_js(node, invitation(one))
        assert (read["method"], read["events"]) == (method(one), [seen(one)])


def test_khal_has_one_event_of_a_visit_that_moved_and_was_called_off(khal, tmp_path):
    """Each mail is opened over the one before: nothing stays at the old hour."""
    its = Khal(khal, tmp_path)
    booked, moved, _, cancelled = story()
    for one in (booked, moved, cancelled):
        (tmp_path / "mail.ics").write_bytes(invitation(one))
        its.run("import", "--batch", "-a", "visits", str(tmp_path / "mail.ics"))
        if one is not booked:
            assert its.lists() == {f"visit-{one.id}@127.0.0.1": in_khal(seen(one))}


def test_a_caldav_server_has_one_event_of_a_visit_that_moved_and_was_called_off(stored):
    """The others stay as they are, and at the hour from which it moved the server finds nothing of it."""
    where, before = f"{stored}moving.ics", None
    for one in story():
        assert ask(where, "PUT", alone(one), kind="text/calendar; charset=utf-8")[0] in {201, 204}
        found = [event for event in on_the_server(stored) if event["uid"] == seen(one)["uid"]]
        assert found == [seen(one)]
        assert seen(one) in on_the_server(stored, between(one.starts_at, one.ends_at))
        if before is not None and before.starts_at != one.starts_at:
            then = on_the_server(stored, between(before.starts_at, before.ends_at))
            assert seen(one)["uid"] not in {event["uid"] for event in then}
        before = one
    ask(where, "DELETE", b"")
    assert sorted(on_the_server(stored), key=lambda one: one["sequence"]) == expected()


# --- the feeds of the desk --------------------------------------------------------------------------------------------


VISITS = 7


def of_the_desk() -> calendars.Feed:
    """Visits with links to their pages, and desk sessions: one that is on, and one that was called off across midnight."""
    desk = calendars.Desk(
        *(UUID(int=501), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC), None),
        *(0, CHANGED, "De Linde; zaal, 2", "Le Tilleul", "1090", "+3225112233", 3, 1),
    )
    off = desk._replace(
        id=UUID(int=502),
        starts_at=datetime(2026, 12, 31, 21, 30, tzinfo=UTC),
        ends_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
        called_off_at=CHANGED,
        sequence=1,
    )
    return calendars.Feed(entries()[:VISITS], "nl", ARABIC, at_desk=True, desks=(desk, off))


def expected_at_the_desk() -> list[dict[str, object]]:
    on, off = of_the_desk().desks
    where = {"location": "De Linde; zaal, 2, Jette"}
    what = "Digibel: helpen aan een balie, Jette (1/3)"
    return [
        *expected()[:VISITS],
        {**times(on), **where, "summary": what, "sequence": 0, "status": "CONFIRMED"},
        {**times(off), **where, "summary": f"Gaat niet door: {what}", "sequence": 1, "status": "CANCELLED"},
    ]


def times(one: calendars.Desk) -> dict[str, object]:
    return {"uid": f"desk-{one.id}@127.0.0.1", "start": one.starts_at, "end": one.ends_at}


def test_libical_and_ical_js_read_the_calendar_of_the_desk(c_library, node):
    written = calendars.calendar(of_the_desk())
    assert libical.read(c_library, written) == expected_at_the_desk()
    assert by_ical_js(node, written)["events"] == expected_at_the_desk()


def test_khal_reads_the_calendar_of_the_desk(khal, tmp_path):
    its = Khal(khal, tmp_path)
    (tmp_path / "desk.ics").write_bytes(calendars.calendar(of_the_desk()))
    its.run("import", "--batch", "-a", "visits", str(tmp_path / "desk.ics"))
    assert its.lists() == {str(one["uid"]): in_khal(one) for one in expected_at_the_desk()}


def test_a_caldav_server_takes_the_calendar_of_the_desk_whole(caldav):
    """Put there as one file, as who subscribes with a server of their own does."""
    whole = caldav.replace("/visits/", "/desk/")
    assert ask(whole, "PUT", calendars.calendar(of_the_desk()), kind="text/calendar; charset=utf-8")[0] == 201
    told = sorted(expected_at_the_desk(), key=lambda one: str(one["uid"]))
    assert sorted(on_the_server(whole), key=lambda one: str(one["uid"])) == told
