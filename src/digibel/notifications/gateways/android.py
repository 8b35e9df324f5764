"""An old telephone with a prepaid card, as the gateway: the app "SMS Gateway for Android" (Apache 2.0).

Written from its documentation, docs.sms-gate.app, and api.sms-gate.app for the fields. The telephone itself (local
server), a server of one's own, or the maker's cloud answer the same calls; only the address differs.
"""

import hashlib
import hmac
import json
import logging
import re
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from digibel import clock
from digibel.notifications.errors import BadWebhook, ForgedWebhook, GatewayError
from digibel.notifications.gateways import http
from digibel.notifications.gateways.base import InboundText, Receipt

logger = logging.getLogger(__name__)

# A text that still lies on a telephone without network after this is no longer true: it fails, and a person rings.
LASTS = timedelta(hours=1)
# Each delivery is signed anew, the repeated ones too: older is a replay. The documentation names five minutes.
SIGNED_WITHIN = timedelta(minutes=5)

WRITTEN_SECONDS = re.compile(r"[0-9]{1,11}")
EVENT_ID = re.compile(r"[\x21-\x7e]{1,120}")
MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,80}")

PING = "system:ping"
RECEIVED = "sms:received"
# Sent says that the network has it, not that anybody has: nothing moves.
OUTCOMES = {"sms:sent": None, "sms:delivered": True, "sms:failed": False}


class Android:
    name = "android"
    # It knows a message by our id: the telephone passes over a repeated one, the server answers 409.
    takes_our_id = True

    def what_is_missing(self) -> list[str]:
        """In sentences, for the operator; none: everything is there."""
        wrong = []
        if http.unsafe_address(settings.DIGIBEL_ANDROID_URL):
            wrong.append("Set DIGIBEL_ANDROID_URL: https, or http to an address on your own network.")
        if not (settings.DIGIBEL_ANDROID_USER and settings.DIGIBEL_ANDROID_PASSWORD):
            wrong.append("Set DIGIBEL_ANDROID_USER and DIGIBEL_ANDROID_PASSWORD as the app shows them.")
        if not settings.DIGIBEL_ANDROID_SIGNING_KEYS:
            wrong.append("Set DIGIBEL_ANDROID_SIGNING_KEYS: the app shows the key under Settings, Webhooks.")
        if http.number(settings.DIGIBEL_ANDROID_NUMBER) is None:
            wrong.append("Set DIGIBEL_ANDROID_NUMBER to the number of the card in the telephone.")
        if settings.DIGIBEL_ANDROID_SIM not in {"", "1", "2", "3"}:
            wrong.append("DIGIBEL_ANDROID_SIM is 1, 2 or 3, or empty.")
        return wrong

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> str:
        message: dict[str, Any] = {
            "id": str(message_id),
            "phoneNumbers": [to],
            "textMessage": {"text": http.outgoing(text)},
            "withDeliveryReport": True,
            "ttl": int(LASTS.total_seconds()),
        }
        if self.what_is_missing():
            raise GatewayError("not_set_up", permanent=False, down=True)
        if settings.DIGIBEL_ANDROID_SIM:
            message["simNumber"] = int(settings.DIGIBEL_ANDROID_SIM)
        try:
            _hand_over(message)
        except GatewayError as error:
            # Once it is there it must not leave by another gateway as well: so ask, before giving up.
            if not (error.perhaps_sent and _is_there(message["id"])):
                raise
        return str(message_id)

    def read_inbound(self, request: HttpRequest) -> list[InboundText]:
        told = _read(request)
        if told["event"] == PING:
            return []
        if told["event"] != RECEIVED or not isinstance(told["payload"].get("message"), str):
            raise BadWebhook
        return _text(told["id"], told["payload"])

    def read_receipts(self, request: HttpRequest) -> list[Receipt]:
        told = _read(request)
        if told["event"] == PING:
            return []
        message_id = told["payload"].get("messageId")
        if told["event"] not in OUTCOMES or not _fits(MESSAGE_ID, message_id):
            raise BadWebhook
        delivered = OUTCOMES[told["event"]]
        return [] if delivered is None else [Receipt(provider_id=message_id, delivered=delivered)]


def _hand_over(message: dict[str, Any]) -> None:
    """No refusal here is the text's own fault: numbers are checked on the telephone, and told as `sms:failed`."""
    answer = _call("POST", "/messages", json.dumps(message).encode())
    if answer.status == 409:
        raise GatewayError("known", permanent=False, perhaps_sent=True)
    if not answer.taken or answer.fields().get("id") != message["id"]:
        raise http.refusal(answer)


def _is_there(message_id: str) -> bool:
    try:
        answer = _call("GET", f"/messages/{message_id}")
    except GatewayError:
        return False
    told = answer.fields()
    if not answer.taken or told.get("id") != message_id:
        return False
    if told.get("state") == "Failed":
        # It said so once already, and will not again, nor try that id again.
        raise GatewayError("failed_there", permanent=True)
    return True


def _call(method: str, path: str, body: bytes = b"") -> http.Answer:
    login = settings.DIGIBEL_ANDROID_USER, settings.DIGIBEL_ANDROID_PASSWORD
    return http.call(method, settings.DIGIBEL_ANDROID_URL + path, login=login, body=body)


def _read(request: HttpRequest) -> dict[str, Any]:
    """The envelope of one event: `id` of this event (stays the same when it is repeated), `event`, `payload`."""
    body = http.body_of(request)
    _check_signature(request, body)
    told = http.json_object(body)
    if (
        told is None
        or not _fits(EVENT_ID, told.get("id"))
        or not isinstance(told.get("event"), str)
        or not isinstance(told.get("payload"), dict)
    ):
        raise BadWebhook
    return told


def _check_signature(request: HttpRequest, body: bytes) -> None:
    """`X-Signature` is the HMAC-SHA256, in hexadecimal, of the raw body and `X-Timestamp` behind it."""
    signed_at = request.headers.get("X-Timestamp", "")
    given = request.headers.get("X-Signature", "").encode()
    if not _fits(WRITTEN_SECONDS, signed_at) or not any(
        hmac.compare_digest(_signature(key, body, signed_at), given) for key in settings.DIGIBEL_ANDROID_SIGNING_KEYS
    ):
        raise ForgedWebhook
    if abs(clock.now().timestamp() - int(signed_at)) > SIGNED_WITHIN.total_seconds():
        raise ForgedWebhook("This was signed at another time. Set the clocks on both sides.")


def _signature(key: str, body: bytes, signed_at: str) -> bytes:
    return hmac.new(key.encode(), body + signed_at.encode(), hashlib.sha256).hexdigest().encode()


def _text(event_id: str, payload: dict[str, Any]) -> list[InboundText]:
    """Its own `messageId` is made from the words, so that a second "ja" would be the first one: the event's id counts."""
    # `phoneNumber` is the name before version 1.60; `recipient` is empty where the telephone does not know its number.
    sender = http.number(payload.get("sender") or payload.get("phoneNumber"))
    to = http.number(payload.get("recipient")) or http.number(settings.DIGIBEL_ANDROID_NUMBER)
    if to is None:
        raise BadWebhook
    if sender is None:
        # Advertisements of the network, a bank: nobody there can be answered, and a refusal would bring it for two days.
        logger.warning("text from no number", extra={"gateway": Android.name})
        return []
    return [InboundText(provider_id=event_id, sender=sender, to=to, text=http.incoming(payload["message"]))]


def _fits(form: re.Pattern[str], told: object) -> bool:
    return isinstance(told, str) and form.fullmatch(told) is not None
