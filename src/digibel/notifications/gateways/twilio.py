"""A provider with Twilio's API: texts as forms, webhooks signed with the account's token.

Sources: twilio.com/docs/messaging/api/message-resource, .../usage/security ("Validating requests"), .../api/errors.
Others speak the same; `DIGIBEL_TWILIO_URL` says whose server it is.
"""

import base64
import hashlib
import hmac
import logging
import re
import uuid
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from digibel.notifications.errors import BadWebhook, ForgedWebhook, GatewayError
from digibel.notifications.gateways import http
from digibel.notifications.gateways.base import Answer, InboundText, Receipt

logger = logging.getLogger(__name__)

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 200
SID = re.compile(r"[A-Za-z0-9_-]{1,80}")
SERVICE = re.compile(r"MG[0-9a-f]{32}")
# How long it may lie in the provider's queue; afterwards it fails, and a person rings.
LASTS = timedelta(hours=1)
PORTS = {"https": 443, "http": 80}

# About this number or these words, whoever sends them: not a number, a short number, no words, said STOP, no mobile, too
# long, a landline. What is not named here may be the route, and is tried again, perhaps over another gateway.
PERMANENT = {21211, 21265, 21602, 21605, 21610, 21614, 21617, 21635}
# About our account or our sender: wrong token, closed, a sender that is not ours or cannot text, an empty service.
OURS = {20003, 20005, 20006, 20008, 21212, 21601, 21603, 21606, 21607, 21659, 21660, 21661, 21703, 21704, 21705, 30002}

WAITING = {"accepted", "scheduled", "queued", "sending", "sent"}
OUTCOMES = {"delivered": True, "read": True, "undelivered": False, "failed": False, "canceled": False}


class Twilio:
    name = "twilio"
    # Its API knows no id but its own: what may have left is not sent again.
    takes_our_id = False
    # The answer to a text is read as instructions (TwiML): there are none, and anything but XML is an error to it (12300).
    answer_to_text = Answer('<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml; charset=utf-8")

    def what_is_missing(self) -> list[str]:
        """In sentences, for the operator; none: everything is there."""
        wrong = []
        if http.unsafe_address(settings.DIGIBEL_TWILIO_URL):
            wrong.append("Set DIGIBEL_TWILIO_URL to the https address of the provider.")
        if not SID.fullmatch(settings.DIGIBEL_TWILIO_ACCOUNT):
            wrong.append("Set DIGIBEL_TWILIO_ACCOUNT to the account's SID (AC…).")
        if not settings.DIGIBEL_TWILIO_TOKENS:
            wrong.append(
                "Set DIGIBEL_TWILIO_TOKENS to the account's token; while it changes, to the new and the old one."
            )
        if not _is_service() and http.number(settings.DIGIBEL_TWILIO_SENDER) is None:
            wrong.append("Set DIGIBEL_TWILIO_SENDER to a number that can be answered, or to a messaging service (MG…).")
        if urlsplit(settings.DIGIBEL_PUBLIC_URL).scheme != "https":
            wrong.append(
                "Set DIGIBEL_PUBLIC_URL to the https address the provider reaches: its signatures are about it."
            )
        return wrong

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        words = http.outgoing(text)
        if self.what_is_missing():
            raise GatewayError("not_set_up", permanent=False, down=True)
        answer = http.call(
            "POST",
            f"{settings.DIGIBEL_TWILIO_URL}/2010-04-01/Accounts/{settings.DIGIBEL_TWILIO_ACCOUNT}/Messages.json",
            login=(settings.DIGIBEL_TWILIO_ACCOUNT, settings.DIGIBEL_TWILIO_TOKENS[0]),
            body=urlencode(self._form(to, words)).encode(),
            content_type=FORM,
        )
        sid = answer.fields().get("sid")
        if not answer.taken or not isinstance(sid, str) or not SID.fullmatch(sid):
            raise _refusal(answer)
        return sid

    def _form(self, to: str, words: str) -> dict[str, str]:
        return {
            "To": to,
            "MessagingServiceSid" if _is_service() else "From": settings.DIGIBEL_TWILIO_SENDER,
            "Body": words,
            "StatusCallback": settings.DIGIBEL_PUBLIC_URL + reverse("gateway_receipts", args=[self.name]),
            "ValidityPeriod": str(int(LASTS.total_seconds())),
        }

    def read_inbound(self, request: HttpRequest) -> list[InboundText]:
        told = _read(request)
        to = http.number(told.get("To"))
        if to is None or "Body" not in told:
            raise BadWebhook
        sender = http.number(told.get("From"))
        if sender is None:
            logger.warning("text from no number", extra={"gateway": self.name})
            return []
        return [InboundText(told["MessageSid"], sender, to, http.incoming(told["Body"]))]

    def read_receipts(self, request: HttpRequest) -> list[Receipt]:
        told = _read(request)
        status = told.get("MessageStatus", "")
        if status in WAITING:
            return []
        if status not in OUTCOMES:
            raise BadWebhook
        return [Receipt(provider_id=told["MessageSid"], delivered=OUTCOMES[status])]


def _is_service() -> bool:
    return SERVICE.fullmatch(settings.DIGIBEL_TWILIO_SENDER) is not None


def _refusal(answer: http.Answer) -> GatewayError:
    """The provider's own code says more than the status; one that is not known here is something passing."""
    told = answer.fields().get("code")
    by_status = http.refusal(answer)
    if answer.taken or not isinstance(told, int):
        return by_status
    if told in PERMANENT:
        return GatewayError(f"twilio_{told}", permanent=True)
    return GatewayError(
        f"twilio_{told}",
        permanent=False,
        perhaps_sent=by_status.perhaps_sent,
        down=by_status.down or told in OURS,
    )


def _read(request: HttpRequest) -> dict[str, str]:
    """The fields of a webhook of our account, signature checked; `MessageSid` is there."""
    pairs = _pairs(http.body_of(request)) if request.content_type == FORM else []
    if not pairs:
        raise BadWebhook
    _check_signature(request, pairs)
    told = dict(pairs)
    if len(told) != len(set(pairs)) or not SID.fullmatch(told.get("MessageSid", "")):
        raise BadWebhook
    if told.get("AccountSid") != settings.DIGIBEL_TWILIO_ACCOUNT:
        raise ForgedWebhook
    return told


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise BadWebhook from None


def _check_signature(request: HttpRequest, pairs: list[tuple[str, str]]) -> None:
    """The address is the public one, from the settings: behind a proxy, Host is whatever the caller likes."""
    query = request.META.get("QUERY_STRING", "")
    address = settings.DIGIBEL_PUBLIC_URL + request.path_info + (f"?{query}" if query else "")
    given = request.headers.get("X-Twilio-Signature", "").encode()
    if not any(
        hmac.compare_digest(signature(token, one, pairs).encode(), given)
        for token in settings.DIGIBEL_TWILIO_TOKENS
        for one in _with_and_without_port(address)
    ):
        raise ForgedWebhook


def signature(token: str, address: str, pairs: Iterable[tuple[str, str]]) -> str:
    """base64 of the HMAC-SHA1 of the address, then every field, sorted: name and value. Equal fields count once."""
    signed = address + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _with_and_without_port(address: str) -> tuple[str, str]:
    """The documentation leaves it open whether the port is part of what is signed, and the official libraries try both."""
    parts = urlsplit(address)
    host = parts.netloc.removesuffix(f":{parts.port}")
    port = parts.port or PORTS.get(parts.scheme, 443)
    return parts._replace(netloc=host).geturl(), parts._replace(netloc=f"{host}:{port}").geturl()
