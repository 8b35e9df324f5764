"""What clients reported about money, a code or a card: one page each, until a coordinator has decided about the volunteer."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import actors, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.concerns import DecisionForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.models import Organisation
from digibel.organisations.permissions import check_may, may
from digibel.problems import Problem
from digibel.scheduling import concerns as verbs
from digibel.scheduling.models import Complaint, Concern, Visit, VisitStatus
from digibel.sealing import keys
from digibel.sentences import sentence

PER_PAGE = 30


@staff_page
@require_GET
def concerns(request: StaffRequest) -> HttpResponse:
    """Those that wait for a decision first, then the latest."""
    check_may(request.user, "decide")
    found = Concern.objects.of(request.organisation).select_related("visit__client", "visit__request", "volunteer")
    page = Paginator(found.order_by("-decided_at", "-reported_at"), PER_PAGE).get_page(request.GET.get("page"))
    waiting = list(found.open())
    keys.prefetch([one.volunteer.key_id for one in [*waiting, *page.object_list]])
    context = {
        "waiting": [_line(one) for one in waiting],
        "decided": [_line(one) for one in page.object_list if one.decided_at],
        "page": page,
        "section": "calls",
    }
    return render(request, "desk/concerns.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def concern(request: StaffRequest, concern_id: uuid.UUID) -> HttpResponse:
    """GET: what the client said, whom to ring, and the choice. POST: the decision, with what was said in the talk."""
    check_may(request.user, "decide")
    found = verbs.find(request.organisation, concern_id)
    if request.method != "POST":
        return _page(request, found, DecisionForm())
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        verbs.decide(found, by=Actor.staff(request.user), **form.cleaned_data)
    except Problem as problem:
        form.add_error(None, sentence(problem))
        return _page(request, verbs.find(request.organisation, concern_id), form, status=problem.status)
    goes_on = form.cleaned_data["decision"] == Concern.Decision.GOES_ON
    done = _("Decided: offers can come again.") if goes_on else _("Decided: no more visits.")
    do(request, lambda: None, done)
    return go_on("desk:concern", found.pk)


@staff_page
@require_POST
def report(request: StaffRequest, visit_id: uuid.UUID) -> HttpResponse:
    """The client rings and does not wait a week: whoever hears it writes it down, and the volunteer pauses at once."""
    check_may(request.user, "call")
    visit = Visit.objects.of(request.organisation).get(pk=visit_id)
    by = Actor.staff(request.user)
    said = _("Noted. The volunteer goes nowhere until a coordinator has decided.")
    do(request, lambda: verbs.report(visit, request.POST.getlist("worries"), by=by), said)
    return go_on("desk:visit_desk", visit.pk)


def _page(request: StaffRequest, found: Concern, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    by = Actor.staff(request.user)
    record("number.shown", found.volunteer, by=by, organisation_id=request.organisation.pk)
    at_the_table = [] if found.decided_at else _at_the_table(found, request.organisation)
    for one in at_the_table:
        if one["own"]:
            record("number.shown", one["visit"], by=by, organisation_id=request.organisation.pk)
    names = actors.names([one for one in (found.reported_by, found.decided_by) if one], request.organisation)
    context: dict[str, Any] = {
        **_line(found),
        "form": form,
        "reported_by": names[found.reported_by],
        "decided_by": names[found.decided_by] if found.decided_by else "",
        "may_decide": may(request.user, "decide"),
        "complaints": Complaint.objects.of(request.organisation).read_by(request.user).filter(visit=found.visit),
        "at_the_table": at_the_table,
        "section": "calls",
    }
    return render(request, "desk/concern.html", context, status=status)


def _at_the_table(found: Concern, organisation: Organisation) -> list[dict[str, Any]]:
    """A visit under way goes on while they pause: somebody has to ring there. Another organisation is named, its client is not."""
    under_way = Visit.objects.by(found.volunteer).filter(status=VisitStatus.UNDER_WAY)
    return [
        {"visit": one, "own": one.request.organisation_id == organisation.pk, "organisation": one.request.organisation}
        for one in under_way.select_related("client__recipient", "request__organisation")
    ]


def _line(found: Concern) -> dict[str, Any]:
    volunteer = found.volunteer
    return {
        "concern": found,
        "name": f"{volunteer.first_name} {volunteer.family_name[:1]}".strip(),
        "client": found.visit.client.called,
        "worries": [words.WORRIES[worry] for worry in found.worries],
        "decision": words.DECISIONS.get(found.decision, ""),
    }
