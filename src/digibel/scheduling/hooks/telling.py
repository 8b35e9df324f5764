"""What other programs are told of what happened: the deeds of the audit that they may follow, as references and codes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from digibel import cursors
from digibel.audit.models import Event
from digibel.requests.models import HelpRequest
from digibel.scheduling.models import Visit
from digibel.sealing.index import blind_index

# Named as the audit names them. A look at somebody is none of these, nor what staff do among themselves.
TOLD: Final = (
    "client.added",
    "client.away",
    "client.back",
    "client.corrected",
    "client.gone",
    "client.merged",
    "hook.made",
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


class EventShown(BaseModel):
    """A deed and what it was about: read that to know how it stands now. Nothing here says who or where."""

    id: str = Field(description="The same whenever and however this event is told: who has seen it passes over it.")
    after: str = Field(description="Ask for what came after this one.")
    at: datetime
    kind: str = Field(json_schema_extra={"enum": [*TOLD]})
    subject: str = Field(description="client, helprequest, visit or hook.")
    subject_id: UUID
    reference: str | None = Field(description="Of the request, or of the request that the visit is for.")


def shown(organisation_id: UUID, events: Sequence[Event]) -> list[EventShown]:
    """As they are told to programs of this organisation, whose they are."""
    references = _references(organisation_id, events)
    return [
        EventShown(
            id=_id(one),
            after=cursors.place(one, by=("id",), salt=salt(organisation_id)),
            at=one.at,
            kind=one.verb,
            subject=one.subject_kind.rpartition(".")[2],
            subject_id=UUID(one.subject_id),
            reference=references.get(UUID(one.subject_id)),
        )
        for one in events
    ]


def salt(organisation_id: UUID) -> str:
    """Whose place in the list it is: that of another organisation is none."""
    return f"events:{organisation_id}"


def _id(event: Event) -> str:
    """With its moment: after a restore the numbers that came after the backup are given out again."""
    return blind_index(f"{event.pk} {event.at.isoformat()}", purpose="event")[:32]


def _references(organisation_id: UUID, events: Sequence[Event]) -> dict[UUID, str]:
    """Of requests, and of visits by what they are for."""
    requests = HelpRequest.objects.filter(organisation=organisation_id, pk__in=_ids(events, HelpRequest))
    visits = Visit.objects.filter(request__organisation=organisation_id, pk__in=_ids(events, Visit)).order_by()
    return {
        **dict(requests.values_list("pk", "reference")),
        **dict(visits.values_list("pk", "request__reference")),
    }


def _ids(events: Iterable[Event], model: type[HelpRequest] | type[Visit]) -> list[str]:
    return [one.subject_id for one in events if one.subject_kind == model._meta.label_lower]
