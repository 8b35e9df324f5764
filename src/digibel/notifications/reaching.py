"""Somebody is reached in another way from now on: another number, another language, another channel."""

from collections.abc import Sequence

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.notifications import numbers
from digibel.notifications.models import Recipient
from digibel.notifications.owners import owners
from digibel.sealing import ledger


def change(recipient: Recipient, *, number: str, languages: Sequence[str], channel: str) -> None:
    """Write it down; whoever has something to tell them takes the new way. `number` is E.164 or empty."""
    if recipient.wrong_index and numbers.index(number) != recipient.wrong_index:
        ledger.take_back(ledger.What.RIGHT, recipient.pk)
    recipient.number, recipient.number_index = number, numbers.index(number)
    recipient.languages, recipient.channel = list(languages), channel
    recipient.save(update_fields=["number", "number_index", "languages", "channel"])
    tell_owners(recipient)


def note_wrong_number(recipient: Recipient, *, by: Actor) -> None:
    """Somebody else answers there. Nothing is sent to it and nobody rings it, until there is another number."""
    set_aside(recipient, by=by)
    for owner in owners():
        owner.number_wrong(recipient)


def set_aside(recipient: Recipient, *, by: Actor) -> None:
    """The same, for whoever sees to what follows themselves."""
    ledger.note(ledger.What.WRONG, recipient.pk)
    recipient.wrong_index = recipient.number_index
    recipient.save(update_fields=["wrong_index"])
    record("number.wrong", recipient, by=by)


def note_right_number(recipient: Recipient, *, by: Actor) -> None:
    """It was theirs after all."""
    ledger.take_back(ledger.What.RIGHT, recipient.pk)
    recipient.wrong_index = ""
    recipient.save(update_fields=["wrong_index"])
    record("number.right", recipient, by=by)


def tell_owners(recipient: Recipient) -> None:
    """What was asked of them, or was still to be told, changes with it: each owner of messages knows what."""
    for owner in owners():
        owner.reach_changed(recipient)
