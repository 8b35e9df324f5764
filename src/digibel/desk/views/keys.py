"""The keys of the organisation's programs: made here, shown once, ended here."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.desk import words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.keys import SCOPES, KeyForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.keys import end_key, open_key
from digibel.organisations.models import ApiKey, Organisation
from digibel.organisations.permissions import check_may
from digibel.organisations.scopes import Scope
from digibel.problems import Problem
from digibel.sentences import sentence


@dataclass(frozen=True)
class Line:
    key: ApiKey
    may: tuple[words.Words, ...]
    over: bool  # past its last day: it opens nothing, and may be ended too
    known: bool  # to somebody who left since they made it


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: StaffRequest) -> HttpResponse:
    """GET: those that open something, and a form for a new one. POST: a new one, with its secret for this one look."""
    check_may(request.user, "keys")
    if request.method != "POST":
        return _page(request, KeyForm())
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    told: dict[str, Any] = {"name": form.cleaned_data["name"], "expires_on": form.cleaned_data["expires_on"]}
    try:
        _made, secret = open_key(request.organisation, scopes=form.chosen, by=Actor.staff(request.user), **told)
    except Problem as problem:
        form.add_error(None, sentence(problem))
        return _page(request, form, status=422)
    return _page(request, KeyForm(), secret=secret)


@staff_page
@require_POST
def key_end(request: StaffRequest, key_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "keys")
    found = request.organisation.api_keys.get(pk=key_id)
    do(
        request,
        lambda: end_key(found, by=Actor.staff(request.user)),
        _("Ended: nobody gets in with this key any more."),
    )
    return go_on("desk:keys")


def _page(request: StaffRequest, form: KeyForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    lines = _lines(request.organisation, clock.today())
    context = {"form": form, "lines": lines, "secret": secret, "section": "office"}
    return render(request, "desk/keys.html", context, status=status)


def _lines(organisation: Organisation, today: date) -> list[Line]:
    living = organisation.api_keys.filter(revoked_at=None).order_by("name", "since", "pk")
    known = _known_to_who_left(organisation)
    return [
        Line(
            key,
            tuple(SCOPES[scope] for scope in Scope if scope in key.scopes),
            key.expires_on is not None and key.expires_on < today,
            str(key.pk) in known,
        )
        for key in living
    ]


def _known_to_who_left(organisation: Organisation) -> set[str]:
    """Ids of the keys whose secret was shown to somebody who does not work here any more, as the audit tells."""
    gone = [str(Actor.staff(one)) for one in organisation.staff.filter(is_active=False)]
    made = Event.objects.of_organisation(organisation.pk).filter(verb="key.made", actor__in=gone)
    return set(made.values_list("subject_id", flat=True))
