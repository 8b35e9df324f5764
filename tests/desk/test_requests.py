"""A request on the desk: its sentence, its one next step, its story, and the buttons that stop everything."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.desk import requeststate, requeststory
from digibel.desk.errors import broken
from digibel.desk.forms import week
from digibel.guardrails import catalogue
from digibel.organisations.models import Organisation, Role, Staff
from digibel.requests.models import Closing, HelpRequest, NextActionKind
from digibel.scheduling import inside, offers, openings, reports, visits
from digibel.scheduling.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

STREET = "Theodorstraat 41"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def nadia(lindeboom: Organisation, client: Browser) -> Staff:
    person = cast.coordinator(lindeboom)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person, backend=BACKEND)
    return person


def page_of(client: Browser, request: HelpRequest) -> str:
    answer = client.get(f"/requests/{request.reference}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_next_action_has_a_heading_and_every_closing_too() -> None:
    assert set(requeststate.HEADINGS) == set(NextActionKind.values)
    assert set(requeststate.CLOSED) == set(requeststory.CLOSINGS) == set(Closing.values)


def test_page_says_the_situation_and_has_one_filled_button(nadia: Staff, client: Browser) -> None:
    page = page_of(client, cast.request(nadia.organisation))
    main = page[page.index("<main") :]
    assert "<h1>Meneer Claes waits for a volunteer</h1>" in main
    assert main.count("push main") == 1


@pytest.mark.guardrail("E12")
def test_address_is_shown_only_to_who_asks_and_the_look_is_recorded(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    assert STREET not in page_of(client, request)
    assert request.client.recipient.number not in page_of(client, request)
    shown = client.post(f"/requests/{request.reference}/address").content.decode()
    assert STREET in shown
    event = Event.objects.get(verb="address.shown")
    assert (event.actor, event.subject_id) == (f"staff:{nadia.pk}", str(request.client_id))
    assert "Who looked at the address" in page_of(client, request)
    assert STREET not in page_of(client, request)


def test_address_for_htmx_is_the_fragment_alone(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    shown = client.post(f"/requests/{request.reference}/address", headers={"HX-Request": "true"}).content.decode()
    assert STREET in shown
    assert "<html" not in shown


def test_looking_at_the_address_needs_a_post(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    assert client.get(f"/requests/{request.reference}/address").status_code == 405
    assert not Event.objects.filter(verb="address.shown").exists()


@pytest.mark.parametrize("path", ["", "/match"])
def test_request_of_another_organisation_is_not_there(path: str, nadia: Staff, client: Browser) -> None:
    other = cast.request(cast.organisation("De Sleutel", sms_number="+32460000002"))
    assert client.get(f"/requests/{other.reference}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/address", "/do/gone", "/do/away", "/do/close", "/do/moments", "/offers"])
def test_nothing_is_done_to_a_request_of_another_organisation(path: str, nadia: Staff, client: Browser) -> None:
    other = cast.request(cast.organisation("De Sleutel", sms_number="+32460000002"))
    before = Event.objects.count()
    assert client.post(f"/requests/{other.reference}{path}", {"until": "2026-09-20", "as": "solved"}).status_code == 404
    other.refresh_from_db()
    assert (other.is_open, Event.objects.count()) == (True, before)


def test_next_step_leads_to_the_right_page(nadia: Staff, client: Browser) -> None:
    organisation = nadia.organisation
    waiting = cast.request(organisation)
    unsaid = cast.request(organisation, consent={"given": False})
    staff_only = next(slug for slug, task in catalogue.TASKS.items() if task.verdict == "staff_only")
    referred = cast.request(organisation, tasks=[staff_only])
    booked = cast.request(organisation)
    visit = cast.booked(booked, cast.volunteer(organisation))
    booked.refresh_from_db()
    steps = [requeststate.next_step(one, None) for one in (waiting, unsaid, referred)]
    urls = [step.url for step in steps if step is not None]
    assert urls[0] == f"/requests/{waiting.reference}/match"
    assert urls[1].startswith("/calls/")
    assert urls[2] == f"/requests/{referred.reference}/slip"
    step = requeststate.next_step(booked, visit)
    assert step is not None
    assert step.url == f"/visits/{visit.pk}"


def test_story_tells_waves_answers_and_the_booking_newest_first(nadia: Staff, client: Browser) -> None:
    organisation = nadia.organisation
    request = cast.request(organisation)
    els, karim = cast.volunteer(organisation, name="Els"), cast.volunteer(organisation, name="Karim")
    asked = cast.offered(request, els, karim)
    asked[1].refresh_from_db()
    with clock.travel(clock.now() + timedelta(minutes=1)):
        offers.decline(asked[1], by=Actor.volunteer(karim))
    with clock.travel(clock.now() + timedelta(minutes=2)):
        asked[0].refresh_from_db()
        offers.accept(asked[0], 1, by=Actor.volunteer(els))
    page = page_of(client, request)
    story = page[page.index('id="story-title"') :]
    order = [story.index(word) for word in ("Booked", "Karim said no", "Wave 1: Els, Karim", "Logged")]
    assert order == sorted(order)


def test_story_holds_neither_the_codeword_nor_the_link_of_the_card(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    visit = cast.booked(request, cast.volunteer(nadia.organisation))
    page = page_of(client, request)
    assert "Text to the volunteer" in page
    assert visit.word not in page
    assert "/visit/" not in page


def test_in_hospital_cancels_and_dates_a_new_start(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    visit = cast.booked(request, cast.volunteer(nadia.organisation))
    answer = client.post(f"/requests/{request.reference}/do/away", {"until": "2026-10-01"})
    assert answer.status_code == 303
    for one in (request, visit):
        one.refresh_from_db()
    assert (request.next_kind, visit.status) == ("away", "cancelled")
    assert "Meneer Claes is away for now" in page_of(client, request)
    client.post(f"/requests/{request.reference}/do/back")
    request.refresh_from_db()
    assert request.next_kind == "choose"


@pytest.mark.parametrize("until", ["", "2026-09-15", "2020-01-01", "2030-01-01", "soon"])
def test_away_until_a_day_that_makes_no_sense_changes_nothing(until: str, nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    page = client.post(f"/requests/{request.reference}/do/away", {"until": until}, follow=True).content.decode()
    assert "Choose a day that is still to come" in page
    request.client.refresh_from_db()
    assert request.client.away_until is None


def test_moved_or_died_silences_everything_and_says_so(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    client.post(f"/requests/{request.reference}/do/gone")
    request.refresh_from_db()
    assert request.closed_as == "gone"
    page = page_of(client, request)
    assert "has moved or died: everything is silent" in page
    assert "Stop everything" not in page
    assert "Another question" not in page


def test_closing_twice_is_answered_kindly(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    client.post(f"/requests/{request.reference}/do/close", {"as": "withdrawn"})
    page = client.post(f"/requests/{request.reference}/do/close", {"as": "solved"}, follow=True).content.decode()
    request.refresh_from_db()
    assert request.closed_as == "withdrawn"
    assert "This request is closed. Open a new one for a new question." in page


def test_closing_as_gone_goes_by_its_own_button_only(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    client.post(f"/requests/{request.reference}/do/close", {"as": "gone"})
    request.refresh_from_db()
    assert request.is_open


def test_own_yes_is_noted_with_its_language(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation, consent={"given": False})
    client.post(f"/requests/{request.reference}/do/own-yes", {"language": "rif"})
    request.refresh_from_db()
    assert (request.client.consents.get().language, request.next_kind) == ("rif", "choose")


def test_referral_that_helped_closes_the_request(nadia: Staff, client: Browser) -> None:
    staff_only = next(slug for slug, task in catalogue.TASKS.items() if task.verdict == "staff_only")
    request = cast.request(nadia.organisation, tasks=[staff_only])
    openings.refer(request, by=Actor.staff(nadia))
    page = page_of(client, request)
    assert f'action="/requests/{request.reference}/do/landed"' in page
    client.post(f"/requests/{request.reference}/do/landed")
    request.refresh_from_db()
    assert request.closed_as == "referred"


def test_other_moments_replace_the_old_ones(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    day = week.coming_days(clock.today())[3]
    client.post(f"/requests/{request.reference}/do/moments", {"home": "windows", "windows": [f"{day}/0"]})
    [window] = request.windows.all()
    assert clock.local(window.starts_at).date() == day


def test_moments_that_make_no_sense_come_back_with_the_sentence(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    answer = client.post(f"/requests/{request.reference}/do/moments", {"home": "windows"})
    assert answer.status_code == 422
    assert "Give at least one moment that suits" in answer.content.decode()
    assert request.windows.count() == 1


def test_unknown_deed_is_not_there(nadia: Staff, client: Browser) -> None:
    assert client.post(f"/requests/{cast.request(nadia.organisation).reference}/do/dance").status_code == 404


def test_split_request_links_to_its_other_half(nadia: Staff, client: Browser) -> None:
    forbidden = next(slug for slug, task in catalogue.TASKS.items() if task.verdict == "forbidden")
    first = cast.request(nadia.organisation, tasks=["video-call", forbidden])
    second = HelpRequest.objects.get(split_from=first)
    assert f'href="/requests/{second.reference}"' in page_of(client, first)
    assert f'href="/requests/{first.reference}"' in page_of(client, second)


def test_intake_worker_may_stop_everything(lindeboom: Organisation, client: Browser) -> None:
    client.force_login(cast.staff(lindeboom, name="Joris", role=Role.INTAKE), backend=BACKEND)
    request = cast.request(lindeboom)
    client.post(f"/requests/{request.reference}/do/gone")
    request.refresh_from_db()
    assert not request.is_open


def test_list_costs_the_same_for_one_and_for_three(nadia: Staff, client: Browser) -> None:
    counts = []
    for open_now in (1, 3):
        while HelpRequest.objects.count() < open_now:
            cast.request(nadia.organisation)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/requests").content.decode()
        assert page.count("data-row") == open_now
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_page_costs_the_same_with_one_visit_and_with_three(
    nadia: Staff, client: Browser, frozen_clock: datetime
) -> None:
    request, els = cast.request(nadia.organisation, always_home=True, windows=[]), cast.volunteer(nadia.organisation)
    counts = []
    for round_number in range(3):
        with clock.travel(frozen_clock + timedelta(minutes=round_number)):
            visit = cast.booked(request, els)
            with CaptureQueriesContext(connection) as queries:
                page_of(client, request)
            counts.append(len(queries))
            visits.cancel(visit, by=Actor.staff(nadia), reason="client_cannot")
            request.refresh_from_db()
    # The first cancelling brings the first colleague whose name is looked up.
    assert counts[1] == counts[2]


def test_closed_requests_are_on_their_own_list(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    openings.close(request, closing=Closing.WITHDRAWN, by=Actor.staff(nadia))
    assert request.reference not in client.get("/requests").content.decode()
    assert request.reference in client.get("/requests", {"show": "closed"}).content.decode()


def test_page_that_does_not_exist_says_what_to_do(nadia: Staff, client: Browser) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "We could not find this. Check the number or the link." in answer.content.decode()


def test_broken_page_shows_no_trace(rf: RequestFactory) -> None:
    answer = broken(rf.get("/"))
    assert answer.status_code == 500
    assert "Traceback" not in answer.content.decode()


# --- the third time about money -------------------------------------------------------------------------------------


def third(lindeboom: Organisation) -> HelpRequest:
    first = cast.request(lindeboom, tasks=["online-payment"])
    told = cast.draft(tasks=["online-payment"])
    again = [openings.open_request(told, organisation=lindeboom, by=SYSTEM, client=first.client)[0] for _ in range(2)]
    return again[-1]


@pytest.mark.guardrail("E9")
def test_a_coordinator_lets_a_volunteer_go_all_the_same_and_says_why(lindeboom: Organisation, client: Browser) -> None:
    client.force_login(cast.coordinator(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    request = third(lindeboom)
    address = f"/requests/{request.reference}"
    assert client.get(address).context["may_overrule"] is True
    client.post(f"{address}/do/overrule", {"reason": " "})
    assert HelpRequest.objects.get(pk=request.pk).next_kind == "refer"
    client.post(f"{address}/do/overrule", {"reason": "Ze leert het snel, geen maatschappelijk werk nodig"})
    page = client.get(address)
    assert (page.context["may_overrule"], page.context["help_request"].next_kind) == (False, "choose")
    assert "Ze leert het snel" in page.content.decode()


@pytest.mark.guardrail("E9")
def test_nobody_else_overrules_the_third_time(nadia: Staff, lindeboom: Organisation, client: Browser) -> None:
    request = third(lindeboom)
    intake_worker = cast.staff(lindeboom, name="Wim")
    outsider = cast.coordinator(cast.organisation("De Sleutel", sms_number="+32460000002"))
    for person, status in ((intake_worker, 403), (outsider, 404)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.post(f"/requests/{request.reference}/do/overrule", {"reason": "Toch maar"})
        assert answer.status_code == status
    assert HelpRequest.objects.get(pk=request.pk).next_kind == "refer"


def test_request_becomes_a_series_on_its_page(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    address = f"/requests/{request.reference}"
    assert "Make it a series" in page_of(client, request)
    refused = client.post(
        f"{address}/do/series", {"goal": "Videobellen", "every_days": "7", "visits": "²"}, follow=True
    )
    assert "Give a number of visits, from 2 to 20" in refused.content.decode()
    client.post(f"{address}/do/series", {"goal": "Zelf videobellen", "every_days": "7", "visits": "3", "until": ""})
    page = page_of(client, request)
    assert ("“Zelf videobellen”" in page, "0 of 3 visits made, every week" in page) == (True, True)
    assert "No visit has been made yet." in page


def test_series_that_waits_for_its_next_visit_has_one_button_and_can_be_ended(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    client.post(f"/requests/{request.reference}/do/series", {"goal": "Bellen", "every_days": "28", "visits": "3"})
    visit = cast.booked(request, cast.volunteer(nadia.organisation))
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        inside.check_out(Visit.objects.get(), by=SYSTEM)
        reports.report(Visit.objects.get(), by=SYSTEM, all_right=True)
        page = page_of(client, request)
        assert "waits for the next visit of the series" in page
        assert page[page.index("<main") :].count("push main") == 1
        client.post(f"/requests/{request.reference}/do/next-visit")
        request.refresh_from_db()
        assert request.next_kind == NextActionKind.AWAIT_ANSWERS
        client.post(f"/requests/{request.reference}/do/end-series", {"as": "client_stops"})
        request.refresh_from_db()
        assert (request.next_kind, "Ended:" in page_of(client, request)) == (NextActionKind.FOLLOW_UP, True)


def test_two_of_one_home_are_visited_in_one_go_and_apart_again(nadia: Staff, client: Browser) -> None:
    one, two = (
        cast.request(nadia.organisation, client={"first_name": name, "address_as": ""}) for name in ("Guido", "Rosa")
    )
    assert "Visit both in one go" in page_of(client, one)
    client.post(f"/requests/{one.reference}/do/one-go", {"with": two.reference})
    assert not HelpRequest.objects.exclude(household=None).exists()
    answer = client.post(f"/requests/{one.reference}/do/one-go", {"with": two.reference, "agreed": "1"}, follow=True)
    assert "volunteers are asked for both" in answer.content.decode()
    first, second = sorted((one, two), key=lambda request: request.pk)
    assert "Volunteers are asked there, for both." in page_of(client, second)
    assert f"Rosa Claes, {two.reference}" in page_of(client, one)
    asked = client.get(f"/requests/{first.reference}/match").content.decode()
    assert ("Volunteers are asked for both" in asked, "Two go, for safety" in asked) == (True, False)
    refused = client.get(f"/requests/{second.reference}/match").content.decode()
    assert f"in one go with {first.reference}" in refused
    client.post(f"/requests/{second.reference}/do/each-alone")
    assert HelpRequest.objects.filter(household=None).count() == 2


def test_nobody_is_visited_in_one_go_with_somebody_of_another_organisation(nadia: Staff, client: Browser) -> None:
    one, theirs = cast.request(nadia.organisation), cast.request(cast.organisation("De Sleutel", duty=False))
    answer = client.post(f"/requests/{one.reference}/do/one-go", {"with": theirs.reference, "agreed": "1"})
    assert (answer.status_code, theirs.reference in page_of(client, one)) == (404, False)
    for told in ("", "26-9999", "\x00"):
        assert client.post(f"/requests/{one.reference}/do/one-go", {"with": told, "agreed": "1"}).status_code == 404
