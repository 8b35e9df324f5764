"""A volunteer's own page, behind a link without a log-in: plain forms, in their language, and nothing about a client."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from digibel.audit.actors import Actor
from digibel.desk import freetime, ownpage, tongues
from digibel.desk.answers import do, go_on, unseen
from digibel.desk.forms.availability import PauseForm
from digibel.privacy import exporting, leaving
from digibel.problems import NotFound
from digibel.scheduling import availability
from digibel.scheduling.desksessions import signing
from digibel.scheduling.models import Seat
from digibel.sentences import sentence
from digibel.volunteers import pagelinks
from digibel.volunteers.errors import LinkClosed, NoSuchLink
from digibel.volunteers.models import OwnPageLink

Shown = Callable[[OwnPageLink, str], HttpResponse]


@require_http_methods(["GET", "HEAD"])
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    return _opened(request, token, lambda link, lang: _page(request, token, link, ownpage.free_time(link)))


@require_POST
def own_page_deed(request: HttpRequest, token: str, deed: str) -> HttpResponse:
    if deed not in DEEDS:
        raise NotFound
    return _opened(request, token, lambda link, lang: _deed(request, token, link, deed, lang))


def _opened(request: HttpRequest, token: str, show: Shown) -> HttpResponse:
    """In its reader's language."""
    try:
        link = pagelinks.find_page(token)
    except (LinkClosed, NoSuchLink) as problem:
        with translation.override(tongues.of_a_stranger(request)):
            context = {"title": sentence(problem)}
            response = render(request, "desk/questions_closed.html", context, status=problem.status)
    else:
        lang = tongues.chosen(request)
        language = tongues.of(link.volunteer, link.organisation, lang)
        with translation.override(language):
            response = show(link, lang)
        response["Content-Language"] = language
    return unseen(response)


def _page(
    request: HttpRequest, token: str, link: OwnPageLink, page: freetime.FreeTime, *, status: int = 200
) -> HttpResponse:
    language = translation.get_language() or "nl"
    context = ownpage.context(link, page, language) | {
        "deeds": f"{reverse('desk:own_page', args=[token])}/",
        "pause_form": PauseForm(),
        "languages": list(tongues.to_choose()),
    }
    return render(request, "desk/own_page.html", context, status=status)


def _deed(request: HttpRequest, token: str, link: OwnPageLink, deed: str, lang: str) -> HttpResponse:
    by = Actor.volunteer(link.volunteer)
    if deed == "data":
        return _data(link)
    if deed in {"pause", "back", "leave"}:
        _pause_or_back(request, link, deed, by)
    elif deed in AT_DESK:
        _at_desk(request, link, deed, by)
    else:
        page = ownpage.free_time(link, deed, request.POST)
        done = freetime.note(page, deed, request.POST, by=by)
        if done is None:
            return _page(request, token, link, page, status=422)
        messages.success(request, str(done))
    return go_on(reverse("desk:own_page", args=[token]) + (f"?lang={lang}" if lang else ""))


def _pause_or_back(request: HttpRequest, link: OwnPageLink, deed: str, by: Actor) -> None:
    if deed == "back":
        do(request, lambda: leaving.come_back(link.volunteer, by=by), _("Welcome back! We ask you again."))
        return
    if deed == "leave":
        done = _("You have stopped. Thank you for everything you did.")
        do(request, lambda: leaving.leave(link.volunteer, organisation=link.organisation, by=by), done)
        return
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the day you are back, or leave it empty."))
        return
    until = form.cleaned_data["until"]
    done = _("You have a pause: we ask you nothing.")
    do(request, lambda: availability.pause_until(link.volunteer, until, by=by, at=link.organisation), done)


def _data(link: OwnPageLink) -> HttpResponse:
    """By a press and not by an address: what looks ahead at the links of a text fetches nothing. The file's name says nothing."""
    told = exporting.export_own(link.volunteer, organisation=link.organisation)
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="digibel-export.json"'
    return response


def _at_desk(request: HttpRequest, link: OwnPageLink, deed: str, by: Actor) -> None:
    """Only what they were asked for, or have signed up for: nobody finds a session that is not theirs."""
    try:
        seat = Seat.objects.by(link.volunteer).select_related("session").get(pk=uuid.UUID(request.POST.get("seat", "")))
    except (ValueError, Seat.DoesNotExist):
        raise NotFound from None
    if deed == "desk-out":
        do(request, lambda: signing.sign_out(seat, by=by), _("Noted: you are not coming. Thank you for telling us."))
        return
    done = _("Thank you! You hear by text whether there is a seat.")
    do(request, lambda: signing.sign_up(seat.session, link.volunteer, by=by), done)


AT_DESK = ("desk-in", "desk-out")
DEEDS = (*freetime.DEEDS, "pause", "back", "leave", "data", *AT_DESK)
