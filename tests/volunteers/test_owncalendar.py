"""Busy times from somebody's own calendar: fetched from the open network only, read whatever stands there, kept without a word."""

import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import cast
from digibel import clock, outside
from digibel.audit.actors import SYSTEM
from digibel.outside import NotReached
from digibel.scheduling.matching.ranking import rank
from digibel.volunteers.models import BusyTime, OwnCalendar
from digibel.volunteers.owncalendar import keeping, reading

SINCE = datetime(2026, 11, 26, tzinfo=UTC)
UNTIL = SINCE + timedelta(weeks=6)


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


def hours(body: bytes) -> list[tuple[str, str]]:
    found = reading.busy(body, SINCE, UNTIL)
    return [tuple(datetime.fromtimestamp(one, UTC).strftime("%d/%m %H:%M") for one in pair) for pair in found]


# --- reading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "busy"),
    [
        ("DTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nSUMMARY:Dokter", [("01/12 09:00", "01/12 10:00")]),
        ("DTSTART:20261201T090000\r\nDURATION:PT90M", [("01/12 08:00", "01/12 09:30")]),
        ("DTSTART;TZID=America/New_York:20261201T090000\r\nDURATION:PT1H", [("01/12 14:00", "01/12 15:00")]),
        ("DTSTART;VALUE=DATE:20261201", [("30/11 23:00", "01/12 23:00")]),
        (
            "DTSTART:20261201T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=2",
            [("01/12 09:00", "01/12 10:00"), ("08/12 09:00", "08/12 10:00")],
        ),
        ("DTSTART:20261201T090000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED", []),
        ("DTSTART:20261201T090000Z\r\nDURATION:PT1H\r\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20261201T090000Z\r\nDURATION:PT1H\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        ("DTSTART:20261201T090000Z", []),
        ("DTSTART:tomorrow", []),
        ("DTSTART:20251201T090000Z\r\nDURATION:PT1H", []),
        ("DTSTART:20261125T200000Z\r\nDTEND:20261126T020030Z", [("26/11 00:00", "26/11 02:01")]),
    ],
)
def test_event_takes_its_time(event, busy):
    assert hours(ics(event)) == busy


def test_stretches_that_touch_are_one():
    parts = ("T090000Z\r\nDURATION:PT1H", "T100000Z\r\nDURATION:PT1H", "T093000Z\r\nDURATION:PT10M")
    assert hours(ics(*(f"DTSTART:20261201{part}" for part in parts))) == [("01/12 09:00", "01/12 11:00")]


def test_who_publishes_only_when_they_are_busy_is_busy_then():
    """It was read, said to be in order, and nobody was ever busy."""
    periods = [
        "FREEBUSY:20261201T090000Z/20261201T100000Z,20261202T090000Z/PT3H",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261203T090000Z/PT30M",
        "FREEBUSY;FBTYPE=FREE:20261204T090000Z/PT30M",
    ]
    body = ics("DTSTART:20261205T090000Z\r\nDURATION:PT1H").replace(
        b"END:VCALENDAR", "\r\n".join(["BEGIN:VFREEBUSY", "UID:x", *periods, "END:VFREEBUSY", "END:VCALENDAR"]).encode()
    )
    assert hours(body) == [
        ("01/12 09:00", "01/12 10:00"),
        ("02/12 09:00", "02/12 12:00"),
        ("03/12 09:00", "03/12 09:30"),
        ("05/12 09:00", "05/12 10:00"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>log in first</html>",
        b"\xff\xfe\x00",
        ics("DTSTART:20200101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY"),
        ics("DTSTART:20200101T000000Z\r\nDURATION:PT1M\r\nRRULE:FREQ=MINUTELY"),
        ics(
            *(
                f"DTSTART:20261201T{number // 60:02}{number % 60:02}00Z\r\nDURATION:PT10S"
                for number in range(0, 1440, 2)
            )
        ),
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 20_000,
    ],
    ids=["empty", "a page", "no text", "every second", "every minute", "too many", "without an end"],
)
def test_what_cannot_be_read_is_said_and_hurts_nobody(body):
    with pytest.raises(NotReached) as problem:
        keeping.read(body, since=SINCE)
    assert problem.value.code == "unreadable"


def test_program_that_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(keeping, "READING_TAKES_AT_MOST", 0.001)
    with pytest.raises(NotReached):
        keeping.read(ics(), since=SINCE)


# --- fetching -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "calendar",
            "http://example.org/a.ics",
            "https://",
            "https://user:pw@example.org/a.ics",
            "file:///etc/passwd",
        ),
        *(
            "https://example.org:8443/a.ics",
            "https://exa mple.org/",
            "https://exämple.org/a",
            "https://[::1",
            "ftp://example.org/a",
        ),
        *("https://example.org/" + "a" * 1000, "https://example.org:99999/", "https://example.org/\r\nHost: x"),
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_looked_up(address, monkeypatch):
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *asked, **more: pytest.fail("looked up"))
    with pytest.raises(NotReached):
        outside.fetch(address)


@pytest.mark.parametrize(
    "ip",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
            "240.0.0.1",
        ),
        *(
            "::1",
            "::",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
        ),
        *("2002:7f00:1::", "255.255.255.255", "192.0.2.1", "2001:db8::1"),
    ],
)
def test_network_that_is_nobody_elses_is_never_connected_to(ip, monkeypatch):
    """Also where a public address stands beside it."""
    found = [(0, 0, 0, "", (one, 443)) for one in ("93.184.215.14", ip)]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *asked, **more: found)
    monkeypatch.setattr(outside.socket, "create_connection", lambda *asked, **more: pytest.fail("connected"))
    with pytest.raises(NotReached) as problem:
        outside.fetch("https://calendar.example.org/a.ics")
    assert problem.value.code == "private"


def test_name_that_changes_its_mind_leads_to_what_was_looked_at(monkeypatch):
    """It is looked up once, and the connection goes there."""
    answers = iter([[(0, 0, 0, "", ("93.184.215.14", 443))], [(0, 0, 0, "", ("127.0.0.1", 443))]])
    connected = []

    def connect(where, timeout):
        connected.append(where)
        raise OSError

    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *asked, **more: next(answers))
    monkeypatch.setattr(outside.socket, "create_connection", connect)
    with pytest.raises(NotReached):
        outside.fetch("https://calendar.example.org/a.ics")
    assert connected == [("93.184.215.14", 443)]


class Hostile(BaseHTTPRequestHandler):
    """A calendar at /a.ics, and everything that somebody might put at an address."""

    def do_GET(self):
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                time.sleep(0.1)
                self.wfile.write(b"x")
            return
        where = {
            "/to": "/a.ics",
            "/round": "/round",
            "/inside": "http://127.0.0.1:1/",
            "/to-file": "file:///etc/passwd",
        }
        if self.path in where:
            self.send_response(302)
            self.send_header("Location", where[self.path])
            self.end_headers()
            return
        self.send_response(404 if self.path == "/none" else 200)
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        body = b"x" * (3 * 1024 * 1024) if self.path == "/huge" else self.server.body
        self.wfile.write(body)

    def log_message(self, *told):
        pass


@pytest.fixture
def server(monkeypatch):
    made = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    made.body = ics()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    monkeypatch.setattr(outside, "ALLOWED", frozenset({("127.0.0.1", made.server_port)}))
    yield made
    made.shutdown()
    made.server_close()


def at(server, path="/a.ics"):
    return f"http://127.0.0.1:{server.server_port}{path}"


def test_calendar_is_fetched_also_behind_a_redirect(server):
    assert outside.fetch(at(server)) == server.body
    assert outside.fetch(at(server, "/to")) == server.body


@pytest.mark.parametrize(
    ("path", "code"),
    [
        *(("/none", "refused"), ("/packed", "refused"), ("/huge", "too_much"), ("/round", "redirects")),
        *(("/inside", "address"), ("/to-file", "address")),
    ],
)
def test_what_does_harm_is_left(server, path, code):
    with pytest.raises(NotReached) as problem:
        outside.fetch(at(server, path))
    assert problem.value.code == code


def test_who_drips_is_cut_off(server, monkeypatch):
    monkeypatch.setattr(outside, "SECONDS", 0.4)
    began = time.monotonic()
    with pytest.raises(NotReached):
        outside.fetch(at(server, "/slow"))
    assert time.monotonic() - began < 2


# --- keeping --------------------------------------------------------------------------------------------------------


@pytest.fixture
def els(db, frozen_clock):
    return cast.volunteer(cast.organisation())


def give(volunteer, server):
    made = keeping.give(volunteer, at(server), by=SYSTEM)
    keeping.refresh(str(made.pk))
    return OwnCalendar.objects.get()


def event_at(start, minutes=60):
    return f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDURATION:PT{minutes}M\r\nSUMMARY:Dokter Janssens"


def test_busy_times_block_the_ranking_and_go_with_the_calendar(els, server):
    request = cast.request(cast.Organisation.objects.get())
    window = request.windows.get()
    server.body = ics(event_at(window.starts_at, int((window.ends_at - window.starts_at).total_seconds() // 60)))
    assert rank(request).why_not(els.pk) == ()
    assert give(els, server).succeeded_at == clock.now()
    assert [reason.code for reason in rank(request).why_not(els.pk)] == ["no_moment"]
    keeping.take_back(els, by=SYSTEM)
    assert not BusyTime.objects.exists()
    assert rank(request).why_not(els.pk) == ()


def test_nothing_is_kept_of_what_stands_there(els, server):
    start = clock.now() + timedelta(days=2)
    server.body = ics(event_at(start))
    give(els, server)
    [kept] = BusyTime.objects.values()
    assert set(kept) == {"id", "volunteer_id", "starts_at", "ends_at"}
    raw = OwnCalendar.objects.values_list("address", flat=True).query
    assert "127.0.0.1" not in str(raw)


def test_failure_keeps_what_was_known_and_is_shown(els, server):
    server.body = ics(event_at(clock.now() + timedelta(days=2)))
    give(els, server)
    server.body = b"gone"
    later = clock.now() + timedelta(hours=5)
    with clock.travel(later):
        keeping.refresh(str(OwnCalendar.objects.get().pk))
    calendar = OwnCalendar.objects.get()
    assert (calendar.failure, calendar.failed_at) == ("unreadable", later)
    assert (BusyTime.objects.count(), calendar.succeeded_at) == (1, clock.now())


def test_calendar_is_looked_at_once_when_two_workers_come(els, server, monkeypatch):
    give(els, server)
    monkeypatch.setattr(outside, "fetch", lambda address, accept: pytest.fail("looked again"))
    keeping.refresh(str(OwnCalendar.objects.get().pk))


def test_calendar_taken_back_while_it_was_read_leaves_nothing(els, server, monkeypatch):
    made = keeping.give(els, at(server), by=SYSTEM)

    def meanwhile(address, accept):
        keeping.take_back(els, by=SYSTEM)
        return ics(event_at(clock.now() + timedelta(days=2)))

    monkeypatch.setattr(outside, "fetch", meanwhile)
    keeping.refresh(str(made.pk))
    assert not BusyTime.objects.exists()


def test_only_what_is_due_is_queued_and_what_is_over_goes(els, server):
    give(els, server)
    BusyTime.objects.create(volunteer=els, starts_at=clock.now() - timedelta(hours=2), ends_at=clock.now())
    assert keeping.sweep() == 0
    assert not BusyTime.objects.exists()
    with clock.travel(clock.now() + timedelta(hours=4)):
        assert keeping.sweep() == 1


@pytest.mark.parametrize("address", ["", "http://example.org/a.ics", "javascript:alert(1)", "https://a@b/c"])
def test_what_is_no_address_is_not_kept(els, address):
    with pytest.raises(keeping.NoCalendarAddress):
        keeping.give(els, address, by=SYSTEM)
    assert not OwnCalendar.objects.exists()


def test_webcal_is_https(els):
    made = keeping.give(els, "webcal://calendar.example.org/a.ics", by=SYSTEM)
    assert made.address == "https://calendar.example.org/a.ics"
