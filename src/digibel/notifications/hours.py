"""When somebody answers the telephone, told to whoever rang or texted in vain: the same words for everybody, once a day at most."""

from datetime import timedelta

from digibel import clock, languages
from digibel.notifications import numbers, outbox
from digibel.notifications.models import Channel, OutboundMessage, Recipient
from digibel.notifications.recipients import language_of
from digibel.organisations import duty
from digibel.organisations.models import Organisation

MISSED_CALL = "plain.missed_text"
STRANGERS_TEXT = "plain.unknown_text"
ONCE_IN = timedelta(days=1)
HOME = "+32"


def tell(recipient: Recipient, kind: str, *, organisation: Organisation, any_hour: bool = False) -> None:
    """Nothing to whoever wants no texts, lives abroad, or had this today: two machines that answer each other fall silent."""
    hours = duty.next_hours(organisation, clock.now())
    if hours is None or not _may_be_texted(recipient) or _had_it(recipient):
        return
    outbox.queue_message(
        recipient,
        kind,
        organisation=organisation,
        subject=recipient,
        any_hour=any_hour,
        phone=numbers.display(organisation.phone),
        windows=languages.window(*hours, language_of(recipient, organisation)),
    )


def _may_be_texted(recipient: Recipient) -> bool:
    number = recipient.number
    wanted = recipient.channel == Channel.SMS and recipient.stopped_at is None and recipient.restricted_at is None
    return wanted and number.startswith(HOME) and numbers.is_textable(number)


def _had_it(recipient: Recipient) -> bool:
    sent = OutboundMessage.objects.filter(recipient=recipient, kind__in=[MISSED_CALL, STRANGERS_TEXT])
    return sent.filter(created_at__gt=clock.now() - ONCE_IN).exists()
