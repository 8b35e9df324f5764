"""The letter that announces a visit: printed in the client's language, and off the list once it is posted."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import errands, letters, listplace, sounds
from digibel.desk.answers import do, go_on
from digibel.desk.errands import Errand
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications import calls, voice
from digibel.notifications.errors import CallDone
from digibel.notifications.models import CallTask, Channel
from digibel.organisations.permissions import check_may
from digibel.scheduling import announcing
from digibel.scheduling.errors import MoveNotAllowed, OneLetterForTwo, OnlyAtThePlace
from digibel.scheduling.models import Visit, VisitStatus
from digibel.sealing import keys

MOST_LETTERS = 200


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
    if request.POST.get("deed") == "voice":
        return sounds.answer(voice.speak(*letters.spoken(visit)))
    _record_printed(request, visit)
    return _page(request, visit, printed=True)


def _record_printed(request: StaffRequest, visit: Visit) -> None:
    by, organisation_id = Actor.staff(request.user), request.organisation.pk
    record("letter.printed", visit, by=by, organisation_id=organisation_id)
    record("address.shown", visit, by=by, organisation_id=organisation_id, on="letter")


def _find(request: StaffRequest, visit_id: uuid.UUID) -> Visit:
    related = Visit.objects.of(request.organisation).select_related(
        "request__organisation", "client__recipient", "volunteer__recipient"
    )
    visit = related.get(pk=visit_id)
    if visit.status != VisitStatus.BOOKED:
        raise MoveNotAllowed(was=visit.status)
    if visit.goes_with_id is not None or visit.needs_second:
        raise OneLetterForTwo
    if visit.request.meets_at_id is not None:
        raise OnlyAtThePlace
    keys.prefetch([visit.client.key_id, visit.volunteer.key_id])
    return visit


def _page(request: StaffRequest, visit: Visit, *, printed: bool = False) -> HttpResponse:
    context = {
        "visit": visit,
        "letter": letters.announcement(visit) if printed else None,
        "language_name": letters.language_name(visit),
        "too_late": not announcing.letter_arrives(visit),
        "call": _errand(visit),
        "speaks": voice.is_there(),
        "section": "visits",
    }
    return render(request, "desk/letter.html", context)


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


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def letters_due(request: StaffRequest) -> HttpResponse:
    """All letters that wait. POST `print`: every one that still comes in time, each on its sheet. POST `posted`: those printed."""
    check_may(request.user, "print")
    if request.POST.get("deed") == "posted":
        return _all_posted(request)
    waiting = _waiting(request)
    due = [errand for errand in waiting if errand.visit and announcing.letter_arrives(errand.visit)]
    context: dict[str, Any] = {"section": "calls"}
    if request.method == "POST" and due:
        context |= _printed(request, due)
    else:
        context["due"] = [_line(errand) for errand in due]
        context["too_late"] = [_line(errand) for errand in waiting if errand not in due]
    return render(request, "desk/letters.html", context)


def _waiting(request: StaffRequest) -> list[Errand]:
    listed = CallTask.objects.of(request.organisation).open().select_related("recipient", "organisation")
    letters_wanted = listed.filter(kind="visit.announce", channel=Channel.LETTER).order_by("due_at", "pk")
    found = errands.with_subjects(letters_wanted[:MOST_LETTERS])
    return [errand for errand in found if errand.visit and errand.visit.status == VisitStatus.BOOKED]


def _line(errand: Errand) -> dict[str, Any]:
    """What the list says of one letter, and by when it has to be in the post."""
    assert errand.visit is not None
    in_time = announcing.letter_arrives(errand.visit)
    return {
        "name": errand.name,
        "starts_at": errand.visit.starts_at,
        "language": letters.language_name(errand.visit),
        "latest": announcing.last_posting_day(errand.visit),
        "url": reverse("desk:letter", args=[errand.visit.pk])
        if in_time
        else reverse("desk:call", args=[errand.call.pk]),
    }


def _printed(request: StaffRequest, due: list[Errand]) -> dict[str, Any]:
    visits = [errand.visit for errand in due if errand.visit is not None]
    for visit in visits:
        _record_printed(request, visit)
    return {
        "printed": [letters.announcement(visit) for visit in visits],
        "calls": [errand.call for errand in due],
    }


def _all_posted(request: StaffRequest) -> HttpResponse:
    """Each of those that were on the sheets. One that is no longer on the list, as the visit was called off, is left out."""
    ids = [pk for pk in map(as_uuid, request.POST.getlist("call")) if pk is not None]
    open_ones = CallTask.objects.of(request.organisation).open()
    posted = [
        call
        for call in open_ones.filter(pk__in=ids, kind="visit.announce", channel=Channel.LETTER)
        if _note_posted(call, by=Actor.staff(request.user))
    ]
    said = ngettext(
        "%(count)d letter posted. They still have to say that it suits.",
        "%(count)d letters posted. They still have to say that it suits.",
        len(posted),
    )
    messages.success(request, said % {"count": len(posted)})
    return listplace.go_back(request, "desk:calls")


def _note_posted(call: CallTask, *, by: Actor) -> bool:
    try:
        calls.note_outcome(call, CallTask.Outcome.POSTED, by=by)
    except CallDone:
        return False
    return True


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
