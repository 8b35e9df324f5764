"""The pages of readiness, training, questions and expenses: who may, what is kept, and what never is."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.languages import LANGUAGES
from digibel.notifications import outbox
from digibel.scheduling import cards, expenses
from digibel.scheduling.expenses import Claim
from digibel.scheduling.paid import Payment
from digibel.sheets import handing_out
from digibel.volunteers import links, questions, readiness, training
from digibel.volunteers.models import Readiness, TrainingSession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
PAGES = ["law_file", "information_note", "expenses"]


@pytest.fixture
def els(lindeboom):
    return cast.volunteer(lindeboom, name="Els", family_name="Vermeulen")


def paper(volunteer, requirement):
    return reverse("desk:volunteer_paper", args=[volunteer.pk, requirement])


def day(number=0):
    return (clock.today() + timedelta(days=number)).isoformat()


# --- papers ---------------------------------------------------------------------------------------------------------


def test_a_paper_is_noted_renewed_and_ended_from_its_page(desk, els):
    told = {"deed": "note", "since": day(), "until": day(300), "reference": "POL 12/34"}
    assert desk.post(paper(els, "insurance"), told).status_code == 303
    row = els.readiness.get(requirement="insurance")
    assert (row.until, row.reference) == (clock.today() + timedelta(days=300), "POL 12/34")
    assert desk.post(paper(els, "insurance"), {"deed": "end", "last_day": day(-1)}).status_code == 303
    assert desk.get(f"/volunteers/{els.pk}").context["missing"] == ["insurance"]


def test_one_policy_is_renewed_for_everybody_who_was_insured_here(desk, lindeboom, sleutel, els):
    cast.volunteer(lindeboom, name="Ayse")
    cast.volunteer(sleutel, name="Karim")
    cast.volunteer(lindeboom, name="Luc", ready=False)
    told = {"deed": "note", "since": day(), "until": day(300), "reference": "P1", "everybody": "on"}
    assert desk.post(paper(els, "insurance"), told).status_code == 303
    renewed = Readiness.objects.filter(requirement="insurance", reference="P1")
    assert sorted(one.volunteer.first_name for one in renewed) == ["Ayse", "Els"]


@pytest.mark.parametrize(
    ("requirement", "told"),
    [
        ("insurance", {"deed": "note", "since": "2026-09-15", "until": "", "reference": "1"}),
        ("insurance", {"deed": "note", "since": "31/31/31", "until": "2027-01-01", "reference": "1"}),
        ("insurance", {"deed": "note", "since": "2026-09-16", "until": "2027-01-01", "reference": "1"}),
        ("adult", {"deed": "exempt", "until": "2026-10-01", "reason": "elsewhere"}),
        ("training", {"deed": "exempt", "until": "2099-10-01", "reason": "elsewhere"}),
        ("training", {"deed": "exempt", "until": "2026-10-01", "reason": "is ill"}),
        ("questions", {"deed": "note", "since": "2026-09-15", "until": "2027-01-01"}),
        ("insurance", {"deed": "end", "last_day": ""}),
    ],
)
def test_a_paper_that_cannot_be_is_told_and_not_kept(desk, els, requirement, told):
    before = list(els.readiness.order_by("pk").values())
    answer = desk.post(paper(els, requirement), told)
    assert answer.status_code == 422
    assert answer.context["refusal"] or answer.context["forms"][told["deed"]].errors
    assert list(els.readiness.order_by("pk").values()) == before


def test_an_exemption_says_who_granted_it(desk, nadia, els):
    els.readiness.filter(requirement="training").delete()
    told = {"deed": "exempt", "until": day(30), "reason": "next_session"}
    assert desk.post(paper(els, "training"), told).status_code == 303
    shown = desk.get(f"/volunteers/{els.pk}").content.decode()
    assert "Exempted: registered for the next session. Granted by Nadia." in shown


@pytest.mark.parametrize("deed", ["", "praise"])
def test_a_deed_or_requirement_that_is_none_does_not_exist(desk, els, deed):
    assert desk.post(paper(els, "training"), {"deed": deed}).status_code == 404
    assert desk.get(paper(els, "karma")).status_code == 404


def test_papers_trainings_and_expenses_are_for_a_coordinator(client, lindeboom, els):
    client.force_login(cast.staff(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    addresses = [reverse(f"desk:{name}", args=[els.pk]) for name in PAGES]
    addresses += [paper(els, "insurance"), reverse("desk:trainings"), reverse("desk:paid"), reverse("desk:paid_csv")]
    assert {client.get(one).status_code for one in addresses} == {403}
    assert client.post(reverse("desk:send_questions", args=[els.pk])).status_code == 403


def test_the_list_says_what_runs_out_and_filters_by_it(desk, lindeboom, els):
    cast.volunteer(lindeboom, name="Ayse")
    readiness.note(els, lindeboom, "insurance", since=clock.today(), until=clock.today() + timedelta(10), by=SYSTEM)
    [line] = desk.get("/volunteers?state=soon").context["lines"]
    assert (line.name, [(str(what), until) for what, until in line.soon]) == (
        "Els Vermeulen",
        [("Insurance", date(2026, 9, 25))],
    )


def test_the_file_tells_what_was_noted_and_what_was_before(desk, lindeboom, els):
    for version in ("2025-1", "2026-1"):
        readiness.note(els, lindeboom, "information_note", since=clock.today(), until=None, version=version, by=SYSTEM)
    page = desk.get(reverse("desk:law_file", args=[els.pk]))
    versions = [str(one["version"]) for one in page.context["history"] if str(one["label"]) == "Information note"]
    assert versions == ["", "2025-1", "2026-1"]
    assert page["Cache-Control"] == "no-store"


def test_the_file_shows_nothing_of_the_neighbours(neighbour, lindeboom, els):
    readiness.note(els, lindeboom, "insurance", since=clock.today(), until=None, reference="SECRET-7", by=SYSTEM)
    page = neighbour.get(reverse("desk:law_file", args=[els.pk]))
    assert ("SECRET-7" in page.content.decode(), page.context["history"]) == (False, [])


@pytest.mark.parametrize(
    ("language", "word"), [("nl", "Informatienota"), ("fr", "information pour"), ("en", "Information note")]
)
def test_the_information_note_is_whole_in_each_language(desk, els, language, word):
    page = desk.get(reverse("desk:information_note", args=[els.pk]), {"language": language})
    text = page.content.decode()
    assert word in text
    told = "".join(part for pair in page.context["note"].parts for part in pair)
    assert "{" not in told
    assert "458" not in told


# --- training -------------------------------------------------------------------------------------------------------


def test_a_session_is_added_and_several_are_noted_at_once(desk, lindeboom, els):
    ayse = cast.volunteer(lindeboom, name="Ayse")
    desk.post(reverse("desk:trainings"), {"module": "door", "day": day(-1), "place": "zaal 2"})
    session = TrainingSession.objects.get()
    address = reverse("desk:training", args=[session.pk])
    assert desk.post(address, {"there": [els.pk, ayse.pk, "nonsense"]}).status_code == 303
    assert session.attendances.count() == 2
    assert desk.get(address).context["came"] == 2


def test_a_session_of_another_organisation_does_not_exist(neighbour, lindeboom):
    session = training.add_session(lindeboom, module="door", day=clock.today(), place="", by=SYSTEM)
    address = reverse("desk:training", args=[session.pk])
    assert (neighbour.get(address).status_code, neighbour.post(address).status_code) == (404, 404)
    assert neighbour.get(reverse("desk:trainings")).context["sessions"] == []


def test_a_session_to_come_says_when_to_tick(desk, lindeboom, els):
    session = training.add_session(lindeboom, module="door", day=clock.today() + timedelta(1), place="", by=SYSTEM)
    assert desk.post(reverse("desk:training", args=[session.pk]), {"there": [els.pk]}).status_code == 422
    assert session.attendances.count() == 0


# --- the five questions ---------------------------------------------------------------------------------------------


@pytest.fixture
def link(lindeboom, els):
    els.readiness.filter(requirement="questions").delete()
    return links.open_link(els, lindeboom)


def asked(link):
    return reverse("desk:questions", args=[links.token(link)])


def test_one_press_sends_the_link_and_the_link_opens_without_a_login(desk, lindeboom, els, link):
    desk.post(reverse("desk:send_questions", args=[els.pk]))
    outbox.sweep()
    [text] = cast.telephone(els)
    page = Browser().get(text[text.index("/questions/") :])
    assert (page.status_code, len(page.context["questions"]), page["Cache-Control"]) == (200, 5, "no-store")
    assert "Els" not in page.content.decode()


def test_without_internet_the_questions_open_on_the_screen_at_the_office(desk, lindeboom):
    luc = cast.volunteer(lindeboom, name="Luc", sms_only=True)
    desk.post(reverse("desk:send_questions", args=[luc.pk]))
    outbox.sweep()
    assert cast.telephone(luc) == []
    answer = desk.post(reverse("desk:send_questions", args=[luc.pk]), {"here": "1"})
    assert desk.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_and_arabic_from_the_right(link, language):
    page = Browser().get(asked(link), {"lang": language})
    text = page.content.decode()
    assert (page["Content-Language"], page.context["dir"]) == (language, "rtl" if language == "ar" else "ltr")
    assert f'<html lang="{language}" dir="{page.context["dir"]}">' in text
    assert questions.texts(language)["page"]["check"] in text


def answers(link, number, **wrong):
    return {"try": number} | {one.id: one.right for one in questions.read(link, number, "nl")} | wrong


def test_all_right_passes_and_says_until_when(els, link):
    answer = Browser().post(asked(link), answers(link, 4))
    assert answer.status_code == 303
    page = Browser().get(answer["Location"])
    assert "14 september 2027" in page.context["until"]
    assert els.readiness.get(requirement="questions").until == date(2027, 9, 14)


def test_wrong_is_explained_and_the_next_five_are_there_at_once(els, link):
    first = questions.read(link, 0, "nl")[0]
    page = Browser().post(asked(link), answers(link, 0, **{first.id: first.right % 3 + 1}))
    assert (page.status_code, [one.id for one in page.context["wrong"]], page.context["try"]) == (422, [first.id], 1)
    with translation.override("nl"):
        assert first.right_answer in page.content.decode()
    assert list(els.readiness.filter(requirement="questions")) == []


@pytest.mark.parametrize("told", [{}, {"try": "-1"}, {"try": "9" * 30}, {"try": "٣"}, {"code": "4"}, {"code": "a"}])
def test_what_is_left_open_or_makes_no_sense_is_asked_again(els, link, told):
    page = Browser().post(asked(link), told)
    assert (page.status_code, page.context["wrong"]) == (422, [])
    assert list(els.readiness.filter(requirement="questions")) == []


def test_a_forged_link_and_a_closed_one_say_what_to_do(els, link):
    assert Browser().get(reverse("desk:questions", args=["x" * 16])).status_code == 404
    with clock.travel(clock.now() + links.OPEN_FOR):
        assert Browser().get(asked(link)).status_code == 410


def test_the_card_says_when_the_questions_run_out(lindeboom, client):
    els = cast.volunteer(lindeboom)
    until = clock.today() + timedelta(days=20)
    readiness.note(els, lindeboom, "questions", since=clock.today(), until=until, by=SYSTEM)
    visit = cast.booked(cast.request(lindeboom), els)
    links.open_link(els, lindeboom)
    page = client.get(reverse("desk:card", args=[cards.token(visit)]))
    assert page.context["questions"]["address"].endswith(links.token(links.open_link(els, lindeboom)))
    assert page.context["questions"]["until"] == until


# --- expenses -------------------------------------------------------------------------------------------------------


def test_days_are_paid_with_a_comma_and_the_receipt_is_signed(desk, lindeboom, els):
    cast.worked(els, lindeboom, date(2026, 2, 3))
    address = reverse("desk:expenses", args=[els.pk])
    told = {"deed": "flat", "days": ["2026-02-03"], "amount": "44,02", "way": "cash", "paid_on": day()}
    answer = desk.post(address, told)
    payment = Payment.objects.get()
    assert (answer.status_code, payment.amount) == (303, Decimal("44.02"))
    assert "Received, date and signature" in desk.get(answer["Location"]).content.decode()
    desk.post(address, {"deed": "signed", "payment": payment.pk})
    payment.refresh_from_db()
    assert payment.signed_on == clock.today()
    desk.post(address, {"deed": "take-back", "payment": payment.pk})
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    "changed",
    [{"amount": "44,03"}, {"amount": "0"}, {"amount": "veel"}, {"days": []}, {"days": ["2026-02-04"]}, {"way": "x"}],
)
def test_what_cannot_be_paid_says_why_and_nothing_is_kept(desk, lindeboom, els, changed):
    cast.worked(els, lindeboom, date(2026, 2, 3))
    told = {"deed": "flat", "days": ["2026-02-03"], "amount": "10", "way": "cash", "paid_on": day(), **changed}
    assert desk.post(reverse("desk:expenses", args=[els.pk]), told).status_code in {409, 422}
    assert Payment.objects.count() == 0


def test_kilometres_and_real_costs_have_their_forms(desk, lindeboom, els):
    cast.worked(els, lindeboom, date(2026, 2, 3))
    address = reverse("desk:expenses", args=[els.pk])
    common = {"day": "2026-02-03", "way": "transfer", "paid_on": day()}
    assert desk.post(address, {"deed": "km", "km": "10", "means": "car", **common}).status_code == 303
    told = {"deed": "real", "what": "ticket", "amount": "5", **common}
    assert desk.post(address, told).status_code == 422  # nobody has seen the ticket
    assert desk.post(address, {**told, "proof": "on"}).status_code == 303
    assert Payment.objects.count() == 2


def test_payments_of_another_organisation_do_not_exist(neighbour, lindeboom, els):
    cast.worked(els, lindeboom, date(2026, 2, 3))
    claim = Claim(date(2026, 2, 3), "flat", Decimal(10))
    payment = expenses.pay(els, lindeboom, [claim], way="cash", paid_on=clock.today(), by=SYSTEM)
    assert neighbour.get(reverse("desk:receipt", args=[els.pk, payment.pk])).status_code == 404
    for told in (payment.pk, "nonsense", ""):
        address = reverse("desk:expenses", args=[els.pk])
        assert neighbour.post(address, {"deed": "take-back", "payment": told}).status_code == 404
    assert neighbour.get(reverse("desk:paid")).context["people"] == []
    assert Payment.objects.count() == 1


def test_the_list_of_the_year_as_a_table_is_safe_and_belgian(desk, lindeboom):
    els = cast.volunteer(lindeboom, name="=HYPERLINK(1)", family_name="Vermeulen")
    cast.worked(els, lindeboom, date(2026, 2, 3))
    claim = Claim(date(2026, 2, 3), "flat", Decimal("12.50"))
    expenses.pay(els, lindeboom, [claim], way="transfer", paid_on=clock.today(), by=SYSTEM)
    answer = desk.get(reverse("desk:paid_csv"))
    head, row = csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert (row[0], row[1], row[5]) == ("'=HYPERLINK(1) Vermeulen", "03/02/2026", "12,50")
    assert len(head) == len(row)
    assert "iban" not in ";".join(head).lower()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_no_cell_becomes_a_formula(start):
    assert handing_out.harmless(f"{start}1+1") == f"'{start}1+1"
    assert (handing_out.harmless("Els"), handing_out.harmless(Decimal("1.50")), handing_out.harmless("")) == (
        "Els",
        "1.50",
        "",
    )
