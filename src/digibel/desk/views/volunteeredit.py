"""Putting right what we know of a volunteer. Two who do it at once both see what the other wrote."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digibel.audit.actors import Actor
from digibel.desk.answers import go_on
from digibel.desk.forms.volunteeredit import VolunteerForm, as_told
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.sentences import sentence
from digibel.volunteers.editing import ChangedMeanwhile, as_known, edit
from digibel.volunteers.models import Volunteer

# What the page showed goes with it and comes back, signed: whoever saves says from what they started.
SALT = "digibel.desk.volunteer_edit"


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def volunteer_edit(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "edit_volunteer")
    found = Volunteer.objects.get(pk=volunteer_id, left_at=None)
    known = as_known(found)
    if request.method != "POST":
        return _page(request, found, VolunteerForm(spoken=found.speaks, initial=as_told(known)), seen=known)
    seen = _seen(request)
    form = VolunteerForm(request.POST, spoken=found.speaks)
    if not form.is_valid():
        return _page(request, found, form, seen=seen, status=422)
    try:
        edit(found, facts=form.facts(), seen=seen, by=Actor.staff(request.user))
    except ChangedMeanwhile as problem:
        return _both(request, found, form, seen, problem)
    except Problem as problem:
        form.add_error(None, sentence(problem))
        return _page(request, found, form, seen=seen, status=problem.status)
    messages.success(request, _("Noted. The order of candidates follows at once."))
    return go_on("desk:volunteer", found.pk)


def _seen(request: StaffRequest) -> dict[str, Any]:
    """Nothing where it is not ours: then whatever is there now was changed by somebody else."""
    try:
        told: dict[str, Any] = signing.loads(request.POST.get("seen", ""), salt=SALT)
    except signing.BadSignature:
        return {}
    return told


def _both(
    request: StaffRequest, found: Volunteer, form: VolunteerForm, seen: dict[str, Any], problem: Problem
) -> HttpResponse:
    """What the reader changed stays typed, what a colleague changed stands where the reader did not touch it."""
    found.refresh_from_db()
    known = as_known(found)
    now, before = as_told(known), as_told(seen) if seen else {}
    typed = form.cleaned_data
    untouched = {name for name in typed if _same(typed[name], before.get(name))}
    again = VolunteerForm(
        _posted({name: now.get(name) if name in untouched else told for name, told in typed.items()}),
        spoken=found.speaks,
    )
    again.add_error(None, sentence(problem))
    theirs = [
        name
        for name, told in typed.items()
        if name not in untouched and not _same(now.get(name), before.get(name)) and not _same(told, now.get(name))
    ]
    both = [(again.fields[name].label, _said(again, name, now.get(name))) for name in theirs]
    return _page(request, found, again, seen=known, both=both, status=problem.status)


def _same(one: Any, other: Any) -> bool:
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    """Not spoken, not said and not ticked are each nothing; a list has no order here."""
    if isinstance(value, list):
        return sorted(value)
    return None if value is False or value == "" else value


def _posted(told: Mapping[str, Any]) -> QueryDict:
    """As a browser would send it."""
    posted = QueryDict(mutable=True)
    for name, value in told.items():
        if isinstance(value, list):
            posted.setlist(name, value)
        elif value not in (None, False):
            posted[name] = "on" if value is True else str(value)
    return posted


def _said(form: VolunteerForm, name: str, value: Any) -> str:
    """A value as the form names it."""
    names = {str(code): str(label) for code, label in getattr(form.fields[name], "choices", [])}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    told = [names.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]) if one is not None]
    return ", ".join(told) or "-"


def _page(
    request: StaffRequest,
    found: Volunteer,
    form: VolunteerForm,
    *,
    seen: dict[str, Any],
    both: list[tuple[Any, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "volunteer": found,
        "name": f"{found.first_name} {found.family_name}".strip(),
        "form": form,
        "seen": signing.dumps(seen, salt=SALT),
        "both": both,
        "section": "volunteers",
    }
    return render(request, "desk/volunteer_edit.html", context, status=status)
