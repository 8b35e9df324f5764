"""Two people of one home are visited in one go, or after all each on their own: said by a matcher, after both have agreed.

Each keeps a request, a visit, a card, texts and a follow-up of their own, and neither hears anything of the other's.
"""

import uuid

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.requests.models import Client, HelpRequest, NextActionKind
from digibel.scheduling import beats, errors, households, offers, timers, worklist
from digibel.scheduling.locks import lock_request
from digibel.scheduling.matching.wanted import in_one_go, wanted
from digibel.scheduling.models import Visit
from digibel.sealing.index import fold
from digibel.sealing.reading import unsealed_or_none

WAITING = (NextActionKind.CHOOSE, NextActionKind.AWAIT_ANSWERS, NextActionKind.NOBODY)


@transaction.atomic
def visit_both(request: HelpRequest, other: HelpRequest, *, by: Actor) -> None:
    """Volunteers are asked for both from now on, for when both are at home; what was asked before ends.

    Raises `NotBothWaiting`, `NotOneHome`, `InOneGoAlready`, `NotInOneGo`.
    """
    first, second = _hold(request, other)
    _check(first, second)
    turns = ((first, households.FIRST), (second, households.SECOND))
    household = uuid.uuid4()
    for one, turn in turns:
        _search_anew(one, by=by)
        HelpRequest.objects.filter(pk=one.pk).update(household=household, household_turn=turn)
        one.household, one.household_turn = household, turn
        record("request.in_one_go", one, by=by, organisation_id=one.organisation_id)
    worklist.rewrite(first)


@transaction.atomic
def visit_each(request: HelpRequest, *, by: Actor) -> None:
    """Each on their own after all. Raises `AlreadyBooked` where a volunteer has said yes to both."""
    locked = lock_request(request.pk)
    other = households.other_of(locked)
    if other is None:
        return
    first, second = _hold(locked, other)
    if Visit.objects.filter(request__in=[first, second]).standing().exists():
        raise errors.AlreadyBooked
    _search_anew(first, by=by)
    households.leave(first)
    for one in _hold(first, second):
        record("request.apart", one, by=by, organisation_id=one.organisation_id)
        worklist.rewrite(one)


def may_join(request: HelpRequest) -> list[HelpRequest]:
    """Open requests of others from the same home that wait for a volunteer as this one does."""
    if request.next_kind not in WAITING or request.household is not None or request.meets_at_id is not None:
        return []
    others = (
        HelpRequest.objects.of(request.organisation).open().filter(next_kind__in=WAITING, household=None, meets_at=None)
    )
    near = others.filter(client__postcode=request.client.postcode).exclude(client=request.client_id)
    related = near.select_related("client").order_by("reference")
    return [one for one in related if _home(one.client) == _home(request.client)]


def _hold(request: HelpRequest, other: HelpRequest) -> tuple[HelpRequest, HelpRequest]:
    """Both, in the order of everybody: the first of the two is the one with the lower id."""
    first, second = sorted((request.pk, other.pk))
    return lock_request(first), lock_request(second)


def _check(first: HelpRequest, second: HelpRequest) -> None:
    if any(one.household is not None for one in (first, second)):
        raise errors.InOneGoAlready
    if any(one.next_kind not in WAITING for one in (first, second)):
        raise errors.NotBothWaiting
    if first.client_id == second.client_id or _home(first.client) != _home(second.client):
        raise errors.NotOneHome
    if any(one.two_go or one.meets_at_id or beats.running(one) for one in (first, second)):
        raise errors.NotInOneGo
    wishes = {one.client.wish for one in (first, second)} - {""}
    now = clock.now()
    both = in_one_go(wanted(first, now), wanted(second, now))
    if len(wishes) > 1 or not both.speaks or not any(end - start >= both.length for start, end in both.windows):
        raise errors.NotInOneGo


def _home(client: Client) -> tuple[str, ...]:
    lines = (unsealed_or_none(client, name) or "" for name in ("street", "house_number", "box"))
    return client.postcode, *(fold(line) for line in lines)


def _search_anew(request: HelpRequest, *, by: Actor) -> None:
    offers.end_others(request, by=by)
    timers.drop_timers(request.pk, "next_wave")
    HelpRequest.objects.filter(pk=request.pk).update(searched_in_vain_at=None)
