"""Tables as people have them: CSV with whatever separator and letters their program chose, or XLSX. Read, never run."""

import csv
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import IO, Any, Final
from xml.parsers import expat

import tablib

from digibel.problems import Problem

MOST_BYTES: Final = 2_000_000
MOST_UNPACKED: Final = 50_000_000
MOST_ROWS: Final = 1_000
MOST_COLUMNS: Final = 100
SEPARATORS: Final = ";,\t|"
# A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX: Final = b"PK\x03\x04"


class SheetTooLarge(Problem):
    code = "sheet_too_large"
    status = 413
    message = "This file is too large. Send at most {rows} rows and {megabytes} MB at once; split it."


class NotASheet(Problem):
    code = "not_a_sheet"
    message = "This is not a table we can read. Save it as CSV or XLSX, and send it again."


class NoRows(Problem):
    code = "no_rows"
    message = "There are no rows under the heading. The first row has the names of the columns."


@dataclass(frozen=True, slots=True)
class Row:
    """`line` as a spreadsheet counts it: the heading is 1. Cells are text, without spaces around; a date is 2026-11-30."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """`column` as people wrote it in the heading; empty where the whole row is meant."""

    line: int
    column: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Sheet:
    heading: tuple[str, ...]
    rows: tuple[Row, ...]


def read(data: bytes) -> Sheet:
    """Read a whole file. Rows without anything in them are left out. Raises `SheetTooLarge`, `NotASheet`, `NoRows`."""
    if len(data) > MOST_BYTES:
        raise too_large()
    lines = _xlsx(data) if data.startswith(XLSX) else _csv(data)
    told = [Row(line, cells) for line, cells in enumerate(map(_cells, lines), start=1) if any(cells)]
    if len(told) < 2:
        raise NoRows
    if len(told) > MOST_ROWS + 1 or max(len(row.cells) for row in told) > MOST_COLUMNS:
        raise too_large()
    return Sheet(told[0].cells, tuple(told[1:]))


def as_csv(sheet: Sheet) -> str:
    """The same table as text, line numbers kept: empty lines stand where they stood."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(sheet.heading)
    line = 1
    for row in sheet.rows:
        out.write("\n" * (row.line - line - 1))
        writer.writerow(row.cells)
        line = row.line
    return out.getvalue()


def too_large() -> SheetTooLarge:
    return SheetTooLarge(rows=MOST_ROWS, megabytes=MOST_BYTES // 1_000_000)


def _cells(row: Iterable[Any]) -> tuple[str, ...]:
    return tuple(_text(cell) for cell in row)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    # A spreadsheet takes a telephone number for a number, and may add a point and a nought.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _without_guard(" ".join(str(cell).replace("\x00", "").split()))


def _without_guard(text: str) -> str:
    """Without the quote of `handing_out.harmless`: a list that we handed out comes back as it was."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _xlsx(data: bytes) -> list[tuple[Any, ...]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise too_large()
            for part in packed.infolist():
                with packed.open(part) as content:
                    _refuse_declarations(content)
        return list(tablib.Dataset().load(BytesIO(data), format="xlsx", headers=False))
    except Problem:
        raise
    # Whatever a broken or forged workbook makes the library say, it is no table.
    except Exception:
        raise NotASheet from None


def _refuse_declarations(part: IO[bytes]) -> None:
    """A part of a workbook declares no words of its own (ECMA-376, part 2: no DTD); whoever does wants one word to become millions,
    or a file of this machine. Looked for with the parser that reads it afterwards, in whatever letters it is written."""
    begun: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda *_: begun.append(True)
    with suppress(expat.ExpatError):  # a picture
        while not begun and (piece := part.read(64 * 1024)):
            parser.Parse(piece)


def _refuse(*_: object) -> None:
    raise NotASheet


def _csv(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    if "\x00" in text:
        raise NotASheet
    try:
        return list(csv.reader(text.splitlines(keepends=True), delimiter=_separator(text), strict=False))
    except csv.Error:
        raise NotASheet from None


def _decoded(data: bytes) -> str:
    """UTF-8 as most write it, UTF-16 where it says so, else the letters of an older Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=heading.count)
