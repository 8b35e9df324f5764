"""The page that every day begins with."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cast
from digibel import clock
from digibel.desk import words, worklines
from digibel.notifications.models import CallTask
from digibel.requests.models import NextActionKind
from digibel.scheduling import clockwork, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock", "english")]


def lines(organisation, staff):
    return worklines.lines(organisation, staff, clock.now())


def counted(answer):
    """How many steps each way to look at the list holds."""
    return {tab.who: len(tab.lines) for tab in answer.context["tabs"]}


def test_today_needs_a_login(client):
    answer = client.get("/")
    assert (answer.status_code, answer.url) == (302, "/login?next=/")


def test_every_next_action_and_every_errand_has_words():
    assert set(words.STEPS) == set(NextActionKind.values)
    assert set(words.OUTCOMES) == set(CallTask.Outcome.values)


def test_an_empty_day_says_so_and_offers_one_thing_to_do(desk):
    answer = desk.get("/")
    assert answer.context["heading"] == "Good morning Nadia. Nothing waits for you today."
    assert answer.content.decode().count("Nobody waits for anything.") == 1


def test_a_new_request_is_a_line_that_leads_to_matching(lindeboom, nadia):
    request = cast.request(lindeboom)
    [line] = lines(lindeboom, nadia)
    assert (line.name, line.what, line.url) == (
        "Meneer Claes",
        "Choose volunteers",
        f"/requests/{request.reference}/match",
    )
    assert (line.mine, str(line.by), line.bell) == (False, "matching", "you")


def test_the_heading_counts_what_is_for_the_reader(desk, lindeboom):
    cast.request(lindeboom, consent={})
    cast.request(lindeboom, client={"first_name": "Anna"})
    answer = desk.get("/?who=mine")
    assert counted(answer) == {"due": 2, "mine": 0, "team": 2}


def test_what_only_waits_for_an_answer_is_not_due(desk, lindeboom):
    cast.offered(cast.request(lindeboom), cast.volunteer(lindeboom))
    answer = desk.get("/?who=due")
    assert counted(answer) == {"due": 0, "mine": 0, "team": 1}
    assert answer.content.decode().count("Nothing is due today.") == 1


def test_what_is_due_tomorrow_is_due_tomorrow(desk, lindeboom):
    cast.request(lindeboom)
    with clock.travel(clock.now() - timedelta(days=1)):
        assert counted(desk.get("/"))["due"] == 0


def test_each_way_to_look_has_a_key_that_is_told(desk):
    page = desk.get("/?who=nonsense").content.decode()
    for who, key in {"due": "d", "mine": "m", "team": "t"}.items():
        assert page.count(f'href="?who={who}" data-key="{key}" aria-keyshortcuts="{key}"') == 1
    assert page.count('aria-keyshortcuts="t" aria-current="true"') == 1


def test_a_call_for_a_request_is_one_line_and_not_two(lindeboom, nadia):
    cast.request(lindeboom, consent={})
    [line] = lines(lindeboom, nadia)
    assert line.url == reverse("desk:call", args=[CallTask.objects.get().pk])


def test_an_alarm_comes_first_is_red_and_is_taken_with_one_push(desk, lindeboom, nadia):
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    visits.confirm(visit, by=cast.SYSTEM)
    cast.request(lindeboom, client={"first_name": "Anna", "address_as": "Mevrouw Anna"})
    late = visit.starts_at + timedelta(minutes=25)
    with clock.travel(clockwork.live_through(late)):
        first, *rest = lines(lindeboom, nadia)
        assert (first.alert, first.bell, first.post) == (True, "alarm", True)
        assert [line.alert for line in rest if line.alert] == []
        answer = desk.post(first.url)
        assert answer.status_code == 303
        first, *rest = lines(lindeboom, nadia)
        assert (first.alert, first.post, str(first.tag)) == (True, False, "taken")


def test_an_alarm_is_seen_even_where_another_next_action_came_earlier(lindeboom, nadia):
    """The visit was never confirmed, so that is the request's next action; the alarm stands beside it, above it."""
    visit = cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=25))):
        first, *_ = lines(lindeboom, nadia)
        assert (first.alert, first.what) == (True, "Find out where the volunteer is")


def test_a_text_nobody_understood_is_a_line(lindeboom, nadia):
    els = cast.volunteer(lindeboom)
    cast.offered(cast.request(lindeboom), els)
    cast.texts(els, "ja maar pas om 15u")
    [text] = [line for line in lines(lindeboom, nadia) if line.verb == "Answer"]
    assert (text.name, text.what) == ("Els", "Text: “ja maar pas om 15u”")


def test_groups_follow_the_day(lindeboom, nadia):
    cast.request(lindeboom)
    found = worklines.grouped(lines(lindeboom, nadia), clock.now())
    assert [str(group.title) for group in found] == ["This afternoon"]
    with clock.travel(clock.now() + timedelta(hours=6)):
        found = worklines.grouped(lines(lindeboom, nadia), clock.now())
        assert [group.title for group in found] == ["Now"]
        assert found[0].rows[0].late == "2 hours late"


def test_what_volunteers_are_thinking_about_waits_for_somebody_else(lindeboom, nadia):
    cast.offered(cast.request(lindeboom), cast.volunteer(lindeboom))
    [group] = worklines.grouped(lines(lindeboom, nadia), clock.now())
    assert (str(group.title), group.rows[0].bell) == ("Waiting for somebody else", "wait")
    assert group.rows[0].why.endswith("1 asked.")


def test_hours_count_what_is_due_in_each(lindeboom, nadia):
    cast.request(lindeboom)
    counted = worklines.hours(lines(lindeboom, nadia), clock.now())
    assert [(hour.hour, hour.count) for hour in counted if hour.count] == [(14, 1)]
    assert [hour.hour for hour in counted if hour.now] == [10]


def test_another_organisation_sees_nothing_of_it(lindeboom, sleutel):
    cast.booked(cast.request(lindeboom), cast.volunteer(lindeboom))
    cast.request(lindeboom)
    assert lines(sleutel, cast.coordinator(sleutel)) == []


def test_the_page_costs_the_same_queries_for_one_of_each_and_for_three(desk, lindeboom):
    def one_of_each():
        request = cast.request(lindeboom, client={"first_name": "Anna"})
        cast.booked(request, cast.volunteer(lindeboom, name="Els"))
        cast.request(lindeboom, consent={})
        cast.offered(cast.request(lindeboom), asked := cast.volunteer(lindeboom, name="Ayse"))
        cast.texts(asked, "ja maar misschien")

    counted = []
    for _ in range(3):
        one_of_each()
        desk.get("/")
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/").status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[2]


def test_news_are_told_only_when_the_list_has_changed(desk, lindeboom):
    seen = desk.get("/").context["seen"]
    assert desk.get(f"/today/news?seen={seen}").content.decode().strip() == ""
    cast.request(lindeboom)
    assert desk.get(f"/today/news?seen={seen}").content.decode().count('href="/"') == 1


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, ""),
        (1, "1 minute late"),
        (31, "31 minutes late"),
        (120, "2 hours late"),
        (60 * 26, "1 day late"),
        (60 * 24 * 3, "3 days late"),
    ],
)
def test_how_late_is_told_in_words(minutes, told):
    assert words.how_late(clock.now() - timedelta(minutes=minutes), clock.now()) == told
