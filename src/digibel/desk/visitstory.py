"""What happened around a visit, newest first: deeds, texts and calls, each in a sentence."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digibel.audit.models import Event
from digibel.desk import actors, visitdeeds, words
from digibel.notifications.models import CallTask, MessageStatus, OutboundMessage, Recipient
from digibel.organisations.models import Organisation
from digibel.scheduling.models import Visit

# A deed by its verb in the audit: the bell or the drawing beside it, and the words.
DEEDS: dict[str, tuple[str, str, words.Words]] = {
    "visit.booked": ("done", "", _("Booked")),
    "visit.confirmed": ("done", "", _("The client says yes")),
    "visit.yes_taken_back": ("wait", "", _("The client wants another moment after all")),
    "visit.begun": ("done", "", _("IN: the volunteer is inside")),
    "visit.ended": ("done", "", _("OUT: the volunteer has left")),
    "visit.moved": ("", "clock", _("Moved to another moment")),
    "visit.extended": ("", "clock", _("Half an hour more")),
    "visit.late": ("", "clock", _("The volunteer comes later")),
    "visit.cancelled": ("alarm", "", _("Cancelled")),
    "visit.missed": ("alarm", "", _("Did not take place")),
    "visit.corrected": ("", "list", _("Noted by hand")),
    "visit.reported": ("done", "", _("The volunteer told how it went")),
    "visit.asked_early": ("", "phone", _("Asked how it is before the week is over")),
    "visit.followed_up": ("done", "", _("A week later: asked whether it still works")),
    "visit.kit_kept": ("", "device", _("Something to take along is kept")),
    "visit.kit_handed": ("", "device", _("The volunteer has what they take along")),
    "visit.kit_back": ("done", "", _("What was taken along is back")),
    "visit.kit_released": ("", "device", _("Nothing to take along after all")),
    "address.shown": ("", "eye", _("Address shown")),
    "card.revoked": ("", "key", _("Card closed, telephone lost")),
    "card.sent": ("", "sms", _("Link sent once more")),
}
# A text by its kind: what it says, never how. Its words may hold the link of the card, or where somebody lives.
TEXTS: dict[str, words.Words] = {
    "accepted": _("the visit is booked"),
    "accepted_sms_only": _("the visit is booked"),
    "reminder_day": _("reminder, the day before"),
    "reminder_hour": _("reminder, an hour before"),
    "checkout_missing": _("are you still there?"),
    "stay_home": _("stay at home for now"),
    "second_sought": _("two go: a second is sought"),
    "go_together": _("with whom they go"),
    "other_cannot": _("the other one cannot"),
    "one_cannot": _("one of the two cannot"),
    "announce_two": _("who comes, when, and the codeword"),
    "client_reminder_two": _("reminder"),
    "goes_ahead": _("it goes ahead after all"),
    "visit_moved": _("another moment"),
    "client_visit_moved": _("another moment"),
    "visit_cancelled": _("the visit is cancelled"),
    "announce": _("who comes, when, and the codeword"),
    "client_reminder": _("reminder"),
    "nobody_comes": _("nobody comes, do not open"),
    "client_visit_cancelled": _("nobody comes, do not open"),
    "solved_thanks": _("it still works, thank you"),
    "new_word": _("the codeword has changed"),
    "new_volunteer": _("somebody else comes"),
    "meet_there": _("where they meet"),
    "meet": _("who waits, where, when, and the codeword"),
    "meet_reminder": _("reminder"),
    "meet_off": _("nobody waits at the place"),
    "take_kit": _("what to take along"),
    "take_kit_not": _("nothing to take along"),
    "house_rules": _("the house rules"),
    "address_changed": _("the address has changed"),
    "follow_up": _("does it still work?"),
    "follow_up_honest": _("did the volunteer see a code, hold a card or touch money?"),
}
STATUSES: dict[str, words.Words] = {
    MessageStatus.QUEUED: _("not sent yet"),
    MessageStatus.SENDING: _("leaving now"),
    MessageStatus.SENT: _("sent"),
    MessageStatus.DELIVERED: _("arrived"),
    MessageStatus.WITHDRAWN: _("not sent: no longer true"),
    MessageStatus.ON_LIST: _("did not arrive: on a person's list"),
}


@dataclass(frozen=True)
class Happening:
    when: datetime
    title: words.Words
    text: str
    bell: str = ""
    icon: str = ""


def of(visit: Visit, organisation: Organisation) -> list[Happening]:
    events = [event for event in Event.objects.about(visit).newest_first() if event.verb in DEEDS]
    calls = list(CallTask.objects.about(visit).exclude(done_at=None).exclude(outcome=CallTask.Outcome.NOT_NEEDED))
    texts = OutboundMessage.objects.about(visit).select_related("recipient")
    by = actors.names([event.actor for event in events], organisation)
    found = [_deed(event, by[event.actor]) for event in events]
    found += [_text(message) for message in texts if message.recipient.kind != Recipient.Kind.STAFF]
    found += [_call(call) for call in calls]
    return sorted(found, key=lambda one: one.when, reverse=True)


def _deed(event: Event, by: str) -> Happening:
    bell, icon, title = DEEDS[event.verb]
    reason = visitdeeds.REASONS.get(str(event.facts.get("reason", "")), "")
    return Happening(event.at, title, ", ".join(filter(None, [by, str(reason)])) + ".", bell=bell, icon=icon)


def _text(message: OutboundMessage) -> Happening:
    to_client = message.recipient.kind == Recipient.Kind.CLIENT
    said = TEXTS.get(message.kind.partition(".")[2], "")
    title = gettext("Text to the client") if to_client else gettext("Text to the volunteer")
    return Happening(
        message.status_at, f"{title}: {said}" if said else title, f"{STATUSES[message.status]}.", icon="sms"
    )


def _call(call: CallTask) -> Happening:
    title = words.errand(call.kind).what
    return Happening(call.done_at or call.due_at, title, f"{words.OUTCOMES[call.outcome]}.", icon="phone")
