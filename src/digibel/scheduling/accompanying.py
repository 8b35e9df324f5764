"""A volunteer goes along with a slip: a visit like any other, but at the place of the slip and not at the client's home (ADR 23).

It is a request of its own, split off from the one with the slip: so it has a next action, is offered by match, and is followed
up. What the slip is about stays with whoever the slip leads to: at the place a volunteer does what volunteers may do.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.directory.models import Kind
from digibel.problems import NotFound
from digibel.requests import referrals
from digibel.requests.drafts import FURTHEST, RequestDraft
from digibel.requests.errors import AlreadyClosed
from digibel.requests.models import HelpRequest, Referral
from digibel.scheduling import offers, openings, worklist
from digibel.scheduling.doorstep import as_told
from digibel.scheduling.errors import AlreadyGoesAlong, NoDoorToMeetAt, WrongMeeting
from digibel.scheduling.locks import lock_request
from digibel.scheduling.matching.moments import Stretch

# Where people learn, or use a computer. A bank or a welfare office is between the client and who works there.
KINDS = frozenset({Kind.COMPUTER_ROOM, Kind.LIBRARY, Kind.HELPDESK, Kind.COURSE})
# What volunteers may do there (row 17 of the matrix): an account, a computer, a course.
TASK = "library-account"
USUAL = timedelta(hours=1)
LONGEST = timedelta(hours=2)


@transaction.atomic
def ask(request: HelpRequest, referral_id: str, *, start: datetime | None = None, by: Actor) -> HelpRequest:
    """Somebody goes along to this place: when their seat is kept, or else at `start`, the moment that was agreed.

    Returns the new request; nobody is asked yet. Raises `AlreadyClosed`, `NotFound`, `NoDoorToMeetAt`, `AlreadyGoesAlong`,
    `WrongMeeting`, and what `offers.check_request` raises.
    """
    locked = lock_request(request.pk)
    if not locked.is_open:
        raise AlreadyClosed
    slip = _find(locked, referral_id)
    window = _seat(slip) or _agreed(start)
    try:
        with transaction.atomic():
            made = _open(locked, slip, window, by=by)
    except IntegrityError:
        raise AlreadyGoesAlong from None
    offers.check_request(made, on=clock.local(window[0]).date())
    record("request.goes_along", locked, by=by, organisation_id=locked.organisation_id, part=made.pk)
    return made


def possible(request: HelpRequest) -> list[Referral]:
    """The slips with which somebody can go along, the latest first."""
    return [one for one in referrals.waiting(request) if _has_door(one)] if request.is_open else []


def asked(request: HelpRequest) -> dict[object, HelpRequest]:
    """The open requests by which somebody goes along with this one, by the id of the place."""
    along = HelpRequest.objects.open().filter(split_from=request, meets_at__isnull=False)
    return {one.meets_at_id: one for one in along}


def _find(request: HelpRequest, referral_id: str) -> Referral:
    slip = next((one for one in referrals.waiting(request) if str(one.pk) == referral_id), None)
    if slip is None:
        raise NotFound
    if not _has_door(slip):
        raise NoDoorToMeetAt
    return slip


def _has_door(slip: Referral) -> bool:
    return slip.place is not None and slip.place.kind in KINDS and bool(slip.place.postcode)


def seat_of(slip: Referral) -> datetime | None:
    """When they are expected there, as long as that is to come."""
    seat = _seat(slip)
    return seat[0] if seat is not None else None


def _seat(slip: Referral) -> Stretch | None:
    session = slip.session
    if session is None or session.called_off_at is not None or session.starts_at <= clock.now():
        return None
    return session.starts_at, min(session.ends_at, session.starts_at + LONGEST)


def _agreed(start: datetime | None) -> Stretch:
    now = clock.now()
    if start is None or not now < start <= now + FURTHEST:
        raise WrongMeeting
    opens, closes = (clock.at(clock.local(start).date(), hour) for hour in clock.WAKING)
    if start < opens or start + USUAL > closes:
        raise WrongMeeting
    return start, start + USUAL


def _open(request: HelpRequest, slip: Referral, window: Stretch, *, by: Actor) -> HelpRequest:
    draft = RequestDraft(client=as_told(request.client), tasks=(TASK,), caller="worker", windows=(window,))
    [made] = openings.open_request(draft, organisation=request.organisation, by=by, client=request.client)
    made.split_from, made.meets_at = request, slip.place
    made.minutes = int((window[1] - window[0]) / timedelta(minutes=1))
    made.save(update_fields=["split_from", "meets_at", "minutes"])
    openings.watch_moments(made)
    worklist.rewrite(made)
    return made
