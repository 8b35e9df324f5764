"""A quarter is closed a week after its last day: its figures are written down and never counted again by themselves."""

from datetime import datetime, timedelta

from django.db import transaction

from digibel import clock
from digibel.organisations.models import Organisation
from digibel.reports import counting
from digibel.reports.counting import Count, Figures, Key
from digibel.reports.models import ClosedQuarter, Figure
from digibel.reports.quarters import Quarter, current

# Whoever left a visit without a word on the last day is put right within the week.
CLOSES_AFTER = timedelta(days=7)


def figures_of(organisation: Organisation, quarter: Quarter) -> Figures:
    """As they were written down, or as they are until now."""
    closed = find(organisation, quarter)
    if closed is None:
        return counting.count(organisation, quarter)
    rows = closed.figures.values_list("measure", "value", "postcode", "number", "people")
    return {Key(*row[:3]): Count(*row[3:]) for row in rows}


def find(organisation: Organisation, quarter: Quarter) -> ClosedQuarter | None:
    return ClosedQuarter.objects.filter(organisation=organisation, year=quarter.year, number=quarter.number).first()


def quarters_of(organisation: Organisation) -> list[Quarter]:
    """From the first with a request or a figure to this one; the latest first."""
    written = ClosedQuarter.objects.filter(organisation=organisation).first()
    first = min(
        (
            one
            for one in (counting.first_quarter(organisation), written and Quarter(written.year, written.number))
            if one
        ),
        default=current(),
    )
    found = [min(first, current())]
    while found[-1] < current():
        found.append(found[-1].next)
    return found[::-1]


def closes_at(quarter: Quarter) -> datetime:
    return quarter.ends_at + CLOSES_AFTER


def close_quarters() -> int:
    """Every quarter of every organisation whose week is over. Safe to run twice, late, or in many places. Returns how many."""
    return sum(_close(organisation) for organisation in Organisation.objects.order_by("pk"))


def _close(organisation: Organisation) -> int:
    due = [one for one in quarters_of(organisation) if closes_at(one) <= clock.now()]
    return sum(close(organisation, quarter) for quarter in due)


@transaction.atomic
def close(organisation: Organisation, quarter: Quarter, *, again: bool = False) -> bool:
    """Write its figures down, once. `again` counts a closed one anew, from what is still there. Whether anything was written."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    closed = find(organisation, quarter)
    if closed is not None and not again:
        return False
    if closed is not None:
        closed.delete()
    figures = counting.count(organisation, quarter)
    made = ClosedQuarter.objects.create(
        organisation=organisation, year=quarter.year, number=quarter.number, closed_at=clock.now()
    )
    Figure.objects.bulk_create(
        Figure(quarter=made, **key._asdict(), **count._asdict()) for key, count in figures.items()
    )
    return True
