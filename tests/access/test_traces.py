"""What the service says about itself tells of nobody: its logs and its figures, over the whole way of one request."""

import logging

import pytest
from django.test import Client as Browser

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.notifications import tasks
from digibel.scheduling import clockwork, followups, inside, reports

pytestmark = pytest.mark.django_db


def gone_the_whole_way(organisation, volunteer):
    """A visit that was asked for, booked, made, reported and followed up; returns it, and its word."""
    request = cast.request(organisation)
    cast.offered(request, volunteer)
    cast.texts(volunteer, "ja")
    visit = request.visits.get()
    word = visit.word
    cast.texts(visit.client, "1")
    with clock.travel(visit.starts_at):
        cast.texts(volunteer, "IN")
        cast.texts(volunteer, "mijn pincode is 4711, wat nu?")
        inside.check_out(visit, by=Actor.volunteer(volunteer))
        reports.report(visit, by=Actor.volunteer(volunteer), all_right=True, note="De tablet werkt weer")
        tasks.pick_up_lost()
    visit.refresh_from_db()
    with clock.travel(visit.follow_up_due):
        clockwork.tick()
        followups.note(visit, "works", by=cast.SYSTEM)
    return visit, word


def who_and_where(visit, word):
    client, volunteer = visit.client, visit.volunteer
    numbers = [client.recipient.number, volunteer.recipient.number]
    return [
        client.first_name,
        client.family_name,
        client.street,
        volunteer.first_name,
        word,
        *numbers,
        *(number.replace("+32", "0") for number in numbers),
        "4711",
        "De tablet werkt weer",
    ]


def test_no_log_line_and_no_figure_says_who_or_where(frozen_clock, caplog):
    caplog.set_level(logging.DEBUG)
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom, name="Elsbeth")
    visit, word = gone_the_whole_way(lindeboom, els)
    figures = Browser().get("/metrics").content.decode()
    said = "\n".join([*(f"{record.getMessage()} {vars(record)}" for record in caplog.records), figures])
    assert "text routed" in said
    assert "digibel" in figures
    assert [told for told in who_and_where(visit, word) if told in said] == []
