"""What counts in the order is tried on the open requests before it is kept; and a volunteer's own limits are noted."""

import pytest
from django.test import Client as Browser

import cast
from digibel.audit.models import Event
from digibel.organisations.models import Organisation, Role, Staff
from digibel.scheduling.matching.house import read_weights
from digibel.scheduling.matching.models import CRITERIA, MatchChoice
from digibel.scheduling.matching.ranking import rank

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

BACKEND = "django.contrib.auth.backends.ModelBackend"
ONLY_LANGUAGE = {name: 10 if name == "language" else 0 for name in CRITERIA}


@pytest.fixture
def nadia(lindeboom: Organisation, client: Browser) -> Staff:
    person = cast.coordinator(lindeboom)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person, backend=BACKEND)
    return person


@pytest.fixture
def two(lindeboom: Organisation) -> None:
    """Els lives near, Karim speaks better."""
    cast.volunteer(lindeboom, name="Els", postcode="1090")
    cast.volunteer(lindeboom, name="Karim", postcode="1170", reach_km=20, language_levels={"nl": "native"})


def test_effect_is_shown_on_open_requests_and_nothing_is_kept(nadia: Staff, two: None, client: Browser) -> None:
    cast.request(nadia.organisation)
    answer = client.post("/match/order", {**ONLY_LANGUAGE, "look": "1"})
    page = answer.content.decode()
    effect = page[page.index("data-tried") :]
    assert answer.status_code == 200
    assert "In one of 1 requests the first ones change." in page
    assert [effect.index("Els") < effect.index("Karim"), effect.rindex("Karim") < effect.rindex("Els")] == [True, True]
    assert read_weights(nadia.organisation.pk) == CRITERIA


def test_what_was_seen_is_kept_and_the_order_follows(nadia: Staff, two: None, client: Browser) -> None:
    request = cast.request(nadia.organisation)
    assert rank(request).candidates[0].volunteer.first_name == "Els"
    seen = "-".join(str(ONLY_LANGUAGE[name]) for name in CRITERIA)
    assert client.post("/match/order", {**ONLY_LANGUAGE, "seen": seen, "save": "1"}).status_code == 303
    assert rank(request).candidates[0].volunteer.first_name == "Karim"
    [event] = Event.objects.filter(verb="matching.weighed")
    assert (event.facts["near"], event.facts["language"]) == ("4 -> 0", "3 -> 10")


def test_numbers_that_were_not_looked_at_are_shown_first(nadia: Staff, client: Browser) -> None:
    answer = client.post("/match/order", {**ONLY_LANGUAGE, "seen": "1-2-3-4-5-6-7", "save": "1"})
    assert answer.status_code == 200
    assert read_weights(nadia.organisation.pk) == CRITERIA


@pytest.mark.parametrize("wrong", ["11", "-1", "many", ""])
def test_number_that_is_none_is_refused_with_a_sentence(wrong: str, nadia: Staff, client: Browser) -> None:
    answer = client.post("/match/order", {**ONLY_LANGUAGE, "near": wrong, "save": "1"})
    assert answer.status_code == 422
    assert read_weights(nadia.organisation.pk) == CRITERIA


def test_other_organisation_keeps_its_own_order(nadia: Staff, two: None, client: Browser) -> None:
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002")
    seen = "-".join(str(ONLY_LANGUAGE[name]) for name in CRITERIA)
    client.post("/match/order", {**ONLY_LANGUAGE, "seen": seen, "save": "1"})
    assert (read_weights(nadia.organisation.pk), read_weights(sleutel.pk)) == (ONLY_LANGUAGE, CRITERIA)


def test_order_of_a_closed_day_says_so(nadia: Staff, client: Browser) -> None:
    page = client.post("/match/order", {**ONLY_LANGUAGE, "look": "1"}).content.decode()
    assert "No open request has candidates now" in page


def test_matcher_chooses_an_interpreter_on_the_page(lindeboom: Organisation, client: Browser) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(cast.staff(lindeboom, name="Mo", role=Role.MATCHER), backend=BACKEND)
    request = cast.request(lindeboom)
    cast.volunteer(lindeboom, name="Drita", speaks=["sq"])
    page = client.get(f"/requests/{request.reference}/match").content.decode()
    assert "in Albanian one volunteer can" in page
    client.post(f"/requests/{request.reference}/interpreter", {"wanted": "yes"})
    page = client.get(f"/requests/{request.reference}/match").content.decode()
    assert "with an interpreter on the telephone" in page
    assert "rkthyes n" in page
    assert MatchChoice.objects.get().interpreter


def test_limits_are_noted_and_count_at_once(nadia: Staff, client: Browser) -> None:
    els = cast.volunteer(nadia.organisation, postcode="1000")
    request = cast.request(nadia.organisation)
    told = {"modes": ["foot"], "reach_minutes": "15", "weekly_limit": "1", "offers_limit": "2", "level_nl": "native"}
    answer = client.post(f"/volunteers/{els.pk}/limits", {**told, "level_fr": "basic"})
    els.refresh_from_db()
    assert answer.status_code == 303
    assert (els.modes, els.reach_minutes, els.language_levels) == (["foot"], 15, {"nl": "native", "fr": "basic"})
    assert rank(request).counts == {"too_far": 1}
    page = client.get(f"/volunteers/{els.pk}").content.decode()
    assert "goes up to 15 minutes, on foot" in page
    assert "2 offers in seven days" in page


@pytest.mark.parametrize("wrong", [{"reach_minutes": "999"}, {"offers_limit": "6"}, {"modes": ["boat"]}])
def test_limits_that_cannot_be_are_refused(wrong: dict[str, object], nadia: Staff, client: Browser) -> None:
    els = cast.volunteer(nadia.organisation)
    told = {"weekly_limit": "1", "offers_limit": "2", "level_nl": "good", "level_fr": "good", **wrong}
    assert client.post(f"/volunteers/{els.pk}/limits", told).status_code == 422
    els.refresh_from_db()
    assert els.offers_limit == 5
