"""What a volunteer texts of when they are free. It is done and confirmed, with the way back; in doubt a person reads it."""

from digibel import clock, languages
from digibel.audit.actors import Actor
from digibel.notifications import replies
from digibel.notifications.inbound import reply
from digibel.notifications.models import InboundMessage, Recipient
from digibel.notifications.recipients import language_of
from digibel.notifications.replies import freetime
from digibel.notifications.replies.freetime import Wish
from digibel.scheduling import availability, elsewhere
from digibel.scheduling.models import Offer
from digibel.volunteers import availability as noted
from digibel.volunteers import pagelinks
from digibel.volunteers.models import Volunteer


def handle(message: InboundMessage, volunteer: Volunteer) -> str | None:
    """Own the text if it says nothing but when they are free. A refusal (`VisitThen`, `NotYours`) is for a person to explain."""
    assert message.organisation is not None
    language = language_of(message.recipient, message.organisation)
    wish = freetime.read(message.body, language=language, today=clock.today())
    if wish is None:
        return None
    return {"pause": _pause, "off": _off, "back": _back, "page": _page}[wish.kind](message, volunteer, wish, language)


def handle_pause(message: InboundMessage, volunteer: Volunteer) -> str | None:
    """A pause until a day that they name: whatever else we asked, it means nothing else."""
    assert message.organisation is not None
    language = language_of(message.recipient, message.organisation)
    wish = freetime.read(message.body, language=language, today=clock.today())
    return _pause(message, volunteer, wish, language) if wish is not None and wish.until is not None else None


def says_back(message: InboundMessage) -> bool:
    """Back altogether, and not on one weekday."""
    if message.organisation is None:
        return False
    language = language_of(message.recipient, message.organisation)
    wish = freetime.read(message.body, language=language, today=clock.today())
    return wish is not None and wish.kind == "back" and not wish.weekdays


def start_again(message: InboundMessage) -> str | None:
    """Where "I am back" would be a START of somebody who never said STOP, it ends their pause."""
    recipient = message.recipient
    if recipient.kind != Recipient.Kind.VOLUNTEER or message.organisation is None or recipient.stopped_at is not None:
        return None
    language = language_of(recipient, message.organisation)
    wish = freetime.read(message.body, language=language, today=clock.today())
    if wish is None or wish.kind != "back":
        return None
    if replies.read(message.body, state="offer", language=language).intent != "start":
        return None
    return _back(message, Volunteer.objects.get(recipient=recipient), wish, language)


def _pause(message: InboundMessage, volunteer: Volunteer, wish: Wish, language: str) -> str | None:
    assert message.organisation is not None
    availability.pause_until(volunteer, wish.until, by=Actor.volunteer(volunteer), at=message.organisation)
    if wish.until is None:
        reply(message, "plain.pause_noted")
    else:
        back = languages.day(clock.at(wish.until, clock.WAKING[0]), language)
        reply(message, "plain.pause_until_noted", back=back)
    return "free.pause"


def _off(message: InboundMessage, volunteer: Volunteer, wish: Wish, language: str) -> str | None:
    """While they are asked or expected, "not on Wednesday" may be about that one only."""
    if _expected(volunteer, wish.weekdays):
        return None
    for weekday in wish.weekdays:
        noted.take_weekday_off(volunteer, weekday, by=Actor.volunteer(volunteer))
    reply(message, "plain.weekdays_off_noted", weekdays=languages.weekdays(wish.weekdays, language))
    return "free.off"


def _expected(volunteer: Volunteer, weekdays: tuple[int, ...]) -> bool:
    if Offer.objects.to(volunteer).live().exists():
        return True
    return any(clock.local(start).weekday() in weekdays for start in elsewhere.starts(volunteer))


def _back(message: InboundMessage, volunteer: Volunteer, wish: Wish, language: str) -> str | None:
    """The undoing of the two above; where there is nothing to undo it says something else."""
    by = Actor.volunteer(volunteer)
    given = [noted.give_weekdays_back(volunteer, weekday, by=by) for weekday in wish.weekdays or (None,)]
    was_pausing = volunteer.paused_at is not None and not wish.weekdays
    if was_pausing:
        availability.come_back(volunteer, by=by)
    if not (was_pausing or any(given)):
        return None
    reply(message, "plain.back_noted")
    return "free.back"


def _page(message: InboundMessage, volunteer: Volunteer, wish: Wish, language: str) -> str | None:
    """Who has no internet on the telephone is helped by a person."""
    assert message.organisation is not None
    if volunteer.sms_only:
        return None
    reply(message, "plain.page_link", link=pagelinks.address(pagelinks.open_page(volunteer, message.organisation)))
    return "free.page"
