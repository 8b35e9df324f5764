"""Over SMPP itself, with npm's `smpp` as the other side: what leaves arrives once, what comes in is kept before it is answered."""

import threading
import uuid
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from counterparts import PATIENCE, wait_for
from digibel import clock
from digibel.notifications import inbound, outbox
from digibel.notifications.errors import GatewayError
from digibel.notifications.gateways.smpp import Smpp, handover, link, session
from digibel.notifications.gateways.smpp.account import Account, account
from digibel.notifications.gateways.smpp.keeping import keep
from digibel.notifications.models import CallTask, InboundMessage
from notifications.gateways.texts import ARABIC, DIGIBEL, LONG, arrived, bodies, queue, said, said_in_parts, status

pytestmark = pytest.mark.django_db

THROTTLED, QUEUE_FULL, NO_SUCH_NUMBER, SYSTEM_ERROR, WRONG_SENDER, TELL_AGAIN = 0x58, 0x14, 0x0B, 0x08, 0x0A, 0x64
TWO_PARTS = "ك" * 100


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(link, "SOONEST", 0.02)
    monkeypatch.setattr(link, "LATEST", 0.2)
    monkeypatch.setattr(link, "LATER_PARTS", (0.01, 0.02))
    monkeypatch.setattr(session, "LOOK_UP_EVERY", 0.02)


class Link(link.Link):
    """With the tests' own thread as the one that keeps what comes in."""

    def keep_until(self, true, *, seconds=PATIENCE, what="it"):
        def look():
            while not self.arrivals.empty():
                keep(self.arrivals.get(), self)
            return true()

        return wait_for(look, seconds=seconds, what=what)


@pytest.fixture
def smpp(network, settings, tmp_path):
    """`smpp_link` in two threads of this process, bound, and the one gateway."""
    settings.HOME = tmp_path
    settings.DIGIBEL_GATEWAY = "smpp"
    settings.DIGIBEL_SMPP_URL = f"smpp://digibel:geheim@127.0.0.1:{network.port}"
    settings.DIGIBEL_SMPP_SENDER = DIGIBEL
    with kept_up(account()) as one:
        network.await_links("digibel")
        wait_for(lambda: one.is_bound)
        yield one


@contextmanager
def kept_up(to):
    one = Link(to)
    with handover.served(one.answer) as server:
        threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=one.keep_up)]
        for thread in threads:
            thread.start()
        try:
            yield one
        finally:
            one.stop()
            server.shutdown()
            for thread in threads:
                thread.join(5)


def on_the_telephone(network, person):
    return arrived(network, person.recipient.number, user="digibel")


def send(person, text="ok"):
    return Smpp().send(message_id=uuid.uuid4(), to=person.recipient.number, text=text)


def refused(person, text="ok"):
    """Whose fault it was: code, permanent, down, perhaps sent."""
    with pytest.raises(GatewayError) as refusal:
        send(person, text)
    error = refusal.value
    return error.code, error.permanent, error.down, error.perhaps_sent


# --- out ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_text_arrives_as_it_was_written_and_its_receipt_comes_back(smpp, network, els, lindeboom, text):
    message = queue(els, lindeboom, text)
    assert outbox.sweep() == 1
    smpp.keep_until(lambda: status(message) == "delivered", what="the receipt")
    assert on_the_telephone(network, els) == [text]


def test_a_telephone_that_is_off_does_not_ring_with_it_the_next_day(smpp, network, els):
    before = datetime.now(UTC)
    send(els)
    until = datetime.fromisoformat(network.taken("digibel")[-1]["until"])
    assert timedelta(minutes=55) < until - before < timedelta(minutes=65)


def test_what_was_not_delivered_is_a_persons(smpp, network, els, lindeboom):
    network("behave", {"receipt": "UNDELIV"})
    message = queue(els, lindeboom, TWO_PARTS)
    outbox.sweep()
    smpp.keep_until(lambda: status(message) == "on_list", what="the receipt")
    assert CallTask.objects.open().get().recipient == els.recipient


def test_what_is_still_on_its_way_moves_nothing(smpp, network, els, lindeboom):
    network("behave", {"receipt": "ACCEPTD"})
    message = queue(els, lindeboom)
    outbox.sweep()
    keep(smpp.arrivals.get(timeout=PATIENCE), smpp)
    assert status(message) == "sent"


def test_a_receipt_may_come_before_we_know_that_it_was_taken(smpp, network, els, lindeboom):
    network("behave", {"early": True})
    message = queue(els, lindeboom)
    outbox.sweep()
    smpp.keep_until(lambda: status(message) == "delivered", what="the receipt")


def test_a_text_without_one_of_its_parts_did_not_arrive(smpp, network, els, lindeboom):
    network("behave", {"receipts": ["UNDELIV", "DELIVRD"]})
    message = queue(els, lindeboom, TWO_PARTS)
    outbox.sweep()
    smpp.keep_until(lambda: status(message) == "on_list", what="the receipt")


@pytest.mark.parametrize(
    ("statuses", "fault"),
    [
        ([THROTTLED], ("busy", False, False, False)),
        ([QUEUE_FULL], ("busy", False, False, False)),
        ([SYSTEM_ERROR], ("smpp_0x8", False, False, False)),
        ([0x400], ("smpp_0x400", False, False, False)),
        ([NO_SUCH_NUMBER], ("no_such_number", True, False, False)),
        ([WRONG_SENDER], ("wrong_sender", False, True, False)),
    ],
)
def test_what_the_network_refuses_is_told_apart(smpp, network, els, statuses, fault):
    network("behave", {"refuse": statuses})
    assert refused(els) == fault
    assert send(els), "the link goes on"
    assert on_the_telephone(network, els) == ["ok"]


def test_a_later_part_waits_for_a_network_that_is_too_busy(smpp, network, els):
    network("behave", {"refuse": [0, THROTTLED, THROTTLED]})
    assert send(els, TWO_PARTS)
    assert on_the_telephone(network, els) == [TWO_PARTS]


def test_half_a_text_is_a_persons(smpp, network, els):
    network("behave", {"refuse": [0, *[THROTTLED] * 3]})
    assert refused(els, TWO_PARTS) == ("half_sent", False, False, True)
    network("behave", {"refuse": [0, NO_SUCH_NUMBER]})
    assert refused(els, TWO_PARTS) == ("half_sent", False, False, True)


def test_a_restart_of_the_network_in_the_middle_loses_nothing_and_repeats_nothing(smpp, network, els, lindeboom):
    before = queue(els, lindeboom, "Voor.")
    outbox.sweep()
    network("restart")
    while refused_once(els):
        pass
    after = queue(els, lindeboom, "Na.")
    outbox.sweep()
    smpp.keep_until(lambda: {status(before), status(after)} == {"delivered"}, what="the receipts")
    assert on_the_telephone(network, els) == ["Voor.", "ok", "Na."]


def refused_once(person):
    """Whether nothing was sent, because the link is not there yet."""
    with suppress(GatewayError):
        send(person)
        return False
    return True


def test_where_the_line_breaks_before_the_answer_nobody_knows(smpp, network, els):
    network("behave", {"vanish": 1})
    assert refused(els) == ("link_lost", False, False, True)
    wait_for(lambda: smpp.is_bound)
    assert on_the_telephone(network, els) == ["ok"], "it had left, and is not sent again"


def test_what_perhaps_left_is_a_persons_and_never_leaves_again(smpp, network, els, lindeboom):
    network("behave", {"vanish": 1})
    message = queue(els, lindeboom)
    assert outbox.sweep() == 0
    message.refresh_from_db()
    assert (message.status, message.trouble) == ("on_list", "perhaps_sent")
    wait_for(lambda: smpp.is_bound)
    with clock.travel(clock.now() + timedelta(hours=1)):
        outbox.free_stuck()
        assert outbox.sweep() == 0
    assert on_the_telephone(network, els) == ["Dank u, dat is goed."]


def test_where_the_answer_does_not_come_nobody_knows(smpp, network, els, monkeypatch):
    monkeypatch.setattr(session, "ANSWER_WITHIN", 0.1)
    network("behave", {"mute": 1})
    assert refused(els) == ("link_lost", False, False, True)
    assert send(els)


def test_a_silent_line_is_asked_and_a_dead_one_bound_again(smpp, network, els, monkeypatch):
    monkeypatch.setattr(session, "ENQUIRE_EVERY", 0.05)
    monkeypatch.setattr(session, "ANSWER_WITHIN", 0.2)
    wait_for(lambda: network("asked") > 1, what="enquire_link")
    first = smpp._session
    network("behave", {"deaf": True})
    wait_for(lambda: smpp._session is not first, what="another bind")
    network("behave", {})
    wait_for(lambda: smpp.is_bound and not refused_once(els))


def test_a_wrong_password_is_the_accounts_fault_and_is_tried_again(network, settings, tmp_path, els):
    settings.HOME = tmp_path
    wrong = Account("127.0.0.1", network.port, tls=False, user="digibel", password="anders", sender=DIGIBEL)
    with kept_up(wrong) as one:
        wait_for(lambda: one.trouble == "wrong_password")
        assert refused(els) == ("wrong_password", False, True, False)
        assert handover.ask({}) == {"bound": False, "trouble": "wrong_password"}


def test_without_a_link_nothing_left(settings, tmp_path, els):
    settings.HOME = tmp_path
    assert refused(els) == ("no_link", False, False, False)


def test_there_is_one_link_and_its_socket_is_its_owners(smpp):
    assert handover.path().stat().st_mode & 0o777 == 0o600
    with pytest.raises(OSError, match="another"), handover.served(smpp.answer):
        pass
    assert handover.ask({}) == {"bound": True, "trouble": ""}


def test_workers_side_by_side_send_over_one_link(smpp, network, els):
    texts = [f"{number}{TWO_PARTS}" for number in range(8)]
    workers = [threading.Thread(target=send, args=(els, text)) for text in texts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert sorted(on_the_telephone(network, els)) == texts
    assert network("links", "digibel") == 1


# --- in -------------------------------------------------------------------------------------------------------------


def say(smpp, network, *texts):
    """What the network hears on each of these."""
    heard = []
    speaking = threading.Thread(target=lambda: heard.extend(network("say", *texts)))
    speaking.start()
    smpp.keep_until(lambda: not speaking.is_alive(), what="the answers")
    return heard


def test_replies_come_in_whatever_alphabet_they_are_in(smpp, network, els):
    texts = [
        said(els, "JA 1", user="digibel"),
        said(els, "نعم 👍", user="digibel"),
        said(els, "", user="digibel", data_coding=3, hex="ça va".encode("latin-1").hex()),
        said(els, "", user="digibel", data_coding=0, hex="7d051b65"),
        said(els, "", user="digibel", message_payload=b"uit".hex()),
    ]
    assert say(smpp, network, *texts) == [0] * 5
    assert sorted(bodies()) == sorted(["JA 1", "نعم 👍", "ça va", "ñé€", "uit"])
    assert {message.recipient for message in InboundMessage.objects.all()} == {els.recipient}


def test_a_long_reply_is_one_text_in_whatever_order_and_however_often_its_parts_come(smpp, network, els):
    first, second = said_in_parts(els, ARABIC, at=60, user="digibel")
    assert say(smpp, network, second, second, first, first, second) == [0] * 5
    assert bodies() == [ARABIC]


def test_parts_may_be_told_by_parameters_as_well(smpp, network, els):
    sar = {"sar_msg_ref_num": 500, "sar_total_segments": 2}
    parts = [said(els, text, user="digibel", sar_segment_seqnum=n, **sar) for n, text in ((2, "niet"), (1, "ja maar "))]
    say(smpp, network, *parts)
    assert bodies() == ["ja maar niet"]


def test_the_same_words_twice_on_one_bind_are_two_texts(smpp, network, els):
    say(smpp, network, said(els, "JA", user="digibel"), said(els, "JA", user="digibel"))
    assert list(InboundMessage.objects.values_list("status", flat=True)) == ["received", "received"]


def test_what_is_told_again_on_the_next_bind_is_a_persons(smpp, network, els):
    say(smpp, network, said(els, "JA", user="digibel"))
    network("restart")
    network.await_links("digibel")
    say(smpp, network, said(els, "JA", user="digibel"), said(els, "UIT", user="digibel"))
    told = InboundMessage.objects.order_by("received_at", "pk").values_list("status", "outcome")
    assert sorted(told) == [("inbox", "perhaps_twice"), ("received", ""), ("received", "")]


def test_what_we_could_not_keep_is_asked_for_again(smpp, network, els, monkeypatch):
    def away(*_, **__):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(inbound, "receive_text", away)
        assert say(smpp, network, said(els, "JA", user="digibel")) == [TELL_AGAIN]
    assert say(smpp, network, said(els, "JA", user="digibel")) == [0]
    assert bodies() == ["JA"]


def test_a_sender_without_a_number_is_passed_over(smpp, network, els):
    assert say(smpp, network, said(els, "Reclame", user="digibel", source_addr="Proximus", source_addr_ton=5)) == [0]
    assert InboundMessage.objects.count() == 0


@pytest.mark.parametrize(
    "pdu",
    [
        "00000010 00000999 00000000 00000007",
        "00000012 00000005 00000000 00000008 4141",
        "00000010 80000004 00000000 00000009",
    ],
    ids=["unknown command", "broken deliver_sm", "answer to nothing"],
)
def test_what_nobody_can_read_is_refused_and_the_link_goes_on(smpp, network, els, pdu):
    network("raw", "digibel", pdu.replace(" ", ""))
    assert say(smpp, network, said(els, "JA", user="digibel")) == [0]
    assert bodies() == ["JA"]
    assert network("links", "digibel") == 1
