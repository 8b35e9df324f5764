"""A list of places on a page: read first, noted by a press, taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

import cast
from digibel.directory.models import HelpPlace, PlacesImport
from digibel.organisations.models import Role, Staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

BACKEND = "django.contrib.auth.backends.ModelBackend"
LIST = "naam;soort;adres;tel;talen\nDe Linde;OCR;Kerkstraat 12, 1090 Jette;025123456;nl, klingon\nBib;bib;Zavel 3, 1000;;\n"


@pytest.fixture
def nadia(client: Browser) -> Staff:
    person = cast.coordinator(cast.organisation())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person, backend=BACKEND)
    return person


def posted(client: Browser, text: str, **more: str):
    return client.post("/places/list", {"file": SimpleUploadedFile("lijst.csv", text.encode()), **more})


def pressed(client: Browser, answer, **changes: str):
    told = {"list": answer.context["text"], "seen": answer.context["seen"], "kind": answer.context["kind"], **changes}
    return client.post("/places/list/in", told, follow=True)


def test_a_list_is_read_first_and_noted_by_a_press(nadia: Staff, client: Browser) -> None:
    answer = posted(client, LIST)
    page = answer.content.decode()
    assert ("2 places are new or change." in page, "Row 2, talen: klingon" in page, HelpPlace.objects.count()) == (
        True,
        True,
        0,
    )
    assert "2 places are noted." in pressed(client, answer).content.decode()
    made = PlacesImport.objects.get()
    assert (made.organisation, made.added, HelpPlace.objects.get(name="De Linde").languages) == (
        nadia.organisation,
        2,
        ["nl"],
    )
    client.post(f"/places/list/{made.pk}/back")
    assert HelpPlace.objects.count() == 0


def test_what_changes_is_said_before_and_after(nadia: Staff, client: Browser) -> None:
    cast.place("De Linde", street="Kerkstraat", house_number="12", phone="02 555 00 00", languages=["fr"])
    page = posted(client, LIST).content.decode()
    told = ("<b>Telephone</b>: <s>02 555 00 00</s> → 02 512 34 56", "<b>Speaks</b>: <s>French</s> → Dutch")
    assert [one in page for one in told] == [True, True]


def test_refused_rows_leave_no_button_and_nothing_comes_in(nadia: Staff, client: Browser) -> None:
    answer = posted(client, LIST + "Bo;iets;;;\n")
    page = answer.content.decode()
    assert ("One thing to correct first." in page, "places/list/in" in page) == (True, False)
    pressed(client, answer)
    assert HelpPlace.objects.count() == 0


def test_pressed_twice_or_forged_it_comes_in_once_or_not(nadia: Staff, client: Browser) -> None:
    answer = posted(client, LIST)
    for change in ({"seen": "x"}, {"list": LIST + "Nog;OCR;;;\n"}, {"list": ""}, {"list": "\x00"}):
        pressed(client, answer, **change)
        assert HelpPlace.objects.count() == 0
    for _ in range(2):
        page = pressed(client, answer).content.decode()
    assert (HelpPlace.objects.count(), PlacesImport.objects.count()) == (2, 1)
    assert "Something changed in the places since this list was read." in page


def test_a_list_of_one_kind_needs_no_column_for_it(nadia: Staff, client: Browser) -> None:
    text = "naam;postcode\nBib Jette;1090\n"
    assert posted(client, text).status_code == 422
    pressed(client, posted(client, text, kind="library"))
    assert HelpPlace.objects.get().kind == "library"


@pytest.mark.parametrize("text", ["", "PK\x03\x04", "a;b\n1;2\n", "x" * 2_100_000])
def test_what_is_no_list_is_told(text: str, nadia: Staff, client: Browser) -> None:
    assert posted(client, text).status_code == 422


def test_another_organisation_takes_nothing_back(nadia: Staff, client: Browser) -> None:
    pressed(client, posted(client, LIST))
    client.force_login(cast.coordinator(cast.organisation("Sleutel")), backend=BACKEND)
    assert client.get("/places/list").context["last"] is None
    assert client.post(f"/places/list/{PlacesImport.objects.get().pk}/back").status_code == 404
    assert HelpPlace.objects.count() == 2


def test_a_matcher_brings_in_no_places(client: Browser) -> None:
    client.force_login(cast.staff(cast.organisation(), role=Role.MATCHER), backend=BACKEND)
    assert client.get("/places/list").status_code == 403


def test_the_workbook_has_every_place_and_no_formula(nadia: Staff, client: Browser) -> None:
    cast.place("=HYPERLINK(1)")
    answer = client.get("/places.xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="digibel-places.xlsx"'
    read = SimpleUploadedFile("terug.xlsx", answer.content)
    page = client.post("/places/list", {"file": read}).content.decode()
    assert "Everything in this list is in the places already." in page
