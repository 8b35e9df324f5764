from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from digibel import clock
from digibel.audit import chain, triggers
from digibel.audit.models import Event, Seal

pytestmark = pytest.mark.django_db

START = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def still(frozen_clock):
    """The clock stands still unless a test moves it."""


@pytest.fixture
def open_audit():
    """The owner of the database has taken the triggers away."""
    triggers.remove(connection)


def forge(pk, **fields):
    return Event.objects.create(
        id=pk, at=START, actor="system", verb="visit.booked", subject_kind="visit", subject_id="1", facts=fields
    )


def ids():
    return list(Event.objects.order_by("id").values_list("id", flat=True))


def first_id():
    """PostgreSQL does not take ids back when a test is rolled back."""
    return ids()[0]


def test_empty_audit_needs_no_seal():
    assert (chain.seal_chain(), chain.verify_chain(), chain.head()) == (0, [], chain.BEGINNING)


def test_what_was_sealed_is_true(diary):
    diary.write(3)
    assert (chain.seal_chain(), chain.seal_chain(), chain.verify_chain()) == (3, 0, [])
    seal = Seal.objects.get()
    assert (seal.count, seal.last_id, seal.previous_hash, seal.until) == (3, ids()[-1], chain.BEGINNING, START)
    assert chain.head() == seal.hash


def test_each_segment_hangs_on_the_one_before(diary):
    for count in (2, 1, 4):
        diary.write(count)
        chain.seal_chain()
    seals = list(Seal.objects.order_by("id"))
    assert [seal.count for seal in seals] == [2, 1, 4]
    assert [seal.previous_hash for seal in seals] == [chain.BEGINNING, seals[0].hash, seals[1].hash]
    assert chain.verify_chain() == []


def test_long_audit_is_sealed_in_segments(diary, monkeypatch):
    monkeypatch.setattr(chain, "SEGMENT", 2)
    diary.write(5)
    assert (chain.seal_chain(), chain.verify_chain()) == (5, [])
    assert list(Seal.objects.order_by("id").values_list("count", flat=True)) == [2, 2, 1]


def test_two_at_once_do_not_fork_the_chain(diary, monkeypatch):
    diary.write(2)
    hash_segment = chain.hash_segment

    def other_is_faster(seal, events):
        Seal.objects.create(
            at=START, first_id=1, last_id=0, count=0, until=START, hash="f" * 64, previous_hash=seal.previous_hash
        )
        return hash_segment(seal, events)

    monkeypatch.setattr(chain, "hash_segment", other_is_faster)
    assert (chain.seal_chain(), list(Seal.objects.values_list("hash", flat=True))) == (0, ["f" * 64])


# --- late ids -----------------------------------------------------------------------------------------------------


def test_event_that_is_committed_late_is_sealed_as_a_straggler(diary):
    last = diary.write(1)[0].id
    forge(last + 3)
    chain.seal_chain()
    assert Seal.objects.get().gaps[-1] == [last + 1, last + 2]
    forge(last + 2)
    assert chain.verify_chain() == []
    assert chain.seal_chain() == 1
    straggler = Seal.objects.order_by("id").last()
    assert (straggler.stragglers, straggler.first_id, straggler.last_id) == ([last + 2], last + 4, last + 3)
    assert (chain.seal_chain(), chain.verify_chain()) == (0, [])


def test_event_put_in_a_gap_long_after_is_told(diary):
    last = diary.write(1)[0].id
    forge(last + 2)
    chain.seal_chain()
    with clock.travel(START + timedelta(days=2)):
        forge(last + 1)
        assert chain.seal_chain() == 0
        assert chain.verify_chain() == [f"Event {last + 1} was put in after its segment was sealed."]


@given(
    order=st.integers(1, 12).flatmap(lambda n: st.permutations(range(1, n + 1))),
    seal_after=st.sets(st.integers(0, 11)),
)
def test_chain_holds_in_whatever_order_ids_are_committed(order, seal_after):
    triggers.remove(connection)
    for model in triggers.PROTECTED:
        model.objects.all().delete()
    for position, pk in enumerate(order):
        forge(pk)
        if position in seal_after:
            chain.seal_chain()
    chain.seal_chain()
    assert chain.verify_chain() == []
    assert sum(Seal.objects.values_list("count", flat=True)) == len(order)
    assert sorted(event.id for seal in Seal.objects.all() for event in chain.events_of(seal)) == sorted(order)


# --- tampering ----------------------------------------------------------------------------------------------------

CHANGES = {
    "at": START + timedelta(microseconds=1),
    "organisation_id": "00000000-0000-0000-0000-000000000001",
    "actor": "clock",
    "verb": "visit.cancelled",
    "subject_kind": "client",
    "subject_id": "2",
    "facts": {"number": 99},
}


@pytest.mark.parametrize("field", CHANGES)
def test_any_changed_field_is_told(diary, open_audit, field):
    diary.write(3)
    chain.seal_chain()
    Event.objects.filter(id=first_id() + 1).update(**{field: CHANGES[field]})
    seal = Seal.objects.get()
    assert chain.verify_chain() == [f"{seal} is not what was sealed: an event or the seal was altered."]


def test_changed_fields_are_all_there_are():
    assert {field.name for field in Event._meta.fields} - {"id"} == set(CHANGES)


def test_event_taken_out_is_told(diary, open_audit):
    diary.write(3)
    chain.seal_chain()
    Event.objects.filter(id=first_id() + 1).delete()
    assert chain.verify_chain() == [f"{Seal.objects.get()} has 2 events instead of 3."]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", 2),
        ("hash", "f" * 64),
        ("at", START + timedelta(1)),
        ("until", START + timedelta(1)),
        ("gaps", [[1, 1]]),
    ],
)
def test_altered_seal_is_told(diary, open_audit, field, value):
    diary.write(3)
    chain.seal_chain()
    Seal.objects.update(**{field: value})
    assert len(chain.verify_chain()) == 1


def test_segment_taken_out_with_its_events_is_told(diary, open_audit):
    for _ in range(3):
        diary.write(1)
        chain.seal_chain()
    middle = Seal.objects.order_by("id")[1]
    last = Seal.objects.order_by("id")[2]
    Event.objects.filter(id=middle.last_id).delete()
    middle.delete()
    assert chain.verify_chain() == [f"{last} does not follow the segment before it: one was altered or taken out."]


@given(data=st.data())
def test_swapping_any_two_different_events_is_told(data):
    triggers.remove(connection)
    for model in triggers.PROTECTED:
        model.objects.all().delete()
    for pk in range(1, 7):
        forge(pk, number=pk)
        if data.draw(st.booleans()):
            chain.seal_chain()
    chain.seal_chain()
    one, other = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=2, unique=True))
    Event.objects.filter(id=one).update(facts={"number": other})
    Event.objects.filter(id=other).update(facts={"number": one})
    touched = {seal.id for seal in Seal.objects.all() for pk in (one, other) if seal.first_id <= pk <= seal.last_id}
    assert len(chain.verify_chain()) == len(touched)
