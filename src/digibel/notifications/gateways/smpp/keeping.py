"""What came in over the link, put where everything that comes in is put. Only then does the SMSC hear that we have it."""

import logging
from typing import Any, Final

from django.db import close_old_connections
from smpplib import consts

from digibel import clock, tracing
from digibel.notifications import inbound, numbers, parts
from digibel.notifications.gateways import http
from digibel.notifications.gateways.base import InboundText, Place
from digibel.notifications.gateways.smpp import coding, receipts
from digibel.notifications.gateways.smpp.link import Arrival, Link
from digibel.notifications.models import InboundMessage
from digibel.notifications.receipts import note_receipt
from digibel.sealing.index import blind_index

logger = logging.getLogger(__name__)

NAME: Final = "smpp"
KEPT: Final = consts.SMPP_ESME_ROK
# "Not now, tell me again" (SMPP 3.4, 5.1.3).
TELL_AGAIN: Final = consts.SMPP_ESME_RX_T_APPN
# No id of another program: letters only, so that it can never be read as a code or a card.
LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


def keep_all(link: Link) -> None:
    """Until the link has ended."""
    while (arrival := link.arrivals.get()) is not None:
        # Nobody else does that for a process without requests and tasks.
        close_old_connections()
        keep(arrival, link)


def keep(arrival: Arrival, link: Link) -> None:
    """Whatever goes wrong on our side, the SMSC is asked to tell it again; one such text keeps none of the others waiting."""
    with tracing.under(None):
        _keep(arrival, link)


def _keep(arrival: Arrival, link: Link) -> None:
    try:
        if receipts.is_receipt(arrival.pdu.esm_class or 0):
            _keep_receipt(arrival.pdu, link)
        else:
            _keep_text(arrival)
    except Exception as error:
        # Told again too often is better than lost: the network gives up by itself after a day or two.
        logger.error("smpp text not kept", extra={"error": type(error).__name__})
        arrival.answer(TELL_AGAIN)
    else:
        arrival.answer(KEPT)


def _keep_receipt(pdu: Any, link: Link) -> None:
    part = receipts.read(
        coding.decode(_octets(pdu), pdu.data_coding or 0),
        part_id=_ascii(pdu.receipted_message_id),
        state=pdu.message_state,
    )
    told = link.wholes.told(part) if part else None
    if told is not None:
        note_receipt(NAME, told)


def _keep_text(arrival: Arrival) -> None:
    pdu = arrival.pdu
    sender = http.number(numbers.international(_ascii(pdu.source_addr)))
    if sender is None:
        # A shop, a bank, the network itself: nobody we could answer.
        return
    octets = _octets(pdu)
    place = _place_in_parameters(pdu)
    if (pdu.esm_class or 0) & coding.HAS_HEADER:
        in_header, octets = coding.header_of(octets)
        place = place or in_header
    text = InboundText(
        provider_id=_id(arrival),
        sender=sender,
        to=numbers.of_ours(_ascii(pdu.destination_addr)),
        text=http.incoming(coding.decode(octets, pdu.data_coding or 0)),
    )
    if place is not None and place.total > 1:
        parts.receive_part(NAME, text, place)
    else:
        inbound.receive_text(NAME, text, doubt="perhaps_twice" if _perhaps_told_before(text) else "")


def _id(arrival: Arrival) -> str:
    """SMPP gives what comes in no id: what it says, the bind it came on, and its number there."""
    pdu = arrival.pdu
    said = b"\0".join([pdu.source_addr or b"", pdu.destination_addr or b"", _octets(pdu)]).hex()
    told = f"{blind_index(said, purpose='smpp text')[:SAID]}{arrival.bind}{pdu.sequence:08x}"
    return told.translate(LETTERS)


SAID: Final = 40
BIND: Final = 8


def _perhaps_told_before(text: InboundText) -> bool:
    """The same words, from the same person, on a bind before this one, just now: said twice, or told twice because the link broke
    before the SMSC heard that we had it. Nobody can know; nothing is done, and a person looks.
    """
    said, said_on_this_bind = text.provider_id[:SAID], text.provider_id[: SAID + BIND]
    lately = InboundMessage.objects.filter(
        gateway=NAME, provider_id__startswith=said, received_at__gte=clock.now() - parts.WAIT
    )
    return lately.exclude(provider_id__startswith=said_on_this_bind).exists()


def _place_in_parameters(pdu: Any) -> Place | None:
    if pdu.sar_total_segments is None or pdu.sar_segment_seqnum is None:
        return None
    place = Place(pdu.sar_msg_ref_num or 0, pdu.sar_total_segments, pdu.sar_segment_seqnum)
    return place if place.is_sound else None


def _octets(pdu: Any) -> bytes:
    return bytes(pdu.short_message or pdu.message_payload or b"")


def _ascii(told: bytes | str | None) -> str:
    if isinstance(told, str):
        return told
    return (told or b"").decode("ascii", "replace").strip()
