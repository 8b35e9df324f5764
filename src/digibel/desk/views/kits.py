"""The kits of the organisation: which there are, where each is, and which goes along to a visit."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from digibel.audit.actors import Actor
from digibel.desk import kits as lines
from digibel.desk import kitwords
from digibel.desk.answers import do, go_on
from digibel.desk.forms.kits import KitForm, KitLoanForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.permissions import check_may, may
from digibel.problems import NotFound, Problem
from digibel.scheduling.kits import lending
from digibel.scheduling.kits.models import KitKind
from digibel.scheduling.models import Kit, KitLoan, Visit
from digibel.sentences import sentence


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def kits(request: StaffRequest) -> HttpResponse:
    """Where each of them is; POST notes one more."""
    form = KitForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        check_may(request.user, "note_kits")
        if form.is_valid():
            try:
                kit = lending.add(
                    request.organisation, KitKind(form.cleaned_data["kind"]), by=Actor.staff(request.user)
                )
            except Problem as problem:
                form.add_error(None, sentence(problem))
            else:
                said = _("Noted. Put a sticker on it: %(kit)s.")
                messages.success(request, said % {"kit": kitwords.name_of(kit)})
                return go_on("desk:kits")
    in_use, retired = lines.of_organisation(request.organisation)
    context = {
        "form": form,
        "in_use": in_use,
        "away": sum(line.bell != "done" for line in in_use),
        "retired": [(kit, kitwords.name_of(kit)) for kit in retired],
        "may_note": may(request.user, "note_kits"),
        "section": "office",
    }
    return render(request, "desk/kits.html", context, status=422 if form.is_bound else 200)


@staff_page
@require_POST
def kit_deed(request: StaffRequest, kit_id: uuid.UUID, deed: str) -> HttpResponse:
    kit = Kit.objects.of(request.organisation).get(pk=kit_id)
    if deed not in KIT_DEEDS:
        raise NotFound
    check_may(request.user, "note_kits")
    verb, said = KIT_DEEDS[deed]
    do(request, lambda: verb(kit, by=Actor.staff(request.user)), said)
    return go_on("desk:kits")


@staff_page
@require_POST
def visit_kit(request: StaffRequest, visit_id: uuid.UUID) -> HttpResponse:
    """A kit goes along to this visit."""
    check_may(request.user, "lend_kits")
    visit = Visit.objects.of(request.organisation).select_related("request__organisation").get(pk=visit_id)
    form = KitLoanForm(visit, request.POST)
    if form.is_valid():
        said = _("Kept. It stands on the volunteer's card: agree with them when they fetch it.")
        do(request, lambda: lending.keep(visit=visit, by=Actor.staff(request.user), **form.cleaned_data), said)
    else:
        messages.error(request, _("Choose what goes along, and the two days."))
    return go_on("desk:visit_desk", visit.pk)


@staff_page
@require_POST
def loan_deed(request: StaffRequest, loan_id: uuid.UUID, deed: str) -> HttpResponse:
    """Noted on the page of the visit or on that of the kits: they come back to where they were."""
    loan = KitLoan.objects.of(request.organisation).get(pk=loan_id)
    if deed not in LOAN_DEEDS:
        raise NotFound
    check_may(request.user, "lend_kits")
    verb, said = LOAN_DEEDS[deed]
    do(request, lambda: verb(loan, by=Actor.staff(request.user)), said)
    return go_on("desk:kits") if request.POST.get("at") == "kits" else go_on("desk:visit_desk", loan.visit_id)


KIT_DEEDS: dict[str, tuple[Callable[..., None], str | Promise]] = {
    "retire": (lending.retire, gettext_lazy("Out of use: nobody takes it along.")),
    "use-again": (lending.use_again, gettext_lazy("In use again.")),
}
LOAN_DEEDS: dict[str, tuple[Callable[..., None], str | Promise]] = {
    "handed": (lending.hand_over, gettext_lazy("Noted: they have it.")),
    "back": (lending.take_back, gettext_lazy("Noted: it is here again.")),
    "release": (lending.release, gettext_lazy("Free again.")),
}
