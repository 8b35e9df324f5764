"""What a coordinator found out by ringing a place up, or by going there.

The directory is everybody's: the organisation that looked last is named.
"""

import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.directory.errors import ChangedMeanwhile, NotCorrectable
from digibel.directory.models import HelpPlace
from digibel.guardrails import secrets
from digibel.organisations.models import Organisation

CORRECTABLE = {
    "kind", "name", "name_fr", "postcode", "street", "house_number", "phone", "url", "serves", "languages", "hours",
    "exceptions", "price", "step_free", "source", "active",
}  # fmt: skip


def add(*, organisation: Organisation, by: Actor, **facts: Any) -> HelpPlace:
    """A place that nobody had noted yet, seen to be so today. ValidationError names the field that does not fit."""
    place = HelpPlace(pk=uuid.uuid4())
    name(place, facts.get("name", ""))
    change(place, facts)
    _check(place, organisation, clock.today())
    with transaction.atomic():
        place.save(force_insert=True)
        record("place.added", place, by=by, organisation_id=organisation.pk)
    return place


@transaction.atomic
def correct(
    place: HelpPlace,
    *,
    by: Actor,
    organisation: Organisation | None = None,
    checked_on: date | None = None,
    version: int | None = None,
    **changes: Any,
) -> HelpPlace:
    """Saves what was found out, or only that all is still so, with the day (today); a later reload leaves it alone.

    `version` is the one that was on the screen. ValidationError names the field that does not fit; ChangedMeanwhile where
    somebody else has saved since.
    """
    locked = HelpPlace.objects.select_for_update(no_key=True).get(pk=place.pk)
    if version is not None and version != locked.version:
        raise ChangedMeanwhile
    changed = change(locked, changes)
    locked.version += 1
    _check(locked, organisation, checked_on or clock.today())
    locked.save()
    record("place.checked", locked, by=by, organisation_id=organisation.pk if organisation else None, fields=changed)
    return locked


def name(place: HelpPlace, called: str) -> None:
    """Gives a new place the word by which addresses and programs know it."""
    place.slug = f"{slugify(called)[:60]}-{place.pk.hex[:8]}".lstrip("-")


def change(place: HelpPlace, changes: dict[str, Any]) -> list[str]:
    """The names of the fields that are different now."""
    if strange := changes.keys() - CORRECTABLE:
        raise NotCorrectable(fields=", ".join(sorted(strange)))
    told = {name: secrets.mask(value) if isinstance(value, str) else value for name, value in changes.items()}
    changed = sorted(name for name, value in told.items() if getattr(place, name) != value)
    for name in changed:
        setattr(place, name, told[name])
    return changed


def _check(place: HelpPlace, organisation: Organisation | None, day: date) -> None:
    place.checked_on, place.checked_by = day, organisation
    place.full_clean()
