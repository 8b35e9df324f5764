"""The page on which an organisation asks to join, and the pages of whoever looks after the network."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client as Browser

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.desk import limits, publicforms
from digibel.organisations import joining
from digibel.organisations.models import Joiner, Organisation, Role, Staff
from digibel.privacy import sweeping
from digibel.sealing.keys import is_erased

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_has_asked")]

PATH = "/near/organisation"
TOLD = {
    "name": "Buurthuis De Brug",
    "postcode": "1080",
    "contact": "Els Maes",
    "phone": "02 555 00 00",
    "email": "els@brug.example",
    "consent": "on",
}
ASKED = {name: value for name, value in TOLD.items() if name != "consent"}
NEW = {
    "name": "Buurthuis De Brug",
    "phone": "+3225550000",
    "sms_number": "+32460200000",
    "postcode": "1080",
    "language": "nl",
}


@pytest.fixture
def network(lindeboom):
    browser = Browser(headers={"accept-language": "en"})
    person = cast.staff(lindeboom, name="Noor", role=Role.NETWORK)
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_asking_to_join_leads_to_thanks_and_onto_the_list_of_the_network(anybody, network):
    answer = anybody.post(PATH, TOLD)
    [asked] = Joiner.objects.all()
    assert (answer.status_code, asked.phone, asked.contact) == (303, "+3225550000", "Els Maes")
    assert "We ring you within five working days." in anybody.get(answer.url).content.decode()
    assert "Buurthuis De Brug" in network.get("/network").content.decode()
    assert "els@brug.example" in network.get(f"/network/joiners/{asked.pk}").content.decode()


@pytest.mark.parametrize(
    ("lang", "said"), [("nl", "Wil uw organisatie meedoen?"), ("fr", "Votre organisation"), ("en", "want to join?")]
)
def test_it_is_said_in_three_languages(anybody, lang, said):
    answer = anybody.get(PATH, {"lang": lang})
    assert (answer["Content-Language"], said in answer.content.decode()) == (lang, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"consent": ""},
        {"website": "https://buy.example"},
        {"phone": "4711x"},
        {"postcode": "9999"},
        {"name": "12"},
        {"name": "https://spam.example"},
        {"name": "x" * 5000},
        {"contact": "\x00"},
        {"email": "els"},
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_kept(anybody, wrong):
    assert (anybody.post(PATH, {**TOLD, **wrong}).status_code, Joiner.objects.count()) == (422, 0)


def test_twice_is_one_line_and_says_nothing_else(anybody):
    answers = [anybody.post(PATH, {**TOLD, "email": email}).url for email in ("els@brug.example", "ELS@brug.example")]
    assert (len(set(answers)), Joiner.objects.count()) == (1, 1)


def test_pressing_on_and_on_is_told_to_wait_and_a_full_list_to_ring(anybody, monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)
    for number in range(publicforms.MOST_A_MINUTE):
        anybody.post(PATH, {**TOLD, "email": f"els{number}@brug.example"})
    assert anybody.post(PATH, TOLD).status_code == 429
    monkeypatch.setattr(joining, "MOST_WAITING", publicforms.MOST_A_MINUTE)
    cache.clear()
    assert (anybody.post(PATH, TOLD).status_code, Joiner.objects.count()) == (409, publicforms.MOST_A_MINUTE)


def test_a_yes_is_an_organisation_with_what_they_wrote_and_its_first_account(network):
    asked = joining.ask(**{**ASKED, "phone": "+3225550000"})
    page = network.get(f"/network/organisations?asked={asked.pk}")
    assert [page.context["form"][name].value() for name in ("name", "phone", "postcode")] == [
        "Buurthuis De Brug",
        "+3225550000",
        "1080",
    ]
    answer = network.post(f"/network/organisations?asked={asked.pk}", NEW)
    made = Organisation.objects.get(name="Buurthuis De Brug")
    asked.refresh_from_db()
    assert (asked.outcome, asked.organisation, asked.due_at) == ("invited", made, None)
    form = network.get(answer.url).context["form"]
    assert [form[name].value() for name in ("name", "email", "role")] == ["Els Maes", "els@brug.example", "coordinator"]
    told = {"name": "Els Maes", "email": "els@brug.example", "role": "coordinator", "language": "nl"}
    assert "link" in network.post(answer.url, told).context
    assert Staff.objects.filter(organisation=made).count() == 1
    assert network.get(answer.url).context["form"]["name"].value() is None


def test_a_name_that_is_taken_leaves_the_line_open(network, lindeboom):
    asked = joining.ask(**ASKED)
    assert network.post(f"/network/organisations?asked={asked.pk}", {**NEW, "name": lindeboom.name}).status_code == 422
    asked.refresh_from_db()
    assert asked.outcome == ""


def test_a_no_takes_it_off_the_list_and_the_second_is_told(network):
    asked = joining.ask(**ASKED)
    network.post(f"/network/joiners/{asked.pk}")
    assert "Buurthuis De Brug" not in network.get("/network").content.decode()
    page = network.post(f"/network/joiners/{asked.pk}", follow=True).content.decode()
    assert "A colleague has decided about this already." in page
    with pytest.raises(joining.JoinerDecided):
        joining.invite(asked, Organisation.objects.get(), by=SYSTEM)


def test_a_coordinator_does_not_see_who_asks(desk):
    asked = joining.ask(**ASKED)
    assert desk.get(f"/network/joiners/{asked.pk}").status_code == 403


def test_ninety_days_later_nobody_can_read_who_asked(lindeboom, django_capture_on_commit_callbacks):
    asked = joining.ask(**ASKED)
    with clock.travel(asked.asked_at + timedelta(days=91)), django_capture_on_commit_callbacks(execute=True):
        sweeping._joiners(clock.now() - timedelta(days=90))
    assert (Joiner.objects.count(), is_erased(asked.key_id)) == (0, True)
