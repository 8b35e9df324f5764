"""Calendar feeds (RFC 5545): when and in which neighbourhood, never who or where. The rest stands on the visit card.

The time zone is our own: rules since 1981 and 1996 as recurrences, which every reader we know computes rightly. A list of
single changes, as libraries write it, is read by some as only its first line: summer an hour wrong.
"""

import hashlib
import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Max
from django.utils.translation import gettext, override
from icalendar import Calendar, Event, Timezone

from digibel import clock, places
from digibel.notifications.recipients import language_of
from digibel.organisations.models import Organisation
from digibel.problems import NotFound
from digibel.scheduling.models import Visit, VisitQuerySet, VisitStatus
from digibel.volunteers.models import Volunteer

KEEPS = timedelta(days=60)
DESK_LANGUAGES = ("nl", "fr", "en")

BRUSSELS = Timezone.from_ical(
    "\r\n".join(
        [
            "BEGIN:VTIMEZONE",
            "TZID:Europe/Brussels",
            "BEGIN:DAYLIGHT",
            "TZNAME:CEST",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "DTSTART:19810329T020000",
            "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
            "END:DAYLIGHT",
            "BEGIN:STANDARD",
            "TZNAME:CET",
            "TZOFFSETFROM:+0200",
            "TZOFFSETTO:+0100",
            "DTSTART:19961027T030000",
            "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
            "END:STANDARD",
            "END:VTIMEZONE",
            "",
        ]
    )
)


@dataclass(frozen=True)
class Feed:
    """Whose calendar it is: a volunteer's, or an organisation's; in their language."""

    visits: VisitQuerySet
    language: str
    name: str


def volunteer_token(volunteer: Volunteer) -> str:
    return f"v{_sign(f'{volunteer.pk}:{volunteer.calendar_version}')}{volunteer.pk.hex}"


def organisation_token(organisation: Organisation) -> str:
    return f"o{_sign(f'{organisation.pk}')}{organisation.pk.hex}"


def link(token: str) -> str:
    return f"{settings.DIGIBEL_PUBLIC_URL}/calendar/{token}.ics"


def _sign(message: str) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), f"calendar:{message}".encode(), hashlib.sha256).hex()[:32]


def open_feed(token: str) -> Feed:
    """The feed behind this address; raises `NotFound` for one that is not ours or was replaced."""
    try:
        pk = uuid.UUID(hex=token[33:])
    except ValueError:
        raise NotFound from None
    owner: Volunteer | Organisation | None
    if token.startswith("v"):
        owner = Volunteer.objects.select_related("recipient").filter(pk=pk, left_at=None).first()
    else:
        owner = Organisation.objects.filter(pk=pk).first()
    if owner is None:
        raise NotFound
    expected = volunteer_token(owner) if isinstance(owner, Volunteer) else organisation_token(owner)
    if not hmac.compare_digest(expected.encode(), token.encode("utf-8", "replace")):
        raise NotFound
    return _feed(owner)


def _feed(owner: Volunteer | Organisation) -> Feed:
    recent = Visit.objects.filter(ends_at__gte=clock.now() - KEEPS)
    if isinstance(owner, Organisation):
        return Feed(recent.filter(request__organisation=owner), _desk_language(owner.language), owner.name)
    last = recent.filter(volunteer=owner).select_related("request__organisation").order_by("-booked_at").first()
    spoken = language_of(owner.recipient, last.request.organisation) if last else next(iter(owner.speaks), "nl")
    return Feed(recent.filter(volunteer=owner), _desk_language(spoken), "Digibel")


def _desk_language(code: str) -> str:
    return code if code in DESK_LANGUAGES else "fr"


def etag(feed: Feed) -> str:
    """Changes when a visit is added or changes; one query."""
    seen = feed.visits.aggregate(count=Count("pk"), last=Max("changed_at"))
    last = seen["last"].isoformat() if seen["last"] else ""
    return hashlib.sha256(f"{seen['count']}:{last}:{feed.language}".encode()).hexdigest()[:32]


def ics(feed: Feed) -> bytes:
    """The whole feed as iCalendar, UTF-8."""
    calendar = Calendar()
    calendar.add("prodid", "-//Digibel//Digibel 1//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", feed.name)
    calendar.add("refresh-interval", timedelta(minutes=15))
    calendar.add_component(BRUSSELS)
    with override(feed.language):
        for event in _events(feed.visits.select_related("client").order_by("starts_at"), feed.language):
            calendar.add_component(event)
    return calendar.to_ical()


def _events(visits: Iterable[Visit], language: str) -> Iterable[Event]:
    host = urlsplit(settings.DIGIBEL_PUBLIC_URL).hostname
    for visit in visits:
        event = Event()
        event.add("uid", f"visit-{visit.pk}@{host}")
        event.add("dtstamp", visit.changed_at)
        event.add("last-modified", visit.changed_at)
        event.add("sequence", visit.sequence)
        event.add("dtstart", _local(visit.starts_at))
        event.add("dtend", _local(visit.ends_at))
        area = places.name(visit.client.postcode, language)
        event.add("summary", gettext("Digibel visit, {area}").format(area=area))
        event.add(
            "description",
            gettext("Who, where and the codeword are on your visit card: see the last text from Digibel."),
        )
        event.add("status", _status(visit))
        event.add("transp", "TRANSPARENT" if _status(visit) == "CANCELLED" else "OPAQUE")
        event.add("class", "PRIVATE")
        yield event


def _local(moment: datetime) -> datetime:
    return clock.local(moment)


def _status(visit: Visit) -> str:
    if visit.status in {VisitStatus.CANCELLED, VisitStatus.MISSED}:
        return "CANCELLED"
    return "TENTATIVE" if visit.held_back_at is not None else "CONFIRMED"
