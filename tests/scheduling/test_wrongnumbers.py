"""Somebody else answers at the number: what was said there opens no door, and whom it was meant for hears it by another way."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import calls as errands
from digibel.notifications import inbound, outbox, reaching
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import CallTask
from digibel.requests.models import Client
from digibel.scheduling import clockwork, followups, inside, offers, onego, openings, promises, reports, visits
from digibel.scheduling.errors import NotACandidate
from digibel.scheduling.models import Offer, Visit
from digibel.scheduling.worklist import is_announced

pytestmark = pytest.mark.django_db


def asked(lindeboom, **client):
    return cast.request(lindeboom, windows=cast.windows(days=5), client=client)


@pytest.fixture
def visit(lindeboom, els):
    """Announced by text."""
    worker = {"trusted_worker": "An", "trusted_worker_phone": "02 511 22 44"}
    return cast.booked(asked(lindeboom, **worker), els)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def is_a_strangers(person):
    """Noted an hour later, and what follows from it."""
    with clock.travel(clock.now() + timedelta(hours=1)):
        reaching.note_wrong_number(fresh(person.recipient), by=SYSTEM)
        clockwork.tick()
        outbox.sweep()


def to_say(visit):
    return [(call.kind, call.channel) for call in CallTask.objects.open().about(visit)]


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_what_a_stranger_was_told_is_told_anew_by_whom_they_trust_with_another_word(visit, els):
    heard = cast.telephone(visit.client)
    assert is_announced(visit)
    is_a_strangers(visit.client)
    now = fresh(visit)
    assert now.word != visit.word
    assert not is_announced(now)
    assert to_say(visit) == [("visit.announce", "worker")]
    assert now.word in errands.script_of(CallTask.objects.open().get(kind="visit.announce")).sentences
    assert now.word in cast.telephone(els)[-1]
    assert cast.telephone(visit.client) == heard
    assert broken() == []


def test_a_strangers_yes_was_nobodys_yes(visit):
    visits.confirm(visit, by=SYSTEM)
    is_a_strangers(visit.client)
    assert fresh(visit).confirmed_at is None
    clockwork.live_through(visit.starts_at - timedelta(hours=3))
    assert fresh(visit).held_back_at is not None
    assert ("visit.confirm", "worker") in to_say(visit)
    assert broken() == []


def test_theirs_after_all_changes_nothing(visit):
    reaching.note_wrong_number(visit.client.recipient, by=SYSTEM)
    reaching.note_right_number(visit.client.recipient, by=SYSTEM)
    clockwork.tick()
    assert (fresh(visit).word, to_say(visit)) == (visit.word, [])


def test_with_the_right_number_at_once_the_client_is_told_there(visit):
    theirs = fresh(visit.client.recipient)
    reaching.note_wrong_number(theirs, by=SYSTEM)
    with clock.travel(clock.now() + timedelta(hours=1)):
        reaching.change(theirs, number="+32470998877", languages=["nl"], channel="sms")
        clockwork.tick()
        outbox.sweep()
    assert fresh(visit).word in cast.telephone(Client.objects.get())[-1]
    assert (is_announced(fresh(visit)), to_say(visit)) == (True, [])


def test_who_heard_nothing_keeps_the_word(lindeboom, els):
    visit = cast.booked(asked(lindeboom, channel="call"), els)
    errands.note_outcome(CallTask.objects.open().get(kind="visit.announce"), "wrong_number", by=SYSTEM)
    clockwork.tick()
    assert (fresh(visit).word, to_say(visit)) == (visit.word, [("visit.confirm", "call")])


def test_a_visit_under_way_goes_on(visit):
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        is_a_strangers(visit.client)
    assert (fresh(visit).status, fresh(visit).word) == ("under_way", visit.word)


def test_at_one_door_the_other_hears_another_word_too(lindeboom, els):
    first, second = sorted((asked(lindeboom, first_name=name) for name in ("Guido", "Rosa")), key=lambda one: one.pk)
    onego.visit_both(first, second, by=SYSTEM)
    cast.booked(fresh(first), els)
    spent = {Visit.objects.get(request=one).word for one in (first, second)}
    assert len(spent) == 1
    is_a_strangers(first.client)
    assert not spent & {one.word for one in Visit.objects.all()}
    assert Visit.objects.get(request=second).word in cast.telephone(second.client)[-1]
    assert broken() == []


def test_a_volunteers_number_of_a_stranger_is_a_lost_telephone(lindeboom, visit, els):
    asked_too = cast.offered(asked(lindeboom, first_name="Rosa"), els)
    is_a_strangers(els)
    assert fresh(visit).card_digest != visit.card_digest
    assert fresh(visit).word != visit.word
    assert Offer.objects.get(pk=asked_too[0].pk).status == "withdrawn"
    assert ("visit.phone_lost", "call") in to_say(visit)
    assert broken() == []


# --- whatever else they asked, and whoever texts from there -----------------------------------------------------------------


def test_every_other_visit_of_theirs_is_told_anew(lindeboom, els, visit):
    client = visit.client
    [other] = openings.open_request(
        cast.draft(windows=cast.windows(days=6)), organisation=lindeboom, by=SYSTEM, client=client
    )
    booked = cast.booked(other, els)
    is_a_strangers(client)
    assert [to_say(one) for one in (visit, booked)] == [[("visit.announce", "worker")]] * 2
    assert fresh(booked).word != booked.word
    assert broken() == []


def test_the_same_person_under_another_row_is_not_reached_there_either(lindeboom, els, visit):
    phone = visit.client.recipient.number
    other = cast.booked(cast.request(lindeboom, windows=cast.windows(days=6), client={"phone": phone}), els)
    somebody_else = asked(lindeboom, first_name="Rosa", phone=phone).client
    is_a_strangers(visit.client)
    clockwork.live_through(clock.now() + timedelta(hours=1, minutes=2))
    assert other.client_id != visit.client_id
    assert [fresh(one.recipient).number_is_wrong for one in (other.client, somebody_else)] == [True, False]
    assert fresh(other).word != other.word
    assert broken() == []


def done(visit):
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
    with clock.travel(visit.ends_at):
        inside.check_out(visit, by=SYSTEM)
        reports.report(fresh(visit), by=SYSTEM, all_right=True)
    return fresh(visit)


def test_what_a_text_asked_after_the_visit_is_asked_by_a_voice(visit):
    over = done(visit)
    with clock.travel(clockwork.live_through(over.follow_up_due + timedelta(minutes=5))):
        assert followups.asked_by_text(over)
        is_a_strangers(visit.client)
        assert to_say(over) == [("visit.follow_up", "call")]
        assert (cast.texts(visit.client, "1").outcome, fresh(over).followed_up_at) == ("", None)
    assert broken() == []


def test_who_is_known_not_to_be_there_is_not_asked_by_text(visit):
    over = done(visit)
    with clock.travel(over.ends_at):
        is_a_strangers(visit.client)
    with clock.travel(clockwork.live_through(over.follow_up_due + timedelta(minutes=5))):
        assert (followups.asked_by_text(over), to_say(over)) == (False, [("visit.follow_up", "call")])
        call = CallTask.objects.open().get(kind="visit.follow_up")
        assert "wrong_number" in errands.script_of(call).outcomes
    assert broken() == []


@pytest.mark.parametrize("said", ["1", "annuleer", "STOP"])
def test_a_text_from_there_is_a_strangers(visit, said):
    is_a_strangers(visit.client)
    text = cast.texts(visit.client, said)
    assert text.recipient.kind == "unknown"
    assert not any(visit.client.first_name in said or fresh(visit).word in said for said in cast.telephone(text))
    assert (fresh(visit).status, fresh(visit).confirmed_at) == ("booked", None)
    assert fresh(visit.client.recipient).stopped_at is None


def test_a_text_that_came_before_it_was_noted_is_a_persons(visit):
    said = InboundText("late-1", visit.client.recipient.number, cast.SMS_NUMBER, "1")
    message = inbound.receive_text("simulator", said)
    reaching.note_wrong_number(fresh(visit.client.recipient), by=SYSTEM)
    inbound.route_text(message.pk)
    assert (fresh(message).status, fresh(visit).confirmed_at) == ("inbox", None)


def test_of_two_at_one_number_who_is_there_is_meant(lindeboom, els, visit):
    """A wrong digit: the number of the one is really the other's."""
    rosa = cast.booked(asked(lindeboom, first_name="Rosa", phone=visit.client.recipient.number), els)
    is_a_strangers(visit.client)
    assert cast.texts(rosa.client, "1").recipient == rosa.client.recipient
    assert fresh(rosa).confirmed_at is not None


def test_a_volunteer_at_whose_number_a_stranger_answers_is_not_asked(lindeboom, els):
    is_a_strangers(els)
    with pytest.raises(NotACandidate):
        offers.send_wave(asked(lindeboom), by=SYSTEM, volunteers=[els])
    reaching.note_right_number(fresh(els.recipient), by=SYSTEM)
    assert cast.offered(asked(lindeboom), els)[0].volunteer == els
