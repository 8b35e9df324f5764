"""What happened at the door and was not told by text: a coordinator writes it down, with a reason, and it counts as told."""

from datetime import timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations.models import Organisation
from digibel.problems import Problem
from digibel.scheduling import inside
from digibel.scheduling.models import Move, Visit, VisitStatus
from digibel.volunteers.models import Volunteer

# Codes, never text: why the volunteer did not say it themselves; and why a visit did not take place.
WHY_BY_HAND = ("told_by_telephone", "forgotten", "no_network", "mistake")
DID_NOT_COME = ("nobody_came", "excused")
WHY_MISSED = ("nobody_opened", *DID_NOT_COME, "turned_away")
WHY_CANCELLED = ("volunteer_cannot", "client_cannot", "client_away", "organisation")


# What was long ago is no reason for anything now.
REMEMBERED_FOR = timedelta(days=365)


class NoReason(Problem):
    code = "no_reason"
    message = "Choose a reason. It is kept with who did it and when."


def check_reason(reason: str, reasons: tuple[str, ...]) -> str:
    if reason not in reasons:
        raise NoReason
    return reason


@transaction.atomic
def check_in(visit: Visit, *, by: Actor, reason: str) -> Visit:
    """The volunteer is inside, and somebody of the centre says so."""
    check_reason(reason, WHY_BY_HAND)
    changed = inside.check_in(visit, by=by)
    return _note(changed, "in", by=by, reason=reason)


@transaction.atomic
def check_out(visit: Visit, *, by: Actor, reason: str) -> Visit:
    """The volunteer has left, and somebody of the centre says so."""
    check_reason(reason, WHY_BY_HAND)
    changed = inside.check_out(visit, by=by)
    return _note(changed, "out", by=by, reason=reason)


def not_come(volunteer: Volunteer, organisation: Organisation) -> list[tuple[Visit, bool]]:
    """The visits of the last year to which they did not come, the latest first, and whether they were excused. Nothing follows by
    itself: a person talks with them, and decides."""
    since = clock.now() - REMEMBERED_FOR
    missed = Visit.objects.of(organisation).by(volunteer).filter(status=VisitStatus.MISSED, starts_at__gte=since)
    told = Move.objects.filter(subject_kind="visit", became=VisitStatus.MISSED, reason__in=DID_NOT_COME)
    why = dict(told.filter(subject_id__in=missed.order_by().values("pk")).values_list("subject_id", "reason"))
    return [(one, why[one.pk] == "excused") for one in missed.order_by("-starts_at") if one.pk in why]


def _note(visit: Visit, what: str, *, by: Actor, reason: str) -> Visit:
    record(
        "visit.corrected", visit, by=by, organisation_id=visit.request.organisation_id, corrected=what, reason=reason
    )
    return visit
