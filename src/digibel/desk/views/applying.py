"""Anybody puts themselves forward as a volunteer, without a log-in; a coordinator says yes or no."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel import languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import limits, words
from digibel.desk.answers import go_on
from digibel.desk.forms.applying import PutForwardForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound, Problem
from digibel.sentences import sentence
from digibel.volunteers import applying
from digibel.volunteers.models import Applicant

# A family at one table; not a program.
MOST_A_MINUTE = 6


@require_http_methods(["GET", "HEAD", "POST"])
def put_forward(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in languages.DESK_LANGUAGES else words.desk_language()):
        answer = _post(request) if request.method == "POST" else _page(request, PutForwardForm())
        answer["Content-Language"] = words.desk_language()
    return answer


def _post(request: HttpRequest) -> HttpResponse:
    form = PutForwardForm(request.POST)
    try:
        limits.count(request, "put_forward", one=MOST_A_MINUTE)
        if not form.is_valid():
            return _page(request, form, status=422)
        told = {name: form.cleaned_data[name] for name in ("first_name", "number", "postcode", "speaks")}
        applying.put_forward(**told)
    except Problem as problem:
        return _page(request, form, status=problem.status, refusal=sentence(problem))
    return go_on(f"{reverse('desk:put_forward')}?lang={words.desk_language()}&thanks=1")


def _page(request: HttpRequest, form: PutForwardForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    active = words.desk_language()
    context = {
        "form": form,
        "lang": active,
        "languages": [
            (code, languages.LANGUAGES[code].own, "" if code == active else f"?lang={code}")
            for code in languages.DESK_LANGUAGES
        ],
        "thanks": "thanks" in request.GET and not form.is_bound,
        "refusal": refusal,
    }
    return render(request, "desk/put_forward.html", context, status=status)


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
    response = render(request, "desk/applicant.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _take(found: Applicant, request: StaffRequest) -> HttpResponse:
    volunteer = applying.take(found, by=Actor.staff(request.user))
    messages.success(request, _("In the pool, and they hear it by text. Note hours and papers before anybody is sent."))
    return go_on("desk:volunteer", volunteer.pk)


def _decline(found: Applicant, request: StaffRequest) -> HttpResponse:
    applying.decline(found, by=Actor.staff(request.user))
    messages.success(request, _("They hear it by text, kindly and without a reason."))
    return go_on("desk:today")


DEEDS: dict[str, Callable[[Applicant, StaffRequest], HttpResponse]] = {"take": _take, "decline": _decline}
