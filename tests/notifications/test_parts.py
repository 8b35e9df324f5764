"""Long texts that come in as parts: any order, twice, one missing, one erased, a secret across the seam."""

import itertools
from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.notifications import parts, tasks
from digibel.notifications.gateways.base import InboundText, Place
from digibel.notifications.models import InboundMessage, InboundPart
from digibel.sealing import keys

pytestmark = pytest.mark.django_db

LATE = timedelta(minutes=10)


@pytest.fixture
def els(frozen_clock):
    return cast.volunteer(cast.organisation(), name="Els")


def part(els, text, number, *, total=3, reference=7):
    told = InboundText(f"{reference}-{number}", els.recipient.number, cast.SMS_NUMBER, text)
    return parts.receive_part("smpp", told, Place(reference, total, number))


def received():
    return [(one.body, one.status, one.outcome) for one in InboundMessage.objects.order_by("received_at")]


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_in_any_order_and_told_twice_it_is_one_text(els, order):
    words = {1: "Ja ", 2: "maar ", 3: "niet alleen"}
    told = [part(els, words[number], number) for number in [*order[:2], order[0], *order, *order]]
    assert [one for one in told if one] == [InboundMessage.objects.get()]
    assert received() == [("Ja maar niet alleen", "received", "")]
    assert set(InboundPart.objects.values_list("body", flat=True)) == {None}


def test_what_is_there_of_a_text_goes_to_a_person_in_the_end(els, frozen_clock):
    part(els, "Ja ", 1)
    part(els, "alleen", 3)
    with clock.travel(frozen_clock + LATE - timedelta(seconds=1)):
        assert parts.give_up_waiting() == 0
    with clock.travel(frozen_clock + LATE):
        tasks.pick_up_lost()
        assert received() == [("Ja  […] alleen", "inbox", "incomplete")]
        assert parts.give_up_waiting() == 0


def test_a_missing_part_that_comes_too_late_goes_to_a_person_too(els, frozen_clock):
    part(els, "Ja ", 1, total=2)
    with clock.travel(frozen_clock + LATE):
        parts.give_up_waiting()
        part(els, "maar niet", 2, total=2)
    with clock.travel(frozen_clock + 2 * LATE):
        parts.give_up_waiting()
    assert received() == [("Ja  […]", "inbox", "incomplete"), ("[…] maar niet", "inbox", "incomplete")]


def test_texts_of_others_and_other_texts_are_not_mixed(els):
    ayse = cast.volunteer(name="Ayse")
    part(els, "a", 1, total=2)
    part(ayse, "b", 2, total=2)
    part(els, "c", 2, total=2, reference=8)
    assert InboundMessage.objects.count() == 0
    part(els, "d", 2, total=2)
    assert received() == [("ad", "received", "")]


def test_a_reference_used_again_is_another_text(els):
    part(els, "Ja ", 1, total=2)
    part(els, "Nee ", 1, total=2)
    part(els, "dank u", 2, total=2)
    assert sorted(received()) == [("Ja  […]", "inbox", "incomplete"), ("Nee dank u", "received", "")]


def test_a_code_across_the_seam_leaves_no_digit(els):
    part(els, "De pincode is 47", 1, total=2)
    part(els, "11, tot straks", 2, total=2)
    part(els, "De pincode is 4711", 1, total=2, reference=8)
    part(els, "23, tot straks", 2, total=2, reference=8)
    assert [body for body, _, _ in received()] == ["De pincode is [SECRET], tot straks"] * 2
    assert set(InboundMessage.objects.values_list("held_secret", flat=True)) == {True}


def test_of_somebody_who_was_erased_meanwhile_nothing_is_left(els, frozen_clock):
    part(els, "Ja ", 1)
    keys.destroy(els.recipient.key_id)
    with clock.travel(frozen_clock + LATE):
        parts.give_up_waiting()
    assert (received(), set(InboundPart.objects.values_list("body", flat=True))) == ([], {None})


def test_places_are_forgotten_after_an_hour(els, frozen_clock):
    for number in (1, 2):
        part(els, "x", number, total=2)
    with clock.travel(frozen_clock + timedelta(hours=1)):
        parts.give_up_waiting()
    assert InboundPart.objects.count() == 0
