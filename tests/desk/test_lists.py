"""Lists: what the address asks for is what stands there, thirty cost what one costs, and what was done to many is taken back."""

import os
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from digibel import clock
from digibel.audit.models import Event
from digibel.directory.models import HelpPlace
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, InboundMessage, MessageStatus, OutboundMessage
from digibel.requests.models import Closing
from digibel.scheduling import complaints, openings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LONG = os.environ.get("DIGIBEL_TEST_LONG") == "1"
# The long run fills a page; between one and a few the same would show.
MANY = 30 if LONG else 6
LISTS = (
    "/",
    "/requests",
    "/requests?sort=postcode",
    "/volunteers",
    "/volunteers?sort=name",
    "/visits?span=week",
    "/calls",
    "/match",
)


def queries_of(desk, path):
    with CaptureQueriesContext(connection) as queries:
        answer = desk.get(path)
    assert answer.status_code == 200
    return len(queries), answer


def visited(lindeboom):
    """A visit that a person has to ring about: a client, a request, a volunteer and a call."""
    return cast.booked(cast.request(lindeboom, client={"channel": "call"}), cast.volunteer(lindeboom))


def test_thirty_rows_cost_the_queries_of_one(desk, lindeboom):
    visited(lindeboom)
    cast.request(lindeboom)
    place = {"kind": "computer_room", "postcode": "1090", "source": "told by telephone"}
    HelpPlace.objects.create(slug="first", name="Eerste", **place)
    paths = (*LISTS, "/places")
    for path in paths:
        desk.get(path)
    one = {path: queries_of(desk, path)[0] for path in paths}
    for _ in range(MANY - 1):
        visited(lindeboom)
    HelpPlace.objects.bulk_create(HelpPlace(slug=f"place-{n}", name=f"Plek {n}", **place) for n in range(MANY))
    many = {path: queries_of(desk, path) for path in paths}
    assert {path: count for path, (count, _) in many.items()} == one
    assert many["/visits?span=week"][1].content.decode().count("data-row") == MANY
    assert many["/volunteers"][1].content.decode().count("data-row") == MANY


@pytest.fixture
def three(lindeboom):
    """Of Jette and due first, of Brussels, of Jette and new; and one that was closed."""
    made = []
    for postcode, days in (("1090", 1), ("1000", 3), ("1090", 2)):
        with clock.travel(clock.now() + timedelta(minutes=len(made))):
            made.append(cast.request(lindeboom, client={"postcode": postcode}, windows=cast.windows(days=days)))
    closed = cast.request(lindeboom)
    openings.close(closed, closing=Closing.WITHDRAWN, by=cast.SYSTEM)
    return [one.reference for one in made], closed.reference


def listed(desk, query):
    return [row["request"].reference for row in desk.get(f"/requests?{query}").context["rows"]]


def test_requests_are_filtered_and_sorted_by_the_address(desk, three):
    (first, brussels, jette), closed = three
    assert listed(desk, "sort=newest") == [jette, brussels, first]
    assert listed(desk, "sort=postcode") == [brussels, jette, first]
    assert sorted(listed(desk, "postcode=1090")) == [first, jette]
    assert listed(desk, "postcode=1090&step=visit") == []
    assert listed(desk, "show=closed&postcode=1090&step=visit") == [closed]


def test_what_makes_no_sense_in_an_address_is_left_out(desk, three):
    everything = listed(desk, "")
    assert listed(desk, "show=all&step=dance&postcode=%00&sort=-client__first_name&page=x") == everything


def test_nothing_fits_and_nothing_is_there_are_different_pages(desk, three):
    assert "Nothing fits all of this." in desk.get("/requests?postcode=1180").content.decode()
    assert "Nothing fits all of this." not in desk.get("/requests").content.decode()


def test_the_next_page_keeps_what_was_asked_and_nothing_else(desk, lindeboom, monkeypatch):
    monkeypatch.setattr("digibel.desk.views.requests.PER_PAGE", 1)
    for _ in range(2):
        cast.request(lindeboom)
    page = desk.get("/requests?sort=newest&postcode=1090&name=Guido&page=1").content.decode()
    [following] = [one for one in page.split('"') if one.startswith("?") and "page=2" in one and "sort" in one][:1]
    assert parse_qs(urlsplit(following.replace("&amp;", "&")).query) == {
        "postcode": ["1090"],
        "sort": ["newest"],
        "page": ["2"],
    }


def test_calls_about_one_thing(desk, lindeboom):
    visited(lindeboom)
    kinds = {call.kind for call in CallTask.objects.all()}
    for kind in kinds:
        lines = [line for group in desk.get(f"/calls?kind={kind}").context["groups"] for line in group.rows]
        assert len(lines) == CallTask.objects.filter(kind=kind).count()
    assert len(desk.get("/calls?kind=nothing").context["groups"]) == len(desk.get("/calls").context["groups"])


def test_seven_days_stand_under_their_names(desk, lindeboom):
    visit = visited(lindeboom)
    [(day, [line])] = desk.get("/visits?span=week").context["groups"]
    assert (day, line.visit) == (clock.local(visit.starts_at).date(), visit)


# ------------------------------------------------------------------ the way back


def back_from(desk, record, at):
    page = desk.get(record).content.decode()
    return [one for one in page.split('"') if one.partition("?")[0] == at][-1].replace("&amp;", "&")


def test_the_way_back_from_a_record_leads_to_the_list_as_it_stood(desk, three, monkeypatch):
    monkeypatch.setattr("digibel.desk.views.requests.PER_PAGE", 1)
    record = f"/requests/{three[0][0]}"
    assert back_from(desk, record, "/requests") == "/requests"
    desk.get("/requests?sort=newest&postcode=1090&dance=1&page=2")
    assert back_from(desk, record, "/requests") == "/requests?postcode=1090&sort=newest&page=2"
    desk.get("/requests")
    assert back_from(desk, record, "/requests") == "/requests"


@pytest.mark.parametrize("told", ['x"><script>', "a=b\r\nSet-Cookie:c=d", "sort=" + "x" * 400, "é=1", "//evil.example"])
def test_a_cookie_that_somebody_made_up_leads_to_the_list_and_nowhere_else(desk, three, told):
    desk.cookies["list_requests"] = told
    address = back_from(desk, f"/requests/{three[0][0]}", "/requests")
    assert address == "/requests"


def test_who_searched_by_name_leaves_no_trace_of_it(desk, lindeboom):
    cast.volunteer(lindeboom, name="Els")
    desk.get("/volunteers?sort=name")
    desk.post("/volunteers?sort=newest", {"name": "Els"})
    assert desk.cookies["list_volunteers"].value == "sort=name"


def test_after_a_call_they_are_back_in_the_list_they_came_from(desk, lindeboom):
    visited(lindeboom)
    call = CallTask.objects.open().get(kind="visit.announce")
    desk.get("/calls?kind=visit.announce")
    answer = desk.post(f"/calls/{call.pk}/outcome", {"outcome": "no_answer", "back": "calls"})
    assert answer.url == "/calls?kind=visit.announce"


def test_complaints_stand_in_the_order_that_was_asked(desk, lindeboom):
    client, at = cast.request(lindeboom).client, clock.now()
    made = []
    for days, kind in ((0, "money"), (1, "service")):
        with clock.travel(at + timedelta(days=days)):
            made.append(complaints.note(client, kind=kind, text="zo", by=cast.SYSTEM))
    order = {
        query: [row["complaint"] for row in desk.get(f"/complaints?{query}").context["rows"]]
        for query in ("", "sort=due", "kind=money&sort=due&state=dance")
    }
    assert order == {"": made[::-1], "sort=due": made, "kind=money&sort=due&state=dance": made[:1]}


# ------------------------------------------------------------------ many at once


def text_all(desk, deed, *volunteers):
    return desk.post(f"/volunteers/together/{deed}?state=ready", {"who": [one.pk for one in volunteers]})


def undo_of(desk):
    return desk.get("/volunteers").context["undo"]


def statuses():
    return sorted(OutboundMessage.objects.filter(kind="plain.page_link").values_list("status", flat=True))


@pytest.fixture
def two(lindeboom):
    return cast.volunteer(lindeboom, name="Els"), cast.volunteer(lindeboom, name="Karim")


def test_texts_to_many_wait_ten_seconds_and_leave(desk, two, frozen_clock):
    answer = text_all(desk, "page", *two)
    assert (answer.status_code, answer.url) == (303, "/volunteers?state=ready")
    outbox.sweep()
    assert statuses() == [MessageStatus.QUEUED] * 2
    with clock.travel(frozen_clock + timedelta(seconds=10)):
        outbox.sweep()
        assert undo_of(desk) is None
    assert MessageStatus.QUEUED not in statuses()


def test_what_was_done_to_many_is_taken_back_once(desk, two, nadia):
    text_all(desk, "page", *two)
    undo = undo_of(desk)
    assert undo.text == "2 texts leave in ten seconds."
    assert desk.post(undo.url).status_code == 303
    assert statuses() == [MessageStatus.WITHDRAWN] * 2
    event = Event.objects.get(verb="texts.taken_back")
    assert (event.actor, event.facts) == (f"staff:{nadia.pk}", {"count": 2})
    assert "Too late" in desk.post(undo.url, follow=True).content.decode()
    assert Event.objects.filter(verb="texts.taken_back").count() == 1


def test_taking_back_comes_too_late_when_all_have_left(desk, two, frozen_clock):
    text_all(desk, "page", *two)
    undo = undo_of(desk)
    with clock.travel(frozen_clock + timedelta(seconds=10)):
        outbox.sweep()
        assert "Too late: the texts have left." in desk.post(undo.url, follow=True).content.decode()
    assert MessageStatus.WITHDRAWN not in statuses()


def test_an_older_page_takes_nothing_newer_back(desk, two):
    text_all(desk, "page", two[0])
    older = undo_of(desk)
    text_all(desk, "page", two[1])
    desk.post(older.url)
    assert statuses() == [MessageStatus.QUEUED] * 2


def test_nobody_takes_back_what_a_colleague_did(desk, neighbour, two):
    text_all(desk, "page", *two)
    neighbour.post(undo_of(desk).url)
    assert statuses() == [MessageStatus.QUEUED] * 2


def test_who_has_such_a_text_waiting_keeps_it_and_who_has_no_internet_gets_none(desk, lindeboom, two):
    els, karim = two
    text_all(desk, "page", els)
    plain = cast.volunteer(lindeboom, name="Maria", sms_only=True)
    answer = desk.post("/volunteers/together/page", {"who": [els.pk, karim.pk, plain.pk]}, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert said == [
        "1 has such a text on its way already.",
        "1 has no internet on their telephone, and got none: ring them.",
    ]
    desk.post(undo_of(desk).url)
    assert statuses() == [MessageStatus.QUEUED, MessageStatus.WITHDRAWN]


@pytest.mark.parametrize("who", [[], ["nobody"], ["0190a0a0-0000-7000-8000-000000000000"]])
def test_nobody_ticked_texts_nobody_and_says_so(desk, two, who):
    answer = desk.post("/volunteers/together/questions", {"who": who}, follow=True)
    assert "Tick at least one name first." in answer.content.decode()
    assert not OutboundMessage.objects.exists()


def test_a_deed_for_many_that_does_not_exist_is_not_found(desk, two):
    assert text_all(desk, "dance", *two).status_code == 404


@pytest.fixture
def unclear(lindeboom, two):
    """Three texts that nobody understood: of a client, of a volunteer, and of somebody who said STOP."""
    client = cast.request(lindeboom).client
    return [cast.texts(client, "een vraag over iets"), cast.texts(two[0], "hoe zit dat nu"), cast.texts(two[1], "stop")]


def inbox(desk, query=""):
    return [talk.message.pk for talk in desk.get(f"/inbox?{query}").context["talks"]]


def test_the_inbox_shows_whose_texts_were_asked_for(desk, unclear):
    first, second, stopped = (one.pk for one in unclear)
    assert inbox(desk, "sender=client") == [first]
    assert set(inbox(desk, "sender=volunteer")) == {second, stopped}
    assert "Nothing fits all of this." in desk.get("/inbox?sender=unknown").content.decode()
    assert inbox(desk, "sender=staff") == inbox(desk)


def test_several_texts_are_put_aside_and_taken_back_as_they_lay(desk, unclear):
    before, why = inbox(desk), {one.pk: one.outcome for one in InboundMessage.objects.all()}
    answer = desk.post("/inbox/together", {"who": before})
    assert (answer.url, inbox(desk)) == ("/inbox", [])
    undo = desk.get("/").context["undo"]
    assert undo.text == "3 texts are put aside."
    desk.post(undo.url)
    assert (inbox(desk), {one.pk: one.outcome for one in InboundMessage.objects.all()}) == (before, why)
    assert Event.objects.filter(verb="text.waits_again").count() == 3


def test_after_ten_seconds_they_stay_aside(desk, unclear, frozen_clock):
    desk.post("/inbox/together", {"who": inbox(desk)})
    undo = desk.get("/").context["undo"]
    with clock.travel(frozen_clock + timedelta(seconds=11)):
        assert "Too late" in desk.post(undo.url, follow=True).content.decode()
    assert inbox(desk) == []


def test_what_a_colleague_answered_meanwhile_is_theirs(desk, neighbour, unclear):
    first, *others = inbox(desk)
    desk.post("/inbox/together", {"who": [first]})
    undo = desk.get("/").context["undo"]
    InboundMessage.objects.filter(pk=first).update(outcome="answered")
    assert "Too late" in desk.post(undo.url, follow=True).content.decode()
    neighbour.post("/inbox/together", {"who": others})
    assert inbox(desk) == others
    assert "Tick at least one text first." in desk.post("/inbox/together", {"who": ["x"]}, follow=True).content.decode()
