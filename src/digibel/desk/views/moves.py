"""Another moment for a visit, with the same volunteer: from the visit's page, or while the client is on the line."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.desk import visitlines, words
from digibel.desk.answers import go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications.models import CallTask
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.requests.drafts import read_moment
from digibel.requests.errors import NotAMoment
from digibel.scheduling import rescheduling
from digibel.scheduling.errors import AlreadyMoved, NoMomentChosen
from digibel.scheduling.models import Visit, VisitStatus
from digibel.sealing import keys
from digibel.sentences import sentence


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def move_visit(request: StaffRequest, visit_id: uuid.UUID) -> HttpResponse:
    """GET: when the volunteer could come. POST: it moves, or the page says why not, with everything as it was filled in."""
    check_may(request.user, "move_visit")
    related = Visit.objects.of(request.organisation).select_related(
        "request__organisation", "request__client__recipient", "client__recipient", "volunteer__recipient"
    )
    visit = related.get(pk=visit_id)
    if request.method != "POST":
        return _page(request, visit)
    try:
        _move(request, visit)
    except Problem as problem:
        return _page(request, visit, refusal=sentence(problem), status=problem.status)
    said = languages.day_and_time(visit.starts_at, words.desk_language())
    messages.success(request, _("It is on %(moment)s now. Both sides hear it.") % {"moment": said})
    return go_on("desk:visit_desk", visit.pk)


def _move(request: StaffRequest, visit: Visit) -> None:
    rescheduling.reschedule(
        visit,
        _chosen(request),
        was=_as_they_saw_it(request),
        by=Actor.staff(request.user),
        outside_hours="outside_hours" in request.POST,
        agreed="agreed" in request.POST,
    )


def _chosen(request: StaffRequest) -> datetime:
    """One of the moments on the page, or the day and hour beside them, as they are in Brussels."""
    beside = f"{request.POST.get('day', '')}T{request.POST.get('hour', '')}"
    try:
        return read_moment(request.POST.get("moment") or beside)
    except NotAMoment:
        raise NoMomentChosen from None


def _as_they_saw_it(request: StaffRequest) -> datetime:
    try:
        return read_moment(request.POST.get("was", ""))
    except NotAMoment:
        raise AlreadyMoved from None


def _page(request: StaffRequest, visit: Visit, *, refusal: str = "", status: int = 200) -> HttpResponse:
    keys.prefetch([visit.client.key_id, visit.volunteer.key_id])
    language = words.desk_language()
    coming = visit.status == VisitStatus.BOOKED and visit.starts_at > clock.now()
    context: dict[str, Any] = {
        "visit": visit,
        "volunteer": visitlines.called(visit),
        "stands": languages.day_and_time(visit.starts_at, language),
        "was": request.POST.get("was") or visit.starts_at.isoformat(),
        "coming": coming,
        "moments": [_shown(one, visit, language) for one in rescheduling.moments(visit)] if coming else [],
        "chosen": request.POST.get("moment", ""),
        "filled": request.POST,
        "call": _call(request, visit),
        "refusal": refusal,
        "section": "visits",
    }
    return render(request, "desk/visit_move.html", context, status=status)


def _shown(start: datetime, visit: Visit, language: str) -> dict[str, str]:
    end = start + (visit.ends_at - visit.starts_at)
    hours = f"{languages.clock_time(start, language)} – {languages.clock_time(end, language)}"
    return {"value": start.isoformat(), "day": languages.day_in_words(start, language), "hours": hours}


def _call(request: StaffRequest, visit: Visit) -> CallTask | None:
    """The call in which the client said that this moment does not suit, as long as it is open."""
    asked = request.POST.get("call") or request.GET.get("call", "")
    try:
        return CallTask.objects.open().about(visit).filter(pk=uuid.UUID(asked)).first()
    except ValueError:
        return None
