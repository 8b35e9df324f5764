"""Many places at once: a list that is rehearsed before anything is written."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from digibel import sheets
from digibel.audit.actors import Actor
from digibel.desk import placefiles, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.placelists import PlaceListForm
from digibel.desk.gate import masked_sheet
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.directory.importing import bringing
from digibel.directory.importing.rehearsing import Planned, rehearse
from digibel.directory.models import Kind, PlacesImport
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.sentences import sentence


@dataclass(frozen=True)
class Change:
    label: words.Words
    before: str
    after: str


@staff_page
@require_http_methods(["GET", "POST"])
def upload(request: StaffRequest) -> HttpResponse:
    """The rehearsal. Nothing is kept: the list travels in the page until somebody presses the button."""
    check_may(request.user, "note_places")
    form = PlaceListForm(request.POST, request.FILES) if request.method == "POST" else PlaceListForm()
    context: dict[str, Any] = {"form": form, "section": "places", "last": _last(request)}
    if form.is_bound and form.is_valid():
        try:
            context |= _rehearsed(form.cleaned_data["file"], form.cleaned_data["kind"])
        except Problem as problem:
            form.add_error("file", sentence(problem))
    bad = form.is_bound and bool(form.errors)
    return render(request, "desk/place_list.html", context, status=422 if bad else 200)


@staff_page
@require_POST
def bring_in(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "note_places")
    posted = request.POST
    kind = posted.get("kind", "")
    try:
        made = bringing.bring_in(
            masked_sheet(sheets.read(posted.get("list", "").encode())),
            seen=posted.get("seen", ""),
            kind=kind if kind in Kind.values else "",
            organisation=request.organisation,
            by=Actor.staff(request.user),
        )
    except Problem as problem:
        messages.error(request, sentence(problem))
        return go_on("desk:places_list")
    count = made.added + made.changed
    said = ngettext("%(count)s place is noted.", "%(count)s places are noted.", count) % {"count": count}
    messages.success(request, said)
    return go_on("desk:places_list")


@staff_page
@require_POST
def take_back(request: StaffRequest, list_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "note_places")
    made = PlacesImport.objects.get(pk=list_id, organisation=request.organisation)
    by = Actor.staff(request.user)
    do(request, lambda: bringing.take_back(made, by=by), _("Taken back: the places are as they were."))
    return go_on("desk:places_list")


def _last(request: StaffRequest) -> PlacesImport | None:
    return PlacesImport.objects.filter(organisation=request.organisation, undone_at=None).first()


def _rehearsed(sheet: sheets.Sheet, kind: str) -> dict[str, Any]:
    # As it comes back from the page, so that what is brought in is what was seen.
    text = sheets.as_csv(masked_sheet(sheet))
    rehearsal = rehearse(sheets.read(text.encode()), kind=kind)
    return {
        "rows": [(one, _changes(one)) for one in rehearsal.planned],
        "writes": len(rehearsal.added) + len(rehearsal.changed),
        "refused": [(row.line, row.column, sentence(row.problem)) for row in rehearsal.refused],
        "unread": [
            (one.line, column, ", ".join(words)) for one in rehearsal.planned for column, words in one.unread.items()
        ],
        "unused": ", ".join(rehearsal.unused),
        "kind": kind,
        "seen": rehearsal.seen,
        "text": text,
    }


def _changes(one: Planned) -> list[Change]:
    """What is read of a new place, or what changes of one that we know, in the order of the columns."""
    return [
        Change(
            label, placefiles.written(name, getattr(one.place, name, "")), placefiles.written(name, one.changes[name])
        )
        for name, label in placefiles.COLUMNS.items()
        if name in one.changes and not (name == "name" and one.place is None)
    ]
