"""The papers of a volunteer: noting, renewing, exempting and ending them; sending the five questions; the file on paper."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import papers, pool
from digibel.desk.answers import do, go_on
from digibel.desk.forms.readiness import EndForm, ExemptionForm, PaperForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound, Problem
from digibel.scheduling import readiness
from digibel.sentences import sentence
from digibel.volunteers import asking, informing, links
from digibel.volunteers.models import Requirement, Volunteer
from digibel.volunteers.requirements import RULES


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: StaffRequest, volunteer_id: uuid.UUID, requirement: str) -> HttpResponse:
    """One requirement of one volunteer. POST `deed`: note, exempt or end."""
    check_may(request.user, "ready_volunteer")
    if requirement not in Requirement.values:
        raise NotFound
    found = Volunteer.objects.select_related("recipient").get(pk=volunteer_id)
    if request.method != "POST":
        return _page(request, found, requirement)
    deed = request.POST.get("deed", "")
    if deed not in DEEDS:
        raise NotFound
    form = _forms(found, request, requirement, data=deed)[deed]
    if not form.is_valid():
        return _page(request, found, requirement, typed={deed: form}, status=422)
    try:
        reopened = DEEDS[deed](request, found, requirement, form.cleaned_data)
    except Problem as problem:
        refusal = sentence(problem)
        return _page(request, found, requirement, typed={deed: form}, refusal=refusal, status=problem.status)
    messages.success(request, _("Noted."))
    if reopened:
        many = ngettext("%(count)d visit is open again.", "%(count)d visits are open again.", reopened)
        messages.warning(request, many % {"count": reopened})
    return go_on("desk:volunteer", found.pk)


def _note(request: StaffRequest, found: Volunteer, requirement: str, told: dict[str, Any]) -> int:
    by = Actor.staff(request.user)
    if told.pop("everybody", False):
        return readiness.renew_insurance(request.organisation, by=by, **told)
    return readiness.note_readiness(found, request.organisation, requirement, by=by, **told)


def _exempt(request: StaffRequest, found: Volunteer, requirement: str, told: dict[str, Any]) -> int:
    return readiness.exempt(found, request.organisation, requirement, granted_by=request.user, **told)


def _end(request: StaffRequest, found: Volunteer, requirement: str, told: dict[str, Any]) -> int:
    by = Actor.staff(request.user)
    return readiness.lose_readiness(found, request.organisation, requirement, by=by, **told)


DEEDS: dict[str, Callable[[StaffRequest, Volunteer, str, dict[str, Any]], int]] = {
    "note": _note,
    "exempt": _exempt,
    "end": _end,
}


def _forms(found: Volunteer, request: StaffRequest, requirement: str, *, data: str = "") -> dict[str, Form]:
    """The three forms, empty but for what is likely; the one that was posted with what was typed."""
    row = papers.one(found, request.organisation, requirement).row
    today, posted = clock.today(), request.POST
    likely: dict[str, Any] = {"since": today, "until": papers.suggested_end(requirement, row)}
    if requirement == Requirement.INFORMATION_NOTE:
        likely["version"] = informing.VERSION
    if row is not None:
        likely["reference"] = row.reference
    rule = RULES[requirement]
    return {
        "note": PaperForm(rule, posted) if data == "note" else PaperForm(rule, initial=likely),
        "exempt": ExemptionForm(posted) if data == "exempt" else ExemptionForm(),
        "end": EndForm(posted) if data == "end" else EndForm(initial={"last_day": today}),
    }


def _page(
    request: StaffRequest,
    found: Volunteer,
    requirement: str,
    *,
    typed: dict[str, Form] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "volunteer": found,
        "name": f"{found.first_name} {found.family_name}".strip(),
        "paper": papers.one(found, request.organisation, requirement),
        "forms": {**_forms(found, request, requirement), **(typed or {})},
        "refusal": refusal,
        "by_answering": requirement == Requirement.QUESTIONS,
        "modules": papers.modules(found, request.organisation) if requirement == Requirement.TRAINING else [],
        "section": "volunteers",
    }
    return render(request, "desk/volunteer_paper.html", context, status=status)


@staff_page
@require_POST
def send_questions(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    """Text the link; or `here`, open them on this screen, for who has no internet."""
    check_may(request.user, "ready_volunteer")
    found = Volunteer.objects.select_related("recipient").get(pk=volunteer_id, left_at=None)
    by = Actor.staff(request.user)
    if "here" in request.POST:
        link = links.open_link(found, request.organisation)
        record("questions.opened", found, by=by, organisation_id=request.organisation.pk)
        return go_on("desk:questions", links.token(link))
    said = _("The link to the five questions is on its way.")
    do(request, lambda: asking.send_questions(pool.reached(found), request.organisation, by=by), said)
    return go_on("desk:volunteer", found.pk)


@staff_page
@require_GET
def law_file(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    """What the Volunteers Act asks to be able to show, on paper: art. 4 to 6 and what the house asks."""
    check_may(request.user, "ready_volunteer")
    found = Volunteer.objects.get(pk=volunteer_id)
    record("file.printed", found, by=Actor.staff(request.user), organisation_id=request.organisation.pk)
    context = {
        "volunteer": found,
        "name": f"{found.first_name} {found.family_name}".strip(),
        "papers": papers.of(found, request.organisation),
        "modules": papers.modules(found, request.organisation),
        "history": papers.history(found, request.organisation),
        "today": clock.today(),
        "section": "volunteers",
    }
    return render(request, "desk/volunteer_file.html", context)


@staff_page
@require_GET
def information_note(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    """The information of art. 4, to hand over before the start, in the volunteer's language as far as we have it."""
    check_may(request.user, "ready_volunteer")
    found = Volunteer.objects.select_related("recipient").get(pk=volunteer_id)
    asked = request.GET.get("language", "")
    wanted = [asked, *found.recipient.languages, request.organisation.language, "nl"]
    language = next(code for code in wanted if code in languages.DESK_LANGUAGES)
    insurance = papers.one(found, request.organisation, Requirement.INSURANCE).row
    context = {
        "volunteer": found,
        "name": f"{found.first_name} {found.family_name}".strip(),
        "note": informing.write_note(request.organisation, language, insurance=insurance),
        "lang": language,
        "languages": [(code, languages.LANGUAGES[code].own) for code in languages.DESK_LANGUAGES],
        "today": clock.today(),
        "section": "volunteers",
    }
    return render(request, "desk/information_note.html", context)
