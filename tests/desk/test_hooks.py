"""Programs that hear, at the desk: made by a coordinator with a secret for one look, what was brought, sent again, ended."""

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.scheduling.hooks import keeping
from digibel.scheduling.hooks.models import Delivery, Hook

pytestmark = pytest.mark.django_db

ADDRESS = "https://dossiers.example.org/in?token=1234567890"


@pytest.fixture
def hook(lindeboom):
    return keeping.make(lindeboom, name="Dossiers", address=ADDRESS, by=SYSTEM)[0]


def given_up(hook):
    Delivery.objects.filter(hook=hook).update(status="given_up", done_at=clock.now(), trouble="answer_503")
    return Delivery.objects.filter(hook=hook).latest("pk")


def test_secret_is_shown_once_and_the_address_never(desk, nadia, lindeboom):
    response = desk.post("/hooks", {"name": "Dossiers", "address": ADDRESS})
    made = Hook.objects.get()
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert (made.organisation, made.name, made.address) == (lindeboom, "Dossiers", ADDRESS)
    assert made.secret in response.content.decode()
    again = desk.get("/hooks").content.decode()
    assert "dossiers.example.org" in again
    assert [word for word in (made.secret, "token=") if word in again] == []
    assert Event.objects.about(made).get().actor == f"staff:{nadia.pk}"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"name": " ", "address": ADDRESS}, "This field is required."),
        ({"name": "Dossiers", "address": "http://example.org/in"}, "This is no address that we can bring events to."),
    ],
)
def test_hook_that_does_not_fit_is_not_made_and_the_page_says_why(desk, told, said):
    response = desk.post("/hooks", told)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert Hook.objects.count() == 0


def test_page_shows_what_was_brought_and_why_not(desk, lindeboom, hook):
    request = cast.request(lindeboom)
    given_up(hook)
    page = desk.get(f"/hooks/{hook.pk}?state=given_up").content.decode()
    assert [
        word for word in ("hook.made", "request.logged", request.reference, "it answered with 503") if word not in page
    ] == []
    assert "request.logged" not in desk.get(f"/hooks/{hook.pk}?state=delivered").content.decode()
    assert "2 events were given up" in desk.get("/hooks").content.decode()


def test_what_was_given_up_is_sent_again_from_the_page(desk, hook):
    one = given_up(hook)
    for deed in ("repeat", "repeat", "repeat-all"):
        assert desk.post(f"/hooks/{hook.pk}/do/{deed}", {"delivery": one.pk}).status_code == 303
    assert Delivery.objects.get(pk=one.pk).status == "waiting"
    assert Event.objects.filter(verb="hook.repeated").count() == 1


@pytest.mark.parametrize("number", ["", "x", "²", "9" * 30, "999999"])
def test_a_delivery_that_is_none_is_not_found(desk, hook, number):
    assert desk.post(f"/hooks/{hook.pk}/do/repeat", {"delivery": number}).status_code == 404


def test_hook_is_ended_from_the_page(desk, hook):
    assert desk.post(f"/hooks/{hook.pk}/do/end").status_code == 303
    assert "Dossiers" not in desk.get("/hooks").content.decode()
    assert desk.get(f"/hooks/{hook.pk}").status_code == 404


def test_delivery_of_the_neighbours_is_not_found(desk, hook, sleutel):
    theirs = given_up(keeping.make(sleutel, name="Till", address=ADDRESS, by=SYSTEM)[0])
    assert desk.post(f"/hooks/{hook.pk}/do/repeat", {"delivery": theirs.pk}).status_code == 404
    assert desk.get(f"/hooks/{theirs.hook_id}").status_code == 404
