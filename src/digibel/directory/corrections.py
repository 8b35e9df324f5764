"""What a coordinator found out by ringing a place up."""

from datetime import date
from typing import Any

from digibel.directory.models import HelpPlace
from digibel.problems import Problem

CORRECTABLE = {
    "name", "name_fr", "postcode", "street", "house_number", "phone", "url", "serves", "languages", "hours", "price",
    "step_free", "active",
}  # fmt: skip


class NotCorrectable(Problem):
    code = "not_correctable"
    message = "This cannot be corrected here: {fields}."


def correct(place: HelpPlace, *, checked_on: date, **changes: Any) -> HelpPlace:
    """Saves what was found out, or only that all is still so, with the day; a later reload leaves it alone.

    ValidationError names the field that does not fit.
    """
    if strange := changes.keys() - CORRECTABLE:
        raise NotCorrectable(fields=", ".join(sorted(strange)))
    for name, value in changes.items():
        setattr(place, name, value)
    place.checked_on = checked_on
    place.full_clean()
    place.save()
    return place
