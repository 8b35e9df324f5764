"""The pages about privacy: for coordinators, of their own organisation, whole in every state, and never a deed by mistake."""

import json
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, Hold
from digibel.organisations.models import Role, Staff, email_trace
from digibel.privacy.models import Breach, Certificate, RightsRequest
from digibel.requests.models import Client
from digibel.scheduling import complaints, merging

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def page_of(person, kind="client"):
    return reverse("desk:privacy_person", args=[kind, person.pk])


def deed(desk, person, name, kind="client", **posted):
    address = reverse("desk:privacy_deed", args=[kind, person.pk, name])
    return desk.post(address, posted, follow=True)


@pytest.fixture
def claes(lindeboom):
    return cast.request(lindeboom).client


def test_register_is_empty_at_first_and_says_so(desk):
    page = desk.get(reverse("desk:privacy")).content.decode()
    assert "Nobody waits for an answer about their data." in page
    assert "How long what is kept" in page


@pytest.mark.parametrize("role", [Role.INTAKE, Role.MATCHER])
def test_only_a_coordinator_gets_in(desk, nadia, claes, role):
    Staff.objects.filter(pk=nadia.pk).update(role=role)
    for address in (reverse("desk:privacy"), page_of(claes), page_of(claes) + "/data", page_of(claes) + "/data.json"):
        assert desk.get(address).status_code == 403
    deed(desk, claes, "erase", sure="yes")
    assert Certificate.objects.count() == 0
    assert "Privacy" not in desk.get(reverse("desk:volunteers")).content.decode()


def test_another_organisation_finds_nobody(neighbour, claes, lindeboom):
    fatima, stranger = lindeboom.staff.first(), cast.texts("+32470123123", "Wie is daar?").recipient
    for person, kind in ((claes, "client"), (fatima, "staff"), (stranger, "recipient")):
        assert neighbour.get(page_of(person, kind)).status_code == 404
        deed(neighbour, person, "erase", kind=kind, sure="yes")
    assert Certificate.objects.count() == 0


@pytest.mark.parametrize("kind", ["client", "volunteer", "recipient", "staff", "visit", "x"])
def test_somebody_who_does_not_exist_is_not_found(desk, kind):
    for end in ("", "/data", "/data.json"):
        assert desk.get(f"/privacy/{kind}/{uuid.uuid4()}{end}").status_code == 404


def test_what_is_asked_stands_in_the_register_and_on_the_list(desk, claes, lindeboom):
    deed(desk, claes, "ask", right="erasure", received="2026-08-31")
    asked = RightsRequest.objects.get()
    assert (asked.due_on, asked.right) == (date(2026, 9, 30), "erasure")
    page = desk.get(reverse("desk:privacy")).content.decode()
    assert ("Meneer Claes" in page, "wants to be forgotten" in page) == (True, True)
    assert "Asked something about their own data" in desk.get(reverse("desk:calls")).content.decode()
    desk.post(reverse("desk:rights_answer", args=[asked.pk]), {"outcome": "refused"})
    asked.refresh_from_db()
    assert (asked.outcome, CallTask.objects.open().filter(kind="privacy.request").count()) == ("refused", 0)


def test_call_says_what_was_asked_and_leads_to_the_page_where_it_is_answered(desk, claes):
    for right in ("rectification", "objection"):
        deed(desk, claes, "ask", right=right, received=str(clock.today()))
    listed = desk.get(reverse("desk:calls")).content.decode()
    assert "Wants something put right. Answer before " in listed
    assert "Objects. Answer before " in listed
    asked = RightsRequest.objects.get(right="objection")
    call = CallTask.objects.get(kind="privacy.request", subject_id=asked.pk)
    theirs = f"/privacy/client/{claes.pk}"
    assert f'href="{theirs}"' in desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    answer = reverse("desk:rights_answer", args=[asked.pk])
    assert answer in desk.get(theirs).content.decode()
    assert desk.post(answer, {"outcome": "refused", "back": "person"}).url == theirs
    assert answer not in desk.get(theirs).content.decode()


@pytest.mark.parametrize("received", ["", "gisteren", "2026-02-31", "2030-01-01"])
def test_day_that_is_none_is_refused_in_a_sentence(desk, claes, received):
    page = deed(desk, claes, "ask", right="access", received=received).content.decode()
    assert ("not later than today" in page, RightsRequest.objects.count()) == (True, 0)


def test_call_about_it_that_is_put_aside_comes_back(desk, claes):
    deed(desk, claes, "ask", right="access", received=str(clock.today()))
    call = CallTask.objects.get(kind="privacy.request")
    assert desk.get(reverse("desk:call", args=[call.pk])).status_code == 200
    desk.post(reverse("desk:call_outcome", args=[call.pk]), {"outcome": "reached"})
    assert CallTask.objects.open().filter(kind="privacy.request").count() == 1


def test_nobody_is_forgotten_by_one_push(desk, claes):
    page = deed(desk, claes, "erase").content.decode()
    assert ("Tick the box" in page, Certificate.objects.count()) == (True, 0)


def test_client_is_forgotten_and_the_certificate_prints_in_three_languages(desk, claes):
    deed(desk, claes, "ask", right="erasure", received=str(clock.today()))
    page = deed(desk, claes, "erase", sure="yes").content.decode()
    certificate = Certificate.objects.get()
    assert ("This person is forgotten." in page, certificate.number in page) == (True, True)
    assert RightsRequest.objects.get().outcome == "done"
    for language, words in (("nl", "vergeten"), ("fr", "oubli"), ("en", "you are forgotten")):
        paper = desk.get(reverse("desk:certificate", args=[certificate.pk]) + f"?lang={language}").content.decode()
        assert (words in paper, "Claes" in paper) == (True, False), language
    again = deed(desk, claes, "erase", sure="yes").content.decode()
    assert "erased already" in again


def test_the_page_of_who_is_forgotten_says_so_and_asks_nothing_more(desk, claes):
    reference = claes.help_requests.get().reference
    deed(desk, claes, "erase", sure="yes")
    page = desk.get(f"/clients/{claes.pk}").content.decode()
    assert "This person is forgotten." in page
    assert reference in page
    for gone in ("Moved or died", "Correct<", "A complaint", "This is a mistake", "Who is it?"):
        assert gone not in page
    for path in ("edit", "complain"):
        assert desk.get(f"/clients/{claes.pk}/{path}").url == f"/clients/{claes.pk}"


def test_certificate_is_for_the_organisation_that_made_it(desk, neighbour, claes):
    deed(desk, claes, "erase", sure="yes")
    assert neighbour.get(reverse("desk:certificate", args=[Certificate.objects.get().pk])).status_code == 404


def test_stranger_is_forgotten(desk, lindeboom):
    stranger = cast.texts("+32470123123", "Wie is daar?").recipient
    assert desk.get(page_of(stranger, "recipient")).status_code == 200
    deed(desk, stranger, "erase", kind="recipient", sure="yes")
    assert Certificate.objects.get().person_kind == "recipient"


def test_mobile_of_a_colleague_is_forgotten(desk, lindeboom):
    fatima = lindeboom.staff.get(email_index=email_trace("fatima@de-lindeboom.example"))
    assert "Forget the mobile number" in desk.get(page_of(fatima, "staff")).content.decode()
    deed(desk, fatima, "erase-mobile", kind="staff", sure="yes")
    fatima.refresh_from_db()
    assert fatima.mobile == ""
    assert "still works" in deed(desk, fatima, "erase", kind="staff", sure="yes").content.decode()


def test_export_is_read_and_taken_along_and_recorded(desk, claes):
    page = desk.get(page_of(claes) + "/data").content.decode()
    assert ("Theodorstraat" in page, "Mijn tablet doet raar" in page) == (True, True)
    response = desk.get(page_of(claes) + "/data.json")
    told = json.loads(response.content)
    assert told["data"]["requests.Client"][0]["street"] == "Theodorstraat"
    assert "Claes" not in response["Content-Disposition"]
    assert Event.objects.filter(verb="data.exported").count() == 2


def test_yes_taken_back_stops_what_rested_on_it(desk, lindeboom, claes):
    visit = cast.booked(claes.help_requests.get(), cast.volunteer(lindeboom))
    deed(desk, claes, "withdraw", then="ask")
    visit.refresh_from_db()
    assert (visit.status, claes.help_requests.get().next_kind) == ("cancelled", "own_yes")
    assert "Takes back the yes" not in desk.get(page_of(claes)).content.decode()


def test_what_is_kept_and_not_used_says_so_on_every_page_of_theirs(desk, claes):
    request = claes.help_requests.get()
    assert "Choose why" in deed(desk, claes, "restrict", why="because").content.decode()
    deed(desk, claes, "restrict", why="accuracy")
    for address in (page_of(claes), reverse("desk:request", args=[request.reference])):
        page = desk.get(address).content.decode()
        assert ("Kept and not used" in page, "Says that it is not right" in page) == (True, True), address
    deed(desk, claes, "lift")
    assert Client.objects.select_related("recipient").get().recipient.restricted_at is None


def test_breach_is_written_down_with_its_72_hours(desk, lindeboom):
    desk.post(reverse("desk:breach"), {"kind": "phone_lost", "risk": "high", "people": "3"})
    breach = Breach.objects.get()
    assert (breach.kind, breach.risk, breach.people) == ("phone_lost", "high", 3)
    call = CallTask.objects.open().get(kind="privacy.breach")
    assert desk.get(reverse("desk:call", args=[call.pk])).status_code == 200
    with clock.travel(clock.now() + timedelta(hours=73)):
        assert "Authority not told" in desk.get(reverse("desk:privacy")).content.decode()
    for step in ("authority_told", "people_told", "closed"):
        desk.post(reverse("desk:breach_step", args=[breach.pk, step]))
    breach.refresh_from_db()
    assert None not in (breach.authority_told_at, breach.people_told_at, breach.closed_at)
    assert CallTask.objects.open().filter(kind="privacy.breach").count() == 0


@pytest.mark.parametrize("people", ["", "-3", "drie", "٣", "9" * 30])
def test_number_that_is_none_counts_as_nobody(desk, people):
    desk.post(reverse("desk:breach"), {"kind": "other", "risk": "none", "people": people})
    assert Breach.objects.get().people == 0


def test_neighbours_register_is_not_ours(desk, neighbour):
    desk.post(reverse("desk:breach"), {"kind": "other", "risk": "none", "people": "1"})
    breach = Breach.objects.get()
    assert neighbour.post(reverse("desk:breach_step", args=[breach.pk, "closed"])).status_code == 404
    assert "Something else" not in neighbour.get(reverse("desk:privacy")).content.decode()


def test_held_texts_are_told_and_are_not_one_organisations_to_let_leave(desk):
    """The network administrator does (test_network)."""
    outbox.hold()
    assert "Texts are held" in desk.get(reverse("desk:privacy")).content.decode()
    assert desk.post(reverse("desk:let_texts_leave")).status_code == 403
    assert Hold.objects.get().released_at is None


def test_a_number_nobody_knows_leads_from_the_inbox_to_its_page(desk, nadia, lindeboom):
    message = cast.texts("+32470123123", "Wie is daar?")
    known = cast.texts(cast.request(lindeboom).client, "Wie komt er eigenlijk langs?")
    page = desk.get(reverse("desk:inbox")).content.decode()
    assert (page_of(message.recipient, "recipient") in page, page_of(known.recipient, "recipient") in page) == (
        True,
        False,
    )
    Staff.objects.filter(pk=nadia.pk).update(role=Role.INTAKE)
    assert page_of(message.recipient, "recipient") not in desk.get(reverse("desk:inbox")).content.decode()


def test_the_pages_of_a_person_lead_there_for_a_coordinator(desk, nadia, claes, lindeboom):
    els = cast.volunteer(lindeboom)
    pages = {
        reverse("desk:client", args=[claes.pk]): page_of(claes),
        reverse("desk:volunteer", args=[els.pk]): page_of(els, "volunteer"),
    }
    assert [one for one, wanted in pages.items() if wanted not in desk.get(one).content.decode()] == []
    Staff.objects.filter(pk=nadia.pk).update(role=Role.INTAKE)
    assert [one for one, wanted in pages.items() if wanted in desk.get(one).content.decode()] == []


def test_page_of_who_was_known_twice_is_the_one_person_and_all_they_asked(desk, claes, lindeboom):
    other = cast.request(lindeboom, client={"family_name": "Klaas", "phone": cast.mobile()}).client
    deed(desk, other, "ask", right="erasure", received=str(clock.today()))
    merging.merge(claes, other, by=SYSTEM)
    page = desk.get(page_of(other)).content.decode()
    assert ("Meneer Claes" in page, "What they asked before" in page) == (True, True)
    deed(desk, other, "erase", sure="yes")
    assert (Certificate.objects.get().person_id, RightsRequest.objects.get().outcome) == (claes.pk, "done")


def test_open_complaint_is_told_in_a_sentence(desk, claes):
    complaints.note(claes, kind="waiting", text="Ik wacht al lang", by=SYSTEM)
    page = deed(desk, claes, "erase", sure="yes").content.decode()
    assert ("A complaint of theirs is still open." in page, Certificate.objects.count()) == (True, 0)
