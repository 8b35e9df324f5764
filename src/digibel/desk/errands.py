"""Calls as lines of a list: whom to ring, what for, in which language, and where that is told."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from digibel.notifications.models import CallTask, Recipient
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Organisation, Staff
from digibel.privacy import rights
from digibel.privacy.models import RightsRequest
from digibel.requests.clients import Client, ClientQuerySet
from digibel.requests.models import HelpRequest, RequestQuerySet
from digibel.scheduling import fraud, handovers
from digibel.scheduling.models import Concern, FraudAlarm, Offer, OfferQuerySet, Visit, VisitQuerySet
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer, VolunteerQuerySet


@dataclass(frozen=True)
class Errand:
    """A call with what it is about, all of it this organisation's own; a plain text that got lost is about nothing else."""

    call: CallTask
    request: HelpRequest | None = None
    visit: Visit | None = None
    offer: Offer | None = None
    volunteer: Volunteer | None = None
    client: Client | None = None
    colleague: Staff | None = None
    partner: str = ""
    concern_id: uuid.UUID | None = None
    asked: RightsRequest | None = None

    @property
    def about(self) -> str:
        """What the words for it are found by: a talk is another one where a client reported something."""
        return "visit.reported" if self.concern_id else self.call.kind

    @property
    def to_volunteer(self) -> bool:
        """Whether it is the volunteer who is rung, and not the client."""
        return self.volunteer is not None and self.call.recipient_id == self.volunteer.recipient_id

    @property
    def name(self) -> str:
        if self.partner:
            return self.partner
        if self.volunteer is None and self.client is None and self._is_stranger:
            return gettext("an unknown number")
        if self.to_volunteer or self.client is None:
            return self.volunteer_name or (self.colleague.name if self.colleague else gettext("a colleague"))
        return self.client.called

    @property
    def _is_stranger(self) -> bool:
        return self.call.recipient is not None and self.call.recipient.kind == Recipient.Kind.UNKNOWN

    @property
    def volunteer_name(self) -> str:
        return f"{self.volunteer.first_name} {self.volunteer.family_name[:1]}".strip() if self.volunteer else ""

    @property
    def language(self) -> str:
        """The language the script is in."""
        recipient = self.client.recipient if self.client and not self.to_volunteer else self.call.recipient
        return language_of(recipient, self.call.organisation) if recipient else self.call.organisation.language


def of(organisation: Organisation, call_id: uuid.UUID) -> Errand:
    """The errand with this id, among this organisation's own. Raises `CallTask.DoesNotExist`."""
    call = CallTask.objects.of(organisation).select_related("recipient", "organisation").get(pk=call_id)
    return with_subjects([call])[0]


def with_subjects(calls: Iterable[CallTask]) -> list[Errand]:
    """Each call with what it is about and who is rung, in the same order and with a fixed number of queries."""
    listed = list(calls)
    if not listed:
        return []
    subjects = _gathered(listed)
    found = [subjects.errand(call) for call in listed]
    _prefetch_people(found)
    return found


@dataclass(frozen=True)
class _Subjects:
    """All that some calls are about, by the id of it; people by that of how they are reached."""

    visits: Mapping[uuid.UUID, Visit]
    offers: Mapping[uuid.UUID, Offer]
    requests: Mapping[uuid.UUID, HelpRequest]
    volunteers: Mapping[uuid.UUID | None, Volunteer]
    clients: Mapping[uuid.UUID | None, Client]
    frauds: Mapping[uuid.UUID, FraudAlarm]
    reported: Mapping[uuid.UUID, uuid.UUID]
    asked: Mapping[uuid.UUID, RightsRequest]

    def errand(self, call: CallTask) -> Errand:
        if call.kind.startswith("handover."):
            return _of_handover(call, self.requests, self.clients)
        if call.kind.startswith("gateway.") and call.recipient_id is None:
            return Errand(call, partner=gettext("Texts"))
        if alarm := self.frauds.get(call.subject_id):
            return _of_fraud(call, alarm)
        visit, offer = self.visits.get(call.subject_id), self.offers.get(call.subject_id)
        about = visit or offer
        request = about.request if about else self.requests.get(call.subject_id)
        return Errand(
            call,
            request,
            visit,
            offer,
            volunteer=about.volunteer if about else self.volunteers.get(call.recipient_id),
            client=request.client if request else self.clients.get(call.recipient_id),
            concern_id=self.reported.get(call.subject_id) if call.kind == "visit.not_ok" else None,
            asked=self.asked.get(call.subject_id),
        )


def _gathered(calls: Sequence[CallTask]) -> _Subjects:
    organisation = calls[0].organisation_id
    ids, rung = [call.subject_id for call in calls], [call.recipient_id for call in calls]
    volunteers = _volunteers().filter(recipient__in=rung)
    clients = _clients().filter(recipient__in=rung, organisation=organisation)
    return _Subjects(
        visits={one.pk: one for one in _visits().filter(pk__in=ids, request__organisation=organisation)},
        offers={one.pk: one for one in _offers().filter(pk__in=ids, request__organisation=organisation)},
        requests={one.pk: one for one in _requests().filter(pk__in=ids, organisation=organisation)},
        volunteers={one.recipient_id: one for one in volunteers},
        clients={one.recipient_id: one for one in clients},
        frauds=_frauds(calls),
        reported=_reported(calls),
        asked=_asked(calls),
    )


def _frauds(calls: Sequence[CallTask]) -> dict[uuid.UUID, FraudAlarm]:
    """Asked only when there is one: most days there is none."""
    ids = [call.subject_id for call in calls if call.kind == fraud.CALL]
    if not ids:
        return {}
    related = FraudAlarm.objects.select_related(
        "organisation",
        "visit__request__client__recipient",
        "visit__volunteer__recipient",
        "request",
        "client__recipient",
    )
    return {one.pk: one for one in related.filter(pk__in=ids, organisation=calls[0].organisation_id)}


def _reported(calls: Sequence[CallTask]) -> dict[uuid.UUID, uuid.UUID]:
    """What clients reported and nobody has decided about yet, by the visit. Asked only where a talk is to be had."""
    ids = [call.subject_id for call in calls if call.kind == "visit.not_ok"]
    found = Concern.objects.open().filter(visit__in=ids, organisation=calls[0].organisation_id) if ids else ()
    return {one.visit_id: one.pk for one in found}


def _asked(calls: Sequence[CallTask]) -> dict[uuid.UUID, RightsRequest]:
    """What people ask about their own data. Asked only when there is one."""
    ids = [call.subject_id for call in calls if call.kind == rights.CALL]
    found = RightsRequest.objects.filter(pk__in=ids, organisation=calls[0].organisation_id) if ids else ()
    return {one.pk: one for one in found}


def _of_fraud(call: CallTask, alarm: FraudAlarm) -> Errand:
    visit = alarm.visit
    return Errand(
        call,
        request=alarm.request or (visit.request if visit else None),
        visit=visit,
        volunteer=visit.volunteer if visit else None,
        client=alarm.client,
        colleague=fraud.raised_by(alarm),
    )


def _of_handover(
    call: CallTask, requests: Mapping[uuid.UUID, HelpRequest], clients: Mapping[uuid.UUID | None, Client]
) -> Errand:
    """One of our own requests, or the name of the other organisation: never anything of their client."""
    own = requests.get(call.subject_id)
    about = handovers.of_call(call)
    if own is None and about is not None:
        mine = about.request if about.request.organisation_id == call.organisation_id else about.made
        own = _requests().filter(pk=mine.pk).first() if mine is not None else None
    other = about.request.organisation if about is not None and about.to_id == call.organisation_id else None
    client = clients.get(call.recipient_id) or (own.client if own is not None else None)
    return Errand(call, request=own, client=client, partner=other.name if other is not None and client is None else "")


def _prefetch_people(errands: Sequence[Errand]) -> None:
    """The keys of everybody named in these, with one query."""
    people = [person for errand in errands for person in (errand.client, errand.volunteer) if person is not None]
    keys.prefetch([person.key_id for person in people])


def _visits() -> VisitQuerySet:
    return Visit.objects.select_related("request__client__recipient", "volunteer__recipient")


def _offers() -> OfferQuerySet:
    return Offer.objects.select_related("request__client__recipient", "volunteer__recipient")


def _requests() -> RequestQuerySet:
    return HelpRequest.objects.select_related("client__recipient")


def _volunteers() -> VolunteerQuerySet:
    return Volunteer.objects.select_related("recipient")


def _clients() -> ClientQuerySet:
    return Client.objects.select_related("recipient")
