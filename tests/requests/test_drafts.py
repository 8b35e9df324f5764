"""What was said on the telephone: every refusal at once, each with its own sentence, and no secret gets through."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.problems import Invalid
from digibel.requests.drafts import FURTHEST, read_draft

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


def refused(told):
    """The refused fields, each with the codes of what is wrong."""
    with pytest.raises(Invalid) as refusal:
        read_draft(told)
    return {name: [problem.code for problem in problems] for name, problems in refusal.value.fields.items()}


def test_everything_that_was_told_comes_back(frozen_clock):
    draft = cast.draft(caller="family", device="tablet", client={"floor": "4", "dog": "on", "wish": "woman"})
    assert (draft.caller, draft.device, draft.tasks, draft.consent_language) == (
        "family",
        "tablet",
        ("video-call",),
        "nl",
    )
    assert (draft.client.floor, draft.client.dog, draft.client.lift, draft.client.wish) == (4, True, False, "woman")
    [(start, end)] = draft.windows
    assert (start.isoformat(), end.isoformat()) == ("2026-09-16T12:00:00+00:00", "2026-09-16T15:00:00+00:00")


def test_all_refusals_are_heard_at_once(frozen_clock):
    told = cast.told(tasks=[], windows=[], client={"first_name": " ", "postcode": "9999", "phone": "12", "speaks": []})
    assert refused(told) == {
        "client.first_name": ["missing"],
        "client.postcode": ["unknown_postcode"],
        "client.phone": ["not_a_number"],
        "client.speaks": ["missing"],
        "tasks": ["missing"],
        "windows": ["no_windows"],
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client": {"phone": "02 511 22 33"}}, {"client.phone": ["no_texts_there"]}),
        ({"client": {"channel": "call", "phone": ""}}, {"client.phone": ["missing"]}),
        ({"client": {"channel": "worker", "phone": ""}}, {"client.trusted_worker": ["no_worker"]}),
        ({"client": {"channel": "pigeon"}}, {"client.channel": ["not_one_of"]}),
        ({"client": {"floor": "ninety"}}, {"client.floor": ["not_one_of"]}),
        ({"client": {"speaks": ["nl", "klingon"]}}, {"client.speaks": ["not_one_of"]}),
        ({"client": {"door_note": "x" * 121}}, {"client.door_note": ["too_long"]}),
        ({"tasks": ["fly-to-the-moon"]}, {"tasks": ["unknown_task"]}),
        ({"caller": "the cat"}, {"caller": ["not_one_of"]}),
        ({"consent": {"given": True, "language": "xx"}}, {"consent": ["not_one_of"]}),
    ],
)
def test_a_field_that_does_not_fit_says_which(frozen_clock, changes, expected):
    assert refused(cast.told(**changes)) == expected


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-09-14T14:00", "2026-09-14T16:00", "window_in_the_past"),
        ("2026-12-01T14:00", "2026-12-01T16:00", "window_too_far"),
        ("2026-09-16T14:00", "2026-09-16T14:59", "window_too_short"),
        ("2026-09-16T14:00", "2026-09-17T10:00", "window_too_long"),
        ("2026-09-16T16:00", "2026-09-16T14:00", "window_too_short"),
        ("tomorrow", "2026-09-16T14:00", "not_a_moment"),
        ("2026-02-30T14:00", "2026-09-16T14:00", "not_a_moment"),
        (None, None, "not_a_moment"),
        ("0001-01-01T00:00:00+14:00", "2026-09-16T14:00", "not_a_moment"),
    ],
)
def test_a_moment_that_does_not_fit_says_why(frozen_clock, start, end, code):
    assert refused(cast.told(windows=[{"from": start, "until": end}])) == {"windows": [code]}


def test_moments_are_local_and_the_hour_that_the_clock_skips_is_none():
    with clock.travel(datetime(2026, 3, 1, 8, tzinfo=UTC)):
        day = "2026-03-29"
        draft = read_draft(cast.told(windows=[{"from": f"{day}T14:00", "until": f"{day}T16:00"}]))
        assert draft.windows[0][0].isoformat() == "2026-03-29T12:00:00+00:00"
        told = cast.told(windows=[{"from": f"{day}T02:30", "until": f"{day}T05:00"}])
        assert refused(told) == {"windows": ["not_a_moment"]}


def test_overlapping_moments_are_one_moment_too_many(frozen_clock):
    windows = [
        {"from": "2026-09-16T14:00", "until": "2026-09-16T16:00"},
        {"from": "2026-09-16T15:00", "until": "2026-09-16T17:00"},
    ]
    assert refused(cast.told(windows=windows)) == {"windows": ["windows_overlap"]}


def test_always_at_home_takes_exceptions_and_no_moments(frozen_clock):
    away = [{"from": "2026-09-16T14:00", "until": "2026-09-16T14:30"}]
    draft = read_draft(cast.told(always_home=True, away=away))
    assert (draft.windows, len(draft.away)) == ((), 1)


def test_a_secret_in_any_field_is_masked_and_noticed(frozen_clock):
    draft = cast.draft(in_own_words="zijn pincode is 4711", client={"door_note": "rekening BE68 5390 0754 7034"})
    assert draft.held_secret
    assert "4711" not in draft.in_own_words
    assert "5390" not in draft.client.door_note
    assert not cast.draft().held_secret


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["client", "tasks", "caller", "in_own_words", "device", "always_home", "windows", "away", "consent"]


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_nothing_that_is_told_breaks_the_reader(told):
    with clock.travel(NOW):
        with pytest.raises(Invalid) as refusal:
            read_draft(told)
        assert all(str(problem) for problems in refusal.value.fields.values() for problem in problems)


@given(st.integers(0, 61), st.integers(0, 22), st.integers(60, 119))
@example(61, 10, 60)  # two months on, to the hour: by then the clock has been put back
def test_every_moment_within_two_months_and_one_day_is_taken(days, hour, minutes):
    with clock.travel(NOW):
        start = datetime(2026, 9, 16, hour) + timedelta(days=days)
        end = start + timedelta(minutes=minutes)
        if end.date() != start.date():
            return
        window = (start.replace(tzinfo=clock.BRUSSELS), end.replace(tzinfo=clock.BRUSSELS))
        told = cast.told(windows=[{"from": start.isoformat(), "until": end.isoformat()}])
        if window[0] <= NOW + FURTHEST:
            assert read_draft(told).windows == (window,)
        else:
            assert "window_too_far" in refused(told)["windows"]
