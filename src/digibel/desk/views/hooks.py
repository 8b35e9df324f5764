"""Programs that hear what happens: made with a secret for one look, what was brought to each, and what was not taken."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.desk import words
from digibel.desk.answers import do, go_on
from digibel.desk.forms.hooks import HookForm
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.organisations.models import Organisation
from digibel.organisations.permissions import check_may
from digibel.problems import NotFound, Problem
from digibel.scheduling.hooks import keeping, telling
from digibel.scheduling.hooks.models import Delivery, DeliveryStatus, Hook
from digibel.scheduling.hooks.telling import EventShown
from digibel.sentences import sentence

PER_PAGE = 30
STATES: dict[str, tuple[str, words.Words]] = {
    DeliveryStatus.WAITING: ("wait", gettext_lazy("on its way")),
    DeliveryStatus.DELIVERED: ("done", gettext_lazy("arrived")),
    DeliveryStatus.GIVEN_UP: ("alarm", gettext_lazy("given up")),
}
TROUBLES: dict[str, words.Words] = {
    "address": gettext_lazy("this is no address that we can reach"),
    "private": gettext_lazy("the address leads into a private network: nothing is brought there"),
    "unreachable": gettext_lazy("nobody answered there"),
    "slow": gettext_lazy("the answer took longer than ten seconds"),
    "gone": gettext_lazy("what happened is too long ago: it is not kept any more"),
}


@dataclass(frozen=True)
class Line:
    """One program: where it listens, as far as that is no secret, and how it fares."""

    hook: Hook
    host: str
    waiting: int
    given_up: int
    last: datetime | None
    bell: str


@dataclass(frozen=True)
class Brought:
    delivery: Delivery
    told: EventShown | None  # None: longer ago than the audit is kept
    bell: str
    state: words.Words
    trouble: words.Words


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def hooks(request: StaffRequest) -> HttpResponse:
    """GET: who hears, and a form for another. POST: another, with its secret for this one look."""
    check_may(request.user, "keys")
    if request.method != "POST":
        return _page(request, HookForm())
    form = HookForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        _made, secret = keeping.make(request.organisation, by=Actor.staff(request.user), **form.cleaned_data)
    except Problem as problem:
        form.add_error(None, sentence(problem))
        return _page(request, form, status=422)
    return _page(request, HookForm(), secret=secret)


def _page(request: StaffRequest, form: HookForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    context = {"form": form, "lines": _lines(request.organisation), "secret": secret, "section": "office"}
    return render(request, "desk/hooks.html", context, status=status)


def _lines(organisation: Organisation) -> list[Line]:
    found: Any = Hook.objects.of(organisation).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.WAITING)),
        given_up=Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.GIVEN_UP)),
        in_trouble=Count(
            "deliveries", filter=Q(deliveries__status=DeliveryStatus.WAITING) & ~Q(deliveries__trouble="")
        ),
        last=Max("deliveries__done_at", filter=Q(deliveries__status=DeliveryStatus.DELIVERED)),
    )
    return [
        Line(
            hook=one,
            host=_host(one),
            waiting=one.waiting,
            given_up=one.given_up,
            last=one.last,
            bell="alarm" if one.given_up else "you" if one.in_trouble else "done",
        )
        for one in found
    ]


def _host(hook: Hook) -> str:
    """Of the address only whose it is: what comes after may be a secret."""
    return urlsplit(hook.address).hostname or ""


@staff_page
@require_safe
def hook(request: StaffRequest, hook_id: uuid.UUID) -> HttpResponse:
    """What was brought there in the last month, the newest first."""
    check_may(request.user, "keys")
    found = Hook.objects.of(request.organisation).get(pk=hook_id)
    state = request.GET.get("state", "")
    deliveries = Delivery.objects.filter(hook=found, **({"status": state} if state in STATES else {}))
    page = Paginator(deliveries.order_by("-event_id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "office",
        "hook": found,
        "host": _host(found),
        "rows": _brought(found, list(page)),
        "page": page,
        "state": state,
        "states": [(code, said) for code, (_bell, said) in STATES.items()],
        "query": f"state={state}" if state in STATES else "",
        "given_up": Delivery.objects.filter(hook=found, status=DeliveryStatus.GIVEN_UP).exists(),
    }
    return render(request, "desk/hook.html", context)


def _brought(hook: Hook, deliveries: list[Delivery]) -> list[Brought]:
    events = Event.objects.of_organisation(hook.organisation_id).in_bulk([one.event_id for one in deliveries])
    told = dict(zip(events, telling.shown(hook.organisation_id, list(events.values())), strict=True))
    return [
        Brought(one, told.get(one.event_id), *STATES[one.status], trouble=_trouble(one.trouble)) for one in deliveries
    ]


def _trouble(code: str) -> words.Words:
    if code.startswith("answer_"):
        return _("it answered with {status}").format(status=code.removeprefix("answer_"))
    return TROUBLES.get(code, code)


DEEDS = ("end", "repeat", "repeat-all")


@staff_page
@require_POST
def hook_deed(request: StaffRequest, hook_id: uuid.UUID, deed: str) -> HttpResponse:
    check_may(request.user, "keys")
    found = Hook.objects.of(request.organisation).get(pk=hook_id)
    by = Actor.staff(request.user)
    if deed == "end":
        do(request, lambda: keeping.end(found, by=by), _("Ended: nothing is brought there any more."))
        return go_on("desk:hooks")
    if deed == "repeat":
        one = _delivery(found, request.POST.get("delivery", ""))
        do(request, lambda: keeping.repeat(one, by=by), _("It is brought there again, within a minute."))
    elif deed == "repeat-all":
        done = _("All that was given up is brought there again, in its order.")
        do(request, lambda: keeping.repeat_given_up(found, by=by), done)
    else:
        raise NotFound
    return go_on("desk:hook", found.pk)


def _delivery(hook: Hook, number: str) -> Delivery:
    # Longer than any number there is, the database would not even look for it.
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound
    return Delivery.objects.select_related("hook").get(hook=hook, pk=int(number))
