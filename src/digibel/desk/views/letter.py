"""The letter that announces a visit: printed in the client's language, and off the list once it is posted."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import letters
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications import calls
from digibel.notifications.models import CallTask, Channel
from digibel.organisations.permissions import check_may
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.matching.pool import LETTER_DAYS
from digibel.scheduling.models import Visit, VisitStatus
from digibel.sealing import keys


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: StaffRequest, visit_id: uuid.UUID) -> HttpResponse:
    """GET: for whom, and whether it still comes in time. POST `print`: the sheet. POST `posted`: off the list."""
    check_may(request.user, "print")
    visit = _find(request, visit_id)
    if request.method != "POST":
        return _page(request, visit)
    if request.POST.get("deed") == "posted":
        return _posted(request, visit)
    by, organisation_id = Actor.staff(request.user), request.organisation.pk
    record("letter.printed", visit, by=by, organisation_id=organisation_id)
    record("address.shown", visit, by=by, organisation_id=organisation_id, on="letter")
    return _page(request, visit, printed=True)


def _find(request: StaffRequest, visit_id: uuid.UUID) -> Visit:
    related = Visit.objects.of(request.organisation).select_related(
        "request__organisation", "client__recipient", "volunteer__recipient"
    )
    visit = related.get(pk=visit_id)
    if visit.status != VisitStatus.BOOKED:
        raise MoveNotAllowed(was=visit.status)
    keys.prefetch([visit.client.key_id, visit.volunteer.key_id])
    return visit


def _page(request: StaffRequest, visit: Visit, *, printed: bool = False) -> HttpResponse:
    context = {
        "visit": visit,
        "letter": letters.announcement(visit) if printed else None,
        "language_name": letters.language_name(visit),
        "too_late": clock.add_working_days(clock.today(), LETTER_DAYS) > clock.local(visit.starts_at).date(),
        "call": _errand(visit),
        "section": "visits",
    }
    response = render(request, "desk/letter.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _errand(visit: Visit) -> CallTask | None:
    """The open errand that this letter fulfils; none where the client is to be told by a voice."""
    open_calls = CallTask.objects.open().about(visit)
    return open_calls.filter(kind="visit.announce", channel=Channel.LETTER).first()


def _posted(request: StaffRequest, visit: Visit) -> HttpResponse:
    call = _errand(visit)
    if call is not None:
        by = Actor.staff(request.user)
        said = _("Posted. They still have to say that it suits.")
        do(request, lambda: calls.note_outcome(call, CallTask.Outcome.POSTED, by=by), said)
    return go_on("desk:visit_desk", visit.pk)
