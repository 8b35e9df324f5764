"""What happened, to catch up with, in its order. The same events as the hooks are told: see `scheduling.hooks`."""

from datetime import timedelta
from typing import Annotated, Final

from ninja import Query, Router
from pydantic import BaseModel, Field

from digibel import clock, cursors
from digibel.audit.models import Event
from digibel.requests.api import ApiRequest, Limit
from digibel.scheduling.hooks import telling
from digibel.scheduling.hooks.telling import EventShown

events = Router(tags=["Events"])

# A number may be given out before, and committed after, its neighbour's: so long nobody hears of either. No task and no page
# may take as long.
SETTLED: Final = timedelta(minutes=5)


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
    organisation_id = request.auth.organisation_id
    told = Event.objects.of_organisation(organisation_id).filter(verb__in=telling.TOLD, at__lte=clock.now() - SETTLED)
    listed, following = cursors.page(
        told, by=("id",), limit=limit, after=after, salt=telling.salt(organisation_id), name="after"
    )
    return EventsShown(events=telling.shown(organisation_id, listed), more=following is not None)
