"""What a volunteer does at the door beside IN and OUT: reads the rules, finds nobody, asks to be rung, hears a new question."""

from collections.abc import Sequence

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import catalogue, judgement
from digibel.notifications.calls import open_call
from digibel.notifications.models import CallTask
from digibel.problems import Conflict
from digibel.requests import judging
from digibel.requests.alike import one_at_a_time
from digibel.requests.drafts import ClientDraft, RequestDraft
from digibel.requests.models import Client, Closing, HelpRequest
from digibel.scheduling import alarms, errors, inside, openings
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Visit, VisitStatus


class MayBeDone(Conflict):
    code = "may_be_done"
    message = "You may do this yourself. It needs no slip."


class NotCounted(Conflict):
    code = "not_counted"
    message = "Only what is about money or papers, and what you may do, is noted here."


@transaction.atomic
def read_rules(visit: Visit, *, by: Actor) -> None:
    """The volunteer has read the conditions; which version of them is kept (rule E3). The first time counts."""
    locked = lock_visit(visit.pk)
    if locked.rules_read_at is not None:
        return
    visit.rules_read_at = clock.now()
    Visit.objects.filter(pk=visit.pk).update(rules_read_at=visit.rules_read_at)
    organisation_id = locked.request.organisation_id
    record("visit.rules_read", locked, by=by, organisation_id=organisation_id, catalogue=catalogue.CATALOGUE_VERSION)


@transaction.atomic
def nobody_opens(visit: Visit, *, by: Actor) -> CallTask:
    """The volunteer stands at the door: who is on duty rings the client, then the agreed contact, then decides."""
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.BOOKED:
        raise errors.MoveNotAllowed(was=locked.status)
    if clock.now() < locked.starts_at - inside.EARLY_IN:
        raise errors.TooEarly
    if call := _open_call(locked, "visit.nobody_home"):
        return call
    call = open_call(
        "visit.nobody_home",
        locked,
        organisation=locked.request.organisation,
        recipient=locked.client.recipient,
        due_at=clock.now(),
        urgent=True,
    )
    # Who took the alarm that they were not inside yet knows nothing of this.
    CallTask.objects.open().about(locked).filter(kind="visit.alarm").update(acknowledged_by="")
    alarms.raise_alarm(locked, "alarm_nobody_home")
    record("visit.nobody_home", locked, by=by, organisation_id=locked.request.organisation_id)
    return call


@transaction.atomic
def ring_me(visit: Visit, *, by: Actor) -> CallTask:
    """Something is not right: who is on duty hears it at once, and rings the volunteer."""
    locked = lock_visit(visit.pk)
    if call := _open_call(locked, "visit.ring_me"):
        return call
    call = alarms.raise_alarm(locked, "alarm_ring_me", kind="visit.ring_me")
    record("visit.ring_me", locked, by=by, organisation_id=locked.request.organisation_id)
    return call


@transaction.atomic
def ask_slip(visit: Visit, slug: str, *, by: Actor) -> HelpRequest:
    """The client asked for something a volunteer may not do: it becomes a request of its own, to be referred with a slip.

    Asked twice at one visit it is one request. Raises `MayBeDone` for what a volunteer may do here, `UnknownTask`.
    """
    locked = _hold(visit, slug)
    if judge_wishes(locked, [slug]).for_volunteer and not _asked_already(locked, slug):
        raise MayBeDone
    made = _log(locked, slug, by=by)
    record("visit.slip_asked", locked, by=by, organisation_id=locked.request.organisation_id, request=made.pk)
    return made


@transaction.atomic
def count_wish(visit: Visit, slug: str, *, by: Actor) -> HelpRequest | None:
    """Something about money or papers that the client asked for at the door, and that the volunteer may do, is done now: it is
    logged as a request that is solved, so that it counts (rule E9), and on the second one somebody asks what is behind it.

    Said twice at one visit it is one request; None for what this visit is about anyhow. Raises `NotCounted` for what is not
    about money, or not for a volunteer; `TooEarly`.
    """
    locked = _hold(visit, slug)
    if clock.now() < locked.starts_at - inside.EARLY_IN:
        raise errors.TooEarly
    if _asked_already(locked, slug) or locked.request.tasks.filter(slug=slug).exists():
        return None
    if slug not in judging.MONEY or not judge_wishes(locked, [slug]).for_volunteer:
        raise NotCounted
    made = _log(locked, slug, by=by)
    openings.close(made, closing=Closing.SOLVED, by=by)
    return made


def _hold(visit: Visit, slug: str) -> Visit:
    if slug in judging.MONEY:
        one_at_a_time(visit.request.organisation_id)
    return lock_visit(visit.pk)


def _log(visit: Visit, slug: str, *, by: Actor) -> HelpRequest:
    draft = RequestDraft(client=as_told(visit.client), tasks=(slug,))
    organisation = visit.request.organisation
    key = _key(visit, slug)
    [made] = openings.open_request(draft, organisation=organisation, by=by, client=visit.client, idempotency_key=key)
    return made


def judge_wishes(visit: Visit, slugs: Sequence[str]) -> judgement.Judgement:
    """What may be done of what is asked at the door: by the organisation's own rules, and by what is true of this client."""
    facts = judging.facts_about(visit.client)
    return judging.judge_for(visit.request.organisation, slugs, facts=facts)


def _key(visit: Visit, slug: str) -> str:
    return f"card:{visit.pk.hex}:{slug}"


def _asked_already(visit: Visit, slug: str) -> bool:
    return HelpRequest.objects.of(visit.request.organisation).filter(idempotency_key=_key(visit, slug)).exists()


def _open_call(visit: Visit, kind: str) -> CallTask | None:
    return CallTask.objects.open().about(visit).filter(kind=kind).first()


def as_told(client: Client) -> ClientDraft:
    """Somebody we know, as a draft wants it. It is not written again."""
    return ClientDraft(
        first_name=client.first_name,
        family_name=client.family_name,
        postcode=client.postcode,
        street=client.street,
        house_number=client.house_number,
        speaks=tuple(client.speaks),
        reads=tuple(client.reads),
        channel=client.recipient.channel,
    )
