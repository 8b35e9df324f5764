"""Euro as people write it here."""

from decimal import Decimal

from babel.numbers import format_currency

from digibel.desk import words
from digibel.languages import LANGUAGES


def euro(amount: Decimal) -> str:
    """ "€ 44,02", in the language of the page."""
    return format_currency(amount, "EUR", locale=LANGUAGES[words.desk_language()].locale)


def comma(amount: Decimal) -> str:
    """ "44,02": for a spreadsheet in Belgium."""
    return f"{amount:.2f}".replace(".", ",")
