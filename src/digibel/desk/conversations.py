"""Texts that wait for a person, each with who sent it, why nobody else could answer, and what was said before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.desk import words
from digibel.languages import LANGUAGES
from digibel.notifications.models import InboundMessage, MessageStatus, OutboundMessage
from digibel.notifications.numbers import display
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Organisation
from digibel.requests.models import Client
from digibel.scheduling import sharing
from digibel.scheduling.models import Offer, Visit
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer

CARD_LINK = re.compile(r"https?://\S+/visit/\S+")
LOOK_BACK = timedelta(days=30)
MOST_SAID = 6

# Why a text lies here, by its outcome; empty: nobody understood it.
REASONS: dict[str, words.Words] = {
    "": _("Nobody understood it. Nothing was done on a guess."),
    "stopped": _("Said STOP. It was done at once and confirmed. Ask kindly why, if you like."),
    "incomplete": _("A part of this long text did not arrive. Ask what it said before you do anything."),
    "perhaps_twice": _("The network may have brought this text twice. Nothing was done; look at the one before it."),
    "shared_number": _("Two people use this number, so nobody can tell who answers."),
    sharing.WHO: _("Said STOP at a number of several people. We asked who; until they answer, nobody is silenced."),
}


@dataclass(frozen=True)
class Said:
    """One text of a conversation: ours, or theirs."""

    at: datetime
    text: str
    ours: bool
    note: words.Words = ""


@dataclass
class Waiting:
    """A text in the inbox, with its sender."""

    message: InboundMessage
    volunteer: Volunteer | None = None
    client: Client | None = None
    thread: list[Said] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    @property
    def open_offers(self) -> list[tuple[Offer, list[datetime]]]:
        """What it may be a yes to, with the beginning of each numbered window."""
        return [(one, [one.window(choice + 1)[0] for choice in range(len(one.windows))]) for one in self.offers]

    @property
    def name(self) -> str:
        if self.volunteer is not None:
            return f"{self.volunteer.first_name} {self.volunteer.family_name[:1]}".strip()
        return self.client.called if self.client is not None else display(self.message.recipient.number)

    @property
    def text(self) -> str:
        """What they wrote. Nobody answered it for so long that it is no longer kept? It still waits, and says so."""
        return self.message.body or _forgotten()

    @property
    def who(self) -> str:
        if self.volunteer is not None:
            return f"{gettext('volunteer')}, {words.place_name(self.volunteer.postcode)}"
        if self.client is not None:
            return f"{gettext('client')}, {words.place_name(self.client.postcode)}"
        return gettext("a number that we do not know")

    @property
    def why(self) -> words.Words:
        outcome = sharing.WHO if self.message.outcome.startswith(sharing.WHO) else self.message.outcome
        return REASONS.get(outcome, REASONS[""])

    @property
    def language(self) -> str:
        """The language in which we would write to them."""
        organisation = self.message.organisation
        return language_of(self.message.recipient, organisation) if organisation else words.desk_language()

    @property
    def direction(self) -> str:
        return "rtl" if LANGUAGES[self.language].right_to_left else "ltr"


def waiting(organisation: Organisation, *, sender: str = "") -> list[Waiting]:
    """The organisation's inbox, oldest first, with the sender of each. Three queries, and one for the keys.

    `sender`: only texts of this kind of recipient.
    """
    found = InboundMessage.objects.filter(organisation=organisation, status=InboundMessage.Status.INBOX)
    if sender:
        found = found.filter(recipient__kind=sender)
    messages = list(found.select_related("recipient", "organisation").order_by("received_at"))
    return with_senders(messages, organisation)


def with_senders(messages: Sequence[InboundMessage], organisation: Organisation) -> list[Waiting]:
    senders = [message.recipient_id for message in messages]
    volunteers = {one.recipient_id: one for one in Volunteer.objects.filter(recipient__in=senders)}
    clients = {one.recipient_id: one for one in Client.objects.of(organisation).filter(recipient__in=senders)}
    keys.prefetch(
        [message.key_id for message in messages]
        + [one.key_id for one in volunteers.values()]
        + [one.key_id for one in clients.values()]
    )
    return [
        Waiting(message, volunteers.get(message.recipient_id), clients.get(message.recipient_id))
        for message in messages
    ]


def add_threads(talks: Sequence[Waiting], organisation: Organisation) -> None:
    """What was said before, and what it may be about. Only this organisation's own: volunteers are shared, clients are not."""
    senders = {talk.message.recipient_id for talk in talks}
    since = clock.now() - LOOK_BACK
    said: dict[UUID, list[Said]] = {sender: [] for sender in senders}
    for theirs in InboundMessage.objects.filter(
        organisation=organisation, recipient__in=senders, received_at__gte=since
    ):
        said[theirs.recipient_id].append(Said(theirs.received_at, theirs.body or _forgotten(), ours=False))
    ours_sent = OutboundMessage.objects.filter(
        organisation=organisation, recipient__in=senders, created_at__gte=since
    ).exclude(Q(status=MessageStatus.WITHDRAWN) | Q(status=MessageStatus.QUEUED, not_before__gt=clock.now()))
    for ours in ours_sent:
        note = "" if ours.status in {MessageStatus.SENT, MessageStatus.DELIVERED} else _("not sent yet")
        said[ours.recipient_id].append(Said(ours.status_at, _readable(ours), ours=True, note=note))
    for talk in talks:
        talk.thread = sorted(said[talk.message.recipient_id], key=lambda one: one.at)[-MOST_SAID:]
    _add_subjects(talks, organisation)


def _readable(message: OutboundMessage) -> str:
    """What we wrote, without the secret of a card's link and without where somebody lives."""
    if not message.body:
        return gettext("(the words are no longer kept)")
    if message.kind == "visit.accepted_sms_only":
        return gettext("(the booking, with the street and the codeword)")
    return CARD_LINK.sub(gettext("(link to the card)"), message.body) if message.body else _forgotten()


def _forgotten() -> str:
    return gettext("(this text has been forgotten)")


def _add_subjects(talks: Sequence[Waiting], organisation: Organisation) -> None:
    volunteers = [talk.volunteer for talk in talks if talk.volunteer is not None]
    clients = [talk.client for talk in talks if talk.client is not None]
    live = Offer.objects.live().filter(request__organisation=organisation, volunteer__in=volunteers)
    offers = list(live.select_related("request__client").order_by("letter"))
    standing = Visit.objects.of(organisation).standing().select_related("client", "volunteer", "request")
    visits = list(standing.filter(volunteer__in=volunteers)) + list(standing.filter(client__in=clients))
    keys.prefetch([offer.request.client.key_id for offer in offers])
    keys.prefetch([visit.client.key_id for visit in visits] + [visit.volunteer.key_id for visit in visits])
    for talk in talks:
        talk.offers = [offer for offer in offers if offer.volunteer_id == getattr(talk.volunteer, "pk", None)]
        talk.visits = [
            visit
            for visit in visits
            if visit.volunteer_id == getattr(talk.volunteer, "pk", None)
            or visit.client_id == getattr(talk.client, "pk", None)
        ]
