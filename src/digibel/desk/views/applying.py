"""Anybody puts themselves forward as a volunteer, without a log-in; a coordinator says yes or no."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import words
from digibel.desk.answers import go_on
from digibel.desk.forms.applying import PutForwardForm
from digibel.desk.publicforms import PublicForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound, Problem
from digibel.sentences import sentence
from digibel.volunteers import applying
from digibel.volunteers.models import Applicant

PUT_FORWARD = PublicForm(
    "put_forward", PutForwardForm, ("first_name", "number", "postcode", "speaks"), applying.put_forward
)


@require_http_methods(["GET", "HEAD", "POST"])
def put_forward(request: HttpRequest) -> HttpResponse:
    return PUT_FORWARD.answer(request)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def applicant(request: StaffRequest, applicant_id: uuid.UUID) -> HttpResponse:
    """GET: who it is, and whom to ring. POST: `take` or `decline`."""
    check_may(request.user, "enrol")
    found = Applicant.objects.of(request.organisation).select_related("recipient").get(pk=applicant_id)
    if request.method != "POST":
        return _applicant(request, found)
    if (deed := DEEDS.get(request.POST.get("deed", ""))) is None:
        raise NotFound
    try:
        return deed(found, request)
    except Problem as problem:
        found.refresh_from_db()
        return _applicant(request, found, refusal=sentence(problem), status=problem.status)


def _applicant(request: StaffRequest, found: Applicant, *, refusal: str = "", status: int = 200) -> HttpResponse:
    record("number.shown", found, by=Actor.staff(request.user), organisation_id=request.organisation.pk)
    context = {
        "applicant": found,
        "place": words.place_name(found.postcode),
        "speaks": words.language_names(found.recipient.languages),
        "refusal": refusal,
        "section": "volunteers",
    }
    return render(request, "desk/applicant.html", context, status=status)


def _take(found: Applicant, request: StaffRequest) -> HttpResponse:
    volunteer = applying.take(found, by=Actor.staff(request.user))
    messages.success(request, _("In the pool, and they hear it by text. Note hours and papers before anybody is sent."))
    return go_on("desk:volunteer", volunteer.pk)


def _decline(found: Applicant, request: StaffRequest) -> HttpResponse:
    applying.decline(found, by=Actor.staff(request.user))
    messages.success(request, _("They hear it by text, kindly and without a reason."))
    return go_on("desk:today")


DEEDS: dict[str, Callable[[Applicant, StaffRequest], HttpResponse]] = {"take": _take, "decline": _decline}
