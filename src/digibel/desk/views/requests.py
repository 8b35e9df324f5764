"""Requests: all of them, and one with its next step, its person, its story, and the buttons that stop everything."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import (
    alonglines,
    clientpage,
    colleagues,
    listplace,
    presence,
    requestdeeds,
    requeststate,
    requeststory,
    seatlines,
    seriespage,
    slips,
    verdicts,
    words,
)
from digibel.desk.answers import do, go_on
from digibel.desk.forms import week
from digibel.desk.forms.calls import spoken_choices
from digibel.desk.forms.intake import WISHES, IntakeForm
from digibel.desk.forms.lists import RequestsFilter
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.desk.views.handovers import partners
from digibel.organisations.models import Staff
from digibel.organisations.permissions import check_may, may
from digibel.problems import Invalid, Problem
from digibel.requests import intake, judging, referrals
from digibel.requests.models import HelpRequest, Overruling, RequestQuerySet
from digibel.scheduling import households, onego, rejudging
from digibel.scheduling.models import Offer, Visit
from digibel.sealing import keys
from digibel.sentences import sentence

PER_PAGE = 30
# In which order: what is due first, what ended last, unless another one is asked for.
ORDERS = {"newest": ("-logged_at", "reference"), "postcode": ("client__postcode", "-logged_at", "reference")}


@staff_page
@require_GET
def requests(request: StaffRequest) -> HttpResponse:
    """Open ones in the order they are due, closed ones with the latest first, unless the address says otherwise."""
    form = RequestsFilter(request.GET)
    wanted = form.wanted
    shown = wanted.pop("show", "open")
    everything = HelpRequest.objects.of(request.organisation)
    counts = {"open": everything.open().count(), "closed": everything.exclude(closed_at=None).count()}
    listed = everything.open() if shown == "open" else everything.exclude(closed_at=None)
    names = colleagues.names(request.organisation)
    fitting = _of_whom(_fitting(listed, wanted), wanted.get("whose", ""), names, request.user)
    related = _ordered(fitting, shown, wanted).select_related("client").prefetch_related("tasks")
    page = Paginator(related, PER_PAGE).get_page(request.GET.get("page"))
    keys.prefetch([one.client.key_id for one in page.object_list])
    context = {
        "form": form,
        "filtered": bool(wanted),
        "query": form.query,
        "page": page,
        "rows": [_row(one, names) for one in page.object_list],
        "colleagues": names.items() if shown == "open" and may(request.user, "assign") else (),
        "shown": shown,
        "counts": counts,
    }
    return listplace.kept(render(request, "desk/requests.html", context), request, form.query)


def _fitting(listed: RequestQuerySet, wanted: dict[str, Any]) -> RequestQuerySet:
    if "step" in wanted:
        listed = listed.filter(next_kind=wanted["step"])
    return listed.filter(client__postcode=wanted["postcode"]) if "postcode" in wanted else listed


def _of_whom(listed: RequestQuerySet, whose: str, names: dict[UUID, str], staff: Staff) -> RequestQuerySet:
    """Nobody's is also what somebody followed through who has left."""
    if whose == "mine":
        return listed.filter(assigned_to=staff)
    return listed.exclude(assigned_to__in=list(names)) if whose == "nobody" else listed


def _ordered(listed: RequestQuerySet, shown: str, wanted: dict[str, Any]) -> RequestQuerySet:
    usual = ("next_due", "reference") if shown == "open" else ("-closed_at", "reference")
    return listed.order_by(*ORDERS.get(wanted.get("sort", ""), usual))


def _row(one: HelpRequest, names: dict[UUID, str]) -> dict[str, Any]:
    by_clock = one.next_owner == "clock"
    return {
        "request": one,
        "name": one.client.called,
        "place": words.place_name(one.client.postcode),
        "tasks": words.task_names([task.slug for task in one.tasks.all()]),
        "what": words.STEPS[one.next_kind].what if one.is_open else requeststory.CLOSINGS[one.closed_as],
        "owner": words.ROLES.get(one.next_owner, ""),
        "with_whom": names.get(one.assigned_to_id, "") if one.assigned_to_id and one.is_open else "",
        "late": words.how_late(one.next_due, clock.now()) if one.next_due and not by_clock else "",
        "bell": _bell(one),
    }


def _bell(one: HelpRequest) -> str:
    if not one.is_open:
        return "done"
    if one.next_kind == "alarm":
        return "alarm"
    if one.next_owner == "clock":
        return "wait"
    today = clock.today()
    return "you" if one.next_due and clock.local(one.next_due).date() <= today else "later"


@staff_page
@require_GET
def request_page(request: StaffRequest, reference: str) -> HttpResponse:
    return _page(request, intake.find(request.organisation, reference))


@staff_page
@require_GET
def request_beside(request: StaffRequest, reference: str) -> HttpResponse:
    """Asked by its page, and by that of its visit, now and then: who else has it open?"""
    found = intake.find(request.organisation, reference)
    with_it = presence.look(found.pk, by=request.user)
    return render(request, "desk/beside.html", {"colleagues": ", ".join(with_it)})


@staff_page
@require_POST
def show_address(request: StaffRequest, reference: str) -> HttpResponse:
    """Where, and whom to ring at the door: shown to who asks, and written down that they asked."""
    check_may(request.user, "see_address")
    found = intake.find(request.organisation, reference)
    record("address.shown", found.client, by=Actor.staff(request.user), organisation_id=request.organisation.pk)
    if getattr(request, "htmx", False):
        context = {"client": found.client, "place": words.place_name(found.client.postcode)}
        return render(request, "desk/request_address.html", context)
    return _page(request, found, address_shown=True)


@staff_page
@require_POST
def request_deed(request: StaffRequest, reference: str, deed: str) -> HttpResponse:
    """Do it and come back; what was refused is told above the page."""
    found = intake.find(request.organisation, reference)
    if deed == "moments":
        return _change_moments(request, found)
    try:
        chosen = requestdeeds.DEEDS[deed]
    except KeyError:
        raise Http404 from None
    check_may(request.user, chosen.permission)
    by = Actor.staff(request.user)
    do(request, lambda: chosen.verb(found, request.POST.dict(), by), chosen.done)
    return go_on("desk:request", reference)


def _change_moments(request: StaffRequest, found: HelpRequest) -> HttpResponse:
    check_may(request.user, "log")
    form = IntakeForm(request.POST)
    form.full_clean()
    try:
        requestdeeds.moments(found, form, by=Actor.staff(request.user))
    except Invalid as invalid:
        form.refuse_all(invalid)
        return _page(request, found, form=form, status=422)
    except Problem as problem:
        return _page(request, found, form=form, refusal=sentence(problem), status=problem.status)
    messages.success(request, _("The new moments are noted. The search begins again."))
    return go_on("desk:request", found.reference)


def _page(
    request: StaffRequest,
    found: HelpRequest,
    *,
    address_shown: bool = False,
    form: IntakeForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    visits = _visits(found)
    offers = list(Offer.objects.filter(request=found).select_related("volunteer").order_by("created_at"))
    people = [visit.volunteer for visit in visits] + [offer.volunteer for offer in offers]
    keys.prefetch([found.client.key_id, *(one.key_id for one in people)])
    visit = requeststate.latest_visit(visits)
    judged = _judged(found)
    context = {
        "section": "requests",
        "help_request": found,
        "client": found.client,
        "place": words.place_name(found.client.postcode),
        "heading": requeststate.heading(found, visit),
        "step": requeststate.next_step(found, visit),
        "steps": requeststate.steps(found, visit, for_volunteers=bool(judged.for_volunteer)),
        "judged": judged,
        "visit": visit,
        "is_standing": requeststate.is_standing(visit),
        "live": [offer for offer in offers if offer.status in {"queued", "sent"}],
        "events": requeststory.of(found, visits, offers),
        "looks": requeststory.looks(found, visits),
        "facts": _facts(found),
        "own_yes": intake.has_own_yes(found.client),
        "parts": _parts(found),
        "advice": referrals.propose(found, words.desk_language()) if _is_referred(found, judged) else [],
        "referrals": found.referrals.select_related("place"),
        "seats": seatlines.lines(found),
        "along": alonglines.lines(found),
        "meets_at": slips.whole(found.meets_at),
        "closings": [(one.value, requeststory.CLOSINGS[one]) for one in requestdeeds.CLOSINGS],
        "spoken": spoken_choices(),
        "address_shown": address_shown,
        "overruling": Overruling.objects.filter(request=found).first(),
        "may_overrule": may(request.user, "overrule") and rejudging.may_be_overruled(found),
        "staff_first": clientpage.staff_first(found.client, request.user),
        "refusal": refusal,
        "colleagues": colleagues.names(found.organisation),
        "in_one_go": households.other_of(found),
        "same_home": onego.may_join(found) if may(request.user, "match") else [],
        "may_match": may(request.user, "match"),
        **seriespage.context(found, visit),
        **_handovers(found),
        **_moments(found, form),
    }
    return render(request, "desk/request.html", context, status=status)


def _handovers(found: HelpRequest) -> dict[str, Any]:
    """To whom it may go, and what became of it: of theirs only whether it is still open."""
    handovers = list(found.handovers.select_related("to", "made"))
    waits = any(one.status == "asked" for one in handovers)
    return {"handovers": handovers, "handover_waits": waits, "partners": partners(found.organisation)}


def _visits(found: HelpRequest) -> list[Visit]:
    visits = Visit.objects.filter(request=found).select_related("volunteer__recipient", "report", "follow_up")
    return list(visits.order_by("booked_at"))


def _judged(found: HelpRequest) -> verdicts.Judged:
    said_in = next((code for code in found.client.speaks if code in verdicts.SAID_IN), words.desk_language())
    judged = judging.with_reasons(found)
    return verdicts.panel(judged.tasks, reader=words.desk_language(), client=said_in)


def _is_referred(found: HelpRequest, judged: verdicts.Judged) -> bool:
    return found.is_open and (bool(judged.for_others) or found.next_kind in {"refer", "check_referral"})


def _facts(found: HelpRequest) -> dict[str, Any]:
    client = found.client
    return {
        "place": words.place_name(client.postcode),
        "speaks": words.language_names(client.speaks),
        "reads": words.language_names(client.reads),
        "channel": words.CHANNELS[client.recipient.channel],
        "channel_icon": words.CHANNEL_ICONS[client.recipient.channel],
        "wish": dict(WISHES)[client.wish] if client.wish else "",
        "helpers": clientpage.named(client),
        "device": found.device,
        "tasks": words.task_names([task.slug for task in found.tasks.all()]),
    }


def _parts(found: HelpRequest) -> list[HelpRequest]:
    """The other halves of a question that was split."""
    whole = found.split_from_id or found.pk
    related = HelpRequest.objects.of(found.organisation).prefetch_related("tasks")
    return [one for one in (related.filter(split_from=whole) | related.filter(pk=whole)) if one.pk != found.pk]


def _moments(found: HelpRequest, form: IntakeForm | None) -> dict[str, Any]:
    """What suits now, and the form to say otherwise."""
    told = list(found.windows.all())
    suits = [(one.starts_at, one.ends_at) for one in told if not one.away]
    away = [(one.starts_at, one.ends_at) for one in told if one.away]
    initial = {
        "home": "always" if found.always_home else "windows",
        "windows": week.cells_of(suits),
        "away": week.cells_of(away),
    }
    shown = form or IntakeForm(initial=initial)
    today = clock.today()
    return {
        "suits": suits,
        "away_told": away,
        "form": shown,
        "moments_open": form is not None,
        "windows": week.grid(shown["windows"].value() or [], today),
        "away": week.grid(shown["away"].value() or [], today),
        "free_rows": shown.free_rows,
    }
