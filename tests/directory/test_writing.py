"""Hours and other days as people type them, in three languages, and as they find them again."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from digibel.desk import weekdays
from digibel.directory import writing
from digibel.directory.errors import NoSuchOtherDay, NoTelephone, NoWebsite, OtherDaysOverlap
from digibel.directory.hours import DAYS, check_exceptions, check_hours
from digibel.guardrails import secrets
from digibel.sheets import hours

MOMENTS = st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True).map(sorted)


def spans(quarters):
    """From quarters of an hour; what touches is one span, as `read_hours` makes it."""
    told = [f"{one // 4:02}:{one % 4 * 15:02}" for one in quarters[: len(quarters) // 2 * 2]]
    return [list(pair) for pair in zip(told[::2], told[1::2], strict=True)]


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
@given(week=st.dictionaries(st.sampled_from(DAYS), MOMENTS.map(spans)))
def test_hours_that_are_written_are_read_the_same(language, week):
    check_hours(week)
    with translation.override(language):
        assert writing.read_hours(writing.write_hours(week, weekdays.weekday)) == week


@given(days=st.lists(st.integers(0, 700), max_size=8, unique=True).map(sorted), quarters=MOMENTS)
def test_other_days_that_are_written_are_read_the_same_and_are_no_secret(days, quarters):
    told = [
        {
            "from": day(one),
            "until": day(one if at % 2 else min([one + 3, *(x - 1 for x in days if x > one)])),
            "hours": spans(quarters) if at % 3 else [],
        }
        for at, one in enumerate(days)
    ]
    check_exceptions(told)
    written = writing.write_exceptions(told)
    assert writing.read_exceptions(secrets.mask(written)) == told


def day(number):
    return date.fromordinal(date(2026, 1, 1).toordinal() + number).isoformat()


def test_two_letters_are_a_day_in_the_language_of_the_page():
    days = {language: list(writing.read_hours("di 9-12", hours.SHORT_DAYS[language])) for language in ("nl", "fr")}
    assert days == {"nl": ["tue"], "fr": ["sun"]}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        ("21/07/2026-15/08/2026", [("2026-07-21", "2026-08-15", [])]),
        ("21/7/2026 t/m 15/8/2026: gesloten", [("2026-07-21", "2026-08-15", [])]),
        (
            "24.12.2026 : fermé\n2026-12-23: 9u-12u",
            [("2026-12-23", "2026-12-23", [["09:00", "12:00"]]), ("2026-12-24", "2026-12-24", [])],
        ),
    ],
)
def test_other_days_are_read_as_people_write_them(text, read):
    assert [(one["from"], one["until"], one["hours"]) for one in writing.read_exceptions(text)] == read


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Kerstmis", NoSuchOtherDay),
        ("31/02/2026", NoSuchOtherDay),
        ("15/08/2026-21/07/2026", NoSuchOtherDay),
        ("24/12/2026: dinsdag 9-12", NoSuchOtherDay),
        ("24/12/2026: 12-9", NoSuchOtherDay),
        ("21/07/2026-15/08/2026\n15/08/2026: 9-12", OtherDaysOverlap),
    ],
)
def test_other_days_that_nobody_can_read_are_refused(text, problem):
    with pytest.raises(problem):
        writing.read_exceptions(text)


@pytest.mark.parametrize("text", ["bel Jan", "=1+1", "javascript:1", "02"])
def test_what_cannot_be_dialled_is_no_telephone(text):
    with pytest.raises(NoTelephone):
        writing.read_phone(text)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "not an address", "ftp://example.be"])
def test_what_cannot_be_opened_is_no_website(text):
    with pytest.raises(NoWebsite):
        writing.read_website(text)


def test_a_website_without_https_gets_it():
    assert writing.read_website("www.muntpunt.be") == "https://www.muntpunt.be"
