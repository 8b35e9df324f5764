"""Above the organisations: accounts, held texts, volunteers whom several send; and no client of anybody."""

import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client as Browser

import cast
from digibel.audit.actors import SYSTEM, Actor
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.models import Hold
from digibel.organisations import accounts, duty
from digibel.organisations.models import Organisation, Role, Staff, email_trace
from digibel.privacy import erasing, rights
from digibel.privacy.errors import SharedVolunteer
from digibel.privacy.models import Certificate, Right

from .conftest import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def samira(lindeboom):
    return cast.staff(lindeboom, name="Samira", role=Role.NETWORK)


@pytest.fixture
def above(samira):
    return logged_in(Browser(), samira)


@pytest.fixture
def browser():
    return Browser(headers={"accept-language": "en"})


def test_whoever_looks_after_the_network_lands_on_its_page_and_is_refused_at_the_desk(samira, browser):
    told = {"username": samira.email, "password": "a long password", "next": "/"}
    assert browser.post("/login", told).url == "/network"
    assert browser.get("/").status_code == 403


def test_counts_stand_there_and_nobody_of_whom_they_are(above, lindeboom, sleutel):
    cast.request(lindeboom)
    html = above.get("/network").content.decode()
    assert [name for name in (lindeboom.name, sleutel.name, "fewer than five clients") if name not in html] == []
    assert [name for name in ("Claes", "Theodorstraat", "/requests/new", "/search") if name in html] == []


def test_organisation_and_its_coordinator_begin(above, browser):
    told = {"name": "LDC Het Anker", "phone": "02 511 22 33", "sms_number": "0460 00 00 09", "postcode": "1070"}
    page = above.post("/network/organisations", {**told, "language": "nl"}).url
    anker = Organisation.objects.get(slug="ldc-het-anker")
    assert (page, anker.phone, anker.sms_number) == (
        f"/network/organisations/{anker.pk}",
        "+3225112233",
        "+32460000009",
    )
    who = {"name": "Rik", "email": "Rik@Anker.example", "role": "coordinator", "language": "nl", "mobile": ""}
    html = above.post(page, who).content.decode()
    [link] = re.findall(r"/password/[^\"]+", html)
    assert "/password/" not in above.get(page).content.decode()
    chosen = {"new_password1": "zeven gele fietsen", "new_password2": "zeven gele fietsen"}
    assert browser.post(link, chosen).url == "/login"
    told = {"username": "rik@anker.example", "password": "zeven gele fietsen"}
    assert browser.post("/login", told).url == "/"
    assert browser.get(link).status_code == 404
    verbs = ["organisation.added", "staff.added", "staff.password_chosen"]
    assert [Event.objects.filter(verb=verb, organisation_id=anker.pk).count() for verb in verbs] == [1, 1, 1]


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "***"}, {"phone": "12"}, {"sms_number": "x"}, {"postcode": "9"}]
)
def test_organisation_that_cannot_be_is_refused_on_the_page(above, changes):
    told = {"name": "Anker", "phone": "02 511 22 33", "sms_number": "0460000009", "postcode": "1070", "language": "nl"}
    before = Organisation.objects.count()
    assert above.post("/network/organisations", {**told, **changes}).status_code == 422
    assert Organisation.objects.count() == before


def test_two_of_one_name_or_one_address_are_refused(above, lindeboom):
    told = {"name": "De Lindeboom", "phone": "02 511 22 33", "sms_number": "0460000009", "postcode": "1070"}
    assert above.post("/network/organisations", {**told, "language": "nl"}).status_code == 422
    who = {"name": "F", "email": "FATIMA@de-lindeboom.example", "role": "intake", "language": "nl"}
    assert above.post(f"/network/organisations/{lindeboom.pk}", who).status_code == 422
    assert Staff.objects.filter(email_index=email_trace(who["email"])).count() == 1


def test_role_changes_and_account_closes_at_once(above, lindeboom):
    nadia = cast.staff(lindeboom, name="Nadia")
    theirs = logged_in(Browser(), nadia)
    assert theirs.get("/complaints").status_code == 403
    above.post(f"/network/staff/{nadia.pk}/do/role", {"role": "coordinator"})
    assert theirs.get("/complaints").status_code == 200
    above.post(f"/network/staff/{nadia.pk}/do/role", {"role": "king"})
    above.post(f"/network/staff/{nadia.pk}/do/close")
    assert theirs.get("/complaints").status_code == 302
    assert Staff.objects.get(pk=nadia.pk).role == Role.COORDINATOR
    above.post(f"/network/staff/{nadia.pk}/do/reopen")
    nadia.refresh_from_db()
    assert (nadia.is_active, nadia.has_usable_password()) == (True, False)


def test_closed_account_gets_no_link_and_a_forgotten_one_is_not_there(above, lindeboom):
    nadia = cast.staff(lindeboom, name="Nadia")
    accounts.close(nadia, by=SYSTEM)
    assert above.post(f"/network/staff/{nadia.pk}/do/link").status_code == 303
    erasing.erase_staff(nadia, by=SYSTEM)
    for deed in ("link", "reopen", "role"):
        assert above.post(f"/network/staff/{nadia.pk}/do/{deed}").status_code == 404
    assert above.get(f"/network/organisations/{lindeboom.pk}").status_code == 200


def test_somebody_always_looks_after_the_network(samira):
    by = Actor.staff(samira)
    for deed in (lambda: accounts.close(samira, by=by), lambda: accounts.change_role(samira, Role.INTAKE, by=by)):
        with pytest.raises(accounts.LastOfTheNetwork):
            deed()
    other = cast.staff(samira.organisation, name="Omar", role=Role.NETWORK)
    accounts.close(samira, by=by)
    with pytest.raises(accounts.LastOfTheNetwork):
        accounts.close(other, by=by)


def test_somebody_always_coordinates_and_what_is_refused_is_said(above, lindeboom, sleutel):
    fatima, nadia = lindeboom.staff.get(role=Role.COORDINATOR), cast.coordinator(lindeboom)
    above.post(f"/network/staff/{fatima.pk}/do/close")
    for deed, told in (("close", {}), ("role", {"role": "matcher"}), ("role", {"role": "network"})):
        response = above.post(f"/network/staff/{nadia.pk}/do/{deed}", told, follow=True)
        assert "Nobody else is a coordinator there" in response.content.decode(), (deed, told)
    nadia.refresh_from_db()
    assert (nadia.role, nadia.is_active) == (Role.COORDINATOR, True)
    above.post(f"/network/staff/{cast.staff(lindeboom, name='Zoë').pk}/do/role", {"role": "coordinator"})
    above.post(f"/network/staff/{nadia.pk}/do/close")
    nadia.refresh_from_db()
    assert nadia.is_active is False


def test_no_alarm_about_a_client_climbs_to_the_network(samira, lindeboom, frozen_clock):
    assert [one.name for one in duty.ladder(lindeboom, frozen_clock)] == ["Fatima"]


def test_held_texts_leave_when_the_network_says_so_and_no_coordinator(above, desk):
    outbox.hold()
    assert "/network/texts" not in desk.get("/privacy").content.decode()
    assert desk.post("/network/texts").status_code == 403
    assert outbox.held_since() is not None
    assert "/network/texts" in above.get("/network").content.decode()
    above.post("/network/texts")
    assert outbox.held_since() is None
    assert Hold.objects.get().released_by.startswith("staff:")


@pytest.fixture
def shared(lindeboom, sleutel):
    return cast.volunteer(lindeboom, sleutel, name="Els")


def test_volunteer_of_several_is_forgotten_by_the_network_alone(above, desk, lindeboom, sleutel, shared):
    with pytest.raises(SharedVolunteer):
        erasing.erase_volunteer(shared, by=SYSTEM, at=lindeboom)
    address = f"/network/volunteers/{shared.pk}/forget"
    assert above.post(address, {"sure": "yes"}).status_code == 404  # nobody asked
    rights.note_request(shared, Right.ERASURE, organisation=lindeboom, by=SYSTEM)
    assert "Els" in above.get("/network").content.decode()
    above.post(address)
    assert Certificate.objects.count() == 0
    assert desk.post(address, {"sure": "yes"}).status_code == 403
    above.post(address, {"sure": "yes"})
    certificate = Certificate.objects.get()
    assert (certificate.person_id, certificate.organisation) == (shared.pk, lindeboom)
    assert desk.get(f"/privacy/certificates/{certificate.pk}").status_code == 200
    html = above.get("/network").content.decode()
    assert ("Els" in html, "Nobody asked." in html) == (False, True)


def test_network_is_opened_from_the_terminal(browser, capsys):
    told = ["--phone", "02 511 22 33", "--sms-number", "0460000009", "--postcode", "1070", "--name", "Samira"]
    call_command("open_network", "--organisation", "Het Anker", "--email", "samira@anker.example", *told)
    path = capsys.readouterr().out.splitlines()[0]
    assert browser.get(path).status_code == 200
    assert Staff.objects.get().role == Role.NETWORK
    with pytest.raises(CommandError):
        call_command("open_network", "--organisation", "Het Anker", "--email", "Samira@anker.example", *told)
    with pytest.raises(CommandError):
        call_command("open_network", "--organisation", "Twee", "--email", "x@y.example", "--name", "X")


def test_link_that_is_garbage_opens_nothing():
    for path in ("/password/x/y", "/password/4pyT/abc", "/password/" + "a" * 200 + "/b"):
        assert Browser().get(path).status_code == 404
