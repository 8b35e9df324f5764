"""A series on the page of its request: what was agreed, how far it is, and what was typed about it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from digibel.audit.actors import Actor
from digibel.desk import words
from digibel.requests.models import HelpRequest, Series
from digibel.scheduling import beats, series
from digibel.scheduling.models import Visit, VisitStatus

RHYTHMS: tuple[tuple[int, words.Words], ...] = (
    (Series.Rhythm.WEEKLY, _("every week")),
    (Series.Rhythm.FORTNIGHTLY, _("every two weeks")),
    (Series.Rhythm.FOUR_WEEKLY, _("every four weeks")),
)
ENDS: dict[str, words.Words] = {
    Series.Ended.COMPLETE: _("all visits have been made"),
    Series.Ended.GOAL_REACHED: _("the goal is reached"),
    Series.Ended.CLIENT_STOPS: _("they want no more visits"),
    Series.Ended.NOBODY_GOES_ON: _("nobody can go on with it"),
}
# What a person can say; that all have been made, the house counts itself.
SAID = (Series.Ended.GOAL_REACHED, Series.Ended.CLIENT_STOPS, Series.Ended.NOBODY_GOES_ON)


@dataclass(frozen=True)
class Shown:
    series: Series
    made: int
    rhythm: words.Words
    ended: words.Words


def shown(request: HelpRequest) -> Shown | None:
    """None: it is for one visit."""
    found = Series.objects.filter(request=request).first()
    if found is None:
        return None
    return Shown(found, beats.made(found), dict(RHYTHMS)[found.every_days], ENDS.get(found.ended_as, ""))


def context(request: HelpRequest, visit: Visit | None) -> dict[str, Any]:
    return {
        "agreed": shown(request),
        "rhythms": RHYTHMS,
        "series_ends": [(one.value, ENDS[one]) for one in SAID],
        "is_under_way": visit is not None and visit.status == VisitStatus.UNDER_WAY,
    }


def plan(request: HelpRequest, posted: Mapping[str, str], by: Actor) -> None:
    """From the form. What is no number and no day counts as not given: the refusal says what is missing."""
    series.plan(
        request,
        goal=posted.get("goal", ""),
        every_days=_number(posted.get("every_days", "")) or 0,
        visits=_number(posted.get("visits", "")),
        until=_day(posted.get("until", "")),
        by=by,
    )


def end(request: HelpRequest, posted: Mapping[str, str], by: Actor) -> None:
    series.end(request, ended_as=posted.get("as", ""), by=by)


def ask_next(request: HelpRequest, posted: Mapping[str, str], by: Actor) -> None:
    series.ask_next(request.pk, at_once=True)


def _number(told: str) -> int | None:
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 3 else None


def _day(told: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(told)
    return None
