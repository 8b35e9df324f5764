"""Visits as lines: when, who, where, and how it stands, in a bell and a sentence."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from digibel import clock, languages
from digibel.desk import words
from digibel.organisations.models import Organisation
from digibel.scheduling.bells import CHECK_IN_WITHIN, CHECK_OUT_ALARM
from digibel.scheduling.models import STANDING_VISITS, Visit, VisitQuerySet, VisitStatus
from digibel.sealing import keys


@dataclass(frozen=True)
class VisitLine:
    """`first`: nobody has ever seen this volunteer at work."""

    visit: Visit
    bell: str
    state: str
    first: bool = False

    @property
    def place(self) -> str:
        return words.place_name(self.visit.postcode)

    @property
    def volunteer(self) -> str:
        return called(self.visit)


def called(visit: Visit) -> str:
    """The volunteer, as the desk names them: first name and one letter."""
    return f"{visit.volunteer.first_name} {visit.volunteer.family_name[:1]}".strip()


def on_day(organisation: Organisation, day: date, *, days: int = 1) -> VisitQuerySet:
    """The visits that begin on this day in Brussels, or on so many days from it."""
    start, end = clock.at(day, time()), clock.at(day + timedelta(days=days), time())
    return Visit.objects.of(organisation).filter(starts_at__gte=start, starts_at__lt=end)


def of_day(organisation: Organisation, day: date) -> list[VisitLine]:
    """The visits that begin on this day in Brussels, in order; cancelled ones last."""
    return [line for _, lines in of_days(organisation, day, 1) for line in lines]


def of_days(organisation: Organisation, first: date, days: int) -> list[tuple[date, list[VisitLine]]]:
    """Day by day, only those on which there is a visit, each in order; cancelled ones last."""
    visits = on_day(organisation, first, days=days).select_related(
        "request", "client__recipient", "volunteer__recipient"
    )
    found: dict[date, list[VisitLine]] = {}
    for line in as_lines(sorted(visits, key=_place_in_list)):
        found.setdefault(clock.local(line.visit.starts_at).date(), []).append(line)
    return sorted(found.items())


def _place_in_list(visit: Visit) -> tuple[bool, datetime]:
    return visit.status == VisitStatus.CANCELLED, visit.starts_at


def as_lines(visits: Iterable[Visit]) -> list[VisitLine]:
    listed = list(visits)
    keys.prefetch([visit.client.key_id for visit in listed] + [visit.volunteer.key_id for visit in listed])
    now = clock.now()
    first = first_visits(listed)
    return [VisitLine(visit, *state_of(visit, now), first=visit.pk in first) for visit in listed]


def first_visits(visits: Iterable[Visit]) -> set[uuid.UUID]:
    """Which of these are the first of their volunteer, at whichever organisation: none before it took place or will."""
    before = Visit.objects.filter(volunteer=OuterRef("volunteer"), starts_at__lt=OuterRef("starts_at"))
    counting = before.filter(status__in=[*STANDING_VISITS, VisitStatus.DONE])
    standing = Visit.objects.standing().filter(pk__in=[visit.pk for visit in visits])
    return set(standing.exclude(Exists(counting)).values_list("pk", flat=True))


def state_of(visit: Visit, now: datetime) -> tuple[str, str]:
    """The bell and the words: "IN at 9:17, not out yet"."""
    reader = words.desk_language()
    told_in = languages.clock_time(visit.checked_in_at, reader) if visit.checked_in_at else ""
    told_out = languages.clock_time(visit.checked_out_at, reader) if visit.checked_out_at else ""
    if visit.status == VisitStatus.UNDER_WAY:
        late = visit.ends_at + CHECK_OUT_ALARM <= now
        return ("alarm" if late else "wait"), gettext("in at %(time)s, not out yet") % {"time": told_in}
    if visit.status == VisitStatus.DONE:
        return "done", gettext("in at %(start)s, out at %(end)s") % {"start": told_in, "end": told_out}
    if visit.status != VisitStatus.BOOKED:
        bell, word = words.VISITS[visit.status]
        return bell, str(word)
    if visit.starts_at + CHECK_IN_WITHIN <= now:
        return "alarm", gettext("should have begun, nobody said IN")
    if visit.needs_second:
        return "you", gettext("waits at home until a second person goes along")
    if visit.held_back_at is not None:
        return "alarm", gettext("not confirmed: the volunteer stays at home for now")
    if visit.goes_with_id is not None:
        return "later", gettext("goes along with somebody")
    return ("later", gettext("confirmed")) if visit.confirmed_at else ("you", gettext("not confirmed yet"))
