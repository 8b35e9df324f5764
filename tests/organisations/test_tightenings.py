"""An organisation may be stricter: with a reason and a day, never looser, ended by a person, all of it in the audit."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.guardrails.catalogue import TASKS, Verdict
from digibel.guardrails.judgement import TighteningRefused, judge
from digibel.organisations import tightenings
from digibel.organisations.models import Tightening

pytestmark = pytest.mark.django_db


def tighten(organisation, slug="online-payment", verdict=Verdict.STAFF_ONLY, **changes):
    told = {"reason": "Onze verzekering sluit betalen uit", "since": clock.today(), "by": SYSTEM, **changes}
    return tightenings.tighten(organisation, slug, verdict, **told)


@pytest.mark.guardrail("E2")
def test_a_tightening_holds_from_its_day_until_a_person_ends_it(lindeboom):
    begins = clock.today() + timedelta(days=3)
    made = tighten(lindeboom, since=begins)
    days = [clock.today(), begins - timedelta(days=1), begins, begins + timedelta(days=400)]
    assert [tightenings.in_force(lindeboom.pk, day) for day in days] == [
        {},
        {},
        *2 * [{"online-payment": "staff_only"}],
    ]
    tightenings.end(made, by=SYSTEM)
    assert tightenings.in_force(lindeboom.pk, begins) == {}
    with pytest.raises(tightenings.AlreadyEnded):
        tightenings.end(made, by=SYSTEM)


def test_it_holds_for_its_own_organisation_alone(lindeboom):
    sleutel = cast.organisation("De Sleutel")
    made = tighten(lindeboom)
    assert tightenings.in_force(sleutel.pk, clock.today()) == {}
    with pytest.raises(Tightening.DoesNotExist):
        tightenings.find(sleutel, made.pk)


@pytest.mark.guardrail("E2")
def test_every_change_is_in_the_audit_and_the_reason_is_not(lindeboom):
    tightenings.end(tighten(lindeboom), by=SYSTEM)
    facts = {"task": "online-payment", "verdict": "staff_only"}
    assert [(event.verb, event.facts) for event in Event.objects.filter(verb__startswith="guardrail.")] == [
        ("guardrail.tightened", {**facts, "since": "2026-09-15"}),
        ("guardrail.tightening_ended", facts),
    ]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": "  \n "}, tightenings.NoReasonGiven),
        ({"since": "yesterday"}, tightenings.NotADayToCome),
        ({"since": "too far"}, tightenings.NotADayToCome),
        ({"verdict": Verdict.CONDITIONS}, TighteningRefused),
        ({"verdict": Verdict.ALLOWED}, TighteningRefused),
        ({"slug": "cash-withdrawal", "verdict": Verdict.FORBIDDEN}, TighteningRefused),
    ],
)
def test_what_may_not_be_written_is_refused_and_nothing_is_kept(lindeboom, changes, refusal):
    days = {"yesterday": -1, "too far": 367}
    if "since" in changes:
        changes = {"since": clock.today() + timedelta(days=days[changes["since"]])}
    with pytest.raises(refusal):
        tighten(lindeboom, **changes)
    assert not Tightening.objects.exists()


def test_one_answer_per_task_until_it_is_ended(lindeboom):
    made = tighten(lindeboom)
    with pytest.raises(tightenings.AlreadyStricter):
        tighten(lindeboom, verdict=Verdict.FORBIDDEN)
    tightenings.end(made, by=SYSTEM)
    tighten(lindeboom, verdict=Verdict.FORBIDDEN)
    assert tightenings.in_force(lindeboom.pk, clock.today()) == {"online-payment": Verdict.FORBIDDEN}


@pytest.mark.guardrail("E4")
def test_a_secret_in_the_reason_is_not_kept(lindeboom):
    made = tighten(lindeboom, reason="zijn pincode is 4821, dus liever niet")
    assert "4821" not in made.reason


@pytest.mark.guardrail("E2")
@pytest.mark.parametrize(
    "fields",
    [{"verdict": "allowed"}, {"verdict": "looser"}, {"reason": ""}, {"ended_by": "clock"}, {"ended_at": "now"}],
)
def test_the_database_itself_refuses_what_no_verb_would_write(lindeboom, fields):
    made = tighten(lindeboom)
    fields = {name: clock.now() if value == "now" else value for name, value in fields.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Tightening.objects.filter(pk=made.pk).update(**fields)


class TestNothingLoosens(TestCase):
    """Whatever somebody tries to write, what is then judged is never milder than the catalogue."""

    databases = "__all__"

    @pytest.mark.guardrail("E2")
    @given(st.lists(st.tuples(st.sampled_from(sorted(TASKS)), st.sampled_from(Verdict)), max_size=6))
    def test_by_whatever_is_written(self, attempts):
        lindeboom = cast.organisation(duty=False)
        for slug, verdict in attempts:
            try:
                tighten(lindeboom, slug, verdict)
            except (TighteningRefused, tightenings.AlreadyStricter):
                continue
        kept = tightenings.in_force(lindeboom.pk, clock.today())
        for slug, task in TASKS.items():
            here = judge([slug], tightened=kept).verdict
            assert here.strictness >= task.verdict.strictness
            assert here is task.verdict or (slug in kept and task.verdict is not Verdict.FORBIDDEN)
