"""Reports of a quarter: for who works with it, and for funders; as a page and as files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import reportblocks, reportfiles
from digibel.desk.reportblocks import Block
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound
from digibel.reports import closing, quarters
from digibel.reports.counting import Figures
from digibel.reports.quarters import Quarter
from digibel.sheets import handing_out

BLOCKS: dict[str, Callable[[Figures], list[Block]]] = {
    "team": reportblocks.of_team,
    "funders": reportblocks.of_funders,
}


@dataclass(frozen=True)
class Report:
    quarter: Quarter
    blocks: list[Block]
    is_closed: bool


@staff_page
@require_GET
def reports(request: StaffRequest) -> HttpResponse:
    return _page(request, "team")


@staff_page
@require_GET
def report_funders(request: StaffRequest) -> HttpResponse:
    return _page(request, "funders")


@staff_page
@require_GET
def report_csv(request: StaffRequest, report: str) -> HttpResponse:
    found = _export(request, report, "csv")
    return _file(reportfiles.as_csv(found.blocks), "text/csv; charset=utf-8", found, report, "csv")


@staff_page
@require_GET
def report_xlsx(request: StaffRequest, report: str) -> HttpResponse:
    found = _export(request, report, "xlsx")
    return _file(reportfiles.as_xlsx(found.blocks, title=str(found.quarter)), handing_out.XLSX, found, report, "xlsx")


@staff_page
@require_GET
def report_pdf(request: StaffRequest, report: str) -> HttpResponse:
    found = _export(request, report, "pdf")
    notes = [_notes(report)] if found.is_closed else [_notes(report), _so_far()]
    content = reportfiles.as_pdf(
        found.blocks, title=_title(report, found.quarter), organisation=request.organisation.name, notes=notes
    )
    return _file(content, "application/pdf", found, report, "pdf")


def _page(request: StaffRequest, report: str) -> HttpResponse:
    check_may(request.user, "see_reports")
    found = _report(request, report)
    context: dict[str, Any] = {
        "section": "reports",
        "report": report,
        "found": found,
        "title": _title(report, found.quarter),
        "quarters": closing.quarters_of(request.organisation)[:12],
        "closes_at": closing.closes_at(found.quarter),
        "notes": _notes(report),
    }
    return render(request, "desk/reports.html", context)


def _report(request: StaffRequest, report: str) -> Report:
    """Of the quarter that is asked for; of this one where it is none of theirs."""
    told = quarters.read(request.GET.get("quarter", ""))
    known = closing.quarters_of(request.organisation)
    quarter = told if told in known else known[0]
    closed = closing.find(request.organisation, quarter)
    figures = closing.figures_of(request.organisation, quarter)
    return Report(quarter, BLOCKS[report](figures), closed is not None)


def _export(request: StaffRequest, report: str, kind: str) -> Report:
    check_may(request.user, "see_reports")
    if report not in BLOCKS:
        raise NotFound
    found = _report(request, report)
    by, organisation = Actor.staff(request.user), request.organisation
    told = {"report": report, "quarter": str(found.quarter), "kind": kind}
    record("report.exported", organisation, by=by, organisation_id=organisation.pk, **told)
    return found


def _title(report: str, quarter: Quarter) -> str:
    told = {"number": quarter.number, "year": quarter.year}
    if report == "funders":
        return _("Report for funders, quarter %(number)s of %(year)s") % told
    return _("How it went in quarter %(number)s of %(year)s") % told


def _notes(report: str) -> str:
    if report == "funders":
        return _(
            "A number of fewer than five people is not told, nor one from which it could be worked out; nought is shown. "
            "Small municipalities and values are told together."
        )
    return _("For the house only: small numbers are told here too.")


def _so_far() -> str:
    return _("This quarter is not closed yet: the numbers still change. Do not send them on.")


def _file(content: bytes, kind: str, found: Report, report: str, ending: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="digibel-{report}-{found.quarter}.{ending}"'
    return answer
