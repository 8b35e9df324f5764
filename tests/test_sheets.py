"""Tables as people's programs write them."""

import re
import tracemalloc
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import tablib
from hypothesis import given
from hypothesis import strategies as st

from digibel import sheets
from digibel.problems import Problem


def xlsx(*rows: tuple[object, ...]) -> bytes:
    data: bytes = tablib.Dataset(*rows[1:], headers=rows[0]).export("xlsx")
    return data


@pytest.mark.parametrize(
    "data",
    [
        "Naam;Gsm\nZoé;0470\n".encode(),
        "\ufeffNaam;Gsm\r\nZoé;0470\r\n".encode(),
        "Naam,Gsm\nZoé,0470".encode(),
        "Naam\tGsm\nZoé\t0470".encode("utf-16"),
        "Naam;Gsm\nZoé;0470\n".encode("cp1252"),
        "Naam|Gsm\n\n  Zoé | 0470 \n\n".encode(),
        xlsx(("Naam", "Gsm"), ("Zoé", "0470")),
    ],
)
def test_the_same_table_however_it_was_saved(data: bytes) -> None:
    sheet = sheets.read(data)
    assert (sheet.heading, [row.cells for row in sheet.rows]) == (("Naam", "Gsm"), [("Zoé", "0470")])


def test_lines_are_those_of_the_spreadsheet() -> None:
    sheet = sheets.read(b"a;b\n\n1;2\n;\n3;4\n")
    assert [row.line for row in sheet.rows] == [3, 5]
    assert [row.line for row in sheets.read(sheets.as_csv(sheet).encode()).rows] == [3, 5]


def test_dates_and_numbers_of_a_workbook_are_as_people_read_them() -> None:
    sheet = sheets.read(xlsx(("a", "b", "c"), (date(2026, 11, 30), 470123456.0, None)))
    assert sheet.rows[0].cells == ("2026-11-30", "470123456", "")


def test_a_cell_with_a_line_break_in_quotes_is_one_cell() -> None:
    assert sheets.read(b'a;b\n"1\n2";3\n').rows[0].cells == ("1 2", "3")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_rows"),
        (b"a;b\n", "no_rows"),
        (b"PK\x03\x04 and then nothing", "not_a_sheet"),
        (b"\x89PNG\x00\x00;\n\x00", "not_a_sheet"),
        (b"a\n" + b"1\n" * (sheets.MOST_ROWS + 1), "sheet_too_large"),
        (b"a\n" + b"1;" * 200, "sheet_too_large"),
        (b"x" * (sheets.MOST_BYTES + 1), "sheet_too_large"),
    ],
)
def test_what_is_no_table_is_told(data: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        sheets.read(data)
    assert refused.value.code == code


def test_a_workbook_that_unpacks_to_far_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000)
    with pytest.raises(sheets.SheetTooLarge):
        sheets.read(xlsx(("a",), ("1",)))


def forged(declared: str, cell: str, letters: str) -> bytes:
    """A workbook with this before its first sheet, and this in its cells."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(xlsx(("a", "b"), ("1", "2")))) as told, zipfile.ZipFile(packed, "w") as out:
        for part in told.infolist():
            text = told.read(part)
            if part.filename.startswith("xl/worksheets/"):
                head, rest = text.decode().split("<worksheet", 1)
                rest = re.sub(
                    r"<row .*</row>", f'<row r="1"><c r="A1" t="inlineStr"><is><t>{cell}</t></is></c></row>', rest
                )
                text = f"{head}<!DOCTYPE worksheet [{declared}]><worksheet{rest}".encode(letters)
            out.writestr(part.filename, text)
    return packed.getvalue()


def test_a_workbook_brings_in_no_file_of_ours_and_fills_no_memory(tmp_path: Path) -> None:
    """XML may name a file to read, or a word that stands for a thousand words that stand for a thousand words."""
    (tmp_path / "secret").write_text("the codeword")
    outside = f'<!ENTITY e SYSTEM "file://{tmp_path}/secret">'
    bomb = '<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{one} "{f"&e{one - 1};" * 50}">' for one in range(1, 8))
    told = [forged(*one, letters) for one in ((outside, "&e;"), (bomb, "&e7;")) for letters in ("utf-8", "utf-16")]
    for data in told:
        tracemalloc.start()
        with pytest.raises(sheets.NotASheet):
            sheets.read(data)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
        tracemalloc.stop()


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail))
def test_whatever_is_sent_gives_a_table_or_a_sentence(data: bytes) -> None:
    try:
        sheet = sheets.read(data)
    except Problem:
        return
    assert sheets.read(sheets.as_csv(sheet).encode()).rows == sheet.rows or any(
        row.cells[0] == "" for row in sheet.rows
    )


def test_reading_takes_the_first_sheet_of_a_workbook() -> None:
    book = tablib.Databook(
        [tablib.Dataset(("1",), headers=("a",), title="Een"), tablib.Dataset(("2",), headers=("b",), title="Twee")]
    )
    assert sheets.read(BytesIO(book.export("xlsx")).read()).heading == ("a",)
