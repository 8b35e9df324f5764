"""The table of moves: every move that is not in it is refused, whoever tries; and every state can be reached."""

from datetime import timedelta

import pytest
from django.db import transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.scheduling.desksessions.models import SEAT_MOVES, SeatStatus
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.models import OFFER_MOVES, VISIT_MOVES, Move, Offer, OfferStatus, Visit, VisitStatus
from digibel.scheduling.moves import diagram, move, move_offers
from plugins.worlds import NOW, a_copy, built_once

pytestmark = pytest.mark.django_db

OFFER_STEPS = [(was, to) for was in OfferStatus.values for to in OfferStatus.values]
VISIT_STEPS = [(was, to) for was in VisitStatus.values for to in VisitStatus.values]
ALLOWED_OFFER_STEPS = {
    ("queued", "sent"),
    ("queued", "accepted"),
    ("queued", "declined"),
    ("queued", "expired"),
    ("queued", "withdrawn"),
    ("sent", "accepted"),
    ("sent", "declined"),
    ("sent", "expired"),
    ("sent", "withdrawn"),
    ("accepted", "declined"),
    ("accepted", "withdrawn"),
    ("expired", "accepted"),
}
ALLOWED_VISIT_STEPS = {
    ("booked", "under_way"),
    ("booked", "cancelled"),
    ("booked", "missed"),
    ("under_way", "done"),
}
_BACK = ("taken", "waiting", "came")  # who said no or signed out may come after all
ALLOWED_SEAT_STEPS = {
    *(("asked", to) for to in (*_BACK, "declined", "ended")),
    *(("taken", to) for to in ("left", "ended", "came", "missed")),
    *(("waiting", to) for to in ("taken", "asked", "left", "ended", "came")),
    *((was, to) for was in ("declined", "left", "ended") for to in _BACK),
    ("came", "missed"),
    ("missed", "came"),
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    yield from built_once(django_db_blocker, _world)


def _world():
    with clock.travel(NOW):
        lindeboom = cast.organisation()
        return cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))


@pytest.fixture
def visit(world, frozen_clock):
    return a_copy(world)


@pytest.mark.parametrize(("was", "to"), OFFER_STEPS)
def test_an_offer_moves_along_the_table_and_nowhere_else(visit, was, to):
    check_step(visit.offer, was, to, allowed=(was, to) in ALLOWED_OFFER_STEPS)


@pytest.mark.parametrize(("was", "to"), VISIT_STEPS)
def test_a_visit_moves_along_the_table_and_nowhere_else(visit, was, to):
    check_step(visit, was, to, allowed=(was, to) in ALLOWED_VISIT_STEPS)


def check_step(thing, was, to, *, allowed):
    type(thing).objects.filter(pk=thing.pk).update(status=was)
    thing.status = was
    steps = Move.objects.filter(subject_id=thing.pk)
    before = steps.count()
    if allowed:
        move(thing, to, by=SYSTEM, reason="test")
    else:
        with pytest.raises(MoveNotAllowed):
            move(thing, to, by=SYSTEM)
    stored = type(thing).objects.get(pk=thing.pk)
    assert stored.status == thing.status == (to if allowed else was)
    assert steps.count() == before + allowed
    if allowed:
        last = steps.last()
        assert (last.was, last.became, last.by, last.at, last.reason) == (was, to, "system", clock.now(), "test")


@pytest.mark.parametrize(
    ("table", "states"),
    [(OFFER_MOVES, OfferStatus.values), (VISIT_MOVES, VisitStatus.values), (SEAT_MOVES, SeatStatus.values)],
)
def test_every_state_is_in_the_table_and_can_be_reached(table, states):
    assert list(table) == states
    reached = {states[0]}
    while more := {to for was in reached for to in table[was]} - reached:
        reached |= more
    assert reached == set(states)


def test_a_stale_copy_loses_and_sees_what_is_true(visit):
    stale = Visit.objects.get(pk=visit.pk)
    move(visit, VisitStatus.CANCELLED, by=SYSTEM)
    with pytest.raises(MoveNotAllowed) as refusal:
        move(stale, VisitStatus.UNDER_WAY, by=SYSTEM)
    assert refusal.value.details == {"was": "cancelled"}
    assert stale.status == "cancelled"


def test_fields_are_written_with_the_step(visit):
    at = clock.now() + timedelta(minutes=1)
    move(visit, VisitStatus.UNDER_WAY, by=SYSTEM, checked_in_at=at)
    assert Visit.objects.get().checked_in_at == visit.checked_in_at == at


def test_several_offers_move_together_or_not_at_all(visit):
    lindeboom = visit.request.organisation
    volunteers = [cast.volunteer(lindeboom, name=name) for name in ("Els", "Ayse", "Bob")]
    asked = cast.request(lindeboom)
    made = cast.offered(asked, *volunteers)
    fresh = list(Offer.objects.filter(request=asked).order_by("pk"))
    assert len(made) == len(fresh) == 3
    Offer.objects.filter(pk=fresh[0].pk).update(status=OfferStatus.DECLINED)
    with pytest.raises(MoveNotAllowed), transaction.atomic():
        move_offers(fresh, OfferStatus.WITHDRAWN, by=SYSTEM)
    move_offers(fresh[1:], OfferStatus.WITHDRAWN, by=SYSTEM, reason="together")
    assert Move.objects.filter(became="withdrawn", reason="together").count() == 2


def test_the_diagram_shows_every_step_of_all_tables():
    drawn = {tuple(line.split()) for line in diagram().splitlines() if "-->" in line and "[*]" not in line}
    tables = {"Offer": ALLOWED_OFFER_STEPS, "Visit": ALLOWED_VISIT_STEPS, "Seat": ALLOWED_SEAT_STEPS}
    assert drawn == {(f"{name}_{was}", "-->", f"{name}_{to}") for name, steps in tables.items() for was, to in steps}
