"""A Kannel of one's own in front of the aggregator, over HTTP (Kannel 1.4.5 User's Guide, "sendsms" and "SMS-service group").

Out: POST to `sendsms` with X-Kannel headers, so that no number stands in an address that gets logged. 202 means queued.
In: `post-url` of the sms-service, with `send-sender = true` for the same reason. Receipts: a `dlr-url` per text, by GET.
"""

import hashlib
import hmac
import re
import uuid
from typing import Final
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from digibel.notifications import numbers, parts, segments
from digibel.notifications.errors import BadWebhook, ForgedWebhook, GatewayError
from digibel.notifications.gateways import http
from digibel.notifications.gateways.base import InboundText, Receipt
from digibel.notifications.gateways.smpp.coding import header_of

USER: Final = "kannel"
# What we want to hear of (dlr-mask): delivered, not delivered, refused by the SMSC.
OUTCOMES: Final = {"1": True, "2": False, "16": False}
MASK: Final = 1 + 2 + 16
# Accepted; or kept for when the SMSC is there again.
TAKEN: Final = (b"0:", b"3:")
# A telephone that is off for longer would ring with what is no longer true: it expires, and a person rings.
LASTS_MINUTES: Final = "60"
KANNELS_ID: Final = re.compile(r"[\w-]{1,64}", re.ASCII)


class Kannel:
    name = "kannel"
    # Kannel gives no heed to ids of ours: the same text handed over again is one more text on the telephone.
    takes_our_id = False
    receipts_by_get = True

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        url = urlsplit(settings.DIGIBEL_KANNEL_URL)
        login = unquote(url.username or ""), unquote(url.password or "")
        answer = http.call(
            "POST",
            settings.DIGIBEL_KANNEL_URL,
            login=login,
            body=text.encode("utf-8", "replace"),
            content_type="text/plain; charset=UTF-8",
            headers={
                "X-Kannel-Username": login[0],
                "X-Kannel-Password": login[1],
                "X-Kannel-From": settings.DIGIBEL_KANNEL_SENDER,
                "X-Kannel-To": to,
                "X-Kannel-Coding": "0" if segments.count(text).encoding == "gsm7" else "2",
                "X-Kannel-Validity": LASTS_MINUTES,
                "X-Kannel-DLR-Mask": str(MASK),
                "X-Kannel-DLR-Url": _receipt_address(message_id),
            },
        )
        if answer.status == 400:
            raise GatewayError("refused", permanent=True)
        if not answer.taken or not answer.body.startswith(TAKEN):
            raise http.refusal(answer)
        return str(message_id)

    def read_inbound(self, request: HttpRequest) -> list[InboundText]:
        _check_caller(request)
        _check_password(request)
        kannels_id, told = request.GET.get("id", ""), request.headers.get("X-Kannel-From", "")
        if not KANNELS_ID.fullmatch(kannels_id) or not told:
            raise BadWebhook
        words = http.incoming(_words(request))
        sender = http.number(numbers.international(told))
        if sender is None:
            # A shop, a bank, the network itself: nobody we could answer.
            return []
        to = numbers.of_ours(request.headers.get("X-Kannel-To", ""))
        text = InboundText(provider_id=kannels_id, sender=sender, to=to, text=words)
        # Kannel puts parts together itself; what it gives up waiting for comes as it is, with its header.
        place, _ = header_of(unquote_to_bytes(request.headers.get("X-Kannel-UDH", "")))
        if place is None:
            return [text]
        parts.receive_part(self.name, text, place)
        return []

    def read_receipts(self, request: HttpRequest) -> list[Receipt]:
        _check_caller(request)
        message_id, status = request.GET.get("id", ""), request.GET.get("status", "")
        if not hmac.compare_digest(_signature(message_id), request.GET.get("signature", "").encode()):
            raise ForgedWebhook
        if not status.isdigit():
            raise BadWebhook
        return [Receipt(message_id, OUTCOMES[status])] if status in OUTCOMES else []

    def what_is_missing(self) -> list[str]:
        """In sentences, for the operator."""
        wrong = []
        if http.unsafe_address(settings.DIGIBEL_KANNEL_URL):
            wrong.append("Set DIGIBEL_KANNEL_URL: https, or http on your own network, with user and password in it.")
        if http.number(settings.DIGIBEL_KANNEL_SENDER) is None:
            wrong.append("Set DIGIBEL_KANNEL_SENDER to the number that people answer to, as +32460000001.")
        if len(settings.DIGIBEL_KANNEL_SECRET) < 16:
            wrong.append("Set DIGIBEL_KANNEL_SECRET: 16 characters or more, the same as in Kannel's post-url.")
        return wrong


def _receipt_address(message_id: uuid.UUID) -> str:
    path = reverse("gateway_receipts", args=[Kannel.name])
    signature = _signature(str(message_id)).decode()
    return f"{settings.DIGIBEL_KANNEL_CALLBACK}{path}?id={message_id}&signature={quote(signature)}&status=%d"


def _signature(message_id: str) -> bytes:
    """Of this one text, so that the secret itself never stands in an address."""
    return hmac.new(settings.DIGIBEL_KANNEL_SECRET.encode(), message_id.encode(), hashlib.sha256).hexdigest().encode()


def _check_caller(request: HttpRequest) -> None:
    if not settings.DIGIBEL_KANNEL_SECRET:
        raise ForgedWebhook
    if settings.DIGIBEL_KANNEL_ADDRESSES and _caller(request) not in settings.DIGIBEL_KANNEL_ADDRESSES:
        raise ForgedWebhook


def _caller(request: HttpRequest) -> str:
    """Behind a proxy on this machine, whom the proxy saw: the last of the addresses it passes on."""
    seen: str = request.META.get("REMOTE_ADDR", "")
    passed_on: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return passed_on.rpartition(",")[2].strip() if passed_on and seen in {"127.0.0.1", "::1"} else seen


def _check_password(request: HttpRequest) -> None:
    expected = http.basic(USER, settings.DIGIBEL_KANNEL_SECRET)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise ForgedWebhook


def _words(request: HttpRequest) -> str:
    """In the alphabet that Kannel names: UTF-8, or UTF-16BE for what came in the wider one."""
    body = http.body_of(request)
    try:
        return body.decode(
            request.content_params.get("charset", "utf-8") if request.content_params else "utf-8", "replace"
        )
    except (LookupError, ValueError):
        # Some of the alphabets a program knows are none for a text, and break in their own ways.
        raise BadWebhook from None
