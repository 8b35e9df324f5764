"""Complaints on the desk: a way in, a line on the list, an answer, and a register without anybody's name in its file."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

import cast
from desk.conftest import logged_in
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.organisations.models import Staff
from digibel.scheduling import inside
from digibel.scheduling.models import Complaint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def guido(lindeboom):
    return cast.request(lindeboom).client


@pytest.fixture
def complaint(desk, guido):
    desk.post(f"/clients/{guido.pk}/complain", {"kind": "waiting", "text": "Drie weken gewacht"})
    return Complaint.objects.get()


def test_whoever_hears_one_writes_it_down(lindeboom, guido):
    browser = logged_in(Browser(), cast.staff(lindeboom, name="Ines"))
    assert "how we work" in browser.get(f"/clients/{guido.pk}/complain").content.decode()
    browser.post(f"/clients/{guido.pk}/complain", {"kind": "waiting", "text": "Drie weken gewacht"})
    [complaint] = Complaint.objects.all()
    assert (complaint.text, complaint.client) == ("Drie weken gewacht", guido)
    assert browser.get(f"/complaints/{complaint.pk}").status_code == 403
    assert browser.get("/complaints").status_code == 403
    assert browser.get("/complaints.csv").status_code == 403


def test_nothing_typed_is_lost_and_no_secret_comes_back(desk, guido):
    refused = desk.post(f"/clients/{guido.pk}/complain", {"kind": "", "text": "pincode 4711 gevraagd"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "gevraagd" in page
    assert "4711" not in page


def test_it_stands_on_the_list_until_it_has_ended(desk, complaint):
    path = f"/complaints/{complaint.pk}"
    assert path in desk.get("/").content.decode()
    desk.post(path, {"text": "Sorry.", "outcome": ""})
    assert "say how it ends" in desk.get(path).content.decode()
    desk.post(path, {"text": "Morgen komt iemand.", "outcome": "right"})
    page = desk.get(path).content.decode()
    assert "they are right" in page
    assert "<textarea" not in page
    assert path not in desk.get("/").content.decode()


def test_an_answer_without_words_is_asked_again(desk, complaint):
    assert desk.post(f"/complaints/{complaint.pk}", {"text": " ", "outcome": "right"}).status_code == 422
    complaint.refresh_from_db()
    assert complaint.ended_at is None


def test_register_by_kind_and_state(desk, guido, complaint):
    desk.post(f"/clients/{guido.pk}/complain", {"kind": "service", "text": "Onvriendelijk"})
    path = f"/complaints/{complaint.pk}"
    assert path in desk.get("/complaints", {"kind": "waiting", "state": "open"}).content.decode()
    assert path not in desk.get("/complaints", {"kind": "service"}).content.decode()
    assert path not in desk.get("/complaints", {"state": "late"}).content.decode()
    with clock.travel(clock.now() + timedelta(days=12)):
        assert path in desk.get("/complaints", {"state": "late"}).content.decode()
    assert "No complaints here" in desk.get("/complaints", {"state": "ended"}).content.decode()


def test_the_file_names_nobody(desk, complaint):
    answer = desk.get("/complaints.csv")
    assert answer.content.decode() == ("kind,made,answered,ended,outcome,about_a_visit\r\nwaiting,2026-09-15,,,,no\r\n")
    assert answer["Content-Disposition"] == 'attachment; filename="complaints.csv"'


def test_the_neighbours_see_and_answer_nothing(neighbour, complaint, guido):
    assert neighbour.get(f"/complaints/{complaint.pk}").status_code == 404
    assert neighbour.post(f"/complaints/{complaint.pk}", {"text": "x", "outcome": "right"}).status_code == 404
    assert neighbour.get(f"/clients/{guido.pk}/complain").status_code == 404
    assert f"{complaint.pk}" not in neighbour.get("/complaints").content.decode()
    assert "waiting" not in neighbour.get("/complaints.csv").content.decode()


def test_a_visit_of_somebody_else_is_no_visit_of_theirs(desk, lindeboom, guido):
    els = cast.volunteer(lindeboom)
    visit = cast.booked(cast.request(lindeboom), els)
    desk.post(f"/clients/{guido.pk}/complain", {"kind": "money", "text": "Geld weg", "visit": str(visit.pk)})
    els.refresh_from_db()
    assert (Complaint.objects.get().visit, els.paused_at) == (None, None)


# --- about one of us, and about money ---------------------------------------------------------------------------------------


def test_whoever_it_is_about_neither_reads_nor_answers_it(desk, lindeboom, guido):
    chris = cast.coordinator(lindeboom, name="Chris")
    told = {"kind": "service", "text": "Kortaf aan de telefoon", "about": str(chris.pk)}
    desk.post(f"/clients/{guido.pk}/complain", told)
    path, theirs = f"/complaints/{Complaint.objects.get().pk}", logged_in(Browser(), chris)
    for page in ("/", "/complaints", f"/clients/{guido.pk}"):
        assert path in desk.get(page).content.decode()
        assert path not in theirs.get(page).content.decode()
    assert "service" not in theirs.get("/complaints.csv").content.decode()
    assert [theirs.get(path).status_code, theirs.post(path, {"text": "x", "outcome": "otherwise"}).status_code] == [
        403
    ] * 2
    desk.post(path, {"text": "Excuses.", "outcome": "right"})
    assert Complaint.objects.get().outcome == "right"


def test_whoever_it_is_about_does_not_read_it_in_the_copy_of_what_we_know_either(desk, lindeboom, guido):
    chris = cast.coordinator(lindeboom, name="Chris")
    desk.post(f"/clients/{guido.pk}/complain", {"kind": "service", "text": "Kortaf gezegd", "about": str(chris.pk)})
    theirs = logged_in(Browser(), chris)
    for path in ("data", "data.json"):
        assert "Kortaf gezegd" in desk.get(f"/privacy/client/{guido.pk}/{path}").content.decode()
        assert "Kortaf gezegd" not in theirs.get(f"/privacy/client/{guido.pk}/{path}").content.decode()
    assert "Ask a colleague to make the copy" in theirs.get(f"/privacy/client/{guido.pk}/data").content.decode()


def test_about_the_only_coordinator_it_waits_for_another_one_in_sight(client, sleutel):
    only = Staff.objects.get(organisation=sleutel)
    client_of = cast.request(sleutel).client
    browser = logged_in(Browser(), cast.staff(sleutel, name="Ines"))
    told = {"kind": "service", "text": "Kortaf", "about": str(only.pk)}
    said = browser.post(f"/clients/{client_of.pk}/complain", told, follow=True).content.decode()
    assert "about your only coordinator" in said
    above = logged_in(client, cast.staff(sleutel, name="Ilse", role="network"))
    page = above.get("/network").content.decode()
    assert "A complaint that nobody there may read" in page
    assert "Kortaf" not in page
    cast.coordinator(sleutel, name="Zeynep")
    assert "A complaint that nobody there may read" not in above.get("/network").content.decode()


@pytest.mark.parametrize("told", ["", "x", "00000000-0000-0000-0000-000000000000", "theirs"])
def test_whoever_is_none_of_us_is_nobody_in_particular(desk, guido, told):
    elsewhere = cast.coordinator(cast.organisation("Elders", sms_number="+32460000009"), name="Chris")
    about = str(elsewhere.pk) if told == "theirs" else told
    desk.post(f"/clients/{guido.pk}/complain", {"kind": "service", "text": "Kortaf", "about": about})
    assert Complaint.objects.get().about_staff is None


def test_about_money_somebody_says_at_which_visit_or_that_it_was_at_none(desk, lindeboom):
    els = cast.volunteer(lindeboom)
    visit = cast.booked(cast.request(lindeboom), els)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
    path, told = f"/clients/{visit.client_id}/complain", {"kind": "money", "text": "Er is geld weg"}
    refused = desk.post(path, {**told, "visit": ""})
    assert (refused.status_code, Complaint.objects.count()) == (422, 0)
    assert "Er is geld weg" in refused.content.decode()
    desk.post(path, {**told, "visit": "none"})
    els.refresh_from_db()
    assert (Complaint.objects.get().visit, els.paused_at) == (None, None)
    desk.post(path, {**told, "visit": str(visit.pk)})
    els.refresh_from_db()
    assert els.paused_at == clock.now()
