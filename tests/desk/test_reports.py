"""Reports of a quarter: what the house sees, what leaves it, and the files."""

import csv
import re
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.desk import pdf
from digibel.desk.reportblocks import Block, Line
from digibel.desk.reportfiles import as_pdf, as_xlsx
from digibel.organisations.models import Role
from digibel.reports.models import ClosedQuarter, Figure

from .conftest import logged_in

pytestmark = pytest.mark.django_db

KINDS = ("csv", "xlsx", "pdf")


def written(organisation, *told):
    """A closed quarter of last year with these figures: measure, value, postcode, number."""
    closed = ClosedQuarter.objects.create(organisation=organisation, year=2025, number=4, closed_at=clock.now())
    Figure.objects.bulk_create(
        Figure(quarter=closed, measure=measure, value=value, postcode=postcode, number=number, people=number)
        for measure, value, postcode, number in told
    )


# Jette: nine in Dutch, three in Arabic. Anderlecht: seven in Dutch, eight in Arabic, twenty in French.
LANGUAGES = {"1090": {"nl": 9, "ar": 3}, "1070": {"nl": 7, "ar": 8, "fr": 20}}


def languages(told):
    for postcode, line in told.items():
        yield "requests", "", postcode, sum(line.values())
        for value, number in line.items():
            yield "requests.language", value, postcode, number


@pytest.fixture
def last_year(lindeboom):
    written(lindeboom, *languages(LANGUAGES))


def block(answer, id):
    return next(one for one in answer.context["found"].blocks if one.id == id)


def lines(answer, id):
    return {str(line.label): line.numbers for line in block(answer, id).lines}


def test_the_team_sees_what_was_asked_and_who_was_reached(desk, lindeboom):
    cast.request(lindeboom)
    answer = desk.get("/reports")
    assert lines(answer, "languages") == {"Dutch": (1, 0)}
    assert lines(answer, "postcodes") == {"1090 Jette": (1, 0)}
    assert lines(answer, "requests-fate") == {"still open": (1,)}


def test_funders_see_nothing_of_one_person(desk, lindeboom):
    cast.request(lindeboom)
    answer = desk.get("/reports/funders")
    assert answer.context["found"].blocks == []
    assert "Too few people to tell of" in answer.content.decode()


@pytest.mark.usefixtures("last_year")
def test_funders_see_totals_and_no_small_cell(desk):
    answer = desk.get("/reports/funders?quarter=2025-4")
    assert lines(answer, "requests-language") == {"French": (20,), "Dutch": (16,), "Arabic": (11,)}
    places = {str(one.name): dict(one.values) for one in block(answer, "requests-language").places}
    assert places == {
        "Jette": {"Dutch": None, "Arabic": None, "French": 0},
        "Anderlecht": {"Dutch": None, "Arabic": None, "French": 20},
    }
    assert answer.content.decode().count("not told</i>") == 4


@pytest.mark.usefixtures("last_year")
def test_the_files_say_what_the_page_says(desk):
    table = desk.get("/reports/funders.csv?quarter=2025-4")
    assert table["Content-Disposition"] == 'attachment; filename="digibel-funders-2025-4.csv"'
    rows = list(csv.reader(StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Report", "Municipality", "What", "Column", "How many"]
    title = "Requests: in which language"
    assert rows[1:] == [
        [title, "", "French", "How many", "20"],
        [title, "", "Dutch", "How many", "16"],
        [title, "", "Arabic", "How many", "11"],
        [title, "Anderlecht", "together", "How many", "35"],
        [title, "Anderlecht", "Arabic", "How many", "not told"],
        [title, "Anderlecht", "French", "How many", "20"],
        [title, "Anderlecht", "Dutch", "How many", "not told"],
        [title, "Jette", "together", "How many", "12"],
        [title, "Jette", "Arabic", "How many", "not told"],
        [title, "Jette", "French", "How many", "0"],
        [title, "Jette", "Dutch", "How many", "not told"],
    ]
    sheet = openpyxl.load_workbook(BytesIO(desk.get("/reports/funders.xlsx?quarter=2025-4").content)).active
    assert [["" if cell is None else str(cell) for cell in row] for row in sheet.values] == rows
    said = texts_of(desk.get("/reports/funders.pdf?quarter=2025-4").content)
    assert {"Requests: in which language", "Anderlecht: Arabic not told, French 20, Dutch not told"} <= set(said)


def test_no_cell_of_a_spreadsheet_is_a_formula():
    blocks = [Block("x", '=HYPERLINK("x")', ("@now",), (Line("+1+1", (3,)),))]
    sheet = openpyxl.load_workbook(BytesIO(as_xlsx(blocks, title="2025-4"))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s", "n"}


def test_every_export_is_recorded_and_names_nobody(desk, lindeboom):
    for kind in KINDS:
        assert desk.get(f"/reports/team.{kind}").status_code == 200
    facts = [event.facts for event in Event.objects.filter(verb="report.exported").order_by("pk")]
    assert facts == [{"report": "team", "quarter": "2026-3", "kind": kind} for kind in KINDS]


@pytest.mark.parametrize("told", ["", "2026-5", "1999-1", "2031-1", "x" * 500, "\x00", "٢٠٢٦-٣"])
def test_a_quarter_that_is_none_of_theirs_is_this_one(desk, told):
    assert str(desk.get("/reports", {"quarter": told}).context["found"].quarter) == "2026-3"


@pytest.mark.parametrize("path", ["reports/board.csv", "reports/board.pdf", "reports/team.exe"])
def test_there_are_two_reports_and_three_kinds_of_file(desk, path):
    assert desk.get(f"/{path}").status_code == 404


@pytest.mark.parametrize("role", [Role.INTAKE, Role.MATCHER])
def test_reports_are_for_coordinators(client, lindeboom, role):
    browser = logged_in(client, cast.staff(lindeboom, role=role))
    paths = ["/reports", "/reports/funders", *(f"/reports/funders.{kind}" for kind in KINDS)]
    assert {browser.get(path).status_code for path in paths} == {403}
    assert 'href="/reports"' not in browser.get("/").content.decode()


@pytest.mark.usefixtures("last_year")
def test_the_neighbours_see_their_own(neighbour):
    answer = neighbour.get("/reports/funders?quarter=2025-4")
    assert (str(answer.context["found"].quarter), answer.context["found"].blocks) == ("2026-3", [])


def test_it_costs_the_same_queries_for_one_row_and_for_thirty(desk, lindeboom, sleutel):
    counted = []
    for postcodes in (["1090"], [str(code) for code in range(1500, 1530)]):
        ClosedQuarter.objects.all().delete()
        written(lindeboom, *languages({code: {"nl": 9, "fr": 7} for code in postcodes}))
        for path in ("/reports?quarter=2025-4", "/reports/funders?quarter=2025-4"):
            desk.get(path)
            with CaptureQueriesContext(connection) as queries:
                desk.get(path)
            counted.append(len(queries))
    assert counted[:2] == counted[2:]


# --- paper --------------------------------------------------------------------------------------------------------


def texts_of(document):
    found = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", document)
    return [re.sub(rb"\\(.)", rb"\1", one).decode("cp1252") for one in found]


def test_each_object_of_a_pdf_lies_where_its_table_says():
    lines = tuple(Line(f"regel {at} (é) \\ €", (at,), 50) for at in range(120))
    document = as_pdf(
        [Block("x", "Œuvres à Forest", ("n",), lines)], title="T", organisation="De Lindeboom", notes=["ab"]
    )
    table = int(re.search(rb"startxref\n(\d+)", document)[1])
    assert document[table:].startswith(b"xref\n")
    starts = [int(one) for one in re.findall(rb"(\d{10}) 00000 n", document[table:])]
    for number, start in enumerate(starts, start=1):
        assert document[start:].startswith(f"{number} 0 obj\n".encode())
    assert {"regel 119 (é) \\ €", "Œuvres à Forest"} <= set(texts_of(document))
    assert document.count(b"/Type /Page ") == 3
    for length, content in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", document, re.DOTALL):
        assert int(length) == len(content)


def test_a_letter_that_paper_lacks_is_a_question_mark():
    assert "????? 5" in texts_of(as_pdf([], title="عربية 5", organisation="x", notes=[]))


def test_long_words_end_before_the_edge():
    paper = pdf.Paper("x", "nl")
    paper.line("heel lange namen van gemeenten " * 8, ["12", "345"], 40)
    spots = [
        (float(x), len(text))
        for x, text in re.findall(r"Td|([\d.]+) [\d.]+ Td \((.*?)\)", "\n".join(paper.pages[0]))
        if x
    ]
    assert max(x for x, _ in spots) < pdf.RIGHT
