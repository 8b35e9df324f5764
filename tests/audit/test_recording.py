from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from digibel.audit.actors import CLOCK, SYSTEM, Actor
from digibel.audit.errors import FactRefused, NameRefused
from digibel.audit.models import Event
from digibel.audit.recording import PHONE, record

pytestmark = pytest.mark.django_db

CENTRE = UUID(int=3)
# An id whose digits would pass for a telephone number.
PHONELIKE = UUID("0475123456"[:8] + "-5612-4000-8000-047512345678")


def test_deed_is_written_as_it_happened(diary, frozen_clock):
    by = Actor("staff", "5")
    record("address.shown", diary.visit, by=by, organisation_id=CENTRE, offer=UUID(int=9), windows=[1, 2], urgent=True)
    (event,) = Event.objects.all()
    assert (event.at, event.organisation_id, event.actor, event.verb) == (
        frozen_clock,
        CENTRE,
        "staff:5",
        "address.shown",
    )
    assert (event.subject_kind, event.subject_id) == ("audit_cast.visit", str(diary.visit.pk))
    assert event.facts == {"offer": "00000000-0000-0000-0000-000000000009", "windows": [1, 2], "urgent": True}


def test_deed_that_is_rolled_back_is_not_written(diary):
    with transaction.atomic():
        record("visit.booked", diary.visit, by=SYSTEM)
        transaction.set_rollback(True)
    assert Event.objects.count() == 0


def test_events_are_found_by_subject_actor_and_organisation(diary):
    first = record("visit.booked", diary.visit, by=SYSTEM, organisation_id=CENTRE)
    second = record("visit.cancelled", diary.visit, by=CLOCK)
    record("visit.booked", type(diary.visit)(), by=CLOCK)
    events = Event.objects
    assert list(events.about(diary.visit).newest_first()) == [second, first]
    assert list(events.by(SYSTEM)) == [first]
    assert list(events.of_organisation(CENTRE)) == [first]


@given(
    facts=st.dictionaries(
        st.sampled_from(["number", "verb", "subject", "kind"]),
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.uuids().map(str) | st.lists(st.integers(0, 9)),
    )
)
def test_facts_come_back_as_they_were(diary, facts):
    event = record("visit.booked", diary.visit, by=SYSTEM, **facts)
    assert Event.objects.get(pk=event.pk).facts == facts


@pytest.mark.parametrize(
    ("fact", "written"),
    [
        (PHONELIKE, str(PHONELIKE)),
        (str(PHONELIKE), str(PHONELIKE)),
        (date(2026, 9, 15), "2026-09-15"),
        (datetime(2026, 9, 15, 8, 30, tzinfo=UTC), "2026-09-15T08:30:00+00:00"),
        ("2026-09-15T08:30:00+00:00", "2026-09-15T08:30:00+00:00"),
        ("2026-00123", "2026-00123"),
        ("no_answer", "no_answer"),
        ("x" * 80, "x" * 80),
        ((1, "a"), [1, "a"]),
    ],
)  # fmt: skip
def test_ids_codes_and_dates_are_taken(diary, fact, written):
    event = record("visit.booked", diary.visit, by=SYSTEM, fact=fact)
    assert Event.objects.get(pk=event.pk).facts == {"fact": written}


@pytest.mark.parametrize(
    "fact",
    [
        "x" * 81,
        "+32 475 12 34 56",
        "bel 0475/12.34.56",
        "02 123 45 67",
        "0032475123456",
        "32475123456",
        "jan@example.org",
        "BE71 0961 2345 6769",
        1.5,
        {"a": 1},
        [["a"]],
        ["+32475123456"],
        list(range(101)),
        b"x",
    ],
)
def test_what_may_be_personal_is_refused_and_not_quoted(diary, fact):
    with pytest.raises(FactRefused) as refusal:
        record("visit.booked", diary.visit, by=SYSTEM, answer=fact)
    assert str(refusal.value) == FactRefused.message.format(fact="answer")
    assert Event.objects.count() == 0


@given(digits=st.text("0123456789", min_size=8, max_size=9), separator=st.sampled_from(["", " ", ".", "/", "-"]))
def test_belgian_number_is_recognised_however_it_is_written(digits, separator):
    assert PHONE.search("tel " + separator.join("0" + digits))


@pytest.mark.parametrize("verb", ["logged", "Request.Logged", "request logged", "", "a." + "b" * 60])
def test_what_is_no_deed_is_refused(diary, verb):
    with pytest.raises(NameRefused):
        record(verb, diary.visit, by=SYSTEM)
