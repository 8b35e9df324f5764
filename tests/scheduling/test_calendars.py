"""Feeds, read back with a library that calendar programs use; `tests/readers` asks four more."""

from datetime import UTC, datetime, time, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Timezone

import cast
from digibel import clock, places
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.organisations.models import Closure, DutyHours, Organisation
from digibel.problems import NotFound
from digibel.requests.models import Client, RequestTask
from digibel.scheduling import calendars, cards, ics, inside, rescheduling, visits
from digibel.scheduling.models import Visit

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime(2026, 9, 22, 12, tzinfo=UTC)


@pytest.fixture
def booked(frozen_clock):
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom, name="Els")
    return cast.booked(cast.request(lindeboom), els)


def body(owner):
    return calendars.calendar(calendars.open_feed(calendars.token(owner)))


def events(owner):
    read = Calendar.from_ical(body(owner))
    return list(read.walk("VEVENT"))


def address(owner):
    return f"/calendar/{calendars.token(owner)}.ics"


def write_visits(like, moments, **changes):
    """Visits straight in the database, done so that one request may have many."""
    made = [
        Visit(
            request=like.request,
            client=like.client,
            volunteer=like.volunteer,
            key_id=like.key_id,
            status="done",
            starts_at=start,
            ends_at=end,
            busy_from=start,
            busy_until=end,
            booked_at=clock.now(),
            changed_at=clock.now(),
            **changes,
        )
        for start, end in moments
    ]
    return Visit.objects.bulk_create(made)


# --- what is in it --------------------------------------------------------------------------------------------------


def test_feed_of_a_volunteer_tells_when_the_neighbourhood_and_the_topic(booked):
    [event] = events(booked.volunteer)
    assert event["uid"] == f"visit-{booked.pk}@127.0.0.1"
    assert event.decoded("dtstart") == booked.starts_at
    assert event.decoded("dtend") == booked.ends_at
    assert str(event["summary"]) == "Digibel: videobellen, Jette"
    assert str(event["location"]) == "Jette"
    assert (event["status"], event["sequence"], event["transp"]) == ("CONFIRMED", 0, "OPAQUE")


def test_feed_holds_no_name_no_street_no_word_and_no_card(booked):
    client, card = booked.client, cards.token(booked)
    secrets = {client.first_name, client.family_name, client.street, client.recipient.number, booked.word, card}
    secrets |= {booked.volunteer.first_name, booked.request.reference, "/visit/"}
    for owner in (booked.volunteer, booked.request.organisation, booked.request.organisation.staff.get()):
        text = body(owner).decode().replace("\r\n ", "")
        assert "BEGIN:VEVENT" in text
        assert {secret for secret in secrets if secret in text} == set()


def test_only_the_feeds_of_the_desk_have_a_link_and_it_asks_for_a_login(booked, client):
    [own] = events(booked.volunteer)
    assert "url" not in own
    [event] = events(booked.request.organisation)
    assert event["url"] == f"http://127.0.0.1:8000/visits/{booked.pk}"
    answer = client.get(f"/visits/{booked.pk}")
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/login")


def test_nobody_at_the_desk_is_busy_because_a_volunteer_goes(booked):
    organisation = booked.request.organisation
    assert [event["transp"] for event in events(organisation) + events(organisation.staff.get())] == ["TRANSPARENT"] * 2


def test_cancelled_visit_stays_for_a_while_with_a_higher_sequence(booked):
    visits.cancel(booked, by=SYSTEM, reason="organisation")
    [event] = events(booked.volunteer)
    assert (event["status"], event["sequence"], event["transp"]) == ("CANCELLED", 1, "TRANSPARENT")
    assert str(event["summary"]) == "Gaat niet door: Digibel: videobellen, Jette"
    with clock.travel(booked.ends_at + timedelta(days=59)):
        assert len(events(booked.volunteer)) == 1
    with clock.travel(booked.ends_at + timedelta(days=61)):
        assert events(booked.volunteer) == []


def test_every_change_that_shows_raises_the_sequence(booked):
    seen = []
    with clock.travel(booked.starts_at - timedelta(hours=3)):
        visits.hold_back(booked.pk)
        seen += events(booked.volunteer)
        visits.confirm(booked, by=SYSTEM)
        seen += events(booked.volunteer)
    with clock.travel(booked.starts_at):
        inside.check_in(booked, by=SYSTEM)
        inside.extend(booked, by=SYSTEM)
        seen += events(booked.volunteer)
    assert [event["status"] for event in seen] == ["TENTATIVE", "CONFIRMED", "CONFIRMED"]
    assert [event["sequence"] for event in seen] == [1, 2, 3]
    assert seen[2].decoded("dtend") == booked.ends_at + timedelta(minutes=30)
    assert str(seen[0]["summary"]) == "Nog niet zeker: Digibel: videobellen, Jette"


def test_a_visit_that_moves_is_one_event_everywhere_it_is_read(booked, client):
    """The same UID, a higher SEQUENCE, another tag: no calendar shows the old hour beside the new one."""
    lindeboom = booked.request.organisation
    owners, later = (booked.volunteer, lindeboom, lindeboom.staff.get()), booked.starts_at + timedelta(days=1)
    before = {owner: client.get(address(owner))["ETag"] for owner in owners}
    rescheduling.reschedule(booked, later, was=booked.starts_at, by=SYSTEM)
    for owner in owners:
        [event] = events(owner)
        told = str(event["uid"]), event["sequence"], event["status"], event.decoded("dtstart")
        assert told == (f"visit-{booked.pk}@127.0.0.1", 1, "CONFIRMED", later)
        assert client.get(address(owner), headers={"if-none-match": before[owner]}).status_code == 200


def test_a_visit_that_is_booked_again_is_another_event(booked):
    visits.cancel(booked, by=SYSTEM, reason="other")
    again = cast.booked(booked.request, booked.volunteer)
    found = {str(event["uid"]): event["status"] for event in events(booked.volunteer)}
    assert found == {
        f"visit-{booked.pk}@127.0.0.1": "CANCELLED",
        # The client was told not to open: it waits until they have heard the new name and word.
        f"visit-{again.pk}@127.0.0.1": "TENTATIVE",
    }


def test_feed_of_an_organisation_holds_its_own_visits_only(booked):
    other = cast.organisation("De Sleutel", sms_number="+32460000002")
    cast.make_ready(booked.volunteer, other)
    theirs = cast.booked(cast.request(other, windows=cast.windows(days=3)), booked.volunteer)
    assert [str(event["uid"])[6:42] for event in events(other)] == [str(theirs.pk)]
    assert [str(event["uid"])[6:42] for event in events(booked.request.organisation)] == [str(booked.pk)]
    assert len(events(booked.volunteer)) == 2


def test_feed_of_staff_holds_the_visits_at_which_they_are_on_duty(booked):
    organisation = booked.request.organisation
    fatima, nadia = organisation.staff.get(), cast.staff(organisation)
    assert (len(events(fatima)), events(nadia)) == (1, [])
    there = clock.local(booked.starts_at)
    DutyHours.objects.filter(staff=fatima, weekday=there.weekday()).update(end=there.time())
    DutyHours.objects.create(
        staff=nadia, organisation=organisation, weekday=there.weekday(), start=there.time(), end=time(22)
    )
    assert (events(fatima), len(events(nadia))) == ([], 1)
    Closure.objects.create(organisation=organisation, first_day=there.date(), last_day=there.date(), stand_in=fatima)
    assert (len(events(fatima)), events(nadia)) == (1, [])


def test_two_tasks_are_one_event_with_both_topics(booked):
    first = booked.request.tasks.get()
    RequestTask.objects.create(
        request=booked.request, slug="photos", verdict=first.verdict, catalogue_version=first.catalogue_version
    )
    [event] = events(booked.volunteer)
    assert str(event["summary"]).count(",") == 2


@pytest.mark.parametrize(
    ("speaks", "cancelled"), [(["fr"], "Annulé"), (["ar", "en"], "Cancelled"), (["ar"], "Gaat niet door")]
)
def test_feed_speaks_the_first_language_of_theirs_that_the_pages_have(booked, speaks, cancelled):
    recipient = booked.volunteer.recipient
    recipient.languages = speaks
    recipient.save()
    visits.cancel(booked, by=SYSTEM, reason="organisation")
    [event] = events(booked.volunteer)
    assert str(event["summary"]).startswith(cancelled)


# --- time -----------------------------------------------------------------------------------------------------------

NIGHTS = {
    "spring": [datetime(2027, 3, 27, 22, 30, tzinfo=UTC) + timedelta(minutes=30 * step) for step in range(10)],
    "autumn": [datetime(2026, 10, 24, 22, 0, tzinfo=UTC) + timedelta(minutes=30 * step) for step in range(10)],
}


@pytest.mark.parametrize("night", NIGHTS)
def test_every_half_hour_of_the_nights_of_the_clock_is_told_as_it_is(booked, night):
    """Also the hour that comes twice: both of them, and visits that lie across."""
    moments = [(start, start + timedelta(minutes=90)) for start in NIGHTS[night]]
    Visit.objects.all().delete()
    write_visits(booked, moments)
    read = [(event.decoded("dtstart"), event.decoded("dtend")) for event in events(booked.volunteer)]
    assert [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in read] == moments


def test_a_visit_across_midnight_ends_on_the_next_day(booked):
    Visit.objects.all().delete()
    start = clock.at(SEPTEMBER.date(), time(23, 30))
    write_visits(booked, [(start, start + timedelta(hours=1))])
    [event] = events(booked.volunteer)
    assert [f"{event.decoded(name):%d %H:%M}" for name in ("dtstart", "dtend")] == ["22 23:30", "23 00:30"]


@pytest.mark.parametrize("local_day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])
def test_our_zone_has_the_right_hours_around_both_nights(local_day):
    """An hour before and after the change, as a reader computes it from our own time zone."""
    zone = Timezone.from_ical(ics.ZONE).to_tz(lookup_tzid=False)
    for hour in (0, 1, 4, 12):
        ours = local_day.replace(hour=hour, tzinfo=clock.BRUSSELS)
        assert local_day.replace(hour=hour, tzinfo=zone).astimezone(UTC) == ours.astimezone(UTC)


# --- addresses ------------------------------------------------------------------------------------------------------


def test_forged_addresses_open_nothing(booked):
    token = calendars.token(booked.volunteer)
    other = calendars.token(booked.request.organisation)
    forged = [
        "v" + "0" * 65,
        "o" + token[1:],
        token[:33] + other[33:],
        token[:-1] + "7",
        "",
        "v",
        "é" * 70,
        token[:-2] + "g0",
        token + "0",
        token.upper(),
        f"{token[:-1]}0٠",
    ]
    for one in forged:
        with pytest.raises(NotFound):
            calendars.open_feed(one)


def test_a_renewed_address_opens_and_the_old_one_does_not(booked):
    organisation = booked.request.organisation
    for owner in (booked.volunteer, organisation, organisation.staff.get()):
        old = calendars.token(owner)
        calendars.renew(owner, by=SYSTEM)
        assert calendars.token(owner) != old
        assert len(events(owner)) == 1
        with pytest.raises(NotFound):
            calendars.open_feed(old)
        assert Event.objects.about(owner).filter(verb="calendar.renewed").count() == 1


def test_who_has_left_has_no_calendar_any_more(booked):
    fatima, els = booked.request.organisation.staff.get(), booked.volunteer
    fatima.is_active, els.left_at = False, clock.now()
    fatima.save()
    els.save()
    for owner in (fatima, els):
        with pytest.raises(NotFound):
            calendars.open_feed(calendars.token(owner))


def test_an_empty_calendar_is_one_that_opens(frozen_clock):
    els = cast.volunteer()
    assert Calendar.from_ical(body(els))["version"] == "2.0"
    assert events(els) == []


# --- asked again ----------------------------------------------------------------------------------------------------


def test_unchanged_is_one_query_and_nothing_is_sent(booked, client):
    write_visits(booked, [(SEPTEMBER + timedelta(hours=n), SEPTEMBER + timedelta(hours=n + 1)) for n in range(20)])
    for owner in (booked.volunteer, booked.request.organisation):
        first = client.get(address(owner))
        assert (first.status_code, first["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        with CaptureQueriesContext(connection) as asked:
            again = client.get(address(owner), headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert len(asked) == 1


def test_feed_of_staff_is_four_queries_however_many_visits(booked, client):
    fatima = booked.request.organisation.staff.get()
    for number in (1, 20):
        moments = [(SEPTEMBER + timedelta(hours=n), SEPTEMBER + timedelta(hours=n + 1)) for n in range(number)]
        write_visits(booked, moments)
        with CaptureQueriesContext(connection) as asked:
            client.get(address(fatima))
        assert len(asked) == 4


def test_every_way_to_ask_whether_it_changed_is_understood(booked, client):
    where = address(booked.volunteer)
    tag = client.get(where)["ETag"]
    asked = {
        tag: 304,
        f"W/{tag}": 304,
        f'"other", {tag}': 304,
        f'W/"other",W/{tag}': 304,
        "*": 304,
        '"other"': 200,
        "": 200,
        tag.strip('"'): 200,
        "garbage \x01, ,": 200,
    }
    assert {one: client.get(where, headers={"if-none-match": one}).status_code for one in asked} == asked
    assert client.get(where, headers={"if-match": '"other"'}).status_code == 412


def test_head_tells_the_same_and_sends_nothing(booked, client):
    where = address(booked.volunteer)
    whole, head = client.get(where), client.head(where)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control", "Content-Language"):
        assert head[name] == whole[name]
    assert client.head(where, headers={"if-none-match": whole["ETag"]}).status_code == 304
    assert client.post(where).status_code == 405


def test_everything_that_shows_changes_the_tag(booked, client):
    """Whatever an entry follows from: no list of what to look at that could be forgotten in one place."""
    els, organisation = booked.volunteer, booked.request.organisation
    minutes = count(1)

    def tag():
        with clock.travel(clock.now() + timedelta(minutes=next(minutes))):
            return client.get(address(els))["ETag"]

    tags = [tag(), tag()]
    assert tags[0] == tags[1]
    Client.objects.filter(pk=booked.client_id).update(postcode="1050")
    tags.append(tag())
    RequestTask.objects.filter(request=booked.request).update(slug="photos")
    tags.append(tag())
    Organisation.objects.filter(pk=organisation.pk).update(phone="+3225550000")
    tags.append(tag())
    els.recipient.languages = ["fr"]
    els.recipient.save()
    tags.append(tag())
    visits.hold_back(booked.pk)
    tags.append(tag())
    visits.cancel(booked, by=Actor.volunteer(els), reason="volunteer_cannot")
    tags.append(tag())
    assert len(set(tags)) == len(tags) - 1


def test_unknown_address_is_not_found(client):
    assert client.get("/calendar/nothing.ics").status_code == 404


# --- what is written ------------------------------------------------------------------------------------------------

NASTY = (
    'Het "Centrum"; Jette, 1090\\n\r\nBEGIN:VEVENT\rSUMMARY:vals\x00\x1b\u2028\u202eedac مركز الزيزفون \N{SNOWMAN}'
    + "é" * 60
)


def test_no_name_of_an_organisation_writes_a_property_of_its_own(booked):
    Organisation.objects.filter(pk=booked.request.organisation_id).update(name=NASTY[:80].replace("\x00", ""))
    text = body(Organisation.objects.get(pk=booked.request.organisation_id)).decode()
    assert text.count("BEGIN:VEVENT\r\n") == 1
    assert [line for line in text.split("\r\n") if line.startswith("SUMMARY:vals")] == []
    assert len(list(Calendar.from_ical(text).walk("VEVENT"))) == 1
    unfolded = text.replace("\r\n ", "").split("\r\n")
    assert any(line.startswith('NAME:Het "Centrum" Jette 1090 n BEGIN:VEVENT SUMMARY:vals') for line in unfolded)


def test_no_name_of_a_place_writes_a_property_of_its_own(booked, monkeypatch):
    monkeypatch.setattr(places, "name", lambda postcode, language: NASTY)
    calendars.entry.cache_clear()
    try:
        text = body(booked.volunteer).decode()
    finally:
        calendars.entry.cache_clear()
    [event] = Calendar.from_ical(text).walk("VEVENT")
    kept = "".join(
        letter for letter in NASTY.replace("\r\n", "\n").replace("\r", "\n") if letter not in "\x00\x1b\u202e"
    )
    assert str(event["location"]) == kept.replace("\u2028", " ")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


ANYTHING = st.text(max_size=300) | st.text('ش٣é😀 \r\n\\;,:"\x00\u2028\x85', max_size=200)


@given(ANYTHING)
def test_any_text_comes_back_in_lines_that_are_short_enough(value):
    written = ics.entry(ics.text("SUMMARY", value), "UID:1")
    lines = written.split("\r\n")
    assert all(len(line.encode("utf-8", "replace")) <= 75 for line in lines)
    assert not any(letter in line for line in lines for letter in "\r\n\x00\x85\u2028")
    assert [line for line in lines if not line.startswith(" ")] == [
        "BEGIN:VEVENT",
        lines[1],
        "UID:1",
        "END:VEVENT",
        "",
    ]


@given(st.text(max_size=80))
def test_any_name_stays_within_its_quotes(value):
    said = ics.quoted(value)
    assert (said[0], said[-1]) == ('"', '"')
    assert not any(letter in said[1:-1] for letter in '"\r\n\x00\x7f')


def test_arabic_is_folded_between_letters():
    line = ics.text("SUMMARY", "مركز الزيزفون للمساعدة الرقمية في البيت " * 4)
    pieces = line.encode().split(b"\r\n ")
    assert len(pieces) > 3
    assert all(len(piece.decode()) > 0 for piece in pieces)
