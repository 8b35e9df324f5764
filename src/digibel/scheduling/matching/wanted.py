"""What the ranking needs to know of one request: what is asked, where, when, and since when the client could have been told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from digibel import clock
from digibel.guardrails import catalogue
from digibel.notifications.models import Channel
from digibel.requests.models import HelpRequest
from digibel.scheduling import households, pairs
from digibel.scheduling.matching.moments import Stretch, days_at_home

# How long before a visit the client must be told, by the way they are told: three tries must fit in the time there is,
# and a letter takes five working days.
NOTICE = {Channel.SMS: timedelta(hours=4), Channel.CALL: timedelta(hours=6), Channel.WORKER: timedelta(hours=24)}
LETTER_DAYS = 5


@dataclass(frozen=True)
class Wanted:
    """`needs` are skills of which one is enough, for each task. `earliest` is when the client could have been told at the
    earliest. `away` counts only for who is always at home."""

    request_id: uuid.UUID
    client_id: uuid.UUID
    organisation_id: uuid.UUID
    postcode: str
    needs: tuple[frozenset[str], ...]
    device: str
    speaks: tuple[str, ...]
    wish: str
    stairs: bool
    dog: bool
    smoke: bool
    windows: tuple[Stretch, ...]
    away: tuple[Stretch, ...]
    length: timedelta
    earliest: datetime
    # Who is visited right after the client, in the same home: what they need, speak and wish is in the rest.
    second_client_id: uuid.UUID | None = None

    @property
    def days(self) -> list[date]:
        """The days on which the visit may be, local."""
        days = {clock.local(start).date() for start, _ in self.windows}
        return sorted(days) or [clock.local(self.earliest).date()]


def wanted(request: HelpRequest, now: datetime) -> Wanted:
    """For both, where two people of one home are visited in one go."""
    asked = _wanted(request, now)
    second = households.along_with(request)
    return asked if second is None else in_one_go(asked, _wanted(second, now))


def in_one_go(first: Wanted, second: Wanted) -> Wanted:
    """Whoever goes to both, one after the other: what either needs, in a language that both speak, when both are at home."""
    return replace(
        first,
        needs=tuple(dict.fromkeys((*first.needs, *second.needs))),
        device=first.device or second.device,
        speaks=tuple(code for code in first.speaks if code in second.speaks),
        wish=first.wish or second.wish,
        stairs=first.stairs or second.stairs,
        dog=first.dog or second.dog,
        smoke=first.smoke or second.smoke,
        windows=tuple(_shared(first.windows, second.windows)),
        away=(*first.away, *second.away),
        length=first.length + second.length,
        earliest=max(first.earliest, second.earliest),
        second_client_id=second.client_id,
    )


def _shared(ours: Sequence[Stretch], theirs: Sequence[Stretch]) -> list[Stretch]:
    both = ((max(one[0], other[0]), min(one[1], other[1])) for one in ours for other in theirs)
    return sorted({(start, end) for start, end in both if start < end})


def _wanted(request: HelpRequest, now: datetime) -> Wanted:
    client = request.client
    earliest = _earliest(_told_by(request), now)
    told = list(request.windows.all())
    away = [(window.starts_at, window.ends_at) for window in told if window.away]
    windows = [(window.starts_at, window.ends_at) for window in told if not window.away]
    at_home = request.meets_at_id is None
    needs = (catalogue.get(task.slug).skills for task in request.tasks.all())
    return Wanted(
        request_id=request.pk,
        client_id=client.pk,
        organisation_id=request.organisation_id,
        postcode=request.postcode,
        needs=tuple(dict.fromkeys(frozenset(need) for need in needs if need)),
        device=request.device if request.device in catalogue.SKILLS else "",
        speaks=tuple(client.speaks),
        wish=client.wish,
        stairs=at_home and (client.floor or 0) > 0 and not client.lift,
        dog=at_home and client.dog,
        smoke=at_home and client.smoke,
        windows=tuple(_moments_with(request) or (days_at_home(earliest, away) if request.always_home else windows)),
        away=tuple(away),
        length=timedelta(minutes=request.minutes),
        earliest=earliest,
    )


def _moments_with(request: HelpRequest) -> list[Stretch]:
    """Who goes along with somebody goes when they go."""
    first = pairs.waiting_of(request)
    return [(first.starts_at, first.starts_at + timedelta(minutes=request.minutes))] if first is not None else []


def _told_by(request: HelpRequest) -> str:
    """Our letter says that somebody comes: who is expected elsewhere is rung."""
    channel = request.client.recipient.channel
    return Channel.CALL if channel == Channel.LETTER and request.meets_at_id is not None else channel


def _earliest(channel: str, now: datetime) -> datetime:
    if channel != Channel.LETTER:
        return clock.add_waking(now, NOTICE[Channel(channel)])
    return clock.at(clock.add_working_days(clock.local(now).date(), LETTER_DAYS), clock.WAKING[0])
