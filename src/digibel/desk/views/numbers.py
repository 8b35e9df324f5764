"""Numbers that everybody is told to ring, with the day on which somebody last did; a coordinator notes what they heard."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from digibel.audit.actors import Actor
from digibel.desk import words
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations import numbers as list_of_numbers
from digibel.organisations.numbers import Number
from digibel.organisations.permissions import check_may, may


@dataclass(frozen=True)
class Line:
    number: Number
    name: str
    value: str
    href: str


@staff_page
@require_safe
def numbers(request: StaffRequest) -> HttpResponse:
    reader = words.desk_language()
    lines = [
        Line(one, one.name(reader), one.value(reader), one.href(reader))
        for one in list_of_numbers.of(request.organisation)
    ]
    may_check = may(request.user, "check_number")
    return render(request, "desk/numbers.html", {"lines": lines, "may_check": may_check, "section": "office"})


@staff_page
@require_POST
def number_checked(request: StaffRequest, slug: str) -> HttpResponse:
    """It was rung today; `value` and `source` where something else was found."""
    check_may(request.user, "check_number")
    value, source, by = request.POST.get("value", ""), request.POST.get("source", ""), Actor.staff(request.user)
    number = list_of_numbers.find(slug, request.organisation)
    told = "" if value.strip() == number.value(words.desk_language()) else value
    do(
        request,
        lambda: list_of_numbers.note_checked(request.organisation, slug, by=by, value=told, source=source),
        _("Noted: %(name)s was checked today.") % {"name": number.name(words.desk_language())},
    )
    return go_on("desk:numbers")
