"""The volunteer's view closes, and with it what we texted; a lost telephone opens nothing."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import outbox, phrasebook
from digibel.notifications.errors import NotANumber, NoTextsThere
from digibel.notifications.models import CallTask, OutboundMessage, Recipient
from digibel.scheduling import (
    announcing,
    calendars,
    cards,
    clockwork,
    doorstep,
    inside,
    lostphones,
    offers,
    openings,
    policies,
    visits,
)
from digibel.scheduling.errors import CardClosed, NoSuchCard, NotACandidate, NumberSetAside
from digibel.scheduling.models import Offer, Visit
from digibel.scheduling.policies import Seen
from digibel.sealing import keys
from digibel.volunteers.models import Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom, sms_only=True)


@pytest.fixture
def visit(lindeboom, els):
    return cast.booked(cast.request(lindeboom), els)


def fresh(visit):
    return Visit.objects.select_related("client", "volunteer").get(pk=visit.pk)


def bodies(visit):
    return [message.body for message in OutboundMessage.objects.about(visit)]


def gone_through(visit, els):
    by = Actor.volunteer(els)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=by)
    with clock.travel(visit.starts_at + timedelta(minutes=50)):
        inside.check_out(visit, by=by)
    return visit.starts_at + timedelta(minutes=50)


# --- E7: in steps ---------------------------------------------------------------------------------------------------


def test_view_opens_with_the_rules_and_closes_a_day_after_check_out(visit, els):
    assert policies.volunteer_sees(fresh(visit)) == Seen.AREA
    doorstep.read_rules(visit, by=Actor.volunteer(els))
    assert policies.volunteer_sees(fresh(visit)) == Seen.DOOR
    left = gone_through(visit, els)
    for after, seen in ((timedelta(hours=23, minutes=59), Seen.DOOR), (timedelta(hours=24), Seen.NOTHING)):
        with clock.travel(left + after):
            assert policies.volunteer_sees(fresh(visit)) == seen


def cancel(visit):
    visits.cancel(visit, by=SYSTEM, reason="organisation")


def miss(visit):
    with clock.travel(visit.starts_at):
        visits.miss(visit, by=SYSTEM, reason="nobody_opened")


def gone(visit):
    openings.note_gone(visit.client, by=SYSTEM)


def leave(visit):
    Volunteer.objects.filter(pk=visit.volunteer_id).update(left_at=clock.now())


def erase_client(visit):
    keys.destroy(visit.client.key_id)


def erase_volunteer(visit):
    keys.destroy(visit.volunteer.key_id)


@pytest.mark.parametrize("deed", [cancel, miss, gone, leave, erase_client, erase_volunteer])
def test_view_closes_at_once_when_there_is_nothing_to_go_to(visit, deed):
    token = cards.token(visit)
    deed(visit)
    keys.cache.clear()
    with pytest.raises((CardClosed, NoSuchCard)):
        cards.open_card(token)


def test_view_closes_by_itself_when_nobody_checks_out(visit, els):
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=Actor.volunteer(els))
    token = cards.token(visit)
    with clock.travel(visit.ends_at + timedelta(hours=47, minutes=59)):
        assert cards.open_card(token) == visit
    with clock.travel(visit.ends_at + timedelta(hours=48)), pytest.raises(CardClosed):
        cards.open_card(token)


# --- the message log ------------------------------------------------------------------------------------------------


def test_street_and_word_leave_the_message_log_when_the_card_closes(visit, els):
    assert any("Theodorstraat" in body for body in bodies(visit))
    assert any(visit.word in body for body in bodies(visit))
    left = gone_through(visit, els)
    clockwork.live_through(left + timedelta(hours=23))
    assert any("Theodorstraat" in body for body in bodies(visit))
    with clock.travel(left + timedelta(hours=24, seconds=1)):
        clockwork.tick()
    assert set(bodies(visit)) == {None}
    [event] = Event.objects.about(visit).filter(verb="card.closed")
    assert event.facts == {"texts": len(bodies(visit))}


@pytest.mark.parametrize("deed", [cancel, miss])
def test_what_did_not_take_place_is_scrubbed_a_day_later(visit, deed, now):
    deed(visit)
    with clock.travel(visit.starts_at + timedelta(hours=25)):
        clockwork.tick()
    still = OutboundMessage.objects.about(visit).exclude(status="queued")
    assert {message.body for message in still} == {None}


def test_texts_of_who_was_erased_are_no_trouble(visit, els):
    left = gone_through(visit, els)
    keys.destroy(els.key_id)
    keys.cache.clear()
    with clock.travel(left + timedelta(hours=25)):
        cards.close(visit.pk)
        cards.close(visit.pk)


def test_a_card_that_is_still_open_is_not_closed_by_an_early_bell(visit, els):
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=Actor.volunteer(els))
        cards.close(visit.pk)
    assert any("Theodorstraat" in body for body in bodies(visit))


# --- a lost telephone -----------------------------------------------------------------------------------------------


@pytest.fixture
def sleutel():
    return cast.organisation("De Sleutel", sms_number="+32460000002")


@pytest.fixture
def second(sleutel, els):
    """At another organisation, two days later."""
    cast.make_ready(els, sleutel)
    return cast.booked(cast.request(sleutel, windows=cast.windows(days=3)), els)


@pytest.mark.parametrize("chosen", [min, max])
def test_no_word_that_was_on_the_telephone_comes_back_at_another_door(visit, second, els, monkeypatch, chosen):
    """Where few words are left, the word of the one visit must not become that of the other."""
    on_it = {visit.word.lower(), second.word.lower()}
    new = sorted(set(phrasebook.codewords_for(client="nl", volunteer="nl")) - on_it)[:2]
    few = [*sorted(on_it), *new]
    monkeypatch.setattr(announcing.phrasebook, "codewords_for", lambda **languages: few)
    monkeypatch.setattr(announcing.secrets, "choice", chosen)
    lostphones.phone_lost(els, by=SYSTEM)
    assert {fresh(one).word for one in (visit, second)} == {word.upper() for word in new}


def test_one_press_closes_every_card_changes_every_word_and_the_clients_hear_it(visit, second, els, sleutel):
    old = {one.pk: (cards.token(one), one.word) for one in (visit, second)}
    feed = calendars.token(els)
    assert lostphones.phone_lost(els, by=SYSTEM) == 2
    for one in map(fresh, (visit, second)):
        token, word = old[one.pk]
        with pytest.raises(NoSuchCard):
            cards.open_card(token)
        assert one.word not in {"", word}
        waiting = OutboundMessage.objects.about(one).waiting()
        assert {text.recipient_id for text in waiting} == {one.client.recipient_id}
        assert next(text.kind for text in waiting.order_by("not_before")) == "visit.new_word"
        assert all(one.word in text.body and word not in text.body for text in waiting)
    els.refresh_from_db()
    assert calendars.token(els) != feed
    calls = CallTask.objects.open().filter(kind="visit.phone_lost")
    assert {call.organisation_id for call in calls} == {visit.request.organisation_id, sleutel.pk}
    assert Event.objects.get(verb="volunteer.phone_lost").facts == {"cards": 2, "number_changed": False}


def test_with_a_new_number_the_booking_is_told_anew_and_only_there(visit, els):
    old, number = els.recipient.number, cast.mobile()
    lostphones.phone_lost(els, by=SYSTEM, number=number)
    els.recipient.refresh_from_db()
    assert els.recipient.number == number != old
    [text] = OutboundMessage.objects.about(visit).waiting().filter(kind="visit.accepted_sms_only")
    assert fresh(visit).word in text.body
    assert cast.texts(old, "JA").recipient_id != els.recipient_id


def test_without_a_new_number_nothing_goes_to_the_lost_telephone_and_nothing_from_it_counts(lindeboom, visit, els):
    lostphones.phone_lost(els, by=SYSTEM)
    read, known = cast.telephone(els), Recipient.objects.get(pk=els.recipient_id)
    assert known.number_is_wrong
    with pytest.raises(NumberSetAside):
        cards.send_link(fresh(visit), by=SYSTEM)
    with pytest.raises(NotACandidate):
        offers.send_wave(cast.request(lindeboom), by=SYSTEM, volunteers=[els])
    assert cast.texts(known.number, "ANNULEER").recipient_id != els.recipient_id
    assert fresh(visit).status == "booked"
    with clock.travel(clock.now() + timedelta(minutes=10)):
        clockwork.tick()
        outbox.sweep()
    assert cast.telephone(els) == read
    assert OutboundMessage.objects.filter(kind="visit.new_word").count() == 1


def test_the_same_number_on_another_telephone_is_theirs_again(visit, els):
    lostphones.phone_lost(els, by=SYSTEM)
    lostphones.phone_lost(els, by=SYSTEM, number=els.recipient.number)
    assert not Recipient.objects.get(pk=els.recipient_id).number_is_wrong
    assert OutboundMessage.objects.about(visit).waiting().filter(kind="visit.accepted_sms_only").exists()


@pytest.mark.parametrize("number", ["02 425 11 22", "12", "een nieuw"])
def test_a_number_that_cannot_be_texted_changes_nothing(visit, els, number):
    with pytest.raises((NotANumber, NoTextsThere)):
        lostphones.phone_lost(els, by=SYSTEM, number=number)
    assert cards.open_card(cards.token(visit)) == visit


def test_what_they_were_asked_ends(lindeboom, els):
    [offer] = cast.offered(cast.request(lindeboom), els)
    assert lostphones.phone_lost(els, by=SYSTEM) == 0
    assert Offer.objects.get(pk=offer.pk).status == "withdrawn"


def test_a_client_who_is_rung_hears_it_by_voice(lindeboom, els):
    told = {"channel": "call", "phone": "02 425 11 22"}
    visit = cast.booked(cast.request(lindeboom, client=told), els)
    visits.confirm(visit, by=SYSTEM)
    lostphones.phone_lost(els, by=SYSTEM)
    [call] = CallTask.objects.open().about(visit).filter(kind="visit.new_word")
    assert (call.urgent, call.recipient) == (True, visit.client.recipient)


def test_pressed_twice_it_is_harmless(visit, els):
    lostphones.phone_lost(els, by=SYSTEM)
    lostphones.phone_lost(els, by=SYSTEM)
    assert CallTask.objects.open().about(visit).filter(kind="visit.phone_lost").count() == 1
    word = fresh(visit).word
    live = OutboundMessage.objects.about(visit).waiting()
    assert all(word in text.body for text in live)
