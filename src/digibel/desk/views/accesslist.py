"""Who has access, to print for the data protection officer. That it was looked at is recorded too."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import accesslist
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may


@staff_page
@require_GET
def access_list(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "see_access")
    organisation = request.organisation
    record("access.listed", organisation, by=Actor.staff(request.user), organisation_id=organisation.pk)
    context = {
        "now": clock.now(),
        "categories": accesslist.categories(organisation),
        "programs": accesslist.programs(organisation),
        "open_cards": accesslist.open_cards(organisation),
        "gateway": accesslist.gateway(),
        "operators": accesslist.operators(),
    }
    return render(request, "desk/access.html", context)
