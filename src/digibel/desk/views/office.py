"""Where everything is that has no place in the day's work."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from digibel.desk import office as shelves
from digibel.desk.views.access import StaffRequest, staff_page


@staff_page
@require_safe
def office(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/office.html", {"shelves": shelves.shelves_for(request.user)})
