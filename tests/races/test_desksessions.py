"""However many want the last seat, one has it; and a yes to a visit and a sign-up at the same instant never both win."""

import os
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.problems import Problem
from digibel.scheduling import offers, promises, readiness
from digibel.scheduling.desksessions import making, signing
from digibel.scheduling.models import DeskSession, Offer, Seat, Visit
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20 if os.environ.get("DIGIBEL_TEST_LONG") == "1" else 2
MANY = 20


@pytest.fixture
def lindeboom(frozen_clock):
    with transaction.atomic():
        return cast.organisation()


@pytest.fixture
def els(lindeboom):
    with transaction.atomic():
        return cast.volunteer(lindeboom)


def sign_up(session, volunteer):
    """What became of it: the status of the seat, or the code of the refusal."""
    try:
        return signing.sign_up(session, volunteer, by=Actor.volunteer(volunteer)).status
    except Problem as refusal:
        return refusal.code


def say_yes(offer):
    try:
        offers.accept(offer, 1, by=Actor.volunteer(offer.volunteer))
    except Problem as refusal:
        return refusal.code
    return "booked"


def broken_promises():
    return [*promises.in_two_visits_at_once(), *promises.at_a_desk_and_elsewhere()]


def test_twenty_sign_up_at_once_and_as_many_as_there_are_seats_come(lindeboom):
    with transaction.atomic():
        people = [cast.volunteer(lindeboom, name=f"V{number}") for number in range(MANY)]
        session = cast.desk_session(lindeboom, seats=3)
    told = at_once([partial(sign_up, session, one) for one in people])
    assert sorted(told) == ["taken"] * 3 + ["waiting"] * (MANY - 3)
    assert sorted(session.signed.taken().values_list("seat_number", flat=True)) == [1, 2, 3]
    assert broken_promises() == []


def test_one_who_signs_up_eight_times_at_once_has_one_seat(lindeboom, els):
    session = cast.desk_session(lindeboom, seats=3)
    assert at_once([partial(sign_up, session, els)] * 8) == ["taken"] * 8
    assert Seat.objects.count() == 1


def test_yes_to_a_visit_and_a_sign_up_at_once_never_both_win(lindeboom, els):
    for _ in range(ROUNDS):
        with transaction.atomic():
            asked = cast.request(lindeboom, windows=cast.windows(days=1))
            [offer] = offers.send_wave(asked, by=SYSTEM, volunteers=[els])
            begins = clock.local(offer.window(1)[0])
            session = cast.desk_session(
                lindeboom, days=1, start=begins.time(), end=(begins + timedelta(hours=1)).time()
            )
        told = at_once([partial(say_yes, offer), partial(sign_up, session, els)])
        assert sorted(told) in (["booked", "elsewhere_then"], ["no_longer_free", "taken"])
        assert broken_promises() == []
        _clear()


def test_two_desks_at_once_have_one_seat_of_one_person(lindeboom, els):
    for _ in range(ROUNDS):
        sessions = [cast.desk_session(lindeboom), cast.desk_session(lindeboom)]
        told = at_once([partial(sign_up, one, els) for one in sessions])
        assert sorted(told) == ["elsewhere_then", "taken"]
        _clear()


def test_called_off_while_somebody_signs_up_leaves_nobody_coming(lindeboom, els):
    for _ in range(ROUNDS):
        session = cast.desk_session(lindeboom)
        at_once([partial(sign_up, session, els), partial(making.call_off, session, by=SYSTEM)])
        assert not Seat.objects.taken().exists()
        _clear()


def test_pause_while_somebody_signs_up_leaves_nobody_coming(lindeboom, els):
    session = cast.desk_session(lindeboom)
    at_once([partial(sign_up, session, els), partial(readiness.pause, els, by=SYSTEM)])
    # What was signed in between is ended within the minute.
    signing.end_all_unready()
    assert not Seat.objects.taken().exists()


def test_two_writers_past_every_look_are_kept_apart_by_the_database(lindeboom, els):
    """The triggers alone, without the verbs: the second writer waits for the first, and is refused."""
    with transaction.atomic():
        asked = cast.request(lindeboom, windows=cast.windows(days=1))
        [offer] = offers.send_wave(asked, by=SYSTEM, volunteers=[els])
        session = cast.desk_session(lindeboom, days=1)
    start, end = offer.window(1)
    told = at_once([partial(_write_visit, asked, els, start, end), partial(_write_seat, session, els, start, end)])
    assert sorted(told) == ["refused", "written"]


def _write_visit(asked, volunteer, start, end):
    times = {"starts_at": start, "ends_at": end, "busy_from": start, "busy_until": end}
    facts = {"key_id": asked.key_id, "booked_at": start, "changed_at": start, **times}
    return _written(lambda: Visit.objects.create(request=asked, client=asked.client, volunteer=volunteer, **facts))


def _write_seat(session, volunteer, start, end):
    facts = {"status": "taken", "seat_number": 1, "busy_from": start, "busy_until": end, "created_at": start}
    return _written(lambda: Seat.objects.create(session=session, volunteer=volunteer, **facts))


def _written(write):
    try:
        with transaction.atomic():
            write()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)" if connection.vendor == "postgresql" else "SELECT 1")
    except IntegrityError:
        return "refused"
    return "written"


def _clear():
    """As if the last round had never been."""
    with transaction.atomic():
        Visit.objects.filter(status="booked").update(status="cancelled", word="", card_digest="")
        Offer.objects.exclude(status="withdrawn").update(status="withdrawn")
        Seat.objects.all().delete()
        DeskSession.objects.all().delete()
