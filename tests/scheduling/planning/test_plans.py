"""A plan of the day: made, moved by hand, sent by the ordinary offers, and never more than a proposal."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.organisations.models import Organisation
from digibel.scheduling import errors, offers, openings
from digibel.scheduling.models import Offer, Plan, PlanLine, Visit
from digibel.scheduling.planning import plans
from digibel.volunteers.models import Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
BY = cast.SYSTEM


def ask(organisation: Organisation, *days: int) -> list:
    return [cast.request(organisation, windows=cast.windows(days=day)) for day in days]


def lines(plan: Plan) -> dict[str, list[str]]:
    """References by state."""
    found: dict[str, list[str]] = {}
    for line in plan.lines.select_related("request").order_by("request__reference"):
        found.setdefault(line.state, []).append(line.request.reference)
    return found


def line_of(plan: Plan, request) -> PlanLine:
    return plan.lines.get(request=request)


def current(plan: Plan) -> int:
    return Plan.objects.get(pk=plan.pk).version


def test_plan_serves_everybody_where_one_after_the_other_would_not(lindeboom: Organisation) -> None:
    """Els can do both, Bo the first only: whoever takes the nearest for the first has nobody for the second."""
    first, second = [cast.request(lindeboom, tasks=[task]) for task in ("video-call", "wifi-connect")]
    cast.volunteer(lindeboom, name="Els", weekly_limit=1)
    bo = cast.volunteer(lindeboom, name="Bo", weekly_limit=1, skills=["video-call"], postcode="1070")
    plan = plans.make(lindeboom, by=BY)
    assert lines(plan) == {"planned": [first.reference, second.reference]}
    assert line_of(plan, first).volunteer == bo
    assert (plan.one_by_one, Offer.objects.count(), Visit.objects.count()) == (1, 0, 0)


def test_nobody_is_planned_twice_at_a_time_and_the_reason_is_kept(lindeboom: Organisation) -> None:
    ask(lindeboom, 1, 1)
    cast.volunteer(lindeboom)
    plan = plans.make(lindeboom, by=BY)
    assert sorted(plan.lines.values_list("state", "why")) == [("nobody", "taken"), ("planned", "")]


def test_nobody_can_go_is_told_with_the_rankings_own_reason(lindeboom: Organisation) -> None:
    ask(lindeboom, 1)
    cast.volunteer(lindeboom, speaks=["sq"])
    assert plans.make(lindeboom, by=BY).lines.get().why == "no_language"


def test_booked_visit_is_not_touched_and_counts(lindeboom: Organisation) -> None:
    booked, other = ask(lindeboom, 1, 2)
    els = cast.volunteer(lindeboom, weekly_limit=1)
    visit = cast.booked(booked, els)
    plan = plans.make(lindeboom, by=BY)
    same_week = (
        clock.local(visit.starts_at).isocalendar()[:2]
        == clock.local(visit.starts_at + timedelta(days=1)).isocalendar()[:2]
    )
    assert lines(plan) == {"nobody" if same_week else "planned": [other.reference]}
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_moment_asked_alone_and_not_answered_is_held(lindeboom: Organisation) -> None:
    first, second = ask(lindeboom, 1, 1)
    cast.offered(first, cast.volunteer(lindeboom))
    plan = plans.make(lindeboom, by=BY)
    assert line_of(plan, second).why == "taken"


def test_sent_plan_is_ordinary_offers_with_one_moment_each(lindeboom: Organisation) -> None:
    ask(lindeboom, 1, 2)
    cast.volunteer(lindeboom)
    plan = plans.make(lindeboom, by=BY)
    sent = plans.send(plan, version=plan.version, by=BY)
    assert (sent.asked, sent.refused, sent.left) == (2, (), 0)
    assert set(plan.lines.values_list("state", flat=True)) == {"sent"}
    planned = set(plan.lines.values_list("begins_at", flat=True))
    assert {offer.window(1)[0] for offer in Offer.objects.all() if len(offer.windows) == 1} == planned
    assert (Visit.objects.count(), Event.objects.filter(verb="plan.sent").count()) == (0, 1)


def test_plan_is_sent_once_however_often_it_is_pressed(lindeboom: Organisation) -> None:
    ask(lindeboom, 1)
    cast.volunteer(lindeboom)
    plan = plans.make(lindeboom, by=BY)
    plans.send(plan, version=plan.version, by=BY)
    with pytest.raises(errors.PlanChanged):
        plans.send(plan, version=plan.version, by=BY)
    assert plans.send(plan, version=current(plan), by=BY).asked == 0
    assert Offer.objects.count() == 1


def test_what_became_impossible_stays_behind_and_the_others_leave(lindeboom: Organisation) -> None:
    first, second = ask(lindeboom, 1, 2)
    els = cast.volunteer(lindeboom, name="Els")
    plan = plans.make(lindeboom, by=BY)
    Volunteer.objects.filter(pk=els.pk).update(weekly_limit=0)
    bo = cast.volunteer(lindeboom, name="Bo")
    plan.lines.filter(request=second).update(volunteer=bo)
    sent = plans.send(plan, version=plan.version, by=BY)
    assert (sent.asked, [line.request_id for line, _ in sent.refused]) == (1, [first.pk])
    assert lines(plan) == {"refused": [first.reference], "sent": [second.reference]}


def test_request_that_somebody_asked_for_meanwhile_is_not_asked_twice(lindeboom: Organisation) -> None:
    [first] = ask(lindeboom, 1)
    els, bo = cast.volunteer(lindeboom, name="Els"), cast.volunteer(lindeboom, name="Bo")
    plan = plans.make(lindeboom, by=BY)
    offers.send_wave(first, by=BY, volunteers=[bo if plan.lines.get().volunteer == els else els])
    sent = plans.send(plan, version=plan.version, by=BY)
    assert [problem.code for _, problem in sent.refused] == ["being_asked"]
    assert Offer.objects.count() == 1


def test_closed_request_is_not_asked_for(lindeboom: Organisation) -> None:
    [first] = ask(lindeboom, 1)
    cast.volunteer(lindeboom)
    plan = plans.make(lindeboom, by=BY)
    openings.close(first, closing="withdrawn", by=BY)
    assert plans.stale(plan) == ["gone_requests"]
    assert [one.code for _, one in plans.send(plan, version=plan.version, by=BY).refused] == ["request_closed"]


def test_choice_by_hand_stays_and_who_is_in_its_way_is_planned_again(lindeboom: Organisation) -> None:
    first, second = ask(lindeboom, 1, 1)
    els, bo = cast.volunteer(lindeboom, name="Els"), cast.volunteer(lindeboom, name="Bo")
    plan = plans.make(lindeboom, by=BY)
    line = line_of(plan, first)
    other = bo if line.volunteer == els else els
    assert line.begins_at
    assert plans.choose(line, other.pk, line.begins_at, version=plan.version) == 1
    assert (line_of(plan, first).volunteer, line_of(plan, first).by_hand) == (other, True)
    assert line_of(plan, second).volunteer != other
    again = plans.make(lindeboom, by=BY)
    assert line_of(again, first).volunteer == other


def test_impossible_choice_changes_nothing(lindeboom: Organisation) -> None:
    [first] = ask(lindeboom, 1)
    els = cast.volunteer(lindeboom)
    drita = cast.volunteer(lindeboom, name="Drita", speaks=["sq"])
    plan = plans.make(lindeboom, by=BY)
    line = line_of(plan, first)
    assert line.begins_at
    for who, when in (
        (drita.pk, line.begins_at),
        (els.pk, line.begins_at + timedelta(minutes=7)),
        (first.pk, line.begins_at),
    ):
        with pytest.raises(errors.NotInThePlan):
            plans.choose(line, who, when, version=plan.version)
    assert (line_of(plan, first).volunteer, current(plan)) == (els, plan.version)


def test_left_out_stays_out_until_it_is_put_back(lindeboom: Organisation) -> None:
    first, second = ask(lindeboom, 1, 1)
    cast.volunteer(lindeboom)
    plan = plans.make(lindeboom, by=BY)
    planned = plan.lines.get(state="planned")
    plans.drop(planned, version=plan.version)
    again = plans.make(lindeboom, by=BY)
    other = second if planned.request_id == first.pk else first
    assert lines(again) == {"dropped": [planned.request.reference], "planned": [other.reference]}
    plans.put_back(line_of(again, planned.request), version=again.version)
    assert sorted(lines(again)) == ["nobody", "planned"]


def test_plan_of_others_is_another_plan(lindeboom: Organisation) -> None:
    linde = cast.organisation("De Linde", sms_number="+32460000002")
    ask(lindeboom, 1)
    assert plans.make(linde, by=BY).lines.count() == 0


def test_old_plan_and_new_requests_are_told(lindeboom: Organisation) -> None:
    plan = plans.make(lindeboom, by=BY)
    assert plans.stale(plan) == []
    ask(lindeboom, 3)
    with clock.travel(clock.now() + timedelta(minutes=61)):
        assert plans.stale(plan) == ["old", "new_requests"]


def test_many_requests_are_planned_by_the_queue_once(lindeboom: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "AT_ONCE", 0)
    [first] = ask(lindeboom, 1)
    cast.volunteer(lindeboom)
    plan = plans.make(lindeboom, by=BY)
    assert (plan.made_at, plans.is_lost(plan)) == (None, False)
    with clock.travel(clock.now() + timedelta(minutes=6)):
        assert plans.is_lost(plan)
    plans.make_waiting(plan.pk)
    version = current(plan)
    plans.make_waiting(plan.pk)
    assert (lines(plan), current(plan)) == ({"planned": [first.reference]}, version)


def test_yes_to_a_planned_offer_books_that_moment(lindeboom: Organisation) -> None:
    ask(lindeboom, 1)
    els = cast.volunteer(lindeboom)
    plan = plans.make(lindeboom, by=BY)
    plans.send(plan, version=plan.version, by=BY)
    visit = offers.accept(Offer.objects.get(), 1, by=Actor.volunteer(els))
    assert visit.starts_at == plan.lines.get().begins_at
