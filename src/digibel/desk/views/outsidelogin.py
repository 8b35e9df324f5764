"""There and back: coming in by the log-in of another house, and tying it to an account.

Tying begins with a press of whose account it is, and the other house asks them again who they are: nobody is tied to whoever
happens to be logged in there. What was pressed waits in the session while they are away. A form may not lead to another site, so a
page with a link stands between.
"""

import time
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from digibel import linkkeys
from digibel.desk import limits
from digibel.desk.answers import go_on
from digibel.desk.views.access import StaffRequest
from digibel.desk.views.account import enter, whose
from digibel.desk.views.ownaccount import sure_page
from digibel.organisations import links, openid, outsidelogins
from digibel.organisations.accounts import LinkOver
from digibel.organisations.models import Staff
from digibel.organisations.openid import House
from digibel.problems import NotFound, Problem
from digibel.sentences import sentence

TYING, WANTED = "tying", "wanted"  # in the session: what was pressed, or the page they were going to
LASTS: Final = 600
"""Seconds between the press and the way back."""


@require_safe
def outside_go(request: HttpRequest, house: str) -> HttpResponse:
    """To the other house; with `?tie`, to tie what was pressed."""
    there = _house(house)
    limits.count(request, "outside")
    if "tie" not in request.GET:
        request.session.pop(TYING, None)
        request.session[WANTED] = _safe(request, request.GET.get("next", ""))
    back = f"{settings.DIGIBEL_PUBLIC_URL}{reverse('desk:outside_back', args=[house])}"
    again = {"prompt": "login"} if TYING in request.session else {}
    try:
        return openid.go_there(request, there, back, **again)
    except Problem as problem:
        messages.error(request, sentence(problem))
        return go_on("desk:login")


@require_safe
def outside_back(request: HttpRequest, house: str) -> HttpResponse:
    there = _house(house)
    tying, wanted = request.session.pop(TYING, None), request.session.pop(WANTED, "")
    try:
        subject = openid.who_came_back(request, there)
        if tying is not None:
            return _tie(request, there, subject, tying)
    except Problem as problem:
        messages.error(request, sentence(problem))
        return go_on("desk:own_account" if tying and request.user.is_authenticated else "desk:login")
    staff = outsidelogins.whose(there, subject)
    if staff is None:
        return render(request, "desk/outside_unknown.html", {"house": there}, status=403)
    return enter(request, staff, wanted, two=there.two_steps)


def _tie(request: HttpRequest, house: House, subject: str, tying: dict[str, Any]) -> HttpResponse:
    staff = Staff.objects.filter(pk=tying["staff"], is_active=True).select_related("organisation").first()
    if staff is None or tying["house"] != house.slug or time.time() - tying["at"] > LASTS:
        raise LinkOver
    if tying["link"]:
        outsidelogins.accept_link(staff, tying["link"], house, subject)
        return enter(request, staff, "", two=house.two_steps)
    if request.user != staff:
        raise LinkOver
    outsidelogins.tie(staff, house, subject)
    messages.success(request, _("Tied: from now on you can come in with {house}.").format(house=house.name))
    return go_on("desk:own_account")


@require_POST
@sure_page
def own_outside(request: StaffRequest, house: str) -> HttpResponse:
    return _on_the_way(request, request.user, house)


@require_POST
def password_outside(request: HttpRequest, uid: str, key: str, house: str) -> HttpResponse:
    """Instead of choosing a password, behind the same link."""
    staff = whose(uid)
    if staff is None or not links.opens(staff, key):
        raise LinkOver
    return _on_the_way(request, staff, house, linkkeys.digest(key))


def _on_the_way(request: HttpRequest, staff: Staff, slug: str, link: str = "") -> HttpResponse:
    house = _house(slug)
    if house not in outsidelogins.of(staff):
        raise NotFound
    request.session[TYING] = {"house": slug, "staff": str(staff.pk), "at": time.time(), "link": link}
    return render(request, "desk/outside_go.html", {"house": house})


def _house(slug: str) -> House:
    try:
        return openid.houses()[slug]
    except KeyError:
        raise NotFound from None


def _safe(request: HttpRequest, wanted: str) -> str:
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""
