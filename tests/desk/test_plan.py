"""The plan on the page: a proposal, moved by hand, sent once, and told in words."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

import cast
from digibel import clock
from digibel.desk import planboard
from digibel.organisations.models import Organisation, Role, Staff
from digibel.scheduling import openings
from digibel.scheduling.models import Offer, Plan, PlanLine
from digibel.scheduling.planning import plans

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def nadia(lindeboom: Organisation, client: Browser) -> Staff:
    person = cast.staff(lindeboom, role=Role.MATCHER)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person, backend=BACKEND)
    return person


def page_of(client: Browser, address: str = "/plan") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def made(client: Browser) -> Plan:
    assert client.post("/plan/make").status_code == 303
    return Plan.objects.get()


def choice(line: PlanLine) -> str:
    assert line.begins_at
    return f"{line.volunteer_id} {line.begins_at.isoformat()}"


def test_page_without_anybody_says_so(nadia: Staff, client: Browser) -> None:
    page = page_of(client)
    assert "Nobody waits for a volunteer" in page
    assert "Make a plan" not in page


def test_plan_asks_nobody_and_says_who_when_and_how_far(nadia: Staff, client: Browser) -> None:
    cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation)
    assert "One person waits: make a plan" in page_of(client)
    made(client)
    page = page_of(client)
    assert "A plan for one person: 1 can be visited" in page
    assert "nobody has been asked yet" in page
    assert "<strong>Els</strong>" in page
    assert not Offer.objects.exists()


def test_who_is_not_served_is_told_why(nadia: Staff, client: Browser) -> None:
    cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation, speaks=["sq"])
    made(client)
    assert "Nobody can go. Most often: no language in common." in page_of(client)


def test_plan_is_sent_once_and_says_so(nadia: Staff, client: Browser) -> None:
    cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation)
    plan = made(client)
    first = client.post("/plan/send", {"version": plan.version}, follow=True).content.decode()
    second = client.post("/plan/send", {"version": plan.version}, follow=True).content.decode()
    assert "One volunteer is being asked." in first
    assert "Sent: the volunteers are thinking" in first
    assert "Somebody else has changed or sent this plan meanwhile" in second
    assert Offer.objects.count() == 1


@pytest.mark.parametrize("version", ["", "-1", "soon", "9" * 30, "²"])
def test_page_of_another_version_sends_nothing(version: str, nadia: Staff, client: Browser) -> None:
    cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation)
    made(client)
    assert client.post("/plan/send", {"version": version}).status_code == 303
    assert not Offer.objects.exists()


def test_what_became_impossible_is_said_in_words(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation)
    plan = made(client)
    openings.close(request, closing="withdrawn", by=cast.SYSTEM)
    page = client.post("/plan/send", {"version": plan.version}, follow=True).content.decode()
    assert "Not sent for Meneer Claes: This request is closed." in page
    assert "<strong>Not sent.</strong> This request is closed." in page


def test_another_is_chosen_left_out_and_put_back(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation, name="Els")
    cast.volunteer(nadia.organisation, name="Karim", postcode="1070")
    plan = made(client)
    address = f"/plan/{request.reference}"
    page = page_of(client, address)
    assert page.index("Els") < page.index("Karim")
    karim = page.split('name="choice" value="')[2].split('"')[0]
    client.post(address, {"deed": "choose", "choice": karim, "version": plan.version})
    assert "chosen by hand" in page_of(client)
    assert choice(PlanLine.objects.get()).split()[0] == karim.split()[0]
    client.post(address, {"deed": "drop", "version": Plan.objects.get().version})
    assert "Left out by hand" in page_of(client)
    client.post(address, {"deed": "back", "version": Plan.objects.get().version})
    assert PlanLine.objects.get().state == "planned"


@pytest.mark.parametrize("told", ["", "nonsense", "8d5f1f6e-0000-4000-8000-000000000000 2026-09-16T12:00", "x" * 400])
def test_a_choice_that_is_none_changes_nothing(told: str, nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation)
    plan = made(client)
    answer = client.post(
        f"/plan/{request.reference}", {"deed": "choose", "choice": told, "version": plan.version}, follow=True
    )
    assert "This is no longer possible." in answer.content.decode()
    assert Plan.objects.get().version == plan.version


def test_whom_else_they_would_go_to_is_told_before_the_choice(nadia: Staff, client: Browser) -> None:
    requests = [
        cast.request(nadia.organisation, client={"address_as": name, "phone": cast.mobile(), "street": name})
        for name in ("Mevrouw A", "Meneer B")
    ]
    cast.volunteer(nadia.organisation)
    made(client)
    nobody = PlanLine.objects.get(state="nobody").request
    other = next(one for one in requests if one != nobody)
    page_of_nobody = page_of(client, f"/plan/{nobody.reference}")
    assert "needed elsewhere" in page_of(client)
    assert f"would go to {other.client.called} then, who will be planned again" in page_of_nobody


def test_old_plan_says_so(nadia: Staff, client: Browser) -> None:
    cast.request(nadia.organisation)
    made(client)
    with clock.travel(clock.now() + timedelta(minutes=90)):
        page = page_of(client)
    assert "This plan is more than an hour old." in page
    assert "Plan again before you send." in page


def test_plan_that_is_being_made_looks_again_by_itself(
    nadia: Staff, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "AT_ONCE", 0)
    cast.request(nadia.organisation)
    made(client)
    page = page_of(client)
    assert "A plan for one person is being made" in page
    assert 'http-equiv="refresh"' in page
    with clock.travel(clock.now() + timedelta(minutes=6)):
        assert "The plan did not come" in page_of(client)


def test_intake_worker_does_not_plan(lindeboom: Organisation, client: Browser) -> None:
    client.force_login(cast.staff(lindeboom, name="Joris", role=Role.INTAKE), backend=BACKEND)
    assert [client.get("/plan").status_code, client.post("/plan/make").status_code] == [403, 403]


def test_every_state_has_its_bell() -> None:
    assert set(planboard.BELLS) == set(PlanLine.State)
