"""What can be done with a visit, and a week after it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from ninja import Path, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from digibel import cursors, etags
from digibel.audit.actors import Actor
from digibel.etags import IfMatch
from digibel.organisations.once import IdempotencyKey, once
from digibel.problems import Invalid, Problem
from digibel.requests.api import After, ApiRequest, Limit, salt
from digibel.requests.drafts import read_moment
from digibel.requests.errors import NotOneOf
from digibel.requests.shapes import Told, one_of
from digibel.scheduling import corrections, followups, rescheduling
from digibel.scheduling import visits as verbs
from digibel.scheduling.api import VisitShown, shown_visit
from digibel.scheduling.api import visits as visits
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import NO, YES, FollowUp, Visit, VisitStatus

follow_ups = Router(tags=["Follow-ups"])

VisitId = Annotated[UUID, Path(description="From GET /visits.")]
OUTCOMES = ("works", "fails", "refer", "refused", "silent")


def _find(request: ApiRequest, visit_id: UUID) -> Visit:
    return Visit.objects.of(request.auth.organisation).select_related("request", "volunteer").get(pk=visit_id)


def _shown(request: ApiRequest, response: HttpResponse, visit_id: UUID) -> VisitShown:
    shown = shown_visit(_find(request, visit_id))
    response["ETag"] = etags.tag(shown)
    return shown


@visits.get("/{visit_id}", response=VisitShown)
def show_visit(request: ApiRequest, response: HttpResponse, visit_id: VisitId) -> VisitShown:
    return _shown(request, response, visit_id)


class MoveTold(Told):
    starts_at: str = Field(description="ISO 8601, for example 2026-11-24T14:00. Without an offset, Brussels is meant.")
    outside_hours: bool = Field(False, description="The volunteer said yes to an hour that is not in their week.")
    agreed: bool = Field(False, description="The client said yes on the telephone, with the codeword.")


@visits.post("/{visit_id}/move", response=VisitShown)
def move_visit(
    request: ApiRequest,
    response: HttpResponse,
    visit_id: VisitId,
    told: MoveTold,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> VisitShown:
    """Another moment, the same volunteer. Looked at again as at the booking, and both sides hear it."""
    found = _find(request, visit_id)
    start = _moment(told.starts_at)

    def move() -> list[str]:
        with transaction.atomic():
            held = lock_visit(found.pk)
            etags.check(if_match, etags.tag(shown_visit(held)))
            rescheduling.reschedule(
                held,
                start,
                was=held.starts_at,
                by=Actor.api(request.auth),
                outside_hours=told.outside_hours,
                agreed=told.agreed,
            )
        return [str(found.pk)]

    once(request.auth.organisation, f"move_visit {found.pk}", idempotency_key, told, move)
    return _shown(request, response, visit_id)


def _moment(told: str) -> datetime:
    try:
        return read_moment(told)
    except Problem as problem:
        raise Invalid({"starts_at": [problem]}) from None


class CancelTold(Told):
    reason: str = one_of(corrections.WHY_CANCELLED)


@visits.post("/{visit_id}/cancel", response=VisitShown)
def cancel_visit(
    request: ApiRequest,
    response: HttpResponse,
    visit_id: VisitId,
    told: CancelTold,
    idempotency_key: IdempotencyKey = None,
) -> VisitShown:
    """Nobody goes. Both sides hear it, the client urgently when it is near, and the search begins again."""
    found = _find(request, visit_id)
    _check("reason", told.reason, corrections.WHY_CANCELLED)

    def cancel() -> list[str]:
        verbs.cancel(found, by=Actor.api(request.auth), reason=told.reason)
        return [str(found.pk)]

    once(request.auth.organisation, f"cancel_visit {found.pk}", idempotency_key, told, cancel)
    return _shown(request, response, visit_id)


def _check(field: str, told: str, choices: tuple[str, ...]) -> None:
    if told not in choices:
        raise Invalid({field: [NotOneOf(choices=", ".join(choices))]})


# A week later.


Answer = Annotated[int | None, Field(ge=NO, le=YES)]


class AutonomyTold(Told):
    """What the client can do now: 0 no, 1 partly, 2 yes; left out where it was not asked."""

    alone: Answer = None
    dares: Answer = None
    knows_whom: Answer = None


class FollowUpTold(Told):
    outcome: str = one_of(OUTCOMES, description="works closes the request; fails looks for a new visit.")
    autonomy: AutonomyTold = Field(default_factory=AutonomyTold)
    worries: list[Literal["code_seen", "card_held", "money", "came_back"]] = Field(
        [], max_length=4, description="The client's word. About money, codes or a card the volunteer pauses at once."
    )


class FollowUpShown(BaseModel):
    """What a client said a week later, or that somebody has to ask: then `outcome` is null."""

    visit: UUID
    reference: str
    due_at: datetime | None
    followed_up_at: datetime | None
    outcome: str | None
    alone: int | None
    dares: int | None
    knows_whom: int | None
    worries: list[str]


class FollowUpsShown(BaseModel):
    follow_ups: list[FollowUpShown]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


@follow_ups.get("", response=FollowUpsShown)
def list_follow_ups(
    request: ApiRequest,
    state: Literal["waiting", "made", "all"] = "waiting",
    limit: Limit = 50,
    cursor: After = None,
) -> FollowUpsShown:
    """Visits that are over, by when they began: those whose client is still to be asked, or those who have answered."""
    over = Visit.objects.of(request.auth.organisation).filter(status=VisitStatus.DONE)
    if state != "all":
        over = over.filter(followed_up_at__isnull=state == "waiting")
    listed, following = cursors.page(
        over.select_related("request", "follow_up"),
        by=("starts_at", "id"),
        limit=limit,
        after=cursor,
        salt=salt(request, "follow_ups"),
    )
    return FollowUpsShown(follow_ups=[_follow_up(visit) for visit in listed], next_cursor=following)


@visits.post("/{visit_id}/follow-up", response={201: FollowUpShown, 200: FollowUpShown})
def record_follow_up(
    request: ApiRequest, visit_id: VisitId, told: FollowUpTold, idempotency_key: IdempotencyKey = None
) -> Status[FollowUpShown]:
    """Write down what the client said a week later. It is said once, and what follows from it is done at once."""
    found = _find(request, visit_id)
    _check("outcome", told.outcome, OUTCOMES)

    def note() -> list[str]:
        followups.note(
            found,
            told.outcome,
            by=Actor.api(request.auth),
            autonomy=told.autonomy.model_dump(),
            worries=tuple(told.worries),
        )
        return [str(found.pk)]

    done = once(request.auth.organisation, f"record_follow_up {found.pk}", idempotency_key, told, note)
    shown = _follow_up(Visit.objects.select_related("request", "follow_up").get(pk=found.pk))
    return Status(200 if done.again else 201, shown)


def _follow_up(visit: Visit) -> FollowUpShown:
    told: FollowUp | None = getattr(visit, "follow_up", None)
    return FollowUpShown(
        visit=visit.pk,
        reference=visit.request.reference,
        due_at=visit.follow_up_due,
        followed_up_at=visit.followed_up_at,
        outcome=told.outcome if told else None,
        alone=told.alone if told else None,
        dares=told.dares if told else None,
        knows_whom=told.knows_whom if told else None,
        worries=told.worries if told else [],
    )
