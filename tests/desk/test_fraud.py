"""One button while somebody is being robbed: on the card and at intake, without JavaScript and with nothing to fill in."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

import cast
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.organisations.models import Role
from digibel.requests.models import HelpRequest
from digibel.scheduling import cards
from digibel.scheduling.models import FraudAlarm

from .conftest import logged_in

pytestmark = pytest.mark.django_db
RINGS = re.compile(r'href="(tel:[^"]+)"')


@pytest.fixture
def visit(lindeboom):
    told = {"speaks": ["ar"], "reads": ["ar"]}
    return cast.booked(cast.request(lindeboom, client=told), cast.volunteer(lindeboom, speaks=["fr", "ar"]))


def press(browser, visit, lang="fr"):
    address = reverse("desk:card_deed", args=[cards.token(visit), "fraud"]) + f"?lang={lang}"
    answer = browser.post(address)
    assert (answer.status_code, answer["Location"].endswith("#fraud")) == (303, True)
    return browser.get(answer["Location"]).content.decode()


def test_card_shows_whom_to_ring_in_order_and_alarms_once(client, visit):
    assert "#fraud" not in client.get(reverse("desk:card", args=[cards.token(visit)])).content.decode()
    html = press(client, visit)
    assert press(client, visit).count('id="fraud"') == 1
    panel = html[html.index('id="fraud"') : html.index("</section>", html.index('id="fraud"'))]
    assert RINGS.findall(panel)[:2] == ["tel:078170170", "tel:101"]
    assert [
        word for word in ("suspect@safeonweb.be", "pointdecontact.belgique.be", 'dir="rtl"') if word not in panel
    ] == []
    assert CallTask.objects.open().filter(kind="fraud.now").count() == 1
    assert OutboundMessage.objects.filter(kind="alarm.alarm_fraud").count() == 1


def test_card_that_is_not_read_yet_shows_the_steps_and_still_no_name(client, visit):
    html = press(client, visit)
    assert [word for word in ("Guido", "Claes", "Theodorstraat", visit.word) if word in html] == []


def test_intake_keeps_everything_that_was_typed_and_asks_for_nothing(lindeboom):
    browser = logged_in(Browser(), cast.staff(lindeboom, role=Role.INTAKE))
    fresh = browser.get(reverse("desk:new_request")).content.decode()
    once = re.search(r'name="once" value="([^"]+)"', fresh)[1]
    typed = {"once": once, "first_name": "Guido", "in_own_words": "er is iemand aan de lijn", "tasks": ["wifi-connect"]}
    pages = [browser.post(reverse("desk:intake_fraud"), typed) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    html = pages[1].content.decode()
    assert [kept for kept in ("Guido", "er is iemand aan de lijn", once) if kept not in html] == []
    assert set(re.findall(r'value="([\w-]+)"[^>]* checked', html)) >= {"wifi-connect", "fraud-now"}
    assert html.index("tel:078170170") < html.index("tel:101")
    assert "errorlist" not in html
    assert (FraudAlarm.objects.count(), HelpRequest.objects.count()) == (1, 0)
    assert OutboundMessage.objects.filter(kind="alarm.alarm_fraud").count() == 1


def test_enter_in_a_field_saves_and_never_raises_the_alarm(lindeboom):
    """The first button of a form is the one that Enter presses."""
    html = logged_in(Browser(), cast.staff(lindeboom)).get(reverse("desk:new_request")).content.decode()
    form = html[html.index('<form class="stack intake"') :]
    assert "formaction" not in re.search(r"<button[^>]*>", form)[0]
    assert form.index(reverse("desk:intake_fraud")) < form.index('name="phone"')


def test_what_is_saved_after_the_alarm_is_for_staff_and_belongs_to_it(lindeboom):
    browser = logged_in(Browser(), cast.staff(lindeboom, role=Role.INTAKE))
    told = cast.told()
    flat = told["client"] | {
        "best": "nl",
        "once": "een",
        "caller": "client",
        "in_own_words": "geld weg",
        "home": "always",
    }
    flat |= {"tasks": ["wifi-connect", "fraud-now"], "consent": "spoken"}
    browser.post(reverse("desk:intake_fraud"), flat)
    answer = browser.post(reverse("desk:new_request"), flat)
    assert answer.status_code == 303
    parts = {tuple(task.slug for task in one.tasks.all()): one for one in HelpRequest.objects.all()}
    assert sorted(parts) == [("fraud-now",), ("wifi-connect",)]
    alarm = FraudAlarm.objects.get()
    assert (alarm.request, alarm.client) == (parts["fraud-now",], parts["fraud-now",].client)
    assert parts["fraud-now",].next_kind == "refer"


def test_somebody_we_know_has_their_request_at_once(lindeboom):
    guido = cast.request(lindeboom).client
    browser = logged_in(Browser(), cast.staff(lindeboom, role=Role.INTAKE))
    for _ in range(2):
        browser.post(reverse("desk:intake_fraud"), {"once": "twee", "identity": str(guido.pk)})
    [made] = HelpRequest.objects.filter(tasks__slug="fraud-now")
    assert (made.client, FraudAlarm.objects.get().request) == (guido, made)


def test_what_staff_take_on_themselves_is_not_called_a_stricter_house(lindeboom):
    guido = cast.request(lindeboom).client
    browser = logged_in(Browser(), cast.staff(lindeboom, role=Role.INTAKE))
    browser.post(reverse("desk:intake_fraud"), {"once": "vier", "identity": str(guido.pk)})
    [made] = HelpRequest.objects.filter(tasks__slug="fraud-now")
    page = browser.get(reverse("desk:request", args=[made.reference])).content.decode()
    assert "Staff take this one on themselves" in page
    assert "Our organisation is stricter here" not in page


def test_the_volunteer_at_the_table_reads_no_doubt_about_the_numbers_and_the_call_no_empty_line(client, visit, desk):
    doubt = "have not been rung to check them yet"
    card = press(client, visit, lang="en")
    assert "Fraud now" in card
    assert doubt not in card
    call = desk.get(reverse("desk:call", args=[CallTask.objects.get(kind="fraud.now").pk])).content.decode()
    assert doubt in call
    assert not re.search(r"<span>\s*</span></p>\s*<h3>", call)


def test_the_call_names_the_colleague_at_the_telephone_and_the_steps(lindeboom, nadia, desk):
    tom = cast.staff(lindeboom, name="Tom")
    logged_in(Browser(), tom).post(reverse("desk:intake_fraud"), {"once": "drie"})
    call = CallTask.objects.get(kind="fraud.now")
    today = desk.get(reverse("desk:today")).content.decode()
    assert reverse("desk:take_alarm", args=[call.pk]) in today
    desk.post(reverse("desk:take_alarm", args=[call.pk]))
    page = desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    assert [word for word in ("Tom: Fraud is happening now", "tel:078170170", tom.mobile) if word not in page] == []
    assert desk.post(reverse("desk:call_outcome", args=[call.pk]), {"outcome": "reached"}).status_code == 303


def test_a_neighbour_sees_nothing_of_an_alarm(lindeboom, neighbour):
    logged_in(Browser(), cast.staff(lindeboom, name="Tom")).post(reverse("desk:intake_fraud"), {"once": "vier"})
    call = CallTask.objects.get(kind="fraud.now")
    assert neighbour.get(reverse("desk:call", args=[call.pk])).status_code == 404
    assert "Fraud is happening" not in neighbour.get(reverse("desk:today")).content.decode()


def test_numbers_page_dates_them_and_a_coordinator_notes_what_was_rung(desk, lindeboom):
    page = desk.get(reverse("desk:numbers")).content.decode()
    assert page.count("Never checked by us") == 8
    desk.post(reverse("desk:number_checked", args=["card-stop"]))
    told = {"value": "02 233 81 11", "source": "rung on Tuesday"}
    desk.post(reverse("desk:number_checked", args=["tax"]), told)
    page = desk.get(reverse("desk:numbers")).content.decode()
    assert (page.count("Last checked"), page.count("Never checked by us")) == (2, 6)
    assert "tel:022338111" in page
    refused = desk.post(reverse("desk:number_checked", args=["tax"]), {"value": "<b>", "source": "x"}, follow=True)
    assert "This is no telephone number" in refused.content.decode()


def test_only_a_coordinator_corrects_a_number(lindeboom):
    browser = logged_in(Browser(), cast.staff(lindeboom, role=Role.MATCHER))
    assert browser.get(reverse("desk:numbers")).status_code == 200
    assert browser.post(reverse("desk:number_checked", args=["tax"])).status_code == 403
    assert browser.post(reverse("desk:number_checked", args=["moon"])).status_code == 403
