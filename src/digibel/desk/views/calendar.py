"""Calendars: the feeds, behind a secret address without a login, and the pages on which an address is given and renewed."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from digibel.audit.actors import Actor
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may, may
from digibel.problems import NotFound
from digibel.scheduling import calendars, invitations
from digibel.volunteers.models import Volunteer


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """When and in which municipality, never who or where."""
    feed = calendars.open_feed(token)
    body = calendars.calendar(feed)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["ETag"] = tag = calendars.etag(body)
    response["Cache-Control"] = "private, max-age=300"
    response["Content-Disposition"] = 'inline; filename="digibel.ics"'
    response["Content-Language"] = feed.language
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return get_conditional_response(request, etag=tag, response=response) or response


@staff_page
@require_safe
def calendars_page(request: StaffRequest) -> HttpResponse:
    context = {
        "own": calendars.link(request.user),
        "all_visits": calendars.link(request.organisation),
        "may_renew_all": may(request.user, "calendars"),
        "section": "office",
    }
    return render(request, "desk/calendars.html", context)


@staff_page
@require_POST
def renew(request: StaffRequest, deed: str) -> HttpResponse:
    """`own`, or `organisation`."""
    if deed not in {"own", "organisation"}:
        raise NotFound
    if deed == "organisation":
        check_may(request.user, "calendars")
    owner = request.user if deed == "own" else request.organisation
    said = _("The old address shows nothing any more. Here is the new one.")
    do(request, lambda: calendars.renew(owner, by=Actor.staff(request.user)), said)
    return go_on("desk:feeds")


@staff_page
@require_POST
def of_volunteer(request: StaffRequest, volunteer_id: uuid.UUID, deed: str) -> HttpResponse:
    """Renew the address of their calendar, which the desk does not see: it holds other organisations' visits too. Or their mail."""
    if deed not in {"renew", "invite", "stop"}:
        raise NotFound
    check_may(request.user, "stop" if deed == "renew" else "calendars")
    found = Volunteer.objects.select_related("recipient").get(pk=volunteer_id, left_at=None)
    by, address = Actor.staff(request.user), request.POST.get("email", "")
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "renew": (
            lambda: calendars.renew(found, by=by),
            _("The old address shows nothing any more. The new one is on their next card."),
        ),
        "invite": (
            lambda: invitations.invite(found, address, by=by),
            _("Their visits are mailed to this address, those that are booked already too."),
        ),
        "stop": (lambda: invitations.stop(found, by=by), _("No more mail. The address is forgotten.")),
    }
    do(request, *deeds[deed])
    return go_on("desk:volunteer", found.pk)
