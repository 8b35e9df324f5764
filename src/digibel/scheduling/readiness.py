"""A volunteer who may no longer be sent: every visit booked with them is open again the same minute, and what they were asked ends.

Ready means in order for the insuring organisation on the day itself, not pausing, and still with us (Volunteers Act of
3 July 2005, art. 4 to 6). STOP ends what they were asked; a visit they have promised stands.
"""

from collections.abc import Collection, Iterator
from datetime import date
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.notifications.steps import one_by_one
from digibel.organisations.models import Organisation, Staff
from digibel.requests.models import HelpRequest
from digibel.scheduling import offers, pauses, timers, visits, worklist
from digibel.scheduling.desksessions import signing
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.locks import lock_request
from digibel.scheduling.models import Offer, Visit, VisitStatus
from digibel.volunteers import pool
from digibel.volunteers import readiness as met
from digibel.volunteers.availability import WrongDays
from digibel.volunteers.models import Requirement, Volunteer

AT_ONCE = 200


@transaction.atomic
def lose_readiness(
    volunteer: Volunteer, organisation: Organisation, requirement: str, *, last_day: date, by: Actor
) -> int:
    """A requirement is met until that day and no longer. Returns how many visits are open again."""
    hold_requests([volunteer])
    met.end(volunteer, organisation, requirement, last_day=last_day, by=by)
    return reopen_unready(volunteer, by=by)


@transaction.atomic
def note_readiness(
    volunteer: Volunteer,
    organisation: Organisation,
    requirement: str,
    *,
    since: date,
    until: date | None,
    by: Actor,
    version: str = "",
    reference: str = "",
) -> int:
    """A requirement is met or renewed, with the days as a person typed them. Returns how many visits are open again:
    an earlier end than before may leave a visit without it."""
    met.check_paper(requirement, since, until, reference)
    hold_requests([volunteer])
    met.note(
        volunteer, organisation, requirement, since=since, until=until, version=version, reference=reference, by=by
    )
    return reopen_unready(volunteer, by=by)


@transaction.atomic
def renew_insurance(organisation: Organisation, *, since: date, until: date | None, reference: str, by: Actor) -> int:
    """One policy covers everybody: renewed for all whose insurance was ever noted here and who have not left.

    Returns how many visits are open again.
    """
    insured = list(
        Volunteer.objects.filter(
            left_at=None, readiness__organisation=organisation, readiness__requirement=Requirement.INSURANCE
        ).order_by("pk")
    )
    hold_requests(insured)
    return sum(
        note_readiness(one, organisation, Requirement.INSURANCE, since=since, until=until, reference=reference, by=by)
        for one in insured
    )


@transaction.atomic
def exempt(
    volunteer: Volunteer, organisation: Organisation, requirement: str, *, until: date, reason: str, granted_by: Staff
) -> int:
    """Without this requirement until that day. Returns how many visits are open again."""
    hold_requests([volunteer])
    met.exempt(volunteer, organisation, requirement, until=until, reason=reason, granted_by=granted_by)
    return reopen_unready(volunteer, by=Actor.staff(granted_by))


@transaction.atomic
def pause(
    volunteer: Volunteer,
    *,
    by: Actor,
    until: date | None = None,
    own: bool = False,
    at: Organisation | None = None,
) -> int:
    """No offers, and no visits before the day they are back, or until a person decides otherwise.

    `at`: who texts them the day before it ends. Returns how many visits are open again.
    """
    if until is not None and until <= clock.today():
        raise WrongDays
    hold_requests([volunteer])
    pool.pause(volunteer, by=by, until=until, own=own)
    if at is not None:
        pauses.tell_the_end(volunteer, until, at=at)
    return reopen_unready(volunteer, by=by)


def reopen_all_unready() -> None:
    """The clock looks over everybody each minute, so that it does not matter by which door readiness was lost."""
    one_by_one(unready_visits(), partial(_reopen, by=CLOCK), what="visit")
    one_by_one(unready_offers(), partial(end_offer, by=CLOCK, reason="not_ready"), what="offer")
    signing.end_all_unready()


def reopen_unready(volunteer: Volunteer, *, by: Actor) -> int:
    """Cancel the visits to come, and end the offers, of this volunteer who may not be sent. Returns how many are open again."""
    reopened = sum(_reopen(visit, by=by) for visit in list(unready_visits(volunteer)))
    for offer in list(unready_offers(volunteer)):
        end_offer(offer, by=by, reason="not_ready")
    signing.end_unready(volunteer, by=by)
    return reopened


@transaction.atomic
def end_offer(offer: Offer, *, by: Actor, reason: str) -> None:
    """This one is not asked any more; when nobody is left to answer, the next ones are."""
    request = lock_request(offer.request_id)
    if offers.withdraw(request, Offer.objects.filter(pk=offer.pk), by=by, reason=reason):
        if not worklist.has_live_offers(request):
            timers.set_timer("next_wave", request.pk, clock.now())
        worklist.rewrite(request)


def unready_visits(volunteer: Volunteer | None = None) -> Iterator[Visit]:
    """Booked visits to come whose volunteer may not be sent on that day."""
    coming = Visit.objects.filter(status=VisitStatus.BOOKED, starts_at__gt=clock.now()).order_by("pk")
    if volunteer is not None:
        coming = coming.by(volunteer)
    related = coming.select_related("volunteer", "request").prefetch_related("volunteer__readiness")
    for visit in related.iterator(chunk_size=AT_ONCE):
        if not _may_be_sent(visit.volunteer, visit.request.organisation_id, clock.local(visit.starts_at).date()):
            yield visit


def unready_offers(volunteer: Volunteer | None = None) -> Iterator[Offer]:
    """Live offers to somebody who said STOP, or who may not be sent on one of the days they were asked for."""
    live = Offer.objects.live().order_by("pk")
    if volunteer is not None:
        live = live.to(volunteer)
    related = live.select_related("volunteer__recipient", "request").prefetch_related("volunteer__readiness")
    for offer in related.iterator(chunk_size=AT_ONCE):
        days = {clock.local(offer.window(choice)[0]).date() for choice in range(1, len(offer.windows) + 1)}
        ready = offer.volunteer.paused_at is None and all(
            _may_be_sent(offer.volunteer, offer.request.organisation_id, day) for day in days
        )
        if not ready or offer.volunteer.recipient.stopped_at is not None:
            yield offer


def hold_requests(volunteers: Collection[Volunteer]) -> None:
    """What they are asked for, or go to: a yes that is being written is finished first, and then undone.

    All of them in one order: two that hold many requests one volunteer after the other would wait for each other.
    """
    asked = Offer.objects.live().filter(volunteer__in=volunteers, request=OuterRef("pk"))
    going = Visit.objects.standing().filter(volunteer__in=volunteers, request=OuterRef("pk"))
    requests = HelpRequest.objects.filter(Exists(asked) | Exists(going)).order_by("pk")
    list(requests.select_for_update(no_key=True).values_list("pk", flat=True))
    signing.hold_sessions(volunteers)


def _may_be_sent(volunteer: Volunteer, organisation_id: object, day: date) -> bool:
    rows = [row for row in volunteer.readiness.all() if row.organisation_id == organisation_id]
    return not volunteer.is_pausing_on(day) and volunteer.left_at is None and not met.missing_on(rows, day)


def _reopen(visit: Visit, *, by: Actor) -> bool:
    try:
        visits.cancel(visit, by=by, reason="not_ready")
    except MoveNotAllowed:
        # Begun or cancelled in the meantime.
        return False
    return True
