"""The page on which anybody puts themselves forward, and the page of the coordinator who decides."""

import pytest
from django.urls import reverse

import cast
from digibel.desk import limits, publicforms
from digibel.organisations.models import Role
from digibel.volunteers.models import Applicant, Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_has_asked")]

PATH = "/near/volunteer"
TOLD = {"first_name": "Aïcha", "number": "0470 12 34 56", "postcode": "1090", "speaks": ["fr"], "consent": "on"}


def put_forward(anybody, **changes):
    return anybody.post(PATH, {**TOLD, **changes})


def test_putting_oneself_forward_leads_to_thanks(anybody, lindeboom):
    answer = put_forward(anybody)
    assert (answer.status_code, Applicant.objects.count()) == (303, 1)
    assert "We ring you within five working days." in anybody.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("lang", "said"), [("nl", "Wilt u anderen helpen?"), ("fr", "Voulez-vous aider"), ("en", "help others")]
)
def test_it_is_said_in_three_languages(anybody, lindeboom, lang, said):
    answer = anybody.get(PATH, {"lang": lang})
    assert (answer["Content-Language"], said in answer.content.decode()) == (lang, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"consent": ""},
        {"website": "https://buy.example"},
        {"number": "4711"},
        {"number": "02 427 55 66"},
        {"postcode": "9999"},
        {"postcode": "1090 OR 1=1"},
        {"first_name": ""},
        {"first_name": "\x00"},
        {"first_name": "x" * 5000},
        {"first_name": "https://spam.example/1"},
        {"speaks": []},
        {"speaks": ["klingon"]},
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_kept(anybody, lindeboom, wrong):
    assert (put_forward(anybody, **wrong).status_code, Applicant.objects.count()) == (422, 0)


def test_nothing_at_all_is_no_error_of_ours(anybody, lindeboom):
    assert anybody.post(PATH).status_code == 422


def test_where_no_organisation_is_it_says_so(anybody):
    assert put_forward(anybody).status_code == 409


def test_pressing_on_and_on_is_told_to_wait(anybody, lindeboom, monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)
    codes = [put_forward(anybody).status_code for _ in range(publicforms.MOST_A_MINUTE + 1)]
    assert codes == [303] * publicforms.MOST_A_MINUTE + [429]


@pytest.fixture
def applicant(anybody, lindeboom):
    put_forward(anybody)
    return Applicant.objects.get()


def page_of(applicant):
    return reverse("desk:applicant", args=[applicant.pk])


def test_it_stands_on_the_coordinators_worklist(desk, applicant):
    page = desk.get(reverse("desk:today")).content.decode()
    assert ("Wants to be a volunteer: ring, and decide" in page, page_of(applicant) in page) == (True, True)


def test_one_press_makes_a_volunteer_of_it(desk, applicant):
    assert "0470 12 34 56" in desk.get(page_of(applicant)).content.decode()
    answer = desk.post(page_of(applicant), {"deed": "take"})
    assert answer.url == reverse("desk:volunteer", args=[Volunteer.objects.get().pk])
    assert desk.post(page_of(applicant), {"deed": "decline"}).status_code == 409


def test_one_press_says_no(desk, applicant):
    assert desk.post(page_of(applicant), {"deed": "decline"}).status_code == 303
    applicant.refresh_from_db()
    assert (applicant.outcome, Volunteer.objects.exists()) == ("declined", False)


def test_only_a_coordinator_of_this_organisation_decides(client, lindeboom, sleutel, applicant):
    backend = "django.contrib.auth.backends.ModelBackend"
    for person, code in ((cast.coordinator(sleutel), 404), (cast.staff(lindeboom, role=Role.INTAKE), 403)):
        client.force_login(person, backend=backend)
        assert client.get(page_of(applicant)).status_code == code
        assert client.post(page_of(applicant), {"deed": "take"}).status_code == code
    client.force_login(cast.coordinator(sleutel, name="Zoe"), backend=backend)
    assert applicant.first_name not in client.get(reverse("desk:today")).content.decode()
    assert not Volunteer.objects.exists()
