"""The slip: where somebody is helped with what our volunteers may not do. On paper, in the client's language."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import segno
from django.utils import translation
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from digibel import clock, languages, places
from digibel.desk import weekdays, words
from digibel.directory import writing
from digibel.directory.hours import DAYS
from digibel.directory.models import HelpPlace, PlaceSession
from digibel.guardrails import catalogue
from digibel.requests import referrals
from digibel.requests.models import HelpRequest

# A slip lies on the kitchen table for a while.
SLIP_LOOKS_AHEAD = timedelta(days=31)

ICONS = {
    "computer_room": "house",
    "library": "book",
    "helpdesk": "people",
    "course": "book",
    "lender": "device",
    "office": "people",
    "bank_help": "bank",
    "telephone": "phone",
}


@dataclass(frozen=True)
class Line:
    icon: str
    strong: str
    text: str


def language_for(request: HelpRequest, asked: str = "") -> str:
    """The one asked for, else the first of the client's in which we write, else French: most people here read it."""
    wanted = [asked, *request.client.reads, *request.client.speaks]
    return next((code for code in wanted if code in languages.LANGUAGES), catalogue.FALLBACK)


def sheet(
    request: HelpRequest, *, place_ids: Collection[str], routes: Collection[str], language: str
) -> dict[str, Any]:
    """What `parts/slip.html` prints: the question, the way, the hours as far as known. No family name, nothing of health."""
    organisation = request.organisation
    chosen = referrals.places_among(request, list(place_ids))
    with translation.override(language):
        return {
            "title": _("A slip for %(name)s") % {"name": request.client.first_name},
            "lang": language,
            "dir": "rtl" if languages.LANGUAGES[language].right_to_left else "ltr",
            "organisation": organisation.name,
            "date": clock.today(),
            "questions": list(_questions(request, language)),
            "lines": list(_lines(request, chosen, routes, language)),
            "phone": organisation.phone,
            "phone_note": _("Does it not work out? Ring us: %(name)s.") % {"name": organisation.name},
            "note": _note(request, chosen),
            **_qr(chosen),
        }


def _both(language: str, organisation_language: str) -> list[str]:
    """The client's language first; then the desk's, for whoever reads the slip there."""
    desk = organisation_language if organisation_language in languages.DESK_LANGUAGES else catalogue.FALLBACK
    return list(dict.fromkeys([language, desk]))


def _questions(request: HelpRequest, language: str) -> Iterator[dict[str, str]]:
    for task in request.tasks.all():
        known = catalogue.get(task.slug)
        names = [known.name(code) for code in _both(language, request.organisation.language)]
        yield {"icon": known.icon, "text": " / ".join(dict.fromkeys(names))}


def _lines(request: HelpRequest, chosen: list[HelpPlace], routes: Collection[str], language: str) -> Iterator[Line]:
    """Each route that was chosen, or that leads to a chosen place, with these places under it; each place once."""
    left = {place.pk: place for place in chosen}
    booked = {one.place_id: one.session for one in referrals.waiting(request) if one.session is not None}
    for advice in referrals.propose(request, language):
        here = [left.pop(near.place.pk) for near in advice.places if near.place.pk in left]
        if here or advice.route in routes:
            yield Line("speech", "", advice.text)
        for place in here:
            yield _place_line(place, booked.get(place.pk), language)
    for place in left.values():
        yield _place_line(place, booked.get(place.pk), language)


def _place_line(place: HelpPlace, booked: PlaceSession | None, language: str) -> Line:
    facts = [
        _seat(booked, language),
        address(place),
        words_of_phone(place),
        _hours(place),
        *_other_days(place),
        words.language_names(place.languages),
        place.price,
    ]
    facts += [_("no steps")] if place.step_free else []
    return Line(ICONS.get(place.kind, "house"), place.name_in(language), ". ".join(filter(None, facts)))


def in_words(session: PlaceSession, language: str) -> str:
    start, end = clock.local(session.starts_at), clock.local(session.ends_at)
    return f"{languages.day_in_words(start, language)}, {start:%H:%M}–{end:%H:%M}"


def _seat(session: PlaceSession | None, language: str) -> str:
    """When they are expected, as long as that is to come."""
    if session is None or session.called_off_at is not None or session.ends_at <= clock.now():
        return ""
    return _("A seat is kept for you: %(when)s") % {"when": _as_written(in_words(session, language))}


def words_of_phone(place: HelpPlace) -> str:
    return _("Telephone %(number)s") % {"number": _as_written(place.phone)} if place.phone else ""


def address(place: HelpPlace) -> str:
    street = f"{place.street} {place.house_number}".strip()
    where = f"{place.postcode} {places.name(place.postcode, words.desk_language())}" if place.postcode else ""
    return _as_written(", ".join(filter(None, [street, where])))


def whole(place: HelpPlace | None) -> str:
    """Where somebody meets a client, on a line of the desk: name, street, town."""
    return ", ".join(filter(None, [place.name_in(words.desk_language()), address(place)])) if place else ""


def _as_written(text: str) -> str:
    """In the order in which it was written, also in a sentence from right to left: 26-0030 is no 0030-26."""
    return f"\u2066{text}\u2069" if text and translation.get_language_bidi() else text


def _hours(place: HelpPlace) -> str:
    """ "Tuesday 09:00–12:00, 13:00–16:00; Friday 09:00–12:00"; nothing where nobody knows."""
    days = [
        f"{weekdays.weekday(number)} " + ", ".join("–".join(span) for span in place.hours[day])
        for number, day in enumerate(DAYS)
        if place.hours.get(day)
    ]
    return "; ".join(days)


def _other_days(place: HelpPlace) -> Iterator[str]:
    """Those of the coming weeks: "closed from 21 July 2026 to 15 August 2026"."""
    for one in writing.to_come(place.exceptions, clock.today()):
        first, last = (date.fromisoformat(one[end]) for end in ("from", "until"))
        if first <= clock.today() + SLIP_LOOKS_AHEAD:
            yield _other_day(first, last, one["hours"])


def _other_day(first: date, last: date, spans: list[list[str]]) -> str:
    told = {"first": _day_of(first), "last": _day_of(last), "hours": ", ".join("–".join(span) for span in spans)}
    if first == last:
        return (_("on %(first)s only %(hours)s") if spans else _("closed on %(first)s")) % told
    if spans:
        return _("from %(first)s to %(last)s only %(hours)s") % told
    return _("closed from %(first)s to %(last)s") % told


def _day_of(day: date) -> str:
    return date_format(day, "j F Y")


def _note(request: HelpRequest, chosen: list[HelpPlace]) -> str:
    told = [_("Number of the question: %(reference)s.") % {"reference": _as_written(request.reference)}]
    if chosen:
        told.append(_("Ring before you go: hours change."))
        days = [place.checked_on for place in chosen if place.checked_on]
        told += [_("Looked up: %(day)s.") % {"day": _day(min(days))}] if days else []
    return " ".join(told)


def _day(day: date) -> str:
    """The directory writes the first of January where only the year is known."""
    return str(day.year) if (day.month, day.day) == (1, 1) else date_format(day, "j F Y")


def _qr(chosen: list[HelpPlace]) -> dict[str, Any]:
    """The first website among the places, for a telephone's camera."""
    url = next((place.url for place in chosen if place.url), "")
    if not url:
        return {}
    # segno writes an SVG of its own making; the address is only in its dots.
    drawn = segno.make(url, error="m").svg_inline(svgclass=None, lineclass=None, omitsize=True, border=2)
    return {"qr": SafeString(drawn), "qr_label": _("QR code: the same place on a telephone")}
