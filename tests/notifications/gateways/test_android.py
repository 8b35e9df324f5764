"""The telephone as gateway: out, in, receipts, and everything that the app's documentation says may go wrong."""

import json
from datetime import timedelta
from functools import partial

import pytest

import cast
from digibel import clock
from digibel.notifications import gateways, outbox, tasks
from digibel.notifications.models import CallTask, InboundMessage, OutboundMessage
from notifications.gateways import texts
from notifications.gateways.stand_ins import HANGS_UP, LOST, SILENT, first_call_gives_up_soon
from notifications.gateways.texts import MESSAGE_ID, TO, queue, status

pytestmark = pytest.mark.django_db

INBOUND = "/gateways/android/inbound"
RECEIPTS = "/gateways/android/receipts"

send, refused = partial(texts.send, "android"), partial(texts.refused, "android")


def post(client, telephone, body, *, path=INBOUND, headers=None):
    headers = telephone.signs(body) if headers is None else headers
    return client.post(path, body, content_type="application/json", headers=headers)


# --- the whole way --------------------------------------------------------------------------------------------------


def test_a_text_goes_out_its_receipt_and_the_reply_come_in(client, telephone, els, lindeboom):
    message = queue(els, lindeboom)
    assert outbox.sweep() == 1
    out = telephone.messages[str(message.pk)]
    assert (out["phoneNumbers"], out["textMessage"]) == ([els.recipient.number], {"text": message.body})
    assert (out["withDeliveryReport"], out["ttl"], "simNumber" in out) == (True, 3600, False)

    for state in ("Sent", "Delivered"):
        event = telephone.becomes(str(message.pk), state)
        assert post(client, telephone, event, path=RECEIPTS).status_code == 200
    assert status(message) == "delivered"

    answer = post(client, telephone, telephone.receives(els.recipient.number, "stop"))
    assert (answer.status_code, answer.json()) == (200, {"received": 1, "new": 1})
    tasks.route_text(str(InboundMessage.objects.get().pk))
    assert InboundMessage.objects.get().outcome == "stopped"


def test_a_text_that_failed_on_the_telephone_is_called(client, telephone, els, lindeboom):
    message = queue(els, lindeboom)
    outbox.sweep()
    failed = telephone.becomes(str(message.pk), "Failed", reason="RESULT_ERROR_GENERIC_FAILURE")
    assert post(client, telephone, failed, path=RECEIPTS).json() == {"received": 1, "known": 1}
    assert status(message) == "on_list"
    assert CallTask.objects.open().get().recipient == els.recipient


def test_receipts_out_of_order_twice_and_per_part_end_it_once(client, telephone, els, lindeboom):
    message = queue(els, lindeboom)
    outbox.sweep()
    delivered = telephone.becomes(str(message.pk), "Delivered")
    for event in (delivered, telephone.becomes(str(message.pk), "Sent"), delivered, delivered):
        assert post(client, telephone, event, path=RECEIPTS).status_code == 200
    failed = telephone.becomes(str(message.pk), "Failed", reason="one part of it")
    assert post(client, telephone, failed, path=RECEIPTS).status_code == 200
    assert status(message) == "delivered"
    assert not CallTask.objects.open().exists()


def test_a_text_of_the_telephone_itself_is_nothing_of_ours(client, telephone, els):
    event = telephone.event("sms:delivered", {"messageId": "zXDYfTmTVf3iMd16zzdBj", "phoneNumber": TO})
    assert post(client, telephone, event, path=RECEIPTS).json() == {"received": 1, "known": 0}


def test_a_worker_that_crashed_after_handing_over_sends_nothing_twice(telephone, els, lindeboom, now):
    message = queue(els, lindeboom)
    outbox.sweep()
    OutboundMessage.objects.update(status="sending", provider_id="", status_at=now)
    with clock.travel(now + timedelta(minutes=3)):
        tasks.pick_up_lost()
    assert (status(message), list(telephone.messages)) == ("sent", [str(message.pk)])
    assert [call[0] for call in telephone.calls] == ["POST", "POST"]


# --- out ------------------------------------------------------------------------------------------------------------


def test_the_card_in_the_telephone_can_be_chosen(telephone, settings):
    settings.DIGIBEL_ANDROID_SIM = "2"
    send()
    assert telephone.messages[str(MESSAGE_ID)]["simNumber"] == 2


@pytest.mark.parametrize("in_between", [False, True])
def test_a_repeated_text_is_on_the_telephone_once(telephone, in_between):
    telephone.in_between = in_between
    assert [send(), send()] == [str(MESSAGE_ID)] * 2
    assert len(telephone.messages) == 1


@pytest.mark.parametrize("fault", [LOST, (500, b"<html>"), (202, b"garbage"), (202, {"id": "another"}), (502, b"")])
def test_what_the_telephone_has_after_all_was_sent(telephone, fault):
    """The answer was lost or broken: it is asked, so that no other gateway sends it a second time."""
    telephone.messages[str(MESSAGE_ID)] = {"id": str(MESSAGE_ID), "phoneNumbers": [TO], "state": "Processed"}
    telephone.next_time(fault)
    assert send() == str(MESSAGE_ID)
    assert [call[0] for call in telephone.calls] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (SILENT, "no_answer"),
        (HANGS_UP, "no_answer"),
        ((202, b"x" * 70_000), "no_answer"),
        ((500, b""), "http_500"),
        ((202, b"[]"), "garbage"),
        ((202, {"id": "another"}), "garbage"),
    ],
)
def test_what_the_telephone_does_not_know_stays_in_doubt(telephone, monkeypatch, fault, code):
    if fault == SILENT:
        first_call_gives_up_soon(monkeypatch)
    telephone.next_time(fault)
    assert refused() == (code, False, True, False)
    assert send() == str(MESSAGE_ID)


def test_a_text_that_failed_there_before_we_heard_of_it_is_not_taken_for_sent(telephone):
    telephone.in_between = True
    send()
    telephone.messages[str(MESSAGE_ID)]["state"] = "Failed"
    assert refused() == ("failed_there", True, False, False)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((401, {"message": "Unauthorized"}), ("http_401", False, False, True)),
        ((302, b""), ("http_302", False, False, True)),
        ((404, b""), ("http_404", False, False, True)),
        ((400, {"message": "no device"}), ("http_400", False, False, False)),
        ((429, b""), ("http_429", False, False, False)),
        ((503, {"message": "queue limit exceeded"}), ("http_503", False, False, False)),
    ],
)
def test_a_clear_no_leaves_no_doubt(telephone, answer, expected):
    telephone.next_time(answer)
    assert refused() == expected
    assert len(telephone.calls) == 1


def test_a_telephone_that_is_off_is_tried_again_when_it_is_back(telephone, els, lindeboom, now):
    telephone.stop()
    message = queue(els, lindeboom)
    assert outbox.sweep() == 0
    assert refused() == ("unreachable", False, False, False)
    telephone.start()
    with clock.travel(now + timedelta(hours=1)):
        assert outbox.sweep() == 1
    assert (status(message), list(telephone.messages)) == ("sent", [str(message.pk)])


@pytest.mark.parametrize("text", ["", "\x00", "x" * 1_601])
def test_no_gateway_brings_nothing_or_a_book(telephone, text):
    assert refused(text) == ("length", True, False, False)
    assert telephone.calls == []


def test_words_that_no_program_can_write_are_mended(telephone):
    send("d\x00ag \ud83d\ude00 مرحبا \ud800")
    assert telephone.messages[str(MESSAGE_ID)]["textMessage"] == {"text": "dag 😀 مرحبا �"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", ""),
        ("URL", "http://gateway.example"),
        ("URL", "http://8.8.8.8:8080"),
        ("URL", "ftp://192.168.1.2"),
        ("URL", "http://192.168.1.2:no"),
        ("PASSWORD", ""),
        ("USER", ""),
        ("SIGNING_KEYS", []),
        ("NUMBER", "8989"),
        ("SIM", "first"),
    ],
)
def test_what_is_not_set_up_is_said_in_a_sentence_and_sends_nothing(telephone, settings, name, value):
    assert gateways.gateway("android").what_is_missing() == []
    setattr(settings, f"DIGIBEL_ANDROID_{name}", value)
    assert len(gateways.gateway("android").what_is_missing()) == 1
    assert refused() == ("not_set_up", False, False, True)
    assert telephone.calls == []


def test_no_secret_and_no_number_reaches_a_log_or_an_error(telephone, els, lindeboom, caplog, client):
    caplog.set_level("DEBUG")
    telephone.next_time((500, b""), (401, b""))
    queue(els, lindeboom)
    outbox.sweep()
    post(client, telephone, telephone.receives("ITSME", "code 4711"))
    assert "text not taken" in caplog.text
    for secret in (telephone.KEY, telephone.LOGIN[1], els.recipient.number, "4711", "ITSME"):
        assert secret not in caplog.text


# --- in -------------------------------------------------------------------------------------------------------------


def test_a_repeated_delivery_is_stored_once_and_the_same_words_again_are_another_text(client, telephone, els):
    first, second = (telephone.receives(els.recipient.number, "ja") for _ in range(2))
    assert json.loads(first)["payload"]["messageId"] == json.loads(second)["payload"]["messageId"]
    assert [post(client, telephone, event).json()["new"] for event in (first, first, second)] == [1, 0, 1]


def test_a_delivery_that_is_repeated_later_is_signed_anew_and_still_stored_once(client, telephone, els, now):
    event = telephone.receives(els.recipient.number, "ja")
    post(client, telephone, event)
    with clock.travel(now + timedelta(hours=20)):
        assert post(client, telephone, event).json() == {"received": 1, "new": 0}


@pytest.mark.parametrize(("minutes", "expected"), [(0, 200), (5, 200), (-5, 200), (6, 403), (-6, 403), (60 * 24, 403)])
def test_a_replay_outside_the_window_is_refused(client, telephone, els, now, minutes, expected):
    event = telephone.receives(els.recipient.number, "ja")
    headers = telephone.signs(event, at=now - timedelta(minutes=minutes))
    assert post(client, telephone, event, headers=headers).status_code == expected
    assert InboundMessage.objects.count() == (expected == 200)


@pytest.mark.parametrize(
    "forge",
    [
        lambda telephone, body: {},
        lambda telephone, body: telephone.signs(body, key="another"),
        lambda telephone, body: telephone.signs(body, key=""),
        lambda telephone, body: telephone.signs(body + b" "),
        lambda telephone, body: {**telephone.signs(body), "X-Timestamp": "0"},
        lambda telephone, body: {**telephone.signs(body), "X-Timestamp": "now"},
        lambda telephone, body: {**telephone.signs(body), "X-Timestamp": "١٢٣"},
        lambda telephone, body: {**telephone.signs(body), "X-Timestamp": "9" * 30},
        lambda telephone, body: {**telephone.signs(body), "X-Signature": ""},
        lambda telephone, body: {**telephone.signs(body), "X-Signature": "é"},
        lambda telephone, body: {"X-Timestamp": telephone.signs(body)["X-Timestamp"]},
    ],
)
@pytest.mark.parametrize("path", [INBOUND, RECEIPTS])
def test_a_forged_delivery_is_refused_with_a_problem(client, telephone, els, forge, path):
    event = telephone.receives(els.recipient.number, "ja")
    answer = post(client, telephone, event, path=path, headers=forge(telephone, event))
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "forged_webhook"
    assert InboundMessage.objects.count() == 0


def test_without_a_key_nobody_may_speak_for_the_telephone(client, telephone, els, settings):
    event = telephone.receives(els.recipient.number, "ja")
    settings.DIGIBEL_ANDROID_SIGNING_KEYS = []
    assert post(client, telephone, event, headers=telephone.signs(event, key="")).status_code == 403


def test_while_the_key_changes_both_are_known(client, telephone, els, settings):
    settings.DIGIBEL_ANDROID_SIGNING_KEYS = ["the new one", telephone.KEY]
    for key in (telephone.KEY, "the new one"):
        event = telephone.receives(els.recipient.number, "ja")
        assert post(client, telephone, event, headers=telephone.signs(event, key=key)).json()["new"] == 1


BROKEN = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 60_000,
    b"{}",
    json.dumps({"id": "1", "event": "sms:received", "payload": []}).encode(),
    json.dumps({"id": "1", "event": ["sms:received"], "payload": {"message": "x", "sender": TO}}).encode(),
    json.dumps({"id": "", "event": "sms:received", "payload": {"message": "x", "sender": TO}}).encode(),
    json.dumps({"id": "x" * 121, "event": "sms:received", "payload": {"message": "x", "sender": TO}}).encode(),
    json.dumps({"id": "1", "event": "sms:received", "payload": {"message": None, "sender": TO}}).encode(),
    json.dumps({"id": "1", "event": "mms:received", "payload": {"message": "x", "sender": TO}}).encode(),
    json.dumps({"id": "1", "event": "sms:delivered", "payload": {"messageId": ["x"]}}).encode(),
    json.dumps({"id": "1", "event": "sms:delivered", "payload": {"messageId": "x" * 81}}).encode(),
]


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("path", [INBOUND, RECEIPTS])
def test_signed_garbage_is_refused_with_a_problem(client, telephone, body, path):
    answer = post(client, telephone, body, path=path)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_webhook")
    assert InboundMessage.objects.count() == 0


def test_an_event_at_the_wrong_door_is_refused_so_that_somebody_sees_it(client, telephone, els):
    assert post(client, telephone, telephone.receives(els.recipient.number, "ja"), path=RECEIPTS).status_code == 400
    assert post(client, telephone, telephone.becomes("x", "Delivered"), path=INBOUND).status_code == 400


@pytest.mark.parametrize("path", [INBOUND, RECEIPTS])
def test_a_ping_is_heard_and_nothing_more(client, telephone, path):
    assert post(client, telephone, telephone.event("system:ping", {"health": {}}), path=path).json()["received"] == 0


def test_more_than_any_text_can_be_is_not_read(client, telephone, els):
    event = telephone.receives(els.recipient.number, "x" * 70_000)
    assert post(client, telephone, event).status_code == 400
    assert post(client, telephone, b"x" * 300_000).status_code == 400


def test_a_long_text_is_cut_and_says_so(client, telephone, els):
    post(client, telephone, telephone.receives(els.recipient.number, "a" * 1_601))
    assert InboundMessage.objects.get().body == "a" * 1_596 + " […]"


@pytest.mark.parametrize(
    ("text", "kept"),
    [("j\x00a \ud83d\ude00", "ja 😀"), ("oui \ud800!", "oui �!"), ("نعم ١", "نعم ١"), ("", "")],
)
def test_whatever_was_texted_is_kept(client, telephone, els, text, kept):
    assert post(client, telephone, telephone.receives(els.recipient.number, text)).json()["new"] == 1
    message = InboundMessage.objects.get()
    tasks.route_text(str(message.pk))
    message.refresh_from_db()
    assert (message.body, message.status != "received") == (kept, True)


@pytest.mark.parametrize("sender", ["ITSME", "8989", "", None])
def test_what_nobody_can_answer_is_let_go_and_not_sent_again(client, telephone, els, sender):
    answer = post(client, telephone, telephone.receives(sender, "uw pakje komt"))
    assert (answer.status_code, answer.json()) == (200, {"received": 0, "new": 0})


def test_numbers_are_read_as_people_here_write_them(client, telephone, els):
    national = "0" + els.recipient.number.removeprefix("+32")
    post(client, telephone, telephone.receives(national, "ja", recipient="0460000001"))
    assert InboundMessage.objects.get().recipient == els.recipient


def test_an_older_app_says_telephone_number_for_sender(client, telephone, els):
    event = telephone.event("sms:received", {"messageId": "1", "message": "ja", "phoneNumber": els.recipient.number})
    assert post(client, telephone, event).json()["new"] == 1


@pytest.mark.parametrize("recipient", [None, "", "unknown", cast.SMS_NUMBER])
def test_a_stranger_reaches_the_organisation_whose_card_is_in_the_telephone(client, telephone, lindeboom, recipient):
    cast.organisation("Aan de Kaai", sms_number="")
    post(client, telephone, telephone.receives("+32470999999", "ik wil helpen", recipient=recipient))
    assert InboundMessage.objects.get().organisation == lindeboom
