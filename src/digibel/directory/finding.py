"""Which place to send somebody to."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from digibel import places
from digibel.directory.models import HelpPlace
from digibel.organisations import numbers


class Near(NamedTuple):
    """A place, and the kilometres to it as the crow flies; None for a number or a website, which is as near as any."""

    place: HelpPlace
    km: float | None


class Advice(NamedTuple):
    """What the slip says for one route: a sentence for the client, and the places it means (perhaps none)."""

    route: str
    text: str
    places: tuple[Near, ...]


def nearest(kind: str, postcode: str, limit: int = 3) -> list[tuple[HelpPlace, float]]:
    """Up to `limit` places of that kind with their distance in kilometres, the nearest first.

    Those of the postcode itself come first; where it has none, those around it are the answer. A place that serves
    certain postcodes only is left out for the others. UnknownPostcode if there is no such postcode.
    """
    doors = HelpPlace.objects.active().of_kind(kind).somewhere()
    return [(near.place, near.km) for near in by_distance(doors, postcode)[:limit] if near.km is not None]


def by_distance(found: Iterable[HelpPlace], postcode: str) -> list[Near]:
    """Those that people of this postcode may go to, the nearest first; after the doors the numbers and the websites."""
    home = places.get(postcode).postcode
    near = [Near(place, _km(home, place)) for place in found if place.is_for(home)]
    return sorted(near, key=lambda one: (one.km is None, one.km, one.place.slug))


def _km(home: str, place: HelpPlace) -> float | None:
    return places.distance_between(home, place.postcode) if place.postcode else None


def for_route(routes: Iterable[str], postcode: str, language: str = "nl", limit: int = 3) -> list[Advice]:
    """For each route code of a judgement ("OCMW", "OCR", "BANK", ...), in order: what to tell the client, and where.

    `language` is nl, fr or en (others read French). A code that is not in `data/routes.toml` is answered as COORD: the
    coordinator knows more than this file.
    """
    home = places.get(postcode).postcode
    return [_advice(route, home, language, limit) for route in dict.fromkeys(routes)]


def known_routes() -> frozenset[str]:
    return frozenset(_routes())


def _advice(code: str, postcode: str, language: str, limit: int) -> Advice:
    routes = _routes()
    route = routes.get(code, routes["COORD"])
    near = [Near(place, km) for kind in route.get("kinds", []) for place, km in nearest(kind, postcode, limit)]
    near.sort(key=lambda one: one.km or 0.0)
    named = HelpPlace.objects.active().filter(slug__in=route.get("places", [])).order_by("slug")
    return Advice(code, _text(route, language), (*near[:limit], *(Near(place, None) for place in named)))


def _text(route: Mapping[str, Any], language: str) -> str:
    """The sentence, with the numbers and addresses it names as they are known now."""
    spoken = language if language in route else "fr"
    return str(route[spoken]).format_map({slug: one.value(spoken) for slug, one in numbers.table().items()})


@cache
def _routes() -> Mapping[str, Any]:
    return tomllib.loads((resources.files(__package__) / "data/routes.toml").read_text(encoding="utf-8"))
