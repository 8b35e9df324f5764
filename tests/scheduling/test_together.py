"""Two go: each says yes apart, nobody goes alone, and the client hears of both in one text."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import calls, outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.privacy import erasing
from digibel.scheduling import (
    clockwork,
    errors,
    followups,
    inside,
    lostphones,
    offers,
    openings,
    promises,
    readiness,
    rescheduling,
    together,
    visits,
    worklist,
)
from digibel.scheduling.models import Offer, Timer, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def jan(lindeboom):
    return cast.volunteer(lindeboom, name="Jan")


@pytest.fixture
def request_(lindeboom):
    """In three days, so that there is time to find somebody else; for two."""
    asked = cast.request(lindeboom, windows=cast.windows(days=3))
    together.ask_two(asked, "safety", by=SYSTEM)
    return asked


def say_yes(offer):
    offer.refresh_from_db()
    visit = offers.accept(offer, 1, by=Actor.volunteer(offer.volunteer))
    outbox.sweep()
    return visit


@pytest.fixture
def pair(request_, els, jan):
    """Els was first, Jan goes along."""
    return [say_yes(offer) for offer in cast.offered(request_, els, jan)]


def kinds_to(person):
    return list(
        OutboundMessage.objects.filter(recipient=person.recipient)
        .exclude(status="withdrawn")
        .order_by("created_at", "pk")
        .values_list("kind", flat=True)
    )


def sent_to(person):
    found = OutboundMessage.objects.filter(recipient=person.recipient, status__in=["sent", "delivered"])
    return list(found.order_by("created_at", "pk").values_list("kind", flat=True))


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def test_the_first_yes_waits_at_home_and_the_client_hears_nothing_yet(request_, els, jan):
    first, _ = cast.offered(request_, els, jan)
    visit = say_yes(first)
    assert (visit.needs_second, visit.held_back_at) == (True, clock.now())
    assert sent_to(els) == ["offer.offer_one", "visit.second_sought"]
    assert kinds_to(request_.client) == []
    assert fresh(request_).next_kind == "await_answers"
    assert sent_to(jan) == ["offer.offer_one"]
    assert broken() == []


def test_each_yes_of_two_costs_so_many_statements(request_, els, jan):
    """One yes alone is nineteen, or twenty with its lock (`test_offers`).

    The first of two also opens the other place again and sets its search going: seven more. The second also looks who the first
    is, lets them go, and writes to both: six more. As few pairs as there are, that is what two visits that must hold each other
    cost; a look more in here would be one for each of them.
    """
    counted = []
    for offer in cast.offered(request_, els, jan):
        offer.refresh_from_db()
        with CaptureQueriesContext(connection) as captured:
            offers.accept(offer, 1, by=Actor.volunteer(offer.volunteer))
        counted.append(sum("SAVEPOINT" not in query["sql"] for query in captured))
        outbox.sweep()
    assert counted == ([26, 25] if connection.vendor == "sqlite" else [27, 26])


def test_two_yes_make_one_visit_of_two_and_the_client_hears_both_names_in_one_text(pair, request_, els, jan):
    first, second = map(fresh, pair)
    assert (first.goes_with, second.goes_with, first.needs_second, first.held_back_at) == (None, first, False, None)
    assert (first.word, first.starts_at) == (second.word, second.starts_at)
    assert sent_to(els) == ["offer.offer_one", "visit.second_sought", "visit.accepted", "visit.go_together"]
    assert sent_to(jan) == ["offer.offer_one", "visit.accepted", "visit.go_together"]
    assert "Jan" in cast.telephone(els)[-1]
    assert "Els" in cast.telephone(jan)[-1]
    [told] = cast.telephone(request_.client)
    assert "Els en Jan" in told
    assert first.word in told
    assert kinds_to(request_.client) == ["visit.announce_two", "visit.client_reminder_two"]
    assert fresh(request_).next_kind == "confirm"
    assert [offer.place for offer in Offer.objects.order_by("answered_at", "place")] == [1, 2]
    assert broken() == []


def test_a_yes_at_night_is_answered_at_once_and_wakes_nobody_else(request_, els, jan, now):
    first, second = cast.offered(request_, els, jan)
    with clock.travel(now + timedelta(hours=10)):
        say_yes(first)
        assert clock.local(clock.now()).hour == 20
        say_yes(second)
        assert sent_to(els) == ["offer.offer_one", "visit.second_sought"]
        assert sent_to(jan) == ["offer.offer_one", "visit.accepted", "visit.go_together"]
    with clock.travel(now + timedelta(hours=22)):
        outbox.sweep()
        assert sent_to(els) == ["offer.offer_one", "visit.second_sought", "visit.accepted", "visit.go_together"]


def test_a_third_yes_hears_kindly_that_it_is_taken(request_, els, jan, lindeboom):
    an = cast.volunteer(lindeboom, name="An")
    one, two, _ = cast.offered(request_, els, jan, an)
    say_yes(one)
    say_yes(two)
    assert cast.texts(an, "ja").outcome == "offer.taken"
    assert Visit.objects.count() == 2
    assert broken() == []


def test_a_yes_to_another_moment_than_the_first_is_not_taken_for_a_yes(lindeboom, els, jan):
    day = clock.today() + timedelta(days=3)
    moments = [{"from": f"{day}T{hour}:00", "until": f"{day}T{hour + 1}:00"} for hour in (10, 14)]
    asked = cast.request(lindeboom, windows=moments)
    together.ask_two(asked, "safety", by=SYSTEM)
    mine, theirs = cast.offered(asked, els, jan)
    offers.accept(mine, 2, by=Actor.volunteer(els))
    with pytest.raises(errors.OfferGone):
        offers.accept(theirs, 1, by=Actor.volunteer(jan))
    assert offers.accept(theirs, 2, by=Actor.volunteer(jan)).goes_with.volunteer == els
    assert broken() == []


def test_nobody_goes_along_with_themselves(request_, els, jan):
    say_yes(cast.offered(request_, els)[0])
    with pytest.raises(errors.NotACandidate):
        offers.send_wave(request_, by=SYSTEM, volunteers=[els])
    assert offers.send_wave(request_, by=SYSTEM, volunteers=[jan])[0].place == 2


def test_the_place_beside_the_first_is_sought_by_itself(request_, els, jan):
    say_yes(cast.offered(request_, els)[0])
    clockwork.tick()
    [offer] = Offer.objects.filter(volunteer=jan)
    assert offer.windows[0][0] == Visit.objects.get().starts_at.isoformat()


@pytest.mark.parametrize("who", ["els", "jan"])
def test_one_cannot_and_the_other_and_the_client_hear_it_once(pair, request_, els, jan, who):
    leaves, stays = (els, jan) if who == "els" else (jan, els)
    with clock.travel(clock.now() + timedelta(minutes=5)):
        assert cast.texts(leaves, "annuleer").outcome == "visit.cancelled"
        kept = Visit.objects.get(status="booked")
        assert (kept.volunteer, kept.goes_with, kept.needs_second) == (stays, None, True)
        assert kept.word not in {visit.spent_word for visit in Visit.objects.filter(status="cancelled")}
        assert sent_to(leaves)[-1] == "plain.cancel_noted"
        assert sent_to(stays)[-1] == "visit.other_cannot"
        assert kinds_to(request_.client) == ["visit.announce_two", "visit.one_cannot"]
        assert kinds_to(stays)[-1] == "visit.other_cannot"
        assert broken() == []


def test_another_second_goes_only_once_the_client_has_said_yes(pair, request_, els, jan, lindeboom):
    an = cast.volunteer(lindeboom, name="An")
    with clock.travel(clock.now() + timedelta(minutes=5)):
        visits.cancel(pair[1], by=Actor.volunteer(jan), reason="volunteer_cannot")
        with clock.travel(clock.now() + timedelta(minutes=5)):
            [offer] = cast.offered(request_, an)
            second = fresh(say_yes(offer))
            first = fresh(pair[0])
            assert first.held_back_at == second.held_back_at == clock.now()
            assert "Els en An" in cast.telephone(request_.client)[-1]
            assert cast.texts(request_.client, "1").outcome == "visit.confirmed"
            assert [fresh(one).held_back_at for one in (first, second)] == [None, None]
            assert (sent_to(els)[-1], sent_to(an)[-1]) == ("visit.goes_ahead", "visit.goes_ahead")
            assert broken() == []


def test_a_yes_to_the_names_before_counts_for_nothing(pair, request_, jan):
    with clock.travel(clock.now() + timedelta(minutes=5)):
        visits.cancel(pair[1], by=Actor.volunteer(jan), reason="volunteer_cannot")
        assert cast.texts(request_.client, "1").outcome == ""
        assert fresh(pair[0]).confirmed_at is None


def test_near_the_visit_one_who_cannot_calls_it_off_for_both(pair, request_, els, jan):
    with clock.travel(clockwork.live_through(pair[0].starts_at - timedelta(hours=3))):
        visits.cancel(pair[1], by=Actor.volunteer(jan), reason="volunteer_cannot")
        outbox.sweep()
        assert set(Visit.objects.values_list("status", flat=True)) == {"cancelled"}
        assert sent_to(els)[-1] == "visit.visit_cancelled"
        assert sent_to(jan)[-1] != "visit.visit_cancelled"
        assert sent_to(request_.client)[-1] == "visit.nobody_comes"
        assert CallTask.objects.open().filter(kind="visit.cancelled").count() == 1
        assert broken() == []


def test_without_a_second_in_time_nobody_goes(request_, els):
    visit = say_yes(cast.offered(request_, els)[0])
    with clock.travel(clockwork.live_through(worklist.confirm_due(visit) + timedelta(minutes=1))):
        assert fresh(visit).status == "cancelled"
        assert sent_to(els)[-1] == "visit.visit_cancelled"
        assert kinds_to(request_.client) == []
        assert broken() == []


@pytest.mark.parametrize("reason", ["client_cannot", "organisation", "client_gone"])
def test_what_keeps_the_client_keeps_both(pair, els, jan, reason):
    visits.cancel(pair[1], by=SYSTEM, reason=reason)
    outbox.sweep()
    assert set(Visit.objects.values_list("status", flat=True)) == {"cancelled"}
    told = "visit.go_together" if reason == "client_gone" else "visit.visit_cancelled"
    assert (sent_to(els)[-1], sent_to(jan)[-1]) == (told, told)
    assert Timer.objects.filter(rung_at=None).exclude(kind__in=["card_closes", "moments_over"]).count() == 0
    assert broken() == []


def test_one_is_enough_after_all(request_, els, jan):
    first, other = cast.offered(request_, els, jan)
    visit = say_yes(first)
    together.one_is_enough(request_, by=SYSTEM)
    outbox.sweep()
    visit = fresh(visit)
    assert (visit.needs_second, visit.held_back_at, fresh(other).status) == (False, None, "withdrawn")
    assert sent_to(els)[-1] == "visit.accepted"
    assert kinds_to(request_.client) == ["visit.announce", "visit.client_reminder"]
    assert broken() == []


def test_two_who_are_booked_are_not_made_one_by_a_press(pair, request_):
    with pytest.raises(errors.TwoAreGoing):
        together.one_is_enough(request_, by=SYSTEM)
    assert fresh(request_).two_go == "safety"


def test_somebody_with_experience_is_chosen_by_hand_and_nobody_is_asked_by_itself(lindeboom, els, jan):
    asked = cast.request(lindeboom, windows=cast.windows(days=3))
    visit = cast.booked(asked, els)
    with clock.travel(clock.now() + timedelta(minutes=5)):
        together.ask_two(asked, "companion", by=SYSTEM)
        outbox.sweep()
        assert sent_to(els)[-1] == "visit.second_sought"
        clockwork.tick()
        assert Offer.objects.filter(volunteer=jan).count() == 0
        with pytest.raises(errors.ChooseCompanion):
            offers.send_wave(asked, by=SYSTEM)
        assert fresh(asked).next_kind == "choose"
        say_yes(cast.offered(asked, jan)[0])
        # The client had heard of Els alone: they say yes before anybody goes.
        assert fresh(visit).held_back_at == clock.now()
        assert kinds_to(asked.client) == ["visit.announce", "visit.announce_two", "visit.client_reminder_two"]
        assert broken() == []


def test_too_near_for_a_second_says_so_and_changes_nothing(lindeboom, els):
    asked = cast.request(lindeboom)
    visit = cast.booked(asked, els)
    with clock.travel(visit.starts_at - timedelta(hours=5)), pytest.raises(errors.TooNearForTwo):
        together.ask_two(asked, "safety", by=SYSTEM)
    assert (fresh(asked).two_go, fresh(visit).needs_second) == ("", False)


def test_each_says_in_and_out_and_the_client_is_asked_once(pair, request_, els, jan):
    first, second = pair
    visits.confirm(first, by=SYSTEM)
    with clock.travel(clockwork.live_through(first.starts_at)):
        assert cast.texts(els, "IN").outcome == "visit.begun"
        assert cast.texts(jan, "IN").outcome == "visit.begun"
        with clock.travel(first.starts_at + timedelta(minutes=50)):
            assert cast.texts(els, "UIT").outcome == "visit.ended"
            assert broken() == []
            # Jan is still inside: somebody finds out.
            with clock.travel(clockwork.live_through(first.ends_at + timedelta(minutes=31))):
                call = CallTask.objects.open().get(kind="visit.alarm")
                assert call.subject_id == second.pk
                cast.texts(jan, "UIT")
                assert CallTask.objects.open().filter(kind="visit.alarm").count() == 0
                assert (fresh(first).follow_up_due is None, fresh(second).follow_up_due) == (False, None)
                with clock.travel(clockwork.live_through(fresh(first).follow_up_due + timedelta(minutes=1))):
                    assert sent_to(request_.client).count("visit.follow_up") == 1
                    followups.note(first, "works", by=SYSTEM)
                    outbox.sweep()
                    assert (sent_to(els)[-1], sent_to(jan)[-1]) == ("plain.solved_thanks", "plain.solved_thanks")
                    assert broken() == []


def test_an_alarm_about_the_second_is_the_next_thing_to_do(pair, request_, els):
    visits.confirm(pair[0], by=SYSTEM)
    with clock.travel(clockwork.live_through(pair[0].starts_at)):
        cast.texts(els, "IN")
        with clock.travel(clockwork.live_through(pair[0].starts_at + timedelta(minutes=21))):
            asked = fresh(request_)
            assert asked.next_kind == "alarm"
            [row] = worklist.rows(asked.organisation)
            assert row.call.subject_id == pair[1].pk
            assert broken() == []


def test_money_seen_by_the_client_is_talked_over_with_both(pair, request_):
    visits.confirm(pair[0], by=SYSTEM)
    with clock.travel(pair[0].starts_at):
        for visit in pair:
            inside.check_in(visit, by=SYSTEM)
            inside.check_out(visit, by=SYSTEM)
        followups.note(pair[0], "works", worries=("money",), by=SYSTEM)
        assert [fresh(visit.volunteer).paused_at is not None for visit in pair] == [True, True]


def test_the_second_came_alone_and_is_followed_up(pair, request_):
    first, second = pair
    visits.confirm(first, by=SYSTEM)
    with clock.travel(clockwork.live_through(first.starts_at + timedelta(minutes=5))):
        inside.check_in(second, by=SYSTEM)
        inside.check_out(second, by=SYSTEM)
        visits.miss(first, by=SYSTEM, reason="nobody_came")
        second = fresh(second)
        assert (second.goes_with, second.follow_up_due is not None) == (None, True)
        assert fresh(request_).next_kind == "report"
        assert broken() == []


def test_nobody_opens_for_two(pair, request_):
    visits.confirm(pair[0], by=SYSTEM)
    with clock.travel(clockwork.live_through(pair[0].starts_at)):
        visits.miss(pair[0], by=SYSTEM, reason="nobody_opened")
        assert set(Visit.objects.values_list("status", flat=True)) == {"missed"}
        assert broken() == []


def test_closing_the_request_tells_both(pair, request_, els, jan):
    openings.close(request_, closing="withdrawn", by=SYSTEM)
    outbox.sweep()
    assert (sent_to(els)[-1], sent_to(jan)[-1]) == ("visit.visit_cancelled", "visit.visit_cancelled")
    assert broken() == []


def test_two_do_not_move_by_one_press(pair):
    with pytest.raises(errors.TwoCannotMove):
        rescheduling.reschedule(pair[0], pair[0].starts_at + timedelta(hours=1), was=pair[0].starts_at, by=SYSTEM)


def test_a_lost_telephone_changes_the_word_of_both(pair, request_, els, jan):
    old = pair[0].word
    lostphones.phone_lost(jan, by=SYSTEM)
    outbox.sweep()
    words = {visit.word for visit in Visit.objects.all()}
    assert (len(words), old in words) == (1, False)
    assert (sent_to(request_.client)[-1], sent_to(els)[-2:]) == (
        "visit.new_word",
        ["visit.accepted", "visit.go_together"],
    )
    assert broken() == []


def test_a_client_without_texts_hears_both_names_by_a_voice(lindeboom, els, jan):
    asked = cast.request(lindeboom, windows=cast.windows(days=3), client={"phone": "02 425 00 11", "channel": "call"})
    together.ask_two(asked, "safety", by=SYSTEM)
    first, _ = [say_yes(offer) for offer in cast.offered(asked, els, jan)]
    [call] = CallTask.objects.open().filter(kind="visit.announce")
    said = calls.script_of(call).sentences.splitlines()
    assert said[1] == "Er komen twee mensen samen: Els en Jan."
    calls.note_outcome(call, "reached", by=SYSTEM)
    assert fresh(first).confirmed_at == clock.now()
    assert broken() == []


def test_one_of_two_who_pauses_is_replaced(pair, els, jan):
    readiness.pause(jan, by=SYSTEM)
    outbox.sweep()
    assert (fresh(pair[0]).needs_second, fresh(pair[1]).status) == (True, "cancelled")
    assert (sent_to(els)[-1], sent_to(jan)[-2:][0]) == ("visit.other_cannot", "visit.go_together")
    assert broken() == []


def test_who_was_one_of_two_and_is_erased_is_named_nowhere(pair, els, jan):
    visits.cancel(pair[1], by=Actor.volunteer(jan), reason="volunteer_cannot")
    outbox.sweep()
    erasing.erase_volunteer(jan, by=SYSTEM)
    theirs = OutboundMessage.objects.filter(subject_id=pair[0].pk, body__isnull=False)
    assert [message.kind for message in theirs if "Jan" in message.body] == []
