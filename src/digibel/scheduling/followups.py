"""A week later: does it still work? What the client answers chains into the next action."""

import uuid

from django.db import transaction

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import outbox
from digibel.notifications.calls import drop_calls, open_call
from digibel.requests.models import Closing, HelpRequest
from digibel.scheduling import timers, worklist
from digibel.scheduling.errors import MoveNotAllowed
from digibel.scheduling.models import FollowUp, Visit, VisitStatus

WORRIES = ("code_seen", "card_held", "money", "came_back")


def ask(visit_id: uuid.UUID) -> None:
    """The week is over: put the call on the coordinator's list. Rung by the clock."""
    visit = Visit.objects.select_related("request__organisation", "client__recipient").get(pk=visit_id)
    if visit.status == VisitStatus.DONE and visit.followed_up_at is None and visit.client.gone_at is None:
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
    """Write down what the client said. *works* closes the request, *fails* looks for a new visit, *refer* asks for a slip."""
    locked = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("request__organisation", "request__client__recipient", "client", "volunteer__recipient")
        .get(pk=visit.pk)
    )
    if locked.status != VisitStatus.DONE or locked.followed_up_at is not None:
        raise MoveNotAllowed(was="followed up" if locked.followed_up_at else locked.status)
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
    _go_on(locked, outcome)
    return follow_up


def _go_on(visit: Visit, outcome: str) -> None:
    if outcome == "works":
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
