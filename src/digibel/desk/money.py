"""Euro as people write it here, and tables for a spreadsheet in which no cell can become a formula."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO

from babel.numbers import format_currency

from digibel.desk import words
from digibel.languages import LANGUAGES

# A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# So that a spreadsheet reads the letters as UTF-8.
MARK = "\ufeff"


def euro(amount: Decimal) -> str:
    """ "€ 44,02", in the language of the page."""
    return format_currency(amount, "EUR", locale=LANGUAGES[words.desk_language()].locale)


def comma(amount: Decimal) -> str:
    """ "44,02": for a spreadsheet in Belgium."""
    return f"{amount:.2f}".replace(".", ",")


def cell(text: object) -> str:
    """The text of a cell, harmless: what would be a formula begins with a quote."""
    told = str(text)
    return f"'{told}" if told.startswith(FORMULA) or told.lstrip().startswith(FORMULA) else told


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """As CSV with semicolons, which a Belgian spreadsheet opens without asking."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([cell(one) for one in head])
    writer.writerows([cell(one) for one in row] for row in rows)
    return MARK + out.getvalue()
