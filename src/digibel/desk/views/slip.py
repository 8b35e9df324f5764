"""A slip: choose where, hand it out, print it. The address of the sheet says all that is on it, so it prints again the same."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel import languages
from digibel.audit.actors import Actor
from digibel.desk import sliproads, slips
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.directory.models import PlaceSession
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.requests import intake, referrals
from digibel.requests.models import HelpRequest
from digibel.scheduling import openings
from digibel.scheduling import slips as telling
from digibel.sentences import sentence

MOST_PLACES = 6


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def slip(request: StaffRequest, reference: str) -> HttpResponse:
    """GET: what can stand on it, or with `place` and `route` the sheet itself. POST: handed out; then `text` or `read-out`."""
    check_may(request.user, "refer")
    found = intake.find(request.organisation, reference)
    if request.method == "POST":
        return DEEDS.get(request.POST.get("deed", ""), _hand_out)(request, found)
    if "place" in request.GET or "route" in request.GET:
        return _sheet(request, found)
    return _choose(request, found)


def _choose(request: StaffRequest, found: HelpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    ticked = None if request.method != "POST" else {told for _, many in request.POST.lists() for told in many}
    context = {
        "found": found,
        "roads": sliproads.roads(found, ticked=ticked),
        "chosen": slips.language_for(found, request.POST.get("language", "")),
        "languages": [(code, one.own) for code, one in languages.LANGUAGES.items()],
        "refusal": refusal,
        "section": "requests",
    }
    return render(request, "desk/slip.html", context, status=status)


def _hand_out(request: StaffRequest, found: HelpRequest) -> HttpResponse:
    place_ids = sliproads.are_ids(request.POST.getlist("place"))[:MOST_PLACES]
    offered = {road.code for road in sliproads.roads(found, ticked=())}
    routes = [code for code in request.POST.getlist("route") if code in offered]
    if not place_ids and not routes:
        return _choose(request, found, refusal=_("Choose at least one place or one way."), status=422)
    try:
        _refer(found, place_ids, routes, _sessions(request, place_ids), by=Actor.staff(request.user))
    except Problem as problem:
        return _choose(request, found, refusal=sentence(problem), status=problem.status)
    messages.success(request, _("Noted. In two weeks somebody asks whether it helped."))
    language = slips.language_for(found, request.POST.get("language", ""))
    query = urlencode({"place": place_ids, "route": routes, "language": language, "print": 1}, doseq=True)
    return go_on(f"{reverse('desk:slip', args=[found.reference])}?{query}")


def _sessions(request: StaffRequest, place_ids: list[str]) -> dict[UUID, UUID]:
    """In which session a seat is booked, of each place that is on the slip."""
    chosen = sliproads.are_ids([request.POST.get(f"seat-{place_id}", "") for place_id in place_ids])
    found = PlaceSession.objects.filter(pk__in=chosen)
    return {one.place_id: one.pk for one in found if str(one.place_id) in place_ids}


@transaction.atomic
def _refer(
    found: HelpRequest, place_ids: list[str], routes: list[str], sessions: dict[UUID, UUID], *, by: Actor
) -> None:
    if place_ids and referrals.places_among(found, place_ids):
        openings.refer(found, by=by, place_ids=place_ids, sessions=sessions)
    for code in routes:
        openings.refer(found, by=by, route=code)


def _text(request: StaffRequest, found: HelpRequest) -> HttpResponse:
    do(
        request,
        lambda: telling.text(found, by=Actor.staff(request.user)),
        _("The places of the slip go to them as a text."),
    )
    return go_on("desk:request", found.reference)


def _read_out(request: StaffRequest, found: HelpRequest) -> HttpResponse:
    """To the call, with the words in their language."""
    try:
        call = telling.read_out(found, by=Actor.staff(request.user))
    except Problem as problem:
        messages.error(request, sentence(problem))
        return go_on("desk:request", found.reference)
    return go_on("desk:call", call.pk)


DEEDS = {"text": _text, "read-out": _read_out}


def _sheet(request: StaffRequest, found: HelpRequest) -> HttpResponse:
    place_ids, routes = sliproads.are_ids(request.GET.getlist("place"))[:MOST_PLACES], request.GET.getlist("route")
    language = slips.language_for(found, request.GET.get("language", ""))
    printed = slips.sheet(found, place_ids=place_ids, routes=routes, language=language)
    context = {
        "found": found,
        "slip": printed,
        "prints": "print" in request.GET,
        "ways": telling.ways(found),
        "section": "requests",
    }
    return render(request, "desk/slip.html", context)
