"""Over a real Kannel and a real SMPP line: what leaves arrives as it was written, once, and what comes back is heard."""

import base64
import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from counterparts import wait_for
from digibel import clock
from digibel.guardrails import secrets
from digibel.notifications import outbox, parts
from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways import kannel
from digibel.notifications.gateways.kannel import Kannel
from digibel.notifications.models import CallTask, InboundMessage, InboundPart
from notifications.gateways.texts import ARABIC, DIGIBEL, LONG, arrived, bodies, queue, said, said_in_parts, status

pytestmark = pytest.mark.django_db


def on_the_telephone(network, person):
    return arrived(network, person.recipient.number, user="kannel")


# --- out ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_text_arrives_as_it_was_written_and_its_receipt_comes_back(kannel, network, door, els, lindeboom, text):
    message = queue(els, lindeboom, text)
    assert outbox.sweep() == 1
    door.until(lambda: status(message) == "delivered", what="the receipt")
    # The receipt of one part may be here before the network has put down the other.
    wait_for(lambda: on_the_telephone(network, els) == [text], what="the whole text")
    assert els.recipient.number.strip("+") not in "".join(door.called)


def test_a_telephone_that_is_off_does_not_ring_with_it_the_next_day(kannel, network, els):
    before = datetime.now(UTC)
    Kannel().send(message_id=uuid.uuid4(), to=els.recipient.number, text="ok")
    wait_for(lambda: on_the_telephone(network, els))
    until = datetime.fromisoformat(network.taken("kannel")[-1]["until"])
    assert timedelta(minutes=55) < until - before < timedelta(minutes=65)


def test_what_was_not_delivered_is_a_persons(kannel, network, door, els, lindeboom):
    network("behave", {"receipt": "UNDELIV"})
    message = queue(els, lindeboom)
    outbox.sweep()
    door.until(lambda: status(message) == "on_list", what="the receipt")
    assert CallTask.objects.open().get().recipient == els.recipient


def test_a_number_that_the_network_does_not_know_is_a_persons(kannel, network, door, els, lindeboom):
    network("behave", {"refuse": [0x0B]})
    message = queue(els, lindeboom)
    outbox.sweep()
    door.until(lambda: status(message) == "on_list", what="the refusal")
    assert on_the_telephone(network, els) == []


def test_a_network_that_is_too_busy_gets_it_later_and_once(kannel, network, door, els, lindeboom):
    network("behave", {"refuse": [0x58, 0x14]})
    message = queue(els, lindeboom)
    outbox.sweep()
    door.until(lambda: status(message) == "delivered", what="the receipt")
    assert on_the_telephone(network, els) == ["Dank u, dat is goed."]


def test_a_restart_of_the_network_in_the_middle_loses_nothing_and_repeats_nothing(
    kannel, network, door, els, lindeboom
):
    messages = [queue(els, lindeboom, f"Nummer {number}.") for number in range(3)]
    assert outbox.sweep() == 3
    door.until(lambda: len(on_the_telephone(network, els)) == 3, what="the first three")
    network("restart")
    messages += [queue(els, lindeboom, f"Nummer {number}.") for number in range(3, 6)]
    assert outbox.sweep() == 3, "Kannel keeps them until the network is back"
    door.until(lambda: {status(message) for message in messages} == {"delivered"}, what="all receipts")
    assert sorted(on_the_telephone(network, els)) == [f"Nummer {number}." for number in range(6)]


def test_a_wrong_password_is_the_gateways_fault_and_no_texts(kannel, settings, els):
    settings.DIGIBEL_KANNEL_URL = kannel.url.replace("geheim", "anders")
    with pytest.raises(GatewayError) as refusal:
        Kannel().send(message_id=uuid.uuid4(), to=els.recipient.number, text="ok")
    assert (refusal.value.down, refusal.value.permanent, refusal.value.perhaps_sent) == (True, False, False)


def test_where_no_kannel_answers_nothing_left(settings, els):
    settings.DIGIBEL_KANNEL_URL = "http://digibel:geheim@127.0.0.1:9/cgi-bin/sendsms"
    with pytest.raises(GatewayError) as refusal:
        Kannel().send(message_id=uuid.uuid4(), to=els.recipient.number, text="ok")
    assert (refusal.value.code, refusal.value.perhaps_sent) == ("unreachable", False)


# --- in -------------------------------------------------------------------------------------------------------------


def test_replies_come_in_whatever_alphabet_they_are_in(kannel, network, door, els):
    texts = ["JA 1", "نعم 1", "Oui 👍 ça va"]
    network("say", *[said(els, text, user="kannel") for text in texts])
    door.until(lambda: InboundMessage.objects.count() == 3, what="three replies")
    assert sorted(bodies()) == sorted(texts)
    assert {message.recipient for message in InboundMessage.objects.all()} == {els.recipient}
    assert on_the_telephone(network, els) == [], "our answer to the webhook is no text to anybody"


def test_a_long_reply_is_one_text_in_whatever_order_its_parts_come(kannel, network, door, els):
    network("say", *reversed(said_in_parts(els, ARABIC, at=60, user="kannel")))
    door.until(InboundMessage.objects.exists, what="the reply")
    assert bodies() == [ARABIC]


def test_what_we_could_not_take_kannel_tells_again(kannel, network, door, els):
    door.refuse = 1
    network("say", said(els, "JA", user="kannel"))
    door.until(InboundMessage.objects.exists, what="the reply")
    assert (bodies(), door.refuse) == (["JA"], 0)


# --- who calls ------------------------------------------------------------------------------------------------------


@pytest.fixture
def set_up(settings, frozen_clock):
    settings.DIGIBEL_KANNEL_SECRET = "een-lang-geheim-woord"


def tell(client, els, *, user="kannel", password="een-lang-geheim-woord", text="JA", query="id=1", **headers):
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    told = {
        "HTTP_AUTHORIZATION": f"Basic {login}",
        "HTTP_X_KANNEL_FROM": els.recipient.number,
        "HTTP_X_KANNEL_TO": DIGIBEL,
    }
    body = text if isinstance(text, bytes) else text.encode()
    return client.post(f"/gateways/kannel/inbound?{query}", body, content_type="text/plain", **(told | headers))


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "geraden"},
        {"user": "iemand"},
        {"HTTP_AUTHORIZATION": ""},
        {"HTTP_AUTHORIZATION": "Basic é"},
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1, 192.0.2.7"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    ],
)
def test_a_forged_text_is_refused(client, set_up, els, changes):
    assert tell(client, els, **changes).status_code == 403
    assert InboundMessage.objects.count() == 0


def test_without_a_secret_nobody_is_let_in(client, set_up, settings, els):
    settings.DIGIBEL_KANNEL_SECRET = ""
    assert tell(client, els, password="").status_code == 403
    assert client.get("/gateways/kannel/receipts?id=1&signature=&status=1").status_code == 403


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"query": ""}, 400),
        ({"query": "id=" + "x" * 65}, 400),
        ({"HTTP_X_KANNEL_FROM": ""}, 400),
        ({"CONTENT_TYPE": "text/plain; charset=nonsense"}, 400),
        ({"CONTENT_TYPE": "text/plain; charset=idna"}, 400),
        ({"text": b"x" * 70_000}, 400),
        ({"text": b"\xff\xfe\x00"}, 200),
        ({"HTTP_X_KANNEL_UDH": "%05%00%03"}, 200),
        ({"HTTP_X_KANNEL_TO": "8282"}, 200),
    ],
)
def test_what_is_no_text_is_refused_and_what_is_odd_is_kept(client, set_up, els, changes, answer):
    assert tell(client, els, **changes).status_code == answer
    assert InboundMessage.objects.count() == (answer == 200)


@pytest.mark.parametrize("sender", ["Proximus", "8282", "0800 BPOST"])
def test_who_has_no_number_is_let_go(client, set_up, els, sender):
    assert tell(client, els, HTTP_X_KANNEL_FROM=sender).json() == {"received": 0, "new": 0}
    assert InboundMessage.objects.count() == 0


def test_told_twice_it_is_stored_once(client, set_up, els):
    assert [tell(client, els).json()["new"] for _ in range(3)] == [1, 0, 0]


def test_a_part_that_kannel_gave_up_on_is_no_reply_and_goes_to_a_person(client, set_up, els, frozen_clock):
    assert tell(client, els, HTTP_X_KANNEL_UDH="%05%00%03%07%02%01").json() == {"received": 0, "new": 0}
    assert (InboundMessage.objects.count(), InboundPart.objects.count()) == (0, 1)
    with clock.travel(frozen_clock + timedelta(minutes=10)):
        assert parts.give_up_waiting() == 1
    message = InboundMessage.objects.get()
    assert (message.status, message.outcome, message.body) == ("inbox", "incomplete", "JA […]")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("id={id}&status=1", 403),
        ("id={id}&signature=00&status=1", 403),
        ("id={other}&signature={signature}&status=1", 403),
        ("id={id}&signature={signature}&status=é", 400),
        ("id={id}&signature={signature}", 400),
        ("id={id}&signature={signature}&status=8", 200),
    ],
)
def test_a_forged_receipt_is_refused(client, set_up, els, lindeboom, query, answer):
    message = queue(els, lindeboom)
    told = query.format(id=message.pk, other=uuid.uuid4(), signature=kannel._signature(str(message.pk)).decode())
    assert client.get(f"/gateways/kannel/receipts?{told}").status_code == answer
    assert status(message) == "queued"


def test_a_signature_that_looks_like_a_secret_is_read_as_it_stands(client, set_up):
    """A few in a thousand do: a receipt that was masked on its way in would be refused for ever."""
    chance = random.Random(2026)
    ids = (str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(5_000))
    signed = ((one, kannel._signature(one).decode()) for one in ids)
    unlucky = [pair for pair in signed if secrets.mask(pair[1]) != pair[1]][:3]
    assert len(unlucky) == 3, "no signature among them that looks like a secret"
    for one, signature in unlucky:
        told = client.get(f"/gateways/kannel/receipts?id={one}&signature={signature}&status=1")
        assert told.json() == {"received": 1, "known": 0}


def test_what_is_not_set_up_is_said(settings):
    settings.DIGIBEL_KANNEL_URL = "http://kannel.example/cgi-bin/sendsms"
    settings.DIGIBEL_KANNEL_SENDER, settings.DIGIBEL_KANNEL_SECRET = "Digibel", "kort"
    assert [said.split()[1].strip(":") for said in Kannel().what_is_missing()] == [
        "DIGIBEL_KANNEL_URL", "DIGIBEL_KANNEL_SENDER", "DIGIBEL_KANNEL_SECRET",
    ]  # fmt: skip
