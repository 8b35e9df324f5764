"""Where people wait, who reaches them, and where nobody does."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from digibel.desk import maps
from digibel.desk.forms.lists import ReachFilter
from digibel.desk.views.access import StaffRequest, staff_page


@staff_page
@require_safe
def reach(request: StaffRequest) -> HttpResponse:
    form = ReachFilter(request.GET)
    context = {"map": maps.of(request.organisation, **form.wanted), "form": form, "section": "match", "few": maps.FEW}
    return render(request, "desk/reach.html", context)
