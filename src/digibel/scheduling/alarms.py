"""Alarms: somebody is at a door, or should be out of one, and nobody knows. They go to the person on duty, and climb."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.notifications import outbox
from digibel.notifications.calls import acknowledge, drop_calls, open_call
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.notifications.recipients import language_of, of_staff
from digibel.organisations import duty
from digibel.organisations.models import Staff
from digibel.scheduling import timers, worklist
from digibel.scheduling.models import Timer, Visit, VisitStatus

CLIMB_AFTER = timedelta(minutes=10)
# Twice round quickly; then less often.
ROUNDS_AT_ONCE = 2
CLIMB_LATER = timedelta(minutes=70)
TEXTED_FOR = timedelta(days=1)
AT_THE_DOOR = ("visit.alarm", "visit.nobody_home")
# Whoever asks to be rung is rung, whatever becomes of the visit.
ONLY_BY_A_TALK = ("visit.ring_me",)
KEY_OF_CALL = {
    "visit.ring_me": "alarm_ring_me",
    "visit.cancelled": "alarm_cancelled_today",
    "visit.confirm": "alarm_unconfirmed",
}


def withdraw_texts(visit: Visit) -> None:
    """What waits to be said about it, but for what stands until somebody has talked with the volunteer."""
    keys_of_alarms = [f"alarm.{KEY_OF_CALL[kind]}" for kind in ONLY_BY_A_TALK]
    outbox.withdraw(OutboundMessage.objects.about(visit).exclude(kind__in=keys_of_alarms))


def nudge(visit_id: uuid.UUID) -> None:
    """A quarter of an hour after the planned end: the volunteer is asked. Rung by the clock."""
    visit = _visit(visit_id)
    if visit.status == VisitStatus.UNDER_WAY:
        outbox.queue_message(
            visit.volunteer.recipient,
            "visit.checkout_missing",
            organisation=visit.request.organisation,
            subject=visit,
            any_hour=True,
        )


def no_check_out(visit_id: uuid.UUID) -> None:
    """Half an hour after the planned end and still no UIT: a person must find out."""
    visit = _visit(visit_id)
    if visit.status == VisitStatus.UNDER_WAY:
        raise_alarm(visit, "alarm_no_checkout")


def no_check_in(visit_id: uuid.UUID) -> None:
    """The visit should have begun and nobody said IN, nor that nobody opens. Nobody is asked any more whether it suits them."""
    visit = _visit(visit_id)
    at_the_door = CallTask.objects.open().about(visit).filter(kind="visit.nobody_home")
    if visit.status == VisitStatus.BOOKED and not at_the_door.exists():
        drop_calls(visit, "visit.announce", "visit.confirm")
        raise_alarm(visit, "alarm_no_checkin")


def raise_alarm(visit: Visit, key: str, *, kind: str = "visit.alarm") -> CallTask:
    """On the list in red, and a text to whoever is on duty; it climbs until somebody takes it.

    `kind` says what ends it: a `visit.alarm` is over when the volunteer says IN or UIT, a `visit.ring_me` only by a talk.
    """
    call = put_on_list(visit, kind)
    ring_for(call, visit, key)
    worklist.rewrite(visit.request)
    return call


def put_on_list(visit: Visit, kind: str) -> CallTask:
    """The volunteer is to be rung now, by whoever sees it first: nobody is texted. The caller rewrites the request."""
    return open_call(
        kind,
        visit,
        organisation=visit.request.organisation,
        recipient=visit.volunteer.recipient,
        due_at=clock.now(),
        urgent=True,
    )


def ring_for(call: CallTask, visit: Visit, key: str) -> None:
    """A call that cannot wait until somebody looks at the list: whoever is on duty is texted, then the next one."""
    _text_ladder(visit, key, step=0)
    timers.set_timer("alarm_climbs", call.pk, clock.now() + CLIMB_AFTER)


def ring_later(call: CallTask, moment: datetime) -> None:
    """The same from this moment on, if nobody has made the call by then; the call is already on the list."""
    timers.set_timer("alarm_climbs", call.pk, max(moment, clock.now() + CLIMB_AFTER))


@transaction.atomic
def take(call: CallTask, *, by: Actor) -> CallTask:
    """Somebody takes it, and it climbs no further. Where nobody opens there are two lines for one thing: whoever takes the call to
    the client takes the alarm, and the other way round.
    """
    if call.kind in AT_THE_DOOR:
        for other in (
            CallTask.objects.open().filter(subject_id=call.subject_id, kind__in=AT_THE_DOOR).exclude(pk=call.pk)
        ):
            acknowledge(other, by=by)
    return acknowledge(call, by=by)


def climbs(call: CallTask) -> bool:
    """Whether colleagues are texted about it one after the other, for as long as nobody takes it; not if that is still to come."""
    rings = Timer.objects.filter(kind="alarm_climbs", subject_id=call.pk)
    return rings.filter(Q(rung_at__isnull=False) | Q(due_at__lte=clock.now() + CLIMB_AFTER)).exists()


def climb(call_id: uuid.UUID) -> None:
    """Nobody took it in ten minutes: the next one is told, and after the last the first again. Until somebody acknowledges;
    a day after the first text it is still on the list in red. Rung by the clock.

    Counted by the texts: the call itself may have stood on the list for days before anybody was texted about it.
    """
    call = CallTask.objects.get(pk=call_id)
    if call.done_at is not None or call.acknowledged_by:
        return
    visit = _visit(call.subject_id)
    key = _what_is_wrong(visit, call)
    texts = OutboundMessage.objects.about(visit).filter(kind=f"alarm.{key}", created_at__gte=call.created_at)
    told = texts.aggregate(step=Count("pk"), first=Min("created_at"))
    if told["first"] is not None and clock.now() >= told["first"] + TEXTED_FOR:
        return
    _text_ladder(visit, key, step=told["step"])
    wait = CLIMB_AFTER if told["step"] < ROUNDS_AT_ONCE * _rungs(visit) else CLIMB_LATER
    timers.set_timer("alarm_climbs", call.pk, clock.now() + wait)


def _what_is_wrong(visit: Visit, call: CallTask) -> str:
    if call.kind in KEY_OF_CALL:
        return KEY_OF_CALL[call.kind]
    if CallTask.objects.open().about(visit).filter(kind="visit.nobody_home").exists():
        return "alarm_nobody_home"
    return "alarm_no_checkout" if visit.status == VisitStatus.UNDER_WAY else "alarm_no_checkin"


def _rungs(visit: Visit) -> int:
    return len(duty.ladder(visit.request.organisation, clock.now()))


def _text_ladder(visit: Visit, key: str, *, step: int) -> None:
    """Text the person on this step of the ladder; above the last it begins anew. Nobody, while nobody has a mobile."""
    if people := duty.ladder(visit.request.organisation, clock.now()):
        text_staff(people[step % len(people)], visit, key)


def text_staff(staff: Staff, visit: Visit, key: str) -> None:
    recipient = of_staff(staff)
    language = language_of(recipient, visit.request.organisation)
    values: dict[str, Any] = {"reference": visit.request.reference}
    if key != "alarm_unconfirmed":
        values["volunteer"] = visit.volunteer.first_name
    if key == "alarm_no_checkout":
        values["minutes"] = max(1, int((clock.now() - visit.ends_at).total_seconds() // 60))
    if key in {"alarm_no_checkin", "alarm_cancelled_today", "alarm_unconfirmed"}:
        values["moment"] = languages.day_and_time(visit.starts_at, language)
    outbox.queue_message(
        recipient, f"alarm.{key}", organisation=visit.request.organisation, subject=visit, any_hour=True, **values
    )


def _visit(visit_id: uuid.UUID) -> Visit:
    return Visit.objects.select_related("request__organisation", "client", "volunteer__recipient").get(pk=visit_id)
