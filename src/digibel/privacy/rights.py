"""The register of what people ask about their own data: written down, on the list, and answered within a month (GDPR art. 12.3)."""

import calendar
import uuid
from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.audit.recording import record
from digibel.notifications.calls import drop_calls, open_call
from digibel.notifications.models import Recipient
from digibel.organisations.models import Organisation, Staff
from digibel.privacy.errors import AlreadyDone, OthersVolunteer, SharedVolunteer, TakenInElsewhere
from digibel.privacy.models import Outcome, PersonKind, Right, RightsRequest
from digibel.requests.intake import rows_of, survivor
from digibel.requests.models import Client
from digibel.volunteers.models import Readiness, Volunteer

Person = Client | Volunteer | Recipient | Staff

CALL = "privacy.request"
# On the list long before the month is over.
BEFORE_DUE = timedelta(days=21)


@transaction.atomic
def note_request(
    person: Person, right: Right, *, organisation: Organisation, by: Actor, received_on: date | None = None
) -> RightsRequest:
    """Somebody asked. From now on it is on the coordinator's list until it is answered."""
    received = received_on or clock.today()
    asked = RightsRequest.objects.create(
        organisation=organisation,
        right=right,
        person_kind=PersonKind(person._meta.model_name or ""),
        person_id=person.pk,
        received_on=received,
        due_on=a_month_after(received),
        recorded_by=str(by),
    )
    _remind(asked)
    record("right.asked", person, by=by, organisation_id=organisation.pk, right=right)
    return asked


def a_month_after(day: date) -> date:
    """The same day of the next month, or the last one it has (Regulation 1182/71, art. 3)."""
    year, month = divmod(day.month, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@transaction.atomic
def answer(asked: RightsRequest, outcome: Outcome, *, by: Actor) -> RightsRequest:
    """It was answered. Raises `AlreadyDone` where somebody was faster."""
    locked = RightsRequest.objects.select_for_update().get(pk=asked.pk)
    if locked.done_at is not None:
        raise AlreadyDone
    locked.done_at, locked.done_by, locked.outcome = clock.now(), str(by), outcome
    locked.save(update_fields=["done_at", "done_by", "outcome"])
    drop_calls(locked, CALL)
    record("right.answered", locked, by=by, organisation_id=locked.organisation_id, right=locked.right, outcome=outcome)
    return locked


def answer_all(person: Person, *rights: Right, outcome: Outcome, by: Actor) -> None:
    """A deed answers what was asked for: being erased answers the wish to be."""
    for asked in asked_by(person).filter(right__in=rights, done_at=None):
        answer(asked, outcome, by=by)


def check_sends(organisation: Organisation, volunteer: Volunteer) -> None:
    """The pool is everybody's: who takes somebody out of it is an organisation that sends them, as long as there is one.

    Raises `OthersVolunteer`.
    """
    sending = _sending(volunteer)
    if sending and organisation not in sending:
        raise OthersVolunteer(who=", ".join(one.name for one in sending))


def check_sends_alone(organisation: Organisation, volunteer: Volunteer) -> None:
    """What cannot be undone is not one organisation's to do to another's volunteer. Whom nobody sends yet is of whoever took them
    in. Raises `OthersVolunteer`, `SharedVolunteer`, `TakenInElsewhere`.
    """
    check_sends(organisation, volunteer)
    sending = _sending(volunteer)
    if others := [one.name for one in sending if one != organisation]:
        raise SharedVolunteer(who=", ".join(others))
    if not sending and not _took_in(organisation, volunteer):
        raise TakenInElsewhere


def _took_in(organisation: Organisation, volunteer: Volunteer) -> bool:
    """Whether somebody who works or worked there wrote them into the pool."""
    actors = [Actor.parse(one) for one in _joined(volunteer)]
    staff = [actor.id for actor in actors if actor.kind == "staff"]
    return Staff.objects.filter(pk__in=staff, organisation=organisation).exists()


def _joined(volunteer: Volunteer) -> list[str]:
    return list(Event.objects.about(volunteer).filter(verb="volunteer.joined").values_list("actor", flat=True))


def _sending(volunteer: Volunteer) -> list[Organisation]:
    papers = Readiness.objects.filter(volunteer=volunteer)
    return list(Organisation.objects.filter(pk__in=papers.values("organisation")))


def asked_by(person: Person) -> QuerySet[RightsRequest]:
    """Also what was asked under a row that points at them since they were known twice."""
    rows = rows_of(person) if isinstance(person, Client) else [person]
    return RightsRequest.objects.filter(person_id__in=[one.pk for one in rows])


def remind(asked_id: uuid.UUID) -> None:
    """As long as it is open, there is a call for it."""
    asked = RightsRequest.objects.filter(pk=asked_id, done_at=None).first()
    if asked is not None:
        _remind(asked)


def _remind(asked: RightsRequest) -> None:
    due = max(clock.now(), clock.next_waking(clock.at(asked.due_on - BEFORE_DUE, time(9))))
    open_call(CALL, asked, organisation=asked.organisation, recipient=_recipient(asked), due_at=due)


def _recipient(asked: RightsRequest) -> Recipient | None:
    if asked.person_kind == PersonKind.NUMBER:
        return Recipient.objects.filter(pk=asked.person_id).first()
    if asked.person_kind == PersonKind.CLIENT:
        client = Client.objects.select_related("recipient").filter(pk=asked.person_id).first()
        return survivor(client).recipient if client is not None else None
    if asked.person_kind == PersonKind.VOLUNTEER:
        return Recipient.objects.filter(volunteer=asked.person_id).first()
    return None
