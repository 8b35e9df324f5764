"""Staff look first at a home with vermin or aggression: nobody is asked and nobody goes, until one of them lets a volunteer go."""

from collections.abc import Iterable

from django.db import transaction

from digibel.audit.actors import Actor
from digibel.requests import stafffirst
from digibel.requests.alike import rows_alike
from digibel.requests.models import Client, HelpRequest, StaffFirst
from digibel.scheduling import alarms, households, offers, timers, visits, worklist
from digibel.scheduling.locks import lock_requests
from digibel.scheduling.models import Visit


@transaction.atomic
def note(client: Client, why: Iterable[str], *, by: Actor) -> StaffFirst:
    """From this minute on: offers end, visits to come are cancelled and both sides hear it, and whoever is inside is rung.

    `why` is codes of `StaffFirst.Why`; nobody but staff is told. It is the home, so it holds for both where two people of it are
    to be visited in one go. Raises `NotOneOf`.
    """
    requests, codes = lock_requests(client), list(why)
    same_home = [other.client for request in requests if (other := households.other_of(request)) is not None]
    held = stafffirst.hold(client, codes, by=by)
    for request in requests:
        keep(request, by=by)
    for neighbour in same_home:
        note(neighbour, codes, by=by)
    return held


def note_as_known(client: Client, *, by: Actor) -> None:
    """A new row of somebody whom staff look at first under another one: a program adds a client anew with every question."""
    others = [one.pk for one in rows_alike(client) if one.pk != client.pk]
    codes = {code for held in StaffFirst.objects.standing().filter(client__in=others) for code in held.codes}
    if codes:
        note(client, codes, by=by)


def keep(request: HelpRequest, *, by: Actor) -> None:
    """Nothing of this request goes on by itself. The caller holds it."""
    offers.end_others(request, by=by)
    timers.drop_timers(request.pk, "next_wave")
    visits.cancel_all(request, by=by, reason="organisation")
    for visit in Visit.objects.filter(request=request).standing().select_related("volunteer__recipient"):
        alarms.put_on_list(visit, "visit.ring_me")
    worklist.rewrite(request)


@transaction.atomic
def release(client: Client, *, reason: str, by: Actor) -> StaffFirst:
    """A volunteer may go: the search begins again. Raises `NoReasonToRelease`, `NotHeld`."""
    requests = lock_requests(client)
    released = stafffirst.let_go(client, reason, by=by)
    for request in requests:
        worklist.rewrite(request)
    return released
