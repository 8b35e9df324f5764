"""The cast: a client, volunteers, a coordinator, and an outsider who must see nothing. States are reached by the real verbs."""

from datetime import date, time, timedelta
from typing import Any

from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.directory import sessions
from digibel.directory.models import HelpPlace, PlaceSession
from digibel.notifications import inbound, outbox
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import InboundMessage, OutboundMessage
from digibel.organisations.models import DutyHours, Organisation, Role, Staff
from digibel.requests.drafts import RequestDraft, read_draft
from digibel.requests.models import HelpRequest
from digibel.scheduling import offers, openings
from digibel.scheduling.desksessions import making
from digibel.scheduling.models import DeskSession, Offer, Visit
from digibel.volunteers import pool, readiness
from digibel.volunteers.models import Requirement, Volunteer

SMS_NUMBER = "+32460000001"
ALL_WEEK = [(day, time(8), time(20)) for day in range(7)]
SKILLS = ["smartphone", "tablet", "computer", "video-call", "look-first", "itsme-eid", "wifi", "apps", "email", "egov"]

_numbers = iter(range(10_000_000))


def mobile() -> str:
    """A new Belgian mobile number, E.164."""
    return f"+3247{next(_numbers):07d}"


def organisation(name: str = "De Lindeboom", *, sms_number: str = SMS_NUMBER, duty: bool = True) -> Organisation:
    made = Organisation.objects.create(
        slug=name.lower().replace(" ", "-"), name=name, phone="+3225112233", sms_number=sms_number, postcode="1090"
    )
    if duty:
        on_duty(coordinator(made, name="Fatima"))
    return made


def staff(organisation: Organisation, *, name: str = "Nadia", role: str = Role.INTAKE) -> Staff:
    email = f"{name.lower()}@{organisation.slug}.example"
    return Staff.objects.create_user(
        email,
        "a long password",
        organisation=organisation,
        name=name,
        role=role,
        mobile=mobile(),
    )


def coordinator(organisation: Organisation, *, name: str = "Nadia") -> Staff:
    return staff(organisation, name=name, role=Role.COORDINATOR)


def on_duty(person: Staff) -> None:
    """Answers the telephone every day from seven to ten in the evening."""
    DutyHours.objects.bulk_create(
        DutyHours(staff=person, organisation=person.organisation, weekday=day, start=time(7), end=time(22))
        for day in range(7)
    )


def volunteer(
    *organisations: Organisation, name: str = "Els", number: str = "", ready: bool = True, **facts: Any
) -> Volunteer:
    """Ready for these organisations, free every day from eight to eight, unless told otherwise."""
    told = {"postcode": "1090", "reach_km": 8, "speaks": ["nl", "fr"], "skills": SKILLS, "weekly_limit": 5, **facts}
    made = pool.add_volunteer(
        number=number or mobile(),
        languages=told["speaks"],
        hours=told.pop("hours", ALL_WEEK),
        facts={"first_name": name, **told},
        by=SYSTEM,
    )
    for one in organisations if ready else ():
        make_ready(made, one)
    return made


def make_ready(volunteer: Volunteer, organisation: Organisation) -> None:
    for requirement in Requirement.values:
        readiness.note(
            volunteer, organisation, requirement, since=clock.today() - timedelta(days=30), until=None, by=SYSTEM
        )


def windows(*, days: int) -> list[dict[str, str]]:
    """One afternoon, so many days from today."""
    day = clock.local(clock.now()).date() + timedelta(days=days)
    return [{"from": f"{day}T14:00", "until": f"{day}T17:00"}]


def told(**changes: Any) -> dict[str, Any]:
    """What was told on the telephone, as both doors take it: meneer Claes of Jette, mobile, tomorrow afternoon."""
    tomorrow = clock.local(clock.now()).date() + timedelta(days=1)
    while clock.is_rest_day(tomorrow):
        tomorrow += timedelta(days=1)
    client = {
        "first_name": "Guido",
        "family_name": "Claes",
        "address_as": "Meneer Claes",
        "phone": mobile(),
        "channel": "sms",
        "speaks": ["nl"],
        "reads": ["nl"],
        "street": "Theodorstraat",
        "house_number": "41",
        "postcode": "1090",
        **changes.pop("client", {}),
    }
    return {
        "client": client,
        "tasks": ["video-call"],
        "in_own_words": "Mijn tablet doet raar",
        "windows": [{"from": f"{tomorrow}T14:00", "until": f"{tomorrow}T17:00"}],
        "consent": {"given": True, "language": "nl"},
        **changes,
    }


def draft(**changes: Any) -> RequestDraft:
    return read_draft(told(**changes))


def request(organisation: Organisation, **changes: Any) -> HelpRequest:
    """A request as it stands right after the call; the part for a volunteer where it was split."""
    return openings.open_request(draft(**changes), organisation=organisation, by=SYSTEM)[0]


def offered(request: HelpRequest, *volunteers: Volunteer) -> list[Offer]:
    """Offers to these, sent."""
    made = offers.send_wave(request, by=SYSTEM, volunteers=volunteers or None)
    outbox.sweep()
    return made


def booked(request: HelpRequest, volunteer: Volunteer) -> Visit:
    [offer] = offered(request, volunteer)
    offer.refresh_from_db()
    visit = offers.accept(offer, 1, by=Actor.volunteer(volunteer))
    outbox.sweep()
    return visit


def worked(volunteer: Volunteer, organisation: Organisation, *days: date) -> list[date]:
    """Visits that took place on these days, at two in the afternoon: written straight away, the way there is tested elsewhere."""
    asked = request(organisation)
    for day in days:
        start = clock.at(day, time(14))
        end = start + timedelta(hours=1)
        Visit.objects.create(
            request=asked,
            client=asked.client,
            key_id=asked.key_id,
            volunteer=volunteer,
            status="done",
            starts_at=start,
            ends_at=end,
            busy_from=start,
            busy_until=end,
            booked_at=start,
            changed_at=end,
            checked_in_at=start,
            checked_out_at=end,
            follow_up_due=end,
        )
    return list(days)


_ids = iter(range(10_000_000))


def texts(person: Any, body: str, *, to: str = SMS_NUMBER, provider_id: str = "") -> InboundMessage:
    """This person texts us, and the text is worked through and answered."""
    number = person.recipient.number if hasattr(person, "recipient") else person
    told = InboundText(provider_id or f"test-{next(_ids)}", number, to, body)
    message = inbound.receive_text("simulator", told)
    assert message is not None
    inbound.route_text(message.pk)
    outbox.sweep()
    message.refresh_from_db()
    return message


def telephone(person: Any) -> list[str]:
    """What lies on this person's telephone, oldest first."""
    sent = OutboundMessage.objects.filter(recipient=person.recipient, status__in=["sent", "delivered"])
    return [message.body for message in sent.order_by("status_at", "created_at", "pk")]


def place(name: str = "Dienstencentrum De Linde", *, postcode: str = "1090", **facts: Any) -> HelpPlace:
    """A place with a door, where a desk session can be held."""
    told = {"slug": f"place-{next(_numbers)}", "kind": "helpdesk", "source": "cast", **facts}
    return HelpPlace.objects.create(name=name, postcode=postcode, **told)


def place_session(organisation: Organisation, *, days: int = 3, seats: int = 2, **facts: Any) -> PlaceSession:
    """A place receives people in so many days, from 14 to 16."""
    day = clock.today() + timedelta(days=days)
    told = {"place": facts.pop("place", None) or place(), "day": day, "start": time(14), "end": time(16), **facts}
    [made] = sessions.hold(**told, seats=seats, organisation=organisation, by=SYSTEM)
    return made


def desk_session(organisation: Organisation, *, days: int = 3, seats: int = 2, **facts: Any) -> DeskSession:
    """From ten to noon, so many days from today, at a place near by."""
    told = {"place": None, "start": time(10), "end": time(12), **facts}
    told["place"] = told["place"] or place()
    day = clock.today() + timedelta(days=days)
    return making.make(organisation, day=day, seats=seats, by=SYSTEM, **told)[0]
