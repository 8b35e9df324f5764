"""Only who is ready is sent; who is not any more, is replaced the same minute, and the client hears it."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.scheduling import clockwork, followups, inside, readiness, visits, worklist
from digibel.scheduling.models import Move, Offer, Visit
from digibel.volunteers import pool
from digibel.volunteers import readiness as met
from digibel.volunteers.models import Readiness, Requirement

pytestmark = pytest.mark.django_db


def kinds_sent(person):
    sent = OutboundMessage.objects.filter(recipient=person.recipient, status="sent")
    return sorted(sent.values_list("kind", flat=True))


@pytest.mark.parametrize("requirement", Requirement.values)
@pytest.mark.guardrail("E10")
def test_losing_a_requirement_opens_the_visit_again_at_once(lindeboom, els, requirement):
    request = cast.request(lindeboom)
    visit = cast.booked(request, els)
    by = Actor.staff(lindeboom.staff.get())
    assert readiness.lose_readiness(els, lindeboom, requirement, last_day=clock.today(), by=by) == 1
    outbox.sweep()
    visit.refresh_from_db()
    request.refresh_from_db()
    assert (visit.status, visit.word, visit.card_digest) == ("cancelled", "", "")
    assert Move.objects.filter(subject_id=visit.pk, became="cancelled").get().reason == "not_ready"
    assert request.next_kind == "choose"
    # She had the announcement, so she hears that it is off; and so does the volunteer.
    assert kinds_sent(visit.client) == ["visit.announce", "visit.client_visit_cancelled"]
    assert kinds_sent(els) == ["offer.offer_one", "visit.accepted", "visit.visit_cancelled"]
    assert worklist.differences() == []


def test_what_still_holds_on_the_day_of_the_visit_stands(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    day = clock.local(visit.starts_at).date()
    assert readiness.lose_readiness(els, lindeboom, "insurance", last_day=day, by=SYSTEM) == 0
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_readiness_is_per_insuring_organisation(lindeboom):
    sleutel = cast.organisation("De Sleutel")
    els = cast.volunteer(lindeboom, sleutel)
    visit = cast.booked(cast.request(lindeboom), els)
    assert readiness.lose_readiness(els, sleutel, "insurance", last_day=clock.today(), by=SYSTEM) == 0
    assert Visit.objects.get(pk=visit.pk).status == "booked"


def test_losing_readiness_ends_what_was_asked_and_asks_the_next(lindeboom, els):
    [offer] = cast.offered(cast.request(lindeboom), els)
    ayse = cast.volunteer(lindeboom, name="Ayse")
    readiness.lose_readiness(els, lindeboom, "training", last_day=clock.today(), by=SYSTEM)
    assert Offer.objects.get(pk=offer.pk).status == "withdrawn"
    clockwork.tick()
    assert Offer.objects.live().get().volunteer == ayse


@pytest.mark.parametrize("deed", ["pause", "leave", "delete a requirement", "end a requirement elsewhere"])
@pytest.mark.guardrail("E10")
def test_by_whatever_door_it_is_lost_the_clock_sees_it_the_same_minute(lindeboom, els, deed):
    visit = cast.booked(cast.request(lindeboom), els)
    if deed == "pause":
        pool.pause(els, by=SYSTEM)
    elif deed == "leave":
        type(els).objects.update(left_at=clock.now())
    elif deed == "delete a requirement":
        Readiness.objects.filter(requirement="adult").delete()
    else:
        met.end(els, lindeboom, "discretion", last_day=clock.today(), by=SYSTEM)
    clockwork.tick()
    visit.refresh_from_db()
    assert visit.status == "cancelled"


@pytest.mark.guardrail("E10")
def test_a_visit_that_breaks_leaves_nobody_else_booked_who_may_not_go(lindeboom, els, monkeypatch, caplog):
    zoe = cast.volunteer(lindeboom, name="Zoe")
    stuck, other = cast.booked(cast.request(lindeboom), els), cast.booked(cast.request(lindeboom), zoe)
    Readiness.objects.filter(requirement="insurance").delete()
    cancel = visits.cancel
    monkeypatch.setattr(visits, "cancel", lambda visit, **how: 1 // 0 if visit == stuck else cancel(visit, **how))
    clockwork.tick()
    assert [Visit.objects.get(pk=visit.pk).status for visit in (stuck, other)] == ["booked", "cancelled"]
    assert [(record.message, record.id) for record in caplog.records] == [("visit failed", str(stuck.pk))]


def test_stop_keeps_the_visit_that_was_promised(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    assert cast.texts(els, "STOP").outcome == "stopped"
    clockwork.tick()
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_visit_under_way_goes_on(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    with clock.travel(clockwork.live_through(visit.starts_at)):
        inside.check_in(visit, by=SYSTEM)
        assert readiness.pause(els, by=SYSTEM) == 0
        visit.refresh_from_db()
        assert visit.status == "under_way"


@pytest.mark.parametrize(
    ("worries", "pauses", "talk"),
    [
        ((), False, False),
        (("came_back",), False, True),
        (("money",), True, True),
        (("code_seen", "came_back"), True, True),
    ],
)
@pytest.mark.guardrail("E8", "Z8")
def test_what_a_client_tells_about_money_pauses_the_volunteer_and_coming_back_is_a_talk(
    lindeboom, els, worries, pauses, talk
):
    done = cast.booked(cast.request(lindeboom, always_home=True, windows=[]), els)
    with clock.travel(clockwork.live_through(done.starts_at)):
        inside.check_in(done, by=SYSTEM)
        inside.check_out(done, by=SYSTEM)
    with clock.travel(clockwork.live_through(done.starts_at + timedelta(days=7))):
        other = cast.booked(cast.request(lindeboom), els)
        followups.note(done, "works", by=SYSTEM, worries=worries)
        els.refresh_from_db()
        other.refresh_from_db()
        assert els.paused_at == (clock.now() if pauses else None)
        assert other.status == ("cancelled" if pauses else "booked")
        assert CallTask.objects.open().about(done).filter(kind="visit.not_ok").exists() is talk
