"""Feeds, read back with the library that calendar programs would use."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.problems import NotFound
from digibel.scheduling import calendars, visits

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(frozen_clock):
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom, name="Els")
    return cast.booked(cast.request(lindeboom), els)


def _events(token):
    read = Calendar.from_ical(calendars.ics(calendars.open_feed(token)))
    return list(read.walk("VEVENT"))


def test_feed_tells_when_and_the_neighbourhood(booked):
    [event] = _events(calendars.volunteer_token(booked.volunteer))
    assert event["uid"] == f"visit-{booked.pk}@127.0.0.1"
    assert event.decoded("dtstart") == booked.starts_at
    assert event.decoded("dtend") == booked.ends_at
    assert str(event["summary"]).endswith("Jette")
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 0)


def test_feed_holds_no_name_no_street_and_no_word(booked):
    text = calendars.ics(calendars.open_feed(calendars.volunteer_token(booked.volunteer))).decode()
    client = booked.client
    for secret in (client.first_name, client.family_name, client.street, client.recipient.number, booked.word):
        assert secret not in text


def test_cancelled_visit_is_cancelled_in_the_feed_with_a_higher_sequence(booked):
    visits.cancel(booked, by=SYSTEM, reason="organisation")
    [event] = _events(calendars.volunteer_token(booked.volunteer))
    assert (event["status"], event["sequence"], event["transp"]) == ("CANCELLED", 1, "TRANSPARENT")


def test_organisation_feed_holds_its_own_visits_only(booked):
    other = cast.organisation("De Sleutel", sms_number="+32460000002")
    assert _events(calendars.organisation_token(other)) == []
    assert len(_events(calendars.organisation_token(booked.request.organisation))) == 1


def test_forged_and_replaced_addresses_open_nothing(booked):
    token = calendars.volunteer_token(booked.volunteer)
    booked.volunteer.calendar_version += 1
    booked.volunteer.save()
    for forged in (token, "v" + "0" * 64, "o" + token[1:], "", "v", "é" * 70, token[:-1] + "g"):
        with pytest.raises(NotFound):
            calendars.open_feed(forged)


@pytest.mark.parametrize("local_day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])
def test_nights_the_clock_changes_keep_their_hours(booked, local_day):
    """An hour before and after the change, as a reader computes it from our own time zone."""
    zone = calendars.BRUSSELS.to_tz(lookup_tzid=False)
    for hour in (0, 1, 4, 12):
        ours = local_day.replace(hour=hour, tzinfo=clock.BRUSSELS)
        assert local_day.replace(hour=hour, tzinfo=zone).astimezone(UTC) == ours.astimezone(UTC)


def test_unchanged_feed_is_not_sent_again(booked, client):
    address = f"/calendar/{calendars.volunteer_token(booked.volunteer)}.ics"
    first = client.get(address)
    assert (first.status_code, first["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    with clock.travel(clock.now() + timedelta(minutes=1)):
        visits.cancel(booked, by=SYSTEM, reason="organisation")
        assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_unknown_address_is_not_found(client):
    assert client.get("/calendar/nothing.ics").status_code == 404
