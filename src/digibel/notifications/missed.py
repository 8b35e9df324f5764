"""A call that nobody took: answered by what is known of the number, telling nothing of it.

Whoever we know stands on the list of calls. A number from another country that we do not know is left alone, as it may be a trap
to be rung back.
"""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from digibel import clock
from digibel.notifications import hours, inbound, numbers
from digibel.notifications.calls import open_call
from digibel.notifications.errors import NotANumber
from digibel.notifications.models import Recipient
from digibel.notifications.recipients import with_number

KIND = "plain.missed"

# Opens what is to be done about somebody who is known; False: nothing special is known.
Handler = Callable[[Recipient], bool]


@transaction.atomic
def note_missed(caller: str, called: str) -> None:
    """Somebody rang the service number and nobody answered. Numbers as the exchange writes them; a hidden one is let go."""
    number = _parsed(caller)
    if not number or not (number.startswith(hours.HOME) or with_number(number)):
        return
    recipient = inbound.speaker(number)
    organisation = inbound.organisation_of(recipient, _parsed(called))
    if organisation is None or recipient.kind == Recipient.Kind.STAFF:
        return
    hours.tell(recipient, hours.MISSED_CALL, organisation=organisation)
    if _wants_a_call(recipient):
        open_call(KIND, recipient, organisation=organisation, recipient=recipient, due_at=clock.now())


def _wants_a_call(recipient: Recipient) -> bool:
    """A landline that we do not know can only be rung back; for whoever we know there may be a call of its own already."""
    if recipient.kind == Recipient.Kind.UNKNOWN:
        return not numbers.is_textable(recipient.number)
    return not _load(settings.MISSED_CALL_HANDLER)(recipient)


@cache
def _load(path: str) -> Handler:
    return import_string(path)


def _parsed(number: str) -> str:
    """E.164, or nothing for what is no number."""
    try:
        return numbers.parse(number)
    except NotANumber:
        return ""
