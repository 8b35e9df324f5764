"""What happens next by itself, in words: the line "soon" under the telephones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, MessageStatus, OutboundMessage
from digibel.requests.models import HelpRequest
from digibel.scheduling.models import LIVE_OFFERS, Offer, Timer, Visit, VisitStatus

SHOWN = 6

# A timer that finds everything in order rings for nobody; only those that will be heard are told.
BELLS = {
    "offer_expires": _("an offer runs out"),
    "next_wave": _("the next volunteers are asked"),
    "confirm_by": _("unconfirmed: the volunteer is told to stay at home"),
    "check_in_late": _("alarm, if nobody said IN"),
    "check_out_nudge": _("the volunteer is asked: still there?"),
    "check_out_alarm": _("alarm, if nobody said OUT"),
    "alarm_climbs": _("the alarm climbs to the next one"),
    "report_missing": _("no report: the volunteer is rung"),
    "follow_up": _("a week later: does it still work?"),
}
TEXTS = {
    "reminder_day": _("the volunteer is reminded, the day before"),
    "reminder_hour": _("the volunteer is reminded, an hour before"),
    "meet_reminder": _("the client is reminded, the day before"),
    "client_reminder": _("the client is reminded, the day before"),
    "client_reminder_two": _("the client is reminded, the day before"),
}
A_TEXT = _("a text leaves")


@dataclass(frozen=True)
class Coming:
    """`about` is the reference of the request."""

    when: datetime
    what: str
    about: str


def soon(most: int = SHOWN) -> list[Coming]:
    """The next things that will be heard, the first one first; what is due already is the worker's, and left out."""
    now = clock.now()
    found = [one for one in (*_bells(now), *_texts(now)) if one.when > now]
    return sorted(found, key=lambda one: one.when)[:most]


def _bells(now: datetime) -> Iterator[Coming]:
    timers = list(Timer.objects.filter(rung_at=None, due_at__gt=now, kind__in=BELLS).order_by("due_at")[:40])
    references = _references([timer.subject_id for timer in timers])
    quiet = _quiet([timer.subject_id for timer in timers])
    for timer in timers:
        if timer.subject_id in references and (timer.kind, timer.subject_id) not in quiet:
            yield Coming(timer.due_at, str(BELLS[timer.kind]), references[timer.subject_id])


def _quiet(ids: list[Any]) -> set[tuple[str, Any]]:
    """Timers that will find nothing to say: the bells of leaving, for a visit that has not begun."""
    booked = Visit.objects.filter(pk__in=ids, status=VisitStatus.BOOKED).values_list("pk", flat=True)
    return {(kind, pk) for pk in booked for kind in ("check_out_nudge", "check_out_alarm")}


def _references(ids: list[Any]) -> dict[Any, str]:
    """The reference behind each subject: a request itself, an offer, a visit, or a call about a visit."""
    about = dict(HelpRequest.objects.filter(pk__in=ids).values_list("pk", "reference"))
    live = Offer.objects.filter(pk__in=ids, status__in=LIVE_OFFERS)
    about |= dict(live.values_list("pk", "request__reference"))
    about |= dict(Visit.objects.filter(pk__in=ids).values_list("pk", "request__reference"))
    alarms = dict(CallTask.objects.open().filter(pk__in=ids, acknowledged_by="").values_list("pk", "subject_id"))
    visits = dict(Visit.objects.filter(pk__in=alarms.values()).values_list("pk", "request__reference"))
    return about | {pk: visits[visit] for pk, visit in alarms.items() if visit in visits}


def _texts(now: datetime) -> Iterator[Coming]:
    waiting = OutboundMessage.objects.filter(status=MessageStatus.QUEUED).order_by("not_before")[:40]
    references = _references([message.subject_id for message in waiting])
    for message in waiting:
        leaves = max(message.not_before, now)
        if not message.any_hour:
            leaves = outbox.leaves_at(message, leaves)
        key = message.kind.partition(".")[2]
        yield Coming(leaves, str(TEXTS.get(key, A_TEXT)), references.get(message.subject_id, ""))
