"""Tables that we hand out, in which no cell can become a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Final

import tablib

from digibel.sheets import FORMULA

# So that a spreadsheet reads the letters as UTF-8.
MARK: Final = "\ufeff"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: object) -> str:
    """The text of a cell: what would be a formula begins with a quote."""
    told = str(text)
    return f"'{told}" if told.startswith(FORMULA) or told.lstrip().startswith(FORMULA) else told


def as_csv(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """With semicolons, which a Belgian spreadsheet opens without asking."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(one) for one in head])
    writer.writerows([harmless(one) for one in row] for row in rows)
    return MARK + out.getvalue()


def as_xlsx(head: Sequence[str], rows: Iterable[Sequence[object]], *, title: str) -> bytes:
    """A workbook with one sheet. Whole numbers are numbers, everything else is text."""
    book = tablib.Dataset(headers=list(head), title=title)
    for row in rows:
        book.append([one if isinstance(one, int) else harmless(one) for one in row])
    # Into a file of our own: the library hands out bytes that are not typed.
    out = BytesIO()
    out.write(book.export("xlsx"))
    return out.getvalue()
