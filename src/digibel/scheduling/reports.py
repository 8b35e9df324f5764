"""How a visit went, told by text, on the card or on the telephone. The honest are not punished: not in order is a talk."""

import uuid
from collections.abc import Mapping

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.notifications.calls import drop_calls, open_call
from digibel.scheduling import timers, worklist
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Report, ReportNote, Visit, VisitStatus

LONGEST_NOTE = 500
# What everybody is asked after a visit. A yes is told honestly, and is a talk the same day: nothing more.
QUESTIONS = ("code_seen", "card_held", "money", "private")


@transaction.atomic
def report(
    visit: Visit,
    *,
    by: Actor,
    all_right: bool,
    solved: bool | None = None,
    practised: bool | None = None,
    autonomy: Mapping[str, int | None] | None = None,
    note: str = "",
    answers: Mapping[str, bool | None] | None = None,
    talked: bool = False,
) -> Report:
    """Write the report, or add to an earlier one. *Not in order*, or a yes to one of the `QUESTIONS`, puts a call to the
    volunteer on today's list, unless it is told in that very call (`talked`). A yes stays a yes: it was talked over.

    `autonomy`: what the client could do before the visit, each of `models.AUTONOMY` from 0 (no) to 2 (yes).
    """
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.DONE:
        raise MoveNotAllowed(was=locked.status)
    told = {"solved": solved, "practised": practised, **(autonomy or {})}
    said = {name: value for name, value in told.items() if value is not None}
    both = _answers(locked, answers or {})
    written, _ = Report.objects.update_or_create(
        visit=locked,
        defaults={"made_at": clock.now(), "made_by": str(by), "all_right": all_right, **said, "answers": both},
    )
    if words := secrets.mask(note.strip())[:LONGEST_NOTE]:
        ReportNote.objects.filter(report=written).delete()
        ReportNote.objects.create(report=written, text=words)
    timers.drop_timers(locked.pk, "report_missing")
    drop_calls(locked, "visit.report")
    told_yes = any(answer for answer in (answers or {}).values())
    if (not all_right or told_yes) and not talked:
        call_volunteer(locked, urgent=True)
    record("visit.reported", locked, by=by, organisation_id=locked.request.organisation_id, all_right=all_right)
    worklist.rewrite(locked.request)
    return written


def _answers(visit: Visit, told: Mapping[str, bool | None]) -> dict[str, bool]:
    """What was answered before, with what is answered now."""
    before = Report.objects.filter(visit=visit).values_list("answers", flat=True).first() or {}
    both = dict(before)
    for question in QUESTIONS:
        answer = told.get(question)
        if answer is not None:
            both[question] = answer or both.get(question, False)
    return both


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
    visit = Visit.objects.select_related(
        "request__organisation", "request__client__recipient", "volunteer__recipient"
    ).get(pk=visit_id)
    is_wanted = visit.request.is_open and visit.request.client.recipient.restricted_at is None
    if visit.status == VisitStatus.DONE and is_wanted and not Report.objects.filter(visit=visit).exists():
        call_volunteer(visit, urgent=False)
    worklist.rewrite(visit.request)
