"""/phones: the simulator's page, on this machine only; what is typed there is a text like any other."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import translation

import cast
from digibel import clock
from digibel.demo import clock as demo_clock
from digibel.demo import coming, telephones
from digibel.notifications import inbound, outbox
from digibel.notifications.models import InboundMessage, SimulatedText
from digibel.requests.models import HelpRequest
from digibel.scheduling.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    """What is said outside a request is said in English, whatever the last request left behind."""
    with translation.override("en"):
        yield


@pytest.fixture
def demo(settings, frozen_clock):
    settings.DIGIBEL_DEMO = True
    return frozen_clock


@pytest.fixture
def asked(demo):
    """Els and Ayse have a question on their telephone, and nobody has answered."""
    lindeboom = cast.organisation()
    els, ayse = cast.volunteer(lindeboom, name="Els"), cast.volunteer(lindeboom, name="Ayse")
    cast.offered(cast.request(lindeboom), els, ayse)
    return els, ayse


def on_table(*people):
    return telephones.choose(telephones.all_of_them(), [str(one.recipient_id) for one in people])


def test_the_page_shows_who_can_answer(client, asked):
    answer = client.get("/phones")
    assert answer.status_code == 200
    assert {one.name for one in answer.context["phones"]} == {"Els", "Ayse"}
    assert answer.context["phones"][0].quick == ["JA", "NEE"]


def test_the_page_is_refused_on_any_other_address(client, asked):
    assert client.get("/phones", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert client.get("/phones", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 403
    address = f"/phones/{asked[0].recipient_id}/text"
    assert client.post(address, {"text": "ja"}, REMOTE_ADDR="192.0.2.7").status_code == 403
    assert not InboundMessage.objects.exists()


def test_in_earnest_the_page_asks_who_you_are(client, settings, frozen_clock):
    answer = client.get("/phones")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login")


def test_a_typed_text_books_the_visit(client, asked, demo):
    els, _ = asked
    with clock.travel(demo + timedelta(minutes=5)):
        answer = client.post(f"/phones/{els.recipient_id}/text", {"text": "ja", "on": [str(els.recipient_id)]})
        inbound.route_text(InboundMessage.objects.get().pk)
        outbox.sweep()
    assert (answer.status_code, answer["Location"]) == (303, f"/phones?on={els.recipient_id}")
    assert Visit.objects.get().volunteer == els
    [[question], [typed], [told]] = [
        [cell for cell in row.cells if cell] for row in telephones.rows_of(on_table(els))[0]
    ]
    assert (question.mine, typed.mine, typed.text, told.mine) == (False, True, "ja", False)


def test_a_text_typed_with_htmx_gives_an_empty_field_back(client, asked):
    answer = client.post(f"/phones/{asked[0].recipient_id}/text", {"text": "ja"}, HTTP_HX_REQUEST="true")
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "texted")
    assert SimulatedText.objects.filter(incoming=True).count() == 1


def test_typing_needs_the_pages_own_form(asked):
    strict = Browser(enforce_csrf_checks=True)
    assert strict.post(f"/phones/{asked[0].recipient_id}/text", {"text": "ja"}).status_code == 403


def test_a_landline_cannot_text(client, asked):
    request = HelpRequest.objects.get()
    cast.request(request.organisation, client={"phone": "02 511 22 33", "channel": "call", "first_name": "Simonne"})
    landline = next(one for one in telephones.all_of_them() if not one.textable)
    assert client.post(f"/phones/{landline.id}/text", {"text": "ja"}).status_code == 404


def test_nothing_is_sent_again_until_a_text_was_added(client, asked, demo):
    els, _ = asked
    address = f"/phones/texts?on={els.recipient_id}&seen={telephones.stamp(on_table(els))}"
    assert client.get(address).status_code == 204
    with clock.travel(demo + timedelta(minutes=5)):
        client.post(f"/phones/{els.recipient_id}/text", {"text": "hallo?"})
        answer = client.get(address)
    assert answer.status_code == 200
    assert answer.context["newest"]["text"].text == "hallo?"


def test_at_most_four_telephones_lie_on_the_table(demo):
    people = [cast.volunteer(cast.organisation(), name="Els"), *(cast.volunteer(name=name) for name in "ABCDE")]
    assert len(on_table(*people)) == 4


def test_texts_of_one_minute_share_a_line(asked):
    rows, hidden = telephones.rows_of(on_table(*asked))
    assert [[cell is not None for cell in row.cells] for row in rows] == [[True, True]]
    assert hidden == 0


def test_length_is_told_in_characters_and_messages():
    assert telephones.length_told("ja") == "2 of 160 characters, 1 SMS"


def test_choices_are_named_when_there_are_several(demo):
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom, name="Els")
    day = clock.local(demo).date() + timedelta(days=1)
    windows = [{"from": f"{day}T{hour}:00", "until": f"{day}T{hour + 2}:00"} for hour in (14, 16)]
    cast.offered(cast.request(lindeboom, windows=windows), els)
    assert on_table(els)[0].quick == ["JA 1", "JA 2", "NEE"]


def test_what_comes_next_is_told_in_order(asked, demo):
    soon = coming.soon()
    assert [one.when for one in soon] == sorted(one.when for one in soon)
    assert soon[0].what == "the next volunteers are asked"
    assert soon[0].about == HelpRequest.objects.get().reference


def test_the_buttons_of_the_clock_move_it(client, settings):
    settings.DIGIBEL_DEMO, settings.DIGIBEL_CLOCK = True, "digibel.demo.clock.now"
    demo_clock.set_to(demo_clock.first_moment(clock.machine_time()))
    before = clock.now()
    answer = client.post("/phones/clock", {"forward": "15"})
    assert answer.status_code == 303
    assert timedelta(minutes=15) <= clock.now() - before < timedelta(minutes=16)
    client.post("/phones/clock", {"to": "tomorrow"})
    there = clock.local(clock.now())
    assert (there.hour, there.minute, there.date()) == (9, 0, clock.local(before).date() + timedelta(days=1))


def test_the_clock_takes_no_moment_that_is_none(client, demo):
    for told in ({}, {"to": "yesterday"}, {"to": "2026-11-24T10:00"}, {"forward": "999999"}):
        assert client.post("/phones/clock", told).status_code == 422


def test_in_earnest_there_is_no_clock_to_move(client, frozen_clock):
    staff = cast.staff(cast.organisation())
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/phones/clock", {"forward": "15"}).status_code == 404
    assert client.get("/phones").context["movable"] is False
