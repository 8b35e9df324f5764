"""Two go: asked for by a matcher, for safety or so that somebody with experience goes along; or one is enough after all."""

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.requests.errors import NotOneOf
from digibel.requests.models import HelpRequest, TwoGo
from digibel.scheduling import announcing, errors, offers, pairs, timers, visits, worklist
from digibel.scheduling.locks import lock_request, lock_visit
from digibel.scheduling.models import Visit, VisitStatus


@transaction.atomic
def ask_two(request: HelpRequest, why: str, *, by: Actor) -> None:
    """Nobody goes there alone from now on. Who is booked already waits at home until somebody goes along.

    `why` is one of `TwoGo`. Raises `TooNearForTwo` where there is no time to find the second.
    """
    if why not in TwoGo.values:
        raise NotOneOf(choices=", ".join(TwoGo.values))
    locked = lock_request(request.pk)
    if not locked.is_open:
        raise errors.RequestClosed
    if locked.two_go == why:
        return
    if locked.household is not None:
        raise errors.NotInOneGo
    if locked.meets_at_id is not None:
        raise errors.OnlyAtThePlace
    first = None if locked.two_go else Visit.objects.filter(request=locked).standing().first()
    if first is not None and (first.status != VisitStatus.BOOKED or not visits.may_seek_second(first)):
        raise errors.TooNearForTwo
    _choose(locked, why, by=by)
    if first is not None:
        # Read again, as it now says that two go.
        booked = lock_visit(first.pk)
        visits.seek_second(booked, expected=announcing.expected_at(booked))
    elif why == TwoGo.SAFETY and pairs.waiting_of(locked) is not None:
        timers.set_timer("next_wave", locked.pk, clock.now())
    worklist.rewrite(locked)
    request.two_go = why


@transaction.atomic
def one_is_enough(request: HelpRequest, *, by: Actor) -> None:
    """Whoever was waiting for a second goes alone, and the client hears who comes. Raises `TwoAreGoing`."""
    locked = lock_request(request.pk)
    if not locked.two_go:
        return
    if Visit.objects.filter(request=locked).standing().exclude(goes_with=None).exists():
        raise errors.TwoAreGoing
    first = pairs.waiting_of(locked)
    _choose(locked, "", by=by)
    if first is not None:
        offers.end_others(locked, by=by)
        timers.drop_timers(locked.pk, "next_wave")
        visits.go_alone(lock_visit(first.pk))
    worklist.rewrite(locked)
    request.two_go = ""


def _choose(request: HelpRequest, why: str, *, by: Actor) -> None:
    HelpRequest.objects.filter(pk=request.pk).update(two_go=why)
    request.two_go = why
    record("request.two_go_chosen", request, by=by, organisation_id=request.organisation_id, why=why or "one")
