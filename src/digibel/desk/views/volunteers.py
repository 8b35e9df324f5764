"""The pool of volunteers: who they are, whether they are ready for this organisation, and their pause. It is shared by all
organisations, so nothing here is about another organisation's clients."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import freetime, listplace, papers, pool, visitlines, weekdays, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.availability import PauseForm
from digibel.desk.forms.limits import LimitsForm, as_told, modes_in_words
from digibel.desk.forms.volunteers import NameSearch, PoolFilter
from digibel.desk.gate import masked
from digibel.desk.together import deeds_for
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications import reaching
from digibel.organisations.permissions import check_may, may
from digibel.privacy import leaving
from digibel.problems import NotFound
from digibel.scheduling import corrections, invitations
from digibel.scheduling.concerns import pause, resume
from digibel.scheduling.models import Concern, Offer, Visit
from digibel.volunteers import pagelinks
from digibel.volunteers.models import Volunteer
from digibel.volunteers.pool import note_limits
from digibel.volunteers.readiness import missing_on

PER_PAGE = 30
MOST_SHOWN = 10


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def volunteers(request: StaffRequest) -> HttpResponse:
    """GET: the pool as the address filters it. POST `name`: who of them has this name or number, on one page."""
    form, name = PoolFilter(request.GET), _asked_name(request)
    found = pool.search(request.organisation, name=name, **form.wanted)
    page = Paginator(found, PER_PAGE).get_page(1 if name else request.GET.get("page"))
    context = {
        "form": form,
        "by_name": NameSearch(initial={"name": name}),
        "name": name,
        "page": page,
        "query": form.query,
        "lines": pool.as_lines(request.organisation, page.object_list),
        "filtered": bool(name or form.wanted),
        "may_enrol": may(request.user, "enrol"),
        "together": deeds_for(request.user),
    }
    answer = render(request, "desk/volunteers.html", context)
    return answer if name else listplace.kept(answer, request, form.query)


def _asked_name(request: StaffRequest) -> str:
    form = NameSearch(request.POST)
    return masked(" ".join(form.cleaned_data["name"].split())) if form.is_valid() else ""


@staff_page
@require_GET
def volunteer(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    found = Volunteer.objects.select_related("recipient").get(pk=volunteer_id)
    organisation = request.organisation
    record("number.shown", found, by=Actor.staff(request.user), organisation_id=organisation.pk)
    visits = list(
        Visit.objects.of(organisation)
        .by(found)
        .select_related("client", "volunteer", "request")
        .order_by("-starts_at")[:MOST_SHOWN]
    )
    context = {
        "volunteer": found,
        "name": f"{found.first_name} {found.family_name}".strip(),
        "place": words.place_name(found.postcode),
        "speaks": words.language_names(found.speaks),
        "modes": modes_in_words(found.modes),
        "skills": words.skill_names(found.skills),
        "readiness": papers.of(found, organisation),
        "missing": missing_on(found.readiness.filter(organisation=organisation), clock.today()),
        "hours": [
            (weekdays.weekday(one.weekday), one.start, one.end) for one in found.hours.order_by("weekday", "start")
        ],
        "absences": found.absences.filter(last_day__gte=clock.today()).order_by("first_day"),
        "offers": _offers(found, request),
        "visits": visitlines.as_lines(visits),
        "not_come": corrections.not_come(found, organisation),
        "mail_leaves": invitations.are_possible(),
        "mail_fails": found.email is not None and invitations.does_not_arrive(found),
        "may_mail": may(request.user, "calendars"),
        "weekdays_off": [weekdays.weekday(one.weekday) for one in found.weekdays_off.order_by("weekday")],
        "extra": found.extra_hours.filter(day__gte=clock.today()).order_by("day", "start"),
        "pause_form": PauseForm(),
        "wants_out": leaving.wish_to_leave(found).filter(organisation=organisation).first(),
        "concern": Concern.objects.of(organisation).open().filter(volunteer=found).first(),
        "may_decide": may(request.user, "decide"),
        "may_note_availability": may(request.user, "note_availability"),
        "may_limit": may(request.user, "note_limits"),
        "may_edit": may(request.user, "edit_volunteer"),
        "may_pause": may(request.user, "pause_volunteer"),
        "may_ready": may(request.user, "ready_volunteer"),
        "may_ask_privacy": may(request.user, "privacy"),
        "section": "volunteers",
    }
    return render(request, "desk/volunteer.html", context)


@staff_page
@require_POST
def volunteer_deed(request: StaffRequest, volunteer_id: uuid.UUID, deed: str) -> HttpResponse:
    """Pause and resume; and that the number is theirs after all."""
    check_may(request.user, "pause_volunteer")
    found, by = Volunteer.objects.get(pk=volunteer_id), Actor.staff(request.user)
    form = PauseForm(request.POST)
    if deed == "pause" and not form.is_valid():
        messages.error(request, _("Choose the day they are back, or leave it empty."))
        return go_on("desk:volunteer", found.pk)
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "pause": (
            lambda: pause(found, by=by, until=form.cleaned_data["until"], at=request.organisation),
            _("Paused: no offers from now on, and every visit until they are back is open again."),
        ),
        "resume": (lambda: resume(found, by=by), _("Back: offers can come again.")),
        "right-number": (
            lambda: reaching.note_right_number(found.recipient, by=by),
            _("Noted: the number is right after all."),
        ),
    }
    if deed not in deeds:
        raise NotFound
    do(request, *deeds[deed])
    return go_on("desk:volunteer", found.pk)


@staff_page
@require_http_methods(["GET", "POST"])
def limits(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    """How far and how often they go, noted on their word."""
    check_may(request.user, "note_limits")
    found = Volunteer.objects.get(pk=volunteer_id, left_at=None)
    form = LimitsForm(found, request.POST or None, initial=as_told(found))
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("modes", "reach_minutes", "weekly_limit", "offers_limit")}
        by = Actor.staff(request.user)
        do(request, lambda: note_limits(found, **told, levels=form.levels, by=by), _("Noted."))
        return go_on("desk:volunteer", found.pk)
    context = {
        "volunteer": found,
        "name": f"{found.first_name} {found.family_name}".strip(),
        "form": form,
        "section": "volunteers",
    }
    return render(request, "desk/volunteer_limits.html", context, status=422 if form.is_bound else 200)


@staff_page
@require_POST
def send_page(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    """Text them the link to their own page, which we do not see."""
    check_may(request.user, "note_availability")
    found = Volunteer.objects.select_related("recipient").get(pk=volunteer_id, left_at=None)
    by = Actor.staff(request.user)
    said = _("The link to their own page leaves by text.")
    do(request, lambda: pagelinks.send_page(pool.reached(found), request.organisation, by=by), said)
    return go_on("desk:volunteer", found.pk)


@staff_page
@require_GET
def availability(request: StaffRequest, volunteer_id: uuid.UUID) -> HttpResponse:
    """When they are free, noted on their word."""
    check_may(request.user, "note_availability")
    found = Volunteer.objects.get(pk=volunteer_id, left_at=None)
    return _free_time(request, freetime.of(found))


@staff_page
@require_POST
def availability_deed(request: StaffRequest, volunteer_id: uuid.UUID, deed: str) -> HttpResponse:
    check_may(request.user, "note_availability")
    found = Volunteer.objects.get(pk=volunteer_id, left_at=None)
    page = freetime.of(found, deed, request.POST)
    done = freetime.note(page, deed, request.POST, by=Actor.staff(request.user))
    if done is None:
        return _free_time(request, page, status=422)
    messages.success(request, str(done))
    return go_on("desk:availability", found.pk)


def _free_time(request: StaffRequest, page: freetime.FreeTime, *, status: int = 200) -> HttpResponse:
    found = page.volunteer
    context = page.context() | {
        "volunteer": found,
        "name": f"{found.first_name} {found.family_name}".strip(),
        "section": "volunteers",
    }
    return render(request, "desk/volunteer_availability.html", context, status=status)


def _offers(found: Volunteer, request: StaffRequest) -> list[dict[str, Any]]:
    own = Offer.objects.to(found).filter(request__organisation=request.organisation).select_related("request")
    return [
        {"offer": offer, "bell": words.OFFERS[offer.status][0], "state": words.OFFERS[offer.status][1]}
        for offer in own.order_by("-created_at")[:MOST_SHOWN]
    ]
