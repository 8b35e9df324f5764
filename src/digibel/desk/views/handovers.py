"""A request goes to another organisation: asked on its own page, answered on a page that names nobody."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from digibel.audit.actors import Actor
from digibel.desk import listplace, verdicts, words
from digibel.desk.answers import do, go_on
from digibel.desk.seriespage import RHYTHMS
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.models import Organisation
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound
from digibel.requests import intake, judging
from digibel.requests.models import HelpRequest
from digibel.scheduling import beats
from digibel.scheduling import handovers as verbs
from digibel.scheduling.models import Handover


@staff_page
@require_POST
def ask(request: StaffRequest, reference: str) -> HttpResponse:
    """Nothing of the client leaves before the other organisation says yes."""
    check_may(request.user, "hand_over")
    found = intake.find(request.organisation, reference)
    to = _partner(request, request.POST.get("to", ""))
    language = request.POST.get("language", "") if request.POST.get("spoken") else ""
    do(
        request,
        lambda: verbs.hand_over(
            found,
            to=to or request.organisation,
            consent_language=language,
            with_worker=bool(request.POST.get("with_worker")),
            by=Actor.staff(request.user),
        ),
        _("Asked. It stays yours until they say yes."),
    )
    return go_on("desk:request", found.reference)


def partners(organisation: Organisation) -> list[Organisation]:
    return list(Organisation.objects.exclude(pk=organisation.pk))


def _partner(request: StaffRequest, told: str) -> Organisation | None:
    return next((one for one in partners(request.organisation) if str(one.pk) == told), None)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: StaffRequest, handover_id: uuid.UUID) -> HttpResponse:
    """GET: what is asked, and roughly where. POST `accept`: the client becomes one of ours. POST `refuse`: they hear it."""
    asked = verbs.find(request.organisation, handover_id)
    if request.method != "POST":
        return render(request, "desk/handover.html", _context(asked))
    check_may(request.user, "hand_over")
    by, deed = Actor.staff(request.user), request.POST.get("deed")
    if deed == "refuse":
        do(request, lambda: verbs.refuse(asked, by=by), _("Refused. They hear it, and look on."))
        return listplace.go_back(request, "desk:calls")
    if deed != "accept":
        raise NotFound
    made: list[HelpRequest] = []
    if do(request, lambda: made.append(verbs.accept(asked, by=by)), _("It is yours now. Tell the client who you are.")):
        return go_on("desk:request", made[0].reference)
    return listplace.go_back(request, "desk:calls")


def _context(asked: Handover) -> dict[str, Any]:
    """Before the yes: the question, the neighbourhood, the language and the stairs. Nothing of who it is."""
    request, client = asked.request, asked.request.client
    judged = judging.judge_for(asked.to, [task.slug for task in request.tasks.all()])
    return {
        "handover": asked,
        "asked": asked.status == Handover.Status.ASKED,
        "made": asked.made,
        "by": request.organisation.name,
        "rows": verdicts.panel(judged.tasks, reader=words.desk_language(), client=words.desk_language()).rows,
        "place": f"{client.postcode} {words.place_name(client.postcode)}",
        "speaks": words.language_names(client.speaks),
        "stairs": bool(client.floor) and not client.lift,
        "dog": client.dog,
        "smoke": client.smoke,
        "series": _series(request),
        "section": "calls",
    }


def _series(request: HelpRequest) -> dict[str, Any] | None:
    """How often, and how long still; not the goal, which is in the client's words."""
    agreed = beats.running(request)
    if agreed is None:
        return None
    return {"rhythm": dict(RHYTHMS)[agreed.every_days], "left": verbs.visits_left(agreed), "until": agreed.until}
