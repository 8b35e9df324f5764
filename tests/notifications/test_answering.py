"""A person answers what no rule understood."""

import pytest

import cast
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.notifications import answering, outbox
from digibel.notifications.models import InboundMessage, OutboundMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def message():
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom)
    cast.offered(cast.request(lindeboom), els)
    return cast.texts(els, "ja maar pas om 15u")


@pytest.fixture
def nadia(message):
    return Actor.staff(cast.coordinator(message.organisation))


def test_an_answer_is_sent_to_who_texted_at_any_hour(message, nadia):
    queued = answering.answer(message, "  Dag Els,\n15 uur kan ook. ", by=nadia)
    assert (queued.body, queued.kind, queued.any_hour) == ("Dag Els, 15 uur kan ook.", "plain.free", True)
    outbox.sweep()
    queued.refresh_from_db()
    assert queued.status == "sent"
    message.refresh_from_db()
    assert (message.status, message.outcome) == (InboundMessage.Status.ANSWERED, "answered")


def test_a_secret_never_leaves(message, nadia):
    queued = answering.answer(message, "Mijn pincode is 4821", by=nadia)
    assert "4821" not in queued.body


def test_the_audit_knows_who_answered_and_not_what(message, nadia):
    answering.answer(message, "Dag Els, 15 uur kan ook.", by=nadia)
    event = Event.objects.get(verb="text.answered")
    assert (event.actor, event.facts) == (str(nadia), {"outcome": "answered"})


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", answering.NothingToSay), (" \n ", answering.NothingToSay), ("lang " * 120, answering.AnswerTooLong)],
)
def test_what_cannot_be_sent_changes_nothing(message, nadia, text, refusal):
    before = OutboundMessage.objects.count()
    with pytest.raises(refusal):
        answering.answer(message, text, by=nadia)
    message.refresh_from_db()
    assert (message.status, OutboundMessage.objects.count()) == (InboundMessage.Status.INBOX, before)


def test_the_second_of_two_hears_that_it_is_done(message, nadia):
    answering.put_aside(message, by=nadia)
    with pytest.raises(answering.TextAnswered):
        answering.answer(message, "Dag Els", by=nadia)
    assert OutboundMessage.objects.filter(kind="plain.free").count() == 0
