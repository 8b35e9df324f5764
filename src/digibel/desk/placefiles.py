"""The directory as a table: one column for each thing we know of a place, written as a list that comes back is read."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digibel.desk import weekdays, words
from digibel.directory import writing
from digibel.directory.models import HelpPlace, Kind

COLUMNS: dict[str, words.Words] = {
    "name": gettext_lazy("Name"),
    "name_fr": gettext_lazy("Name in French, if it has another"),
    "kind": gettext_lazy("What for"),
    "street": gettext_lazy("Street"),
    "house_number": gettext_lazy("Number"),
    "postcode": gettext_lazy("Postcode"),
    "phone": gettext_lazy("Telephone"),
    "url": gettext_lazy("Website"),
    "hours": gettext_lazy("Opening hours"),
    "exceptions": gettext_lazy("Other days"),
    "languages": gettext_lazy("Speaks"),
    "serves": gettext_lazy("Only for people from these postcodes"),
    "price": gettext_lazy("Price"),
    "step_free": gettext_lazy("Can somebody get in without steps?"),
    "active": gettext_lazy("It still exists"),
    "checked_on": gettext_lazy("Checked on"),
    "source": gettext_lazy("How do you know?"),
}

WRITTEN: dict[str, Callable[[Any], object]] = {
    "kind": lambda kind: Kind(kind).label,
    "hours": lambda hours: writing.write_hours(hours, weekdays.weekday),
    "exceptions": lambda days: writing.write_exceptions(days, "; "),
    "languages": words.language_names,
    "serves": ", ".join,
}


def head() -> list[str]:
    return [str(label) for label in COLUMNS.values()]


def rows(places: Iterable[HelpPlace]) -> Iterator[list[str]]:
    for place in places:
        yield [written(name, getattr(place, name)) for name in COLUMNS]


def written(name: str, value: Any) -> str:
    """What stands in the cell; nothing for what is not known."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(WRITTEN[name](value) if name in WRITTEN and value else value or "")
