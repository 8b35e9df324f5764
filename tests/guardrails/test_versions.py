"""The archive: what was published stays, and a judgement can be made again with it."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.guardrails import versions
from digibel.guardrails.catalogue import CATALOGUE_VERSION, TASKS, UnknownTask, Verdict
from digibel.guardrails.judgement import Facts, judge

ARCHIVE = Path(versions.__file__).parent / "versions"
# What was published, byte for byte. A change of a verdict or a text is a new line here, never another digest.
PUBLISHED = {
    "2026-11-21": "d94b4f2d645c0e90",
    "2026-11-25": "af4eb442e6b1681c",
}

slugs = st.lists(st.sampled_from(sorted(TASKS)), min_size=1, max_size=8, unique=True)
tightenings = st.dictionaries(st.sampled_from(sorted(TASKS)), st.sampled_from(Verdict), max_size=20)
facts = st.builds(Facts, st.booleans(), st.integers(0, 4), st.booleans())


@pytest.mark.guardrail("R*")
def test_verdicts_and_texts_change_only_with_a_new_version() -> None:
    assert versions.version(CATALOGUE_VERSION) == versions.present(), (
        "give the catalogue a new version in rules.toml, then run: manage.py write_guardrails"
    )


def test_what_was_published_is_never_changed() -> None:
    found = {file.stem: hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in ARCHIVE.glob("*.toml")}
    assert found == PUBLISHED
    assert versions.names() == sorted(PUBLISHED)


@given(slugs, tightenings, facts)
def test_a_judgement_made_again_is_the_same(named: list[str], tight: dict[str, Verdict], true: Facts) -> None:
    made = judge(named, tightened=tight, facts=true)
    again = versions.replay(named, version_name=CATALOGUE_VERSION, tightened=tight, facts=true, floor={})
    assert again == {task.slug: task.verdict for task in made.tasks}


@pytest.mark.guardrail("E2")
@given(slugs, tightenings, facts, tightenings)
def test_no_version_and_no_floor_ever_loosens(
    named: list[str], tight: dict[str, Verdict], true: Facts, floor: dict[str, Verdict]
) -> None:
    for name in versions.names():
        again = versions.replay(named, version_name=name, tightened=tight, facts=true, floor=floor)
        then = versions.version(name).verdicts
        assert all(verdict.strictness >= then[slug].strictness for slug, verdict in again.items())


def test_what_the_archive_does_not_have_is_said_so() -> None:
    with pytest.raises(versions.UnknownVersion):
        versions.version("2020-01-01")
    with pytest.raises(versions.UnknownVersion):
        versions.version("../rules")
    with pytest.raises(UnknownTask):
        versions.replay(["no-task"], version_name=CATALOGUE_VERSION, tightened={}, facts=Facts(), floor={})


@pytest.mark.guardrail("E9")
@given(facts)
def test_money_is_kept_for_staff_by_an_administrator_or_the_third_time_unless_overruled(true: Facts) -> None:
    [money, video] = judge(["online-payment", "video-call"], facts=true).tasks
    kept = true.administrator or (true.money_before >= 2 and not true.overruled)
    assert money.verdict is (Verdict.STAFF_ONLY if kept else Verdict.CONDITIONS)
    assert video.verdict is Verdict.ALLOWED
