"""One client: what we know of them, who may do what, and the buttons that concern the person and not one question."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import clientdeeds, clientpage, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.calls import spoken_choices
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications.errors import NotANumber
from digibel.organisations.permissions import check_may
from digibel.requests import callers, intake
from digibel.requests.models import Client
from digibel.sentences import sentence

# Who rings, to this client, and what that means for the conversation.
CALLERS: dict[str, words.Words] = {
    "client": _("This is the client's own number. Ask their name all the same: a number can be shared."),
    "helper": _("Named by the client."),
    "worker": _("The worker they trust: passes messages on."),
    "reception": _("The reception: may hear when somebody comes, never the codeword."),
    "contact": _("To ring when nobody opens. The client did not name them for anything else."),
    "money": _("Decides about money, and about nothing else."),
    "unknown": _("Not a number we know. Tell nothing, and ring the client back on their own number."),
}


@staff_page
@require_GET
def client_page(request: StaffRequest, client_id: uuid.UUID) -> HttpResponse:
    return page(request, intake.find_client(request.organisation, client_id))


@staff_page
@require_POST
def client_address(request: StaffRequest, client_id: uuid.UUID) -> HttpResponse:
    """Where, and every number: shown to who asks, and written down that they asked."""
    found = intake.find_client(request.organisation, client_id)
    record("address.shown", found, by=Actor.staff(request.user), organisation_id=request.organisation.pk)
    if getattr(request, "htmx", False):
        context = {"client": found, "place": words.place_name(found.postcode), "helpers": clientpage.named(found)}
        return render(request, "desk/client_address.html", context)
    return page(request, found, address_shown=True)


@staff_page
@require_POST
def client_caller(request: StaffRequest, client_id: uuid.UUID) -> HttpResponse:
    """Who rings from this number, and may they? The number is kept nowhere."""
    check_may(request.user, "call")
    found = intake.find_client(request.organisation, client_id)
    try:
        rings = callers.who_rings(found, request.POST.get("phone", ""))
    except NotANumber as refusal:
        return page(request, found, caller_refused=sentence(refusal), status=422)
    record("caller.checked", found, by=Actor.staff(request.user), organisation_id=request.organisation.pk)
    return page(request, found, rings=[(one, CALLERS[one.kind]) for one in rings])


@staff_page
@require_POST
def client_deed(request: StaffRequest, client_id: uuid.UUID, deed: str) -> HttpResponse:
    """Do it and come back; what was refused is told above the page."""
    found = intake.find_client(request.organisation, client_id)
    chosen = clientdeeds.DEEDS.get(deed)
    if chosen is None:
        raise Http404
    check_may(request.user, chosen.permission)
    by = Actor.staff(request.user)
    do(request, lambda: chosen.verb(found, request.POST.dict(), by), chosen.done)
    return go_on("desk:client", found.pk)


def page(request: StaffRequest, found: Client, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {**clientpage.context(found), "spoken": spoken_choices(), **more}
    return render(request, "desk/client.html", context, status=status)
