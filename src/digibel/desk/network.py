"""What the network administrator sees of each organisation: how much is done there and by whom, never for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from digibel import clock
from digibel.desk import words
from digibel.organisations import secondsteps
from digibel.organisations.models import AccountLink, Organisation, Staff
from digibel.privacy.models import PersonKind, Right, RightsRequest
from digibel.requests.models import HelpRequest
from digibel.scheduling.models import Visit, VisitStatus
from digibel.volunteers.models import Volunteer

FEWEST = 5
"""Fewer people than this are not told apart in a count (docs/privacy.md)."""


@dataclass(frozen=True)
class House:
    """One organisation, in this calendar year. A count of clients below five is not shown."""

    organisation: Organisation
    staff: int
    requests: int
    visits: int
    clients: int

    @property
    def few(self) -> bool:
        return 0 < self.clients < FEWEST


def organisations() -> list[House]:
    begins = clock.at(date(clock.today().year, 1, 1), time())
    logged = _counted(HelpRequest.objects.filter(logged_at__gte=begins), "organisation", "pk")
    clients = _counted(HelpRequest.objects.filter(logged_at__gte=begins), "organisation", "client")
    done = Visit.objects.filter(starts_at__gte=begins, status=VisitStatus.DONE)
    visits = _counted(done, "request__organisation", "pk")
    working = Organisation.objects.annotate(working=Count("staff", filter=Q(staff__is_active=True)))
    return [
        House(one, one.working, logged.get(one.pk, 0), visits.get(one.pk, 0), clients.get(one.pk, 0))
        for one in working.order_by("name")
    ]


def _counted(rows: "QuerySet[HelpRequest] | QuerySet[Visit]", by: str, what: str) -> dict[UUID, int]:
    found = rows.order_by().values(by).annotate(many=Count(what, distinct=True))
    return {row[by]: row["many"] for row in found}


@dataclass(frozen=True)
class Colleague:
    staff: Staff
    role: words.Words
    invited_until: datetime | None  # a link lies with them that was not used yet
    two: bool  # comes in with two steps


def staff_of(organisation: Organisation) -> list[Colleague]:
    """Who works there, by name; then who did."""
    people = organisation.staff.exclude(email_index="")
    ordered = sorted(people, key=lambda one: (not one.is_active, one.name.casefold()))
    given = AccountLink.objects.filter(staff__organisation=organisation, kind=AccountLink.Kind.GIVEN)
    until = dict(given.filter(ends_at__gt=clock.now()).values_list("staff", "ends_at"))
    two = secondsteps.who_has(organisation)
    return [Colleague(one, words.ROLES[one.role], until.get(one.pk), one.pk in two) for one in ordered]


@dataclass(frozen=True)
class ToForget:
    volunteer: Volunteer
    name: str
    asked: RightsRequest
    by: Sequence[str]


def wishes_to_be_forgotten() -> "QuerySet[RightsRequest]":
    """Of volunteers, as organisations wrote them down; the first that is due first."""
    asked = RightsRequest.objects.filter(person_kind=PersonKind.VOLUNTEER, right=Right.ERASURE, done_at=None)
    return asked.select_related("organisation").order_by("due_on", "pk")


def volunteers_to_forget() -> list[ToForget]:
    found: dict[UUID, list[RightsRequest]] = {}
    for one in wishes_to_be_forgotten():
        found.setdefault(one.person_id, []).append(one)
    people = Volunteer.objects.in_bulk(list(found))
    return [
        ToForget(people[pk], _called(people[pk]), them[0], [one.organisation.name for one in them])
        for pk, them in found.items()
        if pk in people
    ]


def _called(volunteer: Volunteer) -> str:
    return f"{volunteer.first_name} {volunteer.family_name}".strip()
