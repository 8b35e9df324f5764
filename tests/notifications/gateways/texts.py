"""What the tests of the gateways send, say, and find on a telephone."""

import uuid
from itertools import count

import pytest

from digibel.notifications import gateways, outbox
from digibel.notifications.errors import GatewayError
from digibel.notifications.models import InboundMessage, OutboundMessage

ARABIC = "مرحبا، هل يمكنك مساعدة شخص في جيت يوم الجمعة بين الساعة الثانية والخامسة بعد الظهر؟ أجب بنعم أو لا من فضلك."
EXTENDED = "Prijs: 12 € [tot 15 €] {~} ^ \\ | à è é ì ò ù Ç § "
LONG = {
    "short": "ok",
    "arabic": ARABIC,
    "extended": EXTENDED,
    "long": EXTENDED * 4,
    "escape at the seam": "é" * 152 + "€" * 10,
    "emoji at the seam": "ك" * 66 + "👍" + "ك" * 20,
}
DIGIBEL = "+32460000001"
MESSAGE_ID = uuid.UUID(int=7)
TO = "+32470123456"
_references = count(1)


def send(gateway, text="Dag Els", to=TO):
    return gateways.gateway(gateway).send(message_id=MESSAGE_ID, to=to, text=text)


def refused(gateway, text="Dag Els", to=TO):
    """Whose fault it was: code, permanent, perhaps sent, down."""
    with pytest.raises(GatewayError) as refusal:
        send(gateway, text, to)
    error = refusal.value
    return error.code, error.permanent, error.perhaps_sent, error.down


def queue(person, organisation, text="Dank u, dat is goed."):
    message = outbox.queue_message(person.recipient, "plain.declined", organisation=organisation, subject=person)
    message.body = text
    message.save(update_fields=["body"])
    return message


def status(message):
    return OutboundMessage.objects.get(pk=message.pk).status


def bodies():
    return [message.body for message in InboundMessage.objects.order_by("received_at", "pk")]


def arrived(network, number, *, user):
    """What lies on this telephone: texts, long ones put together as telephones do."""
    texts, loose = [], {}
    for part in network.taken(user):
        if "+" + part["to"] != number:
            continue
        if not part["header"]:
            texts.append(part["text"])
            continue
        reference, total, place = bytes.fromhex(part["header"][0])[2:]
        loose[reference, place] = part["text"]
        whole = [loose.get((reference, one)) for one in range(1, total + 1)]
        if None not in whole:
            # Kannel cuts an emoji in two, and telephones put the halves together again.
            texts.append("".join(whole).encode("utf-16", "surrogatepass").decode("utf-16"))
    return texts


def said(person, text, *, user, **pdu):
    """A deliver_sm of this person; in the wider alphabet where the text needs it."""
    wide = {"data_coding": 8, "hex": text.encode("utf-16-be").hex()}
    coded = {"hex": text.encode("ascii").hex()} if text.isascii() else wide
    addresses = {"source_addr": person.recipient.number.strip("+"), "destination_addr": DIGIBEL.strip("+")}
    return {"user": user, **addresses, **coded, **pdu}


def said_in_parts(person, text, *, at, user):
    """The same in two parts, cut after `at` letters."""
    octets, reference = text.encode("utf-16-be"), next(_references) % 256
    headers = [bytes([5, 0, 3, reference, 2, number]) for number in (1, 2)]
    pieces = [header + piece for header, piece in zip(headers, (octets[: 2 * at], octets[2 * at :]), strict=True)]
    return [said(person, "", user=user, esm_class=0x40, data_coding=8, hex=piece.hex()) for piece in pieces]
