"""Into the pool: one person, or a list that is rehearsed before anything is written."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from digibel import sheets
from digibel.audit.actors import Actor
from digibel.desk.answers import do, go_on
from digibel.desk.forms.enrolling import ListForm, NewVolunteerForm
from digibel.desk.gate import masked_sheet
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.guardrails import secrets
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.sentences import sentence
from digibel.volunteers.importing import bringing
from digibel.volunteers.importing.rehearsing import Rehearsal, rehearse
from digibel.volunteers.models import PoolImport
from digibel.volunteers.pool import enrol


@staff_page
@require_http_methods(["GET", "POST"])
def new_volunteer(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "enrol")
    form = NewVolunteerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        number, hours = facts.pop("number"), facts.pop("hours")
        try:
            joined = enrol(number=number, hours=hours, facts=facts, by=Actor.staff(request.user))
        except Problem as problem:
            form.add_error("number", sentence(problem))
        else:
            messages.success(request, _("In the pool. Note the papers before anybody is sent."))
            return go_on("desk:volunteer", joined.pk)
    context = {"form": form, "section": "volunteers"}
    return render(request, "desk/volunteer_new.html", context, status=422 if form.is_bound else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def upload(request: StaffRequest) -> HttpResponse:
    """The rehearsal. Nothing is kept: the list travels in the page until somebody presses the button."""
    check_may(request.user, "enrol")
    form = ListForm(request.POST or None, request.FILES or None) if request.method == "POST" else ListForm()
    context: dict[str, Any] = {"form": form, "section": "volunteers", "last": _last(request)}
    if form.is_bound and form.is_valid():
        try:
            context |= _rehearsed(form.cleaned_data["file"])
        except Problem as problem:
            form.add_error("file", sentence(problem))
    bad = form.is_bound and bool(form.errors)
    return render(request, "desk/volunteer_list.html", context, status=422 if bad else 200)


@staff_page
@require_POST
def bring_in(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "enrol")
    try:
        rehearsal = rehearse(masked_sheet(sheets.read(request.POST.get("list", "").encode())))
        made = bringing.bring_in(rehearsal, organisation=request.organisation, by=Actor.staff(request.user))
    except Problem as problem:
        messages.error(request, sentence(problem))
        return go_on("desk:pool_list")
    said = ngettext("%(count)s person came in.", "%(count)s people came in.", made.count) % {"count": made.count}
    messages.success(request, said)
    return go_on("desk:pool_list")


@staff_page
@require_POST
def take_back(request: StaffRequest, import_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "enrol")
    made = PoolImport.objects.get(pk=import_id, organisation=request.organisation)
    by = Actor.staff(request.user)
    do(
        request,
        lambda: bringing.take_back(made, by=by),
        _("Taken back: these people are out of the pool, and forgotten."),
    )
    return go_on("desk:pool_list")


def _last(request: StaffRequest) -> PoolImport | None:
    return PoolImport.objects.filter(organisation=request.organisation, undone_at=None, count__gt=0).first()


def _rehearsed(sheet: sheets.Sheet) -> dict[str, Any]:
    rehearsal = rehearse(sheet)
    return {
        "planned": rehearsal.planned,
        "refused": [(row.line, secrets.mask(row.column), sentence(row.problem)) for row in rehearsal.refused],
        "unread": _unread(rehearsal),
        "unused": secrets.mask(", ".join(rehearsal.unused)),
        "text": sheets.as_csv(masked_sheet(sheet)),
    }


def _unread(rehearsal: Rehearsal) -> list[tuple[int, str, str]]:
    return [
        (one.line, secrets.mask(column), secrets.mask(", ".join(words)))
        for one in rehearsal.planned
        for column, words in one.unread.items()
    ]
