"""Complaints: written down by whoever hears one, answered by a coordinator, and all of them in a register."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from digibel.audit.actors import Actor
from digibel.desk import actors, clientpage, complaintlines, listplace, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.lists import ComplaintsFilter
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.guardrails import secrets
from digibel.organisations.models import Organisation, Staff
from digibel.organisations.permissions import check_may, may
from digibel.problems import Problem
from digibel.requests import intake
from digibel.requests.models import Client
from digibel.scheduling import complaints as verbs
from digibel.scheduling.models import Complaint, Concern, Visit
from digibel.sentences import sentence

PER_PAGE = 30
MOST_VISITS = 10
NONE = "none"


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: StaffRequest, client_id: uuid.UUID) -> HttpResponse:
    """GET: what is it about? POST: written down, and the coordinator's."""
    check_may(request.user, "log")
    client = intake.find_client(request.organisation, client_id)
    if clientpage.is_forgotten(client):
        return go_on("desk:client", client.pk)
    if request.method != "POST":
        return _form(request, client)
    try:
        noted = verbs.note(
            client,
            kind=request.POST.get("kind", ""),
            text=request.POST.get("text", ""),
            visit=_visit(client, request.POST.get("visit", "")),
            at_no_visit=request.POST.get("visit", "") == NONE,
            about=_colleague(request.organisation, request.POST.get("about", "")),
            by=Actor.staff(request.user),
        )
    except Problem as problem:
        said = secrets.mask(request.POST.get("text", "").replace("\x00", ""))
        return _form(request, client, refusal=sentence(problem), said=said, status=problem.status)
    for said in _what_to_say(noted):
        messages.success(request, said)
    if noted.about_staff_id and noted.organisation in verbs.waiting_for_another():
        messages.warning(
            request,
            _(
                "The complaint is about your only coordinator. Ask whoever looks after the network for another one today."
            ),
        )
    return go_on("desk:client", client.pk)


def _what_to_say(noted: Complaint) -> list[str]:
    """What whoever has the client on the line can tell them."""
    said = [_("Written down. A coordinator answers within five working days: say so.")]
    if noted.kind == Complaint.Kind.MONEY and noted.visit is not None:
        told = _("%(name)s pauses from now on and goes nowhere, until a coordinator has talked and decided.")
        said.append(told % {"name": noted.visit.volunteer.first_name})
    return said


def _form(request: StaffRequest, client: Client, *, status: int = 200, **more: Any) -> HttpResponse:
    visits = Visit.objects.filter(client=client).select_related("volunteer").order_by("-starts_at")[:MOST_VISITS]
    context = {
        "section": "requests",
        "client": client,
        "kinds": complaintlines.KINDS.items(),
        "kind": request.POST.get("kind", request.GET.get("kind", "")),
        "chosen_visit": request.POST.get("visit", request.GET.get("visit", "")),
        "visits": visits,
        "colleagues": request.organisation.staff.filter(is_active=True),
        "about": request.POST.get("about", ""),
        **more,
    }
    return render(request, "desk/complain.html", context, status=status)


def _concern(organisation: Organisation, found: Complaint) -> Concern | None:
    """What was decided, or is to be decided, about the volunteer of that visit."""
    if found.visit_id is None:
        return None
    return Concern.objects.of(organisation).filter(visit=found.visit_id).order_by("-reported_at").first()


def _visit(client: Client, told: str) -> Visit | None:
    """One of this client's visits; anything else is no visit."""
    try:
        return (
            Visit.objects.select_related("volunteer__recipient", "request__organisation")
            .filter(client=client, pk=uuid.UUID(told))
            .first()
        )
    except ValueError:
        return None


def _colleague(organisation: Organisation, told: str) -> Staff | None:
    """One of us; anything else is nobody in particular."""
    try:
        return organisation.staff.filter(pk=uuid.UUID(told)).first()
    except ValueError:
        return None


@staff_page
@require_GET
def complaints(request: StaffRequest) -> HttpResponse:
    """The register: by kind and state, the latest first unless the address says otherwise."""
    check_may(request.user, "complaints")
    form = ComplaintsFilter(request.GET)
    found = complaintlines.search(request.organisation, request.user, **form.wanted)
    page = Paginator(found.select_related("client"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "requests",
        "page": page,
        "rows": complaintlines.as_rows(page.object_list),
        "form": form,
        "query": form.query,
    }
    return listplace.kept(render(request, "desk/complaints.html", context), request, form.query)


@staff_page
@require_GET
def complaints_csv(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "complaints")
    found = complaintlines.search(request.organisation, request.user, **ComplaintsFilter(request.GET).wanted)
    answer = HttpResponse(complaintlines.as_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="complaints.csv"'
    return answer


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: StaffRequest, complaint_id: uuid.UUID) -> HttpResponse:
    """GET: what was said, and what we answered. POST: an answer, or the end."""
    related = Complaint.objects.of(request.organisation).select_related(
        "client", "about_staff", "visit__volunteer", "visit__request"
    )
    found = related.get(pk=complaint_id)
    check_may(request.user, "complaints")
    if found.about_staff == request.user:
        raise verbs.AboutYourself
    if request.method == "POST":
        text, outcome = request.POST.get("text", ""), request.POST.get("outcome", "")
        by = Actor.staff(request.user)
        if do(request, lambda: verbs.answer(found, text=text, outcome=outcome, by=by), _("The answer is noted.")):
            return go_on("desk:complaint", found.pk)
        return _page(request, found, said=secrets.mask(text.replace("\x00", "")), outcome=outcome, status=422)
    return _page(request, found)


def _page(
    request: StaffRequest, found: Complaint, *, said: str = "", outcome: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "section": "requests",
        "complaint": found,
        "client": found.client,
        "kind": complaintlines.KINDS[found.kind],
        "what": complaintlines.what(found),
        "bell": complaintlines.bell(found),
        "outcomes": complaintlines.OUTCOMES.items(),
        "outcome": outcome,
        "concern": _concern(request.organisation, found),
        "by": actors.names([found.noted_by], request.organisation)[found.noted_by],
        "may_answer": may(request.user, "complaints"),
        "place": words.place_name(found.client.postcode),
        "said": said,
    }
    return render(request, "desk/complaint.html", context, status=status)
