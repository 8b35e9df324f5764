"""The first-run check says in words what works, and ends with a number that a script understands."""

import io

import pytest
from django.core.management import CommandError, call_command

import cast
from digibel.notifications import gateways, inbound
from digibel.notifications.gateways.base import InboundText, Receipt
from digibel.notifications.management.commands import check_gateway
from digibel.notifications.receipts import note_receipt
from notifications.networks import LOCKED_OUT, REFUSED, TIMED_OUT, Scripted

pytestmark = pytest.mark.django_db

NUMBER = "0470 12 34 56"


@pytest.fixture
def check(frozen_clock, settings, monkeypatch):
    cast.organisation()

    def run(scripted, **options):
        settings.DIGIBEL_GATEWAY = scripted.name
        monkeypatch.setattr(gateways, "gateway", lambda name: scripted)
        out = io.StringIO()
        with pytest.raises(SystemExit) as end:
            call_command("check_gateway", NUMBER, stdout=out, **{"wait": 0, **options})
        return end.value.code, [line.split()[0] for line in out.getvalue().splitlines()], out.getvalue()

    return run


def test_both_ways_work(check, monkeypatch):
    first = Scripted("first")

    def answers(seconds):
        inbound.receive_text("first", InboundText("their-id", "+32470123456", cast.SMS_NUMBER, "OK"))
        note_receipt("first", Receipt(f"first-{first.took[0]}", True))

    monkeypatch.setattr(check_gateway.time, "sleep", answers)
    code, lines, said = check(first, wait=5)
    assert (code, lines) == (0, ["sent", "receipt", "answer"])
    assert "delivered." in said
    assert "32470123456" not in said.replace(" ", "")


@pytest.mark.parametrize(
    ("error", "says"),
    [(REFUSED, "the number or the text."), (LOCKED_OUT, "the gateway."), (TIMED_OUT, "It may have left all the same.")],
)
def test_what_was_not_sent_says_where_to_look(check, error, says):
    code, lines, said = check(Scripted("first", answers=[error]))
    assert (code, lines) == (1, ["not"])
    assert said.strip().endswith(says)


def test_no_answer_says_which_address_the_gateway_must_call(check):
    code, lines, said = check(Scripted("first"))
    assert (code, lines) == (2, ["sent", "receipt", "answer"])
    assert "/gateways/first/inbound" in said


@pytest.mark.parametrize(
    ("number", "options"),
    [("no number", {}), ("02 345 67 89", {}), (NUMBER, {"gateway": "pigeon"}), (NUMBER, {"gateway": "by_hand"})],
)
def test_what_cannot_be_checked_is_refused_with_a_sentence(frozen_clock, number, options):
    with pytest.raises(CommandError, match=r"\.$"):
        call_command("check_gateway", number, stdout=io.StringIO(), **options)


@pytest.mark.parametrize("wait", ["nan", "inf", "-inf", "-1", "3601", "1e9", "soon", ""])
def test_a_wait_without_an_end_is_refused(frozen_clock, wait):
    with pytest.raises(CommandError, match=r"write a number of seconds from 0 to 3600, such as 120\.$"):
        call_command("check_gateway", NUMBER, f"--wait={wait}", stdout=io.StringIO())


@pytest.mark.parametrize("wait", ["0", "0.5", "3600"])
def test_a_wait_in_seconds_is_read(wait):
    assert check_gateway.seconds_of(wait) == float(wait)
