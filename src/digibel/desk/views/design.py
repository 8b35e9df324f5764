"""Every part of the desk in every state, with invented people: for who builds, and for who looks at the colours."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from digibel.desk.views.access import StaffRequest, staff_page


@staff_page
@require_GET
def design(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/design.html")
