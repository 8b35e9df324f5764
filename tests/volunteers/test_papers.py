"""Papers that make somebody ready: noted with care, ended by themselves, and never let go where a law asks them."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.scheduling import readiness as deeds
from digibel.volunteers import errors, readiness
from digibel.volunteers.models import ExemptionReason, Readiness, Requirement
from digibel.volunteers.requirements import RULES, months_later

pytestmark = pytest.mark.django_db
LET_GO = ["code_of_conduct", "training"]


def in_days(number):
    return clock.today() + timedelta(days=number)


def test_rules_every_requirement_has_one_with_its_article_in_three_languages():
    assert list(RULES) == Requirement.values
    assert {tuple(rule.article) for rule in RULES.values()} == {("nl", "fr", "en")}
    assert [one for one, rule in RULES.items() if rule.exempt] == LET_GO


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [((2026, 8, 31), 6, (2027, 2, 28)), ((2024, 2, 29), 12, (2025, 2, 28)), ((2026, 12, 1), 1, (2027, 1, 1))],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(day, months, later):
    assert months_later(date(*day), months) == date(*later)


def test_note_keeps_version_and_reference_and_masks_secrets(lindeboom, els):
    told = {"since": in_days(-1), "until": in_days(300), "by": SYSTEM}
    deeds.note_readiness(els, lindeboom, "insurance", reference="BE68 5390 0754 7034", **told)
    row = els.readiness.get(requirement="insurance")
    assert "5390" not in row.reference
    deeds.note_readiness(els, lindeboom, "information_note", version="2026-1", **told)
    assert els.readiness.get(requirement="information_note").version == "2026-1"
    facts = Event.objects.filter(verb="readiness.noted").order_by("-pk")[0].facts
    assert facts == {
        "requirement": "information_note",
        "since": str(in_days(-1)),
        "until": str(in_days(300)),
        "version": "2026-1",
    }


@pytest.mark.parametrize(
    ("requirement", "since", "until", "reference", "problem"),
    [
        ("insurance", 1, 300, "12", errors.NotYet),
        ("insurance", 0, None, "12", errors.MustEnd),
        ("insurance", 0, 300, " ", errors.ReferenceMissing),
        ("insurance", 0, -1, "12", errors.WrongEnd),
        ("discretion", 0, 366 * 6, "", errors.WrongEnd),
        ("questions", 0, 300, "", errors.OnlyByAnswering),
    ],
)
def test_note_refuses_what_cannot_be(lindeboom, els, requirement, since, until, reference, problem):
    before = els.readiness.get(requirement=requirement)
    end = None if until is None else in_days(until)
    with pytest.raises(problem):
        deeds.note_readiness(
            els, lindeboom, requirement, since=in_days(since), until=end, reference=reference, by=SYSTEM
        )
    after = els.readiness.get(requirement=requirement)
    assert (after.since, after.until) == (before.since, before.until)


def test_a_shorter_end_opens_a_visit_again_the_same_minute(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    told = {"since": clock.today(), "until": clock.today(), "reference": "12", "by": SYSTEM}
    assert deeds.note_readiness(els, lindeboom, "insurance", **told) == 1
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_exemption_counts_until_its_end_and_names_who_granted_it(lindeboom):
    els = cast.volunteer(lindeboom, ready=False)
    fatima = lindeboom.staff.get()
    deeds.exempt(els, lindeboom, "training", until=in_days(10), reason="next_session", granted_by=fatima)
    row = els.readiness.get()
    assert (row.exempt, row.granted_by) == ("next_session", fatima)
    assert "training" not in readiness.missing(els, lindeboom, in_days(10))
    assert "training" in readiness.missing(els, lindeboom, in_days(11))
    event = Event.objects.get(verb="readiness.exempted")
    assert (event.actor, event.facts["reason"]) == (f"staff:{fatima.pk}", "next_session")
    readiness.note(els, lindeboom, "training", since=clock.today(), until=None, by=SYSTEM)
    row.refresh_from_db()
    assert (row.exempt, row.granted_by, row.until) == ("", None, None)


def test_exemption_never_takes_the_place_of_a_paper_that_counts_longer(lindeboom, els):
    """A press too many would open their visits again."""
    visit = cast.booked(cast.request(lindeboom), els)
    with pytest.raises(errors.InOrderAlready):
        deeds.exempt(els, lindeboom, "training", until=in_days(0), reason="elsewhere", granted_by=lindeboom.staff.get())
    visit.refresh_from_db()
    assert (visit.status, els.readiness.get(requirement="training").exempt) == ("booked", "")


@pytest.mark.parametrize("requirement", [one for one in Requirement.values if one not in LET_GO])
def test_exemption_from_what_a_law_asks_is_refused_by_verb_and_database(lindeboom, els, requirement):
    fatima = lindeboom.staff.get()
    with pytest.raises(errors.NoExemption):
        deeds.exempt(els, lindeboom, requirement, until=in_days(5), reason="elsewhere", granted_by=fatima)
    row = els.readiness.filter(requirement=requirement)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(exempt="elsewhere", granted_by=fatima, until=in_days(5))


@pytest.mark.parametrize("days", [-1, 185])
def test_exemption_is_for_six_months_at_most(lindeboom, els, days):
    with pytest.raises(errors.ExemptionTooLong):
        deeds.exempt(
            els, lindeboom, "training", until=in_days(days), reason="elsewhere", granted_by=lindeboom.staff.get()
        )


def test_exemption_with_a_reason_of_ones_own_is_refused(lindeboom, els):
    with pytest.raises(errors.NoExemption):
        deeds.exempt(els, lindeboom, "training", until=in_days(5), reason="is ill", granted_by=lindeboom.staff.get())


@pytest.mark.parametrize("missing", [{"until": None}, {"granted_by": None}, {"exempt": ""}])
def test_exemption_without_end_or_name_is_refused_by_the_database(lindeboom, els, missing):
    whole = {"exempt": ExemptionReason.ELSEWHERE, "granted_by": lindeboom.staff.get(), "until": in_days(5)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Readiness.objects.filter(requirement="training").update(**{**whole, **missing})
