"""Moving a visit: the same volunteer, another moment. What both sides were told before counts no more, and each hears it once.

It is looked at again as at the booking: both sides' other visits with the way there and back, the volunteer's week, days off,
own limit and papers, the rules of that day, and that somebody is on duty.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice

from django.db import IntegrityError, transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls
from digibel.notifications.models import MessageStatus, OutboundMessage
from digibel.organisations import duty
from digibel.organisations.duty import Roster
from digibel.problems import Problem
from digibel.requests.drafts import FURTHEST
from digibel.requests.errors import WindowTooFar
from digibel.requests.judging import closes_on
from digibel.scheduling import announcing, bells, elsewhere, errors, invitations, offers, visits, worklist
from digibel.scheduling.kits import lending
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.matching.ranking import travel_time
from digibel.scheduling.matching.reasons import REQUIREMENTS, because
from digibel.scheduling.models import Visit, VisitStatus
from digibel.volunteers import readiness
from digibel.volunteers.models import Volunteer

DAYS_SHOWN = 14
STEP = timedelta(minutes=30)
BOOKING = ("visit.accepted", "visit.accepted_sms_only")
ENDED_BY_MOVE = ("visit.announce", "visit.confirm", "visit.other_moment", "visit.call_me", "visit.late")

Stretch = tuple[datetime, datetime]
Refusal = Callable[[datetime], Problem | None]


def reschedule(
    visit: Visit, start: datetime, *, was: datetime, by: Actor, outside_hours: bool = False, agreed: bool = False
) -> None:
    """The visit begins at `start` from now on. Said twice it changes nothing.

    `was`: when it began as far as they know who move it; of two, one wins. `outside_hours`: the volunteer said yes to an hour
    that is not in their week. `agreed`: the client said yes on the telephone, with the word. Raises `AlreadyMoved`,
    `MoveNotAllowed`, `TooLateToMove` and whatever `check` raises; then nothing has changed.
    """
    try:
        with transaction.atomic():
            _reschedule(visit, start, was=was, by=by, outside_hours=outside_hours, agreed=agreed)
    except IntegrityError:
        # The database's last word on one person in two places.
        raise errors.NoLongerFree from None


def _reschedule(visit: Visit, start: datetime, *, was: datetime, by: Actor, outside_hours: bool, agreed: bool) -> None:
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.BOOKED:
        raise errors.MoveNotAllowed(was=locked.status)
    if locked.starts_at == start:
        return
    if locked.request.two_go:
        raise errors.TwoCannotMove
    if locked.request.meets_at_id is not None:
        raise errors.OnlyAtThePlace
    if locked.starts_at != was:
        raise errors.AlreadyMoved
    if locked.starts_at <= clock.now():
        raise errors.TooLateToMove
    Volunteer.objects.select_for_update(no_key=True).only("pk").get(pk=locked.volunteer_id)
    check(locked, start, outside_hours=outside_hours)
    expected = _expected(locked)
    unheard = _silence(locked)
    _write(locked, start, agreed=agreed, **expected)
    lending.move_along(locked, was=clock.local(was).date(), by=by)
    visits.go_apart(locked)
    bells.restart(locked)
    record("visit.moved", locked, by=by, organisation_id=locked.request.organisation_id, agreed=agreed)
    announcing.tell_volunteer_moved(locked, unheard=unheard)
    if agreed:
        announcing.remind_client_now(locked)
    else:
        announcing.tell_client_moved(locked)
    invitations.tell(locked)
    if not agreed and announcing.is_replacement(locked, announcing.visits_of_both(locked.client, locked.volunteer)):
        visits.wait_for_yes(locked)
    worklist.rewrite(locked.request)
    visit.refresh_from_db()


def _expected(visit: Visit) -> dict[str, datetime | None]:
    """The beginning that each side heard of last; None for a client who has heard of none."""
    texts = OutboundMessage.objects.about(visit).filter(created_at__gte=visit.set_at)
    leaving = texts.filter(kind__in=worklist.ANNOUNCEMENTS, status=MessageStatus.SENDING).exists()
    told = leaving or worklist.is_announced(visit)
    still_waits = texts.waiting().filter(kind="visit.visit_moved").exists()
    return {
        "client_expects": visit.starts_at if told else visit.client_expects,
        "volunteer_expects": visit.volunteer_expects if still_waits else visit.starts_at,
    }


def _silence(visit: Visit) -> bool:
    """Take back what was still to be said of the old moment. Returns whether the volunteer's booking was among it."""
    waiting = OutboundMessage.objects.about(visit).waiting()
    unheard = waiting.filter(kind__in=BOOKING).exists()
    outbox.withdraw(waiting)
    drop_calls(visit, *ENDED_BY_MOVE)
    return unheard


def _write(visit: Visit, start: datetime, *, agreed: bool, **expected: datetime | None) -> None:
    travel, end = travel_time(visit.volunteer, visit.request), _end(visit, start)
    frozen_now = clock.now()
    fields = {
        "starts_at": start,
        "ends_at": end,
        "busy_from": start - travel,
        "busy_until": end + travel,
        "confirmed_at": frozen_now if agreed else None,
        "held_back_at": None,
        "moved_at": frozen_now,
        "changed_at": frozen_now,
        "sequence": visit.sequence + 1,
        **expected,
    }
    Visit.objects.filter(pk=visit.pk).update(**fields)
    for name, value in fields.items():
        setattr(visit, name, value)


def _end(visit: Visit, start: datetime) -> datetime:
    return start + (visit.ends_at - visit.starts_at)


# --- what may be ----------------------------------------------------------------------------------------------------


def check(visit: Visit, start: datetime, *, outside_hours: bool = False) -> None:
    """Refuse a moment at which this visit cannot be."""
    if start < clock.now() + offers.LEAST_NOTICE:
        raise errors.TooSoon
    if start > clock.now() + FURTHEST:
        raise WindowTooFar(days=FURTHEST.days)
    offers.check_request(visit.request, on=clock.local(start).date())
    for refusal in _refusals(visit, outside_hours=outside_hours):
        if (problem := refusal(start)) is not None:
            raise problem


def moments(visit: Visit, most: int = 6) -> list[datetime]:
    """The first moments of each of the coming days at which the volunteer could come and the client is not away: two a day at most,
    to choose from. What the client says now counts more: any other moment can be written."""
    refusals = [*_refusals(visit), _client_is_away(visit)]
    return list(islice(_first_two_a_day(visit, refusals), most))


def _first_two_a_day(visit: Visit, refusals: list[Refusal]) -> Iterator[datetime]:
    closes = closes_on(visit.request)
    for offset in range(DAYS_SHOWN):
        day = clock.today() + timedelta(days=offset)
        if not clock.is_rest_day(day) and (closes is None or day < closes):
            yield from _spread(start for start in _of_day(day) if not any(refuses(start) for refuses in refusals))


def _of_day(day: date) -> Iterator[datetime]:
    start, evening = clock.at(day, clock.WAKING[0]), clock.at(day, clock.WAKING[1])
    while start < evening:
        if start >= clock.now() + offers.LEAST_NOTICE:
            yield start
        start += STEP


def _spread(starts: Iterator[datetime]) -> Iterator[datetime]:
    """The first in the morning and the first in the afternoon."""
    noon = time(12)
    found = list(starts)
    yield from [start for start in found if clock.local(start).time() < noon][:1]
    yield from [start for start in found if clock.local(start).time() >= noon][:1]


def _refusals(visit: Visit, *, outside_hours: bool = False) -> list[Refusal]:
    """What may stand against a moment, with all that has to be known read once; the first that applies is said."""
    refusals = [_nobody_on_duty(visit), _not_there(visit), _busy(visit), _over_limit(visit)]
    if not outside_hours:
        refusals.append(_not_in_their_week(visit))
    return [*refusals, _not_in_order(visit)]


def _cannot(code: str, **values: object) -> Problem:
    return errors.CannotGoThen(reason=because(code, **values).sentence)


def _nobody_on_duty(visit: Visit) -> Refusal:
    roster = Roster.of(visit.request.organisation)
    return lambda start: None if roster.covers(start, _end(visit, start)) else duty.NobodyOnDuty()


def _not_there(visit: Visit) -> Refusal:
    absences = list(visit.volunteer.absences.values_list("first_day", "last_day"))
    paused = visit.volunteer.paused_at is not None or visit.volunteer.left_at is not None

    def refuse(start: datetime) -> Problem | None:
        if paused:
            return _cannot("paused")
        days = {clock.local(start).date(), clock.local(_end(visit, start)).date()}
        away = any(first <= day <= last for first, last in absences for day in days)
        return _cannot("absent") if away else None

    return refuse


def _busy(visit: Visit) -> Refusal:
    """Where they are besides, with the way of both, and the client's, where no way is needed."""
    travel = travel_time(visit.volunteer, visit.request)
    others = Visit.objects.standing().exclude(pk=visit.pk)
    theirs = elsewhere.stretches(visit.volunteer, but=visit)
    clients: list[Stretch] = list(others.filter(client=visit.client_id).values_list("starts_at", "ends_at"))

    def refuse(start: datetime) -> Problem | None:
        end = _end(visit, start)
        clash = _overlaps(theirs, start - travel, end + travel) or _overlaps(clients, start, end)
        return errors.NoLongerFree() if clash else None

    return refuse


def _overlaps(stretches: list[Stretch], start: datetime, end: datetime) -> bool:
    return any(first < end and start < last for first, last in stretches)


def _client_is_away(visit: Visit) -> Refusal:
    away: list[Stretch] = list(visit.request.windows.filter(away=True).values_list("starts_at", "ends_at"))
    return lambda start: errors.NoLongerFree() if _overlaps(away, start, _end(visit, start)) else None


def _over_limit(visit: Visit) -> Refusal:
    weeks = [_monday(start) for start in elsewhere.starts(visit.volunteer, but=visit)]
    limit = visit.volunteer.weekly_limit
    return lambda start: _cannot("over_limit") if weeks.count(_monday(start)) >= limit else None


def _monday(moment: datetime) -> date:
    day = clock.local(moment).date()
    return day - timedelta(days=day.weekday())


def _not_in_order(visit: Visit) -> Refusal:
    @cache
    def missing(day: date) -> tuple[str, ...]:
        return tuple(readiness.missing(visit.volunteer, visit.request.organisation, day))

    def refuse(start: datetime) -> Problem | None:
        lacking = missing(clock.local(start).date())
        return _cannot("not_ready", missing=[REQUIREMENTS[one] for one in lacking]) if lacking else None

    return refuse


def _not_in_their_week(visit: Visit) -> Refusal:
    """Every quarter of an hour has to lie in the hours they gave, weekly or for one day, and on no weekday that is off; with
    the way there and back, in none of their own appointments."""
    volunteer, travel = visit.volunteer, travel_time(visit.volunteer, visit.request)
    off = set(volunteer.weekdays_off.values_list("weekday", flat=True))
    hours = [one for one in volunteer.hours.values_list("weekday", "start", "end") if one[0] not in off]
    extra = list(volunteer.extra_hours.values_list("day", "start", "end"))
    own = list(volunteer.busy_times.values_list("starts_at", "ends_at"))

    def is_free(moment: datetime) -> bool:
        there = clock.local(moment)
        given = [(start, end) for day, start, end in hours if day == there.weekday()]
        given += [(start, end) for day, start, end in extra if day == there.date()]
        return any(start <= there.time() < end for start, end in given)

    def refuse(start: datetime) -> Problem | None:
        end = _end(visit, start)
        quarters = range(-(-(end - start) // duty.STEP))
        can = all(is_free(start + duty.STEP * one) for one in quarters)
        return None if can and not _overlaps(own, start - travel, end + travel) else _cannot("no_moment")

    return refuse
