"""Two organisations with everything that can be seen of a client, and every door of the house."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications.models import CallTask, InboundMessage
from digibel.notifications.numbers import display
from digibel.organisations.keys import make_key
from digibel.organisations.models import Organisation, Role, Staff
from digibel.requests.models import HelpRequest
from digibel.scheduling import calendars, cards, doorstep, fraud, handovers, openings, reports, visits
from digibel.scheduling.models import FraudAlarm, Handover, Visit
from digibel.volunteers.models import Volunteer

ROLES = (Role.INTAKE, Role.MATCHER, Role.COORDINATOR)


@dataclass
class House:
    """One organisation, with a booked visit, one that is over, a live offer, a text in the inbox, calls and an alarm."""

    organisation: Organisation
    staff: dict[str, Staff]
    secret: str
    revoked: str
    volunteer: Volunteer
    booked: Visit
    done: Visit
    waiting: HelpRequest
    text: InboundMessage
    alarm: FraudAlarm
    people: tuple[str, ...]
    asked: Handover | None = None  # what the other organisation asks this one to take over
    marks: frozenset[str] = field(default_factory=frozenset)

    def browser(self, role: str) -> Browser:
        browser = Browser(headers={"accept-language": "en"})
        browser.force_login(self.staff[role], backend="django.contrib.auth.backends.ModelBackend")
        return browser

    def parts(self) -> dict[str, Any]:
        """What fits in the address of each page, by the name of the part."""
        return {
            "reference": self.booked.request.reference,
            "visit_id": self.booked.pk,
            "volunteer_id": self.volunteer.pk,
            "call_id": CallTask.objects.of(self.organisation).open().filter(kind="fraud.now").get().pk,
            "message_id": self.text.pk,
            "client_id": self.booked.client_id,
            "handover_id": self.asked.pk if self.asked else None,
            "slug": "tax",
            "token": cards.token(self.booked),
        }


def build(name: str, *, sms: str, volunteer: Volunteer | None, people: tuple[str, str, str], street: str) -> House:
    """`people` are the first names of three clients. Everything that says who or where is a word found nowhere else."""
    organisation = cast.organisation(name, sms_number=sms)
    staff = {role: cast.staff(organisation, name=f"{role.title()}{name[:4].strip()}", role=role) for role in ROLES}
    if volunteer is None:
        volunteer = cast.volunteer(organisation, name="Els", weekly_limit=9)
    else:
        cast.make_ready(volunteer, organisation)
    requests = [
        cast.request(
            organisation,
            client={
                "first_name": first,
                "family_name": f"{first}ssens",
                "address_as": f"Mevrouw {first}ssens",
                "street": street,
                "house_number": "4711",
                "door_note": f"bel {first}",
                "contact_name": f"Buur {first}",
                "contact_phone": cast.mobile(),
            },
            windows=cast.windows(days=1 + at + (3 if name.startswith("De S") else 0)),
        )
        for at, first in enumerate(people)
    ]
    booked, over = cast.booked(requests[0], volunteer), cast.booked(requests[1], volunteer)
    for visit in (booked, over):
        doorstep.read_rules(visit, by=Actor.volunteer(volunteer))
    with clock.travel(over.starts_at):
        visits.check_in(over, by=Actor.volunteer(volunteer))
        reports.report(visits.check_out(over, by=Actor.volunteer(volunteer)), by=SYSTEM, all_right=False)
    cast.offered(requests[2], cast.volunteer(organisation, name="Bo"))
    text = cast.texts(requests[0].client, f"een vraag van {people[0]}", to=sms)
    alarm = fraud.during_visit(booked, by=Actor.volunteer(volunteer))
    _, secret = make_key(organisation, name="programme")
    old, revoked = make_key(organisation, name="old")
    old.revoked_at = clock.now()
    old.save()
    references = [one.reference for one in HelpRequest.objects.of(organisation)]
    numbers = [one.client.recipient.number for one in requests]
    words = [booked.word] if booked.word else []
    marks = {*people, street, "4711", *references, *numbers, *map(display, numbers), *words}
    return House(
        organisation,
        staff,
        secret,
        revoked,
        volunteer,
        booked,
        over,
        requests[2],
        text,
        alarm,
        people,
        marks=frozenset(marks),
    )


@pytest.fixture
def houses(frozen_clock: datetime) -> tuple[House, House]:
    """The second shares its volunteer with the first, and nothing else."""
    first = build(
        "De Lindeboom",
        sms="+32460000001",
        volunteer=None,
        people=("Quirine", "Zbigniewa", "Xanthippe"),
        street="Kwartelweg",
    )
    second = build(
        "De Sleutel",
        sms="+32460000002",
        volunteer=first.volunteer,
        people=("Wladimira", "Ottoline", "Fredegonde"),
        street="Schubertlaan",
    )
    for mine, theirs in ((first, second), (second, first)):
        mine.asked = handovers.hand_over(theirs.waiting, to=mine.organisation, consent_language="nl", by=SYSTEM)
    second.marks = second.marks - {"4711"}
    first.marks = first.marks - {"4711"}
    return first, second


def routes(patterns: Any = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of everything that can be asked for, the API left out: that has a document of its own."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != "api/v1/":
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from routes(pattern.url_patterns, prefix + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", prefix + str(pattern.pattern)


def address(route: str, parts: dict[str, Any]) -> str:
    """The route with its parts filled in. KeyError for a part that nobody has thought of: add it to `House.parts`."""
    path = "/" + route
    while "<" in path:
        before, _, rest = path.partition("<")
        what, _, after = rest.partition(">")
        path = f"{before}{parts[what.rpartition(':')[2]]}{after}"
    return path


def nowhere(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: uuid.uuid4() if isinstance(part, uuid.UUID) else "26-9999" for name, part in parts.items()}


def later(moment: datetime, days: int) -> datetime:
    return moment + timedelta(days=days)


__all__ = ["ROLES", "House", "address", "calendars", "nowhere", "openings", "routes"]
