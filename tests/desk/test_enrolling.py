"""Into the pool: one person on a page, a list that is rehearsed first."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

import cast
from digibel.organisations.models import Organisation, Role, Staff
from digibel.volunteers.models import PoolImport, Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

BACKEND = "django.contrib.auth.backends.ModelBackend"
TOLD = {
    "first_name": "Jan",
    "number": "0470 11 22 33",
    "postcode": "1080",
    "speaks": ["nl", "rif"],
    "hours": "ma-vr 9-17",
}
LIST = "voornaam;gsm;postcode;talen\nJan;0470112233;1080;nl, klingon\nFatiha;0471223344;1000;fr\n"


@pytest.fixture
def nadia(client: Browser) -> Staff:
    person = cast.coordinator(cast.organisation())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person, backend=BACKEND)
    return person


def listed(text: str, name: str = "lijst.csv") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, text.encode())}


def test_somebody_new_is_in_the_pool_and_not_yet_ready(nadia: Staff, client: Browser) -> None:
    answer = client.post("/volunteers/new", TOLD, follow=True)
    [jan] = Volunteer.objects.all()
    assert (jan.recipient.number, jan.speaks, jan.hours.count()) == ("+32470112233", ["nl", "rif"], 5)
    assert "In the pool. Note the papers before anybody is sent." in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("number", "02 345 67 89", "A volunteer needs a mobile."),
        ("number", "", "This field is required."),
        ("postcode", "9999", "This is not a Belgian postcode."),
        ("hours", "na vijf", "We cannot read these hours."),
        ("first_name", "12", "This is no name we can use."),
        ("speaks", "klingon", "Select a valid choice."),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(
    field: str, typed: str, said: str, nadia: Staff, client: Browser
) -> None:
    answer = client.post("/volunteers/new", {**TOLD, field: typed})
    assert (answer.status_code, said in answer.content.decode(), Volunteer.objects.count()) == (422, True, 0)


def test_a_number_that_is_in_the_pool_is_refused(nadia: Staff, client: Browser) -> None:
    client.post("/volunteers/new", TOLD)
    answer = client.post("/volunteers/new", {**TOLD, "first_name": "Piet"})
    assert (answer.status_code, Volunteer.objects.count()) == (422, 1)


def test_a_list_is_read_first_and_brought_in_by_a_press(nadia: Staff, client: Browser) -> None:
    answer = client.post("/volunteers/list", listed(LIST))
    page = answer.content.decode()
    assert ("2 people can come in." in page, "Row 2, talen: klingon" in page, Volunteer.objects.count()) == (
        True,
        True,
        0,
    )
    client.post("/volunteers/list/in", {"list": answer.context["text"]})
    assert Volunteer.objects.count() == 2
    page = client.get("/volunteers/list").content.decode()
    assert "2 people came in on" in page
    made = PoolImport.objects.get()
    assert made.organisation == nadia.organisation
    client.post(f"/volunteers/list/{made.pk}/back")
    assert Volunteer.objects.count() == 0


def test_refused_rows_leave_no_button(nadia: Staff, client: Browser) -> None:
    answer = client.post("/volunteers/list", listed(LIST + "Bo;02 345 67 89;1000;nl\n"))
    page = answer.content.decode()
    assert ("One thing to correct first." in page, "volunteers/list/in" in page) == (True, False)
    client.post("/volunteers/list/in", {"list": answer.context["text"]})
    assert Volunteer.objects.count() == 0


@pytest.mark.parametrize("text", ["", "PK\x03\x04", "a;b\n1;2\n", "x" * 2_100_000])
def test_what_is_no_list_is_told(text: str, nadia: Staff, client: Browser) -> None:
    assert client.post("/volunteers/list", listed(text)).status_code == 422


def test_pressed_twice_they_come_in_once(nadia: Staff, client: Browser) -> None:
    text = client.post("/volunteers/list", listed(LIST)).context["text"]
    for _ in range(2):
        client.post("/volunteers/list/in", {"list": text})
    assert (Volunteer.objects.count(), PoolImport.objects.count()) == (2, 1)


def test_another_organisation_takes_nothing_back(nadia: Staff, client: Browser) -> None:
    text = client.post("/volunteers/list", listed(LIST)).context["text"]
    client.post("/volunteers/list/in", {"list": text})
    stranger = cast.coordinator(cast.organisation("Sleutel"))
    client.force_login(stranger, backend=BACKEND)
    assert client.post(f"/volunteers/list/{PoolImport.objects.get().pk}/back").status_code == 404
    assert Volunteer.objects.count() == 2


def test_a_matcher_enrols_nobody(client: Browser) -> None:
    organisation: Organisation = cast.organisation()
    client.force_login(cast.staff(organisation, role=Role.MATCHER), backend=BACKEND)
    assert [client.get(page).status_code for page in ("/volunteers/new", "/volunteers/list")] == [403, 403]
