"""Whose telephones lie on the table of the simulator, what is on them, and what their owner might answer now."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel import clock, languages
from digibel.notifications import numbers, phrasebook, segments
from digibel.notifications.models import Channel, OutboundMessage, Recipient, SimulatedText
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Organisation, Staff
from digibel.requests.models import Client
from digibel.scheduling.models import STANDING_VISITS, Offer, Visit, VisitStatus
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer

MOST = 4
FIRST = 3
ROWS = 10
ASKED_FOR = timedelta(days=3)
ONE_SMS = {"gsm7": (160, 153), "ucs2": (70, 67)}

WHO = {
    Recipient.Kind.VOLUNTEER: _("volunteer"),
    Recipient.Kind.CLIENT: _("client"),
    Recipient.Kind.STAFF: _("on duty"),
}


@dataclass(frozen=True)
class Telephone:
    """One telephone: whose it is, in which language its texts are, and whether it can receive any."""

    recipient: Recipient
    owner: Volunteer | Client | Staff
    name: str
    language: str

    @property
    def id(self) -> uuid.UUID:
        return self.recipient.pk

    @property
    def number(self) -> str:
        return self.recipient.number

    @property
    def textable(self) -> bool:
        return numbers.is_textable(self.number)

    @property
    def who(self) -> str:
        return str(WHO[Recipient.Kind(self.recipient.kind)])

    @property
    def spoken(self) -> str:
        return languages.LANGUAGES[self.language].own

    @property
    def dir(self) -> str:
        return "rtl" if languages.LANGUAGES[self.language].right_to_left else "ltr"

    @property
    def quick(self) -> list[str]:
        return answers_now(self)


def all_of_them() -> list[Telephone]:
    """Everybody with a number, volunteers first, each list by name. Landlines too: they show that nothing arrives."""
    recipients = [one for one in Recipient.objects.exclude(kind=Recipient.Kind.UNKNOWN) if one.number_index]
    keys.prefetch(one.key_id for one in recipients)
    by_id = {one.pk: one for one in recipients}
    house = Organisation.objects.order_by("postcode").first()
    found: list[Telephone] = []
    owners: Iterable[tuple[Any, Any]] = [
        *((one, one.recipient_id) for one in Volunteer.objects.filter(left_at=None)),
        *((one, one.recipient_id) for one in Client.objects.filter(gone_at=None)),
        *_staff_with_telephones(recipients),
    ]
    for owner, recipient_id in owners:
        recipient = by_id.get(recipient_id)
        if recipient is not None and house is not None:
            found.append(Telephone(recipient, owner, _name(owner), language_of(recipient, house)))
    order = list(WHO)
    return sorted(found, key=lambda one: (order.index(Recipient.Kind(one.recipient.kind)), one.name))


def _staff_with_telephones(recipients: Sequence[Recipient]) -> list[tuple[Staff, uuid.UUID]]:
    by_key = {one.key_id: one.pk for one in recipients if one.kind == Recipient.Kind.STAFF}
    return [(one, by_key[one.mobile_key_id]) for one in Staff.objects.filter(mobile_key_id__in=by_key)]


def _name(owner: Volunteer | Client | Staff) -> str:
    if isinstance(owner, Client):
        return owner.called
    return owner.name if isinstance(owner, Staff) else owner.first_name


def choose(everybody: Sequence[Telephone], wanted: Sequence[str]) -> list[Telephone]:
    """The telephones that were asked for, at most four; else those on which there is something to do now."""
    by_id = {str(one.id): one for one in everybody}
    asked = [by_id[one] for one in dict.fromkeys(wanted) if one in by_id][:MOST]
    if asked:
        return asked
    busy = [by_id[str(one)] for one in dict.fromkeys(_busy_recipients()) if str(one) in by_id]
    return (busy or list(everybody))[:FIRST]


def _busy_recipients() -> list[uuid.UUID]:
    """Who can answer something: a live offer, a visit under way, a visit that comes and its client."""
    offers = Offer.objects.live().order_by("created_at", "pk").values_list("volunteer__recipient", "windows")
    # A bare yes is enough where one moment was offered: easiest to try.
    asked = [recipient for recipient, windows in sorted(offers, key=lambda one: len(one[1]))]
    standing = Visit.objects.standing().order_by("-status", "starts_at")
    goes = list(standing.values_list("volunteer__recipient", flat=True))
    waits = standing.filter(confirmed_at=None, client__recipient__channel=Channel.SMS)
    visited = list(waits.values_list("client__recipient", flat=True))
    return [*asked[:1], *goes[:1], *visited[:1], *asked, *goes, *visited]


# --- what is on them ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """One text as it lies on a telephone. `note` says how long it is, for those that we sent."""

    id: uuid.UUID
    at: datetime
    mine: bool
    text: str
    lang: str
    dir: str
    note: str


@dataclass(frozen=True)
class Row:
    """What happened in one minute, a cell for each telephone in their order. `new_day`: no line above is of this day."""

    at: datetime
    cells: list[Text | None]
    new_day: bool = False


def rows_of(telephones: Sequence[Telephone], *, everything: bool = False) -> tuple[list[Row], int]:
    """The texts of these telephones on one axis of time, the latest last, and how many earlier ones are not shown."""
    place = {one.recipient.number_index: index for index, one in enumerate(telephones)}
    texts = SimulatedText.objects.filter(number_index__in=place).order_by("at", "-incoming", "pk")
    rows: list[Row] = []
    for text in texts:
        index = place[text.number_index]
        if not rows or _minute(rows[-1].at) != _minute(text.at) or rows[-1].cells[index]:
            rows.append(Row(text.at, [None] * len(telephones)))
        rows[-1].cells[index] = _shown(text, telephones[index])
    hidden = 0 if everything else max(0, len(rows) - ROWS)
    return _with_days(rows[hidden:]), hidden


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _with_days(rows: Sequence[Row]) -> list[Row]:
    """A day is said once, at its first line; today needs none."""
    days = [clock.today(), *(clock.local(row.at).date() for row in rows)]
    return [replace(row, new_day=day != before) for row, before, day in zip(rows, days, days[1:], strict=False)]


def _shown(text: SimulatedText, telephone: Telephone) -> Text:
    return Text(
        id=text.pk,
        at=text.at,
        mine=text.incoming,
        text=text.body,
        lang=telephone.language,
        dir="auto",
        note="" if text.incoming else length_told(text.body),
    )


def length_told(text: str) -> str:
    """How much of an SMS this text takes: "123 of 160 characters, 1 SMS"."""
    counted = segments.count(text)
    alone, joined = ONE_SMS[counted.encoding]
    room = alone if counted.segments == 1 else joined * counted.segments
    told = gettext("%(units)s of %(room)s characters, %(count)s SMS")
    return told % {"units": counted.units, "room": room, "count": counted.segments}


def stamp(telephones: Sequence[Telephone]) -> str:
    """Changes whenever a text is added: who looks again every two seconds is told only then."""
    indexes = [one.recipient.number_index for one in telephones]
    latest = SimulatedText.objects.filter(number_index__in=indexes).order_by("-at", "-pk").first()
    count = SimulatedText.objects.filter(number_index__in=indexes).count()
    return f"{count}-{latest.pk if latest else ''}"


def where_to(telephone: Telephone) -> str:
    """The number this telephone answers to: that of whoever texted it last."""
    last = OutboundMessage.objects.filter(recipient=telephone.recipient).order_by("-created_at").first()
    house = last.organisation if last else Organisation.objects.order_by("postcode").first()
    return house.sms_number if house else ""


# --- what their owner might answer -----------------------------------------------------------------------------------


def answers_now(telephone: Telephone) -> list[str]:
    """Words that fit what they were asked, in their language; each can be pressed instead of typed."""
    words = phrasebook.answers(telephone.language)
    if isinstance(telephone.owner, Volunteer):
        return _of_volunteer(telephone.owner, words)
    if isinstance(telephone.owner, Client):
        waits = Visit.objects.filter(client=telephone.owner, status=VisitStatus.BOOKED)
        return ["1", "2"] if waits.exists() else []
    return []


def _of_volunteer(volunteer: Volunteer, words: Any) -> list[str]:
    live = list(Offer.objects.to(volunteer).live().order_by("letter"))
    if live:
        return [*_choices(live, words["yes"]), words["no"]]
    visit = Visit.objects.by(volunteer).filter(status__in=STANDING_VISITS).order_by("-status", "starts_at").first()
    if visit is not None and visit.status == VisitStatus.UNDER_WAY:
        return [words["out"], words["longer"]]
    if visit is not None:
        near = visit.starts_at - clock.now() <= timedelta(hours=3)
        return [words["in"], words["nobody"]] if near else [words["cancel"]]
    done = Visit.objects.by(volunteer).filter(status=VisitStatus.DONE, checked_out_at__gte=clock.now() - ASKED_FOR)
    return ["1", "2"] if done.filter(report=None).exists() else []


def _choices(live: Sequence[Offer], yes: str) -> list[str]:
    if len(live) == 1:
        count = len(live[0].windows)
        return [yes] if count == 1 else [f"{yes} {number}" for number in range(1, count + 1)]
    return [f"{yes} {offer.letter}{number}" for offer in live for number in range(1, len(offer.windows) + 1)]
