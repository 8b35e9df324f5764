"""A request goes to another organisation: with the client's own yes, and with the least that is needed (GDPR art. 5.1.c, 9.2.a).

The other organisation sees what and roughly where, never who, until it accepts. Then it makes a client of its own, under a key
of its own; the first keeps its reference and sees only whether theirs is still open. Either erases its own without the other's.
"""

import uuid
from datetime import timedelta

from django.db import transaction

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails.catalogue import Verdict
from digibel.notifications import phrasebook
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import CallTask, Channel
from digibel.notifications.numbers import display
from digibel.notifications.owners import PlainTexts, Script, language_for
from digibel.organisations.models import Organisation, Role
from digibel.problems import Conflict, Problem
from digibel.requests import intake, stafffirst
from digibel.requests.alike import one_at_a_time
from digibel.requests.drafts import ClientDraft, RequestDraft
from digibel.requests.errors import AlreadyClosed
from digibel.requests.models import Client, Closing, Consent, HelpRequest, Series
from digibel.scheduling import beats, openings, preferences, series, worklist
from digibel.scheduling.errors import AlreadyBooked, FollowUpFirst, NoOwnYes, OnlyAtThePlace, Restricted
from digibel.scheduling.locks import lock_request
from digibel.scheduling.models import Handover, Visit

CONSENT_TEXT = "handover-2026-11"
ASKED, TOLD, REFUSED = "handover.asked", "handover.tell", "handover.refused"


class NotYourself(Problem):
    code = "handover_to_oneself"
    message = "Choose another organisation: this request is yours already."


class YesNotSpoken(Problem):
    code = "handover_without_yes"
    message = "Ask the client first whether the other organisation may help, and note the language of their yes."


class AskedAlready(Conflict):
    code = "handover_asked_already"
    message = "An organisation has been asked already. Wait for its answer, or ring it."


class Answered(Conflict):
    code = "handover_answered"
    message = "This was answered already. Look at the list again."


@transaction.atomic
def hand_over(
    request: HelpRequest, *, to: Organisation, consent_language: str, with_worker: bool = False, by: Actor
) -> Handover:
    """Ask another organisation to take it. Nothing of the client goes there yet.

    `consent_language` is the language in which the client said yes to exactly this. Raises `YesNotSpoken`, `NoOwnYes`,
    `NotYourself`, `AskedAlready`, `AlreadyBooked`, `AlreadyClosed`, `Restricted`, `FollowUpFirst`.
    """
    locked = lock_request(request.pk)
    _check_may_go(locked, to)
    if consent_language not in languages.SPOKEN:
        raise YesNotSpoken
    if locked.handovers.filter(status=Handover.Status.ASKED).exists():
        raise AskedAlready
    asked = Handover.objects.create(
        request=locked,
        to=to,
        with_worker=with_worker,
        asked_at=clock.now(),
        asked_by=str(by),
        consent_language=consent_language,
        consent_text=CONSENT_TEXT,
    )
    drop_calls(locked, REFUSED)
    open_call(ASKED, asked, organisation=to, recipient=None, due_at=clock.add_waking(clock.now(), _ANSWER_WITHIN))
    record(
        "handover.asked", locked, by=by, organisation_id=locked.organisation_id, handover=asked.pk, text=CONSENT_TEXT
    )
    record("handover.asked", asked, by=by, organisation_id=to.pk)
    return asked


_ANSWER_WITHIN = worklist.ANNOUNCE_WITHIN


def _check_may_go(request: HelpRequest, to: Organisation) -> None:
    if not request.is_open or request.client.gone_at is not None:
        raise AlreadyClosed
    if request.organisation_id == to.pk:
        raise NotYourself
    if request.meets_at_id is not None:
        raise OnlyAtThePlace
    if request.client.recipient.restricted_at is not None:
        raise Restricted
    if not intake.has_own_yes(request.client):
        raise NoOwnYes
    if Visit.objects.filter(request=request).standing().exists():
        raise AlreadyBooked
    if beats.waits_for_follow_up(request):
        raise FollowUpFirst


def find(organisation: Organisation, handover_id: uuid.UUID) -> Handover:
    """One that this organisation was asked for. Raises `Handover.DoesNotExist`."""
    related = Handover.objects.select_related("request__client", "request__organisation", "made", "to")
    return related.get(pk=handover_id, to=organisation)


@transaction.atomic
def accept(handover: Handover, *, by: Actor) -> HelpRequest:
    """It is ours now: a client of our own with the least, and the request; the first organisation's part closes as referred."""
    one_at_a_time(handover.to_id)
    original = lock_request(handover.request_id)
    locked = _lock(handover)
    _check_may_go(original, locked.to)
    client = intake.add_client(_least(original.client, with_worker=locked.with_worker), organisation=locked.to)
    Consent.objects.create(
        client=client,
        given_at=locked.asked_at,
        language=locked.consent_language,
        text_version=locked.consent_text,
        recorded_by=locked.asked_by,
    )
    preferences.take_along(original.client, to=client)
    made = _log(original, client, by=by, key=f"handover:{locked.pk.hex}")
    _go_on_with_series(original, made, by=by)
    _answer(locked, Handover.Status.ACCEPTED, by=by, made=made)
    openings.end_everything(original, by=by, reason="organisation")
    worklist.close(original, closing=Closing.REFERRED)
    openings.end_company(original, by=by)
    open_call(
        TOLD,
        locked,
        organisation=locked.to,
        recipient=client.recipient,
        due_at=clock.add_waking(clock.now(), _ANSWER_WITHIN),
        owner=Role.INTAKE,
        channel=client.recipient.channel if client.recipient.channel == Channel.WORKER else Channel.CALL,
    )
    record("request.closed", original, by=by, organisation_id=original.organisation_id, closing=Closing.REFERRED)
    return made


@transaction.atomic
def refuse(handover: Handover, *, by: Actor) -> None:
    """Not ours: the first organisation hears it, and looks on. Nothing of the client was ever here."""
    original = lock_request(handover.request_id)
    locked = _lock(handover)
    _answer(locked, Handover.Status.REFUSED, by=by)
    if original.is_open:
        organisation = original.organisation
        open_call(REFUSED, original, organisation=organisation, recipient=original.client.recipient, due_at=clock.now())


def withdraw(request: HelpRequest, *, by: Actor) -> None:
    """Nobody is asked any more: the client took back a yes, wants nothing used, or is forgotten. The caller holds the request."""
    for asked in request.handovers.filter(status=Handover.Status.ASKED).select_related("request"):
        _answer(asked, Handover.Status.WITHDRAWN, by=by)


def _lock(handover: Handover) -> Handover:
    locked = Handover.objects.select_for_update(of=("self",)).select_related("to").get(pk=handover.pk)
    if locked.status != Handover.Status.ASKED:
        raise Answered
    return locked


def _answer(locked: Handover, status: Handover.Status, *, by: Actor, made: HelpRequest | None = None) -> None:
    locked.status, locked.made, locked.answered_at, locked.answered_by = status, made, clock.now(), str(by)
    locked.save(update_fields=["status", "made", "answered_at", "answered_by"])
    drop_calls(locked, ASKED)
    organisation_ids = (locked.to_id, locked.request.organisation_id)
    for organisation_id in organisation_ids:
        record(f"handover.{status.value}", locked, by=by, organisation_id=organisation_id)


def _log(original: HelpRequest, client: Client, *, by: Actor, key: str) -> HelpRequest:
    """The same question and the moments still to come, of a series the next; not what was said in their own words."""
    now = clock.now()
    coming = [(one.starts_at, one.ends_at, one.away) for one in original.windows.filter(starts_at__gt=now)]
    agreed = beats.running(original)
    if agreed is not None and agreed.asks_at is not None and agreed.beat_at is not None and agreed.beat_at > now:
        coming.append((agreed.beat_at, agreed.beat_at + timedelta(minutes=original.minutes), False))
    draft = RequestDraft(
        client=_least(client, with_worker=True),
        tasks=tuple(task.slug for task in original.tasks.all()),
        caller="worker",
        device=original.device,
        always_home=original.always_home,
        windows=tuple((start, end) for start, end, away in coming if not away),
        away=tuple((start, end) for start, end, away in coming if away),
        # Also what is forbidden there: it may hide why it is not for volunteers, as somebody else who decides about money.
        for_staff=tuple(task.slug for task in original.tasks.all() if not Verdict(task.verdict).for_volunteers),
        staff_first=tuple(held.codes) if (held := stafffirst.standing(original.client)) else (),
    )
    made = openings.open_request(draft, organisation=client.organisation, by=by, client=client, idempotency_key=key)
    return made[0]


def _go_on_with_series(original: HelpRequest, made: HelpRequest, *, by: Actor) -> None:
    """What was agreed goes on there: the goal, the rhythm, and what is left until its end. One last visit is no series."""
    agreed = beats.running(original)
    if agreed is None:
        return
    beats.end(agreed, original, ended_as=Series.Ended.NOBODY_GOES_ON)
    # Who was there for us: we ask the client ourselves, by voice (E8). There, they ask about their own.
    beats.ask_about_last(original)
    left = visits_left(agreed)
    is_worth_it = left >= series.LEAST_VISITS if left is not None else (agreed.until or clock.today()) > clock.today()
    if made.is_open and is_worth_it:
        series.plan(made, goal=agreed.goal, every_days=agreed.every_days, visits=left, until=agreed.until, by=by)


def visits_left(agreed: Series) -> int | None:
    """None where a day was agreed."""
    return None if agreed.visits is None else agreed.visits - beats.made(agreed)


def _least(client: Client, *, with_worker: bool) -> ClientDraft:
    """Name, how to reach them, where, the door, languages and whom they let in. No notes, no people around them, no history."""
    through_worker = client.recipient.channel == Channel.WORKER
    return ClientDraft(
        first_name=client.first_name,
        family_name=client.family_name,
        address_as=client.address_as,
        postcode=client.postcode,
        street=client.street,
        house_number=client.house_number,
        box=client.box,
        bell=client.bell,
        door_note=client.door_note,
        access=client.access or "",
        floor=client.floor,
        lift=client.lift,
        dog=client.dog,
        smoke=client.smoke,
        speaks=tuple(client.speaks),
        reads=tuple(client.reads),
        channel=Channel.CALL if through_worker and not with_worker else client.recipient.channel,
        phone=client.recipient.number,
        wish=client.wish,
        trusted_worker=client.trusted_worker if with_worker else "",
        trusted_worker_phone=client.trusted_worker_phone if with_worker else "",
    )


def of_call(call: CallTask) -> Handover | None:
    """What a call of this room is about."""
    return Handover.objects.select_related("request__organisation", "made").filter(pk=call.subject_id).first()


class HandoverCalls(PlainTexts):
    """Whoever was handed over hears who we are, never to give a code or a card, and whom to ring: as at their own yes (rule E5)."""

    def script(self, call: CallTask, *, language: str = "") -> Script:
        if call.kind != TOLD:
            return super().script(call, language=language)
        language = language or language_for(call)
        organisation = call.organisation
        said = phrasebook.render("consent", language, organisation=organisation.name, phone=display(organisation.phone))
        return Script(language=language, sentences=said, outcomes=("reached", "no_answer", "wrong_number"))
