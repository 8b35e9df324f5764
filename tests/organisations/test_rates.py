"""The dated rates: what is in the table counts on its days, and what is not is unknown."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest

from digibel.organisations import checks, rates


@pytest.mark.parametrize(
    ("day", "a_day", "a_year"),
    [
        (date(2024, 1, 1), "41.48", "1659.29"),
        (date(2025, 12, 31), "42.31", "1692.51"),
        (date(2026, 1, 1), "44.02", "1760.83"),
        (date(2026, 12, 31), "44.02", "1760.83"),
    ],
)
def test_flat_rate_by_day(day, a_day, a_year):
    assert rates.flat_rate(day) == rates.FlatRate(Decimal(a_day), Decimal(a_year))


@pytest.mark.parametrize(
    ("means", "day", "euro"),
    [
        ("car", date(2024, 2, 1), "0.4269"),
        ("car", date(2025, 3, 31), "0.4290"),
        ("car", date(2026, 6, 30), "0.4449"),
        ("bicycle", date(2024, 6, 1), "0.35"),
    ],
)
def test_kilometre_by_day(means, day, euro):
    assert rates.per_km(means, day) == Decimal(euro)


@pytest.mark.parametrize(
    ("table", "day"),
    [
        ("flat", date(2023, 12, 31)),
        ("flat", date(2027, 1, 1)),
        ("car", date(2026, 7, 1)),
        ("bicycle", date(2026, 1, 1)),
    ],
)
def test_what_nobody_has_found_is_unknown_and_says_so(table, day):
    assert rates.is_known(table, day) is False
    with pytest.raises(rates.RateUnknown, match=f"{day:%d/%m/%Y}"):
        rates.flat_rate(day) if table == "flat" else rates.per_km(table, day)


@pytest.mark.parametrize("table", ["flat", "car", "bicycle"])
def test_rows_are_in_order_and_hold_no_day_twice(table):
    rows = rates.table()[table]
    assert [row for row in rows if row["from"] > row["until"] or not row["source"]] == []
    assert [row for row, later in itertools.pairwise(rows) if later["from"] <= row["until"]] == []
    assert all(isinstance(row["from"] + timedelta(1), date) for row in rows)


NEXT_YEAR = """
[[flat]]
from = 2027-01-01
until = 2027-12-31
day = "45.10"
year = "1803.97"
source = "hogeraadvrijwilligers.belgium.be"

[[car]]
from = 2026-04-01
until = 2026-06-30
km = "0.4400"
source = "federal circular"
"""


def test_operators_rows_are_added_and_win_where_both_know_a_day(settings, tmp_path):
    theirs = tmp_path / "rates.toml"
    theirs.write_text(NEXT_YEAR)
    settings.DIGIBEL_RATES_FILE = str(theirs)
    assert rates.flat_rate(date(2027, 3, 1)) == rates.FlatRate(Decimal("45.10"), Decimal("1803.97"))
    assert rates.flat_rate(date(2026, 3, 1)).day == Decimal("44.02")
    assert [rates.per_km("car", date(2026, 3, 31)), rates.per_km("car", date(2026, 4, 1))] == [
        Decimal("0.4449"),
        Decimal("0.4400"),
    ]
    assert checks.rates_can_be_read() == []


@pytest.mark.parametrize(
    "mistake",
    [
        NEXT_YEAR.replace("flat", "boat"),
        NEXT_YEAR.replace('"45.10"', '"45,10"'),
        NEXT_YEAR.replace('"45.10"', '"0"'),
        NEXT_YEAR.replace('"45.10"', "45.10"),
        NEXT_YEAR.replace("until = 2027-12-31", "until = 2026-12-31"),
        NEXT_YEAR.replace("until = 2027-12-31", 'until = "2027"'),
        NEXT_YEAR.replace('source = "federal circular"', ""),
        NEXT_YEAR + NEXT_YEAR,
        "[[flat]",
        "flat = 3",
    ],
    ids=[
        "of nothing",
        "no amount",
        "nothing",
        "no text",
        "ends before",
        "no day",
        "no source",
        "twice",
        "no table",
        "no rows",
    ],
)
def test_a_file_that_cannot_be_right_is_said_at_the_start(settings, tmp_path, mistake):
    theirs = tmp_path / "rates.toml"
    theirs.write_text(mistake)
    settings.DIGIBEL_RATES_FILE = str(theirs)
    assert [one.id for one in checks.rates_can_be_read()] == ["organisations.E002"]
