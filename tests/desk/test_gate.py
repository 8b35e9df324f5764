"""The gate of secrets leaves alone what nobody chose: ids and telephone numbers that look like something else by chance.

Each value here does: where the gate no longer thinks so, another one has to be found.
"""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse

from digibel import clock, sheets
from digibel.desk import gate
from digibel.desk.forms.joining import JoinForm
from digibel.desk.forms.network import OrganisationForm, StaffForm
from digibel.desk.views.today import fingerprint
from digibel.guardrails import secrets
from digibel.organisations.models import Role, Staff
from digibel.scheduling import fraud
from digibel.volunteers.models import Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
UNLUCKY = ["24418153-8867-4966-8f01-b6ecf7933330", "2fa2b339-ea43-466e-99a9-f1236462ade1"]
# A mobile as some write it, and a German one: both could be national numbers.
NUMBERS = {"32482025952": "+32482025952", "+49 1521 2655104": "+4915212655104"}
LIKE_A_NATIONAL_NUMBER = "32482025952"
CARD = "4111 1111 1111 1111"


def posted(told):
    answer = QueryDict(mutable=True)
    answer.update(told)
    return answer


@pytest.mark.parametrize("one", [*UNLUCKY, *map(str.upper, UNLUCKY), LIKE_A_NATIONAL_NUMBER])
def test_what_is_an_id_or_a_number_is_what_it_is(one):
    assert secrets.holds_secret(one)
    assert gate.masked(one) == one


@pytest.mark.parametrize("typed", [CARD, f"/clients/{CARD}/", f"/clients/{UNLUCKY[0]}/{CARD}", f"kaart {CARD}"])
def test_what_stands_beside_an_id_is_hidden_all_the_same(typed):
    assert CARD not in gate.masked(typed)


@pytest.mark.parametrize("one", UNLUCKY)
def test_a_colleague_whose_id_looks_like_a_secret_can_be_chosen(desk, lindeboom, one):
    Staff.objects.create_user(
        "omar@lindeboom.example", id=UUID(one), organisation=lindeboom, name="Omar", role=Role.COORDINATOR
    )
    told = {"first_day": "2026-12-24", "last_day": "2026-12-26", "stand_in": one}
    assert desk.post(reverse("desk:duty_deed", args=["closure"]), told).status_code == 303
    assert lindeboom.closures.get().stand_in_id == UUID(one)


@pytest.mark.parametrize("one", UNLUCKY)
def test_a_call_whose_id_looks_like_a_secret_stays_that_call(desk, lindeboom, one):
    page = desk.post(reverse("desk:intake_fraud"), {"once": one}).content.decode()
    assert f'name="once" value="{one}"' in page
    assert fraud.heard(lindeboom, one) is not None


@pytest.mark.parametrize("one", UNLUCKY)
def test_whoever_comes_in_again_goes_where_they_were_going(lindeboom, client, one):
    page = reverse("desk:client", args=[one])
    assert secrets.holds_secret(page)
    asked = client.get(page)
    assert asked.status_code == 302
    assert f'name="next" value="{page}"' in client.get(asked.url).content.decode()


@pytest.mark.parametrize(("typed", "number"), NUMBERS.items())
def test_a_number_that_could_be_another_is_taken_in_its_own_field(desk, typed, number):
    for form in (JoinForm, OrganisationForm, StaffForm):
        for name in form.numbers:
            read = form(posted({name: typed}))
            read.is_valid()
            assert read.cleaned_data[name] == number


def test_beside_its_own_field_such_a_number_is_hidden():
    assert JoinForm(posted({"name": LIKE_A_NATIONAL_NUMBER})).data["name"] == secrets.MASKS["national_number"]


def test_the_list_of_today_is_told_apart_in_letters_that_no_gate_hides():
    lines = (SimpleNamespace(url="/", at=clock.now() + timedelta(minutes=one), owner="") for one in range(2_000))
    prints = [fingerprint([line]) for line in lines]
    assert [one for one in prints if gate.masked(one) != one] == []
    assert len(set(prints)) == len(prints)


# Jan's postcode and the number of Fatiha below him have the digits of a card: the mask over both made one row of two people.
LIST = """gsm;talen;voornaam;postcode
0470 11 22 33;nl, fr;Jan;5000
0474628194;fr;Fatiha;1090
32482025952;nl;Piotr;1080
"""


def test_a_list_is_read_cell_by_cell():
    assert secrets.find(LIST).kinds == ("card", "national_number")
    sheet = sheets.read(LIST.encode())
    assert gate.masked_sheet(sheet) == sheet
    safe = gate.masked_sheet(sheets.read(f"naam;opmerking\nJan;kaart {CARD}\n{CARD};-\n".encode()))
    assert [row.cells for row in safe.rows] == [("Jan", "kaart [CARD]"), ("[CARD]", "-")]


def test_everybody_on_a_list_comes_in(desk):
    text = desk.post(reverse("desk:pool_list"), {"file": SimpleUploadedFile("lijst.csv", LIST.encode())}).context[
        "text"
    ]
    desk.post(reverse("desk:pool_list_in"), {"list": text})
    came = {(one.first_name, one.postcode, one.recipient.number) for one in Volunteer.objects.all()}
    assert came == {
        ("Jan", "5000", "+32470112233"),
        ("Fatiha", "1090", "+32474628194"),
        ("Piotr", "1080", "+32482025952"),
    }
