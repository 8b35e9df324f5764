"""Who goes? Ranked with reasons, the price before it is sent, and nothing sent twice."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

import cast
from digibel.audit.actors import Actor
from digibel.desk import offertexts, worklines
from digibel.guardrails import catalogue
from digibel.notifications import segments
from digibel.organisations.models import Organisation, Role, Staff
from digibel.requests.models import HelpRequest
from digibel.scheduling import offers
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.matching.reasons import SENTENCES, SEVERAL
from digibel.scheduling.matching.weighing import AGAINST
from digibel.scheduling.models import Offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def nadia(lindeboom: Organisation, client: Browser) -> Staff:
    person = cast.coordinator(lindeboom)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person, backend=BACKEND)
    return person


def page_of(client: Browser, request: HelpRequest) -> str:
    answer = client.get(f"/requests/{request.reference}/match")
    assert answer.status_code == 200
    return answer.content.decode()


def test_candidates_stand_in_order_with_their_reasons(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation, name="Els", postcode="1090")
    cast.volunteer(nadia.organisation, name="Karim", postcode="1070")
    page = page_of(client, request)
    assert page.index("Els") < page.index("Karim")
    assert "speaks Dutch" in page
    assert "close by" in page
    assert "14:00" in page


def test_who_cannot_go_is_told_with_the_reason(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation, name="Drita", speaks=["sq"])
    page = page_of(client, request)
    assert "Nobody can go" in page
    assert "1 × no language in common" in page
    assert "speaks none of Dutch" in page


def test_every_reason_against_has_words_for_several() -> None:
    in_favour = {"came_before", "native", "speaks", "interpreter", "skilled", "near", "free", "rested", "never_asked"}
    neutral = {"visits_this_week", "has_open_offer"}
    assert set(AGAINST) == set(SEVERAL)
    assert set(AGAINST) | {"too_long"} | in_favour | neutral == set(SENTENCES)


@pytest.mark.parametrize("always_home", [True, False])
@pytest.mark.parametrize("language", ["nl", "fr", "tr", "ar"])
def test_preview_is_the_text_that_is_sent(always_home: bool, language: str, lindeboom: Organisation) -> None:
    changes = {"always_home": True, "windows": []} if always_home else {}
    request = cast.request(lindeboom, client={"floor": "4", "dog": True, "speaks": [language, "nl"]}, **changes)
    volunteer = cast.volunteer(lindeboom, speaks=[language, "nl"])
    [candidate] = rank(request).candidates
    preview = offertexts.of(request, candidate, offers.check_may_be_offered(request))
    [offer] = offers.send_wave(request, by=cast.SYSTEM, volunteers=[volunteer])
    assert offer.message is not None
    assert preview.body == offer.message.body
    assert (preview.language, preview.segments) == (offer.message.language, segments.count(offer.message.body).segments)


def test_price_of_the_wave_stands_beside_the_button(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    for name in ("Els", "Karim", "Ana", "Bart"):
        cast.volunteer(nadia.organisation, name=name)
    page = page_of(client, request)
    assert "3 text messages in all" in page
    assert not Offer.objects.exists()


def test_wave_is_sent_once_however_often_the_page_is(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    for name in ("Els", "Karim", "Ana", "Bart", "Sofie"):
        cast.volunteer(nadia.organisation, name=name)
    first = client.post(f"/requests/{request.reference}/offers", {"wave": "1"})
    second = client.post(f"/requests/{request.reference}/offers", {"wave": "1"})
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Look again before you send more" in second.content.decode()
    assert Offer.objects.count() == 3


def test_chosen_by_hand_are_asked_and_nobody_else(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    _, karim, ana = [cast.volunteer(nadia.organisation, name=name) for name in ("Els", "Karim", "Ana")]
    chosen = {"wave": "1", "by_hand": "1", "volunteers": [str(karim.pk), str(ana.pk)]}
    assert client.post(f"/requests/{request.reference}/offers", chosen).status_code == 303
    assert {offer.volunteer_id for offer in Offer.objects.all()} == {karim.pk, ana.pk}
    page = page_of(client, request)
    assert "We wait for" in page
    assert "Wave 1" not in page


def test_nobody_ticked_sends_nothing(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation)
    answer = client.post(f"/requests/{request.reference}/offers", {"wave": "1", "by_hand": "1"})
    assert (answer.status_code, Offer.objects.count()) == (422, 0)
    assert "Tick at least one volunteer." in answer.content.decode()


def test_somebody_who_cannot_go_is_refused_with_the_reason_and_the_ticks_stay(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    els, drita = cast.volunteer(nadia.organisation), cast.volunteer(nadia.organisation, name="Drita", speaks=["sq"])
    chosen = {"wave": "1", "by_hand": "1", "volunteers": [str(els.pk), str(drita.pk)]}
    answer = client.post(f"/requests/{request.reference}/offers", chosen)
    page = answer.content.decode()
    assert (answer.status_code, Offer.objects.count()) == (409, 0)
    assert "speaks none of Dutch" in page
    assert f'value="{els.pk}" checked' in page


@pytest.mark.parametrize("volunteer", ["nonsense", "8d5f1f6e-0000-4000-8000-000000000000"])
def test_unknown_volunteer_is_not_there(volunteer: str, nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    chosen = {"wave": "1", "by_hand": "1", "volunteers": [volunteer]}
    assert client.post(f"/requests/{request.reference}/offers", chosen).status_code == 404


def test_intake_worker_looks_and_does_not_send(lindeboom: Organisation, client: Browser) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(cast.staff(lindeboom, name="Joris", role=Role.INTAKE), backend=BACKEND)
    request = cast.request(lindeboom)
    cast.volunteer(lindeboom)
    page = page_of(client, request)
    assert "Sending offers is for a matcher or a coordinator. Ask one of them." in page
    assert 'name="volunteers"' not in page
    assert client.post(f"/requests/{request.reference}/offers", {"wave": "1"}).status_code == 403
    assert not Offer.objects.exists()


def test_request_without_own_yes_says_what_comes_first(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation, consent={"given": False})
    cast.volunteer(nadia.organisation, name="Els")
    page = page_of(client, request)
    assert "The client has not said yes yet. Ring them first." in page
    assert "Els" not in page
    assert client.post(f"/requests/{request.reference}/offers", {"wave": "1"}).status_code == 409


@pytest.mark.parametrize("verdict", ["staff_only", "forbidden"])
def test_what_is_not_for_volunteers_shows_no_volunteer(verdict: str, nadia: Staff, client: Browser) -> None:
    slug = next(slug for slug, task in catalogue.TASKS.items() if task.verdict == verdict)
    request = cast.request(nadia.organisation, tasks=[slug])
    cast.volunteer(nadia.organisation, name="Els")
    page = page_of(client, request)
    assert "Els" not in page
    assert "Make a slip instead." in page
    assert client.post(f"/requests/{request.reference}/offers", {"wave": "1"}).status_code == 409
    assert not Offer.objects.exists()


def test_booked_request_leads_to_its_visit(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    visit = cast.booked(request, cast.volunteer(nadia.organisation, name="Els"))
    page = page_of(client, request)
    assert "Els goes" in page
    assert f'href="/visits/{visit.pk}"' in page
    assert "/offers" not in page


def test_page_never_tells_the_street(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation)
    assert "Theodorstraat" not in page_of(client, request)


def test_reach_of_a_chosen_volunteer_is_drawn_on_the_map(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    cast.volunteer(nadia.organisation, name="Els", reach_km=1)
    karim = cast.volunteer(nadia.organisation, name="Karim", postcode="1080", reach_km=20)
    near = page_of(client, request).count('class=" within"') + page_of(client, request).count("within reach of Els")
    page = client.get(f"/requests/{request.reference}/match", {"reach": str(karim.pk)}).content.decode()
    assert "within reach of Karim" in page
    assert page.count("within reach of Karim") > near


def test_list_shows_what_waits_for_a_choice(nadia: Staff, client: Browser) -> None:
    waiting, said_nothing = cast.request(nadia.organisation), cast.request(nadia.organisation, consent={"given": False})
    other = cast.request(cast.organisation("De Sleutel", sms_number="+32460000002"))
    page = client.get("/match").content.decode()
    assert "One person waits until somebody is chosen" in page
    assert [one.reference in page for one in (waiting, said_nothing, other)] == [True, False, False]


def test_empty_list_says_so(nadia: Staff, client: Browser) -> None:
    assert "Nobody waits for a choice" in client.get("/match").content.decode()


@pytest.mark.parametrize("path", ["/match", "page"])
def test_pages_cost_the_same_for_one_and_for_three(path: str, nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            cast.volunteer(nadia.organisation)
            if path == "/match":
                cast.request(nadia.organisation)
        address = path if path == "/match" else f"/requests/{request.reference}/match"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_two_go_is_one_press_and_who_waits_is_named(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation, windows=cast.windows(days=3))
    els, jan = (cast.volunteer(nadia.organisation, name=name) for name in ("Els", "Jan"))
    assert client.post(f"/requests/{request.reference}/two", {"why": "companion"}).status_code == 303
    cast.booked(request, els)
    page = page_of(client, request)
    assert "Els has said yes. Who goes along?" in page
    assert "no visit so far" in page
    assert "Send wave" not in page
    sent = client.post(
        f"/requests/{request.reference}/offers", {"wave": "2", "by_hand": "1", "volunteers": [str(jan.pk)]}
    )
    assert sent.status_code == 303
    offers.accept(Offer.objects.get(volunteer=jan), 1, by=Actor.volunteer(jan))
    assert "Els and Jan go" in page_of(client, request)
    refused = client.post(f"/requests/{request.reference}/two", {"why": ""}, follow=True)
    assert "Two people are booked for this visit." in refused.content.decode()


def test_two_go_for_a_reason_that_is_none_says_so(nadia: Staff, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    answer = client.post(f"/requests/{request.reference}/two", {"why": "because"}, follow=True)
    assert answer.status_code == 200
    request.refresh_from_db()
    assert request.two_go == ""


def test_a_long_list_shows_who_is_due_first_and_says_how_many_follow(
    client: Browser, nadia: Staff, lindeboom: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklines, "MOST_LINES", 2)
    for _ in range(3):
        cast.request(lindeboom)
    first, second, third = HelpRequest.objects.order_by("next_due", "reference")
    page = client.get("/match").content.decode()
    assert [one.reference in page for one in (first, second, third)] == [True, True, False]
    assert "3 people wait until somebody is chosen" in page
    assert "And one step for later" in page
