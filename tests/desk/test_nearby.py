"""Help near by, for anybody: what it finds, what it never tells, and how often it answers."""

import re

import pytest

import cast
from digibel.desk import limits
from digibel.directory.models import HelpPlace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_has_asked")]

PATH = "/near"


@pytest.fixture
def rooms(frozen_clock):
    common = {"kind": "computer_room", "source": "told by telephone", "hours": {"tue": [["09:00", "12:00"]]}}
    HelpPlace.objects.create(
        slug="near",
        name="Dichtbij",
        name_fr="Tout près",
        postcode="1090",
        phone="+3224275566",
        languages=["nl"],
        **common,
    )
    HelpPlace.objects.create(slug="far", name="Ver", postcode="1180", **common)
    HelpPlace.objects.create(slug="gone", name="Gesloten", postcode="1090", active=False, **common)


def names(answer):
    return [line.name for line in answer.context["lines"]]


def test_a_postcode_finds_the_nearest_with_hours_and_telephone(anybody, rooms):
    answer = anybody.get(PATH, {"postcode": "1090"})
    page = answer.content.decode()
    assert names(answer) == ["Tout près", "Ver"]
    assert [word for word in ("Help near Jette", "09:00–12:00", "open now", "02 427 55 66") if word not in page] == []


@pytest.mark.parametrize(("query", "found"), [({"language": "nl"}, ["Tout près"]), ({"kind": "lender"}, [])])
def test_a_filter_narrows_what_is_found(anybody, rooms, query, found):
    assert names(anybody.get(PATH, {"postcode": "1090", **query})) == found


@pytest.mark.parametrize(
    ("lang", "said"), [("nl", "Hulp in de buurt van"), ("fr", "De l'aide près de"), ("en", "Help near")]
)
def test_it_is_told_in_three_languages_by_the_address(anybody, rooms, lang, said):
    answer = anybody.get(PATH, {"postcode": "1090", "lang": lang})
    page = answer.content.decode().replace("&#x27;", "'")
    assert (said in page, answer["Content-Language"], f'<html lang="{lang}"' in page) == (True, lang, True)
    others = re.findall(r'href="[?]([^"]+)" lang', page)
    assert others == [f"postcode=1090&amp;lang={code}" for code in ("nl", "fr", "en") if code != lang]


@pytest.mark.parametrize("postcode", ["", "9999", "1090 Theodorstraat", "\x00", "4711 is the code"])
def test_what_is_no_postcode_is_told_beside_the_field(anybody, rooms, postcode):
    answer = anybody.get(PATH, {"postcode": postcode})
    assert (answer.status_code, "lines" in answer.context) == (422, False)


def test_it_names_the_houses_near_and_nobody_in_them(anybody, rooms, lindeboom, nadia):
    cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    page = anybody.get(PATH, {"postcode": "1090"}).content.decode()
    assert "De Lindeboom" in page
    assert [word for word in ("Nadia", "Fatima", "Els", "Claes", "Theodorstraat") if word in page] == []


def test_asked_too_often_it_says_when_to_come_back(anybody, rooms, monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)
    for _ in range(limits.MOST_OF_ONE):
        assert anybody.get(PATH, {"postcode": "1090"}).status_code == 200
    answer = anybody.get(PATH, {"postcode": "1090"})
    assert (answer.status_code, answer["Retry-After"], "lines" in answer.context) == (429, "50", False)
    assert "That was too often. Wait 50 seconds." in answer.content.decode()
    assert anybody.get(PATH).status_code == 200
    other = anybody.get(PATH, {"postcode": "1090"}, headers={"x-forwarded-for": "1.2.3.4, 198.51.100.7"})
    assert other.status_code == 200


def test_invented_addresses_do_not_get_round_the_limit_of_all(anybody, rooms, monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)
    monkeypatch.setattr(limits, "MOST_OF_ALL", 3)
    asked = [
        anybody.get(PATH, {"postcode": "1090"}, headers={"x-forwarded-for": f"198.51.100.{n}"}).status_code
        for n in range(4)
    ]
    assert asked == [200, 200, 200, 429]


def test_the_door_of_the_desk_leads_there(anybody):
    assert f'href="{PATH}"' in anybody.get("/login").content.decode()
