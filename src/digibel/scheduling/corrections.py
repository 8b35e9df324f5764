"""What happened at the door and was not told by text: a coordinator writes it down, with a reason, and it counts as told."""

from django.db import transaction

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.problems import Problem
from digibel.scheduling import visits
from digibel.scheduling.models import Visit

# Codes, never text: why the volunteer did not say it themselves; and why a visit did not take place.
WHY_BY_HAND = ("told_by_telephone", "forgotten", "no_network", "mistake")
WHY_MISSED = ("nobody_opened", "nobody_came", "turned_away")
WHY_CANCELLED = ("volunteer_cannot", "client_cannot", "client_away", "organisation")


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
    changed = visits.check_in(visit, by=by)
    return _note(changed, "in", by=by, reason=reason)


@transaction.atomic
def check_out(visit: Visit, *, by: Actor, reason: str) -> Visit:
    """The volunteer has left, and somebody of the centre says so."""
    check_reason(reason, WHY_BY_HAND)
    changed = visits.check_out(visit, by=by)
    return _note(changed, "out", by=by, reason=reason)


def _note(visit: Visit, what: str, *, by: Actor, reason: str) -> Visit:
    record(
        "visit.corrected", visit, by=by, organisation_id=visit.request.organisation_id, corrected=what, reason=reason
    )
    return visit
