"""The figures of a quarter, as funders read them: what may leave the house, and nobody to be found in it."""

from typing import Annotated, Final

from ninja import Query, Router
from pydantic import BaseModel, Field

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.problems import Invalid
from digibel.reports import closing, quarters, tables
from digibel.reports.counting import Figures
from digibel.reports.quarters import Quarter
from digibel.requests.api import ApiRequest
from digibel.requests.errors import NotOneOf
from digibel.scheduling.models import AUTONOMY

reports = Router(tags=["Reports"])

# What is counted, and by what it is split up. As on the page for funders: another cut of the same people could give one away.
SPLIT: Final = (
    ("requests", "requests.topic"),
    ("requests", "requests.language"),
    ("contacts", "contacts.channel"),
    ("closed", "closed.outcome"),
    ("followups", "followups.outcome"),
    *((question, f"{question}.{when}") for question in AUTONOMY for when in ("before", "now")),
)
PLACE: Final = "A postcode that stands for its municipality, or `other`: too few people, told together."


class RowShown(BaseModel):
    place: str = Field(description=PLACE)
    cells: list[int | None] = Field(description="One for each column; null where it is not told.")
    total: int


class TableShown(BaseModel):
    """Places down, values across. Totals are always told."""

    counted: str
    by: str
    columns: list[str]
    rows: list[RowShown]
    column_totals: list[int]
    total: int


class VisitsRow(BaseModel):
    place: str = Field(description=PLACE)
    visits: int
    minutes: int


class ReportShown(BaseModel):
    """`closed`: the quarter is over, and its figures say the same for ever."""

    quarter: str
    closed: bool
    quarters: list[str] = Field(description="Those that can be asked for, the newest first.")
    tables: list[TableShown] = Field(description="Without those of fewer than five people.")
    visits: list[VisitsRow]


@reports.get("", response=ReportShown)
def show_report(
    request: ApiRequest,
    quarter: Annotated[str | None, Query(max_length=6, description="2026-3; left out, this one so far.")] = None,
) -> ReportShown:
    """How much was asked, done and reached in a quarter, by municipality. Small numbers are told together or not at all."""
    organisation = request.auth.organisation
    known = closing.quarters_of(organisation)
    chosen = _chosen(quarter, known)
    figures = closing.figures_of(organisation, chosen)
    record(
        "report.exported",
        organisation,
        by=Actor.api(request.auth),
        organisation_id=organisation.pk,
        report="funders",
        quarter=str(chosen),
        kind="api",
    )
    return ReportShown(
        quarter=str(chosen),
        closed=closing.find(organisation, chosen) is not None,
        quarters=[str(one) for one in known],
        tables=[shown for one in SPLIT if (shown := _table(figures, *one))],
        visits=[
            VisitsRow(place=place, visits=visits, minutes=minutes)
            for place, (visits, minutes) in tables.by_place(figures, "visits", "visits.minutes")
        ],
    )


def _chosen(told: str | None, known: list[Quarter]) -> Quarter:
    if told is None:
        return known[0]
    chosen = quarters.read(told)
    if chosen not in known:
        raise Invalid({"quarter": [NotOneOf(choices=", ".join(map(str, known)))]})
    return chosen


def _table(figures: Figures, counted: str, by: str) -> TableShown | None:
    found = tables.table(figures, counted, by)
    if found is None:
        return None
    return TableShown(
        counted=counted,
        by=by,
        columns=list(found.columns),
        rows=[
            RowShown(place=place, cells=list(cells), total=total)
            for place, cells, total in zip(found.rows, found.cells, found.row_totals, strict=True)
        ],
        column_totals=list(found.column_totals),
        total=found.total,
    )
