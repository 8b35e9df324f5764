"""Warm referral: a slip with the question, the right place, its hours and its number. Nothing about health, no family name."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from digibel import clock, languages, places
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.directory import finding
from digibel.directory.hours import DAYS
from digibel.directory.models import HelpPlace
from digibel.guardrails import catalogue
from digibel.notifications import numbers
from digibel.notifications.errors import NotANumber
from digibel.requests import seats
from digibel.requests.models import HelpRequest, Referral


def propose(request: HelpRequest, language: str) -> list[finding.Advice]:
    """The routes of this request's tasks, in the catalogue's order, each with a sentence and the places that fit best."""
    routes = dict.fromkeys(route for task in request.tasks.all() for route in catalogue.get(task.slug).routes)
    client = request.client
    return finding.for_route(routes, client.postcode, language, speaks=client.speaks, moment=clock.now())


@transaction.atomic
def refer(
    request: HelpRequest,
    *,
    by: Actor,
    places: Sequence[HelpPlace] = (),
    route: str = "",
    sessions: Mapping[UUID, UUID] | None = None,
) -> list[Referral]:
    """Write the slip down: to these places, or along a route that has no place of its own.

    `sessions`: in which session of which place a seat is booked; ids. Raises what `seats.take` raises; then there is no slip.
    """
    targets: list[HelpPlace | None] = list(places) or [None]
    wanted = sessions or {}
    # Always in one order, so that two slips to the same places never wait for each other.
    booked = {place.pk: seats.take(place, wanted[place.pk]) for place in _in_order(places) if place.pk in wanted}
    made = [_write(request, place, route, booked.get(place.pk) if place else None, by) for place in targets]
    facts = {"places": len(places), **({"seats": len(booked)} if booked else {})}
    record("request.referred", request, by=by, organisation_id=request.organisation_id, **facts)
    return made


def _in_order(places: Sequence[HelpPlace]) -> list[HelpPlace]:
    return sorted(places, key=lambda place: place.pk)


def _write(request: HelpRequest, place: HelpPlace | None, route: str, seat: seats.Seat | None, by: Actor) -> Referral:
    return Referral.objects.create(
        request=request,
        place=place,
        route=route,
        session=seat.session if seat else None,
        seat_number=seat.number if seat else None,
        made_at=clock.now(),
        made_by=str(by),
    )


def places_among(request: HelpRequest, place_ids: Sequence[str]) -> list[HelpPlace]:
    """The chosen places, as far as they exist and serve this client's postcode."""
    found = HelpPlace.objects.active().filter(pk__in=[one for one in place_ids if _is_uuid(one)])
    return [place for place in found if place.is_for(request.client.postcode)]


def waiting(request: HelpRequest) -> list[Referral]:
    """What was handed out, and nobody has asked yet whether it helped: the latest first, each place and each way once."""
    once: dict[tuple[UUID | None, str], Referral] = {}
    for one in request.referrals.filter(landed=None).select_related("place", "session").order_by("-made_at", "pk"):
        once.setdefault((one.place_id, one.route), one)
    return list(once.values())


def in_words(referral: Referral, language: str) -> str:
    """One line of the slip, to be said aloud: the place with its hours, or the sentence of a way that has no place."""
    if referral.place is None:
        return finding.text_of(referral.route, language)
    told = [
        place_in_words(referral.place, language),
        seats.when(referral, language) or _hours(referral.place, language),
    ]
    return ". ".join(filter(None, told))


def place_in_words(place: HelpPlace, language: str) -> str:
    """ "CPAS de Jette, Rue de l'Exemple 1, 1090 Jette, 02 000 00 01": as far as it is known."""
    street = f"{place.street} {place.house_number}".strip()
    town = f"{place.postcode} {places.name(place.postcode, language)}" if place.postcode else ""
    return ", ".join(filter(None, [place.name_in(language), street, town, _phone(place.phone)]))


def _phone(written: str) -> str:
    """As people here read it; a short number (112, 1733) as it is written."""
    try:
        return numbers.display(numbers.parse(written)) if written else ""
    except NotANumber:
        return written


def _hours(place: HelpPlace, language: str) -> str:
    """ "di 09:00-12:00, 13:00-16:00; vr 09:00-12:00"; nothing where nobody knows."""
    days = [
        f"{languages.weekdays([number], language)} " + ", ".join("-".join(span) for span in place.hours[day])
        for number, day in enumerate(DAYS)
        if place.hours.get(day)
    ]
    return "; ".join(days)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
