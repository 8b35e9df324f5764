"""How a visit went, told by text, on the card or on the telephone. The honest are not punished: not in order is a talk."""

import uuid

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.notifications.calls import drop_calls, open_call
from digibel.scheduling import timers, worklist
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Report, Visit, VisitStatus

LONGEST_NOTE = 500


@transaction.atomic
def report(
    visit: Visit,
    *,
    by: Actor,
    all_right: bool,
    solved: bool | None = None,
    practised: bool | None = None,
    autonomy_before: int | None = None,
    autonomy_after: int | None = None,
    note: str = "",
) -> Report:
    """Write the report, or add to an earlier one. *Not in order* puts a call to the volunteer on today's list."""
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.DONE:
        raise MoveNotAllowed(was=locked.status)
    told = {
        "solved": solved,
        "practised": practised,
        "autonomy_before": autonomy_before,
        "autonomy_after": autonomy_after,
        "note": secrets.mask(note.strip())[:LONGEST_NOTE] or None,
    }
    said = {name: value for name, value in told.items() if value is not None}
    written, _ = Report.objects.update_or_create(
        visit=locked, defaults={"made_at": clock.now(), "made_by": str(by), "all_right": all_right, **said}
    )
    timers.drop_timers(locked.pk, "report_missing")
    drop_calls(locked, "visit.report")
    if not all_right:
        call_volunteer(locked, urgent=True)
    record("visit.reported", locked, by=by, organisation_id=locked.request.organisation_id, all_right=all_right)
    worklist.rewrite(locked.request)
    return written


def call_volunteer(visit: Visit, *, urgent: bool) -> None:
    open_call(
        "visit.not_ok" if urgent else "visit.report",
        visit,
        organisation=visit.request.organisation,
        recipient=visit.volunteer.recipient,
        due_at=clock.now(),
        urgent=urgent,
    )


def report_missing(visit_id: uuid.UUID) -> None:
    """A day later and not a word: a person rings the volunteer. Rung by the clock."""
    visit = Visit.objects.select_related("request__organisation", "volunteer__recipient").get(pk=visit_id)
    if visit.status == VisitStatus.DONE and not Report.objects.filter(visit=visit).exists():
        call_volunteer(visit, urgent=False)
    worklist.rewrite(visit.request)
