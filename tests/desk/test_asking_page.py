"""How volunteers are asked, on a page: every way in words, chosen by a coordinator; and why somebody was asked."""

import pytest
from django.test import Client as Browser

import cast
from digibel.desk import words
from digibel.organisations.models import Organisation, Role, Staff
from digibel.organisations.ways import AUTOMATIC
from digibel.scheduling import offers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def logged_in(client: Browser, role: str) -> Staff:
    person = cast.staff(cast.organisation(), role=role)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


def test_every_way_has_words() -> None:
    assert list(words.WAYS_OF_ASKING) == [str(way) for way in AUTOMATIC]


def test_coordinator_chooses_and_the_page_shows_it(client: Browser) -> None:
    logged_in(client, Role.COORDINATOR)
    answer = client.post("/asking/choose", {"way": "one_by_one", "a_week": "2", "h": "0.25"}, follow=True)
    page = answer.content.decode()
    assert "From now on volunteers are asked like this." in page
    assert 'value="one_by_one" checked' in page
    assert '<option value="2" selected>' in page
    assert '<option value="0.25" selected>' in page
    assert "Nothing yet" in page


@pytest.mark.parametrize("told", [{}, {"way": "waves", "a_week": "²", "h": "x"}, {"way": "waves", "a_week": "9" * 99}])
def test_what_cannot_be_meant_is_said_and_nothing_saved(client: Browser, told: dict[str, str]) -> None:
    logged_in(client, Role.COORDINATOR)
    answer = client.post("/asking/choose", told, follow=True)
    assert answer.status_code == 200
    assert "Choose " in answer.content.decode()
    assert Organisation.objects.get().asking == "hazard"


def test_matcher_reads_and_does_not_choose(client: Browser) -> None:
    logged_in(client, Role.MATCHER)
    page = client.get("/asking").content.decode()
    assert "Three people every hour" in page
    assert "Ask like this" not in page
    assert client.post("/asking/choose", {"way": "waves", "a_week": "2", "h": "0.25"}).status_code == 403


def test_match_page_and_story_say_why_somebody_was_asked(client: Browser) -> None:
    nadia = logged_in(client, Role.COORDINATOR)
    request = cast.request(nadia.organisation)
    els, _ = (cast.volunteer(nadia.organisation, name=name) for name in ("Els", "Bo"))
    offers.send_wave(request, by=cast.SYSTEM, volunteers=[els])
    told = "chosen by hand; acceptances in sight: 0.0 before, 0.3 after"
    assert told in client.get(f"/requests/{request.reference}/match").content.decode()
    assert told in client.get(f"/requests/{request.reference}").content.decode()
