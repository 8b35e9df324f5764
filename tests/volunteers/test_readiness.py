"""Ready: everything in order, for this organisation, on this day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.volunteers import errors, pool, readiness
from digibel.volunteers.models import Readiness, Requirement

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(DAYS, st.none() | DAYS, DAYS)
def test_a_requirement_holds_from_its_first_to_its_last_day(since, until, day):
    row = Readiness(requirement="training", since=since, until=until)
    assert row.holds_on(day) is (since <= day <= (until or date.max))


@given(st.sets(st.sampled_from(Requirement.values)))
def test_what_is_missing_is_what_is_not_met(met):
    rows = [Readiness(requirement=one, since=date(2026, 1, 1)) for one in met]
    missing = readiness.missing_on(rows, date(2026, 6, 1))
    assert missing == [one for one in Requirement.values if one not in met]


@pytest.mark.django_db
def test_readiness_is_noted_renewed_and_ended_for_one_organisation(frozen_clock):
    lindeboom, sleutel = cast.organisation(), cast.organisation("De Sleutel")
    els = cast.volunteer(lindeboom, sleutel)
    today = clock.today()
    assert readiness.missing(els, lindeboom, today) == []
    readiness.end(els, lindeboom, "insurance", last_day=today, by=SYSTEM)
    assert readiness.missing(els, lindeboom, today) == []
    assert readiness.missing(els, lindeboom, today + timedelta(days=1)) == ["insurance"]
    assert readiness.missing(els, sleutel, today + timedelta(days=1)) == []
    readiness.note(els, lindeboom, "insurance", since=today, until=None, by=SYSTEM)
    assert readiness.missing(els, lindeboom, today + timedelta(days=400)) == []
    facts = Event.objects.filter(verb="readiness.ended").get().facts
    assert facts == {"requirement": "insurance", "until": str(today)}


@pytest.mark.django_db
@pytest.mark.guardrail("E10")
@pytest.mark.parametrize("requirement", ["insurance", "questions", "training"])
def test_ending_never_makes_anything_count_longer(frozen_clock, requirement):
    """A policy without its number, a year without the five questions, an exemption past its six months."""
    lindeboom = cast.organisation()
    els, tonight = cast.volunteer(lindeboom), clock.today()
    readiness.end(els, lindeboom, requirement, last_day=tonight, by=SYSTEM)
    with pytest.raises(errors.EndsAlready):
        readiness.end(els, lindeboom, requirement, last_day=tonight + timedelta(days=1), by=SYSTEM)
    assert readiness.missing(els, lindeboom, tonight + timedelta(days=1)) == [requirement]


@pytest.mark.django_db
@pytest.mark.guardrail("E10")
def test_nobody_is_ready_who_has_just_joined(frozen_clock):
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom, ready=False)
    assert readiness.missing(els, lindeboom, clock.today()) == Requirement.values


@pytest.mark.django_db
def test_a_pause_begins_once_and_ends(frozen_clock):
    els = cast.volunteer()
    pool.pause(els, by=SYSTEM)
    with clock.travel(frozen_clock + timedelta(hours=1)):
        pool.pause(els, by=SYSTEM)
    els.refresh_from_db()
    assert els.paused_at == frozen_clock
    pool.resume(els, by=SYSTEM)
    els.refresh_from_db()
    assert els.paused_at is None
