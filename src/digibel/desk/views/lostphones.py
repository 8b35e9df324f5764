"""A volunteer's telephone is lost: one press on their page."""

import uuid

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from digibel.audit.actors import Actor
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.scheduling import lostphones
from digibel.volunteers.models import Volunteer


@staff_page
@require_POST
def phone_lost(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    check_may(request.user, "stop")
    found = Volunteer.objects.select_related("recipient").get(pk=volunteer_id)
    number, by = request.POST.get("number", "").replace("\x00", ""), Actor.staff(request.user)
    done = _("Every card is closed, the codewords change, and the clients are told. The calendar has a new address.")
    do(request, lambda: lostphones.phone_lost(found, by=by, number=number), done)
    return go_on("desk:volunteer", found.pk)
