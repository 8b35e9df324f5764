"""What happened, to catch up with: the deeds of the audit that a program may follow, as references and codes, in their order."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from ninja import Query, Router
from pydantic import BaseModel, Field

from digibel import clock, cursors
from digibel.audit.models import Event
from digibel.organisations.models import Organisation
from digibel.requests.api import ApiRequest, Limit, salt
from digibel.requests.models import HelpRequest
from digibel.scheduling.models import Visit

events = Router(tags=["Events"])

# Named as the audit names them. A look at somebody is none of these, nor what staff do among themselves.
TOLD: Final = (
    "client.added",
    "client.away",
    "client.back",
    "client.corrected",
    "client.gone",
    "client.merged",
    "request.apart",
    "request.closed",
    "request.in_one_go",
    "request.logged",
    "request.moments_changed",
    "request.offered",
    "request.referred",
    "request.split",
    "series.ended",
    "series.planned",
    "visit.begun",
    "visit.booked",
    "visit.cancelled",
    "visit.confirmed",
    "visit.ended",
    "visit.followed_up",
    "visit.late",
    "visit.missed",
    "visit.moved",
    "visit.reported",
)
# A number may be given out before, and committed after, its neighbour's: so long nobody hears of either. No task and no page
# may take as long.
SETTLED: Final = timedelta(minutes=5)


class EventShown(BaseModel):
    """A deed and what it was about: read that to know how it stands now. Nothing here says who or where."""

    after: str = Field(description="Ask for what came after this one.")
    at: datetime
    kind: str = Field(json_schema_extra={"enum": [*TOLD]})
    subject: str = Field(description="client, helprequest or visit.")
    subject_id: UUID
    reference: str | None = Field(description="Of the request, or of the request that the visit is for.")


class EventsShown(BaseModel):
    events: list[EventShown]
    more: bool = Field(description="There are more by now: ask again with the last `after`.")


@events.get("", response=EventsShown)
def list_events(
    request: ApiRequest,
    after: Annotated[
        str | None, Query(description="The `after` of the last event you know; left out, the first.")
    ] = None,
    limit: Limit = 50,
) -> EventsShown:
    """What happened in the key's organisation, the oldest first, from five minutes after it did.

    The order is that of the deeds, and none is ever told before an event that comes later in it: keep the last `after`.
    """
    mine = salt(request, "events")
    told = Event.objects.of_organisation(request.auth.organisation_id).filter(
        verb__in=TOLD, at__lte=clock.now() - SETTLED
    )
    listed, following = cursors.page(told, by=("id",), limit=limit, after=after, salt=mine, name="after")
    references = _references(request.auth.organisation, listed)
    return EventsShown(
        events=[
            EventShown(
                after=cursors.place(one, by=("id",), salt=mine),
                at=one.at,
                kind=one.verb,
                subject=one.subject_kind.rpartition(".")[2],
                subject_id=UUID(one.subject_id),
                reference=references.get(UUID(one.subject_id)),
            )
            for one in listed
        ],
        more=following is not None,
    )


def _references(organisation: Organisation, listed: Sequence[Event]) -> dict[UUID, str]:
    """Of requests, and of visits by what they are for."""
    requests = HelpRequest.objects.of(organisation).filter(pk__in=_ids(listed, HelpRequest))
    visits = Visit.objects.of(organisation).filter(pk__in=_ids(listed, Visit)).order_by()
    return {
        **dict(requests.values_list("pk", "reference")),
        **dict(visits.values_list("pk", "request__reference")),
    }


def _ids(listed: Iterable[Event], model: type[HelpRequest] | type[Visit]) -> list[str]:
    return [one.subject_id for one in listed if one.subject_kind == model._meta.label_lower]
