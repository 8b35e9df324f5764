"""Vermin, aggression: nobody is asked and nobody goes, until a person of the staff says why a volunteer may."""

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests import errors as refusals
from digibel.requests.models import Client, HelpRequest, StaffFirst
from digibel.requests.stafffirst import NoReasonToRelease, NotHeld
from digibel.scheduling import (
    clockwork,
    errors,
    handovers,
    inside,
    merging,
    offers,
    openings,
    promises,
    stafffirst,
)
from digibel.scheduling.models import Offer, Visit

pytestmark = pytest.mark.django_db

CARD = "4539 1488 0343 6467"


@pytest.fixture
def held(lindeboom):
    return cast.request(lindeboom, staff_first=["pests"])


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def in_order():
    assert [str(one) for one in promises.check() if not one.holds] == []


def test_told_at_intake_it_waits_for_staff_and_nobody_is_asked(lindeboom, held):
    els = cast.volunteer(lindeboom)
    assert (held.next_kind, held.next_owner) == ("staff_first", "coordinator")
    for volunteers in (None, [els]):
        with pytest.raises(errors.StaffFirst):
            offers.send_wave(held, by=SYSTEM, volunteers=volunteers)
    clockwork.tick()
    assert Offer.objects.count() == 0
    in_order()


def test_it_holds_for_whatever_they_ask_and_for_both_parts(lindeboom, held):
    again = openings.open_request(cast.draft(), organisation=lindeboom, by=SYSTEM, client=held.client)[0]
    assert (again.next_kind, StaffFirst.objects.count()) == ("staff_first", 1)
    split = openings.open_request(
        cast.draft(tasks=["video-call", "benefits"], staff_first=["aggression"]), organisation=lindeboom, by=SYSTEM
    )
    assert [one.next_kind for one in map(fresh, split)] == ["staff_first", "refer"]
    in_order()


def test_it_holds_for_the_person_whatever_row_a_program_adds(lindeboom):
    somebody = {"phone": "+32475112298"}
    cast.request(lindeboom, staff_first=["pests", "aggression"], client=somebody)
    again = cast.request(lindeboom, client={**somebody, "first_name": "GUIDO"})
    assert fresh(again).next_kind == "staff_first"
    added = openings.add_client(cast.draft(client=somebody).client, organisation=lindeboom, by=SYSTEM)
    assert added.staff_first.standing().get().codes == again.client.staff_first.standing().get().codes
    assert cast.request(lindeboom, client={**somebody, "first_name": "Riet"}).next_kind == "choose"
    in_order()


def test_of_two_made_one_either_reason_keeps_volunteers_away(lindeboom, held):
    other = cast.request(lindeboom, staff_first=["aggression"]).client
    merging.merge(held.client, other, by=SYSTEM)
    assert set(held.client.staff_first.standing().get().codes) == {"pests", "aggression"}


def test_their_own_yes_comes_before_it(lindeboom):
    asked = cast.request(lindeboom, staff_first=["pests"], consent=None, caller="family")
    assert asked.next_kind == "own_yes"
    openings.note_own_yes(asked.client, language="nl", by=SYSTEM)
    assert fresh(asked).next_kind == "staff_first"


def test_released_with_a_reason_the_search_begins(lindeboom, held):
    by = Actor.staff(lindeboom.staff.get())
    stafffirst.release(held.client, reason=f"De firma is geweest, {CARD}", by=by)
    row = StaffFirst.objects.get()
    assert (row.released_by, row.reason) == (str(by), "De firma is geweest, [CARD]")
    assert fresh(held).next_kind == "choose"
    assert cast.booked(held, cast.volunteer(lindeboom)).status == "booked"
    in_order()


@pytest.mark.parametrize("reason", ["", "   ", "\x00"])
def test_without_a_reason_nothing_is_released(held, reason):
    with pytest.raises(NoReasonToRelease):
        stafffirst.release(held.client, reason=reason, by=SYSTEM)
    assert fresh(held).next_kind == "staff_first"


def test_released_twice_is_told(held):
    stafffirst.release(held.client, reason="Opgelost", by=SYSTEM)
    with pytest.raises(NotHeld):
        stafffirst.release(held.client, reason="Nog eens", by=SYSTEM)
    assert StaffFirst.objects.get().reason == "Opgelost"


def test_heard_later_offers_end_and_the_visit_is_cancelled_and_both_hear_it_and_not_why(lindeboom):
    els, an = cast.volunteer(lindeboom), cast.volunteer(lindeboom, name="An")
    visit = cast.booked(cast.request(lindeboom), els)
    [offer] = offers.send_wave(
        openings.open_request(cast.draft(), organisation=lindeboom, by=SYSTEM, client=visit.client)[0],
        by=SYSTEM,
        volunteers=[an],
    )
    stafffirst.note(visit.client, ["aggression"], by=SYSTEM)
    assert (fresh(visit).status, fresh(offer).status) == ("cancelled", "withdrawn")
    assert {one.next_kind for one in HelpRequest.objects.all()} == {"staff_first"}
    told = OutboundMessage.objects.filter(recipient__in=[els.recipient, an.recipient]).order_by("created_at", "pk")
    assert "visit.visit_cancelled" in {one.kind for one in told}
    assert not any("agress" in (one.body or "").casefold() for one in OutboundMessage.objects.all())
    in_order()


def test_whoever_is_inside_finishes_and_is_rung_at_once(lindeboom):
    els = cast.volunteer(lindeboom)
    visit = cast.booked(cast.request(lindeboom), els)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=Actor.volunteer(els))
        stafffirst.note(visit.client, ["aggression"], by=SYSTEM)
        call = CallTask.objects.open().get(kind="visit.ring_me")
        assert (fresh(visit).status, call.recipient, call.urgent) == ("under_way", els.recipient, True)


def test_a_yes_that_was_on_its_way_books_nothing(lindeboom):
    asked = cast.request(lindeboom)
    [offer] = cast.offered(asked, cast.volunteer(lindeboom))
    stafffirst.note(asked.client, ["pests"], by=SYSTEM)
    with pytest.raises(errors.OfferGone):
        offers.accept(fresh(offer), 1, by=SYSTEM)
    assert Visit.objects.count() == 0


@pytest.mark.parametrize("why", [[], ["smell"], ["pests", "smell"]])
def test_only_what_is_in_the_list_is_noted(lindeboom, why):
    asked = cast.request(lindeboom)
    with pytest.raises(refusals.NotOneOf):
        stafffirst.note(asked.client, why, by=SYSTEM)
    assert StaffFirst.objects.count() == 0


def test_said_twice_it_is_one_and_the_audit_does_not_say_what(lindeboom, held):
    stafffirst.note(held.client, ["aggression"], by=SYSTEM)
    assert StaffFirst.objects.get().codes == ["pests", "aggression"]
    events = Event.objects.about(held.client).filter(verb="client.staff_first")
    assert [event.facts for event in events] == [{}, {}]


def test_the_database_refuses_a_second_one_and_a_release_by_nobody(held):
    row = StaffFirst.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffFirst.objects.create(client=row.client, key_id=row.key_id, why="pests", noted_at=clock.now(), noted_by="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffFirst.objects.update(released_at=clock.now())


def test_the_organisation_that_takes_it_over_looks_first_too(lindeboom, held):
    tilleul = cast.organisation("Le Tilleul", sms_number="+32460000002")
    handovers.hand_over(held, to=tilleul, consent_language="nl", by=SYSTEM)
    theirs = handovers.accept(handovers.Handover.objects.get(), by=SYSTEM)
    assert (fresh(theirs).next_kind, StaffFirst.objects.filter(client=theirs.client).count()) == ("staff_first", 1)
    in_order()


@pytest.mark.parametrize("both", [False, True])
def test_made_one_with_somebody_who_is_held_nobody_goes_to_either(lindeboom, held, both):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    kept = Client.objects.get(pk=visit.client_id)
    if both:
        stafffirst.note(kept, ["aggression"], by=SYSTEM)
    merging.merge(kept, held.client, by=SYSTEM)
    assert (fresh(visit).status, fresh(visit.request).next_kind, fresh(held).next_kind) == (
        "cancelled",
        "staff_first",
        "staff_first",
    )
    assert StaffFirst.objects.standing().filter(client=kept).count() == 1
    in_order()
