"""One deed for everybody who was ticked on a list, and taking it back."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from digibel.audit.actors import Actor
from digibel.desk import listplace, requestdeeds, together, undoing
from digibel.desk.answers import do, do_quietly
from digibel.desk.forms.volunteers import PoolFilter
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound
from digibel.scheduling import assigning
from digibel.volunteers.models import Volunteer

# As many as stand on one page of the list.
MOST = 30


@staff_page
@require_POST
def volunteers_together(request: StaffRequest, deed: str) -> HttpResponse:
    """POST `who`, once for each. They come back to the list as it was filtered."""
    if deed not in together.DEEDS:
        raise NotFound
    check_may(request.user, together.DEEDS[deed].permission)
    chosen = Volunteer.objects.filter(pk__in=_ids(request), left_at=None).select_related("recipient")
    if chosen:
        by = Actor.staff(request.user)
        _say(request, together.text_all(together.DEEDS[deed], chosen, request.organisation, by=by))
    else:
        messages.error(request, _("Tick at least one name first."))
    query = PoolFilter(request.GET).query
    return HttpResponseRedirect(f"{reverse('desk:volunteers')}{'?' if query else ''}{query}", status=303)


@staff_page
@require_POST
def inbox_together(request: StaffRequest) -> HttpResponse:
    """POST `who`, once for each text that needs no answer."""
    check_may(request.user, "answer")
    done = together.put_aside_all(_ids(request), request.organisation, by=Actor.staff(request.user))
    if done:
        many = ngettext("%(count)d text is put aside.", "%(count)d texts are put aside.", len(done))
        undoing.remember(request, "inbox", done, many % {"count": len(done)})
    else:
        messages.error(request, _("Tick at least one text first."))
    return listplace.go_back(request, "desk:inbox")


@staff_page
@require_POST
def requests_together(request: StaffRequest) -> HttpResponse:
    """POST `who`, once for each request, and `to`: a colleague, or nobody."""
    check_may(request.user, "assign")
    given: list[assigning.Given] = []
    if do_quietly(request, lambda: given.extend(_assign(request))) and not given:
        messages.error(request, _("Tick at least one request that is not theirs already."))
    if given:
        many = ngettext("%(count)d request is given.", "%(count)d requests are given.", len(given))
        undoing.remember(request, "requests", together.as_told(given), many % {"count": len(given)})
    return listplace.go_back(request, "desk:requests")


def _assign(request: StaffRequest) -> list[assigning.Given]:
    to = requestdeeds.chosen_colleague(request.POST.dict())
    return assigning.assign(_ids(request), to, organisation=request.organisation, by=Actor.staff(request.user))


def _ids(request: StaffRequest) -> list[uuid.UUID]:
    found = []
    for told in request.POST.getlist("who")[:MOST]:
        try:
            found.append(uuid.UUID(told))
        except ValueError:
            continue
    return found


def _say(request: StaffRequest, told: together.Texted) -> None:
    if told.texts:
        many = ngettext(
            "%(count)d text leaves in ten seconds.", "%(count)d texts leave in ten seconds.", len(told.texts)
        )
        undoing.remember(request, "texts", [str(text) for text in told.texts], many % {"count": len(told.texts)})
    if told.had_one:
        many = ngettext(
            "%(count)d has such a text on its way already.",
            "%(count)d have such a text on its way already.",
            told.had_one,
        )
        messages.warning(request, many % {"count": told.had_one})
    if told.without_internet:
        many = ngettext(
            "%(count)d has no internet on their telephone, and got none: ring them.",
            "%(count)d have no internet on their telephone, and got none: ring them.",
            told.without_internet,
        )
        messages.warning(request, many % {"count": told.without_internet})


@staff_page
@require_POST
def undo(request: StaffRequest, undo_id: uuid.UUID) -> HttpResponse:
    noted = undoing.taken(request, undo_id)
    how = together.UNDO[noted.deed]
    what = noted.what if noted.in_time or how.always else []
    do(request, lambda: how.verb(what, request.organisation, by=Actor.staff(request.user)), how.said)
    return listplace.go_back(request, how.to)
