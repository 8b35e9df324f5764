"""However many are referred to the last seat of a place, one has it; and of two who bring in one list at once, one does."""

from functools import partial

import pytest
from django.db import connection, transaction

import cast
from digibel import sheets
from digibel.audit.actors import SYSTEM
from digibel.directory.importing import bringing
from digibel.directory.importing.rehearsing import rehearse
from digibel.directory.models import HelpPlace
from digibel.problems import Problem
from digibel.requests.models import Referral
from digibel.scheduling import arrivals, openings, worklist
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lindeboom(frozen_clock):
    with transaction.atomic():
        return cast.organisation()


def told(deed):
    """What became of it: its answer, or the code of the refusal."""
    try:
        return deed()
    except Problem as refusal:
        return refusal.code


def book(request, session):
    openings.refer(request, by=SYSTEM, place_ids=[str(session.place_id)], sessions={session.place_id: session.pk})
    return "booked"


def test_of_six_who_want_two_seats_two_have_them(lindeboom):
    with transaction.atomic():
        session = cast.place_session(lindeboom, seats=2)
        asked = [cast.request(lindeboom, tasks=["benefits"]) for _ in range(6)]
    answers = at_once([partial(told, partial(book, one, session)) for one in asked])
    assert sorted(answers) == ["booked", "booked", *["no_seat_left"] * 4]
    assert sorted(Referral.objects.values_list("seat_number", flat=True)) == [1, 2]
    assert worklist.differences() == []


def test_called_off_while_somebody_is_booked_nobody_is_forgotten(lindeboom):
    with transaction.atomic():
        session = cast.place_session(lindeboom, seats=3)
        asked = [cast.request(lindeboom, tasks=["benefits"]) for _ in range(3)]
        book(asked[0], session)
    jobs = [partial(book, one, session) for one in asked[1:]]
    at_once([partial(told, job) for job in (*jobs, partial(arrivals.call_off, session, by=SYSTEM))])
    told(partial(arrivals.call_off, session, by=SYSTEM))
    for one in asked:
        one.refresh_from_db()
    booked = {one.request_id for one in Referral.objects.exclude(session=None)}
    assert asked[0].pk in booked
    assert {one.next_kind for one in asked} == {"refer"}
    assert worklist.differences() == []


def test_of_two_who_bring_in_one_list_at_once_one_does(lindeboom):
    if connection.vendor == "sqlite":
        pytest.skip("a list holds the whole database")
    with transaction.atomic():
        cast.place("Ander")
    sheet = sheets.read(b"naam;soort;postcode\nDe Linde;OCR;1090\nBib;library;1000\n")
    seen = rehearse(sheet).seen
    bring = partial(bringing.bring_in, sheet, seen=seen, by=SYSTEM)
    answers = at_once([partial(told, lambda: str(bring().added)) for _ in range(2)])
    assert sorted(answers) == ["2", "list_is_old"]
    assert HelpPlace.objects.count() == 3
