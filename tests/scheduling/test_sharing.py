"""A telephone of two people: STOP asks who, and never silences both."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.desk import conversations
from digibel.notifications.models import OutboundMessage, Recipient

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return cast.mobile()


@pytest.fixture
def guido(lindeboom, number):
    return cast.request(lindeboom, client={"phone": number}).client


@pytest.fixture
def els(lindeboom, number, guido):
    """She lives with Guido, helps others, and was texted just now."""
    els = cast.volunteer(lindeboom, number=number)
    cast.offered(cast.request(lindeboom), els)
    return els


def stopped():
    return sorted(Recipient.objects.filter(stopped_at__isnull=False).values_list("kind", flat=True))


def asked():
    return [message.body for message in OutboundMessage.objects.filter(kind="plain.stop_who").order_by("created_at")]


def number_of(name):
    """The digit behind which this name stands in the question."""
    return asked()[-1].partition(f" = {name}")[0][-1]


@pytest.mark.parametrize("said", ["STOP", "stop aub", "ARRET", "قف", "STOPP"])
def test_stop_asks_who_and_silences_nobody_yet(els, said):
    message = cast.texts(els, said)
    assert (message.outcome.partition("_")[0], message.status, stopped()) == ("stop.who", "inbox", [])
    assert ("Guido" in asked()[0], "Els" in asked()[0]) == (True, True)


@pytest.mark.parametrize(("name", "kind"), [("Els", "volunteer"), ("Guido", "client")])
def test_the_digit_stops_one_at_once_and_it_is_confirmed_once(els, name, kind):
    cast.texts(els, "STOP")
    answer = cast.texts(els, number_of(name))
    assert (answer.outcome, answer.status, stopped()) == ("stopped", "inbox", [kind])
    assert OutboundMessage.objects.filter(kind__startswith="plain.stop_confirmed").count() == 1


@pytest.mark.parametrize("said", ["3", "0", "12", "ja", "Els", "1 en 2", "1?", "dank u"])
def test_a_doubtful_answer_silences_nobody(els, said):
    cast.texts(els, "STOP")
    cast.texts(els, said)
    assert stopped() == []


def test_stop_said_again_asks_about_whoever_is_left_and_does_not_silence_them(els):
    cast.texts(els, "STOP")
    cast.texts(els, number_of("Els"))
    with clock.travel(clock.now() + timedelta(minutes=1)):
        cast.texts(els, "STOP")
    assert (stopped(), "Els" in asked()[-1], len(asked())) == (["volunteer"], False, 2)
    with clock.travel(clock.now() + timedelta(minutes=2)):
        cast.texts(els, "1")
        assert stopped() == ["client", "volunteer"]
        assert (cast.texts(els, "STOP").outcome, len(asked())) == ("stopped", 2)


def test_a_number_means_nobody_once_others_live_there(els, lindeboom, number):
    cast.texts(els, "STOP")
    cast.volunteer(lindeboom, name="Ada", number=number)
    cast.texts(els, "1")
    assert stopped() == []


def test_a_number_means_nobody_days_later_or_after_another_word(els):
    cast.texts(els, "STOP")
    with clock.travel(clock.now() + timedelta(days=4)):
        cast.texts(els, "1")
    assert stopped() == []
    cast.texts(els, "STOP")
    with clock.travel(clock.now() + timedelta(minutes=1)):
        cast.texts(els, "bedankt")
    with clock.travel(clock.now() + timedelta(minutes=2)):
        cast.texts(els, "1")
    assert stopped() == []


def test_two_of_one_name_are_told_apart_by_a_person(els, lindeboom, number):
    cast.volunteer(lindeboom, name="Els", number=number)
    message = cast.texts(els, "STOP")
    assert (message.status, asked(), stopped()) == ("inbox", [], [])


def test_start_brings_back_the_one_who_had_stopped(els):
    cast.texts(els, "STOP")
    cast.texts(els, number_of("Els"))
    assert (cast.texts(els, "START").outcome, stopped()) == ("started", [])


def test_an_answer_to_an_offer_is_still_one(els):
    assert cast.texts(els, "nee").outcome == "offer.declined"


def test_the_inbox_says_what_we_asked(els):
    message = cast.texts(els, "STOP")
    assert str(conversations.Waiting(message).why).startswith("Zei STOP op een nummer van meer dan een persoon.")
