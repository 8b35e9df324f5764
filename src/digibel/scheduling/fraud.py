"""Fraud under way (guardrail row 44): one press, and whoever is on duty knows; the rest is ringing, in the right order.

The press asks nothing first: money leaves an account in minutes. What staff follow up afterwards is a request of its own, for
staff only, written at once where we know the client, else when the call at intake is saved.
"""

import uuid
from datetime import timedelta

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox, phrasebook
from digibel.notifications.calls import open_call
from digibel.notifications.models import CallTask
from digibel.notifications.owners import PlainTexts, Script
from digibel.notifications.recipients import language_of, of_staff
from digibel.organisations import duty, numbers
from digibel.organisations.models import Organisation, Staff
from digibel.requests.drafts import RequestDraft
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import alarms, doorstep, openings, timers, worklist
from digibel.scheduling.locks import lock_request, lock_visit
from digibel.scheduling.models import FraudAlarm, Visit

TASK = "fraud-now"
CALL = "fraud.now"
SHOWN_FOR = timedelta(hours=24)


@transaction.atomic
def during_visit(visit: Visit, *, by: Actor) -> FraudAlarm:
    """A volunteer sees it happen at the table. Pressed again while nobody has dealt with it, it stays one alarm."""
    locked = lock_visit(visit.pk)
    request = locked.request
    alarm, call = _raise(request.organisation, key=f"visit:{locked.pk.hex}", by=by, visit=locked, client=locked.client)
    if call is not None:
        record("visit.fraud", locked, by=by, organisation_id=request.organisation_id, call=call.pk)
    return alarm


@transaction.atomic
def on_the_telephone(organisation: Organisation, *, key: str, by: Actor, client: Client | None = None) -> FraudAlarm:
    """Intake hears it. `key` tells this telephone call from others: the same one pressed twice is one alarm."""
    alarm, call = _raise(organisation, key=f"intake:{key}", by=by, client=client)
    if call is not None:
        record("fraud.heard", alarm, by=by, organisation_id=organisation.pk, call=call.pk)
    return alarm


def heard(organisation: Organisation, key: str) -> FraudAlarm | None:
    """The alarm of this telephone call, if it was raised."""
    return FraudAlarm.objects.filter(organisation=organisation, key=f"intake:{key}").first() if key else None


def shown_on(visit: Visit) -> FraudAlarm | None:
    """What the volunteer's card still shows of it, for a day."""
    return visit.fraud_alarms.filter(raised_at__gt=clock.now() - SHOWN_FOR).first()


@transaction.atomic
def tie(alarm: FraudAlarm, logged: list[HelpRequest]) -> None:
    """The call at intake was saved: the part that staff follow up belongs to the alarm."""
    for request in logged:
        if alarm.request_id is None and request.tasks.filter(slug=TASK).exists():
            alarm.request, alarm.client = request, request.client
            alarm.save(update_fields=["request", "client"])


def _raise(
    organisation: Organisation, *, key: str, by: Actor, visit: Visit | None = None, client: Client | None = None
) -> tuple[FraudAlarm, CallTask | None]:
    """The alarm, and its call where one was opened now. Behind the lock of its row, so that one press wins."""
    now = clock.now()
    fields = {"visit": visit, "client": client, "raised_at": now, "raised_by": str(by)}
    made, _ = FraudAlarm.objects.get_or_create(organisation=organisation, key=key, defaults=fields)
    related = FraudAlarm.objects.select_related("organisation", "visit__request", "client__recipient", "request")
    alarm = related.select_for_update(of=("self",)).get(pk=made.pk)
    if CallTask.objects.open().about(alarm).filter(kind=CALL).exists():
        return alarm, None
    alarm.raised_at, alarm.raised_by = now, str(by)
    if client is not None and alarm.request_id is None and client.recipient.restricted_at is None:
        # What is kept and not used is not written anew; the alarm itself waits for nothing (GDPR art. 18.2).
        alarm.request = _follow_up(client, key=alarm.pk.hex, by=by)
    alarm.save()
    person = visit.volunteer if visit is not None else client
    call = open_call(
        CALL,
        alarm,
        organisation=organisation,
        recipient=person.recipient if person is not None else None,
        due_at=now,
        urgent=True,
    )
    _tell(alarm, step=0)
    timers.set_timer("fraud_climbs", call.pk, now + alarms.CLIMB_AFTER)
    return alarm, call


def _follow_up(client: Client, *, key: str, by: Actor) -> HelpRequest:
    """What staff do afterwards, whatever the calls bring: dispute, new cards, and a talk."""
    draft = RequestDraft(client=doorstep.as_told(client), tasks=(TASK,), for_staff=(TASK,))
    [made] = openings.open_request(
        draft, organisation=client.organisation, by=by, client=client, idempotency_key=f"fraud:{key}"
    )
    return made


def climb(call_id: uuid.UUID) -> None:
    """Nobody took it in ten minutes: the next one is told. Rung by the clock, until somebody acknowledges."""
    call = CallTask.objects.get(pk=call_id)
    if call.done_at is not None or call.acknowledged_by:
        return
    if _tell(_alarm(call), step=int((clock.now() - call.created_at) / alarms.CLIMB_AFTER)):
        timers.set_timer("fraud_climbs", call.pk, clock.now() + alarms.CLIMB_AFTER)


def ring_again(call: CallTask) -> None:
    """Whoever took it is gone: everybody on the ladder is told, at once."""
    alarm = _alarm(call)
    for step, _person in enumerate(duty.ladder(alarm.organisation, clock.now())):
        _tell(alarm, step=step)


def _tell(alarm: FraudAlarm, *, step: int) -> bool:
    """Text whoever stands on this step of the ladder. False: the ladder has no such step."""
    people = duty.ladder(alarm.organisation, clock.now())
    if step >= len(people):
        return False
    outbox.queue_message(
        of_staff(people[step]),
        "alarm.alarm_fraud",
        organisation=alarm.organisation,
        subject=alarm,
        any_hour=True,
        reference=_called(alarm),
    )
    return True


def _called(alarm: FraudAlarm) -> str:
    """What the text names: the reference, or the colleague at the telephone while there is none."""
    if alarm.visit is not None:
        return alarm.visit.request.reference
    if alarm.request is not None:
        return alarm.request.reference
    colleague = raised_by(alarm)
    return colleague.name if colleague is not None else alarm.organisation.name


def raised_by(alarm: FraudAlarm) -> Staff | None:
    """The colleague who heard it, of the alarm's own organisation."""
    actor = Actor.parse(alarm.raised_by)
    if actor.kind != "staff":
        return None
    return Staff.objects.filter(organisation=alarm.organisation_id, pk=actor.id).first()


def to_say(organisation: Organisation, language: str) -> str:
    """The client's words, in this language of the phrasebook."""
    return phrasebook.render(
        "fraud_call",
        language,
        organisation=organisation.name,
        card_stop=numbers.find("card-stop", organisation).value(language),
        police=numbers.find("police", organisation).value(language),
    )


class FraudCalls(PlainTexts):
    """The call that whoever is on duty makes."""

    def script(self, call: CallTask, *, language: str = "") -> Script:
        client = _alarm(call).client
        spoken = language_of(client.recipient, call.organisation) if client else call.organisation.language
        language = language or spoken
        return Script(
            language=language, sentences=to_say(call.organisation, language), outcomes=("reached", "no_answer")
        )

    def hold(self, call: CallTask) -> None:
        alarm = _alarm(call)
        if alarm.visit_id is not None:
            lock_visit(alarm.visit_id)
        elif alarm.request_id is not None:
            lock_request(alarm.request_id)

    def call_outcome(self, call: CallTask, outcome: str, *, by: Actor) -> None:
        """Three tries and nobody: it does not go off the list, and climbs anew."""
        alarm = _alarm(call)
        if outcome != CallTask.Outcome.REACHED:
            again = open_call(
                CALL,
                alarm,
                organisation=call.organisation,
                recipient=call.recipient,
                due_at=clock.now(),
                urgent=True,
            )
            _tell(alarm, step=0)
            timers.set_timer("fraud_climbs", again.pk, clock.now() + alarms.CLIMB_AFTER)
        record("fraud.called", alarm, by=by, organisation_id=call.organisation_id, outcome=outcome)
        if alarm.request is not None:
            worklist.rewrite(alarm.request)


def _alarm(call: CallTask) -> FraudAlarm:
    related = FraudAlarm.objects.select_related(
        "organisation", "visit__request", "client__recipient", "request__client"
    )
    return related.get(pk=call.subject_id)
