"""One deed for all that was ticked, and taking it back within ten seconds. Texts to many wait that long before they leave."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.desk import words
from digibel.notifications import answering, outbox
from digibel.notifications.models import InboundMessage, OutboundMessage
from digibel.organisations.models import Organisation, Staff
from digibel.organisations.permissions import may
from digibel.problems import Conflict
from digibel.scheduling import assigning
from digibel.volunteers import asking, pagelinks
from digibel.volunteers.errors import NoLetters
from digibel.volunteers.models import Volunteer

WAITS = timedelta(seconds=10)
NOBODY = "-"


class TooLate(Conflict):
    code = "too_late_to_undo"
    message = "Too late: the texts have left."


class NoTimeLeft(Conflict):
    code = "no_time_left_to_undo"
    message = "Too late: this could be taken back for ten seconds."


@dataclass(frozen=True)
class Together:
    """`kind`: of the text that each of them is sent. `verb` queues it."""

    permission: str
    kind: str
    label: words.Words
    verb: Callable[..., OutboundMessage]


DEEDS = {
    "page": Together(
        "note_availability", "plain.page_link", _("Text them the link to their own page"), pagelinks.send_page
    ),
    "questions": Together(
        "ready_volunteer", "readiness.questions_ask", _("Text them the five questions"), asking.send_questions
    ),
}


@dataclass
class Texted:
    """What came of it: the texts that wait, how many have one on its way already, and how many have no internet to open it."""

    texts: list[uuid.UUID] = field(default_factory=list)
    had_one: int = 0
    without_internet: int = 0


def deeds_for(staff: Staff) -> list[tuple[str, words.Words]]:
    return [(slug, deed.label) for slug, deed in DEEDS.items() if may(staff, deed.permission)]


@transaction.atomic
def text_all(deed: Together, volunteers: Iterable[Volunteer], organisation: Organisation, *, by: Actor) -> Texted:
    """Queue one text for each of them. Who has one that still waits keeps that one: taking ours back leaves it to them."""
    told, leaves_at = Texted(), clock.now() + WAITS
    for volunteer in volunteers:
        if OutboundMessage.objects.waiting().filter(recipient=volunteer.recipient, kind=deed.kind).exists():
            told.had_one += 1
            continue
        try:
            told.texts.append(deed.verb(volunteer, organisation, by=by, not_before=leaves_at).pk)
        except NoLetters:
            told.without_internet += 1
    return told


@transaction.atomic
def take_back(texts: Iterable[str], organisation: Organisation, *, by: Actor) -> int:
    """Withdraw those of our texts that have not left. Returns how many. Raises `TooLate` where all have."""
    ours = OutboundMessage.objects.filter(pk__in=list(texts), organisation=organisation)
    count = outbox.withdraw(ours)
    if not count:
        raise TooLate
    record("texts.taken_back", organisation, by=by, organisation_id=organisation.pk, count=count)
    return count


@transaction.atomic
def put_aside_all(texts: Iterable[uuid.UUID], organisation: Organisation, *, by: Actor) -> list[str]:
    """Texts of the inbox that need no answer. What a colleague has dealt with meanwhile is left to them.

    Returns what `back_to_the_inbox` needs: each with why it lay there.
    """
    done = []
    ours = InboundMessage.objects.filter(pk__in=list(texts), organisation=organisation).order_by("pk")
    for message in ours.filter(status=InboundMessage.Status.INBOX):
        try:
            answering.put_aside(message, by=by)
        except answering.TextAnswered:
            continue
        done.append(f"{message.pk} {message.outcome}")
    return done


@transaction.atomic
def back_to_the_inbox(texts: Iterable[str], organisation: Organisation, *, by: Actor) -> int:
    """They wait for a person again, each for the reason for which it did. Raises `NoTimeLeft` where there is none."""
    count = 0
    for told in texts:
        message_id, _space, outcome = told.partition(" ")
        count += answering.wait_again(uuid.UUID(message_id), organisation, outcome=outcome, by=by)
    if not count:
        raise NoTimeLeft
    return count


def as_told(given: Iterable[assigning.Given]) -> list[str]:
    """What `give_back` needs, for the session."""
    return [f"{one.request_id} {one.before or NOBODY} {one.now or NOBODY}" for one in given]


def give_back(told: Iterable[str], organisation: Organisation, *, by: Actor) -> int:
    """Each request is whose it was before. Raises `NoTimeLeft` where there is none, or a colleague has given all of them on."""
    given = [_given(*one.split(" ")) for one in told]
    count = assigning.take_back(given, organisation=organisation, by=by)
    if not count:
        raise NoTimeLeft
    return count


def _given(request_id: str, before: str, now: str) -> assigning.Given:
    one, other = (None if told == NOBODY else uuid.UUID(told) for told in (before, now))
    return assigning.Given(uuid.UUID(request_id), one, other)


@dataclass(frozen=True)
class Undo:
    """`always`: also after ten seconds, as far as it is still possible. `to`: the list to which they come back."""

    verb: Callable[..., int]
    said: words.Words
    to: str
    always: bool = False


UNDO = {
    "texts": Undo(take_back, _("Taken back: nothing leaves."), "desk:volunteers", always=True),
    "requests": Undo(give_back, _("Taken back: they are whose they were."), "desk:requests"),
    "inbox": Undo(back_to_the_inbox, _("Taken back: they wait for a person again."), "desk:inbox"),
}
