"""What the ranking needs to know of a request and of each volunteer, read in a fixed number of queries."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Max

from digibel import clock
from digibel.guardrails import catalogue
from digibel.notifications.models import Channel
from digibel.requests.models import HelpRequest
from digibel.scheduling.matching.moments import Stretch, WeeklyHours, days_at_home
from digibel.scheduling.models import LIVE_OFFERS, STANDING_VISITS, Offer, OfferStatus, Preference, Visit, VisitStatus
from digibel.volunteers.models import Absence, AvailableHours, Readiness, Volunteer

WEEK = timedelta(days=7)

# How long before a visit the client must be told, by the way they are told: three tries must fit in the time there is,
# and a letter takes five working days.
NOTICE = {Channel.SMS: timedelta(hours=4), Channel.CALL: timedelta(hours=6), Channel.WORKER: timedelta(hours=24)}
LETTER_DAYS = 5


@dataclass(frozen=True)
class Wanted:
    """The request as the ranking sees it. `earliest` is the first moment the client could have been told for."""

    request: HelpRequest
    slugs: tuple[str, ...]
    speaks: tuple[str, ...]
    windows: tuple[Stretch, ...]
    length: timedelta
    earliest: datetime
    client_busy: tuple[Stretch, ...] = ()


@dataclass
class Person:
    """A volunteer as the ranking sees them; lists are filled from a few queries over the whole pool."""

    volunteer: Volunteer
    readiness: list[Readiness] = field(default_factory=list)
    hours: list[WeeklyHours] = field(default_factory=list)
    absences: list[tuple[date, date]] = field(default_factory=list)
    busy: list[Stretch] = field(default_factory=list)
    visit_starts: list[datetime] = field(default_factory=list)
    offers_this_week: int = 0
    live_elsewhere: bool = False
    last_asked: datetime | None = None
    this_offer: str = ""
    came_before: bool = False
    again: bool | None = None


def wanted(request: HelpRequest, now: datetime) -> Wanted:
    client = request.client
    earliest = _earliest(client.recipient.channel, now)
    told = list(request.windows.all())
    away = [(window.starts_at, window.ends_at) for window in told if window.away]
    windows = [(window.starts_at, window.ends_at) for window in told if not window.away]
    busy = Visit.objects.filter(client=client).standing().exclude(request=request).values_list("starts_at", "ends_at")
    return Wanted(
        request=request,
        slugs=tuple(task.slug for task in request.tasks.all()),
        speaks=tuple(client.speaks),
        windows=tuple(days_at_home(earliest, away) if request.always_home else windows),
        length=timedelta(minutes=request.minutes),
        earliest=earliest,
        client_busy=tuple(busy),
    )


def _earliest(channel: str, now: datetime) -> datetime:
    if channel != Channel.LETTER:
        return clock.add_waking(now, NOTICE[Channel(channel)])
    return clock.at(clock.add_working_days(clock.local(now).date(), LETTER_DAYS), clock.WAKING[0])


def people(request: HelpRequest, now: datetime) -> list[Person]:
    """The whole pool, each with what has been booked, asked and answered. Eleven queries, whatever the pool's size."""
    volunteers = Volunteer.objects.filter(left_at=None).select_related("recipient").order_by("joined_on", "pk")
    found = {volunteer.pk: Person(volunteer) for volunteer in volunteers}
    _add_standing_facts(found, request)
    _add_visits(found, request)
    _add_offers(found, request, now)
    return list(found.values())


def _add_standing_facts(found: dict[uuid.UUID, Person], request: HelpRequest) -> None:
    for row in Readiness.objects.filter(organisation=request.organisation_id):
        if row.volunteer_id in found:
            found[row.volunteer_id].readiness.append(row)
    for volunteer, weekday, start, end in AvailableHours.objects.values_list("volunteer_id", "weekday", "start", "end"):
        if volunteer in found:
            found[volunteer].hours.append((weekday, start, end))
    for volunteer, first_day, last_day in Absence.objects.values_list("volunteer_id", "first_day", "last_day"):
        if volunteer in found:
            found[volunteer].absences.append((first_day, last_day))
    preferences = Preference.objects.filter(client=request.client_id)
    for volunteer, again in preferences.values_list("volunteer_id", "again"):
        if volunteer in found:
            found[volunteer].again = again


def _add_visits(found: dict[uuid.UUID, Person], request: HelpRequest) -> None:
    standing = Visit.objects.filter(status__in=STANDING_VISITS)
    for volunteer, start, busy_from, busy_until in standing.values_list(
        "volunteer_id", "starts_at", "busy_from", "busy_until"
    ):
        if volunteer in found:
            found[volunteer].busy.append((busy_from, busy_until))
            found[volunteer].visit_starts.append(start)
    before = Visit.objects.filter(client=request.client_id, status=VisitStatus.DONE)
    for volunteer in before.values_list("volunteer_id", flat=True):
        if volunteer in found:
            found[volunteer].came_before = True


def _add_offers(found: dict[uuid.UUID, Person], request: HelpRequest, now: datetime) -> None:
    for volunteer in Offer.objects.filter(created_at__gte=now - WEEK).values_list("volunteer_id", flat=True):
        if volunteer in found:
            found[volunteer].offers_this_week += 1
    for row in Offer.objects.values("volunteer_id").annotate(last=Max("created_at")):
        if row["volunteer_id"] in found:
            found[row["volunteer_id"]].last_asked = row["last"]
    live = Offer.objects.filter(status__in=LIVE_OFFERS).exclude(request=request)
    for volunteer in live.values_list("volunteer_id", flat=True):
        if volunteer in found:
            found[volunteer].live_elsewhere = True
    _add_answers(found, request)


def _add_answers(found: dict[uuid.UUID, Person], request: HelpRequest) -> None:
    """What each said to this request in this round: a search that starts anew may ask those who were silent again."""
    offers = Offer.objects.filter(request=request).order_by("created_at")
    for volunteer, status in offers.values_list("volunteer_id", "status"):
        if volunteer in found and status != OfferStatus.WITHDRAWN:
            found[volunteer].this_offer = status


def skills_missing(slugs: Sequence[str], skills: Sequence[str]) -> list[str]:
    """The tasks' skills of which this person knows none, as skill ids."""
    known = set(skills)
    needs = [catalogue.get(slug).skills for slug in slugs]
    return list(dict.fromkeys(need[0] for need in needs if need and not known.intersection(need)))
