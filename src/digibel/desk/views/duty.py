"""Who answers the telephone, hour by hour, and when the house is closed. No visit is booked where nobody does."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import weekdays
from digibel.desk.answers import do, go_on
from digibel.desk.forms.duty import ClosureForm, HoursForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations import duty as verbs
from digibel.organisations.models import Organisation
from digibel.organisations.permissions import check_may, may
from digibel.problems import NotFound, Problem
from digibel.scheduling.models import STANDING_VISITS, Visit
from digibel.sentences import sentence


@staff_page
@require_safe
def duty(request: StaffRequest) -> HttpResponse:
    return _page(request, HoursForm(request.organisation), ClosureForm(request.organisation))


@staff_page
@require_POST
def duty_deed(request: StaffRequest, deed: str) -> HttpResponse:
    """`hours` and `closure` note, with the fields of their forms; `end-hours` and `end-closure` take one away: `which`."""
    check_may(request.user, "name_duty")
    if deed not in DEEDS:
        raise NotFound
    return DEEDS[deed](request)


def _page(
    request: StaffRequest, hours_form: HoursForm, closure_form: ClosureForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "days": _week(request.organisation),
        "closures": request.organisation.closures.filter(last_day__gte=clock.today()).order_by("first_day", "pk"),
        "uncovered": _uncovered(request.organisation),
        "hours_form": hours_form,
        "closure_form": closure_form,
        "may_note": may(request.user, "name_duty"),
        "section": "office",
    }
    return render(request, "desk/duty.html", context, status=status)


def _week(organisation: Organisation) -> list[dict[str, Any]]:
    """Each day of the week with who answers; a day on which nobody does is there too."""
    rows = list(organisation.duty_hours.filter(staff__is_active=True).select_related("staff").order_by("start", "pk"))
    return [
        {"name": name, "rows": [row for row in rows if row.weekday == weekday]}
        for weekday, name in enumerate(weekdays.WEEKDAYS)
    ]


def _uncovered(organisation: Organisation) -> list[Visit]:
    """Visits to come during which nobody would answer: booked before the hours were changed."""
    roster = verbs.Roster.of(organisation)
    coming = Visit.objects.of(organisation).filter(status__in=STANDING_VISITS, starts_at__gte=clock.now())
    return [visit for visit in coming.order_by("starts_at") if not roster.covers(visit.starts_at, visit.ends_at)]


def _hours(request: StaffRequest) -> HttpResponse:
    form = HoursForm(request.organisation, request.POST)
    if form.is_valid():
        try:
            verbs.add_hours(request.organisation, **form.cleaned_data, by=Actor.staff(request.user))
        except Problem as problem:
            form.add_error(None, sentence(problem))
        else:
            messages.success(request, _("Noted: visits can be booked at these hours."))
            return go_on("desk:duty")
    return _page(request, form, ClosureForm(request.organisation), status=422)


def _closure(request: StaffRequest) -> HttpResponse:
    form = ClosureForm(request.organisation, request.POST)
    if form.is_valid():
        try:
            verbs.close(request.organisation, **form.cleaned_data, by=Actor.staff(request.user))
        except Problem as problem:
            form.add_error(None, sentence(problem))
        else:
            messages.success(request, _("Noted."))
            return go_on("desk:duty")
    return _page(request, HoursForm(request.organisation), form, status=422)


def _end_hours(request: StaffRequest) -> HttpResponse:
    which, by = _which(request), Actor.staff(request.user)
    do(
        request,
        lambda: verbs.end_hours(request.organisation, which, by=by),
        _("Taken away. Nothing new is booked then."),
    )
    return go_on("desk:duty")


def _end_closure(request: StaffRequest) -> HttpResponse:
    which, by = _which(request), Actor.staff(request.user)
    do(request, lambda: verbs.end_closure(request.organisation, which, by=by), _("Taken away: open as every week."))
    return go_on("desk:duty")


def _which(request: StaffRequest) -> int:
    told = request.POST.get("which", "")
    if not told.isascii() or not told.isdigit() or len(told) > 9:
        raise NotFound
    return int(told)


DEEDS: dict[str, Callable[[StaffRequest], HttpResponse]] = {
    "hours": _hours,
    "closure": _closure,
    "end-hours": _end_hours,
    "end-closure": _end_closure,
}
