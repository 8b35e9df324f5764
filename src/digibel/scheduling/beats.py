"""The rhythm of a series: when its next visit is, which one was the last, and who is asked a week later.

A request has one visit at a time, also in a series (ADR 18). When a visit has ended, or has fallen out, the next moment of the
rhythm is dated here; the clock asks for it (`series.ask_next`). Only the last visit waits for a follow-up.
"""

from datetime import date, datetime, time, timedelta

from digibel import clock
from digibel.audit.actors import CLOCK
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests.models import HelpRequest, Series
from digibel.scheduling import timers
from digibel.scheduling.models import Visit, VisitStatus
from digibel.scheduling.moves import write

BELL = "next_visit"
ASKED = "visit.follow_up"
# People know their week, and the way to somebody is found before the day itself.
ASKED_AHEAD = timedelta(days=8)
FOLLOW_UP_AFTER = timedelta(days=7)
# Holidays and days away after each other: after so many no rhythm is left.
MOST_SKIPPED = 26
# What falls out because of the client is not made up for on the same day with somebody else.
OF_CLIENT = frozenset({"client_cannot", "client_away", "yes_withdrawn", "client_kept", "client_forgotten"})


def running(request: HelpRequest) -> Series | None:
    return Series.objects.filter(request=request, ended_at=None).first()


def made(series: Series) -> int:
    """How many of its visits have been made."""
    done = Visit.objects.of_firsts().filter(request=series.request_id, status=VisitStatus.DONE)
    return done.filter(starts_at__gte=series.began_at).count()


def waits_for_follow_up(request: HelpRequest) -> bool:
    """A visit was made, no other of a series follows, and nobody has asked yet how it is since (rule E8)."""
    done = Visit.objects.of_firsts().filter(request=request, status=VisitStatus.DONE, followed_up_at=None)
    return done.exists() and running(request) is None


def is_over(series: Series) -> bool:
    """As many visits as were agreed have been made, or its last day has passed."""
    if series.visits is not None:
        return made(series) >= series.visits
    assert series.until is not None
    next_one = series.beat_at if series.asks_at is not None else None
    return clock.today() > series.until or (next_one is not None and clock.local(next_one).date() > series.until)


def next_moment(series: Series, request: HelpRequest) -> datetime | None:
    """The next time of the rhythm, at its hour on the clock in the kitchen. What falls on a public holiday, or on a day that the
    client is away, is skipped; None where the day on which it was to end comes first.
    """
    assert series.beat_at is not None
    beat = clock.local(series.beat_at)
    earliest = clock.now() + clock.NEAR
    for step in range(1, MOST_SKIPPED + 1):
        day = beat.date() + timedelta(days=series.every_days) * step
        if series.until is not None and day > series.until:
            return None
        moment = clock.at(day, beat.time())
        if moment >= earliest and _suits(request, day, moment):
            return moment
    return None


def _suits(request: HelpRequest, day: date, moment: datetime) -> bool:
    until, end = request.client.away_until, moment + timedelta(minutes=request.minutes)
    if clock.is_public_holiday(day) or (until is not None and day < until):
        return False
    return not request.windows.filter(away=True, starts_at__lt=end, ends_at__gt=moment).exists()


def after_visit(visit: Visit) -> bool:
    """The volunteer has left: whether another visit of the series follows. The caller holds the request."""
    series = running(visit.request)
    if series is None:
        return False
    series.beat_at = series.beat_at or visit.starts_at
    if is_over(series):
        return _complete(series, visit.request)
    if series.asks_at is not None:
        # Dated already: this one came in between, or its first of two fell out.
        look_again(visit.request)
        return True
    return _go_on(series, visit.request)


def ask_afterwards(visit: Visit) -> None:
    """A week later somebody asks whether it still works; of a series, after its last visit."""
    if not after_visit(visit):
        write(visit, follow_up_due=follow_up_due(visit))
        timers.set_timer("follow_up", visit.pk, follow_up_due(visit))


def fell_out(visit: Visit, *, reason: str) -> None:
    """It was cancelled or missed. Where the client could not, or its hour is over, the next one of the rhythm is dated; else
    somebody else is looked for, for the same moment."""
    if reason in OF_CLIENT or visit.status == VisitStatus.MISSED or visit.starts_at <= clock.now():
        _skip(visit.request)


def look_again(request: HelpRequest) -> None:
    """Its moment may have passed without a visit, or what stood still can go on. The caller holds the request."""
    series = running(request)
    if series is None or series.beat_at is None:
        return
    if series.beat_at < clock.now() + (clock.NEAR if series.asks_at else timedelta()):
        _skip(request)
    elif series.asks_at is not None:
        timers.set_timer(BELL, request.pk, max(series.asks_at, clock.now()))


def _skip(request: HelpRequest) -> None:
    """Date the next one; with none left, the last that was made is asked about."""
    series = running(request)
    if series is None or series.beat_at is None or Visit.objects.filter(request=request).standing().exists():
        return
    if not _go_on(series, request):
        ask_about_last(request)


def count_anew(request: HelpRequest) -> None:
    """Other moments suit the client: the rhythm counts from the visit that is made there."""
    if Series.objects.filter(request=request, ended_at=None).update(beat_at=None, asks_at=None):
        timers.drop_timers(request.pk, BELL)


def ask_about_last(request: HelpRequest) -> Visit | None:
    """The series is over: a week after its last visit somebody asks whether it still works. None: it had no visit."""
    done = Visit.objects.of_firsts().filter(request=request, status=VisitStatus.DONE, followed_up_at=None)
    last = done.order_by("-starts_at").first()
    if last is not None:
        due = max(follow_up_due(last), clock.now())
        Visit.objects.filter(pk=last.pk).update(follow_up_due=due)
        timers.set_timer("follow_up", last.pk, due)
    return last


def follow_up_due(visit: Visit) -> datetime:
    """Seven days later, or the next day on which people are at their desks; whoever is away is asked when they are back."""
    day = clock.local(visit.starts_at).date() + FOLLOW_UP_AFTER
    if (back := visit.request.client.away_until) is not None:
        day = max(day, back)
    while not clock.is_working_day(day):
        day += timedelta(days=1)
    return clock.at(day, time(10))


def ask_when_home(request: HelpRequest) -> None:
    """The client is away, or back: what is asked about visits that are over is asked when they are home, and no text or call waits
    for them until then; but where they said that something happened, somebody rings now. The caller holds the request."""
    is_away = request.client.away_until is not None
    over = Visit.objects.of_firsts().filter(request=request, status=VisitStatus.DONE, followed_up_at=None)
    for visit in over.filter(follow_up_due__isnull=False).select_related("request__client"):
        due = max(follow_up_due(visit), clock.now())
        call = CallTask.objects.open().about(visit).filter(kind=ASKED)
        if call.filter(urgent=True).exists() or (
            is_away and visit.follow_up_due is not None and due <= visit.follow_up_due
        ):
            continue
        if is_away:
            drop_calls(visit, ASKED)
            outbox.withdraw(OutboundMessage.objects.about(visit).filter(kind=ASKED))
        Visit.objects.filter(pk=visit.pk).update(follow_up_due=due)
        timers.set_timer("follow_up", visit.pk, due)


def end(series: Series, request: HelpRequest, *, ended_as: str) -> None:
    """Nothing more of it is asked for. The caller records who said so."""
    fields = {"ended_at": clock.now(), "ended_as": ended_as, "asks_at": None}
    Series.objects.filter(pk=series.pk).update(**fields)
    timers.drop_timers(request.pk, BELL)


def _go_on(series: Series, request: HelpRequest) -> bool:
    moment = next_moment(series, request)
    if moment is None:
        return _complete(series, request)
    series.beat_at, series.asks_at = moment, max(moment - ASKED_AHEAD, clock.now())
    series.save(update_fields=["beat_at", "asks_at"])
    timers.set_timer(BELL, request.pk, series.asks_at)
    return True


def _complete(series: Series, request: HelpRequest) -> bool:
    end(series, request, ended_as=Series.Ended.COMPLETE)
    record("series.ended", request, by=CLOCK, organisation_id=request.organisation_id, ended_as="complete")
    return False
