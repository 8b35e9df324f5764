"""Keys of programs, at the desk: made by a coordinator, shown once, ended."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.organisations.keys import find_key, make_key
from digibel.organisations.models import ApiKey

pytestmark = pytest.mark.django_db


def told(**changes):
    last_day = (clock.today() + timedelta(days=30)).isoformat()
    return {"name": "Website", "scopes": ["requests:write"], "expires_on": last_day, **changes}


def secret_on(response):
    return response.content.decode().partition('value="dgb_')[2].partition('"')[0]


def test_key_is_shown_once_and_opens_what_was_chosen(desk, nadia, lindeboom):
    response = desk.post("/keys", told())
    key = find_key(f"dgb_{secret_on(response)}")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert (key.organisation, key.name, key.scopes) == (lindeboom, "Website", ["requests:write"])
    assert Event.objects.about(key).get().actor == f"staff:{nadia.pk}"
    assert secret_on(desk.get("/keys")) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "This field is required."),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["everything"]}, "Select a valid choice."),
        ({"expires_on": "2020-01-01"}, "Choose a last day from today on, within two years."),
        ({"expires_on": "soon"}, "Enter a valid date."),
    ],
)
def test_key_that_does_not_fit_is_not_made_and_the_page_says_why(desk, changes, said):
    response = desk.post("/keys", told(**changes))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert ApiKey.objects.count() == 0


def test_key_is_ended_from_the_page(desk, lindeboom):
    key, secret = make_key(lindeboom, name="Till")
    assert desk.post(f"/keys/{key.pk}/end").status_code == 303
    assert find_key(secret) is None
    assert "Till" not in desk.get("/keys").content.decode()


def test_key_of_the_neighbours_is_not_found(desk, sleutel):
    key, secret = make_key(sleutel, name="Till")
    assert desk.post(f"/keys/{key.pk}/end").status_code == 404
    assert find_key(secret) == key


def test_list_of_who_has_access_leaves_out_a_key_past_its_day(desk, lindeboom):
    make_key(lindeboom, name="Oud programma", expires_on=clock.today() - timedelta(days=1))
    make_key(lindeboom, name="Nieuw programma", expires_on=clock.today())
    page = desk.get("/access").content.decode()
    assert ("Oud programma" in page, "Nieuw programma" in page) == (False, True)
    assert "over: it opens nothing" in desk.get("/keys").content.decode()


def test_name_with_a_secret_in_it_is_not_kept(desk):
    response = desk.post("/keys", told(name="pincode is 4711"))
    assert "4711" not in response.content.decode()
    assert "4711" not in cast.Organisation.objects.get().api_keys.get().name
