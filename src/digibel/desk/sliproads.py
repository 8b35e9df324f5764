"""What can stand on a slip: the ways the catalogue names, each with the places that fit this client best, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digibel import clock
from digibel.desk import slips, words
from digibel.directory import finding
from digibel.directory.models import HelpPlace, PlaceSession
from digibel.guardrails import catalogue
from digibel.requests import referrals, seats
from digibel.requests.models import HelpRequest


@dataclass(frozen=True)
class SeatChoice:
    """A session of the place in which a seat can be booked with the slip; `label` says when, and how many are left."""

    session_id: UUID
    label: str
    full: bool
    ticked: bool


@dataclass(frozen=True)
class Choice:
    """One place that can stand on the slip."""

    place: HelpPlace
    name: str
    about: str
    km: float | None
    why: str
    ticked: bool
    seats: tuple[SeatChoice, ...] = ()


@dataclass(frozen=True)
class Road:
    """One route of the catalogue: the sentence for the client, and the places it means. Without a place the sentence is it."""

    code: str
    name: str
    text: str
    choices: tuple[Choice, ...]
    ticked: bool


def roads(request: HelpRequest, *, ticked: Collection[str] | None) -> list[Road]:
    """What can stand on it, in the language of the page. Nothing ticked yet: the first place of each route is."""
    advised = referrals.propose(request, words.desk_language())
    offered = seats.offered({near.place.pk for advice in advised for near in advice.places})
    return [
        Road(
            code=advice.route,
            name=_route_name(advice.route),
            text=advice.text,
            choices=tuple(
                Choice(
                    near.place,
                    near.place.name_in(words.desk_language()),
                    slips.address(near.place),
                    near.km,
                    _why(near),
                    ticked=first if ticked is None else str(near.place.pk) in ticked,
                    seats=tuple(_seat(one, ticked or ()) for one in offered.get(near.place.pk, [])),
                )
                for near, first in zip(advice.places, (True, *(False for _ in advice.places)), strict=False)
            ),
            ticked=not advice.places if ticked is None else advice.route in ticked,
        )
        for advice in advised
    ]


def _seat(offered: seats.Offered, ticked: Collection[str]) -> SeatChoice:
    session = offered.session
    left = ngettext("one seat free", "%(count)d seats free", offered.free) % {"count": offered.free}
    return SeatChoice(
        session.pk,
        f"{when(session)}: {left if offered.free else _('full')}",
        full=not offered.free,
        ticked=str(session.pk) in ticked,
    )


def when(session: PlaceSession) -> str:
    """ "Tuesday 1 December, 14:00–16:00", in the language of the page."""
    return slips.in_words(session, words.desk_language())


def _why(near: finding.Near) -> str:
    """Why this one, or what to ask first: whether they are understood there, and when the door is open."""
    said = {True: _("speaks their language"), False: _("does not speak their language"), None: _("language not known")}
    return f"{said[near.speaks]}, {_when(near)}"


def _when(near: finding.Near) -> str:
    if near.opens:
        opens = clock.local(near.opens)
        open_now = near.opens <= clock.now()
        told = {"day": date_format(opens, "l"), "time": f"{opens:%H:%M}"}
        return _("open now") if open_now else _("opens on %(day)s at %(time)s") % told
    return _("closed in the coming week") if near.place.hours else _("hours not known")


def _route_name(code: str) -> str:
    names = catalogue.ROUTES.get(code)
    return catalogue.in_language(names, words.desk_language()) if names else code


def are_ids(texts: Collection[str]) -> list[str]:
    """Those that can be the id of a place."""
    return [text for text in texts if _is_id(text)]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
