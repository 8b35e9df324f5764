"""The sessions of a place: when it receives whom we send, and how many seats are left."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import expected, sliproads, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.placesessions import PlaceSessionForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.directory import sessions
from digibel.directory.models import HelpPlace, PlaceSession
from digibel.organisations.permissions import check_may, may
from digibel.problems import Problem
from digibel.requests import seats
from digibel.scheduling import arrivals
from digibel.sentences import sentence

MOST_SHOWN = 60


@dataclass(frozen=True)
class SessionLine:
    session: PlaceSession
    when: str
    free: int
    ours: bool


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def place_sessions(request: StaffRequest, place_id: uuid.UUID) -> HttpResponse:
    """What is to come; POST notes one, or one each week."""
    place = HelpPlace.objects.get(pk=place_id)
    form = PlaceSessionForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        check_may(request.user, "note_places")
        if form.is_valid():
            try:
                made = sessions.hold(
                    place, organisation=request.organisation, by=Actor.staff(request.user), **form.cleaned_data
                )
            except Problem as problem:
                form.add_error(None, sentence(problem))
            else:
                said = ngettext("One session is noted.", "%(count)d sessions are noted.", len(made))
                messages.success(request, said % {"count": len(made)})
                return go_on("desk:place_sessions", place.pk)
    context = {
        "place": place,
        "name": place.name_in(words.desk_language()),
        "form": form,
        "lines": _lines(request, place),
        "may_note": may(request.user, "note_places"),
        "section": "places",
    }
    return render(request, "desk/place_sessions.html", context, status=422 if form.is_bound else 200)


@staff_page
@require_POST
def place_session_off(request: StaffRequest, place_session_id: uuid.UUID) -> HttpResponse:
    """Called off by the organisation that agreed it. Who has a seat comes onto the worklist of who referred them."""
    check_may(request.user, "note_places")
    session = PlaceSession.objects.get(pk=place_session_id, organisation=request.organisation)
    do(
        request,
        lambda: arrivals.call_off(session, by=Actor.staff(request.user)),
        _("Called off. Whoever has a seat has to be told: that stands on Today."),
    )
    return go_on("desk:place_sessions", session.place_id)


@staff_page
@require_POST
def place_session_list(request: StaffRequest, place_session_id: uuid.UUID) -> HttpResponse:
    """For who opens the door there: first names and languages of those whom we sent, and how many others come. It is recorded."""
    check_may(request.user, "print")
    session = PlaceSession.objects.select_related("place").get(pk=place_session_id)
    ours, others = expected.at(session, request.organisation)
    record(
        "place.list_printed",
        session.place,
        by=Actor.staff(request.user),
        organisation_id=request.organisation.pk,
        people=len(ours),
    )
    context = {
        "session": session,
        "name": session.place.name_in(words.desk_language()),
        "people": ours,
        "others": others,
        "now": clock.now(),
        "section": "places",
    }
    return render(request, "desk/place_session_list.html", context)


def _lines(request: StaffRequest, place: HelpPlace) -> list[SessionLine]:
    offered = seats.offered([place.pk], most=MOST_SHOWN).get(place.pk, [])
    mine = request.organisation.pk
    return [
        SessionLine(one.session, sliproads.when(one.session), one.free, one.session.organisation_id == mine)
        for one in offered
    ]
