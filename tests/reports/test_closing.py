"""When a quarter is closed, that it is closed once, and how it is counted anew."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.reports import closing
from digibel.reports.counting import Key
from digibel.reports.models import ClosedQuarter, Figure
from digibel.reports.quarters import Quarter, quarter_of, read
from digibel.requests.models import HelpRequest

pytestmark = pytest.mark.django_db

AUTUMN = Quarter(2026, 3)


def said(*told):
    out = StringIO()
    call_command("count_figures", *told, stdout=out)
    return out.getvalue().strip()


def test_a_quarter_closes_a_week_after_its_last_day(lindeboom):
    cast.request(lindeboom)
    with clock.travel(AUTUMN.ends_at + timedelta(days=7) - timedelta(seconds=1)):
        assert closing.close_quarters() == 0
    with clock.travel(AUTUMN.ends_at + timedelta(days=7)):
        assert [closing.close_quarters(), closing.close_quarters()] == [1, 0]
    assert [str(one) for one in ClosedQuarter.objects.all()] == ["2026-3"]


def test_quarters_of_months_in_which_nothing_ran_are_closed_late(lindeboom):
    cast.request(lindeboom)
    with clock.travel(clock.now() + timedelta(days=365)):
        assert closing.close_quarters() == 4
        assert [str(one) for one in closing.quarters_of(lindeboom)] == [
            "2027-3",
            "2027-2",
            "2027-1",
            "2026-4",
            "2026-3",
        ]


def test_the_neighbours_have_quarters_of_their_own(lindeboom):
    cast.request(lindeboom)
    closing.close(lindeboom, Quarter(2025, 4))
    neighbours = cast.organisation("De Sleutel", sms_number="+32460000002", duty=False)
    assert [str(one) for one in closing.quarters_of(neighbours)] == ["2026-3"]
    assert closing.find(neighbours, Quarter(2025, 4)) is None
    with clock.travel(clock.now() + timedelta(days=365)):
        assert [str(one) for one in closing.quarters_of(neighbours)] == ["2027-3"]


def test_two_nights_at_once_close_it_once(lindeboom):
    closing.close(lindeboom, AUTUMN)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedQuarter.objects.create(organisation=lindeboom, year=2026, number=3, closed_at=clock.now())


def test_it_is_counted_anew_when_somebody_says_so(lindeboom):
    request = cast.request(lindeboom)
    with clock.travel(closing.closes_at(AUTUMN)):
        assert said() == "closed: 1"
        HelpRequest.objects.filter(pk=request.pk).update(logged_at=AUTUMN.ends_at)
        assert closing.figures_of(lindeboom, AUTUMN)[Key("requests", "", "1090")].number == 1
        assert said("--again", "2026-3") == "counted anew: 1"
        assert Key("requests", "", "1090") not in closing.figures_of(lindeboom, AUTUMN)
        assert said("--again", "2025-1") == "counted anew: 0"


def test_a_quarter_that_is_none_is_said_so():
    with pytest.raises(CommandError, match="2026-3"):
        said("--again", "2026-5")


def test_no_row_says_two_things_or_a_day():
    """What stands beside a number: the quarter, a place, and one thing. Another column here makes people of them again."""
    columns = {field.name for field in Figure._meta.concrete_fields}
    assert columns == {"id", "quarter", "postcode", "measure", "value", "number", "people"}


@pytest.mark.parametrize(
    ("day", "quarter"),
    [("2026-01-01", "2026-1"), ("2026-03-31", "2026-1"), ("2026-04-01", "2026-2"), ("2026-12-31", "2026-4")],
)
def test_days_and_quarters(day, quarter):
    assert str(quarter_of(clock.datetime.fromisoformat(day).date())) == quarter
    assert str(read(quarter)) == quarter


@pytest.mark.parametrize("told", ["", "2026", "2026-0", "2026-5", "2026-3 ", "٢٠٢٦-٣", "1999-1", "2026-3\x00"])
def test_what_is_no_quarter(told):
    assert read(told) is None


def test_the_night_the_clock_changes_is_in_no_quarter_twice():
    assert Quarter(2026, 1).ends_at == Quarter(2026, 2).begins_at
    assert Quarter(2026, 4).months[-1].month == 12
