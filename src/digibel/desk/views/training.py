"""Sessions of the training: planned, and afterwards who was there, several people at once."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import words
from digibel.desk.answers import go_on
from digibel.desk.forms.readiness import SessionForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.problems import Problem
from digibel.sealing import keys
from digibel.sentences import sentence
from digibel.volunteers import training as verbs
from digibel.volunteers.models import TrainingSession, Volunteer

PER_PAGE = 30


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def trainings(request: StaffRequest) -> HttpResponse:
    """Every session of this organisation, the latest first; POST adds one."""
    check_may(request.user, "train")
    form = SessionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by = Actor.staff(request.user)
        session = verbs.add_session(request.organisation, by=by, **form.cleaned_data)
        return go_on("desk:training", session.pk)
    own = TrainingSession.objects.filter(organisation=request.organisation).annotate(came=Count("attendances"))
    own = own.order_by("-day", "module", "pk")
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "sessions": [{"session": one, "name": _module(one)} for one in page.object_list],
        "today": clock.today(),
        "section": "volunteers",
    }
    return render(request, "desk/trainings.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def training(request: StaffRequest, session_id: uuid.UUID) -> HttpResponse:
    """One session; POST: exactly the ticked ones were there."""
    check_may(request.user, "train")
    session = TrainingSession.objects.get(pk=session_id, organisation=request.organisation)
    if request.method != "POST":
        return _page(request, session)
    wanted = set(request.POST.getlist("there"))
    there = [one for one in _pool(session) if str(one.pk) in wanted]
    try:
        complete = verbs.note_attendance(session, there, by=Actor.staff(request.user))
    except Problem as problem:
        return _page(request, session, refusal=sentence(problem), status=problem.status)
    messages.success(request, _("Noted who was there."))
    if complete:
        many = ngettext(
            "%(count)d volunteer has completed the training with it.",
            "%(count)d volunteers have completed the training with it.",
            len(complete),
        )
        messages.success(request, many % {"count": len(complete)})
    return go_on("desk:training", session.pk)


def _page(request: StaffRequest, session: TrainingSession, *, refusal: str = "", status: int = 200) -> HttpResponse:
    there = set(session.attendances.values_list("volunteer_id", flat=True))
    pool = _pool(session)
    keys.prefetch([one.key_id for one in pool])
    attended = verbs.attended_by([one.pk for one in pool], request.organisation)
    people: list[dict[str, Any]] = [
        {
            "volunteer": one,
            "name": f"{one.first_name} {one.family_name}".strip(),
            "place": f"{one.postcode} {words.place_name(one.postcode)}",
            "ticked": one.pk in there,
            "left": sum(module not in attended[one.pk] for module in verbs.ASKED),
        }
        for one in pool
    ]
    people.sort(key=lambda one: (one["name"].casefold(), str(one["volunteer"].pk)))
    context = {
        "session": session,
        "name": _module(session),
        "people": people,
        "came": len(there),
        "is_to_come": session.day > clock.today(),
        "refusal": refusal,
        "section": "volunteers",
    }
    return render(request, "desk/training.html", context, status=status)


def _pool(session: TrainingSession) -> list[Volunteer]:
    """Everybody who has not left, and who was there and has left since."""
    was_there = session.attendances.values("volunteer")
    return list(Volunteer.objects.filter(left_at=None) | Volunteer.objects.filter(pk__in=was_there))


def _module(session: TrainingSession) -> str:
    module = verbs.MODULES.get(session.module)
    return module.names[words.desk_language()] if module is not None else session.module
