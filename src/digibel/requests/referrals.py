"""Warm referral: a slip with the question, the right place, its hours and its number. Nothing about health, no family name."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.directory import finding
from digibel.directory.models import HelpPlace
from digibel.guardrails import catalogue
from digibel.requests.models import HelpRequest, Referral


def propose(request: HelpRequest, language: str) -> list[finding.Advice]:
    """The routes of this request's tasks, in the catalogue's order, each with a sentence and the places that fit best."""
    routes = dict.fromkeys(route for task in request.tasks.all() for route in catalogue.get(task.slug).routes)
    client = request.client
    return finding.for_route(routes, client.postcode, language, speaks=client.speaks, moment=clock.now())


@transaction.atomic
def refer(request: HelpRequest, *, by: Actor, places: Sequence[HelpPlace] = (), route: str = "") -> list[Referral]:
    """Write the slip down: to these places, or along a route that has no place of its own."""
    targets: list[HelpPlace | None] = list(places) or [None]
    made = [
        Referral.objects.create(request=request, place=place, route=route, made_at=clock.now(), made_by=str(by))
        for place in targets
    ]
    record("request.referred", request, by=by, organisation_id=request.organisation_id, places=len(places))
    return made


def places_among(request: HelpRequest, place_ids: Sequence[str]) -> list[HelpPlace]:
    """The chosen places, as far as they exist and serve this client's postcode."""
    found = HelpPlace.objects.active().filter(pk__in=[one for one in place_ids if _is_uuid(one)])
    return [place for place in found if place.is_for(request.client.postcode)]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
