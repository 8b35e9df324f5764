"""Which place to send somebody to."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

from digibel import places
from digibel.directory.models import HelpPlace
from digibel.organisations import numbers

# Somebody goes so many kilometres further for a place of which it is known that they are understood there, and when.
DOUBT_KM: Final = 2.0
# A door where nobody understands them, or that stays closed, is none while there is another in the region.
MISFIT_KM: Final = 50.0
SOON: Final = timedelta(days=7)


class Near(NamedTuple):
    """A place, and the kilometres to it as the crow flies; None for a number or a website, which is as near as any.

    `speaks`: whether one of the client's languages is spoken there, None where nobody knows. `opens`: when the door is open
    next, None where that is not known, or not soon.
    """

    place: HelpPlace
    km: float | None
    speaks: bool | None = None
    opens: datetime | None = None


class Visitor(NamedTuple):
    """Who is sent: from where, what they speak (codes of `languages.SPOKEN`), and from which moment (aware) they can go."""

    postcode: str
    speaks: tuple[str, ...] = ()
    moment: datetime | None = None


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
    return places.distance_km(places.get(home), place.point) if place.postcode else None


def fitting(found: Iterable[HelpPlace], visitor: Visitor) -> list[Near]:
    """Those the visitor may go to, the best first: near, where one of their languages is spoken, and open within a week.

    What is not known of a place counts as `DOUBT_KM` more, what is known not to fit as `MISFIT_KM`.
    """
    near = [_seen_by(visitor, one) for one in by_distance(found, visitor.postcode)]
    return sorted(near, key=lambda one: (one.km is None, _felt(one, visitor), one.place.slug))


def _seen_by(visitor: Visitor, near: Near) -> Near:
    spoken = near.place.languages if visitor.speaks else []
    speaks = not set(visitor.speaks).isdisjoint(spoken) if spoken else None
    opens = near.place.next_opening(visitor.moment) if visitor.moment else None
    return near._replace(
        speaks=speaks, opens=opens if opens and visitor.moment and opens <= visitor.moment + SOON else None
    )


def _felt(near: Near, visitor: Visitor) -> float:
    km = near.km or 0.0
    if visitor.speaks and not near.speaks:
        km += DOUBT_KM if near.speaks is None else MISFIT_KM
    if visitor.moment and near.opens is None:
        km += MISFIT_KM if near.place.hours else DOUBT_KM
    return km


def for_route(
    routes: Iterable[str],
    postcode: str,
    language: str = "nl",
    limit: int = 3,
    *,
    speaks: Iterable[str] = (),
    moment: datetime | None = None,
) -> list[Advice]:
    """For each route code of a judgement ("OCMW", "OCR", "BANK", ...), in order: what to tell the client, and where.

    `speaks` and `moment` as in `Visitor`. A code that is not in `data/routes.toml` is answered as COORD: the coordinator knows
    more than this file.
    """
    visitor = Visitor(places.get(postcode).postcode, tuple(speaks), moment)
    return [_advice(route, visitor, language, limit) for route in dict.fromkeys(routes)]


def known_routes() -> frozenset[str]:
    return frozenset(_routes())


def _advice(code: str, visitor: Visitor, language: str, limit: int) -> Advice:
    route = _routes().get(code, _routes()["COORD"])
    doors = HelpPlace.objects.active().somewhere()
    # Of two that are as near, the kind that stands first in the route.
    near = [one for kind in route.get("kinds", []) for one in fitting(doors.of_kind(kind), visitor)]
    near.sort(key=lambda one: _felt(one, visitor))
    named = HelpPlace.objects.active().filter(slug__in=route.get("places", [])).order_by("slug")
    return Advice(code, text_of(code, language), (*near[:limit], *(Near(place, None) for place in named)))


def text_of(code: str, language: str) -> str:
    """What the client hears for this route, with the numbers and addresses it names as they are known now."""
    code = code if code in _routes() else "COORD"
    route = _routes()[code]
    spoken = language if language in route else "fr"
    sentence = _translated(language).get(code) or route[spoken]
    return str(sentence).format_map({slug: one.value(spoken) for slug, one in numbers.table().items()})


@cache
def _routes() -> Mapping[str, Any]:
    return tomllib.loads((resources.files(__package__) / "data/routes.toml").read_text(encoding="utf-8"))


@cache
def _translated(language: str) -> Mapping[str, str]:
    """The sentences in a language of texts that the desk does not speak."""
    file = resources.files(__package__) / f"data/translations/{language}.toml"
    found: Mapping[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))["routes"] if file.is_file() else {}
    return found
