"""/phones: telephones side by side on one axis of time, and the clock that can be moved. On this machine only."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from digibel import clock
from digibel.demo import clock as demo_clock
from digibel.demo import coming, telephones
from digibel.demo.texting import type_text
from digibel.notifications.gateways.simulator import LONGEST_TEXT, check_loopback
from digibel.notifications.models import SimulatedText
from digibel.problems import NotFound, Problem
from digibel.sealing import keys

View = Callable[..., HttpResponse]
NOTHING_NEW = 204
STEPS = {"15": timedelta(minutes=15), "60": timedelta(hours=1), "10080": timedelta(weeks=1)}
TOMORROW_AT = time(9)


class NoMoment(Problem):
    code = "no_moment"
    message = "Choose one of the buttons of the clock."


def at_this_machine(view: View) -> View:
    """Whole telephones are shown: only to who sits here, and in earnest only to who is logged in."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_loopback(request)
        if not settings.DIGIBEL_DEMO and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return opened


@require_GET
@at_this_machine
def phones(request: HttpRequest) -> HttpResponse:
    everybody = telephones.all_of_them()
    on = telephones.choose(everybody, request.GET.getlist("on"))
    context = _table(on, everything="all" in request.GET) | _clock()
    others = [one for one in everybody if one not in on]
    return render(request, "demo/phones.html", context | {"others": others, "full": len(on) >= telephones.MOST})


@require_GET
@at_this_machine
def texts(request: HttpRequest) -> HttpResponse:
    """What lies on the telephones, for the page that asks every two seconds; nothing when nothing was added."""
    on = telephones.choose(telephones.all_of_them(), request.GET.getlist("on"))
    if telephones.stamp(on) == request.GET.get("seen"):
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "demo/parts/texts.html", _table(on, everything="all" in request.GET))


@require_GET
@at_this_machine
def board(request: HttpRequest) -> HttpResponse:
    context = _clock() | {"table": _address(request.GET)}
    if context["minute"] == request.GET.get("seen"):
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "demo/parts/board.html", context)


@require_POST
@at_this_machine
def type_on(request: HttpRequest, recipient_id: UUID) -> HttpResponse:
    """Somebody types a text on a telephone: from here on it is a text like any other."""
    telephone = next((one for one in telephones.all_of_them() if one.id == recipient_id and one.textable), None)
    if telephone is None:
        raise NotFound
    typed = request.POST.get("text", "").strip()[:LONGEST_TEXT]
    if typed:
        type_text(typed, sender=telephone.number, to=telephones.where_to(telephone))
    if not getattr(request, "htmx", False):
        return _back(request)
    answer = render(request, "demo/parts/reply.html", {"phone": telephone, "on_ids": request.POST.getlist("on")})
    answer["HX-Trigger"] = "texted"
    return answer


@require_POST
@at_this_machine
def move_clock(request: HttpRequest) -> HttpResponse:
    """Time passes: everything that falls due on the way happens, in order, before the page comes back."""
    if not settings.DIGIBEL_DEMO:
        raise NotFound
    until = max(_wanted(request.POST), clock.now())
    before = SimulatedText.objects.count()
    demo_clock.move_to(until)
    count = SimulatedText.objects.count() - before
    told = ngettext(
        "The clock was moved. One text has arrived.", "The clock was moved. %(n)s texts have arrived.", count
    )
    messages.success(request, told % {"n": count} if count else _("The clock was moved. No text has arrived."))
    return _back(request)


def _wanted(told: QueryDict) -> datetime:
    now = clock.now()
    if step := STEPS.get(str(told.get("forward"))):
        return now + step
    if told.get("to") == "tomorrow":
        return clock.at(clock.local(now).date() + timedelta(days=1), TOMORROW_AT)
    try:
        moment = datetime.fromisoformat(told.get("to", ""))
    except ValueError:
        raise NoMoment from None
    if moment.tzinfo is None:
        raise NoMoment
    return moment.astimezone(UTC)


def _clock() -> dict[str, Any]:
    now = clock.now()
    ahead = now - clock.machine_time() > timedelta(minutes=1)
    soon = coming.soon() if settings.DIGIBEL_DEMO else []
    # The minute and the line below it: the board is drawn anew when one of them has changed.
    minute = "-".join([f"{clock.local(now):%Y%m%d%H%M}", *(str(one.when.timestamp()) for one in soon[:1])])
    return {
        "now": now,
        "ahead": ahead,
        "soon": soon,
        "minute": minute,
        "movable": settings.DIGIBEL_DEMO,
        "asleep": not clock.is_waking(now),
        "wakes": clock.next_waking(now),
    }


def _table(on: list[telephones.Telephone], *, everything: bool) -> dict[str, Any]:
    keys.prefetch(one.recipient.key_id for one in on)
    rows, hidden = telephones.rows_of(on, everything=everything)
    ids = [str(one.id) for one in on]
    return {
        "phones": on,
        "rows": rows,
        "hidden": hidden,
        "newest": _newest(on, rows),
        "on_ids": ids,
        "table": urlencode({"on": ids, **({"all": "1"} if everything else {})}, doseq=True),
        "seen": telephones.stamp(on),
        "now": clock.now(),
    }


def _newest(on: list[telephones.Telephone], rows: list[telephones.Row]) -> dict[str, Any] | None:
    """The last text of all, to be heard when it comes."""
    cells = [(cell, phone) for row in rows[-1:] for cell, phone in zip(row.cells, on, strict=True) if cell]
    return {"text": cells[-1][0], "phone": cells[-1][1]} if cells else None


def _address(told: QueryDict) -> str:
    return urlencode({"on": told.getlist("on")}, doseq=True)


def _back(request: HttpRequest) -> HttpResponse:
    """Post, redirect, get; with the same telephones on the table."""
    address = reverse("demo:phones")
    table = _address(request.POST)
    return HttpResponse(status=303, headers={"Location": f"{address}?{table}" if table else address})
