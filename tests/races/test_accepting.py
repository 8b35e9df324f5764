"""However many say yes at the same instant, one volunteer has the visit, and everybody else hears it kindly."""

import os
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import inbound, outbox
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import InboundMessage, OutboundMessage
from digibel.problems import Problem
from digibel.scheduling import clockwork, offers, promises, readiness, together, visits
from digibel.scheduling.models import Move, Offer, Visit
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20 if os.environ.get("DIGIBEL_TEST_LONG") == "1" else 2
FIFTY = 50


@pytest.fixture
def crowd(frozen_clock):
    """One organisation and fifty volunteers who are all free for it."""
    with transaction.atomic():
        lindeboom = cast.organisation()
        return lindeboom, [cast.volunteer(lindeboom, name=f"V{number}") for number in range(FIFTY)]


def say_yes(offer, choice=1):
    """What the verb said: the visit's id, or the code of the refusal."""
    try:
        return str(offers.accept(offer, choice, by=Actor.volunteer(offer.volunteer)).pk)
    except Problem as refusal:
        return refusal.code


def rounds(now):
    """The beginning of each round, eight days apart; what time brings in between is lived through."""
    for number in range(ROUNDS):
        moment = now + timedelta(days=8 * number)
        with clock.travel(clockwork.live_through(moment)):
            yield number
            for visit in Visit.objects.standing():
                visits.cancel(visit, by=SYSTEM, reason="organisation")


def broken_promises():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_fifty_volunteers_say_yes_at_once_and_one_goes(crowd, now):
    lindeboom, volunteers = crowd
    for _ in rounds(now):
        with transaction.atomic():
            request = cast.request(lindeboom)
            made = offers.send_wave(request, by=SYSTEM, volunteers=volunteers)
        told = at_once([partial(say_yes, offer) for offer in made])
        visit = Visit.objects.get(request=request)
        assert sorted(told) == sorted([str(visit.pk)] + ["already_taken"] * (FIFTY - 1))
        assert visit.offer.volunteer_id == visit.volunteer_id
        statuses = list(Offer.objects.filter(request=request).values_list("status", flat=True))
        assert sorted(statuses) == ["accepted"] + ["withdrawn"] * (FIFTY - 1)
        assert broken_promises() == []


def test_one_offer_accepted_fifty_times_at_once_is_accepted_once(crowd):
    lindeboom, volunteers = crowd
    [offer] = cast.offered(cast.request(lindeboom), volunteers[0])
    told = at_once([partial(say_yes, offer)] * FIFTY)
    visit = Visit.objects.get()
    assert sorted(told) == sorted([str(visit.pk)] + ["offer_gone"] * (FIFTY - 1))
    assert Move.objects.filter(subject_id=offer.pk, became="accepted").count() == 1
    assert broken_promises() == []


def test_eight_texts_say_yes_at_once_and_seven_hear_it_is_taken(crowd):
    lindeboom, volunteers = crowd
    eight = volunteers[:8]
    cast.offered(cast.request(lindeboom), *eight)
    received = [
        inbound.receive_text("simulator", InboundText(f"yes-{number}", one.recipient.number, cast.SMS_NUMBER, "ja"))
        for number, one in enumerate(eight)
    ]
    outcomes = at_once([partial(inbound.route_text, message.pk) for message in received])
    assert sorted(outcomes) == ["offer.accepted"] + ["offer.taken"] * 7
    outbox.sweep()
    winner = Visit.objects.get().volunteer
    for volunteer in eight:
        kinds = OutboundMessage.objects.filter(recipient=volunteer.recipient, status="sent").values_list(
            "kind", flat=True
        )
        last = "visit.accepted" if volunteer == winner else "plain.taken"
        assert sorted(kinds) == sorted(["offer.offer_one", last])
    assert broken_promises() == []


def test_one_text_worked_through_by_eight_workers_acts_once(crowd):
    lindeboom, volunteers = crowd
    cast.offered(cast.request(lindeboom), volunteers[0])
    message = inbound.receive_text(
        "simulator", InboundText("once", volunteers[0].recipient.number, cast.SMS_NUMBER, "ja")
    )
    outcomes = at_once([partial(inbound.route_text, message.pk)] * 8)
    assert outcomes == ["offer.accepted"] * 8
    assert Visit.objects.count() == 1
    assert InboundMessage.objects.get(pk=message.pk).status == "handled"


def test_a_volunteer_who_says_yes_to_two_requests_at_once_has_one_visit(crowd):
    lindeboom, [els, *_] = crowd
    made = [offer for _ in range(2) for offer in cast.offered(cast.request(lindeboom), els)]
    assert [offer.letter for offer in made] == ["A", "B"]
    told = at_once([partial(say_yes, offer) for offer in made])
    visit = Visit.objects.get()
    assert sorted(told) == sorted([str(visit.pk), "no_longer_free"])
    assert broken_promises() == []


def test_two_requests_that_ask_the_same_people_at_once_give_each_offer_its_letter(crowd):
    lindeboom, volunteers = crowd
    asked = volunteers[:4]
    requests = [cast.request(lindeboom) for _ in range(4)]
    at_once([partial(ask, request, asked) for request in requests])
    for volunteer in asked:
        letters = Offer.objects.to(volunteer).live().values_list("letter", flat=True)
        assert sorted(letters) == ["A", "B", "C", "D"]
    assert broken_promises() == []


def ask(request, volunteers):
    return len(offers.send_wave(request, by=SYSTEM, volunteers=volunteers))


def test_a_yes_and_the_clock_at_the_same_instant_leave_one_story(crowd, now):
    """The offers run out and the next wave is due while people say yes."""
    lindeboom, volunteers = crowd
    for _ in rounds(now):
        made = cast.offered(cast.request(lindeboom), *volunteers[:4])
        with clock.travel(made[0].expires_at):
            told = at_once([job for offer in made for job in (partial(say_yes, offer), clockwork.tick)])[::2]
            booked = [str(pk) for pk in Visit.objects.standing().values_list("pk", flat=True)]
            assert [answer for answer in told if answer in booked] == booked
            assert set(told) - set(booked) <= {"offer_gone", "already_taken"}
            clockwork.tick()
            outbox.sweep()
            assert broken_promises() == []


def test_readiness_lost_while_saying_yes_never_leaves_a_visit_standing(crowd, now):
    lindeboom, volunteers = crowd
    for number in rounds(now):
        [offer] = cast.offered(cast.request(lindeboom), volunteers[number])
        at_once([partial(say_yes, offer), partial(readiness.pause, volunteers[number], by=SYSTEM)])
        clockwork.tick()
        assert list(Visit.objects.standing()) == []
        assert broken_promises() == []


@pytest.fixture
def ten(frozen_clock):
    """Ten volunteers who are free for one request to which two go, and the offers they have."""
    with transaction.atomic():
        lindeboom = cast.organisation()
        volunteers = [cast.volunteer(lindeboom, name=f"V{number}") for number in range(10)]
        request = cast.request(lindeboom, windows=cast.windows(days=3))
        together.ask_two(request, "safety", by=SYSTEM)
        return offers.send_wave(request, by=SYSTEM, volunteers=volunteers)


def test_two_say_yes_at_once_to_two_places_and_both_go_or_neither(ten):
    told = at_once([partial(say_yes, offer) for offer in ten[:2]])
    booked = list(Visit.objects.all())
    assert sorted(told) == sorted(str(visit.pk) for visit in booked)
    assert sorted((visit.goes_with_id is None, visit.needs_second) for visit in booked) == [
        (False, False),
        (True, False),
    ]
    assert broken_promises() == []
    # And both who cancel at the same instant leave nobody behind who would go alone.
    cannot = [
        partial(visits.cancel, one, by=Actor.volunteer(one.volunteer), reason="volunteer_cannot") for one in booked
    ]
    at_once(cannot)
    assert set(Visit.objects.values_list("status", flat=True)) == {"cancelled"}
    assert broken_promises() == []


def test_ten_say_yes_at_once_to_two_places_and_two_go(ten):
    told = at_once([partial(say_yes, offer) for offer in ten])
    booked = list(Visit.objects.all())
    assert sorted(told) == sorted([str(visit.pk) for visit in booked] + ["already_taken"] * 8)
    assert len({visit.volunteer_id for visit in booked}) == 2
    assert sorted(Offer.objects.filter(status="accepted").values_list("place", flat=True)) == [1, 2]
    assert broken_promises() == []
