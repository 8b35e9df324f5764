"""Somebody as the pages about privacy see them: a client, a volunteer, a number nobody knows, a colleague."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel.desk import words
from digibel.notifications.models import InboundMessage, Recipient
from digibel.notifications.numbers import display
from digibel.organisations.models import Organisation, Staff
from digibel.privacy import retention
from digibel.privacy.models import Certificate, Right, RightsRequest
from digibel.privacy.rights import Person
from digibel.problems import NotFound
from digibel.requests.intake import has_own_yes, survivor
from digibel.requests.models import Client
from digibel.volunteers.models import Volunteer

RIGHTS: dict[str, words.Words] = {
    "access": _("wants to see what we know"),
    "rectification": _("wants something put right"),
    "erasure": _("wants to be forgotten"),
    "restriction": _("wants it kept and not used"),
    "objection": _("objects"),
    "portability": _("wants to take it elsewhere"),
    "withdrawal": _("takes back a yes"),
}
OUTCOMES: dict[str, words.Words] = {
    "done": _("done"),
    "partly": _("done in part: a law keeps the rest"),
    "refused": _("refused, with the reason and where to complain"),
    "dropped": _("no longer wanted"),
}
WHYS: dict[str, words.Words] = {
    "accuracy": _("says that it is not right"),
    "unlawful": _("wants it blocked, not erased"),
    "claim": _("needs it for a claim of their own"),
    "objection": _("objects; it is being looked at"),
}
KINDS: dict[str, words.Words] = {
    "client": _("client"),
    "volunteer": _("volunteer"),
    "recipient": _("a number that we do not know"),
    "staff": _("colleague"),
}
BREACHES: dict[str, words.Words] = {
    "phone_lost": _("a telephone with open visits was lost"),
    "wrong_person": _("something went to the wrong person"),
    "paper_lost": _("paper was lost"),
    "seen": _("somebody looked without a reason"),
    "stolen": _("data was stolen"),
    "unavailable": _("data was lost or out of reach"),
    "other": _("something else"),
}
RISKS: dict[str, words.Words] = {"none": _("none to speak of"), "some": _("some"), "high": _("high")}
STAYS: dict[str, words.Words] = {
    "requests": _("requests: date, task, postcode, language, outcome"),
    "visits": _("visits: date, duration, outcome"),
    "offers": _("offers: date and answer"),
    "complaints": _("complaints: kind, date and outcome"),
    "consents": _("that there was a yes: date, language, version of the text"),
}


@dataclass(frozen=True)
class Subject:
    """`person` is the model's row; `certificate` is there once they are erased."""

    kind: str
    person: Person
    certificate: Certificate | None

    @property
    def id(self) -> uuid.UUID:
        return self.person.pk

    @property
    def name(self) -> str:
        person = self.person
        if isinstance(person, Client):
            return person.called
        if isinstance(person, Volunteer):
            return f"{person.first_name} {person.family_name}".strip()
        if isinstance(person, Staff):
            return person.name
        return display(person.number) if person.number else gettext("erased person")

    @property
    def what(self) -> words.Words:
        return KINDS[self.kind]

    @property
    def restricted(self) -> str:
        """Why it is kept and not used, in words; nothing, if it is used."""
        recipient = getattr(self.person, "recipient", None)
        return str(WHYS[recipient.restricted_why]) if recipient is not None and recipient.restricted_at else ""

    @property
    def restricted_since(self) -> object:
        recipient = getattr(self.person, "recipient", None)
        return recipient.restricted_at if recipient is not None else None

    @property
    def own_yes(self) -> bool:
        return isinstance(self.person, Client) and has_own_yes(self.person)


def find(organisation: Organisation, kind: str, id: uuid.UUID) -> Subject:
    """Among this organisation's own; the pool of volunteers is everybody's. Raises `NotFound`."""
    person: Person | None
    if kind == "client":
        found = Client.objects.of(organisation).select_related("recipient", "organisation").filter(pk=id).first()
        person = survivor(found) if found is not None else None
    elif kind == "volunteer":
        person = Volunteer.objects.select_related("recipient").filter(pk=id).first()
    elif kind == "staff":
        person = Staff.objects.filter(organisation=organisation, pk=id).first()
    else:
        texted = InboundMessage.objects.filter(organisation=organisation, recipient=id)
        unknown = Recipient.objects.filter(kind=Recipient.Kind.UNKNOWN, pk=id)
        person = unknown.first() if texted.exists() else None
    if person is None:
        raise NotFound
    return Subject(kind, person, Certificate.objects.filter(person_kind=kind, person_id=person.pk).first())


@dataclass(frozen=True)
class Asked:
    """A line of the register, with the name of whoever asked as long as we have it."""

    request: RightsRequest
    what: words.Words
    who: str
    outcome: words.Words


def register(organisation: Organisation, requests: list[RightsRequest]) -> list[Asked]:
    return [Asked(one, RIGHTS[one.right], _name(organisation, one), OUTCOMES.get(one.outcome, "")) for one in requests]


def _name(organisation: Organisation, asked: RightsRequest) -> str:
    try:
        return find(organisation, asked.person_kind, asked.person_id).name
    except NotFound:
        return gettext("erased person")


def told(counts: Mapping[str, int]) -> list[tuple[words.Words, int]]:
    """Codes of a certificate in words: a line of the retention table, or what stays."""
    words_of = {**{id: rule.what for id, rule in retention.BY_ID.items()}, **STAYS}
    return [(words_of[code], count) for code, count in counts.items() if code in words_of]


def rights_for(kind: str) -> list[tuple[str, words.Words]]:
    """A consent is a client's; the rest is everybody's."""
    return [(code, text) for code, text in RIGHTS.items() if kind == "client" or code != Right.WITHDRAWAL]
