"""The information note of the Volunteers Act of 3 July 2005, art. 4: what must be said before somebody starts."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency

from digibel import clock
from digibel.languages import LANGUAGES
from digibel.notifications.numbers import display
from digibel.organisations import rates
from digibel.organisations.models import Organisation
from digibel.volunteers.models import Readiness

_FILE: Final = tomllib.loads((Path(__file__).parent / "information_note.toml").read_text(encoding="utf-8"))
VERSION: Final[str] = _FILE["version"]
DOTS: Final = "." * 20


@dataclass(frozen=True, slots=True)
class Note:
    """`parts` are pairs of a title and its text."""

    version: str
    title: str
    intro: str
    parts: tuple[tuple[str, str], ...]
    signed: str


def write_note(organisation: Organisation, language: str, *, insurance: Readiness | None) -> Note:
    """The note in nl, fr or en. What we do not know stays as dots, to fill in by hand."""
    locale, today = LANGUAGES[language].locale, clock.today()
    flat = rates.flat_rate(today) if rates.is_known("flat", today) else None
    until = insurance.until if insurance is not None else None
    values = {
        "organisation": organisation.name,
        "phone": display(organisation.phone),
        "policy": insurance.reference if insurance is not None and insurance.reference else DOTS,
        "until": format_date(until, "d MMMM y", locale=locale) if until else DOTS,
        "day": format_currency(flat.day, "EUR", locale=locale) if flat else DOTS,
        "year": format_currency(flat.year, "EUR", locale=locale) if flat else DOTS,
        "km": f"{rates.MOST_KM}",
    }
    parts = [(part["title"][language], part["text"][language].format_map(values)) for part in _FILE["parts"]]
    return Note(VERSION, _FILE["title"][language], _FILE["intro"][language], tuple(parts), _FILE["signed"][language])
