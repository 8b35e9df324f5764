"""An organisation asks to join, without a log-in; whoever looks after the network invites it or not."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.joining import JoinForm
from digibel.desk.publicforms import PublicForm
from digibel.desk.views.access import StaffRequest, network_page
from digibel.organisations import joining
from digibel.organisations.models import Joiner

JOIN = PublicForm("join", JoinForm, ("name", "postcode", "contact", "phone", "email"), joining.ask)


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    return JOIN.answer(request)


@network_page
@require_http_methods(["GET", "HEAD", "POST"])
def joiner(request: StaffRequest, joiner_id: uuid.UUID) -> HttpResponse:
    """GET: who it is, and whom to ring. POST: not now; a yes is the page of a new organisation."""
    found = Joiner.objects.get(pk=joiner_id)
    by = Actor.staff(request.user)
    if request.method == "POST":
        do(request, lambda: joining.decline(found, by=by), _("Noted: not now."))
        return go_on("desk:network")
    record("number.shown", found, by=by, organisation_id=request.organisation.pk)
    context = {"joiner": found, "place": words.place_name(found.postcode), "section": "network"}
    return render(request, "desk/joiner.html", context)
