"""Texts that nobody understood, with the conversation beside them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.desk import conversations
from digibel.notifications.models import InboundMessage, OutboundMessage
from digibel.privacy import sweeping
from digibel.scheduling.models import Offer, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def offer(lindeboom, els):
    return cast.offered(cast.request(lindeboom), els)[0]


@pytest.fixture
def message(els, offer):
    with clock.travel(clock.now() + timedelta(minutes=3)):
        return cast.texts(els, "ja maar pas om 15u")


def do(browser, message, deed, **fields):
    return browser.post(reverse("desk:inbox_deed", args=[message.pk, deed]), fields)


def answer(browser, message, text):
    return browser.post(reverse("desk:inbox_answer", args=[message.pk]), {"text": text})


def test_an_empty_inbox_says_so(desk):
    assert desk.get("/inbox").content.decode().count("No text waits.") == 1


def test_the_text_stands_there_with_its_sender_and_its_conversation(desk, message):
    [talk] = desk.get("/inbox").context["talks"]
    assert (talk.name, talk.who, talk.message.body) == ("Els", "volunteer, Jette", "ja maar pas om 15u")
    assert [said.ours for said in talk.thread] == [True, False]


def test_a_text_that_waited_until_its_words_were_forgotten_still_waits_on_whole_pages(desk, message):
    with clock.travel(clock.now() + timedelta(days=91)):
        sweeping.sweep()
        [talk] = desk.get("/inbox").context["talks"]
        assert (talk.message.body, talk.text) == (None, "(this text has been forgotten)")
        for page in ("/", "/today/news", "/inbox"):
            answered = desk.get(page)
            assert (answered.status_code, "None" in answered.content.decode()) == (200, False)
        do(desk, message, "done")
        assert desk.get("/inbox").context["talks"] == []


def test_a_stranger_is_named_by_number(desk, lindeboom):
    cast.texts("+32470999888", "wie zijn jullie?")
    [talk] = desk.get("/inbox").context["talks"]
    assert (talk.name, talk.who) == ("0470 99 98 88", "a number that we do not know")


def test_a_client_is_named_as_the_desk_names_them(desk, lindeboom):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    cast.texts(visit.client, "mijn hond is ziek")
    [talk] = desk.get("/inbox").context["talks"]
    assert (talk.name, [one.pk for one in talk.visits]) == ("Meneer Claes", [visit.pk])


def test_why_a_stop_lies_here_is_told(desk, els, offer):
    cast.texts(els, "STOP")
    [talk] = desk.get("/inbox").context["talks"]
    assert talk.why == conversations.REASONS["stopped"]


def test_an_answer_is_sent_and_the_text_is_gone(desk, message):
    assert answer(desk, message, "Dag Els, 15 uur kan ook.").status_code == 303
    assert OutboundMessage.objects.get(kind="plain.free").body == "Dag Els, 15 uur kan ook."
    assert list(desk.get("/inbox").context["talks"]) == []


def test_a_hidden_secret_is_told_to_who_typed_it(desk, message):
    page = desk.post(reverse("desk:inbox_answer", args=[message.pk]), {"text": "pincode 4821"}, follow=True)
    assert page.content.decode().count("A code or a number was hidden in your answer.") == 1


def test_an_answer_that_is_refused_keeps_what_was_typed(desk, message):
    too_long = "lang verhaal " * 60
    page = answer(desk, message, too_long)
    assert (page.status_code, page.context["typed"].text) == (422, too_long)
    message.refresh_from_db()
    assert message.status == InboundMessage.Status.INBOX


def test_the_length_is_counted_while_typing(desk):
    page = desk.post("/inbox/length", {"text": "Dag Els"})
    assert page.content.decode() == "7 characters, 1 text"


def test_booked_by_hand_with_the_real_verb(desk, message, offer):
    do(desk, message, "book", offer=offer.pk, choice="1")
    visit = Visit.objects.get()
    assert (visit.volunteer_id, visit.starts_at) == (offer.volunteer_id, offer.window(1)[0])
    message.refresh_from_db()
    assert (message.status, message.outcome) == (InboundMessage.Status.ANSWERED, "offer.accepted")


def test_an_offer_that_is_gone_books_nothing_and_the_text_stays(desk, lindeboom, message, offer):
    Offer.objects.filter(pk=offer.pk).update(status="withdrawn")
    page = desk.post(
        reverse("desk:inbox_deed", args=[message.pk, "book"]), {"offer": offer.pk, "choice": "1"}, follow=True
    )
    assert page.content.decode().count("This offer is no longer open.") == 1
    message.refresh_from_db()
    assert (message.status, Visit.objects.count()) == (InboundMessage.Status.INBOX, 0)


def test_late_yes_is_booked_by_hand_while_somebody_is_looked_for(desk, message, offer):
    Offer.objects.filter(pk=offer.pk).update(status="expired")
    do(desk, message, "book", offer=offer.pk, choice="1")
    assert Visit.objects.get().offer == offer


def test_a_window_that_was_not_offered_books_nothing(desk, message, offer):
    do(desk, message, "book", offer=offer.pk, choice="9")
    assert Visit.objects.count() == 0


def test_declined_by_hand(desk, message, offer):
    do(desk, message, "decline", offer=offer.pk)
    offer.refresh_from_db()
    assert offer.status == "declined"


def test_booking_is_for_who_may_match(client, lindeboom, message, offer):
    client.force_login(cast.staff(lindeboom), backend="django.contrib.auth.backends.ModelBackend")
    assert do(client, message, "book", offer=offer.pk, choice="1").status_code == 403
    assert Visit.objects.count() == 0


def test_put_aside(desk, message):
    do(desk, message, "done")
    message.refresh_from_db()
    assert (message.status, message.outcome) == (InboundMessage.Status.ANSWERED, "put_aside")


def test_the_offer_of_somebody_else_is_no_answer(desk, lindeboom, message):
    [other] = cast.offered(cast.request(lindeboom), cast.volunteer(lindeboom, name="Ayse"))
    assert do(desk, message, "book", offer=other.pk, choice="1").status_code == 404
    assert Visit.objects.count() == 0


@pytest.mark.parametrize("deed", ["done", "book", "unheard-of"])
def test_texts_of_others_do_not_exist(neighbour, message, offer, deed):
    assert do(neighbour, message, deed, offer=offer.pk, choice="1").status_code == 404
    assert answer(neighbour, message, "Dag").status_code == 404
    message.refresh_from_db()
    assert message.status == InboundMessage.Status.INBOX


def test_a_shared_volunteers_talk_with_another_organisation_is_not_shown(lindeboom, sleutel):
    """Els helps both. What she said to the one is no business of the other."""
    els = cast.volunteer(lindeboom, sleutel)
    theirs = cast.booked(cast.request(sleutel), els)
    with clock.travel(clock.now() + timedelta(minutes=3)):
        windows = [{"from": "2026-09-17T09:00", "until": "2026-09-17T12:00"}]
        cast.offered(cast.request(lindeboom, windows=windows), els)
        cast.texts(els, "ja maar pas om 15u")
    [talk] = conversations.waiting(lindeboom)
    conversations.add_threads([talk], lindeboom)
    assert [said.text for said in talk.thread if theirs.word in said.text] == []
    assert [offer.request.organisation for offer in talk.offers] == [lindeboom]
    assert talk.visits == []


def test_neither_the_link_of_a_card_nor_a_street_is_shown(desk, lindeboom):
    bart = cast.volunteer(lindeboom, name="Bart", sms_only=True)
    cast.booked(cast.request(lindeboom), bart)
    ann = cast.volunteer(lindeboom, name="Ann")
    cast.booked(cast.request(lindeboom), ann)
    cast.texts(bart, "mijn hond is ziek")
    cast.texts(ann, "mijn hond is ziek")
    page = desk.get("/inbox").content.decode()
    assert (page.count("Theodorstraat"), page.count("/visit/")) == (0, 0)
    assert page.count("(link to the card)") == 1


def test_the_page_costs_the_same_queries_for_one_text_and_for_three(desk, lindeboom):
    counted = []
    for _ in range(3):
        els = cast.volunteer(lindeboom)
        cast.offered(cast.request(lindeboom), els)
        cast.texts(els, "ja maar pas om 15u")
        desk.get("/inbox")
        with CaptureQueriesContext(connection) as queries:
            desk.get("/inbox")
        counted.append(len(queries))
    assert counted[0] == counted[2]


def test_a_stranger_at_a_clients_number_is_noted_from_the_inbox_and_stands_on_the_clients_page(desk, lindeboom):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    text = cast.texts(visit.client, "verkeerd nummer, ik ken geen Guido")
    page = reverse("desk:client", args=[visit.client_id])
    said = "Somebody else answers at the number we have"
    assert said not in desk.get(page).content.decode()
    assert do(desk, text, "stranger").status_code == 303
    assert desk.get("/inbox").context["talks"] == []
    assert desk.get(page).content.decode().count(said) == 1
    assert desk.post(reverse("desk:client_deed", args=[visit.client_id, "right-number"])).status_code == 303
    assert said not in desk.get(page).content.decode()


def test_a_number_we_do_not_know_is_nobodys_wrong_number(desk, lindeboom):
    text = cast.texts("+32470999888", "wie zijn jullie?")
    do(desk, text, "stranger")
    text.refresh_from_db()
    assert (text.status, Event.objects.filter(verb="number.wrong").count()) == ("inbox", 0)
