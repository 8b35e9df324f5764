import dataclasses
import pickle
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.guardrails.catalogue import CATALOGUE_VERSION, STANDING_CONDITIONS, TASKS, UnknownTask, Verdict
from digibel.guardrails.judgement import (
    Judgement,
    NothingToJudge,
    TighteningRefused,
    VolunteerTask,
    check_tightening,
    judge,
    sendable,
)

slugs = st.lists(st.sampled_from(sorted(TASKS)), min_size=1, max_size=8)
tightenings = st.dictionaries(st.sampled_from(sorted(TASKS)), st.sampled_from(Verdict), max_size=30)


def test_strictest_verdict_wins() -> None:
    judgement = judge(["video-call", "benefits", "wifi-connect"])
    assert judgement.verdict is Verdict.STAFF_ONLY
    assert [(judged.slug, judged.verdict) for judged in judgement.tasks] == [
        ("video-call", Verdict.ALLOWED),
        ("benefits", Verdict.STAFF_ONLY),
        ("wifi-connect", Verdict.ALLOWED),
    ]


def test_request_is_split_into_what_each_may_do() -> None:
    judgement = judge(["video-call", "benefits", "cash-withdrawal", "itsme-activate"])
    assert judgement.for_volunteer == ("video-call", "itsme-activate")
    assert judgement.for_staff == ("benefits",)
    assert judgement.forbidden == ("cash-withdrawal",)
    assert tuple(task.slug for task in judgement.sendable) == judgement.for_volunteer


def test_judgement_remembers_the_version_of_the_catalogue() -> None:
    assert judge(["photos"]).catalogue_version == CATALOGUE_VERSION


def test_same_task_named_twice_is_judged_once_in_its_first_place() -> None:
    judgement = judge(["photos", "video-call", "photos"])
    assert [judged.slug for judged in judgement.tasks] == ["photos", "video-call"]


def test_no_task_at_all_is_refused() -> None:
    with pytest.raises(NothingToJudge):
        judge([])
    with pytest.raises(ValueError, match="Choose at least one task"):
        sendable([])


def test_unknown_task_is_refused_even_beside_known_ones() -> None:
    with pytest.raises(UnknownTask):
        judge(["photos", "fotos"])


def test_urgent_task_makes_the_request_urgent() -> None:
    assert (judge(["photos", "fraud-now"]).urgent, judge(["photos"]).urgent) == (True, False)


def test_organisation_may_be_stricter() -> None:
    judgement = judge(["online-payment", "photos"], tightened={"online-payment": Verdict.STAFF_ONLY})
    assert judgement.verdict is Verdict.STAFF_ONLY
    assert judgement.for_volunteer == ("photos",)
    assert [judged.tightened for judged in judgement.tasks] == [True, False]


@pytest.mark.guardrail("E2")
def test_looser_tightening_is_clamped_when_judged() -> None:
    assert judge(["benefits"], tightened={"benefits": Verdict.ALLOWED}) == judge(["benefits"])


@pytest.mark.parametrize(
    ("slug", "verdict"),
    [("photos", Verdict.CONDITIONS), ("photos", Verdict.FORBIDDEN), ("benefits", Verdict.FORBIDDEN)],
)
def test_stricter_tightening_may_be_set(slug: str, verdict: Verdict) -> None:
    check_tightening(slug, verdict)
    assert judge([slug], tightened={slug: verdict}).verdict is verdict


@pytest.mark.parametrize("slug", TASKS)
@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.guardrail("E2")
def test_tightening_that_is_not_stricter_cannot_be_set(slug: str, verdict: Verdict) -> None:
    stricter = list(Verdict)[list(Verdict).index(TASKS[slug].verdict) + 1 :]
    if verdict in stricter:
        check_tightening(slug, verdict)
        return
    with pytest.raises(TighteningRefused):
        check_tightening(slug, verdict)


def test_tightening_of_an_unknown_task_cannot_be_set() -> None:
    with pytest.raises(UnknownTask):
        check_tightening("fotos", Verdict.FORBIDDEN)


@given(slugs, tightenings)
@pytest.mark.guardrail("E1")
def test_nothing_staff_only_or_forbidden_ever_reaches_a_volunteer(
    named: list[str], tight: Mapping[str, Verdict]
) -> None:
    for task in sendable(named, tightened=tight):
        assert TASKS[task.slug].verdict in (Verdict.ALLOWED, Verdict.CONDITIONS)
        assert tight.get(task.slug, Verdict.ALLOWED) in (Verdict.ALLOWED, Verdict.CONDITIONS)


@given(slugs, tightenings)
@pytest.mark.guardrail("E2")
def test_tightening_never_loosens(named: list[str], tight: Mapping[str, Verdict]) -> None:
    plain, strict = judge(named), judge(named, tightened=tight)
    assert strict.verdict.strictness >= plain.verdict.strictness
    for before, after in zip(plain.tasks, strict.tasks, strict=True):
        assert after.verdict.strictness >= before.verdict.strictness
    assert set(strict.for_volunteer) <= set(plain.for_volunteer)
    assert set(plain.forbidden) <= set(strict.forbidden)


@given(slugs, tightenings)
def test_every_task_goes_exactly_one_way(named: list[str], tight: Mapping[str, Verdict]) -> None:
    judgement = judge(named, tightened=tight)
    ways = judgement.for_volunteer + judgement.for_staff + judgement.forbidden
    assert sorted(ways) == sorted(set(named))
    assert judgement.verdict is max((judged.verdict for judged in judgement.tasks), key=list(Verdict).index)


@given(slugs, st.sampled_from(sorted(TASKS)))
def test_one_more_task_never_makes_the_verdict_milder(named: list[str], more: str) -> None:
    assert judge([*named, more]).verdict.strictness >= judge(named).verdict.strictness


def test_volunteer_task_shows_every_standing_condition() -> None:
    (task,) = sendable(["wifi-connect"])
    assert task.standing_conditions == STANDING_CONDITIONS
    assert task.catalogue_version == CATALOGUE_VERSION


@pytest.mark.parametrize("slug", TASKS)
@pytest.mark.guardrail("E1")
def test_volunteer_task_cannot_be_made_without_the_judgement(slug: str) -> None:
    with pytest.raises(TypeError):
        VolunteerTask(TASKS[slug], Verdict.ALLOWED, CATALOGUE_VERSION)


@pytest.mark.parametrize("slug", [slug for slug, task in TASKS.items() if not task.verdict.for_volunteers])
def test_volunteer_task_cannot_be_copied_into_a_refused_one(slug: str) -> None:
    (allowed,) = sendable(["photos"])
    refused = TASKS[slug]
    with pytest.raises(TypeError):
        dataclasses.replace(allowed, task=refused)
    with pytest.raises(TypeError):
        dataclasses.replace(allowed, task=dataclasses.replace(refused, verdict=Verdict.ALLOWED))


def test_volunteer_task_cannot_be_copied_with_a_refused_verdict() -> None:
    (allowed,) = sendable(["photos"])
    with pytest.raises(TypeError):
        dataclasses.replace(allowed, verdict=Verdict.STAFF_ONLY)


@pytest.mark.guardrail("E1")
def test_judgement_made_by_hand_still_sends_nothing_refused() -> None:
    real = judge(["cash-withdrawal"])
    forged = Judgement(Verdict.ALLOWED, (dataclasses.replace(real.tasks[0], verdict=Verdict.ALLOWED),))
    with pytest.raises(TypeError):
        _ = forged.sendable


def test_volunteer_task_is_not_smuggled_in_from_a_pickle() -> None:
    (allowed,) = sendable(["photos"])
    with pytest.raises((TypeError, pickle.PicklingError, AttributeError)):
        pickle.loads(pickle.dumps(allowed))
