"""For each kind of message or call, who knows what it means: found by the prefix of its kind in one table in settings."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from digibel.audit.actors import Actor
from digibel.notifications import numbers, phrasebook
from digibel.notifications.models import CallTask, OutboundMessage, Recipient
from digibel.notifications.recipients import language_of


@dataclass(frozen=True)
class Script:
    """What a caller says: the sentences, their language, and what the worker should know beside it."""

    language: str
    sentences: str
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    outcomes: tuple[str, ...] = field(default=("reached", "no_answer", "other_moment", "wrong_number"))


class Owner(Protocol):
    def still_true(self, message: OutboundMessage) -> bool:
        """Asked right before a text leaves. False: it is withdrawn."""
        ...

    def seen(self, message: OutboundMessage, *, by: Actor) -> None:
        """Somebody here has its words before them, to send it by hand; within the transaction in which they take it."""
        ...

    def left(self, message: OutboundMessage) -> None:
        """The gateway took it; within the transaction that says so."""
        ...

    def still_to_be_said(self, message: OutboundMessage) -> bool:
        """It got lost: does anybody still need to hear it? What has passed, or was called off meanwhile, they do not."""
        ...

    def undelivered(self, message: OutboundMessage) -> None:
        """What now that it could not be delivered; within the transaction that puts it on a list."""
        ...

    def script(self, call: CallTask, *, language: str = "") -> Script:
        """The words for this call, from what is true now; in their language, or in this one for who reads along."""
        ...

    def until(self, call: CallTask) -> datetime | None:
        """By when it has to be said; None where no moment makes it useless."""
        ...

    def hold(self, call: CallTask) -> None:
        """Lock what the call is about, before the call itself is locked: every deed takes its locks in this order."""
        ...

    def call_outcome(self, call: CallTask, outcome: str, *, by: Actor) -> None:
        """What this outcome sets in motion; within the transaction that records it."""
        ...

    def reach_changed(self, recipient: Recipient) -> None:
        """They said STOP or START; within the transaction that says so."""
        ...

    def number_wrong(self, recipient: Recipient) -> None:
        """Somebody else answers at their number; within the transaction that says so."""
        ...


class PlainTexts:
    """Answers and notices that stay true and ask for nothing."""

    def still_true(self, message: OutboundMessage) -> bool:
        return True

    def seen(self, message: OutboundMessage, *, by: Actor) -> None:
        return None

    def left(self, message: OutboundMessage) -> None:
        return None

    def still_to_be_said(self, message: OutboundMessage) -> bool:
        return True

    def undelivered(self, message: OutboundMessage) -> None:
        return None

    def until(self, call: CallTask) -> datetime | None:
        return None

    def script(self, call: CallTask, *, language: str = "") -> Script:
        """Ask to be rung back: what the text said is between the two of them."""
        organisation = call.organisation
        language = language or language_for(call)
        if call.kind == "plain.missed":
            sentences = phrasebook.render("missed_call", language, organisation=organisation.name)
            return Script(language=language, sentences=sentences, outcomes=("reached", "no_answer", "wrong_number"))
        sentences = phrasebook.render(
            "voicemail", language, organisation=organisation.name, phone=numbers.display(organisation.phone)
        )
        return Script(language=language, sentences=sentences, outcomes=("reached", "no_answer", "wrong_number"))

    def hold(self, call: CallTask) -> None:
        return None

    def call_outcome(self, call: CallTask, outcome: str, *, by: Actor) -> None:
        return None

    def reach_changed(self, recipient: Recipient) -> None:
        return None

    def number_wrong(self, recipient: Recipient) -> None:
        return None


def language_for(call: CallTask) -> str:
    """The language in which whoever is rung gets our texts."""
    return language_of(call.recipient, call.organisation) if call.recipient else call.organisation.language


@cache
def _owner(path: str) -> Owner:
    return import_string(path)()


def owners() -> list[Owner]:
    """Each of them once."""
    return [_owner(path) for path in dict.fromkeys(settings.MESSAGE_OWNERS.values())]


def owner_of(kind: str) -> Owner:
    table = settings.MESSAGE_OWNERS
    return _owner(table.get(kind.partition(".")[0], table[""]))
