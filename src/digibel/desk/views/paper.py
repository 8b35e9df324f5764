"""Paper mode: one press prints the day, for when the computer is off. It holds personal data, so it is recorded."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import daypaper
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations import duty
from digibel.organisations.permissions import check_may


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: StaffRequest) -> HttpResponse:
    """First how much it is and what to do with it; after the press the sheet itself."""
    organisation, now = request.organisation, clock.now()
    if request.method != "POST":
        visits, calls = daypaper.counts(organisation)
        return render(request, "desk/paper.html", {"count_visits": visits, "count_calls": calls})
    check_may(request.user, "print")
    printed_visits, printed_calls = daypaper.visits(organisation), daypaper.calls(organisation)
    by = Actor.staff(request.user)
    for one in printed_visits:
        record("address.shown", one.visit, by=by, organisation_id=organisation.pk, on="day")
    record(
        "day.printed",
        organisation,
        by=by,
        organisation_id=organisation.pk,
        visits=len(printed_visits),
        calls=len(printed_calls),
    )
    context = {
        "visits": printed_visits,
        "calls": printed_calls,
        "now": now,
        "on_duty": duty.on_duty(organisation, now),
        "printed": True,
    }
    return render(request, "desk/paper.html", context)
