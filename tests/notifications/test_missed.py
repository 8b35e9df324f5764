"""A call that nobody took, and a text from a stranger: answered by what is known of the number, telling nothing of it."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

import cast
from digibel import clock
from digibel.notifications.models import CallTask, OutboundMessage, Recipient

pytestmark = pytest.mark.django_db
SECRET = "a secret of the exchange"
STRANGER = "+32470999888"


@pytest.fixture
def lindeboom(frozen_clock, settings):
    settings.DIGIBEL_EXCHANGE_SECRET = SECRET
    return cast.organisation()


@pytest.fixture
def visit(lindeboom, els):
    return cast.booked(cast.request(lindeboom), els)


@pytest.fixture
def ring(client):
    def rang(caller, *, secret=SECRET, **more):
        told = {"from": caller, "to": cast.SMS_NUMBER, **more}
        bearer = {"Authorization": f"Bearer {secret}"}
        return client.post(reverse("missed_call"), json.dumps(told), content_type="application/json", headers=bearer)

    return rang


def texts(kind="plain.missed_text"):
    return list(OutboundMessage.objects.filter(kind=kind))


def errands():
    return [(call.kind, call.urgent) for call in CallTask.objects.open().exclude(kind="request.own_yes")]


def test_a_stranger_hears_once_a_day_when_somebody_answers(lindeboom, ring):
    for _ in range(3):
        assert ring(STRANGER).json() == {"received": 1}
    [text] = texts()
    assert text.body == "Digibel: we hebben uw oproep gemist. Bel ons gerust op 02 511 22 33: di 15/9 7u-22u."
    assert errands() == []
    with clock.travel(clock.now() + timedelta(hours=25)):
        ring(STRANGER)
    assert len(texts()) == 2


@pytest.mark.parametrize("caller", ["client", "volunteer", STRANGER])
def test_the_answer_and_the_text_tell_nothing_of_who_is_known(visit, ring, caller):
    number = {"client": visit.client.recipient.number, "volunteer": visit.volunteer.recipient.number}.get(
        caller, caller
    )
    answer = ring(number)
    assert (answer.status_code, answer.json(), len(texts())) == (200, {"received": 1}, 1)
    assert texts()[0].body.startswith("Digibel: we hebben uw oproep gemist.")


def test_a_client_with_a_visit_today_is_rung_first(visit, ring):
    with clock.travel(visit.starts_at - timedelta(hours=3)):
        ring(visit.client.recipient.number)
        ring(visit.client.recipient.number)
    assert errands() == [("visit.call_me", True)]


def test_a_volunteer_with_a_visit_today_is_rung_first(visit, els, ring):
    with clock.travel(visit.starts_at - timedelta(hours=3)):
        ring(els.recipient.number)
    assert errands() == [("plain.missed", True)]


def test_whoever_is_known_and_has_no_visit_today_is_rung_back(visit, els, ring):
    ring(visit.client.recipient.number)
    assert errands() == [("plain.missed", False)]


def test_who_wants_no_texts_gets_none_and_is_rung(visit, ring):
    cast.texts(visit.client, "STOP")
    before = len(errands())
    ring(visit.client.recipient.number)
    assert (texts(), len(errands())) == ([], before + 1)


def test_an_unknown_landline_can_only_be_rung_back(lindeboom, ring):
    ring("+3224275566")
    assert (texts(), errands()) == ([], [("plain.missed", False)])


@pytest.mark.parametrize("caller", ["+88216812345678", "+447400123456", "anonymous", "", "0", "💥"])
def test_a_number_that_may_be_a_trap_or_is_hidden_is_left_alone(lindeboom, ring, caller):
    assert ring(caller).status_code == 200
    assert (texts(), errands(), Recipient.objects.filter(kind="unknown").count()) == ([], [], 0)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "é"])
def test_only_the_exchange_may_knock(lindeboom, ring, secret):
    assert ring(STRANGER, secret=secret).status_code == 403
    assert Recipient.objects.filter(kind="unknown").count() == 0


def test_without_a_secret_the_door_is_shut(lindeboom, ring, settings):
    settings.DIGIBEL_EXCHANGE_SECRET = ""
    assert ring(STRANGER, secret="").status_code == 403


@pytest.mark.parametrize(
    "told",
    [
        "[]",
        "{",
        '{"from": 1}',
        '{"from": ["x"]}',
        '"x"',
        "null",
        json.dumps({"from": "1" * 50}),
        "[" * 60_000,
        "x" * 3_000_000,
    ],
)
def test_what_is_no_call_is_refused_and_stores_nothing(client, lindeboom, told):
    bearer = {"Authorization": f"Bearer {SECRET}"}
    answer = client.post(reverse("missed_call"), told, content_type="application/json", headers=bearer)
    assert answer.status_code == 400
    assert Recipient.objects.filter(kind="unknown").count() == 0


def test_a_form_that_is_none_is_refused(client, lindeboom):
    bearer = {"Authorization": f"Bearer {SECRET}"}
    answer = client.post(reverse("missed_call"), b"x", content_type="multipart/form-data", headers=bearer)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_an_exchange_may_send_a_form(client, lindeboom):
    told = {"from": "0470 99 98 88", "to": ""}
    answer = client.post(reverse("missed_call"), told, headers={"Authorization": f"Bearer {SECRET}"})
    assert (answer.status_code, len(texts())) == (200, 1)


def test_a_strangers_text_is_for_a_person_and_answered_once_a_day(lindeboom):
    for number in range(3):
        assert cast.texts(STRANGER, f"hallo {number}").status == "inbox"
    [text] = texts("plain.unknown_text")
    assert text.body.startswith("Digibel: dank u voor uw bericht. Iemand leest het.")


def test_a_stranger_who_says_stop_gets_no_text_at_all_and_a_person_sees_it(lindeboom, ring):
    message = cast.texts(STRANGER, "STOP")
    assert (message.outcome, message.status) == ("stopped", "inbox")
    ring(STRANGER)
    assert cast.texts(STRANGER, "hallo?").status == "inbox"
    assert OutboundMessage.objects.count() == 0
    cast.texts(STRANGER, "START")
    ring(STRANGER)
    assert [text.kind for text in OutboundMessage.objects.all()] == ["plain.missed_text"]


def test_who_is_known_is_not_greeted_as_a_stranger(els):
    assert cast.texts(els, "hoe gaat het daar").status == "inbox"
    assert texts("plain.unknown_text") == []


def test_nobody_on_duty_promises_no_hours(lindeboom, ring):
    lindeboom.duty_hours.all().delete()
    ring(STRANGER)
    assert texts() == []
