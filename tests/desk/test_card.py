"""The volunteer's card, as somebody with only the link sees it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

import cast
from digibel import clock, languages
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.desk.views.card import DEEDS, STEPS
from digibel.guardrails import catalogue
from digibel.notifications import calls, numbers, phrasebook
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.requests import judging
from digibel.requests.models import HelpRequest
from digibel.scheduling import cards, doorstep, inside
from digibel.scheduling.models import Move, Report, Visit, VisitStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

HIDDEN = ("Guido", "Meneer Claes", "Theodorstraat 41")


@pytest.fixture
def visit(lindeboom, els):
    return cast.booked(cast.request(lindeboom, client={"floor": 4, "dog": True, "bell": "CLAES"}), els)


@pytest.fixture
def read(visit):
    doorstep.read_rules(visit, by=SYSTEM)
    return visit


def at(visit, *deed, **query):
    name = "desk:card_deed" if deed else "desk:card"
    address = reverse(name, args=[cards.token(visit), *deed])
    return address + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def page(client, visit, **query):
    answer = client.get(at(visit, **{"lang": "en", **query}))
    assert answer.status_code == 200
    return answer.content.decode()


def press(client, visit, step, **more):
    return client.post(at(visit, "visit", lang="en"), {"deed": step, **more}, follow=True)


def fresh(visit):
    return Visit.objects.get(pk=visit.pk)


@pytest.mark.guardrail("E3", "E7")
def test_card_shows_only_the_conditions_until_they_are_read(client, visit):
    html = page(client, visit)
    assert "You look away." in html
    assert [word for word in (*HIDDEN, visit.word) if word in html] == []
    assert not Event.objects.about(visit).filter(verb="address.shown").exists()


@pytest.mark.guardrail("E3", "Z1", "Z2", "Z3", "Z4", "Z5", "Z6", "Z7", "Z8", "Z9")
def test_every_condition_stands_on_the_card_read_or_not(client, visit):
    for is_read in (False, True):
        if is_read:
            doorstep.read_rules(visit, by=SYSTEM)
        for language in languages.LANGUAGES:
            html = unescape(re.sub("<[^>]+>", "", client.get(at(visit, lang=language)).content.decode()))
            told = {rule.id: rule.sentence(language) for rule in catalogue.STANDING_CONDITIONS}
            assert [id for id, sentence in told.items() if sentence not in html] == [], (language, is_read)


@pytest.mark.guardrail("E3", "Z2", "Z3")
def test_who_has_no_card_is_texted_what_matters_most(lindeboom):
    ali = cast.volunteer(lindeboom, name="Ali", sms_only=True)
    visit = cast.booked(cast.request(lindeboom), ali)
    phone = numbers.display(lindeboom.phone)
    assert phrasebook.render("house_rules", "nl", phone=phone) in cast.telephone(visit.volunteer)
    [event] = Event.objects.about(visit).filter(verb="visit.rules_texted")
    assert event.facts == {"catalogue": catalogue.CATALOGUE_VERSION}


@pytest.mark.guardrail("E3")
def test_reading_opens_the_rest_and_is_kept_once(client, visit):
    for _ in range(2):
        assert client.post(at(visit, "read", lang="en")).status_code == 303
    [event] = Event.objects.about(visit).filter(verb="visit.rules_read")
    assert event.facts == {"catalogue": catalogue.CATALOGUE_VERSION}
    assert (fresh(visit).rules_read_at, event.actor) == (clock.now(), f"volunteer:{visit.volunteer_id}")
    html = page(client, visit)
    assert [
        word for word in (*HIDDEN, visit.word, "CLAES", "floor 4, no lift, there is a dog") if word not in html
    ] == []


def test_card_says_nothing_that_only_the_desk_may_know(client, lindeboom, els):
    told = {"contact_name": "Buur Jan", "decides_about_money": "Bewindvoerder Bo"}
    helpers = [{"name": "Dochter Mia", "may_change": True}]
    visit = cast.booked(cast.request(lindeboom, client={**told, "helpers": helpers}), els)
    doorstep.read_rules(visit, by=SYSTEM)
    html = page(client, visit)
    number = visit.client.recipient.number
    assert [
        word for word in (*told.values(), "Dochter Mia", number, number[3:], "Mijn tablet doet raar") if word in html
    ] == []


@pytest.mark.guardrail("E12")
def test_looking_at_the_address_is_recorded_once_an_hour(client, read, now):
    for minutes in (0, 30, 90):
        with clock.travel(now + timedelta(minutes=minutes)):
            page(client, read)
    events = Event.objects.about(read).filter(verb="address.shown")
    assert [(event.actor, event.at - now) for event in events.order_by("at")] == [
        (f"volunteer:{read.volunteer_id}", timedelta(0)),
        (f"volunteer:{read.volunteer_id}", timedelta(minutes=90)),
    ]


@pytest.mark.parametrize("deed", ["", "visit"])
def test_card_stays_out_of_caches_and_referrers(client, visit, deed):
    answer = client.post(at(visit, deed), {"deed": "in"}) if deed else client.get(at(visit))
    kept = [answer[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")]
    assert kept == ["no-store", "same-origin", "noindex, nofollow"]


def test_forged_link_is_a_kind_404(client, visit):
    answer = client.get("/visit/" + "a" * 16 + "?lang=en")
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
    assert "This link does not fit a visit." in answer.content.decode()


def test_revoked_link_opens_nothing(client, visit):
    old = at(visit)
    cards.revoke(visit, by=SYSTEM)
    assert (client.get(old).status_code, client.get(at(visit)).status_code) == (404, 200)


@pytest.mark.guardrail("E7")
def test_card_closes_a_day_after_check_out(client, read):
    with clock.travel(read.starts_at):
        press(client, read, "in")
    left = read.starts_at + timedelta(minutes=50)
    with clock.travel(left):
        press(client, read, "out")
    with clock.travel(left + timedelta(hours=23, minutes=59)):
        assert client.get(at(read)).status_code == 200
    with clock.travel(left + timedelta(hours=24)):
        answers = [client.get(at(read, lang="en")), client.post(at(read, "report"), {"all_right": "yes"})]
        assert [answer.status_code for answer in answers] == [410, 410]
        assert [word for word in HIDDEN if word in answers[0].content.decode()] == []
    assert not Report.objects.exists()


@pytest.mark.guardrail("Z7")
def test_in_and_out_pressed_twice_happen_once(client, read):
    with clock.travel(read.starts_at):
        for step in ("in", "in", "out", "out"):
            press(client, read, step)
    assert [move.became for move in Move.objects.filter(subject_id=read.pk)] == ["under_way", "done"]
    assert fresh(read).status == VisitStatus.DONE


def test_out_waits_for_in(client, read):
    before = page(client, read)
    with clock.travel(read.starts_at):
        press(client, read, "in")
        during = page(client, read)
    enabled = [re.findall(r'value="(\w+)"( disabled)?>', html) for html in (before, during)]
    assert [[step for step, off in found if step in STEPS and not off] for found in enabled] == [
        ["in", "late", "nobody"],
        ["out", "longer"],
    ]


def test_in_is_refused_hours_before(client, read):
    answer = press(client, read, "in")
    assert "The visit has not begun." in answer.content.decode()
    assert fresh(read).status == VisitStatus.BOOKED


def test_longer_from_an_old_page_extends_once(client, read):
    with clock.travel(read.starts_at):
        press(client, read, "in")
        address = re.search(r'action="([^"]+seen=\d+)"', page(client, read))[1].replace("&amp;", "&")
        for _ in range(2):
            client.post(address, {"deed": "longer"})
    assert fresh(read).ends_at - read.ends_at == inside.EXTENSION


def test_late_asks_how_much_and_somebody_tells_the_client(client, read):
    with clock.travel(read.starts_at - timedelta(minutes=30)):
        asked = press(client, read, "late").content.decode()
        assert re.findall(r'name="minutes" value="(\d+)"', asked) == ["10", "20", "30", "45", "60"]
        assert not CallTask.objects.filter(kind="visit.late").exists()
        press(client, read, "late", minutes="30")
    assert CallTask.objects.open().filter(kind="visit.late").count() == 1
    assert Event.objects.about(read).get(verb="visit.late").facts == {"minutes": 30}


def test_nobody_opens_rings_who_is_on_duty_once(client, read):
    with clock.travel(read.starts_at):
        for _ in range(2):
            press(client, read, "nobody")
    kinds = CallTask.objects.open().about(read).filter(urgent=True).values_list("kind", flat=True)
    assert sorted(kinds) == ["visit.alarm", "visit.nobody_home"]
    assert OutboundMessage.objects.filter(kind="alarm.alarm_nobody_home").count() == 1


def test_ring_me_is_an_alarm_once(client, read):
    for _ in range(2):
        assert client.post(at(read, "ring-me", lang="en"), follow=True).status_code == 200
    assert CallTask.objects.open().filter(kind="visit.ring_me", subject_id=read.pk).count() == 1
    [told] = OutboundMessage.objects.filter(kind="alarm.alarm_ring_me")
    assert told.body.startswith(f"Digibel ALARM {read.request.reference}: er klopt iets niet, Els vraagt")


def test_who_asks_to_be_rung_is_rung_now_and_asked_first_whether_they_are_safe(client, read):
    """It said at the desk that the visit was not all right, that it is a talk and no more, and asked what they had practised."""
    client.post(at(read, "ring-me"), follow=True)
    call = CallTask.objects.open().get(kind="visit.ring_me")
    sentences = calls.script_of(call, language="nl").sentences.splitlines()
    assert sentences[1] == "Ben je veilig? Kan je vrij praten?"
    assert "112" in sentences[3]
    client.force_login(read.request.organisation.staff.get())
    for page in (reverse("desk:today"), reverse("desk:request", args=[read.request.reference])):
        html = client.get(page, headers={"accept-language": "en"}).content.decode()
        assert "Ring the volunteer now: something is not right" in html, page
        assert "Find out where the volunteer is" not in html
    html = client.get(reverse("desk:call", args=[call.pk]), headers={"accept-language": "en"}).content.decode()
    assert "Ask first whether they are safe" in html
    assert "It is a talk, nothing more" not in html


def test_a_forbidden_wish_gets_the_sentence_in_both_languages(client, read):
    html = client.post(at(read, "ask", lang="fr"), {"word": "100 euro afhalen met de kaart"}).content.decode()
    task = catalogue.get("cash-withdrawal")
    assert [code for code in ("nl", "fr") if task.sentence_to_say(code).split("'")[0] not in html] == []
    assert 'value="cash-withdrawal"' in html


def test_an_allowed_wish_gets_its_conditions_and_no_slip(client, read):
    html = client.post(at(read, "ask", lang="en"), {"word": "printer"}, headers={"hx-request": "true"}).content.decode()
    assert catalogue.get("printer-scanner").name("en") in html
    assert "<html" not in html
    assert 'name="task" value="printer-scanner"' not in html


@pytest.mark.guardrail("E4")
def test_what_is_asked_at_the_door_keeps_no_secret(client, read):
    html = client.post(at(read, "ask", lang="en"), {"word": "kaart 4111 1111 1111 1111"}).content.decode()
    assert "4111" not in html


@pytest.mark.guardrail("E1", "Z6")
def test_a_slip_becomes_one_request_to_refer(client, read):
    for _ in range(2):
        client.post(at(read, "slip", lang="en"), {"task": "cash-withdrawal"})
    [made] = HelpRequest.objects.exclude(pk=read.request_id)
    assert (made.client_id, made.next_kind, [task.slug for task in made.tasks.all()]) == (
        read.client_id,
        "refer",
        ["cash-withdrawal"],
    )


@pytest.mark.parametrize("task", ["printer-scanner", "no-such-task", ""])
def test_a_slip_for_what_may_be_done_is_refused(client, read, task):
    client.post(at(read, "slip", lang="en"), {"task": task})
    assert HelpRequest.objects.count() == 1


@pytest.mark.guardrail("E9")
def test_a_wish_about_money_that_may_be_done_counts_once_and_the_third_is_for_staff(client, read):
    html = client.post(at(read, "ask", lang="en"), {"word": "rekening betalen"}).content.decode()
    assert ("We do this now" in html, 'value="online-payment"' in html) == (True, True)
    with clock.travel(read.starts_at):
        for _ in range(2):
            client.post(at(read, "wish", lang="en"), {"task": "online-payment"})
        [first] = HelpRequest.objects.exclude(pk=read.request_id)
        assert (first.closed_as, judging.asked_about_money(read.client)) == ("solved", 1)
        client.post(at(read, "wish", lang="en"), {"task": "bank-app"})
        assert CallTask.objects.open().filter(kind="client.money_again", subject_id=read.client_id).count() == 1
        client.post(at(read, "wish", lang="en"), {"task": "tax-view"})
        assert judging.asked_about_money(read.client) == 2
        html = client.post(at(read, "ask", lang="en"), {"word": "rekening betalen"}).content.decode()
        assert ("We do this now" in html, 'value="online-payment"' in html) == (False, True)


@pytest.mark.parametrize("task", ["printer-scanner", "cash-withdrawal", "no-such-task", ""])
def test_what_is_not_about_money_or_not_for_a_volunteer_is_not_noted_as_done(client, read, task):
    with clock.travel(read.starts_at):
        assert client.post(at(read, "wish", lang="en"), {"task": task}, follow=True).status_code == 200
    assert HelpRequest.objects.count() == 1


def test_what_the_visit_is_about_is_no_new_problem(client, read):
    read.request.tasks.update(slug="online-payment")
    with clock.travel(read.starts_at):
        client.post(at(read, "wish", lang="en"), {"task": "online-payment"})
    assert HelpRequest.objects.count() == 1


def done(client, visit):
    with clock.travel(visit.starts_at):
        press(client, visit, "in")
        press(client, visit, "out")


def test_a_report_is_told_once_more_and_kept_once(client, read):
    done(client, read)
    told = {"all_right": "yes", "solved": "yes", "practised": "no", "alone": "0", "knows_whom": "2"}
    with clock.travel(read.ends_at):
        client.post(at(read, "report", lang="en"), told)
        client.post(at(read, "report", lang="en"), {"all_right": "yes", "note": "code 1234 op de kast"})
    report = Report.objects.get()
    facts = (report.all_right, report.solved, report.practised, report.alone, report.dares, report.knows_whom)
    assert facts == (True, True, False, 0, None, 2)
    assert "1234" not in report.note


def test_an_answer_that_was_not_on_the_card_keeps_nothing(client, read):
    done(client, read)
    with clock.travel(read.ends_at):
        answer = client.post(at(read, "report", lang="en"), {"all_right": "yes", "alone": "3"})
    assert (answer.status_code, Report.objects.count()) == (422, 0)


def test_the_questions_about_before_are_read_out_in_the_clients_language(client, lindeboom):
    request = cast.request(lindeboom, client={"speaks": ["ar"], "reads": ["ar"]})
    visit = cast.booked(request, cast.volunteer(lindeboom, speaks=["ar", "nl"]))
    client.post(at(visit, "read"))
    done(client, visit)
    with clock.travel(visit.ends_at):
        html = client.get(at(visit, lang="nl")).content.decode()
    sentences = phrasebook.render("autonomy_before", "ar").splitlines()
    assert [html.count(f'<span lang="ar" dir="rtl">{sentence}</span>') for sentence in sentences] == [1, 1, 1]


def test_an_honest_no_is_a_talk(client, read):
    done(client, read)
    with clock.travel(read.ends_at):
        html = client.post(at(read, "report", lang="en"), {"all_right": "no"}, follow=True).content.decode()
    assert "It is a talk, nothing more." in html
    assert CallTask.objects.open().filter(kind="visit.not_ok").count() == 1
    read.volunteer.refresh_from_db()
    assert read.volunteer.paused_at is None


def test_a_report_without_the_first_answer_comes_back_with_what_was_typed(client, read):
    done(client, read)
    with clock.travel(read.ends_at):
        answer = client.post(at(read, "report", lang="en"), {"note": "De lader is stuk"})
    assert answer.status_code == 422
    assert "De lader is stuk" in answer.content.decode()
    assert not Report.objects.exists()


def test_who_cannot_come_says_so_and_the_card_closes(client, read):
    answer = client.post(at(read, "cancel", lang="en"))
    assert "You do not go. We see to the rest." in answer.content.decode()
    assert (fresh(read).status, client.get(at(read)).status_code) == (VisitStatus.CANCELLED, 404)


def test_card_speaks_the_volunteers_language_or_the_one_chosen(client, lindeboom):
    bilal = cast.volunteer(lindeboom, name="Bilal", speaks=["ar", "fr"])
    visit = cast.booked(cast.request(lindeboom, client={"speaks": ["fr"]}), bilal)
    assert [client.get(at(visit))["Content-Language"], client.get(at(visit, lang="nl"))["Content-Language"]] == [
        "ar",
        "nl",
    ]


def test_every_deed_of_the_card_needs_a_post(client, visit):
    assert {client.get(at(visit, deed)).status_code for deed in DEEDS} == {405}


def test_posts_are_refused_without_the_token_of_the_form(visit):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(at(visit, "read")).status_code == 403
