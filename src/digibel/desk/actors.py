"""Who did something, in a word for the page: the audit and the moves only keep `staff:<id>`."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext

from digibel.organisations.models import Organisation, Staff


def names(actors: Iterable[str], organisation: Organisation) -> dict[str, str]:
    """What to call each of these actors, with one query: a colleague by name, everybody else by what they are to us."""
    wanted = set(actors)
    ids = {actor: UUID(actor.partition(":")[2]) for actor in wanted if actor.startswith("staff:")}
    staff = Staff.objects.filter(organisation=organisation, pk__in=ids.values()) if ids else []
    known = {one.pk: one.name for one in staff}
    kinds = {
        "volunteer": gettext("the volunteer"),
        "client": gettext("the client"),
        "api": gettext("a program"),
        "clock": "Digibel",
        "system": "Digibel",
    }
    return {
        actor: known.get(ids[actor], gettext("a colleague")) if actor in ids else kinds[actor.partition(":")[0]]
        for actor in wanted
    }
