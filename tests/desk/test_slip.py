"""Slips: chosen, handed out, printed; without a family name."""

import re
from datetime import date

import pytest
from django.urls import reverse

import cast
from digibel.audit.actors import SYSTEM
from digibel.directory.models import HelpPlace
from digibel.notifications.models import OutboundMessage
from digibel.privacy import stopping
from digibel.requests.models import NextActionKind, Referral

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def desk(client, lindeboom):
    client.force_login(cast.staff(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def office():
    return HelpPlace.objects.create(
        slug="ocmw-jette",
        kind="office",
        name="OCMW Jette",
        name_fr="CPAS de Jette",
        postcode="1090",
        street="Voorbeeldstraat",
        house_number="1",
        phone="02 000 00 01",
        url="https://ocmw.example",
        serves=["1090"],
        hours={"tue": [["09:00", "12:00"], ["13:00", "16:00"]]},
        checked_on=date(2026, 3, 2),
        source="seen",
    )


@pytest.fixture
def asked(lindeboom):
    """Something for the welfare centre."""
    return cast.request(lindeboom, tasks=["benefits"], client={"speaks": ["fr"], "reads": ["fr"]})


def address(request):
    return reverse("desk:slip", args=[request.reference])


def text(answer):
    article = re.search(r"<article.*?</article>", answer.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", article[0]).split())


def test_choosing_starts_with_the_nearest_of_each_route(desk, asked, office):
    html = desk.get(address(asked)).content.decode()
    assert re.findall(r'name="place" value="([^"]+)" checked', html) == [str(office.pk)]


@pytest.mark.guardrail("E13")
def test_nobody_is_sent_anywhere_before_their_own_yes_nor_while_it_is_kept_and_not_used(desk, lindeboom, asked, office):
    somebody_else_rang = cast.request(lindeboom, tasks=["benefits"], caller="family", consent={"given": False})
    answer = desk.post(address(somebody_else_rang), {"place": [str(office.pk)]})
    assert (answer.status_code, Referral.objects.count()) == (409, 0)
    stopping.restrict_client(asked.client, "claim", by=SYSTEM)
    assert (desk.post(address(asked), {"place": [str(office.pk)]}).status_code, Referral.objects.count()) == (409, 0)


@pytest.mark.guardrail("E13")
def test_handing_out_refers_once_and_leads_to_the_sheet(desk, asked, office):
    answer = desk.post(address(asked), {"place": [str(office.pk)], "language": "nl"})
    assert answer.status_code == 303
    asked.refresh_from_db()
    assert [referral.place_id for referral in Referral.objects.filter(request=asked)] == [office.pk]
    assert asked.next_kind == NextActionKind.CHECK_REFERRAL
    assert "OCMW Jette" in text(desk.get(answer.url))


@pytest.mark.guardrail("E13")
def test_sheet_speaks_the_clients_language_and_names_no_family(desk, asked, office):
    said = text(desk.get(address(asked), {"place": str(office.pk)}))
    wanted = ("Guido", "CPAS de Jette", "Voorbeeldstraat 1, 1090 Jette", "02 000 00 01", "09:00–12:00, 13:00–16:00")
    assert [word for word in wanted if word not in said] == []
    assert [word for word in ("Claes", "Theodorstraat", "Mijn tablet") if word in said] == []


def test_sheet_draws_the_address_of_a_website(desk, asked, office):
    html = desk.get(address(asked), {"place": str(office.pk)}).content.decode()
    assert len(re.findall(r'<div class="qr"[^>]*><svg', html)) == 1
    office.url = ""
    office.save()
    assert '<div class="qr"' not in desk.get(address(asked), {"place": str(office.pk)}).content.decode()


def test_a_route_without_a_place_is_a_sentence(desk, lindeboom):
    asked = cast.request(lindeboom, tasks=["cash-withdrawal"])
    html = desk.get(address(asked)).content.decode()
    route = re.findall(r'name="route" value="([^"]+)" checked', html)[0]
    answer = desk.post(address(asked), {"route": [route], "language": "nl"})
    assert [referral.route for referral in Referral.objects.filter(request=asked)] == [route]
    assert desk.get(answer.url).status_code == 200


@pytest.mark.parametrize("told", [{}, {"route": ["NOWHERE"]}, {"place": ["no-id"]}])
def test_nothing_chosen_is_said_beside_the_form(desk, asked, told):
    answer = desk.post(address(asked), told, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "Choose at least one place or one way." in answer.content.decode()
    assert not Referral.objects.exists()


def test_another_organisations_request_is_not_there(client, asked, office):
    stranger = cast.staff(cast.organisation("Elders", sms_number="+32460000002"), name="Piet")
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address(asked), {"place": [str(office.pk)]}).status_code == 404
    assert not Referral.objects.exists()


def test_slip_needs_a_login(client, asked):
    assert client.get(address(asked)).status_code == 302


def test_choosing_says_whether_they_are_understood_and_when_the_door_opens(desk, asked, office):
    office.languages = ["nl", "ar"]
    office.exceptions = [{"from": "2026-09-15", "until": "2026-09-21", "hours": []}]
    office.save()
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    html = desk.get(address(asked)).content.decode()
    assert re.findall(r"<small>(does not speak[^<]*)</small>", html) == [
        "does not speak their language, opens on Tuesday at 09:00"
    ]


def test_the_sheet_says_on_which_days_the_door_is_closed(desk, asked, office):
    office.exceptions = [
        {"from": "2026-09-01", "until": "2026-09-02", "hours": []},
        {"from": "2026-09-24", "until": "2026-09-24", "hours": [["10:00", "11:00"]]},
        {"from": "2026-10-01", "until": "2026-10-05", "hours": []},
        {"from": "2026-12-24", "until": "2026-12-24", "hours": []},
    ]
    office.save()
    said = text(desk.get(address(asked), {"place": str(office.pk)}))
    wanted = ("le 24 septembre 2026 seulement 10:00–11:00", "fermé du 1 octobre 2026 au 5 octobre 2026")
    assert [word for word in wanted if word not in said] == []
    assert [word for word in ("2 septembre", "24 décembre") if word in said] == []


def test_the_sheet_is_in_any_of_the_ten_languages_and_from_right_to_left(desk, asked, office):
    html = desk.get(address(asked), {"place": str(office.pk), "language": "ar"}).content.decode()
    assert re.findall(r'<article[^>]*lang="(\w+)" dir="(\w+)"', html) == [("ar", "rtl")]
    assert [word for word in ("هنا يساعدونكم", "CPAS de Jette", "الثلاثاء") if word not in html] == []
    assert "Here they help you" not in html


def test_a_slip_goes_out_as_a_text_once(desk, asked, office):
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    sheet = desk.post(address(asked), {"place": [str(office.pk)], "language": "fr"}).url
    assert re.findall(r'name="deed" value="([^"]+)"', desk.get(sheet).content.decode()) == ["text", "read-out"]
    for _ in range(2):
        assert desk.post(address(asked), {"deed": "text"}).status_code == 303
    assert OutboundMessage.objects.filter(kind="slip.slip").count() == 1
    assert (
        "They have this slip as a text already."
        in desk.get(reverse("desk:request", args=[asked.reference])).content.decode()
    )


def test_reading_it_out_leads_to_the_call_with_the_words(desk, asked, office):
    desk.post(address(asked), {"place": [str(office.pk)], "language": "fr"})
    call = desk.post(address(asked), {"deed": "read-out"}).url
    page = desk.get(call, headers={"accept-language": "en"}).content.decode()
    assert [word for word in ("CPAS de Jette", "Read the slip out", "Reached: they know") if word not in page] == []


def test_nothing_handed_out_is_nothing_to_tell(desk, asked, office):
    assert 'name="deed"' not in desk.get(address(asked), {"place": str(office.pk)}).content.decode()
    for deed in ("text", "read-out"):
        assert desk.post(address(asked), {"deed": deed}).status_code == 303
    assert not OutboundMessage.objects.filter(kind="slip.slip").exists()
