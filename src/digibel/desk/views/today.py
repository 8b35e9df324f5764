"""Today: the worklist. What is due, whose it is, and one push to the right page for each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from digibel import clock
from digibel.desk import firststeps, visitlines, words, worklines
from digibel.desk.views.access import StaffRequest, staff_page
from digibel.desk.worklines import Line
from digibel.organisations import duty, logins
from digibel.organisations.models import Organisation
from digibel.organisations.permissions import may

BELLS = ("you", "wait", "alarm", "done", "later")


@dataclass(frozen=True)
class Tab:
    """One way to look at the worklist, with the key that opens it."""

    who: str
    key: str
    title: words.Words
    lines: Sequence[Line]


@staff_page
@require_GET
def today(request: StaffRequest) -> HttpResponse:
    now = clock.now()
    team = worklines.lines(request.organisation, request.user, now)
    tabs = _tabs(team, now)
    who = request.GET.get("who", "")
    who, shown = next(((tab.who, tab.lines) for tab in tabs if tab.who == who), ("team", team))
    return render(
        request,
        "desk/today.html",
        {
            "now": now,
            "heading": heading(request.user.name, team),
            "tabs": tabs,
            "who": who,
            "count_team": len(team),
            "groups": worklines.grouped(shown[: worklines.MOST_LINES], now),
            "more": max(0, len(shown) - worklines.MOST_LINES),
            "hours": worklines.hours(shown, now),
            "visits": visitlines.of_day(request.organisation, clock.local(now).date()),
            "duty": on_duty_today(request.organisation),
            "on_duty": duty.on_duty(request.organisation, now),
            "first": firststeps.of_organisation(request.organisation, request.user),
            "may_duty": may(request.user, "name_duty"),
            "bells": BELLS,
            "seen": fingerprint(team),
        },
    )


def _tabs(team: Sequence[Line], now: datetime) -> list[Tab]:
    return [
        Tab("due", "d", gettext("Due today"), [line for line in team if line.is_due(now)]),
        Tab("mine", "m", gettext("Mine"), [line for line in team if line.mine]),
        Tab("team", "t", gettext("The team"), team),
    ]


@staff_page
@require_GET
def today_news(request: StaffRequest) -> HttpResponse:
    """Asked by the page now and then: has the list changed since it was drawn? Nothing moves under the reader's hands."""
    lines = worklines.lines(request.organisation, request.user, clock.now())
    changed = fingerprint(lines) != request.GET.get("seen", "")
    alarms = sum(line.alert and line.post for line in lines)
    return render(request, "desk/today_news.html", {"changed": changed, "alarms": alarms})


def fingerprint(lines: Sequence[Line]) -> str:
    """What stands on the list, without what only grows older. Nothing of who it is about can be read in it. Letters alone: it comes
    back in an address, and one in a thousand would look like a secret there, and the list never the same."""
    told = "|".join(f"{line.url} {line.at.isoformat()} {line.owner}" for line in lines)
    return hashlib.sha256(told.encode()).hexdigest()[:16].translate(logins.LETTERS)


def heading(name: str, team: Sequence[Line]) -> str:
    """The situation in a sentence: alarms, then what is for this reader, up to and with today."""
    hello = gettext("%(greeting)s %(name)s.") % {"greeting": greeting(), "name": name.split()[0] if name else ""}
    return f"{hello} {capfirst(situation(team))}"


def greeting() -> str:
    hour = clock.local(clock.now()).hour
    if hour < 12:
        return gettext("Good morning")
    return gettext("Good afternoon") if hour < 18 else gettext("Good evening")


def situation(team: Sequence[Line]) -> str:
    now = clock.now()
    alarms = sum(line.alert for line in team)
    things = sum(line.mine and not line.alert and line.is_due(now) for line in team)
    said_alarms = ngettext("one alarm", "%(count)d alarms", alarms) % {"count": alarms}
    said_things = ngettext("one thing for you today", "%(count)d things for you today", things) % {"count": things}
    if alarms and things:
        return gettext("%(alarms)s, and %(things)s.") % {"alarms": said_alarms, "things": said_things}
    if alarms:
        return f"{said_alarms}."
    return f"{said_things}." if things else gettext("nothing waits for you today.")


def on_duty_today(organisation: Organisation) -> list[dict[str, object]]:
    """Who answers the telephone today, hour by hour; nobody's hours of every week on a day on which the house is closed."""
    hours = duty.Roster.of(organisation).hours_on(clock.today())
    return [{"name": one.staff.name, "start": one.start, "end": one.end} for one in hours]
