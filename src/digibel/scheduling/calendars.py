"""Calendars to subscribe to: when, in which municipality, and the topic. Never who, where or the word.

An address of a calendar is a secret that is copied to other people's servers and shared with families: it opens nothing that
is not in it. So a volunteer's has no link to the visit card, which opens without a login; the desk's has links, which ask for one.

What is read is one query, and one more where there are desk sessions; each entry is made once and kept as long as nothing it
follows from has changed, and the tag of a feed is that of its bytes: no change can be forgotten in either.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, Model, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, override

from digibel import clock, languages, places
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import catalogue
from digibel.notifications import numbers, phrasebook
from digibel.organisations.duty import Roster
from digibel.organisations.models import Organisation, Staff
from digibel.problems import NotFound
from digibel.scheduling import ics
from digibel.scheduling.desksessions.models import DeskSessionQuerySet
from digibel.scheduling.models import DeskSession, Seat, SeatStatus, Visit, VisitStatus
from digibel.volunteers.models import Volunteer

Owner = Volunteer | Organisation | Staff

# A cancelled visit stays as long, so that every program that reads the feed hears of it.
KEEPS = timedelta(days=60)
TOKEN = re.compile(r"([vos])([0-9a-f]{32})([0-9a-f]{32})([0-9]{1,9})")
ENDED = frozenset({VisitStatus.CANCELLED, VisitStatus.MISSED})


class Entry(NamedTuple):
    """All that a visit's entry follows from."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    held_back_at: datetime | None
    sequence: int
    changed_at: datetime
    postcode: str
    phone: str
    tasks: tuple[str, ...]

    @property
    def is_cancelled(self) -> bool:
        return self.status in ENDED

    @property
    def is_held_back(self) -> bool:
        return self.held_back_at is not None and self.status == VisitStatus.BOOKED


class Desk(NamedTuple):
    """All that the entry of a desk session follows from. `taken`: how many volunteers are expected."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    called_off_at: datetime | None
    sequence: int
    changed_at: datetime
    name: str
    name_fr: str
    postcode: str
    phone: str
    seats: int
    taken: int


@dataclass(frozen=True)
class Feed:
    """Whose calendar it is, in their language. `at_desk`: its reader has a login, and is not the one who goes."""

    entries: tuple[Entry, ...]
    language: str
    name: str
    at_desk: bool
    desks: tuple[Desk, ...] = ()


@dataclass(frozen=True)
class Kind:
    """Whose calendar: the model, what must hold for it to open, how visits lead there, and the column with the language."""

    model: type[Owner]
    if_only: Mapping[str, Any]
    path: str
    language: str


KINDS = {
    "v": Kind(Volunteer, {"left_at": None}, "volunteer", "recipient__languages"),
    "o": Kind(Organisation, {}, "request__organisation", "language"),
    "s": Kind(Staff, {"is_active": True}, "request__organisation__staff", "language"),
}
LETTERS: dict[type[Model], str] = {kind.model: letter for letter, kind in KINDS.items()}
COLUMNS = (
    "pk",
    "starts_at",
    "ends_at",
    "status",
    "held_back_at",
    "sequence",
    "changed_at",
    "goes_to",
    "request__organisation__phone",
)
DESK_COLUMNS = (
    *("pk", "starts_at", "ends_at", "called_off_at", "sequence", "changed_at"),
    *("place__name", "place__name_fr", "place__postcode", "organisation__phone", "seats", "taken"),
)
OTHERS = ("request__tasks__slug", "request__organisation__name", "request__organisation__language")


# --- addresses ------------------------------------------------------------------------------------------------------


def token(owner: Owner) -> str:
    """The secret of the address; another one after `renew`."""
    return _token(LETTERS[owner._meta.model], owner.pk, owner.calendar_version)


def link(owner: Owner) -> str:
    return f"{settings.DIGIBEL_PUBLIC_URL}/calendar/{token(owner)}.ics"


@transaction.atomic
def renew(owner: Owner, *, by: Actor) -> None:
    """The old address shows nothing any more, to nobody; there is a new one for whoever asks for it."""
    owner._meta.model._default_manager.filter(pk=owner.pk).update(calendar_version=F("calendar_version") + 1)
    owner.refresh_from_db(fields=["calendar_version"])
    organisation_id = owner.pk if isinstance(owner, Organisation) else getattr(owner, "organisation_id", None)
    record("calendar.renewed", owner, by=by, organisation_id=organisation_id)


def _token(letter: str, pk: UUID, version: int) -> str:
    message = f"calendar:{letter}:{pk.hex}:{version}".encode()
    return f"{letter}{hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256).hex()[:32]}{pk.hex}{version}"


# --- what is in it --------------------------------------------------------------------------------------------------


def open_feed(told: str) -> Feed:
    """The feed behind this address; raises `NotFound` for one that is not ours, was renewed, or whose owner is gone."""
    parts = TOKEN.fullmatch(told)
    if parts is None:
        raise NotFound
    letter, pk, version = parts[1], UUID(hex=parts[3]), int(parts[4])
    if not hmac.compare_digest(_token(letter, pk, version), told):
        raise NotFound
    return _read(letter, {"pk": pk, "calendar_version": version, **KINDS[letter].if_only})


def _desk_sessions(letter: str, pk: UUID) -> DeskSessionQuerySet:
    """Those of an organisation, or those a volunteer is expected at; at none does anybody of staff have to be."""
    lately = DeskSession.objects.filter(ends_at__gte=clock.now() - KEEPS).order_by("starts_at", "pk")
    if letter == "o":
        return lately.filter(organisation=pk)
    if letter == "s":
        return lately.none()
    theirs = Seat.objects.filter(volunteer=pk, session=OuterRef("pk"))
    was_told = Q(status=SeatStatus.ENDED, answered_at__isnull=False, session__called_off_at__isnull=False)
    return lately.filter(Exists(theirs.filter(Q(status__in=(SeatStatus.TAKEN, SeatStatus.CAME)) | was_told)))


def _desks(sessions: DeskSessionQuerySet) -> tuple[Desk, ...]:
    taken = Count("signed", filter=Q(signed__status=SeatStatus.TAKEN))
    return tuple(map(Desk._make, sessions.annotate(taken=taken).values_list(*DESK_COLUMNS)))


def _read(letter: str, must_be: Mapping[str, Any]) -> Feed:
    """The owner is looked at in the same query as the visits, and only where there are none by itself; so is whether there are desk
    sessions to read."""
    kind = KINDS[letter]
    theirs = {f"{kind.path}__{name}": value for name, value in must_be.items()}
    if letter != "v":
        theirs["goes_with"] = None  # at the desk two who go together are one visit
    sessions = _desk_sessions(letter, must_be["pk"])
    rows = (
        Visit.objects.filter(ends_at__gte=clock.now() - KEEPS, **theirs)
        .annotate(
            goes_to=Coalesce("request__meets_at__postcode", "client__postcode"),
            has_desks=Exists(sessions),
        )
        .order_by("starts_at", "pk", "request__tasks__pk")
        .values_list(*COLUMNS, *OTHERS, f"{kind.path}__{kind.language}", "has_desks")
    )
    entries = tuple(_entries(found := list(rows)))
    if not found:
        owner = kind.model._default_manager.filter(**must_be).values_list(kind.language).first()
        if owner is None:
            raise NotFound
        return Feed((), language_of(owner[0]), "Digibel", letter != "v", _desks(sessions))
    *_, name, fallback, spoken, has_desks = found[-1]
    if letter == "s":
        entries = _on_duty(entries, Staff.objects.select_related("organisation").get(pk=must_be["pk"]))
    desks = _desks(sessions) if has_desks else ()
    return Feed(entries, language_of(spoken, fallback), name if letter == "o" else "Digibel", letter != "v", desks)


def _entries(rows: Iterable[tuple[Any, ...]]) -> Iterable[Entry]:
    """A visit is as many rows as it has tasks."""
    width = len(COLUMNS)
    for columns, same in groupby(rows, key=lambda row: row[:width]):
        yield Entry._make([*columns, tuple(row[width] for row in same if row[width])])


def _on_duty(entries: tuple[Entry, ...], staff: Staff) -> tuple[Entry, ...]:
    """Those at whose beginning or end this person answers the telephone."""
    roster = Roster.of(staff.organisation)
    last = timedelta(minutes=1)
    return tuple(one for one in entries if staff in (roster.on_duty(one.starts_at), roster.on_duty(one.ends_at - last)))


def language_of(spoken: str | list[str], fallback: str = "") -> str:
    wanted = [spoken, fallback] if isinstance(spoken, str) else [*spoken, fallback]
    return next((code for code in wanted if code in languages.DESK_LANGUAGES), catalogue.FALLBACK)


def etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def calendar(feed: Feed) -> bytes:
    """The whole feed, UTF-8. The same visits give the same bytes."""
    about = [
        ics.label("X-WR-CALNAME", feed.name),
        ics.label("NAME", feed.name),
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
    ]
    base = settings.DIGIBEL_PUBLIC_URL
    entries = (entry(one, feed.language, at_desk=feed.at_desk, base=base) for one in feed.entries)
    desks = (desk_entry(one, feed.language, at_desk=feed.at_desk, base=base) for one in feed.desks)
    return ics.calendar([*entries, *desks], about=about)


@lru_cache(maxsize=10_000)
def desk_entry(desk: Desk, language: str, *, at_desk: bool, base: str) -> str:
    """One desk session: where the desk is stands on its door, so it stands here too."""
    said, off = _sentences(language), desk.called_off_at is not None
    page, area = f"{base}/sessions/{desk.id}", places.name(desk.postcode, language)
    name = desk.name if language == "nl" else desk.name_fr or desk.name
    what = said["desk"].format(area=area)
    if at_desk:
        what = f"{what} ({desk.taken}/{desk.seats})"
    cannot = said["cannot"].format(phone=readable(desk.phone))
    return ics.entry(
        f"UID:desk-{desk.id}@{urlsplit(base).hostname}",
        ics.utc("DTSTAMP", desk.changed_at),
        ics.utc("LAST-MODIFIED", desk.changed_at),
        f"SEQUENCE:{desk.sequence}",
        *ics.between(desk.starts_at, desk.ends_at),
        ics.text("SUMMARY", said["cancelled"].format(what=what) if off else what),
        ics.text("LOCATION", f"{name}, {area}"),
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        ics.text("DESCRIPTION", said["at_desk"].format(page=page) if at_desk else cannot),
        *([ics.fold(f"URL:{page}")] if at_desk else []),
        f"TRANSP:{'TRANSPARENT' if at_desk or off else 'OPAQUE'}",
    )


@lru_cache(maxsize=10_000)
def entry(visit: Entry, language: str, *, at_desk: bool, base: str) -> str:
    """One visit as an event of its own."""
    free = at_desk or visit.is_cancelled
    page = f"{base}/visits/{visit.id}"
    return ics.entry(
        *what_and_when(visit, language, base=base),
        ics.text(
            "DESCRIPTION",
            _sentences(language)["at_desk"].format(page=page) if at_desk else for_volunteer(visit, language),
        ),
        *([ics.fold(f"URL:{page}")] if at_desk else []),
        f"TRANSP:{'TRANSPARENT' if free else 'OPAQUE'}",
    )


def what_and_when(visit: Entry, language: str, *, base: str) -> tuple[str, ...]:
    """What a feed and an invitation have in common. The same visit has the same UID in both, so it stands there once."""
    state = "CANCELLED" if visit.is_cancelled else "TENTATIVE" if visit.is_held_back else "CONFIRMED"
    place = places.name(visit.postcode, language)
    return (
        f"UID:visit-{visit.id}@{urlsplit(base).hostname}",
        ics.utc("DTSTAMP", visit.changed_at),
        ics.utc("LAST-MODIFIED", visit.changed_at),
        f"SEQUENCE:{visit.sequence}",
        *ics.between(visit.starts_at, visit.ends_at),
        ics.text("SUMMARY", summary(visit, language)),
        ics.text("LOCATION", place),
        f"STATUS:{state}",
        "CLASS:PRIVATE",
    )


def summary(visit: Entry, language: str) -> str:
    said = _sentences(language)
    area = places.name(visit.postcode, language)
    what = said["what"].format(topic=topic(visit.tasks, language), area=area)
    if visit.is_cancelled:
        return said["cancelled"].format(what=what)
    return said["unsure"].format(what=what) if visit.is_held_back else what


def for_volunteer(visit: Entry, language: str) -> str:
    said, phone = _sentences(language), readable(visit.phone)
    if visit.is_cancelled:
        return said["nobody_goes"].format(phone=phone)
    stay = [said["stay"]] if visit.is_held_back else []
    return "\n".join([*stay, said["on_card"], said["cannot"].format(phone=phone)])


@lru_cache(maxsize=1_000)
def topic(slugs: tuple[str, ...], language: str) -> str:
    """What an offer calls them: topics tell nothing of health or money."""
    tasks = [catalogue.TASKS[slug] for slug in slugs if slug in catalogue.TASKS]
    topics = dict.fromkeys(task.topic(language) for task in tasks if task.topics)
    return ", ".join(topics) or phrasebook.topic_fallback(language)


readable = lru_cache(maxsize=100)(numbers.display)


@lru_cache
def _sentences(language: str) -> Mapping[str, str]:
    with override(language):
        return {
            "what": gettext("Digibel: {topic}, {area}"),
            "desk": gettext("Digibel: help at a desk, {area}"),
            "cancelled": gettext("Cancelled: {what}"),
            "unsure": gettext("Not sure yet: {what}"),
            "nobody_goes": gettext("Nobody goes. Questions? Ring {phone}."),
            "stay": gettext("Stay at home until you hear from us."),
            "on_card": gettext("Who, where and the codeword are on your visit card: see the last text from Digibel."),
            "cannot": gettext("You cannot come? Text or ring {phone}: an answer in your calendar reaches nobody."),
            "at_desk": gettext("Who and where, after logging in: {page}"),
        }


def as_entry(visit: Visit) -> Entry:
    """A visit that has been read already."""
    return Entry(
        visit.pk,
        visit.starts_at.astimezone(UTC),
        visit.ends_at.astimezone(UTC),
        visit.status,
        visit.held_back_at,
        visit.sequence,
        visit.changed_at,
        visit.postcode,
        visit.request.organisation.phone,
        tuple(visit.request.tasks.order_by("pk").values_list("slug", flat=True)),
    )
