"""A series of visits: what was agreed, how far it is, and its end."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from digibel.api.requestdeeds import help_requests as help_requests
from digibel.audit.actors import Actor
from digibel.organisations.once import IdempotencyKey, once
from digibel.problems import NotFound
from digibel.requests.api import ApiRequest, Reference, find
from digibel.requests.models import HelpRequest, Series
from digibel.requests.shapes import Told, one_of, text
from digibel.scheduling import beats, series

ENDS = [Series.Ended.GOAL_REACHED, Series.Ended.CLIENT_STOPS, Series.Ended.NOBODY_GOES_ON]


class SeriesTold(Told):
    """What is agreed. Give `visits` or `until`, one of the two."""

    goal: str = text(
        series.LONGEST_GOAL, "What they want to be able to do at the end. Secrets are masked.", needed=True
    )
    every_days: int = Field(7, description="Every week, two weeks or four.", json_schema_extra={"enum": [7, 14, 28]})
    visits: int | None = Field(
        None,
        description="So many visits.",
        json_schema_extra={"minimum": series.LEAST_VISITS, "maximum": series.MOST_VISITS},
    )
    until: date | None = Field(None, strict=False, description="Or the last day, within a year.")


class SeriesEndTold(Told):
    ended_as: str = one_of(ENDS, description="Why it ends before its time.")


class SeriesShown(BaseModel):
    """How it stands. `next_at` is the moment of the next visit once that is dated; the goal is with the client's own words."""

    every_days: int
    visits: int | None
    until: date | None
    made: int
    next_at: datetime | None
    ended_as: Series.Ended | None


@help_requests.get("/{reference}/series", response=SeriesShown)
def show_series(request: ApiRequest, reference: Reference) -> SeriesShown:
    """What was agreed about the visits of this request; not found where it is for one visit."""
    return _shown(find(request, reference))


@help_requests.post("/{reference}/series", response=SeriesShown)
def plan_series(
    request: ApiRequest, reference: Reference, told: SeriesTold, idempotency_key: IdempotencyKey = None
) -> SeriesShown:
    """Several visits, one after the other. Told again, it says what is agreed from now on."""
    found = find(request, reference)
    agreed: dict[str, Any] = told.model_dump()

    def plan() -> list[str]:
        series.plan(found, by=Actor.api(request.auth), **agreed)
        return [reference]

    once(request.auth.organisation, f"plan_series {found.pk}", idempotency_key, told, plan)
    return _shown(found)


@help_requests.post("/{reference}/series/end", response=SeriesShown)
def end_series(
    request: ApiRequest, reference: Reference, told: SeriesEndTold, idempotency_key: IdempotencyKey = None
) -> SeriesShown:
    """Before its time. What is booked is cancelled and told; a week after the last visit somebody asks, as ever."""
    found = find(request, reference)

    def end() -> list[str]:
        series.end(found, ended_as=told.ended_as, by=Actor.api(request.auth))
        return [reference]

    once(request.auth.organisation, f"end_series {found.pk}", idempotency_key, told, end)
    return _shown(found)


def _shown(request: HelpRequest) -> SeriesShown:
    agreed = Series.objects.filter(request=request).first()
    if agreed is None:
        raise NotFound
    return SeriesShown(
        every_days=agreed.every_days,
        visits=agreed.visits,
        until=agreed.until,
        made=beats.made(agreed),
        next_at=agreed.beat_at if agreed.asks_at is not None else None,
        ended_as=Series.Ended(agreed.ended_as) if agreed.ended_as else None,
    )
