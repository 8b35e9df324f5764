"""Above the organisations: who they are, who works there, and what touches all of them at once. Counts, and no client."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digibel.audit.actors import Actor
from digibel.desk import firststeps, network, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.network import OrganisationForm, StaffForm
from digibel.desk.views.access import StaffRequest, network_page
from digibel.desk.views.privacy import check_sure
from digibel.notifications import outbox
from digibel.organisations import accounts, joining, secondchance, secondsteps
from digibel.organisations.models import Joiner, Organisation, Role, Staff
from digibel.organisations.permissions import check_may, may
from digibel.privacy import erasing, rights
from digibel.privacy.models import Outcome, Right, RightsRequest
from digibel.problems import NotFound, Problem
from digibel.scheduling import complaints, leaving
from digibel.sentences import sentence
from digibel.volunteers.models import Volunteer


@network_page
@require_safe
def overview(request: StaffRequest) -> HttpResponse:
    context = {
        "organisations": network.organisations(),
        "to_forget": network.volunteers_to_forget(),
        "held": outbox.held_since(),
        "first": firststeps.of_network(),
        "joiners": joining.waiting(),
        "unanswered": complaints.waiting_for_another(),
        "section": "network",
    }
    return render(request, "desk/network.html", context)


@network_page
@require_POST
def let_texts_leave(request: StaffRequest) -> HttpResponse:
    """After a restore no text leaves until somebody has looked."""
    check_may(request.user, "release_texts")
    do(request, lambda: outbox.release(by=Actor.staff(request.user)), _("Texts leave again."))
    return go_on("desk:network")


@network_page
@require_http_methods(["GET", "POST"])
def add_organisation(request: StaffRequest) -> HttpResponse:
    """`asked`: an organisation that asked to join; what it wrote stands in the form."""
    asked = _asked(request.GET.get("asked", ""))
    begins = {"name": asked.name, "phone": asked.phone, "postcode": asked.postcode} if asked else {}
    form = OrganisationForm(request.POST or None, initial=begins)
    if form.is_bound and form.is_valid():
        try:
            made = _add(form, asked, by=Actor.staff(request.user))
        except Problem as problem:
            form.add_error("name", sentence(problem))
        else:
            messages.success(request, _("Added. Now open an account for its coordinator."))
            return go_on("desk:network_organisation", made.pk)
    context = {"form": form, "section": "network"}
    return render(request, "desk/network_new.html", context, status=422 if form.is_bound else 200)


def _asked(told: str) -> Joiner | None:
    return next((one for one in joining.waiting() if str(one.pk) == told), None)


@transaction.atomic
def _add(form: OrganisationForm, asked: Joiner | None, *, by: Actor) -> Organisation:
    made = accounts.add_organisation(**form.fields_of_organisation, by=by)
    if asked:
        joining.invite(asked, made, by=by)
    return made


@network_page
@require_http_methods(["GET", "POST"])
def organisation(request: StaffRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Who works there; and somebody new, with the link behind which they choose their password, shown once."""
    found = Organisation.objects.get(pk=organisation_id)
    form = StaffForm(request.POST or None, initial=_first_account(found))
    if form.is_bound and form.is_valid():
        try:
            made = accounts.add_staff(found, **form.cleaned_data, by=Actor.staff(request.user))
        except Problem as problem:
            form.add_error("email", sentence(problem))
        else:
            return _with_link(request, made)
    return _of_organisation(request, found, form, status=422 if form.is_bound else 200)


def _first_account(organisation: Organisation) -> dict[str, str]:
    """Of an organisation that asked to join, who wrote is its first coordinator."""
    joined = organisation.joined_as.first()
    if joined is None or organisation.staff.exists():
        return {}
    return {"name": joined.contact, "email": joined.email, "role": Role.COORDINATOR}


def _of_organisation(request: StaffRequest, found: Organisation, form: StaffForm, **more: Any) -> HttpResponse:
    status = more.pop("status", 200)
    staff = network.staff_of(found)
    context = {
        "organisation_shown": found,
        "staff": staff,
        "colleagues": [one.staff for one in staff if one.staff.is_active and may(one.staff, "look")],
        "roles": [(value, words.ROLES[value]) for value, _label in Role.accounts()],
        "form": form,
        "section": "network",
        **more,
    }
    return render(request, "desk/network_organisation.html", context, status=status)


def _with_link(request: StaffRequest, staff: Staff) -> HttpResponse:
    """Once, on the answer itself: the page read again does not show it any more."""
    secret = accounts.give_link(staff, by=Actor.staff(request.user))
    link = {"who": staff, "address": request.build_absolute_uri(secondchance.path(staff, secret))}
    return _of_organisation(request, staff.organisation, StaffForm(), link=link)


@network_page
@require_POST
def staff_deed(request: StaffRequest, staff_id: uuid.UUID, deed: str) -> HttpResponse:
    staff = Staff.objects.select_related("organisation").exclude(email_index="").get(pk=staff_id)
    by = Actor.staff(request.user)
    if deed == "link":
        return _link(request, staff)
    if deed == "close":
        return _close(request, staff, by=by)
    if deed not in DEEDS:
        raise NotFound
    verb, done = DEEDS[deed]
    do(request, lambda: verb(request, staff, by), done)
    return go_on("desk:network_organisation", staff.organisation_id)


def _link(request: StaffRequest, staff: Staff) -> HttpResponse:
    """They forgot their password: the old one goes on until they choose another."""
    if not staff.is_active:
        messages.error(request, _("This account is closed. Open it again first."))
        return go_on("desk:network_organisation", staff.organisation_id)
    return _with_link(request, staff)


def _close(request: StaffRequest, staff: Staff, *, by: Actor) -> HttpResponse:
    """They leave; their hours on duty become those of the colleague who was chosen, or nobody's."""
    try:
        left = leaving.leave(staff, to=_colleague(request.POST.get("to", ""), staff), by=by)
    except Problem as problem:
        messages.error(request, sentence(problem))
    else:
        messages.success(request, _("Closed: they are out everywhere, from now on."))
        _tell_what_waits(request, left, handed_on=bool(request.POST.get("to")))
    return go_on("desk:network_organisation", staff.organisation_id)


def _colleague(chosen: str, staff: Staff) -> Staff | None:
    if not chosen:
        return None
    here = {str(one.pk): one for one in staff.organisation.staff.filter(is_active=True)}
    if chosen not in here:
        raise leaving.NotTheirColleague
    return here[chosen]


def _tell_what_waits(request: StaffRequest, left: leaving.Left, *, handed_on: bool) -> None:
    if left.alarms:
        messages.warning(request, _("An alarm that they took rings again, at whoever is on duty."))
    if (left.duty or left.closures) and not handed_on:
        messages.warning(request, _("Nobody answers the telephone at the hours that were theirs. Name somebody."))


def _change_role(request: StaffRequest, staff: Staff, by: Actor) -> None:
    accounts.change_role(staff, request.POST.get("role", ""), by=by)


DEEDS: dict[str, tuple[Callable[[StaffRequest, Staff, Actor], None], words.Words]] = {
    "role": (_change_role, gettext_lazy("Noted. The new role holds from their next page on.")),
    "end-link": (
        lambda request, staff, by: accounts.end_link(staff, by=by),
        gettext_lazy("Ended: nobody chooses a password behind that link any more."),
    ),
    "drop-steps": (
        lambda request, staff, by: secondsteps.drop(staff, by=by),
        gettext_lazy("Gone. With their password alone they come as far as setting up a new second step."),
    ),
    "reopen": (
        lambda request, staff, by: accounts.reopen(staff, by=by),
        gettext_lazy("Open again. Give them a link to choose a new password."),
    ),
}


@network_page
@require_POST
def forget_volunteer(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    """Whom several organisations send, and who asked to be forgotten: for all of them at once."""
    check_may(request.user, "forget_volunteer")
    asked = network.wishes_to_be_forgotten().filter(person_id=volunteer_id).first()
    if asked is None:
        raise NotFound
    done = _(
        "Forgotten, for every organisation. The certificate stands on the page Privacy of who wrote it down first."
    )
    do(request, lambda: _forget(request, asked), done)
    return go_on("desk:network")


def _forget(request: StaffRequest, asked: RightsRequest) -> None:
    check_sure(request.POST)
    volunteer, by = Volunteer.objects.get(pk=asked.person_id), Actor.staff(request.user)
    erasing.erase_volunteer(volunteer, by=by, at=asked.organisation, for_all=True)
    rights.answer_all(volunteer, Right.ERASURE, outcome=Outcome.DONE, by=by)
