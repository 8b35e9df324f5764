"""The page on which a coordinator decides, and the doors by which a report comes in."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications.models import CallTask
from digibel.scheduling import clockwork, concerns, inside, reports
from digibel.scheduling.models import Concern, Report, Visit
from digibel.volunteers.models import Volunteer
from plugins.worlds import NOW, a_copy, built_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    yield from built_once(django_db_blocker, _world)


def _world():
    """A visit of today that is over."""
    with clock.travel(NOW):
        lindeboom = cast.organisation()
        visit = cast.booked(cast.request(lindeboom, always_home=True, windows=[]), cast.volunteer(lindeboom))
        with clock.travel(clockwork.live_through(visit.starts_at + timedelta(hours=1))):
            inside.check_in(visit, by=SYSTEM)
            inside.check_out(visit, by=SYSTEM)
    return {"lindeboom": lindeboom, "visit": visit.pk}


@pytest.fixture
def lindeboom(world, frozen_clock):
    return a_copy(world["lindeboom"])


@pytest.fixture
def done(world, db, frozen_clock):
    visit = Visit.objects.get(pk=world["visit"])
    with clock.travel(visit.starts_at + timedelta(hours=1)):
        yield visit


@pytest.fixture
def concern(done):
    return concerns.raise_concern(done, ["money", "card_held"], by=SYSTEM)


def page_of(concern):
    return reverse("desk:concern", args=[concern.pk])


def test_it_stands_on_the_coordinators_list_until_it_is_decided(desk, concern):
    lines = [line for group in desk.get("/?who=mine").context["groups"] for line in group.rows]
    assert [line.url for line in lines if line.url == page_of(concern)] == [page_of(concern)]
    answer = desk.post(page_of(concern), {"decision": "goes_on", "note": "Een misverstand"})
    assert (answer.status_code, answer.url) == (303, page_of(concern))
    lines = [line.url for group in desk.get("/?who=mine").context["groups"] for line in group.rows]
    assert page_of(concern) not in lines
    assert Volunteer.objects.get().paused_at is None


def test_page_says_what_was_said_who_decided_and_why(desk, concern, nadia):
    before = desk.get(page_of(concern)).content.decode()
    assert [
        text for text in ("The volunteer held a bank card", "Els pauses until you decide") if text not in before
    ] == []
    desk.post(page_of(concern), {"decision": "stops", "note": "Hij gaf het zelf toe"})
    after = desk.get(page_of(concern)).content.decode()
    assert [text for text in ("Hij gaf het zelf toe", nadia.name, "no more visits") if text not in after] == []
    assert desk.get("/concerns").content.decode().count("Nobody waits for a decision.") == 1


@pytest.mark.parametrize(
    ("posted", "status"), [({}, 422), ({"decision": "goes_on"}, 422), ({"decision": "x", "note": "a"}, 422)]
)
def test_half_a_decision_comes_back_with_a_sentence(desk, concern, posted, status):
    answer = desk.post(page_of(concern), posted)
    assert answer.status_code == status
    assert Concern.objects.get().decided_at is None


def test_a_second_decision_is_told_of_the_first(desk, concern):
    for _ in range(2):
        answer = desk.post(page_of(concern), {"decision": "goes_on", "note": "Een misverstand"})
    assert answer.status_code == 409


def test_only_a_coordinator_of_this_organisation_decides(client, lindeboom, neighbour, concern):
    client.force_login(cast.staff(lindeboom, name="Wim"), backend="django.contrib.auth.backends.ModelBackend")
    for browser, status in ((client, 403), (neighbour, 404), (Browser(), 302)):
        answers = [browser.get(page_of(concern)), browser.post(page_of(concern), {"decision": "goes_on", "note": "a"})]
        assert [answer.status_code for answer in answers] == [status, status]
    assert neighbour.get("/concerns").content.decode().count("Els") == 0
    assert Concern.objects.get().decided_at is None


def test_the_volunteers_own_page_does_not_lift_the_pause_before_the_decision(desk, neighbour, concern):
    for browser in (desk, neighbour):
        address = reverse("desk:volunteer_deed", args=[concern.volunteer_id, "resume"])
        assert browser.post(address, follow=True).content.decode().count("nobody has decided yet") == 1
    assert Volunteer.objects.get().paused_at is not None


def test_whoever_hears_a_client_notes_it_on_the_visit(client, lindeboom, done):
    client.force_login(cast.staff(lindeboom, name="Wim"), backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("desk:report_concern", args=[done.pk])
    client.post(address, {"worries": ["came_back"]})
    assert not Concern.objects.exists()
    client.post(address, {"worries": ["money", "pin"]})
    assert Concern.objects.get().worries == ["money"]
    assert client.get(reverse("desk:visit_desk", args=[done.pk])).status_code == 200


def test_another_organisations_visit_cannot_be_reported(neighbour, done):
    assert neighbour.post(reverse("desk:report_concern", args=[done.pk]), {"worries": ["money"]}).status_code == 404


# --- the report on the telephone ------------------------------------------------------------------------------------


@pytest.fixture
def call(done):
    reports.report_missing(done.pk)
    return CallTask.objects.get(kind="visit.report")


def outcome(browser, call, **told):
    return browser.post(reverse("desk:call_outcome", args=[call.pk]), {"outcome": "reached", **told})


@pytest.mark.guardrail("E8")
def test_whoever_rings_the_volunteer_asks_the_four_questions(desk, call):
    assert (
        desk.get(reverse("desk:call", args=[call.pk])).content.decode().count("Everybody gets these four questions")
        == 1
    )
    outcome(desk, call, all_right="yes", code_seen="no", card_held="no", money="yes", note="pincode 4821 op papier")
    report = Report.objects.get()
    assert (report.all_right, report.answers) == (True, {"code_seen": False, "card_held": False, "money": True})
    assert "4821" not in report.note
    assert not CallTask.objects.open().filter(kind__in=["visit.report", "visit.not_ok"]).exists()
    assert Volunteer.objects.get().paused_at is None


def test_without_the_first_answer_the_call_comes_back(desk, call):
    assert outcome(desk, call, money="no").status_code == 422
    assert not Report.objects.exists()
    call.refresh_from_db()
    assert call.done_at is None


def test_nobody_reached_asks_nothing(desk, call):
    desk.post(reverse("desk:call_outcome", args=[call.pk]), {"outcome": "no_answer"})
    assert not Report.objects.exists()


def test_the_talk_after_not_all_right_is_noted_on_the_same_report(desk, done):
    reports.report(done, by=SYSTEM, all_right=False)
    outcome(
        desk, CallTask.objects.get(kind="visit.not_ok"), all_right="no", private="yes", note="Koffie in het weekend"
    )
    report = Report.objects.get()
    assert (report.all_right, report.answers, report.note) == (False, {"private": True}, "Koffie in het weekend")
    assert not CallTask.objects.open().filter(kind="visit.not_ok").exists()


def test_who_is_at_a_table_now_is_told_first_and_anothers_client_is_not_named(desk, lindeboom, sleutel, done):
    els = Volunteer.objects.get()
    cast.make_ready(els, sleutel)
    there = []
    for days, house in enumerate((lindeboom, sleutel), start=3):
        client = {"first_name": "Berthe", "address_as": f"Mevrouw {house.slug}"}
        there.append(cast.booked(cast.request(house, windows=cast.windows(days=days), client=client), els))
        Visit.objects.filter(pk=there[-1].pk).update(status="under_way")
    concern = concerns.raise_concern(done, ["money"], by=SYSTEM)
    page = desk.get(page_of(concern)).content.decode()
    assert f"Els is with {there[0].client.called} now." in page
    assert f"/visits/{there[0].pk}" in page
    assert "Els is at a visit for De Sleutel now." in page
    assert there[1].client.called not in page


def test_what_was_said_leads_to_the_decision_and_back(desk, done):
    told = {"kind": "money", "text": "Twintig euro gevraagd", "visit": str(done.pk)}
    desk.post(f"/clients/{done.client_id}/complain", told)
    concern = Concern.objects.get()
    assert "Twintig euro gevraagd" in desk.get(page_of(concern)).content.decode()
    complaint = done.client.complaints.get()
    assert page_of(concern) in desk.get(f"/complaints/{complaint.pk}").content.decode()
    theirs = desk.get(f"/volunteers/{concern.volunteer_id}").content.decode()
    assert page_of(concern) in theirs
    assert "Offers may come again" not in theirs


def test_the_talk_says_that_a_client_reported_something_until_it_is_decided(desk, done):
    concerns.report(done, ["money"], by=SYSTEM)
    call = CallTask.objects.open().get(kind="visit.not_ok")
    for page in (desk.get("/calls"), desk.get("/?who=team"), desk.get(f"/calls/{call.pk}")):
        assert "A client reported something: hear the volunteer" in page.content.decode()
        assert "It is a talk, nothing more" not in page.content.decode()
    assert page_of(Concern.objects.get()) in desk.get(f"/calls/{call.pk}").content.decode()
    concerns.decide(Concern.objects.get(), "goes_on", note="Een misverstand", by=SYSTEM)
    assert "The visit was not all right: hear why" in desk.get("/calls").content.decode()
