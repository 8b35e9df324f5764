"""How texts leave, whether anything comes back, and what they cost; a coordinator sets the month's budget."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from digibel import clock
from digibel.audit.actors import Actor
from digibel.desk import words
from digibel.desk.answers import do, go_on
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.notifications import failing, gateways, prices, watching
from digibel.notifications.models import BY_HAND, GatewayState, InboundMessage, MessageStatus, OutboundMessage
from digibel.notifications.prices import Spent
from digibel.organisations.permissions import check_may

NAMES: dict[str, words.Words] = {
    BY_HAND: gettext_lazy("by hand, from somebody's telephone"),
    "simulator": gettext_lazy("simulator: telephones on this screen"),
    "android": gettext_lazy("an Android telephone"),
    "twilio": "Twilio",
    "smpp": "SMPP",
    "kannel": "Kannel",
}


@dataclass(frozen=True)
class Line:
    """One gateway: how it fares in all, and what it sent for this organisation this month."""

    name: str
    title: words.Words
    bell: str
    state: words.Words
    until: datetime | None
    trouble: str
    failures: int
    last_sent: datetime | None
    last_received: datetime | None
    last_receipt: datetime | None
    month: Spent


@staff_page
@require_GET
def texts(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "texts")
    organisation = request.organisation
    by_gateway = prices.spent_by_gateway(organisation, clock.today())
    share = watching.spent_share(organisation)
    context = {
        "lines": _lines(by_gateway),
        "month": clock.today(),
        "spent": prices.spent(organisation, clock.today()),
        "budget": organisation.texts_budget,
        "percent": int(share * 100),
        "near": prices.NEAR <= share < 1,
        "over": share >= 1,
        "section": "office",
    }
    return render(request, "desk/gateways.html", context)


@staff_page
@require_POST
def texts_budget(request: StaffRequest) -> HttpResponse:
    check_may(request.user, "texts")
    amount = request.POST.get("budget", "")
    do(
        request,
        lambda: prices.set_budget(request.organisation, amount, by=Actor.staff(request.user)),
        _("The budget is noted. It warns at 80 % and at 100 %, and holds nothing back."),
    )
    return go_on("desk:gateways")


def _lines(by_gateway: dict[str, Spent]) -> list[Line]:
    """Those in use, in their order; then those that sent something this month."""
    used = gateways.in_order()
    now, states = clock.now(), GatewayState.objects.in_bulk()
    silent = watching.silent(now)
    ready = failing.ready()
    lines = []
    for name in [*used, *sorted(set(by_gateway) - set(used) - {""})]:
        state = states.get(name) or GatewayState(name=name)
        resting = state.resting_until is not None and state.resting_until > now
        bell, said = _state(name, used=name in used, resting=resting, silent=name in silent, ready=name == ready)
        lines.append(
            Line(
                name=name,
                title=NAMES.get(name, name),
                bell=bell,
                state=said,
                until=state.resting_until if resting else None,
                trouble=state.trouble,
                failures=state.failures,
                month=by_gateway.get(name, Spent()),
                last_received=InboundMessage.objects.filter(gateway=name).aggregate(at=Max("received_at"))["at"],
                **_last(name),
            )
        )
    return lines


def _state(name: str, *, used: bool, resting: bool, silent: bool, ready: bool) -> tuple[str, words.Words]:
    if not used:
        return "later", _("no longer in use")
    if resting:
        return "alarm", _("rests after failures, and is tried again")
    if silent:
        return "alarm", _("silent: nothing comes back")
    return ("done", _("sends now")) if ready else ("wait", _("ready, takes over when the one before it fails"))


def _last(name: str) -> dict[str, datetime | None]:
    told = Q(status=MessageStatus.DELIVERED) | Q(status=MessageStatus.ON_LIST, trouble__startswith="undelivered")
    return OutboundMessage.objects.filter(gateway=name).aggregate(
        last_sent=Max("sent_at"), last_receipt=Max("status_at", filter=told)
    )
