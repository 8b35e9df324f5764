"""A rule becomes stricter: what is offered or booked is judged again the same minute, and nothing slips past it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.guardrails.catalogue import Verdict
from digibel.notifications.models import CallTask
from digibel.organisations import tightenings
from digibel.requests import judging
from digibel.requests.errors import NothingToOverrule
from digibel.requests.models import HelpRequest, Overruling, StoredJudgement
from digibel.requests.rectifying import as_draft
from digibel.scheduling import (
    clockwork,
    doorstep,
    errors,
    followups,
    inside,
    merging,
    offers,
    openings,
    promises,
    rectifying,
    rejudging,
    series,
    visits,
    worklist,
)
from digibel.scheduling.models import Offer, OfferStatus, Visit, VisitStatus

pytestmark = pytest.mark.django_db

SKILLS = [*cast.SKILLS, "payments"]


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom, skills=SKILLS)


def tighten(organisation, slug="online-payment", verdict=Verdict.STAFF_ONLY, *, days=0):
    since = clock.today() + timedelta(days=days)
    return rejudging.tighten(
        organisation, slug, verdict, reason="Onze verzekering wil het niet", since=since, by=SYSTEM
    )


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def in_order():
    """Nothing slipped: every promise that a judgement touches holds, and nobody is forgotten."""
    broken = [str(finding) for finding in promises.check() if not finding.holds]
    assert broken == []


# --- organisations --------------------------------------------------------------------------------------------------


@pytest.mark.guardrail("E1", "E2")
def test_a_booked_visit_for_what_became_stricter_is_cancelled_and_both_hear_it(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom, tasks=["online-payment"]), els)
    visits.confirm(visit, by=SYSTEM)
    tighten(lindeboom)
    assert (fresh(visit).status, fresh(visit.offer).status) == (VisitStatus.CANCELLED, OfferStatus.WITHDRAWN)
    request = fresh(visit.request)
    assert request.next_kind == "refer"
    clockwork.live_through(clock.now() + timedelta(minutes=1))
    assert [text for text in cast.telephone(els) if "geannuleerd" in text or "gaat niet door" in text] != []
    with pytest.raises(errors.NotForVolunteers):
        offers.send_wave(request, by=SYSTEM)
    in_order()


@pytest.mark.guardrail("E1", "E2")
def test_live_offers_end_and_a_yes_that_was_on_its_way_books_nothing(lindeboom, els):
    [offer] = cast.offered(cast.request(lindeboom, tasks=["online-payment"]), els)
    tighten(lindeboom)
    assert fresh(offer).status == OfferStatus.WITHDRAWN
    cast.texts(els, "ja")
    assert not Visit.objects.exists()
    in_order()


def test_only_the_part_that_became_stricter_leaves_and_the_visit_goes_on(lindeboom, els):
    request = cast.request(lindeboom, tasks=["video-call", "online-payment"])
    visit = cast.booked(request, els)
    tighten(lindeboom)
    part = HelpRequest.objects.get(split_from=request)
    assert [task.slug for task in fresh(request).tasks.all()] == ["video-call"]
    assert [(task.slug, task.verdict) for task in part.tasks.all()] == [("online-payment", "staff_only")]
    assert (fresh(visit).status, part.next_kind, part.in_own_words) == ("booked", "refer", "Mijn tablet doet raar")
    in_order()


def test_a_stricter_condition_changes_the_verdict_and_nothing_else(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom, tasks=["video-call"]), els)
    tighten(lindeboom, "video-call", Verdict.CONDITIONS)
    assert (fresh(visit).status, judging.judge_request(visit.request).verdict) == ("booked", "conditions")
    in_order()


@pytest.mark.guardrail("E2")
def test_a_visit_is_judged_on_its_own_day(lindeboom, els):
    """Booked for tomorrow: from the day after it may stay, from tomorrow on it may not."""
    visit = cast.booked(cast.request(lindeboom, tasks=["online-payment"]), els)
    early = tighten(lindeboom, days=2)
    assert fresh(visit).status == "booked"
    tightenings.end(early, by=SYSTEM)
    tighten(lindeboom, days=1)
    assert fresh(visit).status == "cancelled"


def test_nothing_is_offered_beyond_the_day_from_which_it_is_stricter(lindeboom, els):
    request = cast.request(lindeboom, tasks=["online-payment"], always_home=True, windows=[])
    tighten(lindeboom, days=1)
    [offer] = cast.offered(request, els)
    assert {clock.local(offer.window(choice)[0]).date() for choice in range(1, len(offer.windows) + 1)} == {
        clock.today()
    }
    in_order()


@pytest.mark.guardrail("E2")
def test_on_its_day_the_clock_judges_again_what_waited(lindeboom, els):
    request = cast.request(lindeboom, tasks=["online-payment"], always_home=True, windows=[])
    tighten(lindeboom, days=1)
    with clock.travel(clockwork.live_through(clock.now() + timedelta(days=1))):
        clockwork.tick()
        assert fresh(request).next_kind == "refer"
        in_order()


def test_what_was_written_while_somebody_said_yes_is_seen_the_same_minute(lindeboom, els):
    """As when both happen at one instant: the tightening found nothing yet, the yes was not stopped."""
    visit = cast.booked(cast.request(lindeboom, tasks=["online-payment"]), els)
    tightenings.tighten(
        lindeboom, "online-payment", Verdict.FORBIDDEN, reason="Niet bij ons", since=clock.today(), by=SYSTEM
    )
    assert fresh(visit).status == "booked"
    clockwork.tick()
    assert fresh(visit).status == "cancelled"
    in_order()


def test_a_visit_under_way_goes_on_and_somebody_rings_the_volunteer(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom, tasks=["online-payment"]), els)
    with clock.travel(clockwork.live_through(visit.starts_at)):
        inside.check_in(visit, by=SYSTEM)
        tighten(lindeboom)
        tighten(lindeboom, "video-call", Verdict.CONDITIONS)
        call = CallTask.objects.open().get(kind="visit.stricter")
        assert (fresh(visit).status, call.urgent, call.recipient) == ("under_way", True, els.recipient)
        in_order()
        with pytest.raises(errors.AlreadyBooked):
            offers.send_wave(visit.request, by=SYSTEM)


def test_what_is_done_is_not_split_and_a_second_visit_is_judged_by_the_new_rule(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom, tasks=["video-call", "online-payment"]), els)
    with clock.travel(clockwork.live_through(visit.starts_at)):
        inside.check_in(visit, by=SYSTEM)
        inside.check_out(visit, by=SYSTEM)
        tighten(lindeboom)
        clockwork.tick()
        assert HelpRequest.objects.count() == 1
        followups.note(visit, "fails", by=SYSTEM)
        clockwork.tick()
        assert [task.slug for task in fresh(visit.request).tasks.all()] == ["video-call"]
        in_order()


@pytest.mark.guardrail("E1", "E9")
def test_what_is_learned_after_a_visit_counts_before_anybody_is_asked_again(lindeboom, els):
    """Nobody is asked before the follow-up, which judges it again; and a series that begins with that visit does so too."""
    visit = cast.booked(cast.request(lindeboom, tasks=["online-payment"], always_home=True, windows=[]), els)
    with clock.travel(clockwork.live_through(visit.starts_at)):
        inside.check_in(visit, by=SYSTEM)
        inside.check_out(visit, by=SYSTEM)
        client = fresh(visit.client)
        told = replace(as_draft(client), decides_about_money="Mevr. Janssens")
        rectifying.correct(client, told, version=client.version, by=SYSTEM)
        with pytest.raises(errors.FollowUpFirst):
            offers.send_wave(fresh(visit.request), by=SYSTEM)
        series.plan(fresh(visit.request), goal="zelf betalen", visits=2, by=SYSTEM)
        with pytest.raises(errors.NotForVolunteers):
            offers.send_wave(fresh(visit.request), by=SYSTEM)
        in_order()


@pytest.mark.guardrail("E2")
def test_ending_a_tightening_loosens_nothing_that_was_judged_by_it(lindeboom, els):
    made = tighten(lindeboom)
    during = cast.request(lindeboom, tasks=["online-payment"])
    tightenings.end(made, by=SYSTEM)
    after = cast.request(lindeboom, tasks=["online-payment"])
    assert [fresh(one).next_kind for one in (during, after)] == ["refer", "choose"]
    in_order()


def test_the_neighbours_are_not_touched(lindeboom, els):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    theirs = cast.booked(cast.request(sleutel, tasks=["online-payment"]), cast.volunteer(sleutel, skills=SKILLS))
    tighten(lindeboom)
    clockwork.tick()
    assert fresh(theirs).status == "booked"


@pytest.mark.guardrail("E1", "E2")
def test_a_new_wish_at_the_door_is_judged_by_the_organisations_own_rules(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    with pytest.raises(doorstep.MayBeDone):
        doorstep.ask_slip(visit, "photos", by=SYSTEM)
    tighten(lindeboom, "photos")
    made = doorstep.ask_slip(visit, "photos", by=SYSTEM)
    assert (made.next_kind, [task.verdict for task in made.tasks.all()]) == ("refer", ["staff_only"])
    assert doorstep.ask_slip(visit, "photos", by=SYSTEM) == made
    in_order()


@pytest.mark.guardrail("E9")
def test_a_wish_at_the_door_is_judged_by_what_is_true_of_the_client(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom, client={"decides_about_money": "Mevr. Janssens"}), els)
    made = doorstep.ask_slip(visit, "online-payment", by=SYSTEM)
    assert made.next_kind == "refer"


def test_somebody_else_decides_about_money_from_now_on(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom, tasks=["online-payment"]), els)
    client = visit.client
    client.decides_about_money = "Mevr. Janssens"
    client.save()
    assert rejudging.judge_client_again(client, by=SYSTEM) == 1
    assert (fresh(visit).status, fresh(visit.request).next_kind) == ("cancelled", "refer")
    assert rejudging.judge_client_again(client, by=SYSTEM) == 0
    in_order()


# --- the third one --------------------------------------------------------------------------------------------------


def ask_again(client, **changes):
    told = cast.draft(tasks=["online-payment"], **changes)
    return openings.open_request(told, organisation=client.organisation, by=SYSTEM, client=client)[0]


@pytest.fixture
def third(lindeboom):
    first = cast.request(lindeboom, tasks=["online-payment"])
    ask_again(first.client)
    return ask_again(first.client)


def overrule(request, reason="Ze betaalt alleen haar huur en leert het snel"):
    return rejudging.overrule(request, reason=reason, by=SYSTEM)


@pytest.mark.guardrail("E9")
def test_the_second_new_problem_is_on_the_coordinators_list_and_stays_there(lindeboom):
    first = cast.request(lindeboom, tasks=["online-payment"])
    assert not CallTask.objects.filter(kind="client.money_again").exists()
    second = ask_again(first.client)
    call = CallTask.objects.open().get(kind="client.money_again")
    assert (call.owner, call.recipient, second.next_kind) == ("coordinator", first.client.recipient, "choose")
    openings.close(second, closing="withdrawn", by=SYSTEM)
    ask_again(first.client)
    assert CallTask.objects.open().filter(kind="client.money_again").count() == 1


SAME = {"first_name": "Cor", "family_name": "Vos", "phone": "+32475112298"}


@pytest.mark.guardrail("E9")
def test_a_program_that_makes_a_new_client_each_time_is_counted_by_the_person(lindeboom):
    """However their name is written; somebody else at the same number is somebody else."""
    cast.request(lindeboom, tasks=["online-payment"], client=SAME)
    second = cast.request(lindeboom, tasks=["bank-app"], client={**SAME, "family_name": "VOS"})
    assert CallTask.objects.open().get(kind="client.money_again").subject_id == second.client_id
    third = cast.request(lindeboom, tasks=["tax-view"], client=SAME)
    assert third.tasks.get().verdict == "staff_only"
    wife = cast.request(lindeboom, tasks=["tax-view"], client={**SAME, "first_name": "Riet"})
    assert wife.tasks.get().verdict == "conditions"
    in_order()


def test_the_same_problem_may_be_named_whichever_row_it_stands_under(lindeboom):
    first = cast.request(lindeboom, tasks=["online-payment"], client=SAME)
    cast.request(lindeboom, tasks=["bank-app"], client=SAME)
    again = cast.request(lindeboom, tasks=["online-payment"], client=SAME, same_as=first.reference)
    assert (again.same_as, again.tasks.get().verdict) == (first, "conditions")


def test_the_neighbours_client_of_the_same_name_and_number_is_not_ours(lindeboom):
    """No organisation learns, from a verdict, what another one's client asked."""
    for task in ("online-payment", "bank-app"):
        cast.request(lindeboom, tasks=[task], client=SAME)
    tilleul = cast.organisation("Le Tilleul", sms_number="+32460000002")
    assert cast.request(tilleul, tasks=["tax-view"], client=SAME).tasks.get().verdict == "conditions"
    assert CallTask.objects.filter(kind="client.money_again", organisation=tilleul).count() == 0


@pytest.mark.guardrail("E9")
def test_an_administrator_told_under_another_row_counts(lindeboom):
    cast.request(lindeboom, client={**SAME, "decides_about_money": "Meester Bontekraai"})
    assert cast.request(lindeboom, tasks=["bank-app"], client=SAME).tasks.get().verdict == "staff_only"


@pytest.mark.guardrail("E9")
def test_an_administrator_told_later_under_another_row_calls_off_what_is_booked(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom, tasks=["online-payment"], client=SAME), els)
    cast.request(lindeboom, client={**SAME, "decides_about_money": "Meester Bontekraai"})
    assert (fresh(visit).status, fresh(visit.request).next_kind) == ("cancelled", "refer")
    in_order()


@pytest.mark.guardrail("E9")
def test_what_two_rows_asked_is_counted_when_they_are_one_person(lindeboom, els):
    """The third is for staff from then on, also where somebody has said yes; the coordinator hears why."""
    one, other = (cast.request(lindeboom, tasks=[task]) for task in ("online-payment", "bank-app"))
    visit = cast.booked(ask_again(other.client), els)
    CallTask.objects.filter(kind="client.money_again").update(done_at=clock.now(), outcome="reached")
    merging.merge(one.client, other.client, by=SYSTEM)
    assert [judging.stored_verdicts(fresh(each)).popitem()[1] for each in (one, other, visit.request)] == [
        Verdict.CONDITIONS,
        Verdict.CONDITIONS,
        Verdict.STAFF_ONLY,
    ]
    assert (fresh(visit).status, fresh(visit.request).next_kind) == ("cancelled", "refer")
    assert CallTask.objects.open().get(kind="client.money_again").subject_id == one.client_id
    assert rejudging.may_be_overruled(fresh(visit.request))
    in_order()


def test_two_rows_of_whom_one_asked_about_money_alarm_nobody(lindeboom):
    one, other = cast.request(lindeboom), cast.request(lindeboom, tasks=["online-payment"])
    merging.merge(one.client, other.client, by=SYSTEM)
    assert not CallTask.objects.filter(kind="client.money_again").exists()


@pytest.mark.parametrize("theirs", [[], ["decides_about_money"]])
@pytest.mark.parametrize("has_one", ["kept", "other"])
def test_who_decides_about_money_of_either_decides_for_the_one_person(lindeboom, els, theirs, has_one):
    asked = cast.request(lindeboom, tasks=["online-payment"])
    minded = cast.request(
        lindeboom,
        client={
            "decides_about_money": "Meester Bontekraai",
            "money_kind": "administrator",
            "money_phone": "+3224251122",
        },
    )
    visit = cast.booked(asked, els)
    kept, other = (minded, asked) if has_one == "kept" else (asked, minded)
    done = merging.merge(kept.client, other.client, theirs=theirs, by=SYSTEM)
    one = fresh(kept.client)
    assert (one.decides_about_money, one.money_kind, one.money_phone) == (
        "Meester Bontekraai",
        "administrator",
        "+3224251122",
    )
    assert (fresh(visit).status, fresh(asked).next_kind) == ("cancelled", "refer")
    merging.undo(done, by=SYSTEM)
    assert {fresh(asked.client).decides_about_money, fresh(minded.client).decides_about_money} == {
        "",
        "Meester Bontekraai",
    }
    in_order()


def test_who_decides_from_a_visit_on_decides_about_the_next_one(lindeboom, els):
    """What was done is not judged again; what comes after it is."""
    visit = cast.booked(cast.request(lindeboom, tasks=["online-payment"]), els)
    with clock.travel(visit.ends_at):
        inside.check_out(visit, by=SYSTEM)
        visit.client.decides_about_money = "Meester Bontekraai"
        visit.client.save()
        assert rejudging.judge_client_again(visit.client, by=SYSTEM) == 0
    with clock.travel(visit.ends_at + timedelta(days=8)):
        clockwork.tick()
        done = fresh(visit)
        followups.note(done, "fails", by=SYSTEM, again=followups.moments_again(done)[:1])
        request = fresh(visit.request)
        assert (request.tasks.get().verdict, request.next_kind, request.offers.live().count()) == (
            "staff_only",
            "refer",
            0,
        )
        in_order()


def test_who_decides_since_somebody_was_taken_for_dead_decides_when_they_are_back(lindeboom):
    asked = cast.request(lindeboom, tasks=["online-payment"])
    openings.note_gone(asked.client, by=SYSTEM, gone_as="died")
    client = fresh(asked.client)
    client.decides_about_money = "Meester Bontekraai"
    client.save()
    openings.undo_gone(client, reason="wrong_person", by=SYSTEM)
    assert fresh(asked).tasks.get().verdict == "staff_only"
    in_order()


@pytest.mark.guardrail("E9")
def test_asked_again_about_the_same_problem_is_no_new_one(lindeboom):
    first = cast.request(lindeboom, tasks=["online-payment", "benefits"])
    again = ask_again(first.client, same_as=first.reference)
    more = ask_again(first.client, same_as=first.reference)
    assert judging.asked_about_money(first.client) == 1
    assert {again.same_as_id, more.same_as_id} == {first.pk}
    assert not CallTask.objects.filter(kind="client.money_again").exists()
    other = ask_again(first.client)
    assert (judging.facts_then(other).money_before, other.next_kind) == (1, "choose")


def test_when_somebody_died_nobody_is_rung_about_money(lindeboom):
    first = cast.request(lindeboom, tasks=["online-payment"])
    ask_again(first.client)
    openings.note_gone(first.client, by=SYSTEM)
    assert not CallTask.objects.open().filter(kind="client.money_again").exists()


@pytest.mark.guardrail("E9")
def test_the_third_is_for_staff_unless_a_coordinator_says_why(third, els):
    assert third.next_kind == "refer"
    assert rejudging.may_be_overruled(third)
    made = overrule(third, "  Ze betaalt alleen haar huur  ")
    assert (made.reason, fresh(third).next_kind) == ("Ze betaalt alleen haar huur", "choose")
    assert Event.objects.get(verb="request.overruled").facts == {}
    cast.booked(fresh(third), els)
    in_order()


@pytest.mark.guardrail("E9", "E4")
@pytest.mark.parametrize("reason", ["", " \n "])
def test_without_a_reason_nothing_is_overruled(third, reason):
    with pytest.raises(rejudging.NoReasonToOverrule):
        overrule(third, reason)
    assert not Overruling.objects.exists()
    assert "4821" not in overrule(third, "haar pincode is 4821 en ze onthoudt hem").reason


def test_overruled_twice_or_when_closed_is_refused(third):
    overrule(third)
    with pytest.raises(NothingToOverrule):
        overrule(third)
    openings.close(third, closing="withdrawn", by=SYSTEM)
    with pytest.raises(errors.RequestClosed):
        overrule(third)


@pytest.mark.guardrail("E1", "E2", "E9")
def test_overruling_frees_the_third_time_and_nothing_else(lindeboom):
    """The catalogue, the organisation and an administrator still say no."""
    first = cast.request(lindeboom, tasks=["online-payment"])
    client = first.client
    ask_again(client)
    forbidden = openings.open_request(
        cast.draft(tasks=["cash-withdrawal", "benefits"]), organisation=lindeboom, by=SYSTEM, client=client
    )[0]
    with pytest.raises(NothingToOverrule):
        overrule(forbidden)
    mixed = openings.open_request(
        cast.draft(tasks=["benefits", "online-payment"]), organisation=lindeboom, by=SYSTEM, client=client
    )[0]
    overrule(mixed)
    part = HelpRequest.objects.get(split_from=mixed)
    assert [[task.slug for task in fresh(one).tasks.all()] for one in (mixed, part)] == [
        ["online-payment"],
        ["benefits"],
    ]
    tighten(lindeboom, "bank-app", Verdict.FORBIDDEN)
    with pytest.raises(NothingToOverrule):
        overrule(
            openings.open_request(cast.draft(tasks=["bank-app"]), organisation=lindeboom, by=SYSTEM, client=client)[0]
        )
    client.decides_about_money = "Mevr. Janssens"
    client.save()
    with pytest.raises(NothingToOverrule):
        overrule(ask_again(client))
    in_order()


# --- made again -----------------------------------------------------------------------------------------------------


@pytest.mark.guardrail("E1", "E9")
def test_overruling_does_not_free_what_was_kept_for_staff_from_the_start(lindeboom):
    """As where another organisation handed it over and had its own reason."""
    first = cast.request(lindeboom, tasks=["online-payment"])
    ask_again(first.client)
    kept = replace(cast.draft(tasks=["online-payment"]), for_staff=("online-payment",))
    third = openings.open_request(kept, organisation=lindeboom, by=SYSTEM, client=first.client)[0]
    assert not rejudging.may_be_overruled(third)
    with pytest.raises(NothingToOverrule):
        overrule(third)
    assert [task.verdict for task in fresh(third).tasks.all()] == [Verdict.STAFF_ONLY]


def test_every_judgement_keeps_what_it_was_made_with(lindeboom, els, third):
    tighten(lindeboom, "video-call", Verdict.CONDITIONS)
    request = cast.request(lindeboom, tasks=["video-call", "benefits"])
    stored = request.judgements.get()
    assert (stored.cause, stored.tightened, stored.verdicts) == (
        "logged",
        {"video-call": "conditions"},
        {"video-call": "conditions"},
    )
    assert (third.judgements.get().money_before, third.judgements.get().administrator) == (2, False)
    overrule(third)
    causes = [(one.cause, one.overruled, one.verdicts) for one in third.judgements.all()]
    assert causes == [
        ("logged", False, {"online-payment": "staff_only"}),
        ("overruled", True, {"online-payment": "conditions"}),
    ]
    assert list(judging.replay()) == []


def test_a_judgement_that_does_not_follow_from_its_rules_is_found(lindeboom, capsys):
    request = cast.request(lindeboom, tasks=["benefits"])
    StoredJudgement.objects.update(verdicts={"benefits": "allowed"})
    found = [(one.reference, one.slug, one.was, one.became) for one in judging.replay()]
    assert found == [(request.reference, "benefits", "allowed", "staff_only")]
    with pytest.raises(SystemExit):
        call_command("replay_judgements")
    assert capsys.readouterr().out.splitlines() == [
        f"{request.reference} benefits: allowed -> staff_only",
        "1 judgements made again, 1 verdicts differ.",
    ]
    broken = [finding.sentence for finding in promises.check() if not finding.holds]
    assert broken == ["every judgement follows from its rules"]


def test_a_judgement_of_another_version_is_made_again_by_that_version(lindeboom, capsys):
    cast.request(lindeboom, tasks=["online-payment"])
    StoredJudgement.objects.update(version="2026-11-21")
    call_command("replay_judgements")
    call_command("replay_judgements", "--version-of", "2026-11-25")
    assert capsys.readouterr().out.splitlines() == 2 * ["1 judgements made again, 0 verdicts differ."]
    StoredJudgement.objects.update(version="2019-01-01")
    assert [one.became for one in judging.replay()] == [""]


def test_the_next_action_is_right_after_every_kind_of_second_look(lindeboom, els, third):
    cast.booked(cast.request(lindeboom, tasks=["online-payment", "email-setup"]), els)
    overrule(third)
    tighten(lindeboom)
    tighten(lindeboom, "email-setup", Verdict.FORBIDDEN)
    assert worklist.differences() == []
    assert Offer.objects.live().count() == 0
    assert not Visit.objects.standing().exists()


def test_the_day_of_a_rule_is_seen_while_time_is_moved_on(lindeboom):
    """Nothing rings between the end of their absence and the fifth day; the rule of the third counts all the same."""
    request = cast.request(lindeboom)
    openings.note_away(request.client, until=clock.today() + timedelta(days=1), by=SYSTEM)
    tighten(lindeboom, "video-call", days=2)
    with clock.travel(clockwork.live_through(clock.now() + timedelta(days=4))):
        assert [task.verdict for task in request.tasks.all()] == ["staff_only"]
        assert worklist.differences() == []
