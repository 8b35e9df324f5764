"""Two organisations with everything that can be seen of a client, and every door of the house."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.directory import corrections
from digibel.directory.models import PlacesImport
from digibel.guardrails.catalogue import Verdict
from digibel.notifications import outbox
from digibel.notifications.models import BY_HAND, CallTask, InboundMessage, OutboundMessage
from digibel.notifications.numbers import display
from digibel.organisations import joining, tightenings
from digibel.organisations import links as account_links
from digibel.organisations.keys import make_key
from digibel.organisations.models import Organisation, Role, Staff
from digibel.organisations.scopes import EVERY_SCOPE
from digibel.privacy import breaches, erasing, rights
from digibel.privacy.models import BreachKind, Right
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import (
    cards,
    complaints,
    concerns,
    doorstep,
    expenses,
    fraud,
    handovers,
    inside,
    merging,
    reports,
)
from digibel.scheduling.hooks import keeping as hooks
from digibel.scheduling.kits import lending
from digibel.scheduling.kits.models import KitKind
from digibel.scheduling.models import FraudAlarm, Handover, Visit
from digibel.scheduling.paid import ExpenseKind, Way
from digibel.volunteers import applying, links, pagelinks, training
from digibel.volunteers.importing import bringing
from digibel.volunteers.importing.rehearsing import Rehearsal
from digibel.volunteers.models import Applicant, Volunteer
from plugins.worlds import built_once

ROLES = (Role.INTAKE, Role.MATCHER, Role.COORDINATOR, Role.NETWORK)
# An ordinary Tuesday, half past ten in the morning in Brussels.
NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


@dataclass
class House:
    """One organisation, with a booked visit, one that is over, a live offer, a text in the inbox, calls, an alarm, and one of
    everything else that has an address."""

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
    others: dict[str, Any]
    asked: Handover | None = None  # what the other organisation asks this one to take over
    marks: frozenset[str] = field(default_factory=frozenset)
    logins: dict[str, str] = field(default_factory=dict)

    def browser(self, role: str) -> Browser:
        browser = Browser(headers={"accept-language": "en"})
        if role not in self.logins:
            browser.force_login(self.staff[role], backend="django.contrib.auth.backends.ModelBackend")
            self.logins[role] = browser.cookies[settings.SESSION_COOKIE_NAME].value
        browser.cookies[settings.SESSION_COOKIE_NAME] = self.logins[role]
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
            "person_id": self.booked.client_id,
            "handover_id": self.asked.pk if self.asked else None,
            "recipient_id": self.booked.client.recipient_id,
            "slug": "tax",
            "house": "stad",
            "requirement": "insurance",
            "step": "people_told",
            "kind": "client",
            "report": "team",
            "organisation_id": self.organisation.pk,
            "staff_id": self.staff[Role.INTAKE].pk,
            "undo_id": self.organisation.pk,
            "uid": self.staff[Role.INTAKE].pk.hex,
            "key": account_links.open_link(self.staff[Role.INTAKE]),
            "token": cards.token(self.booked),
            **self.others,
        }

    def api_parts(self) -> dict[str, Any]:
        """What fits in the address of each operation."""
        return {
            "reference": self.booked.request.reference,
            "client_id": self.booked.client_id,
            "visit_id": self.booked.pk,
            "desk_session_id": self.others["desk_session_id"],
            "offer_id": self.booked.offer_id,
            "volunteer_id": self.volunteer.pk,
            "kind": "away",
            "exception_id": 1,
            "slug": "anderlecht",
        }

    def tokens(self) -> dict[str, str]:
        """What opens without a login, by the start of the address."""
        link = links.open_link(self.volunteer, self.organisation)
        page = pagelinks.open_page(self.volunteer, self.organisation)
        return {"visit": cards.token(self.booked), "questions": links.token(link), "me": page}


def build(name: str, *, sms: str, volunteer: Volunteer | None, people: tuple[str, ...], street: str) -> House:
    """`people` are the first names of five clients. Everything that says who or where is a word found nowhere else."""
    organisation = cast.organisation(name, sms_number=sms)
    staff = {role: cast.staff(organisation, name=f"{role.title()}{name[3:6].strip()}", role=role) for role in ROLES}
    # By a name that is found nowhere else: who is on duty stands on a page of its own.
    cast.on_duty(staff[Role.INTAKE])
    if volunteer is None:
        volunteer = cast.volunteer(organisation, name="Els", weekly_limit=9)
    else:
        cast.make_ready(volunteer, organisation)
    requests = [
        _asked(organisation, first, street, 1 + at + (5 if name.startswith("De S") else 0))
        for at, first in enumerate(people)
    ]
    booked, over = cast.booked(requests[0], volunteer), cast.booked(requests[1], volunteer)
    doorstep.read_rules(booked, by=Actor.volunteer(volunteer))
    _visited(over, volunteer)
    cast.offered(requests[2], cast.volunteer(organisation, name="Bo"))
    text = cast.texts(requests[0].client, f"een vraag van {people[0]}", to=sms)
    alarm = fraud.during_visit(booked, by=Actor.volunteer(volunteer))
    others = _everything_else(organisation, booked, over, requests[3:])
    _, secret = make_key(organisation, name="programme", scopes=EVERY_SCOPE)
    old, revoked = make_key(organisation, name="old", scopes=EVERY_SCOPE)
    old.revoked_at = clock.now()
    old.save()
    references = [one.reference for one in HelpRequest.objects.of(organisation)]
    numbers = [one.client.recipient.number for one in requests]
    # The twin's number is gone with the merge; its request is the survivor's.
    # Whoever looks after the network is everybody's, and stands on each list of who has access.
    people_here = {one.name for role, one in staff.items() if role != Role.NETWORK}
    marks = {
        *people,
        *people_here,
        street,
        *SAID[name],
        *references,
        *filter(None, numbers),
        *map(display, filter(None, numbers)),
    }
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
        people[:3],
        others,
        marks=frozenset({*marks, booked.word}),
    )


JOINER = {"name": "De Brug", "postcode": "1080", "contact": "Els", "phone": "+3225550000"}
PLACE = {"kind": "library", "name": "Bib", "postcode": "1080", "source": "rang them"}
# What was written down by hand, and stands on a page of its own: found nowhere else.
SAID = {
    "De Lindeboom": ("Brombeer", "Kwikstaart", "Zonnedauw", "Kraanvogel", "Averulle"),
    "De Sleutel": ("Distelvink", "Molensteen", "Regenwulp", "Hazelworm", "Sleedoorn"),
}


def _asked(organisation: Organisation, first: str, street: str, days: int) -> HelpRequest:
    return cast.request(
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
        windows=cast.windows(days=days),
    )


def _visited(visit: Visit, volunteer: Volunteer) -> None:
    with clock.travel(visit.starts_at):
        doorstep.read_rules(visit, by=Actor.volunteer(volunteer))
        inside.check_in(visit, by=Actor.volunteer(volunteer))
        reports.report(inside.check_out(visit, by=Actor.volunteer(volunteer)), by=SYSTEM, all_right=False)


def _everything_else(organisation: Organisation, booked: Visit, over: Visit, more: list[HelpRequest]) -> dict[str, Any]:
    """One of each thing with a page or a deed of its own, by the part of the address. `more`: a guest of Bea, and a twin."""
    said, today = SAID[organisation.name], clock.today()
    bea = cast.volunteer(organisation, name="Bea")
    reported = cast.booked(more[0], bea)
    _visited(reported, bea)
    concern = concerns.report(reported, ["money"], by=SYSTEM)
    reason = {"reason": f"hier {said[1]}", "since": today, "by": SYSTEM}
    gone = cast.staff(organisation, name="Weg")
    gone.is_active = False
    gone.save()
    claim = expenses.Claim(clock.local(over.starts_at).date(), ExpenseKind.FLAT, Decimal("20"))
    with clock.travel(over.ends_at):
        paid = expenses.pay(over.volunteer, organisation, [claim], way=Way.CASH, paid_on=clock.today(), by=SYSTEM)
    kit = lending.add(organisation, KitKind.TABLET, by=SYSTEM)
    day = clock.local(booked.starts_at).date()
    loan = lending.keep(kit, booked, first_day=day, last_day=day, by=SYSTEM)
    twins = merging.merge(over.client, more[1].client, by=SYSTEM)
    return {
        "complaint_id": complaints.note(over.client, kind="service", text=f"over {said[0]}", by=SYSTEM).pk,
        "tightening_id": tightenings.tighten(organisation, "online-payment", Verdict.STAFF_ONLY, **reason).pk,
        "kit_id": kit.pk,
        "loan_id": loan.pk,
        "desk_session_id": cast.desk_session(organisation, place=cast.place(f"zaal-{organisation.pk.hex[:6]}")).pk,
        "session_id": training.add_session(organisation, module="door", day=today, place=said[2], by=SYSTEM).pk,
        "breach_id": breaches.note_breach(organisation, BreachKind.PAPER_LOST, by=SYSTEM).pk,
        "asked_id": rights.note_request(over.client, Right.ACCESS, organisation=organisation, by=SYSTEM).pk,
        "certificate_id": erasing.erase_staff(gone, by=SYSTEM).pk,
        "concern_id": concern.pk,
        "joiner_id": joining.ask(**JOINER, email=f"els@{organisation.pk.hex}.example").pk,
        "applicant_id": _applicant(organisation).pk,
        "payment_id": paid.pk,
        "place_id": corrections.add(**PLACE, organisation=organisation, by=SYSTEM).pk,
        "place_session_id": cast.place_session(organisation).pk,
        "merge_id": twins.pk,
        "import_id": bringing.bring_in(Rehearsal([], [], [], False), organisation=organisation, by=SYSTEM).pk,
        "list_id": PlacesImport.objects.create(
            organisation=organisation, brought_at=clock.now(), added=0, changed=0
        ).pk,
        "text_id": _by_hand(organisation, over.client).pk,
        "hook_id": hooks.make(organisation, name=said[3], address=f"https://{said[3]}.example.org/in", by=SYSTEM)[0].pk,
        "key_id": make_key(organisation, name=f"kassa {said[3]}")[0].pk,
    }


def _applicant(organisation: Organisation) -> Applicant:
    """Somebody who put themselves forward here; all organisations are as near."""
    made = applying.put_forward(
        first_name=SAID[organisation.name][4], number=cast.mobile(), postcode="1090", speaks=["nl"]
    )
    Applicant.objects.filter(pk=made.pk).update(organisation=organisation)
    return made


def _by_hand(organisation: Organisation, client: Client) -> OutboundMessage:
    """A text to this client that waits for somebody's telephone."""
    text = outbox.queue_message(client.recipient, "plain.declined", organisation=organisation, subject=organisation)
    OutboundMessage.objects.filter(pk=text.pk).update(gateway=BY_HAND)
    return text


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[House, House]]:
    with clock.travel(NOW):
        yield from built_once(django_db_blocker, _houses)


@pytest.fixture
def houses(world: tuple[House, House], tmp_path: Path) -> Iterator[tuple[House, House]]:
    """The second shares its volunteer with the first, and nothing else. Staff may come in by a log-in where nobody answers."""
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "logins.toml").write_text(
        '[[login]]\nslug = "stad"\nname = "Stad"\nissuer = "http://127.0.0.1:9"\nclient_id = "x"\nclient_secret_file = "secret"'
    )
    with override_settings(DIGIBEL_LOGINS_FILE=str(tmp_path / "logins.toml")):
        yield world


def _houses() -> tuple[House, House]:
    # Receipts and certificates are numbered from one too, and would look like somebody's reference.
    third = cast.organisation("De Derde", sms_number="+32460000003", duty=False)
    for _ in range(4):
        cast.request(third)
    first = build(
        "De Lindeboom",
        sms="+32460000001",
        volunteer=None,
        people=("Quirine", "Zbigniewa", "Xanthippe", "Ludmilla", "Kunigunde"),
        street="Kwartelweg",
    )
    second = build(
        "De Sleutel",
        sms="+32460000002",
        volunteer=first.volunteer,
        people=("Wladimira", "Ottoline", "Fredegonde", "Hildegard", "Philippine"),
        street="Schubertlaan",
    )
    for mine, theirs in ((first, second), (second, first)):
        mine.asked = handovers.hand_over(theirs.waiting, to=mine.organisation, consent_language="nl", by=SYSTEM)
        for role in ROLES:
            mine.browser(role)
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
