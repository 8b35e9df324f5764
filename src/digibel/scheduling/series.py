"""A series: several visits with a goal and an end, one after the other, by the same volunteer where both can.

Each visit is a booking of its own, with its own yes, word and texts. When one has ended the next moment of the rhythm is dated
(`beats`); eight days before it the clock asks whoever came last, for that moment, and others when they cannot.
"""

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.guardrails import secrets
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls
from digibel.notifications.models import OutboundMessage
from digibel.problems import Conflict
from digibel.requests.models import HelpRequest, Series
from digibel.scheduling import beats, errors, followups, offers, openings, rejudging, timers, worklist
from digibel.scheduling.asking.proposing import asked_in_week
from digibel.scheduling.locks import lock_request
from digibel.scheduling.models import Offer, Visit, VisitStatus
from digibel.scheduling.next_actions import next_morning

LEAST_VISITS, MOST_VISITS = 2, 20
LONGEST = timedelta(days=366)
LONGEST_GOAL = 300
# Whoever came last is waited for as long as so much time is left to find another.
LEFT_FOR_OTHERS = timedelta(days=3)
TOLD_BY_CLIENT = frozenset({Series.Ended.GOAL_REACHED, Series.Ended.CLIENT_STOPS})


@transaction.atomic
def plan(
    request: HelpRequest,
    *,
    goal: str,
    every_days: int = Series.Rhythm.WEEKLY,
    visits: int | None = None,
    until: date | None = None,
    by: Actor,
) -> Series:
    """Make it a series, or change what was agreed. Raises `NoGoal`, `OneEnd`, `NoSuchRhythm`, `RequestClosed`.

    After a visit that nobody has followed up yet, that visit is the first one, and the next one is dated at once.
    """
    told = secrets.mask(" ".join(goal.split()))[:LONGEST_GOAL]
    _check(told, every_days, visits, until)
    locked = lock_request(request.pk)
    if not locked.is_open:
        raise errors.RequestClosed
    if locked.household is not None:
        raise errors.NotInOneGo
    if locked.meets_at_id is not None:
        raise errors.OnlyAtThePlace
    agreed = {"goal": told, "every_days": every_days, "visits": visits, "until": until}
    running = beats.running(locked)
    series = _change(running, agreed) if running is not None else _begin(locked, agreed, by=by)
    # What was learned of the client while the visit before waited for its follow-up counts from now on (rule E9).
    rejudging.catch_up(locked, by=by)
    record(
        "series.planned",
        locked,
        by=by,
        organisation_id=locked.organisation_id,
        every_days=every_days,
        visits=visits or 0,
        until=until.isoformat() if until else "",
    )
    _look_whether_it_is_over(series, locked)
    worklist.rewrite(locked)
    return series


def _check(goal: str, every_days: int, visits: int | None, until: date | None) -> None:
    if not goal:
        raise errors.NoGoal
    if every_days not in Series.Rhythm.values:
        raise errors.NoSuchRhythm
    a_number = visits is not None and LEAST_VISITS <= visits <= MOST_VISITS
    a_day = until is not None and clock.today() < until <= clock.today() + LONGEST
    if not (a_number and until is None) and not (a_day and visits is None):
        raise errors.OneEnd(least=LEAST_VISITS, most=MOST_VISITS)


def _change(series: Series, agreed: dict[str, object]) -> Series:
    for name, value in agreed.items():
        setattr(series, name, value)
    series.save(update_fields=list(agreed))
    return series


def _begin(request: HelpRequest, agreed: dict[str, object], *, by: Actor) -> Series:
    """An earlier series of this request makes room: what was agreed now counts from now."""
    Series.objects.filter(request=request).delete()
    first = _counts_as_first(request)
    series = Series(request=request, key_id=request.key_id, began_at=clock.now(), made_by=str(by), **agreed)
    if first is not None:
        series.began_at = first.starts_at
    series.save(force_insert=True)
    if first is not None and first.status == VisitStatus.DONE:
        _take_back_question(first)
        if not beats.after_visit(first):
            beats.ask_about_last(request)
    return series


def _counts_as_first(request: HelpRequest) -> Visit | None:
    """Whoever is inside now, or the last one that nobody has been asked about yet."""
    now_or_just_over = Visit.objects.of_firsts().filter(
        request=request, status__in=[VisitStatus.UNDER_WAY, VisitStatus.DONE], followed_up_at=None
    )
    return now_or_just_over.select_related("request__client").order_by("-starts_at").first()


def _take_back_question(visit: Visit) -> None:
    """Does it still work? is asked after the last visit."""
    Visit.objects.filter(pk=visit.pk).update(follow_up_due=None)
    timers.drop_timers(visit.pk, "follow_up")
    drop_calls(visit, followups.ASKED)
    outbox.withdraw(OutboundMessage.objects.about(visit).filter(kind=followups.ASKED))


def _look_whether_it_is_over(series: Series, request: HelpRequest) -> None:
    """Changed to fewer visits than have been made, or to an earlier day than the next one."""
    if beats.is_over(series) and beats.running(request) is not None:
        _stop(series, request, ended_as=Series.Ended.COMPLETE, by=CLOCK)


@transaction.atomic
def end(request: HelpRequest, *, ended_as: str, by: Actor) -> None:
    """Before its time: the goal is reached, the client wants no more, or nobody can go on. What is booked is cancelled and told;
    a week after the last visit that was made somebody asks, as ever. Raises `NoSeries`, `NoVisitMadeYet`.

    A visit under way is the last one.
    """
    locked = lock_request(request.pk)
    series = beats.running(locked)
    if series is None or not locked.is_open or ended_as not in Series.Ended.values:
        raise errors.NoSeries
    inside = Visit.objects.filter(request=locked, status=VisitStatus.UNDER_WAY).exists()
    if not inside and not beats.made(series):
        raise errors.NoVisitMadeYet
    _stop(series, locked, ended_as=ended_as, by=by)
    worklist.rewrite(locked)


def _stop(series: Series, request: HelpRequest, *, ended_as: str, by: Actor) -> None:
    beats.end(series, request, ended_as=ended_as)
    openings.end_everything(request, by=by, reason="client_cannot" if ended_as in TOLD_BY_CLIENT else "organisation")
    record("series.ended", request, by=by, organisation_id=request.organisation_id, ended_as=ended_as)
    if not Visit.objects.filter(request=request).standing().exists():
        beats.ask_about_last(request)


@transaction.atomic
def ask_next(request_id: uuid.UUID, *, at_once: bool = False) -> None:
    """Ask whoever came last for the next moment; others when they cannot. Rung by the clock, or by a person who cannot wait."""
    request = lock_request(request_id)
    series = beats.running(request)
    if series is not None and series.asks_at is not None and series.beat_at is not None and _may_go_on(request):
        later = None if at_once else _when_last_may_be_asked(request, series.beat_at)
        Series.objects.filter(pk=series.pk).update(asks_at=later)
        if later is None:
            _search(request, series, series.beat_at)
        else:
            timers.set_timer(beats.BELL, request.pk, later)
    worklist.rewrite(request)


def _search(request: HelpRequest, series: Series, beat: datetime) -> None:
    Series.objects.filter(pk=series.pk).update(asked_since=clock.now())
    timers.drop_timers(request.pk, beats.BELL)
    away = [(one.starts_at, one.ends_at) for one in request.windows.filter(away=True)]
    window = (beat, beat + timedelta(minutes=request.minutes))
    openings.search_at(request, windows=[window], always_home=False, away=away, by=CLOCK)
    _ask(request, series)


def _when_last_may_be_asked(request: HelpRequest, beat: datetime) -> datetime | None:
    """Tomorrow, where whoever came last has enough to think about today, and enough days are left to find another after that."""
    last, tomorrow = _came_last(request), next_morning(clock.now())
    if last is None or _may_be_asked_by_itself(request, last) or tomorrow > beat - LEFT_FOR_OTHERS:
        return None
    volunteer = last.volunteer
    comes_no_more = volunteer.left_at or volunteer.paused_at or volunteer.recipient.stopped_at
    return None if comes_no_more else tomorrow


def _came_last(request: HelpRequest) -> Visit | None:
    made = Visit.objects.of_firsts().filter(request=request, status=VisitStatus.DONE)
    return made.select_related("volunteer__recipient").order_by("-starts_at").first()


def _may_go_on(request: HelpRequest) -> bool:
    """Whoever is away, or has asked us to do nothing, is looked at again when that has ended."""
    client = request.client
    is_away = client.away_until is not None and client.away_until > clock.today()
    stands = Visit.objects.filter(request=request).standing().exists()
    return request.is_open and not is_away and not stands and client.recipient.restricted_at is None


def _ask(request: HelpRequest, series: Series) -> None:
    last = _came_last(request)
    if last is not None and _may_be_asked_by_itself(request, last):
        try:
            with transaction.atomic():
                offers.send_wave(request, by=CLOCK, volunteers=[last.volunteer], at=series.beat_at)
            # Alone, until they have answered or their time is over: then the next ones are asked at once.
            timers.drop_timers(request.pk, "next_wave")
            return
        except Conflict:
            pass
    timers.set_timer("next_wave", request.pk, clock.now())


def _may_be_asked_by_itself(request: HelpRequest, last: Visit) -> bool:
    """As with every text that nobody pressed a button for: no second question while one is open, and so many in a week."""
    weekly = asked_in_week([last.volunteer_id], clock.now()).get(last.volunteer_id, 0)
    return weekly < request.organisation.asked_a_week and not Offer.objects.to(last.volunteer).live().exists()
