"""Somebody else answers at the number: what was said there opens no door, and whom it was meant for hears it by another way."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import calls as errands
from digibel.notifications import outbox, reaching
from digibel.notifications.models import CallTask
from digibel.requests.models import Client
from digibel.scheduling import clockwork, onego, promises, visits
from digibel.scheduling.models import Offer, Visit
from digibel.scheduling.worklist import is_announced

pytestmark = pytest.mark.django_db


@pytest.fixture
def lindeboom(frozen_clock):
    return cast.organisation()


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom)


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
        visits.check_in(visit, by=SYSTEM)
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
