"""The page of texts to send from one's own telephone, and the page that shows how texts leave."""

import uuid
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.test import Client as Browser
from django.urls import reverse

import cast

# The doors of the simulator depend on the gateway at the time when they are first read: before a test changes it.
import digibel.urls  # noqa: F401
from digibel.audit.models import Event
from digibel.desk.views import gateways as gateways_page
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, GatewayState, InboundMessage, OutboundMessage
from digibel.organisations.models import Role
from digibel.scheduling import announcing

from .conftest import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def text(els, lindeboom, settings):
    settings.DIGIBEL_GATEWAY = "by_hand"
    message = outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    outbox.sweep()
    message.refresh_from_db()
    return message


def do(browser, message, deed, **fields):
    return browser.post(reverse("desk:hands_deed", args=[message.pk, deed]), fields)


def page(browser):
    response = browser.get("/texts/by-hand")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.guardrail("E12")
def test_whoever_sends_the_street_by_hand_has_looked_at_the_address(desk, lindeboom, settings):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom, name="Ali", sms_only=True))
    settings.DIGIBEL_GATEWAY = "by_hand"
    announcing.tell_volunteer_address(visit)
    outbox.sweep()
    do(desk, OutboundMessage.objects.get(kind=announcing.WITH_STREET, gateway="by_hand"), "take")
    looks = Event.objects.about(visit).filter(verb="address.shown", actor__startswith="staff:")
    assert [look.facts for look in looks] == [{"on": "text"}]


def test_the_words_are_shown_to_who_takes_it_and_to_nobody_else(desk, text, lindeboom):
    ali = logged_in(Browser(), cast.staff(lindeboom, name="Ali", role=Role.INTAKE))
    assert text.body not in page(desk)
    do(desk, text, "take")
    mine, theirs = page(desk), page(ali)
    assert text.body in mine.replace("&#x27;", "'")
    assert f'href="sms:{text.recipient.number}?&amp;body=' in mine
    assert text.body in unquote(mine)
    assert mine.count("<svg") >= 1
    assert "Nadia is sending this one." in theirs
    assert (text.body in theirs, "I send it" in theirs) == (False, False)


def test_sent_and_answered_on_the_page(desk, text, els):
    do(desk, text, "take")
    assert do(desk, text, "sent").status_code == 303
    text.refresh_from_db()
    assert text.status == "sent"
    shown = page(desk)
    assert "No text waits for you." in shown
    form = uuid.uuid4()
    for _ in range(2):
        do(desk, text, "reply", reply=str(form), text="ja graag, mijn pin is 4821")
    assert [one.recipient for one in InboundMessage.objects.all()] == [els.recipient]
    assert "We hid it and kept nothing." in page(desk)


@pytest.mark.parametrize("reply", ["", "no-uuid"])
def test_a_form_that_was_spoiled_saves_nothing(desk, text, reply):
    do(desk, text, "take")
    do(desk, text, "sent")
    assert do(desk, text, "reply", reply=reply, text="ja").status_code == 303
    assert not InboundMessage.objects.exists()


def test_what_did_not_work_is_on_the_list_of_calls(desk, text):
    do(desk, text, "take")
    do(desk, text, "failed")
    assert CallTask.objects.open().get().kind == "plain.undelivered"


def test_the_neighbours_find_nothing(neighbour, text):
    for deed in ("take", "sent", "failed", "reply"):
        assert do(neighbour, text, deed).status_code == 404
    assert "Els" not in page(neighbour)


def test_a_text_that_went_over_a_network_is_not_sent_by_hand(desk, els, lindeboom):
    message = outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    assert do(desk, message, "take").status_code == 404


def test_the_menu_names_the_page_only_where_texts_go_by_hand(desk, settings):
    assert "/texts/by-hand" not in desk.get("/").content.decode()
    settings.DIGIBEL_GATEWAY = "simulator,by_hand"
    assert "/texts/by-hand" in desk.get("/").content.decode()


# --- how texts leave ------------------------------------------------------------------------------------------------


def lines(browser):
    return {line.name: line for line in browser.get("/gateways").context["lines"]}


def test_each_way_says_how_it_fares(desk, els, lindeboom, settings, now):
    outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    outbox.sweep()
    cast.texts(els, "dank je")
    settings.DIGIBEL_GATEWAY = "simulator,by_hand"
    shown = lines(desk)
    assert list(shown) == ["simulator", "by_hand"]
    one = shown["simulator"]
    assert (str(one.state), one.last_sent, one.last_received, one.last_receipt) == ("sends now", now, now, None)
    assert (one.month.texts, one.month.segments, one.month.euro) == (1, 1, 0)
    GatewayState.objects.create(name="simulator", failures=3, resting_until=now + gateways_page.clock.NEAR, trouble="x")
    assert [str(line.state) for line in lines(desk).values()] == [
        "rests after failures, and is tried again",
        "sends now",
    ]


def test_a_gateway_that_is_no_longer_used_keeps_its_cost(desk, els, lindeboom, settings):
    outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    outbox.sweep()
    OutboundMessage.objects.update(gateway="android")
    settings.DIGIBEL_GATEWAY = "by_hand"
    shown = lines(desk)
    assert (list(shown), shown["android"].month.unpriced) == (["by_hand", "android"], 1)
    assert "and one without a price" in desk.get("/gateways").content.decode()


def test_the_cost_is_ones_own(desk, neighbour, els, lindeboom):
    outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    outbox.sweep()
    assert lines(neighbour)["simulator"].month.texts == 0


def test_a_budget_is_set_and_warns(desk, els, lindeboom, settings, tmp_path):
    settings.DIGIBEL_PRICES_FILE = str(tmp_path / "prices.toml")
    (tmp_path / "prices.toml").write_text(
        '[[simulator]]\nfrom = 2026-01-01\nuntil = 2026-12-31\nsegment = "0.90"\nsource = "contract"\n'
    )
    assert desk.post("/gateways/budget", {"budget": "1,00"}).status_code == 303
    lindeboom.refresh_from_db()
    assert lindeboom.texts_budget == Decimal(1)
    outbox.queue_message(els.recipient, "plain.declined", organisation=lindeboom, subject=els)
    outbox.sweep()
    assert "Most of the budget is spent." in desk.get("/gateways").content.decode()
    desk.post("/gateways/budget", {"budget": "lots"})
    lindeboom.refresh_from_db()
    assert lindeboom.texts_budget == Decimal(1)
    desk.post("/gateways/budget", {"budget": "0.50"})
    assert "Texts go on leaving" in desk.get("/gateways").content.decode()
    desk.post("/gateways/budget", {"budget": ""})
    lindeboom.refresh_from_db()
    assert lindeboom.texts_budget is None


def test_the_price_of_a_wave_stands_beside_its_button(desk, els, lindeboom, settings, tmp_path):
    settings.DIGIBEL_PRICES_FILE = str(tmp_path / "prices.toml")
    (tmp_path / "prices.toml").write_text(
        '[[simulator]]\nfrom = 2026-01-01\nuntil = 2026-12-31\nsegment = "0.25"\nsource = "contract"\n'
    )
    asked = cast.request(lindeboom)
    shown = desk.get(reverse("desk:match_request", args=[asked.reference]))
    texts = shown.context["board"].next_texts
    assert texts > 0
    assert f"about € {texts * Decimal('0.25'):.2f}" in shown.content.decode()


@pytest.mark.parametrize("kind", ["stands_still", "silent", "hands_wait", "budget_near", "budget_spent"])
def test_an_errand_about_texts_can_be_opened_and_ended(desk, lindeboom, kind):
    from digibel.notifications import watching

    watching._tell(lindeboom, kind, True)
    call = CallTask.objects.open().get()
    assert desk.get("/").status_code == 200
    assert desk.get(reverse("desk:calls")).status_code == 200
    assert desk.get(reverse("desk:call", args=[call.pk])).status_code == 200
    assert desk.post(reverse("desk:call_outcome", args=[call.pk]), {"outcome": "reached"}).status_code in {302, 303}
    assert not CallTask.objects.open().exists()
