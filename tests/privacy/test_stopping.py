"""A yes that is taken back, and what is kept and not used: nothing happens any more, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.privacy import rights, stopping
from digibel.privacy.errors import VisitUnderWay, WhyRestricted
from digibel.privacy.models import Right, RightsRequest
from digibel.requests.models import Client, HelpRequest
from digibel.requests.rectifying import as_draft
from digibel.scheduling import (
    clockwork,
    complaints,
    concerns,
    handovers,
    inside,
    offers,
    openings,
    promises,
    rectifying,
)
from digibel.scheduling.errors import NoOwnYes, Restricted
from digibel.scheduling.models import Concern, Offer, Visit
from digibel.volunteers.models import Volunteer
from privacy.house import followed_up, visit_is_over

pytestmark = pytest.mark.django_db


def broken_promises():
    return [str(finding) for finding in promises.check() if not finding.holds]


def sent_after(house, moment):
    return OutboundMessage.objects.filter(
        recipient=house.client.recipient, status__in=["sent", "delivered"], status_at__gt=moment
    ).count()


def test_yes_taken_back_cancels_the_visit_and_the_volunteer_hears_it(booked):
    stopping.withdraw_consent(booked.client, by=booked.by)
    outbox.sweep()
    booked.visit.refresh_from_db()
    request = HelpRequest.objects.get()
    assert (booked.visit.status, request.is_open, request.next_kind) == ("cancelled", True, "own_yes")
    told = OutboundMessage.objects.get(recipient=booked.volunteer.recipient, kind="visit.visit_cancelled")
    assert told.status == "sent"
    with pytest.raises(NoOwnYes):
        offers.send_wave(request, by=booked.by)
    assert broken_promises() == []


def test_yes_taken_back_can_close_everything(booked):
    stopping.withdraw_consent(booked.client, by=booked.by, close=True)
    assert HelpRequest.objects.get().closed_as == "withdrawn"
    assert booked.client.consents.filter(withdrawn_at=None).count() == 0
    assert broken_promises() == []


def test_new_yes_lets_it_go_on(booked):
    stopping.withdraw_consent(booked.client, by=booked.by)
    openings.note_own_yes(booked.client, language="nl", by=booked.by)
    assert HelpRequest.objects.get().next_kind == "choose"


def test_a_yes_that_comes_with_a_new_question_lets_the_earlier_ones_go_on(booked):
    """It is the client's, and not one question's: nobody rings them for it any more."""
    stopping.withdraw_consent(booked.client, by=booked.by)
    openings.open_request(
        cast.draft(tasks=["wifi-connect"]), organisation=booked.organisation, by=booked.by, client=booked.client
    )
    assert [one.next_kind for one in HelpRequest.objects.all()] == ["choose", "choose"]
    assert not CallTask.objects.open().filter(kind="request.own_yes").exists()
    assert broken_promises() == []


def test_yes_taken_back_while_the_volunteer_is_inside_lets_them_finish(booked):
    with clock.travel(booked.visit.starts_at):
        inside.check_in(booked.visit, by=Actor.volunteer(booked.volunteer))
        stopping.withdraw_consent(booked.client, by=booked.by, close=True)
        request = HelpRequest.objects.get()
        assert (request.is_open, request.next_kind) == (True, "check_out")


def test_yes_taken_back_after_the_visit_asks_nothing_more(booked):
    left = visit_is_over(booked)
    with clock.travel(left + timedelta(hours=1)):
        stopping.withdraw_consent(booked.client, by=booked.by)
    with clock.travel(left + timedelta(days=9)):
        clockwork.tick()
        assert CallTask.objects.open().count() == 0
    assert HelpRequest.objects.get().closed_as == "withdrawn"


def test_nothing_happens_with_what_is_kept_and_not_used(booked):
    stopping.restrict_client(booked.client, "accuracy", by=booked.by)
    outbox.sweep()
    restricted_at = clock.now()
    request = HelpRequest.objects.get()
    assert (request.next_kind, request.next_owner) == ("restricted", "coordinator")
    assert (Visit.objects.get().status, Offer.objects.live().count()) == ("cancelled", 0)
    with clock.travel(clockwork.live_through(clock.now() + timedelta(days=20))):
        assert (sent_after(booked, restricted_at), CallTask.objects.open().count()) == (0, 0)
        with pytest.raises(Restricted):
            offers.send_wave(HelpRequest.objects.get(), by=booked.by)
        with pytest.raises(Restricted):
            openings.open_request(cast.draft(), organisation=booked.organisation, by=booked.by, client=booked.client)
        assert broken_promises() == []
    assert booked.client.first_name == "Zwaluwina"


def test_text_that_is_queued_all_the_same_does_not_leave(booked):
    stopping.restrict_client(booked.client, "claim", by=booked.by)
    outbox.queue_message(
        booked.client.recipient, "plain.stop_confirmed_client", organisation=booked.organisation, subject=booked.request
    )
    outbox.sweep()
    assert OutboundMessage.objects.get(kind="plain.stop_confirmed_client").status == "withdrawn"


def test_after_a_visit_nobody_rings_a_week_later_until_it_is_lifted(booked):
    left = visit_is_over(booked)
    with clock.travel(left + timedelta(hours=1)):
        stopping.restrict_client(booked.client, "objection", by=booked.by)
    with clock.travel(left + timedelta(days=9)):
        clockwork.tick()
        assert (CallTask.objects.open().count(), HelpRequest.objects.get().next_kind) == (0, "restricted")
        assert broken_promises() == []
        stopping.lift(booked.client, by=booked.by, at=booked.organisation)
        clockwork.tick()
        assert OutboundMessage.objects.waiting().get().kind == "visit.follow_up"
        assert (HelpRequest.objects.get().next_kind, broken_promises()) == ("follow_up", [])


def test_what_is_kept_and_not_used_goes_to_no_other_organisation(asked):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    handover = handovers.hand_over(asked, to=sleutel, consent_language="nl", by=SYSTEM)
    stopping.restrict_client(asked.client, "claim", by=SYSTEM)
    handover.refresh_from_db()
    assert (handover.status, Client.objects.of(sleutel).count()) == ("withdrawn", 0)
    assert CallTask.objects.open().filter(organisation=sleutel).count() == 0
    with pytest.raises(Restricted):
        handovers.hand_over(asked, to=sleutel, consent_language="nl", by=SYSTEM)


def test_yes_taken_back_asks_no_other_organisation(asked):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    handover = handovers.hand_over(asked, to=sleutel, consent_language="nl", by=SYSTEM)
    stopping.withdraw_consent(asked.client, by=SYSTEM)
    handover.refresh_from_db()
    assert handover.status == "withdrawn"


def test_what_is_wrong_is_put_right_and_nobody_is_texted_or_rung(lindeboom):
    """What they say is not right is kept and not used until it is put right (art. 18.1.a): that is a deed of theirs."""
    client = cast.request(lindeboom, consent={"given": False}).client
    stopping.restrict_client(client, "accuracy", by=SYSTEM)
    client = Client.objects.select_related("recipient").get(pk=client.pk)
    texts, calls = OutboundMessage.objects.count(), CallTask.objects.open().count()
    right = replace(as_draft(client), street="Nieuwstraat", phone="+32470998877", speaks=("fr",))
    rectifying.correct(client, right, version=client.version, by=SYSTEM)
    assert Client.objects.get(pk=client.pk).street == "Nieuwstraat"
    assert (OutboundMessage.objects.count(), CallTask.objects.open().count()) == (texts, calls)
    stopping.lift(client, by=SYSTEM, at=lindeboom)
    assert [call.kind for call in CallTask.objects.open()] == ["request.own_yes"]
    assert broken_promises() == []


def test_complaint_of_theirs_is_written_down_and_rings_nobody(booked):
    with clock.travel(visit_is_over(booked)):
        stopping.restrict_client(booked.client, "claim", by=SYSTEM)
        calls = CallTask.objects.open().count()
        complaints.note(booked.client, kind="money", text="Mijn bankkaart is weg", visit=booked.visit, by=SYSTEM)
        assert (Concern.objects.count(), CallTask.objects.open().count()) == (1, calls)


def test_lifted_the_search_can_begin_again(asked):
    by = Actor.staff(asked.organisation.staff.get())
    stopping.restrict_client(asked.client, "unlawful", by=by)
    stopping.lift(asked.client, by=by, at=asked.organisation)
    assert HelpRequest.objects.get().next_kind == "choose"
    assert cast.offered(HelpRequest.objects.get(), cast.volunteer(asked.organisation))


def test_nobody_is_restricted_in_the_middle_of_a_visit_or_without_a_reason(booked):
    with pytest.raises(WhyRestricted):
        stopping.restrict_client(booked.client, "", by=booked.by)
    with clock.travel(booked.visit.starts_at):
        inside.check_in(booked.visit, by=Actor.volunteer(booked.volunteer))
        with pytest.raises(VisitUnderWay):
            stopping.restrict_client(booked.client, "claim", by=booked.by)


def test_restricted_volunteer_is_asked_nothing(booked):
    stopping.restrict_volunteer(booked.volunteer, "objection", by=booked.by, at=booked.organisation)
    outbox.sweep()
    booked.visit.refresh_from_db()
    assert booked.visit.status == "cancelled"
    request = HelpRequest.objects.get()
    els = cast.volunteer(booked.organisation)
    assert [one.volunteer_id for one in offers.send_wave(request, by=booked.by)] == [els.pk]
    assert broken_promises() == []


@pytest.mark.parametrize("reported", [False, True])
def test_nobody_asks_a_restricted_volunteer_again_before_it_is_lifted(booked, reported):
    """Whoever presses *offers may come again*, or decides about what a client reported."""
    volunteer = booked.volunteer
    concern = concerns.raise_concern(booked.visit, ["money"], by=booked.by) if reported else None
    stopping.restrict_volunteer(volunteer, "claim", by=booked.by, at=booked.organisation)
    if concern is not None:
        concerns.decide(concern, "goes_on", note="Een misverstand", by=booked.by)
    with pytest.raises(Restricted):
        concerns.resume(volunteer, by=booked.by)
    assert Volunteer.objects.get(pk=volunteer.pk).paused_at is not None
    stopping.lift(volunteer, by=booked.by, at=booked.organisation)
    concerns.resume(volunteer, by=booked.by)
    assert Volunteer.objects.get(pk=volunteer.pk).paused_at is None


def test_who_when_and_why_stand_in_the_audit(asked):
    by = Actor.staff(asked.organisation.staff.get())
    stopping.restrict_client(asked.client, "claim", by=by)
    stopping.lift(asked.client, by=by, at=asked.organisation)
    stopping.withdraw_consent(asked.client, by=by)
    told = Event.objects.filter(subject_id=str(asked.client.pk), actor=str(by)).order_by("id")
    assert [(one.verb, one.facts) for one in told] == [
        ("person.restricted", {"why": "claim"}),
        ("restriction.lifted", {}),
        ("consent.withdrawn", {}),
    ]


# --- the register -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-01-31", "2026-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2026-12-15", "2027-01-15"),
        ("2026-08-31", "2026-09-30"),
    ],
)
def test_answer_is_due_a_month_later(received, due):
    from datetime import date

    assert rights.a_month_after(date.fromisoformat(received)) == date.fromisoformat(due)


def test_what_was_asked_is_answered_by_the_deed(booked):
    with clock.travel(followed_up(booked)):
        client = booked.client
        for right in (Right.WITHDRAWAL, Right.RESTRICTION, Right.ACCESS):
            rights.note_request(client, right, organisation=booked.organisation, by=booked.by)
        stopping.withdraw_consent(client, by=booked.by)
        stopping.restrict_client(client, "claim", by=booked.by)
        assert set(RightsRequest.objects.filter(done_at=None).values_list("right", flat=True)) == {"access"}
        # What they asked stays on the list, also now that nobody else may ring them.
        assert CallTask.objects.open().get().kind == "privacy.request"
