"""The plan of all who wait: looked at beside today's state, moved by hand, sent. A proposal until a volunteer says yes."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from digibel.audit.actors import Actor
from digibel.desk import planboard
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.requests import intake
from digibel.scheduling import errors
from digibel.scheduling.models import Plan, PlanLine
from digibel.scheduling.planning import gathering, plans
from digibel.sentences import sentence

State = PlanLine.State


@staff_page
@require_GET
def plan(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "match")
    found = Plan.objects.filter(organisation=request.organisation).first()
    waiting = len(plans.waiting(request.organisation))
    context: dict[str, Any] = {"section": "match", "plan": found, "waiting": waiting}
    if found is not None and found.made_at is None:
        return render(request, "desk/plan_wait.html", {**context, "lost": plans.is_lost(found)})
    if found is not None:
        context |= _told(found)
    return render(request, "desk/plan.html", context)


def _told(found: Plan) -> dict[str, Any]:
    lines = list(found.lines.select_related("request__client", "volunteer"))
    planned = [line for line in lines if line.state == State.PLANNED]
    return {
        "rows": planboard.rows(lines),
        "stale": [planboard.STALE[code] for code in plans.stale(found)],
        "planned": len(planned),
        "of": sum(line.state in {State.PLANNED, State.NOBODY, State.REFUSED} for line in lines),
        "sent": sum(line.state == State.SENT for line in lines),
        "minutes": sum(line.travel for line in planned),
    }


@staff_page
@require_POST
def make(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "offer")
    plans.make(request.organisation, by=Actor.staff(request.user))
    return go_on("desk:plan")


@staff_page
@require_POST
def send(request: StaffRequest) -> HttpResponse:
    """Ask everybody in it. Whoever could no longer be asked is named with the reason."""
    check_may(request.user, "offer")
    found = Plan.objects.get(organisation=request.organisation)
    try:
        sent = plans.send(found, version=_version(request), by=Actor.staff(request.user))
    except Problem as problem:
        messages.error(request, sentence(problem))
        return go_on("desk:plan")
    told = ngettext("One volunteer is being asked.", "%(count)d volunteers are being asked.", sent.asked)
    messages.success(request, told % {"count": sent.asked})
    for refused, why in sent.refused:
        messages.error(
            request,
            _("Not sent for %(name)s: %(why)s") % {"name": refused.request.client.called, "why": sentence(why)},
        )
    if sent.left:
        left = ngettext("One more waits: send again.", "%(count)d more wait: send again.", sent.left)
        messages.warning(request, left % {"count": sent.left})
    return go_on("desk:plan")


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: StaffRequest, reference: str) -> HttpResponse:
    """GET: what else is possible for this request? POST: choose, leave out, or put back."""
    check_may(request.user, "match" if request.method != "POST" else "offer")
    asked = intake.find(request.organisation, reference)
    found = PlanLine.objects.select_related("plan", "request__client").get(
        plan__organisation=request.organisation, request=asked
    )
    if request.method == "POST":
        return _move(request, found)
    possible, why_not = gathering.possible(asked)
    others = found.plan.lines.filter(state=State.PLANNED).exclude(pk=found.pk).select_related("request__client")
    context = {
        "section": "match",
        "plan": found.plan,
        "line": found,
        "client": asked.client,
        "choices": planboard.choices(asked, found, possible, list(others)),
        "why": planboard.why(PlanLine(why=why_not)) if why_not else "",
        "movable": found.state != State.SENT,
    }
    return render(request, "desk/plan_line.html", context)


def _move(request: StaffRequest, found: PlanLine) -> HttpResponse:
    deed, version = request.POST.get("deed", ""), _version(request)
    if deed == "drop":
        do(request, lambda: plans.drop(found, version=version), _("Left out of the plan. Nothing else has moved."))
    elif deed == "back":
        do(request, lambda: plans.put_back(found, version=version), _("In the plan again."))
    else:
        _choose(request, found, version)
    return go_on("desk:plan")


def _choose(request: StaffRequest, found: PlanLine, version: int) -> None:
    try:
        volunteer, begins_at = _read(request.POST.get("choice", ""))
        moved = plans.choose(found, volunteer, begins_at, version=version)
    except Problem as problem:
        messages.error(request, sentence(problem))
        return
    said = ngettext("Chosen. One other was planned again.", "Chosen. %(count)d others were planned again.", moved)
    messages.success(request, said % {"count": moved} if moved else _("Chosen. Nothing else has moved."))


def _read(choice: str) -> tuple[uuid.UUID, datetime]:
    """A volunteer and a moment, as the form sends them."""
    volunteer, _space, begins_at = choice.partition(" ")
    try:
        moment = datetime.fromisoformat(begins_at)
        chosen = uuid.UUID(volunteer)
    except ValueError:
        raise errors.NotInThePlan from None
    if moment.tzinfo is None:
        raise errors.NotInThePlan
    return chosen, moment


def _version(request: StaffRequest) -> int:
    """Of the plan as the page showed it; a page without one is out of date."""
    told = request.POST.get("version", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else -1
