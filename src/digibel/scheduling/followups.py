"""A week later: does it still work? What the client answers chains into the next action."""

import uuid

from django.db import transaction

from digibel import clock
from digibel.audit.actors import CLOCK, Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls, open_call
from digibel.requests.models import Closing, HelpRequest
from digibel.scheduling import concerns, offers, timers, worklist
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import FollowUp, Visit, VisitStatus
from digibel.scheduling.reports import call_volunteer

WORRIES = ("code_seen", "card_held", "money", "came_back")


def ask(visit_id: uuid.UUID) -> None:
    """The week is over: put the call on the coordinator's list. Rung by the clock."""
    visit = Visit.objects.select_related("request__organisation", "client__recipient").get(pk=visit_id)
    client = visit.client
    is_wanted = visit.request.is_open and client.gone_at is None and client.recipient.restricted_at is None
    if visit.status == VisitStatus.DONE and visit.followed_up_at is None and is_wanted:
        open_call(
            "visit.follow_up",
            visit,
            organisation=visit.request.organisation,
            recipient=visit.client.recipient,
            due_at=clock.now(),
            channel="call",
        )
    worklist.rewrite(visit.request)


@transaction.atomic
def note(
    visit: Visit, outcome: str, *, by: Actor, autonomy: int | None = None, worries: tuple[str, ...] = ()
) -> FollowUp:
    """Write down what the client said. *works* closes the request, *fails* looks for a new visit, *refer* asks for a slip.

    Worries are the client's word (guardrail E8): about money, codes or a card, the volunteer pauses until a person decides,
    and others take over their visits. Coming back privately is a talk the same day.
    """
    locked = lock_visit(visit.pk)
    if locked.status != VisitStatus.DONE or locked.followed_up_at is not None:
        raise MoveNotAllowed(was="followed_up" if locked.followed_up_at else locked.status)
    now = clock.now()
    follow_up = FollowUp.objects.create(
        visit=locked,
        made_at=now,
        made_by=str(by),
        outcome=outcome,
        autonomy=autonomy,
        worries=[worry for worry in WORRIES if worry in worries],
    )
    Visit.objects.filter(pk=locked.pk).update(followed_up_at=now)
    timers.drop_timers(locked.pk, "follow_up")
    drop_calls(locked, "visit.follow_up")
    record(
        "visit.followed_up",
        locked,
        by=by,
        organisation_id=locked.request.organisation_id,
        outcome=outcome,
        worries=len(worries),
    )
    if worries:
        call_volunteer(locked, urgent=True)
    if set(concerns.PAUSING).intersection(worries):
        concerns.raise_concern(locked, worries, by=by)
    _go_on(locked, outcome)
    return follow_up


def _go_on(visit: Visit, outcome: str) -> None:
    if outcome == "works":
        offers.end_others(visit.request, by=CLOCK)
        timers.drop_timers(visit.request_id)
        worklist.close(visit.request, closing=Closing.SOLVED)
        _thank(visit)
    else:
        HelpRequest.objects.filter(pk=visit.request_id).update(searched_in_vain_at=None)
        worklist.rewrite(visit.request)


def _thank(visit: Visit) -> None:
    """The volunteer hears the end of the story."""
    outbox.queue_message(
        visit.volunteer.recipient,
        "plain.solved_thanks",
        organisation=visit.request.organisation,
        subject=visit,
        client=visit.client.first_name,
    )
