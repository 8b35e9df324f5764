"""A provider's HTTP API with signed webhooks: the documentation's own vectors, and everything it says may go wrong."""

from datetime import timedelta
from functools import partial
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest

import cast
from digibel import clock
from digibel.notifications import gateways, outbox, tasks
from digibel.notifications.gateways.twilio import signature
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage
from notifications.gateways import texts
from notifications.gateways.stand_ins import HANGS_UP, LOST, SILENT, Provider, first_call_gives_up_soon
from notifications.gateways.texts import TO, queue, status

pytestmark = pytest.mark.django_db

PUBLIC = "https://digibel.example"
INBOUND = "/gateways/twilio/inbound"
RECEIPTS = "/gateways/twilio/receipts"
SERVICE = "MG" + "0" * 32

send, refused = partial(texts.send, "twilio"), partial(texts.refused, "twilio")


@pytest.fixture
def provider(settings, frozen_clock):
    provider = Provider()
    settings.DIGIBEL_GATEWAY = "twilio"
    settings.DIGIBEL_PUBLIC_URL = PUBLIC
    settings.DIGIBEL_TWILIO_URL = provider.url
    settings.DIGIBEL_TWILIO_ACCOUNT = provider.ACCOUNT
    settings.DIGIBEL_TWILIO_TOKENS = [provider.TOKEN]
    settings.DIGIBEL_TWILIO_SENDER = cast.SMS_NUMBER
    yield provider
    provider.stop()


# --- the signature --------------------------------------------------------------------------------------------------

ADDRESS = "https://mycompany.com/myapp.php?foo=1&bar=2"


def example(caller):
    return [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", caller),
        ("Digits", "1234"),
        ("From", caller),
        ("To", "+18005551212"),
    ]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # "Validating requests" in twilio.com/docs/usage/security, in the three editions it has had.
        (example("+14158675309"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (example("+14158675310"), "GvWf1cFY/Q7PnoempGyD5oXAezc="),
        (example("+12349013030"), "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
        # The official library's: names in order of their letters, the values of one name too, an equal one once.
        (
            [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (
            [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_the_signature_is_the_one_in_the_documentation(pairs, expected):
    assert signature("12345", ADDRESS, pairs) == expected
    assert signature("12345", ADDRESS, reversed(pairs)) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://mycompany.com:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com:80/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ],
)
def test_the_signature_is_about_the_port_too_where_the_library_says_so(address, expected):
    assert signature("12345", address, example("+14158675309")) == expected


@pytest.mark.parametrize(
    ("public_url", "signed_url"),
    [
        (PUBLIC, PUBLIC),
        (PUBLIC, f"{PUBLIC}:443"),
        (f"{PUBLIC}:443", PUBLIC),
        (f"{PUBLIC}:8443", f"{PUBLIC}:8443"),
        (f"{PUBLIC}:8443", PUBLIC),
        (f"{PUBLIC}/digibel", f"{PUBLIC}/digibel"),
    ],
)
def test_behind_a_proxy_the_public_address_counts(client, provider, els, settings, public_url, signed_url):
    settings.DIGIBEL_PUBLIC_URL = public_url
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja")
    assert provider.posts(client, signed_url, INBOUND, told).status_code == 200
    assert InboundMessage.objects.count() == 1


def test_the_host_that_the_caller_names_counts_for_nothing(client, provider, els):
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja")
    for address in ("http://localhost", "https://localhost", "https://evil.example"):
        assert provider.posts(client, address, INBOUND, told).status_code == 403
    headers = {**provider.signs(f"https://localhost{INBOUND}", told), "X-Forwarded-Host": "localhost"}
    assert provider.posts(client, PUBLIC, INBOUND, told, headers=headers).status_code == 403


# --- the whole way --------------------------------------------------------------------------------------------------


def test_a_text_goes_out_its_receipt_and_the_reply_come_in(client, provider, els, lindeboom):
    message = queue(els, lindeboom)
    assert outbox.sweep() == 1
    out = provider.messages[0]
    assert (out["To"], out["From"], out["Body"]) == (els.recipient.number, cast.SMS_NUMBER, message.body)
    assert out["StatusCallback"] == PUBLIC + RECEIPTS
    assert OutboundMessage.objects.get().provider_id == out["sid"]

    for state in ("queued", "sent", "delivered"):
        answer = provider.posts(client, PUBLIC, RECEIPTS, provider.becomes(out["sid"], state))
        assert (answer.status_code, b"<" in answer.content) == (200, False)
    assert status(message) == "delivered"

    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "arrêt")
    assert provider.posts(client, PUBLIC, INBOUND, told).status_code == 200
    tasks.route_text(str(InboundMessage.objects.get().pk))
    assert InboundMessage.objects.get().outcome == "stopped"


@pytest.mark.parametrize("state", ["undelivered", "failed", "canceled"])
def test_a_text_that_did_not_arrive_is_called(client, provider, els, lindeboom, state):
    message = queue(els, lindeboom)
    outbox.sweep()
    for _ in range(2):
        told = provider.becomes(provider.messages[0]["sid"], state)
        assert provider.posts(client, PUBLIC, RECEIPTS, told).status_code == 200
    assert status(message) == "on_list"
    assert CallTask.objects.open().get().recipient == els.recipient


def test_receipts_out_of_order_end_it_once(client, provider, els, lindeboom):
    message = queue(els, lindeboom)
    outbox.sweep()
    for state in ("delivered", "sent", "read", "delivered", "undelivered"):
        provider.posts(client, PUBLIC, RECEIPTS, provider.becomes(provider.messages[0]["sid"], state))
    assert status(message) == "delivered"


def test_a_worker_that_crashed_after_handing_over_leaves_it_to_a_person(provider, els, lindeboom, now):
    message = queue(els, lindeboom)
    outbox.sweep()
    OutboundMessage.objects.update(status="sending", provider_id="", status_at=now)
    with clock.travel(now + timedelta(minutes=3)):
        tasks.pick_up_lost()
    assert (status(message), len(provider.messages), CallTask.objects.open().count()) == ("on_list", 1, 1)


# --- out ------------------------------------------------------------------------------------------------------------


def test_a_messaging_service_may_be_the_sender(provider, settings):
    settings.DIGIBEL_TWILIO_SENDER = SERVICE
    send()
    assert (provider.messages[0]["MessagingServiceSid"], "From" in provider.messages[0]) == (SERVICE, False)


@pytest.mark.parametrize("code", [21211, 21610, 21614, 21635, 21617])
def test_what_no_gateway_brings_goes_to_a_person_at_once(provider, els, lindeboom, code):
    provider.refuses = {TO: code, els.recipient.number: code}
    assert refused() == (f"twilio_{code}", True, False, False)
    message = queue(els, lindeboom)
    outbox.sweep()
    assert (status(message), CallTask.objects.open().count()) == ("on_list", 1)


@pytest.mark.parametrize("code", [21606, 21659, 20005])
def test_a_sender_or_an_account_that_is_wrong_is_the_gateways_fault(provider, code):
    provider.refuses = {TO: code}
    assert refused() == (f"twilio_{code}", False, False, True)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((429, {"code": 20429}), ("twilio_20429", False, False, False)),
        ((503, b""), ("http_503", False, False, False)),
        ((400, {"code": 21612}), ("twilio_21612", False, False, False)),
        ((400, {"code": 29999}), ("twilio_29999", False, False, False)),
        ((400, {"code": "21211"}), ("http_400", False, False, False)),
        ((400, b"<html>"), ("http_400", False, False, False)),
        ((401, {"code": 20003}), ("twilio_20003", False, False, True)),
        ((307, b""), ("http_307", False, False, True)),
        ((500, b""), ("http_500", False, True, False)),
        ((500, {"code": 20500}), ("twilio_20500", False, True, False)),
        ((504, b""), ("http_504", False, True, False)),
        ((201, b""), ("garbage", False, True, False)),
        ((201, b"[1]"), ("garbage", False, True, False)),
        ((201, {"sid": None}), ("garbage", False, True, False)),
        ((201, {"sid": "x" * 81}), ("garbage", False, True, False)),
        ((201, {"code": 21211}), ("garbage", False, True, False)),
        ((201, b"x" * 70_000), ("no_answer", False, True, False)),
        (SILENT, ("no_answer", False, True, False)),
        (HANGS_UP, ("no_answer", False, True, False)),
        (LOST, ("no_answer", False, True, False)),
    ],
)
def test_whose_fault_it_is_and_whether_it_may_have_left(provider, monkeypatch, answer, expected):
    if answer == SILENT:
        first_call_gives_up_soon(monkeypatch)
    provider.next_time(answer)
    assert refused() == expected
    assert len(provider.calls) == 1


def test_a_provider_that_is_back_gets_what_waited(provider, els, lindeboom, now):
    provider.stop()
    message = queue(els, lindeboom)
    assert outbox.sweep() == 0
    provider.start()
    with clock.travel(now + timedelta(hours=1)):
        assert outbox.sweep() == 1
    assert (status(message), len(provider.messages)) == ("sent", 1)


def test_while_the_token_changes_the_new_one_sends_and_both_may_sign(client, provider, els, settings):
    settings.DIGIBEL_TWILIO_TOKENS = ["the new one", provider.TOKEN]
    provider.tokens = {"the new one"}
    send()
    for number, token in enumerate((provider.TOKEN, "the new one", "a third")):
        told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja", sid=f"SM{number:032x}")
        headers = provider.signs(PUBLIC + INBOUND, told, token=token)
        answer = provider.posts(client, PUBLIC, INBOUND, told, headers=headers)
        assert answer.status_code == (403 if token == "a third" else 200)


@pytest.mark.parametrize("text", ["", "\x00", "x" * 1_601])
def test_no_gateway_brings_nothing_or_a_book(provider, text):
    assert refused(text) == ("length", True, False, False)
    assert provider.calls == []


@pytest.mark.parametrize("text", ["x" * 1_600, "é&=+% ;\n", "مرحبا", "😀" * 70])
def test_every_letter_arrives(provider, text):
    send(text)
    assert provider.messages[0]["Body"] == text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_URL", ""),
        ("TWILIO_URL", "http://api.twilio.example"),
        ("TWILIO_ACCOUNT", ""),
        ("TWILIO_ACCOUNT", "AC/../1"),
        ("TWILIO_TOKENS", []),
        ("TWILIO_SENDER", ""),
        ("TWILIO_SENDER", "Digibel"),
        ("PUBLIC_URL", "http://127.0.0.1:8000"),
    ],
)
def test_what_is_not_set_up_is_said_in_a_sentence_and_sends_nothing(provider, settings, name, value):
    assert gateways.gateway("twilio").what_is_missing() == []
    setattr(settings, f"DIGIBEL_{name}", value)
    assert len(gateways.gateway("twilio").what_is_missing()) == 1
    assert refused() == ("not_set_up", False, False, True)
    assert provider.calls == []


def test_no_secret_and_no_number_reaches_a_log_or_an_error(client, provider, els, lindeboom, caplog):
    caplog.set_level("DEBUG")
    provider.next_time((500, b""), (401, b""))
    queue(els, lindeboom)
    outbox.sweep()
    provider.posts(client, PUBLIC, INBOUND, provider.receives("ITSME", cast.SMS_NUMBER, "code 4711"))
    assert "text not taken" in caplog.text
    for secret in (provider.TOKEN, els.recipient.number, "4711", "ITSME"):
        assert secret not in caplog.text


# --- in -------------------------------------------------------------------------------------------------------------


def test_a_repeated_or_replayed_delivery_is_stored_once(client, provider, els, now):
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja")
    assert [provider.posts(client, PUBLIC, INBOUND, told).status_code for _ in range(3)] == [200, 200, 200]
    with clock.travel(now + timedelta(days=3)):
        assert provider.posts(client, PUBLIC, INBOUND, told).status_code == 200
    assert InboundMessage.objects.count() == 1


def test_a_text_is_answered_with_no_instructions_in_the_provider_s_own_xml(client, provider, els):
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja")
    for _ in range(2):
        answer = provider.posts(client, PUBLIC, INBOUND, told)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
        root = ElementTree.fromstring(answer.content)
        assert (root.tag, root.text, list(root)) == ("Response", None, [])


@pytest.mark.parametrize(
    "headers",
    [
        lambda provider, told: {},
        lambda provider, told: {"X-Twilio-Signature": ""},
        lambda provider, told: {"X-Twilio-Signature": "é"},
        lambda provider, told: provider.signs(PUBLIC + INBOUND, told, token="another"),
        lambda provider, told: provider.signs(PUBLIC + INBOUND, told, token=""),
        lambda provider, told: provider.signs(PUBLIC + INBOUND, {**told, "Body": "nee"}),
        lambda provider, told: provider.signs(f"{PUBLIC}/gateways/twilio/elsewhere", told),
        lambda provider, told: provider.signs(f"{PUBLIC}{INBOUND}?message=1", told),
    ],
)
def test_a_forged_delivery_is_refused_with_a_problem(client, provider, els, headers):
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja")
    answer = provider.posts(client, PUBLIC, INBOUND, told, headers=headers(provider, told))
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "forged_webhook"
    assert InboundMessage.objects.count() == 0


def test_what_stands_behind_the_address_is_signed_too(client, provider, els):
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja")
    assert provider.posts(client, PUBLIC, f"{INBOUND}?centre=1&x=%C3%A9", told).status_code == 200
    headers = provider.signs(f"{PUBLIC}{INBOUND}?centre=1", told)
    assert provider.posts(client, PUBLIC, f"{INBOUND}?centre=2", told, headers=headers).status_code == 403


def test_another_account_is_not_ours_whoever_signed(client, provider, els):
    told = {**provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja"), "AccountSid": "AC" + "1" * 32}
    assert provider.posts(client, PUBLIC, INBOUND, told).status_code == 403


def test_without_a_token_nobody_may_speak_for_the_provider(client, provider, els, settings):
    settings.DIGIBEL_TWILIO_TOKENS = []
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja")
    headers = provider.signs(PUBLIC + INBOUND, told, token="")
    assert provider.posts(client, PUBLIC, INBOUND, told, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"Body",
        b"\xff\xfe=1",
        b"Body=%ff",
        b"a=1&" * 300,
        b"x" * 300_000,
        b"Body=" + b"x" * 70_000,
    ],
)
@pytest.mark.parametrize("path", [INBOUND, RECEIPTS])
def test_garbage_is_refused_with_a_problem(client, provider, body, path):
    answer = client.post(path, body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_webhook")


def test_another_kind_of_body_is_refused(client, provider):
    assert client.post(INBOUND, b'{"MessageSid": "SM1"}', content_type="application/json").status_code == 400
    assert client.post(INBOUND, {"MessageSid": "SM1"}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"MessageSid": ""}, INBOUND),
        ({"MessageSid": "x" * 81}, INBOUND),
        ({"MessageSid": "SM 1"}, INBOUND),
        ({"To": "Digibel"}, INBOUND),
        ({"MessageStatus": "lost"}, RECEIPTS),
        ({"MessageStatus": ""}, RECEIPTS),
    ],
)
def test_signed_garbage_is_refused_with_a_problem(client, provider, els, changes, path):
    told = {**provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja"), **changes}
    answer = provider.posts(client, PUBLIC, path, told)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_webhook")
    assert InboundMessage.objects.count() == 0


def test_a_field_that_is_there_twice_could_mean_either_and_is_refused(client, provider, els):
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, "ja")
    pairs = [*told.items(), ("Body", "nee")]
    body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in pairs)
    assert sorted(parse_qsl(body)) == sorted(pairs)
    answer = client.post(
        INBOUND,
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature(provider.TOKEN, PUBLIC + INBOUND, pairs)},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("text", ["", "oui 😀", "نعم", "a" * 1_600, "+&= %41", "j\x00a"])
def test_whatever_was_texted_is_kept(client, provider, els, text):
    told = provider.receives(els.recipient.number, cast.SMS_NUMBER, text)
    assert provider.posts(client, PUBLIC, INBOUND, told).status_code == 200
    message = InboundMessage.objects.get()
    tasks.route_text(str(message.pk))
    assert message.body == text.replace("\x00", "")


def test_what_nobody_can_answer_is_let_go(client, provider):
    for sender in ("ITSME", "8989", "whatsapp:+32470123456"):
        told = provider.receives(sender, cast.SMS_NUMBER, "uw pakje komt")
        assert provider.posts(client, PUBLIC, INBOUND, told).status_code == 200
    assert InboundMessage.objects.count() == 0
