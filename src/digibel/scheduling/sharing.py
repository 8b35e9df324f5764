"""A telephone of two people, a couple or a centre: STOP asks who, and never silences both."""

import unicodedata
import zlib
from collections.abc import Sequence
from datetime import timedelta

from digibel import clock
from digibel.notifications import phrasebook, replies, stopping
from digibel.notifications.inbound import reply
from digibel.notifications.models import InboundMessage, Recipient
from digibel.notifications.recipients import known_at, language_of
from digibel.requests.models import Client
from digibel.volunteers.models import Volunteer

WHO = "stop.who"
ASKED_FOR = timedelta(days=3)
# More names fill more texts than one; at a centre a person asks.
MOST_NAMES = 3


def handle(message: InboundMessage) -> str | None:
    """Own a STOP, the answer to "who?", and a START, of a number that is known to be of several people."""
    sharing = known_at(message.recipient.number_index)
    here = [one for one in sharing if one.kind in {Recipient.Kind.CLIENT, Recipient.Kind.VOLUNTEER}]
    going_on = [one for one in here if one.stopped_at is None]
    intent = _intent(message)
    if intent == "stop":
        return _ask_who(message, going_on) if going_on else "stopped"
    if intent == "start" and len(here) - len(going_on) == 1:
        [stopped] = set(here) - set(going_on)
        return _started(message, stopped)
    return _answer_who(message, going_on)


def _intent(message: InboundMessage) -> str:
    """Whatever language is spoken at this number; in each of them STOP is STOP."""
    assert message.organisation is not None
    language = language_of(message.recipient, message.organisation)
    return replies.read(message.body, state="announced", language=language).intent


def _ask_who(message: InboundMessage, people: Sequence[Recipient]) -> str:
    """In doubt a person asks: of two with one name a digit says nothing."""
    names = [_name(one) for one in people]
    if len(people) > MOST_NAMES or len(set(names)) < len(names) or "" in names:
        return "shared_number"
    assert message.organisation is not None
    language = language_of(message.recipient, message.organisation)
    reply(message, "plain.stop_who", names=phrasebook.numbered(names, language))
    return _mark(people)


def _answer_who(message: InboundMessage, people: Sequence[Recipient]) -> str | None:
    """A plain digit after "who?", as long as the same people are asked about."""
    said = message.body.strip(" .!")
    number = unicodedata.digit(said, 0) if len(said) == 1 else 0
    if not 1 <= number <= len(people) or _last_outcome(message) != _mark(people):
        return None
    who = people[number - 1]
    stopping.stop(who)
    reply(message, f"plain.{stopping.phrase('stop_confirmed', who)}")
    return "stopped"


def _started(message: InboundMessage, who: Recipient) -> str:
    stopping.start(who)
    reply(message, f"plain.{stopping.phrase('start_confirmed', who)}")
    return "started"


def _last_outcome(message: InboundMessage) -> str:
    """What became of the last text from this number, whoever of them wrote it."""
    lately = InboundMessage.objects.filter(
        recipient__number_index=message.recipient.number_index, received_at__gte=clock.now() - ASKED_FOR
    )
    last = lately.exclude(pk=message.pk).order_by("-received_at", "-pk").first()
    return last.outcome if last is not None else ""


def _mark(people: Sequence[Recipient]) -> str:
    """Says whom we asked about and in which order, without a name: a number means somebody else once that changes."""
    return f"{WHO}_{zlib.crc32('|'.join(str(one.pk) for one in people).encode()):08x}"


def _name(recipient: Recipient) -> str:
    person = Client.objects.filter(recipient=recipient).first() or Volunteer.objects.filter(recipient=recipient).first()
    return person.first_name if person is not None else ""
