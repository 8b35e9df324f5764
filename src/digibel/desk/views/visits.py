"""Visits: day by day, and one visit with all that can be done about it by hand."""

import uuid
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import kits, requeststory, slips, visitdeeds, visitlines, visitstory, words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.autonomy import HOW_FAR
from digibel.desk.forms.kits import KitLoanForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications.models import CallTask
from digibel.organisations.permissions import check_may, may
from digibel.problems import NotFound
from digibel.scheduling import cards, concerns, corrections, followups, households, inside, lostphones, pairs
from digibel.scheduling import visits as verbs
from digibel.scheduling.errors import CardClosed
from digibel.scheduling.models import Autonomy, FollowUp, Kit, Report, Visit, VisitStatus
from digibel.sealing import keys

DAYS_SHOWN = 7

Deed = Callable[[StaffRequest, Visit], object]


@staff_page
@require_GET
def visits(request: StaffRequest) -> HttpResponse:
    """One day, or with `span=week` the seven days that the strip above shows, each day under its own name."""
    day, week = _day(request.GET.get("day", "")), request.GET.get("span") == "week"
    first, days = (_first_shown(day), DAYS_SHOWN) if week else (day, 1)
    groups = visitlines.of_days(request.organisation, first, days)
    context = {
        "day": day,
        "week": week,
        "first": first,
        "last": first + timedelta(days=days - 1),
        "groups": groups,
        "lines": [line for _, lines in groups for line in lines],
        "days": _days(request, day),
        "before": day - timedelta(days=DAYS_SHOWN),
        "after": day + timedelta(days=DAYS_SHOWN),
        "is_today": day == clock.today(),
    }
    return render(request, "desk/visits.html", context)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return clock.today()


def _first_shown(day: date) -> date:
    return clock.today() if clock.today() <= day < clock.today() + timedelta(days=DAYS_SHOWN) else day


def _days(request: StaffRequest, day: date) -> list[dict[str, Any]]:
    """The week from this day, or from today where that shows it, with how many visits stand on each."""
    first = _first_shown(day)
    start, end = clock.at(first, time()), clock.at(first + timedelta(days=DAYS_SHOWN), time())
    standing = Visit.objects.of(request.organisation).exclude(status="cancelled")
    counts: dict[date, int] = {}
    for moment in standing.filter(starts_at__gte=start, starts_at__lt=end).values_list("starts_at", flat=True):
        counts[clock.local(moment).date()] = counts.get(clock.local(moment).date(), 0) + 1
    week = [first + timedelta(days=offset) for offset in range(DAYS_SHOWN)]
    return [{"day": one, "count": counts.get(one, 0), "current": one == day} for one in week]


@staff_page
@require_GET
def visit_desk(request: StaffRequest, visit_id: uuid.UUID) -> HttpResponse:
    return visit_page(request, _find(request, visit_id))


@staff_page
@require_POST
def visit_address(request: StaffRequest, visit_id: uuid.UUID) -> HttpResponse:
    """Where and whom: shown to who asks, and written down that they asked."""
    check_may(request.user, "see_address")
    visit = _find(request, visit_id)
    record("address.shown", visit, by=Actor.staff(request.user), organisation_id=request.organisation.pk)
    if getattr(request, "htmx", False):
        return render(request, "desk/visit_address.html", {"visit": visit})
    return visit_page(request, visit, address_shown=True)


@staff_page
@require_POST
def visit_deed(request: StaffRequest, visit_id: uuid.UUID, deed: str) -> HttpResponse:
    visit = _find(request, visit_id)
    if deed not in DEEDS:
        raise NotFound
    permission, verb, said = DEEDS[deed]
    check_may(request.user, permission)
    do(request, lambda: verb(request, visit), said)
    return go_on("desk:visit_desk", visit.pk)


def visit_page(request: StaffRequest, visit: Visit, *, address_shown: bool = False) -> HttpResponse:
    other, beside = pairs.other_of(visit), households.visit_beside(visit)
    others = [*([other.volunteer.key_id] if other else []), *([beside.client.key_id] if beside else [])]
    keys.prefetch([visit.client.key_id, visit.volunteer.key_id, *others])
    bell, state = visitlines.state_of(visit, clock.now())
    report: Report | None = getattr(visit, "report", None)
    context = {
        "visit": visit,
        "bell": bell,
        "state": state,
        "volunteer": visitlines.called(visit),
        "other": other,
        "other_called": visitlines.called(other) if other is not None else "",
        "beside": beside,
        "first": visit.pk in visitlines.first_visits([visit]),
        "day": languages.day_in_words(visit.starts_at, words.desk_language()),
        "place": words.place_name(visit.client.postcode),
        "meets_at": slips.whole(visit.request.meets_at),
        "speaks": words.language_names(visit.client.speaks),
        "tasks": words.task_names([task.slug for task in visit.request.tasks.all()]),
        "card_open": bool(visit.card_digest) and cards.is_open(visit),
        "address_shown": address_shown,
        "calls": [(call, words.errand(call.kind).what) for call in CallTask.objects.open().about(visit)],
        "deeds": visitdeeds.possible(visit, request.user),
        "loans": kits.of_visit(visit),
        "kit_form": _kit_form(visit),
        "may_move": visitdeeds.may_move(visit, request.user),
        "events": visitstory.of(visit, request.organisation),
        "report": report,
        "told_honestly": [words.TOLD_HONESTLY[code] for code, yes in (report.answers if report else {}).items() if yes],
        "autonomy": _autonomy(report, getattr(visit, "follow_up", None)),
        "concerns": list(visit.concerns.order_by("reported_at")),
        "worries": [(code, words.WORRIES[code]) for code in concerns.PAUSING],
        "may_decide": may(request.user, "decide"),
        "looks": requeststory.looks(visit.request, [visit]),
        "section": "visits",
    }
    return render(request, "desk/visit_desk.html", context)


def _kit_form(visit: Visit) -> KitLoanForm | None:
    """Where the organisation has something to take along, and somebody still goes."""
    has_some = Kit.objects.of(visit.request.organisation).in_use().exists()
    return KitLoanForm(visit) if has_some and visit.status == VisitStatus.BOOKED else None


def _autonomy(report: Report | None, follow_up: FollowUp | None) -> list[tuple[words.Words, words.Words, words.Words]]:
    """What the client can do without us: before the visit, and a week later. Only what somebody told."""
    rows = [(label, _how_far(report, name), _how_far(follow_up, name)) for name, label in words.AUTONOMY.items()]
    return [(label, before, now) for label, before, now in rows if before or now]


def _how_far(told: Autonomy | None, question: str) -> words.Words:
    answer = getattr(told, question, None)
    return "" if answer is None else HOW_FAR[answer]


def _find(request: StaffRequest, visit_id: uuid.UUID) -> Visit:
    related = Visit.objects.of(request.organisation).select_related(
        "request__organisation", "client__recipient", "volunteer__recipient", "report", "follow_up"
    )
    return related.get(pk=visit_id)


def _by(request: StaffRequest) -> Actor:
    return Actor.staff(request.user)


def _reason(request: StaffRequest) -> str:
    return request.POST.get("reason", "")


def _confirm(request: StaffRequest, visit: Visit) -> None:
    verbs.confirm(visit, by=_by(request))


def _cancel(request: StaffRequest, visit: Visit) -> None:
    reason = corrections.check_reason(_reason(request), corrections.WHY_CANCELLED)
    verbs.cancel(visit, by=_by(request), reason=reason)


def _miss(request: StaffRequest, visit: Visit) -> None:
    reason = corrections.check_reason(_reason(request), corrections.WHY_MISSED)
    verbs.miss(visit, by=_by(request), reason=reason)


def _check_in(request: StaffRequest, visit: Visit) -> None:
    corrections.check_in(visit, by=_by(request), reason=_reason(request))


def _check_out(request: StaffRequest, visit: Visit) -> None:
    corrections.check_out(visit, by=_by(request), reason=_reason(request))


def _extend(request: StaffRequest, visit: Visit) -> None:
    inside.extend(visit, by=_by(request))


def _late(request: StaffRequest, visit: Visit) -> None:
    minutes = request.POST.get("minutes", "")
    inside.note_late(visit, int(minutes) if minutes.isdecimal() else None, by=_by(request))


def _revoke(request: StaffRequest, visit: Visit) -> None:
    """The telephone holds every card of theirs, not only this one."""
    if not cards.is_open(visit):
        raise CardClosed
    lostphones.phone_lost(visit.volunteer, by=_by(request))


def _ask_now(request: StaffRequest, visit: Visit) -> None:
    followups.ask_now(visit, by=_by(request))


def _send_link(request: StaffRequest, visit: Visit) -> None:
    cards.send_link(visit, by=_by(request))


# Each deed by its name in the address: who may do it, the verb, and what the page says afterwards.
DEEDS: dict[str, tuple[str, Deed, str | Promise]] = {
    "confirm": ("call", _confirm, _("Confirmed. The client knows who comes.")),
    "cancel": ("cancel_visit", _cancel, _("Cancelled. Everybody who must know is told, or is on the list of calls.")),
    "miss": ("correct", _miss, _("Noted: it did not take place. The request needs a new start.")),
    "check-in": ("correct", _check_in, _("Noted: the volunteer is inside.")),
    "check-out": ("correct", _check_out, _("Noted: the volunteer has left.")),
    "extend": ("correct", _extend, _("Half an hour more, without an alarm.")),
    "late": ("call", _late, _("Noted. Tell the client now: it is on the list of calls.")),
    "revoke": ("stop", _revoke, _("Closed. The codewords change and the clients are told.")),
    "ask-now": ("follow_up", _ask_now, _("The questions are on the list of calls, and stand on this page.")),
    "send-link": ("call", _send_link, _("The link is on its way to the volunteer.")),
}
