"""Writing what was rehearsed, all of it or nothing, and taking it back."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import ProtectedError

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.directory import corrections
from digibel.directory.errors import ChangedSince, ListIsOld, NothingNew
from digibel.directory.importing.rehearsing import Planned, rehearse
from digibel.directory.models import HelpPlace, PlacesImport
from digibel.organisations.models import Organisation
from digibel.sheets import Sheet
from digibel.sheets.errors import RowsRefused, UndoneAlready

# A list says on which day somebody looked, or it does not: to bring it in is no look.
ABOUT_THE_LOOK: Final = ("checked_on", "checked_by_id")


def bring_in(
    sheet: Sheet,
    *,
    seen: str,
    by: Actor,
    organisation: Organisation | None = None,
    kind: str = "",
    without_refused: bool = False,
    went_on: Callable[[], None] = lambda: None,
) -> PlacesImport:
    """The whole list in one transaction, as it was `seen` in the rehearsal; `went_on` is told after each row.

    Two lists at once follow each other: all places are held, and the list is read again behind the lock. Raises `ListIsOld`,
    `NothingNew`, and `RowsRefused` unless these are to be left out.
    """
    with transaction.atomic():
        list(HelpPlace.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        rehearsal = rehearse(sheet, kind=kind)
        if rehearsal.refused and not without_refused:
            raise RowsRefused
        if rehearsal.seen != seen:
            raise ListIsOld
        if not (rehearsal.added or rehearsal.changed):
            raise NothingNew
        made = PlacesImport(
            organisation=organisation,
            brought_at=clock.now(),
            added=len(rehearsal.added),
            changed=len(rehearsal.changed),
        )
        for one in rehearsal.planned:
            made.trail += [_bring(one, organisation, by=by)] if one.changes else []
            went_on()
        made.save(force_insert=True)
        record("place.imported", made, by=by, organisation_id=made.organisation_id, count=len(made.trail))
    return made


def _bring(one: Planned, organisation: Organisation | None, *, by: Actor) -> dict[str, Any]:
    """What must be known to take it back."""
    place, told = one.place or _new(one.name, organisation), dict(one.changes)
    before = {name: _plain(getattr(place, name)) for name in (*told, *ABOUT_THE_LOOK)} if one.place else None
    if "checked_on" in told:
        place.checked_on = told.pop("checked_on")
        place.checked_by = organisation if place.checked_on else None
    fields = corrections.change(place, told)
    place.version += 1 if one.place else 0
    place.full_clean()
    place.save(force_insert=one.place is None)
    deed = "place.checked" if one.place else "place.added"
    record(deed, place, by=by, organisation_id=organisation.pk if organisation else None, fields=fields)
    return {"id": str(place.pk), "version": place.version, "before": before}


def _new(name: str, organisation: Organisation | None) -> HelpPlace:
    place = HelpPlace(pk=uuid.uuid4(), source=f"{organisation.name if organisation else 'CSV'}, {clock.today()}")
    corrections.name(place, name)
    return place


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | uuid.UUID) else value


def take_back(made: PlacesImport, *, by: Actor) -> int:
    """Take out again what came with it, and put back what it changed. Returns how many places.

    Raises `UndoneAlready`, and `ChangedSince` once one of them was put right or stands on a slip: then nothing is taken back.
    """
    with transaction.atomic():
        locked = PlacesImport.objects.select_for_update(no_key=True).get(pk=made.pk)
        if locked.undone_at:
            raise UndoneAlready
        rows = {one["id"]: one for one in locked.trail}
        places = HelpPlace.objects.select_for_update().filter(pk__in=rows).order_by("pk")
        there = [place for place in places if place.version == rows[str(place.pk)]["version"]]
        if len(there) < len(rows):
            raise ChangedSince(count=len(rows) - len(there))
        for place in there:
            _put_back(place, rows[str(place.pk)]["before"])
        locked.undone_at, locked.trail = clock.now(), []
        locked.save(update_fields=["undone_at", "trail"])
        record("place.import_undone", locked, by=by, organisation_id=locked.organisation_id, count=len(there))
    return len(there)


def _put_back(place: HelpPlace, before: dict[str, Any] | None) -> None:
    if before is None:
        try:
            place.delete()
        except ProtectedError:
            raise ChangedSince(count=1) from None
        return
    for name, value in before.items():
        setattr(place, name, value)
    place.version += 1
    # Also reads the day again, which is kept as text.
    place.full_clean()
    place.save()
