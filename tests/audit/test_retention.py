from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from digibel import clock
from digibel.audit import chain, triggers
from digibel.audit.models import Event, Expiry, Seal

pytestmark = pytest.mark.django_db

START = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def still(frozen_clock):
    """The clock stands still unless a test moves it."""


@pytest.fixture
def three_days(diary):
    """Two events a day, each day a segment of its own."""
    for day in range(3):
        diary.write(2, at=START + day * DAY)
        with clock.travel(START + day * DAY):
            chain.seal_chain()


def test_only_whole_expired_segments_are_dropped(three_days):
    assert chain.drop_expired_segments(START + DAY + timedelta(seconds=1)) == 4
    assert set(Event.objects.values_list("at", flat=True)) == {START + 2 * DAY}
    assert (Seal.objects.count(), chain.verify_chain()) == (3, [])


def test_nothing_is_dropped_before_its_time(three_days):
    assert (chain.drop_expired_segments(START), Event.objects.count(), Expiry.objects.count()) == (0, 6, 0)


def test_what_is_not_sealed_is_not_dropped(diary):
    diary.write(2)
    assert (chain.drop_expired_segments(START + 9 * DAY), Event.objects.count()) == (0, 2)


def test_dropping_goes_on_and_leaves_the_chain_whole(three_days, diary):
    chain.drop_expired_segments(START + timedelta(seconds=1))
    assert chain.drop_expired_segments(START + timedelta(seconds=1)) == 0
    assert chain.drop_expired_segments(START + 3 * DAY) == 4
    diary.write(1)
    chain.seal_chain()
    assert (Event.objects.count(), Expiry.objects.count(), chain.verify_chain()) == (1, 2, [])


def test_after_dropping_the_rest_is_still_protected(three_days):
    chain.drop_expired_segments(START + timedelta(seconds=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.all().delete()
    assert Event.objects.count() == 4


def test_straggler_stays_as_long_as_the_segment_it_belongs_to(diary):
    (first,) = diary.write(1)
    fields = {"actor": "system", "verb": "visit.booked", "subject_kind": "visit", "subject_id": "1"}
    Event.objects.create(id=first.id + 2, at=START, **fields)
    chain.seal_chain()
    late = Event.objects.create(id=first.id + 1, at=START + DAY, **fields)
    chain.seal_chain()
    assert chain.drop_expired_segments(START + timedelta(seconds=1)) == 2
    assert (list(Event.objects.all()), chain.verify_chain()) == ([late], [])
    assert chain.drop_expired_segments(START + 2 * DAY) == 1
    assert chain.verify_chain() == []


def test_dropped_event_that_comes_back_is_told(three_days):
    back = Event.objects.order_by("id").first()
    chain.drop_expired_segments(START + timedelta(seconds=1))
    back.save(force_insert=True)
    assert chain.verify_chain() == ["1 events are still there, or came back, after their segments were dropped."]


def test_permission_that_somebody_wrote_for_themselves_is_told(three_days):
    first = Seal.objects.order_by("id").first()
    Expiry.objects.create(at=START, through_id=first.last_id + 1, seal=first)
    Event.objects.filter(id__lte=first.last_id + 1).delete()
    second = Seal.objects.order_by("id")[1]
    assert chain.verify_chain() == [
        f"{second} has 1 events instead of 2.",
        f"Events up to {first.last_id + 1} were dropped, which is not the end of {first}.",
    ]


def test_dropped_segment_that_was_forged_still_breaks_the_chain(three_days):
    chain.drop_expired_segments(START + timedelta(seconds=1))
    triggers.remove(connection)
    Seal.objects.filter(id=Seal.objects.order_by("id").first().id).update(hash="f" * 64)
    second = Seal.objects.order_by("id")[1]
    assert chain.verify_chain() == [f"{second} does not follow the segment before it: one was altered or taken out."]
