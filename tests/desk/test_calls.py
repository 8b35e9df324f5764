"""Calls: whom to ring, what to say, what came of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cast
from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.desk import callsheets, errands
from digibel.notifications import calls, outbox, voice
from digibel.notifications.models import CallTask, MessageStatus, OutboundMessage
from digibel.requests.models import Consent
from digibel.scheduling import clockwork, reports, visits
from digibel.scheduling.models import FollowUp, Offer, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LANDLINE = {"channel": "call", "phone": "+3224275566"}


@pytest.fixture
def visit(lindeboom):
    return cast.booked(cast.request(lindeboom, client=LANDLINE), cast.volunteer(lindeboom))


@pytest.fixture
def announce(visit):
    return CallTask.objects.get(kind="visit.announce")


def page_of(call):
    return reverse("desk:call", args=[call.pk])


def note(browser, call, outcome, **more):
    return browser.post(reverse("desk:call_outcome", args=[call.pk]), {"outcome": outcome, **more})


def test_the_list_has_what_is_due_and_leads_to_each_call(desk, announce):
    [group] = desk.get("/calls").context["groups"]
    [line] = group.rows
    assert (line.name, line.url, line.what) == (
        "Meneer Claes",
        page_of(announce),
        "Tell them who comes, when, and the codeword",
    )


def test_an_empty_list_says_so(desk):
    assert desk.get("/calls").content.decode().count("Nobody has to be rung.") == 1


def test_the_list_costs_the_same_queries_for_one_call_and_for_three(desk, lindeboom):
    counted = []
    for _ in range(3):
        cast.booked(cast.request(lindeboom, client=LANDLINE), cast.volunteer(lindeboom))
        desk.get("/calls")
        with CaptureQueriesContext(connection) as queries:
            desk.get("/calls")
        counted.append(len(queries))
    assert counted[0] == counted[2]


def test_the_page_holds_the_number_the_words_and_the_codeword(desk, visit, announce):
    sheet = desk.get(page_of(announce)).context["sheet"]
    assert [(person.name, person.number) for person in sheet.people] == [("Meneer Claes", "+3224275566")]
    assert (sheet.language, sheet.holds_word, sheet.attempt, sheet.most) == ("nl", True, 1, 3)
    assert sheet.voicemail == "Goeiedag. Dit is De Lindeboom. Wilt u ons bellen op 02 511 22 33? Dank u wel."
    assert visit.word not in sheet.voicemail
    assert [button.value for button in sheet.buttons if button.main] == ["reached"]


def test_that_a_number_was_shown_is_recorded(desk, nadia, announce):
    desk.get(page_of(announce))
    event = Event.objects.get(verb="number.shown")
    assert (event.actor, event.subject_id, event.facts) == (f"staff:{nadia.pk}", str(announce.pk), {"numbers": 1})


def test_words_in_arabic_run_from_right_to_left(desk, lindeboom):
    client = {"speaks": ["ar"], "reads": ["ar"]}
    cast.request(lindeboom, client=client, consent={})
    page = desk.get(page_of(CallTask.objects.get())).content.decode()
    assert page.count('lang="ar" dir="rtl"') == 9


@pytest.mark.guardrail("E14")
def test_reached_confirms_the_visit_and_goes_on(desk, visit, announce):
    answer = note(desk, announce, "reached")
    assert (answer.status_code, answer.url) == (303, "/")
    assert Visit.objects.get(pk=visit.pk).confirmed_at == clock.now()
    assert desk.get("/").content.decode().count("Noted for Meneer Claes: Reached: it suits.") == 1


def test_whoever_came_from_the_list_of_calls_returns_there(desk, announce):
    assert note(desk, announce, "reached", back="calls").url == "/calls"


def test_no_answer_comes_back_by_itself(desk, announce):
    note(desk, announce, "no_answer")
    announce.refresh_from_db()
    assert (announce.tries, announce.done_at) == (1, None)
    assert announce.due_at > clock.now()


def test_no_answer_pressed_by_two_is_one_attempt(desk, joris, announce):
    """Two fingers used up two of three attempts, and the call came back a day later."""
    form = desk.get(reverse("desk:call", args=[announce.pk]))
    attempt = form.context["sheet"].attempt
    assert f'name="attempt" value="{attempt}"' in form.content.decode()
    assert note(desk, announce, "no_answer", attempt=attempt).status_code == 303
    announce.refresh_from_db()
    due = announce.due_at
    second = note(joris, announce, "no_answer", attempt=attempt)
    assert (second.status_code, "has been noted already" in second.content.decode()) == (409, True)
    announce.refresh_from_db()
    assert (announce.tries, announce.due_at) == (1, due)
    assert note(joris, announce, "reached", attempt=attempt).status_code == 303, "what was heard counts all the same"


def test_an_outcome_that_does_not_belong_to_the_call_is_refused(desk, announce):
    answer = note(desk, announce, "works")
    assert (answer.status_code, answer.context["refusal"]) == (422, "Choose what came of the call.")
    announce.refresh_from_db()
    assert announce.tries == 0


def test_a_wrong_number_is_rung_by_nobody_until_somebody_knows_better(desk, visit, announce):
    note(desk, announce, "wrong_number")
    again = CallTask.objects.open().get(kind="visit.confirm")
    sheet = desk.get(page_of(again)).context["sheet"]
    assert [(person.name, person.number, person.wrong) for person in sheet.people] == [("Meneer Claes", "", True)]
    assert note(desk, again, "right_number").url == page_of(again)
    assert [person.number for person in desk.get(page_of(again)).context["sheet"].people] == ["+3224275566"]
    verbs = Event.objects.filter(verb__startswith="number.", subject_id=visit.client.recipient_id)
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == ["number.wrong", "number.right"]


def test_a_call_that_a_colleague_has_just_done_says_so_kindly(desk, announce):
    note(desk, announce, "reached")
    answer = note(desk, announce, "other_moment")
    assert (answer.status_code, answer.context["conflict"]) == (409, True)
    announce.refresh_from_db()
    assert announce.outcome == "reached"


def test_a_call_that_is_done_shows_no_number(desk, announce):
    note(desk, announce, "reached")
    page = desk.get(page_of(announce))
    assert page.context["ended"] == {"outcome": "Reached: it suits", "at": clock.now()}
    assert page.content.decode().count("tel:+3224275566") == 0


def test_the_own_yes_is_kept_in_the_language_in_which_it_was_said(desk, lindeboom):
    cast.request(lindeboom, client={"speaks": ["fr"], "reads": ["fr"]}, consent={})
    note(desk, CallTask.objects.get(), "reached", language="nl")
    assert Consent.objects.get().language == "nl"
    assert CallTask.objects.open().count() == 0


def test_the_own_yes_asks_for_its_language(desk, lindeboom):
    cast.request(lindeboom, consent={})
    answer = note(desk, CallTask.objects.get(), "reached", language="klingon")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["language"])
    assert Consent.objects.count() == 0


def test_who_says_no_closes_the_request(desk, lindeboom):
    request = cast.request(lindeboom, consent={})
    note(desk, CallTask.objects.get(), "refused")
    request.refresh_from_db()
    assert request.closed_as == "withdrawn"


@pytest.fixture
def follow_up(lindeboom, visit):
    """A week after the visit: the call that asks whether it still works."""
    els = visit.volunteer
    visits.confirm(visit, by=cast.SYSTEM)
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=2))):
        cast.texts(els, "IN")
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=50))):
        cast.texts(els, "UIT")
        cast.texts(els, "1")
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(days=8))):
        yield CallTask.objects.open().get(kind="visit.follow_up")


@pytest.mark.guardrail("E8", "Z2", "Z3")
def test_a_follow_up_is_noted_with_what_they_can_and_what_worries(desk, visit, follow_up):
    note(desk, follow_up, "fails", alone="0", dares="1", worries=["came_back", "code_seen"])
    told = FollowUp.objects.get(visit=visit)
    assert (told.outcome, told.alone, told.dares, told.knows_whom) == ("fails", 0, 1, None)
    assert told.worries == ["code_seen", "came_back"]
    follow_up.refresh_from_db()
    assert follow_up.outcome == "fails"


def test_a_follow_up_with_an_answer_that_does_not_exist_keeps_nothing(desk, follow_up):
    answer = note(desk, follow_up, "works", alone="3")
    assert (answer.status_code, FollowUp.objects.count()) == (422, 0)


def test_before_and_a_week_later_stand_side_by_side_on_the_visit(desk, visit, follow_up):
    reports.report(visit, by=cast.SYSTEM, all_right=True, autonomy={"alone": 0, "dares": None})
    note(desk, follow_up, "works", alone="2", dares="1")
    shown = desk.get(reverse("desk:visit_desk", args=[visit.pk])).context["autonomy"]
    assert [tuple(str(word) for word in row) for row in shown] == [
        ("Does it alone", "no", "yes"),
        ("Dares to try it alone", "", "partly"),
    ]


def test_a_follow_up_that_works_closes_the_request(desk, visit, follow_up):
    note(desk, follow_up, "works")
    visit.request.refresh_from_db()
    assert visit.request.closed_as == "solved"


def test_once_more_in_the_follow_up_asks_the_same_volunteer_for_what_was_ticked(desk, visit, follow_up):
    choices = [value for value, _ in desk.get(page_of(follow_up)).context["form"].fields["again"].choices]
    note(desk, follow_up, "fails", again=choices[:1])
    [offer] = Offer.objects.filter(request=visit.request, place=2)
    assert (offer.volunteer, [start for start, _ in offer.windows]) == (visit.volunteer, choices[:1])


def test_a_moment_that_was_not_on_the_page_asks_nobody(desk, visit, follow_up):
    answer = note(desk, follow_up, "fails", again=[clock.now().isoformat()])
    assert (answer.status_code, FollowUp.objects.count()) == (422, 0)
    assert not Offer.objects.filter(request=visit.request, place=2).exists()


def test_somebody_else_should_help_leads_to_the_slip(desk, visit, follow_up):
    answer = note(desk, follow_up, "refer")
    assert answer["Location"] == reverse("desk:slip", args=[visit.request.reference])


def test_who_wants_no_more_help_is_noted_as_such(desk, visit, follow_up):
    note(desk, follow_up, "refused")
    visit.request.refresh_from_db()
    assert visit.request.closed_as == "withdrawn"


def test_following_up_is_for_a_coordinator(client, lindeboom, follow_up):
    client.force_login(cast.staff(lindeboom, name="Joris"), backend="django.contrib.auth.backends.ModelBackend")
    assert note(client, follow_up, "works").status_code == 403
    assert FollowUp.objects.count() == 0


def alarm_of(visit):
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=25))):
        return CallTask.objects.open().get(kind="visit.alarm")


def test_an_alarm_says_whom_to_ring_in_which_order(desk, lindeboom):
    client = {"contact_name": "Rita", "contact_phone": "+3224267788"}
    visit = cast.booked(cast.request(lindeboom, client=client), cast.volunteer(lindeboom))
    people = callsheets.people(errands.of(lindeboom, alarm_of(visit).pk))
    assert [person.name for person in people] == ["Els", "Meneer Claes", "Rita"]


def test_who_takes_an_alarm_is_told_and_a_second_one_hears_of_the_first(desk, lindeboom, visit):
    call = alarm_of(visit)
    desk.post(reverse("desk:take_alarm", args=[call.pk]))
    assert desk.get(page_of(call)).context["mine"] is True
    second = Browser()
    second.force_login(cast.coordinator(lindeboom, name="Joris"), backend="django.contrib.auth.backends.ModelBackend")
    second.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = second.post(reverse("desk:take_alarm", args=[call.pk]), follow=True)
    assert answer.context["sheet"].taken_by == "Nadia"
    assert answer.content.decode().count("A colleague has taken this alarm already.") == 1


def test_whatever_colleagues_are_texted_about_can_be_taken(desk, lindeboom, now):
    """A volunteer falls ill an hour before: without a button the texts went round while somebody was ringing the client."""
    today = [{"from": f"{clock.today()}T15:00", "until": f"{clock.today()}T18:00"}]
    visit = cast.booked(cast.request(lindeboom, windows=today), cast.volunteer(lindeboom, name="Ann"))
    visits.cancel(visit, by=Actor.volunteer(visit.volunteer), reason="volunteer_cannot")
    call = CallTask.objects.open().about(visit).get(kind="visit.cancelled")
    address = reverse("desk:take_alarm", args=[call.pk])
    assert address in desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    desk.post(address)
    page = desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    assert (address in page, "It climbs no further." in page) == (False, True)
    with clock.travel(clockwork.live_through(now + timedelta(hours=1))):
        assert OutboundMessage.objects.filter(kind="alarm.alarm_cancelled_today").count() == 1


def test_a_call_about_which_nobody_is_texted_has_nothing_to_take(desk, announce):
    page = desk.get(reverse("desk:call", args=[announce.pk])).content.decode()
    assert reverse("desk:take_alarm", args=[announce.pk]) not in page


def test_where_nobody_is_rung_nothing_is_said_of_numbers_and_voicemail(desk, lindeboom, announce):
    """Texts that do not leave, a budget that is spent: somebody looks."""
    kept = {"organisation": lindeboom, "recipient": None, "due_at": clock.now(), "urgent": True}
    page = desk.get(page_of(calls.open_call("gateway.stands_still", lindeboom, **kept))).content.decode()
    assert ("voicemail" in page, "no number" in page, "I take it" in page) == (False, False, True)
    assert "voicemail" in desk.get(page_of(announce)).content.decode()


def test_a_text_that_did_not_arrive_is_read_out(desk, lindeboom):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    lost = OutboundMessage.objects.get(kind="visit.client_reminder")
    OutboundMessage.objects.filter(pk=lost.pk).update(status=MessageStatus.SENT)
    lost.refresh_from_db()
    outbox.put_on_list(lost, trouble="undelivered")
    call = CallTask.objects.open().get(kind="visit.undelivered")
    assert desk.get(page_of(call)).context["sheet"].undelivered == lost.body
    assert visit.word in lost.body


def test_a_plain_text_that_got_lost_is_an_errand_too(desk, lindeboom):
    els = cast.volunteer(lindeboom)
    cast.offered(cast.request(lindeboom), els)
    cast.texts(els, "STOP")
    lost = OutboundMessage.objects.get(kind="plain.stop_confirmed")
    outbox.put_on_list(lost, trouble="undelivered")
    call = CallTask.objects.open().get(kind="plain.undelivered")
    page = desk.get(page_of(call))
    assert (page.status_code, page.context["title"]) == (200, "Els: A text did not arrive: is the number right?")
    assert [line.name for line in desk.get("/calls").context["groups"][0].rows] == ["Els"]


def test_a_letter_can_be_noted_as_posted(desk, lindeboom):
    later = [{"from": "2026-09-25T14:00", "until": "2026-09-25T17:00"}]
    request = cast.request(lindeboom, client={"channel": "letter", "phone": ""}, windows=later)
    cast.booked(request, cast.volunteer(lindeboom))
    call = CallTask.objects.get(kind="visit.announce")
    note(desk, call, "posted")
    call.refresh_from_db()
    assert call.outcome == "posted"


@pytest.mark.parametrize("name", ["call", "call_beside", "call_voice", "call_outcome", "take_alarm"])
def test_calls_of_others_do_not_exist(neighbour, announce, name):
    address = reverse(f"desk:{name}", args=[announce.pk])
    answer = (
        neighbour.get(address) if name in {"call", "call_beside"} else neighbour.post(address, {"outcome": "reached"})
    )
    assert answer.status_code == 404
    announce.refresh_from_db()
    assert (announce.tries, announce.acknowledged_by) == (0, "")


def test_the_neighbours_list_is_empty(neighbour, announce):
    assert neighbour.get("/calls").context["groups"] == []


# --- two at once, another language, a sound ---------------------------------------------------------------------------


@pytest.fixture
def joris(lindeboom):
    browser = Browser()
    browser.force_login(cast.coordinator(lindeboom, name="Joris"), backend="django.contrib.auth.backends.ModelBackend")
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def beside(browser, call):
    return browser.get(reverse("desk:call_beside", args=[call.pk])).context


def test_two_who_have_the_same_call_open_see_each_other(desk, joris, announce):
    assert desk.get(page_of(announce)).context["colleagues"] == ""
    assert joris.get(page_of(announce)).context["colleagues"] == "Nadia"
    assert beside(desk, announce)["colleagues"] == "Joris"
    assert desk.get("/calls").context["groups"][0].rows[0].tag == "with Joris now"
    with clock.travel(clock.now() + timedelta(minutes=16)):
        assert (beside(desk, announce)["colleagues"], beside(joris, announce)["colleagues"]) == ("", "")


def test_whoever_still_has_it_open_hears_that_it_is_done(desk, joris, announce):
    joris.get(page_of(announce))
    note(desk, announce, "reached")
    assert beside(joris, announce)["done"] is True


def test_only_looking_whether_somebody_is_there_shows_and_records_nothing(desk, announce):
    answer = desk.get(reverse("desk:call_beside", args=[announce.pk]))
    assert (Event.objects.filter(verb="number.shown").count(), "4275566" in answer.content.decode()) == (0, False)


def test_the_words_stand_beside_the_workers_own_language(desk, announce):
    sheet = desk.get(page_of(announce)).context["sheet"]
    assert (sheet.language, sheet.own_language) == ("nl", "English")
    assert sheet.script[1][0].startswith("Els komt u helpen op")
    assert sheet.script[1][1].startswith("Els comes to help you on")
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "nl"
    assert {meaning for _, meaning in desk.get(page_of(announce)).context["sheet"].script} == {""}


@pytest.fixture
def spoken(monkeypatch):
    """What the machine says, instead of the sound."""
    said = []
    monkeypatch.setattr(voice, "is_there", lambda: True)
    monkeypatch.setattr(voice, "speak", lambda text, language: said.append((text, language)) or b"RIFF")
    return said


def test_the_message_is_handed_over_as_a_sound_that_says_nothing_of_whom_it_is_for(desk, visit, announce, spoken):
    answer = desk.post(reverse("desk:call_voice", args=[announce.pk]), {"what": "message"})
    assert (answer.content, answer["Content-Type"], answer["Cache-Control"]) == (b"RIFF", "audio/wav", "no-store")
    assert answer["Content-Disposition"] == 'attachment; filename="digibel.wav"'
    assert (visit.word in spoken[0][0], spoken[0][1]) == (True, "nl")
    assert Event.objects.get(verb="voice.made").facts == {}


def test_the_sound_for_voicemail_never_holds_the_codeword(desk, visit, announce, spoken):
    desk.post(reverse("desk:call_voice", args=[announce.pk]), {"what": "voicemail"})
    assert spoken == [("Goeiedag. Dit is De Lindeboom. Wilt u ons bellen op 02 511 22 33? Dank u wel.", "nl")]


def test_a_call_that_is_done_is_not_spoken_any_more(desk, announce, spoken):
    note(desk, announce, "reached")
    assert desk.post(reverse("desk:call_voice", args=[announce.pk])).status_code == 409
    assert spoken == []


def test_a_machine_without_a_voice_says_why_there_is_no_button(desk, announce, monkeypatch):
    monkeypatch.setattr(voice.shutil, "which", lambda name: None)
    page = desk.get(page_of(announce)).content.decode()
    assert (page.count("espeak-ng"), page.count("/voice")) == (1, 0)
    answer = desk.post(reverse("desk:call_voice", args=[announce.pk]))
    assert (answer.status_code, answer.context["refusal"]) == (
        503,
        "This machine cannot speak now. Read the words out yourself.",
    )
