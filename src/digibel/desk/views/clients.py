"""One client: what we know of them, who may do what, and the buttons that concern the person and not one question."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import acquaintances, clientdeeds, clientpage, corrections, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.calls import spoken_choices
from digibel.desk.forms.intake import ClientForm, brussels_postcodes, without_secrets
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications.errors import NotANumber
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.requests import callers, intake
from digibel.requests import rectifying as requests_rectifying
from digibel.requests.drafts import ClientDraft
from digibel.requests.errors import ChangedMeanwhile
from digibel.requests.models import Client
from digibel.scheduling import merging, rectifying
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
    check_may(request.user, "see_address")
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


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def client_edit(request: StaffRequest, client_id: uuid.UUID) -> HttpResponse:
    """GET: all that we know, to be put right. POST: put it right, or show what a colleague changed meanwhile."""
    check_may(request.user, "log")
    found, by = intake.find_client(request.organisation, client_id), Actor.staff(request.user)
    if clientpage.is_forgotten(found):
        return go_on("desk:client", found.pk)
    if request.method != "POST":
        record("address.shown", found, by=by, organisation_id=request.organisation.pk)
        return _edit(request, found, ClientForm(client=found))
    posted, held_secret = without_secrets(request.POST)
    form = ClientForm(posted, client=found)
    draft = form.read_person()
    if draft is None:
        return _edit(request, found, form, held_secret=held_secret, status=422)
    version = form.seen_version
    if request.POST.get("keep") == "theirs":
        draft = requests_rectifying.keeping_theirs(found, draft, version)
    if request.POST.get("keep") in {"mine", "theirs"}:
        # Chosen with the colleague's version before their eyes; a still newer one is asked about again.
        version = max(version, form.shown_version)
    try:
        changed = rectifying.correct(found, draft, version=version, by=by)
    except ChangedMeanwhile:
        return _conflict(request, found, form, draft)
    except Problem as problem:
        form.add_error(None, sentence(problem))
        return _edit(request, found, form, held_secret=held_secret, status=problem.status)
    if held_secret:
        messages.warning(request, _("There was a code or an account number in the text. It was not kept."))
    messages.success(request, _("Corrected. Everybody concerned hears it.") if changed else _("Nothing was different."))
    return go_on("desk:client", found.pk)


def _edit(request: StaffRequest, found: Client, form: ClientForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "section": "requests",
        "client": found,
        "form": form,
        "postcodes": brussels_postcodes(),
        "channel_icons": words.CHANNEL_ICONS,
        **more,
    }
    return render(request, "desk/client_edit.html", context, status=status)


def _conflict(request: StaffRequest, found: Client, form: ClientForm, draft: ClientDraft) -> HttpResponse:
    """Both side by side; what was typed goes along, so that nothing of it is lost."""
    found.refresh_from_db()
    context = {
        "section": "requests",
        "client": found,
        "hidden": [
            (name, value)
            for name, values in form.posted.lists()
            if name not in {"csrfmiddlewaretoken", "keep", "shown_version"}
            for value in values
        ]
        + [("shown_version", found.version)],
        **corrections.conflict(found, draft, form.seen_version),
    }
    return render(request, "desk/client_conflict.html", context, status=409)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def client_merge(request: StaffRequest, client_id: uuid.UUID) -> HttpResponse:
    """GET: who it may be as well; with `?with=`, both side by side and what moves. POST `q`: another name or number to look for;
    POST `with`: make them one."""
    check_may(request.user, "correct")
    found = intake.find_client(request.organisation, client_id)
    told = request.POST.get("with", "") if request.method == "POST" else request.GET.get("with", "")
    other = _other(request, told) if told else None
    if other is None or other.pk == found.pk:
        return render(request, "desk/client_merge.html", _to_choose(request, found))
    if request.method == "POST":
        theirs = [name for name in merging.CHOICES if request.POST.get(f"keep_{name}") == "theirs"]
        by = Actor.staff(request.user)
        do(
            request,
            lambda: merging.merge(found, other, theirs=theirs, by=by),
            _("They are one now. Undo it within thirty days."),
        )
        return go_on("desk:client", found.pk)
    record("address.shown", found, by=Actor.staff(request.user), organisation_id=request.organisation.pk)
    record("address.shown", other, by=Actor.staff(request.user), organisation_id=request.organisation.pk)
    return render(request, "desk/client_merge.html", corrections.side_by_side(found, other))


@staff_page
@require_POST
def client_unmerge(request: StaffRequest, client_id: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "correct")
    found = intake.find_client(request.organisation, client_id)
    done = found.merges.select_related("kept", "merged").get(pk=merge_id)
    do(
        request,
        lambda: merging.undo(done, by=Actor.staff(request.user)),
        _("Two people again, each with what was theirs."),
    )
    return go_on("desk:client", found.pk)


def _other(request: StaffRequest, told: str) -> Client:
    try:
        return intake.find_client(request.organisation, uuid.UUID(told))
    except ValueError:
        raise Client.DoesNotExist from None


def _to_choose(request: StaffRequest, found: Client) -> dict[str, Any]:
    q = " ".join(request.POST.get("q", "").replace("\x00", "").split())[:80]
    name = q or f"{found.first_name} {found.family_name}"
    known = acquaintances.look_up(
        request.organisation,
        phone=q or found.recipient.number,
        name=name,
        family_name=q or found.family_name,
        postcode=found.postcode,
    )
    likely = [one for one in known if one.client.pk != found.pk and not one.client.gone_at]
    return {"section": "requests", "client": found, "likely": likely, "q": q}


def page(request: StaffRequest, found: Client, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        **clientpage.context(found, request.user),
        "staff_first": clientpage.staff_first(found, request.user),
        "spoken": spoken_choices(),
        **more,
    }
    template = "desk/client_forgotten.html" if clientpage.is_forgotten(found) else "desk/client.html"
    return render(request, template, context, status=status)
