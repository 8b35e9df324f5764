"""A series: one visit after the other, the same person first, a goal and an end; and a week after the last one somebody asks."""

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications import outbox
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.organisations.models import Organisation
from digibel.problems import Problem
from digibel.requests.models import HelpRequest, Series
from digibel.scheduling import (
    beats,
    clockwork,
    followups,
    inside,
    offers,
    openings,
    promises,
    readiness,
    reports,
    rescheduling,
    series,
    visits,
)
from digibel.scheduling.errors import (
    NoGoal,
    NoSeries,
    NoSuchRhythm,
    NoVisitMadeYet,
    OneEnd,
    RequestClosed,
    SeriesGoesOn,
)
from digibel.scheduling.models import Offer, Visit

pytestmark = pytest.mark.django_db

GOAL = "zelf videobellen met haar zus"
WEEK = timedelta(days=7)


def planned(lindeboom, *, day=None, **agreed):
    """A request for visits on this day at two, and every week after it."""
    day = day or clock.today() + timedelta(days=2)
    windows = [{"from": f"{day}T14:00", "until": f"{day}T15:00"}]
    request = cast.request(lindeboom, windows=windows)
    series.plan(request, goal=GOAL, by=SYSTEM, **(agreed or {"visits": 3}))
    return request


def make(visit):
    """It takes place. Returns how time goes on from there."""
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
    with clock.travel(visit.ends_at):
        inside.check_out(Visit.objects.get(pk=visit.pk), by=SYSTEM)
        reports.report(Visit.objects.get(pk=visit.pk), by=SYSTEM, all_right=True)
    return visit.ends_at


@contextmanager
def at(moment):
    """It is then, and the clockwork has looked."""
    with clock.travel(moment):
        for _ in range(2):
            clockwork.tick()
            outbox.sweep()
        yield


def asked(request):
    """Who is asked for what, by name and local moment."""
    return [
        (one.volunteer.first_name, f"{clock.local(one.window(1)[0]):%d/%m %H:%M}")
        for one in Offer.objects.filter(request=request).live().order_by("created_at")
    ]


def say_yes(request):
    [offer] = Offer.objects.filter(request=request).live()
    return offers.accept(offer, 1, by=Actor.volunteer(offer.volunteer))


def next_action(request):
    request.refresh_from_db()
    return request.next_kind, request.next_owner


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def first_made(lindeboom, els, **agreed):
    """The first visit is over and the clock has asked for the next one."""
    request = planned(lindeboom, **agreed)
    over = make(cast.booked(request, els))
    return request, over


def test_the_same_volunteer_is_asked_for_the_same_hour_a_week_later(lindeboom, els):
    cast.volunteer(lindeboom, name="Jan")
    request, over = first_made(lindeboom, els)
    with clock.travel(over):
        assert next_action(request) == ("next_visit", "clock")
    with at(over + timedelta(minutes=5)):
        assert asked(request) == [("Els", "24/09 14:00")]
        assert next_action(request) == ("await_answers", "clock")
        assert broken() == []


def test_three_visits_have_three_words_and_the_last_is_asked_about(lindeboom, els):
    request, over = first_made(lindeboom, els)
    for _ in range(2):
        with at(over + timedelta(hours=1)):
            visit = say_yes(request)
        over = make(visit)
    made = list(Visit.objects.filter(request=request).order_by("starts_at"))
    assert [f"{clock.local(one.starts_at):%d/%m %H:%M}" for one in made] == [
        "17/09 14:00",
        "24/09 14:00",
        "01/10 14:00",
    ]
    assert len({one.spent_word for one in made}) == 3
    assert [one.follow_up_due is not None for one in made] == [False, False, True]
    with clock.travel(over):
        assert (Series.objects.get().ended_as, next_action(request)[0]) == ("complete", "follow_up")
    with at(made[-1].follow_up_due + timedelta(minutes=5)):
        assert broken() == []
        assert OutboundMessage.objects.filter(kind=followups.ASKED).count() == 1
        followups.note(made[-1], "works", by=SYSTEM)
        request.refresh_from_db()
        assert request.closed_as == "solved"


def test_it_ends_on_its_last_day(lindeboom, els):
    first = clock.today() + timedelta(days=2)
    first_made(lindeboom, els, until=first + timedelta(days=6))
    assert (Series.objects.get().ended_as, Visit.objects.get().follow_up_due) == (
        "complete",
        clock.at(first + timedelta(days=7), time(10)),
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 19), "26/10 14:00"),  # The clock goes back on the 25th: it stays two o'clock.
        (date(2026, 10, 25), "08/11 14:00"),  # The first of November is a holiday: skipped.
        (date(2026, 11, 4), "18/11 14:00"),  # And the eleventh.
    ],
)
def test_the_hour_is_that_of_the_kitchen_clock_and_holidays_are_skipped(lindeboom, els, day, expected):
    with clock.travel(clock.at(day - timedelta(days=3), time(10))):
        first_made(lindeboom, els, day=day, visits=3)
    assert f"{clock.local(Series.objects.get().beat_at):%d/%m %H:%M}" == expected


def test_days_away_are_skipped_too(lindeboom, els):
    request, over = first_made(lindeboom, els)
    with clock.travel(over):
        openings.note_away(request.client, until=date(2026, 9, 27), by=SYSTEM)
    with at(clock.at(date(2026, 9, 25), time(11))):
        assert (asked(request), next_action(request)) == ([], ("away", "coordinator"))
    with clock.travel(clock.at(date(2026, 9, 27), time(11))):
        openings.note_back(HelpRequest.objects.get().client, by=SYSTEM)
        with at(clock.now() + timedelta(days=1)):
            assert asked(request) == [("Els", "01/10 14:00")]


def test_when_the_volunteer_has_stopped_others_are_asked_for_the_same_hour(lindeboom, els):
    jan = cast.volunteer(lindeboom, name="Jan")
    request, over = first_made(lindeboom, els)
    with clock.travel(over):
        readiness.pause(els, by=SYSTEM)
    with at(over + timedelta(minutes=10)):
        assert asked(request) == [("Jan", "24/09 14:00")]
        say_yes(request)
        assert Visit.objects.filter(request=request, status="booked").get().volunteer == jan


def test_the_volunteer_who_stops_with_a_visit_booked_frees_the_same_hour(lindeboom, els):
    cast.volunteer(lindeboom, name="Jan")
    request, over = first_made(lindeboom, els)
    with at(over + timedelta(hours=1)):
        say_yes(request)
        readiness.pause(els, by=SYSTEM)
        assert Series.objects.get().beat_at == clock.at(date(2026, 9, 24), time(14))
        assert next_action(request)[0] == "choose"
        assert [(one.starts_at, one.away) for one in request.windows.all()] == [
            (clock.at(date(2026, 9, 24), time(14)), False)
        ]


@pytest.mark.parametrize("how", ["missed", "client_cannot", "nobody found"])
def test_a_visit_that_falls_out_is_followed_by_the_next_of_the_rhythm_and_does_not_count(lindeboom, els, how):
    request, over = first_made(lindeboom, els, visits=2)
    with at(over + timedelta(hours=1)):
        if how == "nobody found":
            cast.texts(els, "nee")
        else:
            visit = say_yes(request)
            if how == "client_cannot":
                visits.cancel(visit, by=SYSTEM, reason="client_cannot")
    with at(clock.at(date(2026, 9, 24), time(14, 30))):
        if how == "missed":
            visits.miss(visit, by=SYSTEM, reason="nobody_home")
    with at(clock.at(date(2026, 9, 24), time(15))):
        assert (asked(request), Series.objects.get().ended_at) == ([("Els", "01/10 14:00")], None)
        assert broken() == []
    with clock.travel(clock.at(date(2026, 9, 24), time(15, 30))):
        make(say_yes(request))
    assert Series.objects.get().ended_as == "complete"


def test_moving_one_visit_leaves_the_rhythm_and_other_moments_change_it(lindeboom, els):
    request, over = first_made(lindeboom, els)
    with at(over + timedelta(hours=1)):
        visit = say_yes(request)
        friday = clock.at(date(2026, 9, 25), time(10))
        rescheduling.reschedule(visit, friday, was=visit.starts_at, by=SYSTEM)
    over = make(Visit.objects.get(pk=visit.pk))
    with at(over + timedelta(hours=1)):
        assert asked(request) == [("Els", "01/10 14:00")]
        tuesday = clock.at(date(2026, 9, 29), time(9))
        openings.change_moments(request, windows=[(tuesday, tuesday + timedelta(hours=1))], by=SYSTEM)
        assert next_action(request)[0] == "choose"
        assert Series.objects.get().beat_at is None
        over = cast.booked(request, els)
    assert Series.objects.get().beat_at is None
    make(over)
    assert Series.objects.get().ended_as == "complete"


def test_the_goal_is_reached_before_the_end(lindeboom, els):
    request, over = first_made(lindeboom, els)
    with at(over + timedelta(hours=1)):
        visit = say_yes(request)
        series.end(request, ended_as="goal_reached", by=SYSTEM)
        visit.refresh_from_db()
        assert (visit.status, Series.objects.get().ended_as) == ("cancelled", "goal_reached")
        first = Visit.objects.get(status="done")
        assert first.follow_up_due == clock.at(date(2026, 9, 24), time(10))
        assert next_action(request)[0] == "follow_up"
        assert broken() == []
        with pytest.raises(NoSeries):
            series.end(request, ended_as="goal_reached", by=SYSTEM)


def test_ended_during_a_visit_that_visit_is_the_last(lindeboom, els):
    request = planned(lindeboom)
    visit = cast.booked(request, els)
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        series.end(request, ended_as="client_stops", by=SYSTEM)
        inside.check_out(Visit.objects.get(), by=SYSTEM)
    assert Visit.objects.get().follow_up_due == clock.at(date(2026, 9, 24), time(10))


def test_without_a_visit_it_is_closed_and_not_ended(lindeboom, els):
    request = planned(lindeboom)
    cast.booked(request, els)
    with pytest.raises(NoVisitMadeYet):
        series.end(request, ended_as="client_stops", by=SYSTEM)
    assert Visit.objects.get().status == "booked"


def test_a_closed_request_asks_for_no_next_visit(lindeboom, els):
    request = planned(lindeboom)
    visit = cast.booked(request, els)
    openings.close(request, closing="withdrawn", by=SYSTEM)
    with at(visit.ends_at + timedelta(days=20)):
        assert (asked(request), Offer.objects.filter(request=request).count(), broken()) == ([], 1, [])


@pytest.mark.guardrail("E8")
def test_with_a_visit_made_it_is_ended_and_not_closed(lindeboom, els):
    """So that somebody asks a week later."""
    request, over = first_made(lindeboom, els)
    with clock.travel(over), pytest.raises(SeriesGoesOn):
        openings.close(request, closing="withdrawn", by=SYSTEM)


def test_after_a_visit_it_can_become_a_series(lindeboom, els):
    visit = cast.booked(cast.request(lindeboom), els)
    over = make(visit)
    with at(over + WEEK + timedelta(hours=1)):
        assert OutboundMessage.objects.filter(kind=followups.ASKED).exists()
        request = HelpRequest.objects.get()
        series.plan(request, goal=GOAL, visits=2, by=SYSTEM)
        assert Visit.objects.get().follow_up_due is None
        # An answer to the question of before is read by a person, and closes nothing.
        cast.texts(request.client, "1")
        assert (request.is_open, CallTask.objects.open().filter(kind=followups.ASKED).count()) == (True, 0)
        with pytest.raises(SeriesGoesOn):
            followups.note(Visit.objects.get(), "works", by=SYSTEM)
    with at(over + WEEK + timedelta(hours=2)):
        assert [name for name, _ in asked(request)] == ["Els"]
        assert broken() == []


def test_who_has_enough_to_think_about_is_not_asked_by_itself(lindeboom, els):
    request, over = first_made(lindeboom, els)
    with clock.travel(over):
        cast.offered(cast.request(lindeboom, windows=cast.windows(days=4)), els)
    with at(over + timedelta(minutes=10)):
        assert asked(request) == []


def test_whoever_came_last_is_waited_for_until_three_days_are_left(lindeboom, els):
    """A question about something else was open at the minute the visit ended: nineteen others were asked before them."""
    request, over = first_made(lindeboom, els)
    cast.volunteer(lindeboom, name="Jan")
    with clock.travel(over):
        other = cast.request(lindeboom, windows=cast.windows(days=6))
        cast.offered(other, els)
    with at(over + timedelta(minutes=10)):
        assert asked(request) == []
        assert next_action(request) == ("next_visit", "clock")
        cast.texts(els, "nee")
    with clock.travel(clockwork.live_through(over + timedelta(hours=18, minutes=30))):
        assert [name for name, _ in asked(request)] == ["Els"]
        assert broken() == []


def test_three_days_before_it_others_are_asked(lindeboom, els):
    request, over = first_made(lindeboom, els)
    jan = cast.volunteer(lindeboom, name="Jan")
    Organisation.objects.update(asked_a_week=1)
    with clock.travel(clockwork.live_through(over + timedelta(days=2))):
        assert not Offer.objects.filter(request=request, volunteer=jan).exists()
    with clock.travel(clockwork.live_through(over + timedelta(days=5))):
        assert Offer.objects.filter(request=request, volunteer=jan).exists()


@pytest.mark.parametrize(
    ("agreed", "refused"),
    [
        ({"goal": "  ", "visits": 3}, NoGoal),
        ({"visits": 1}, OneEnd),
        ({"visits": 21}, OneEnd),
        ({}, OneEnd),
        ({"visits": 3, "until": date(2026, 10, 1)}, OneEnd),
        ({"until": date(2026, 9, 15)}, OneEnd),
        ({"until": date(2028, 9, 8)}, OneEnd),
        ({"visits": 3, "every_days": 5}, NoSuchRhythm),
    ],
)
def test_what_has_no_end_or_no_goal_is_refused(lindeboom, agreed, refused):
    request = cast.request(lindeboom)
    with pytest.raises(refused):
        series.plan(request, by=SYSTEM, **{"goal": GOAL, **agreed})
    assert not Series.objects.exists()


@pytest.mark.guardrail("E4")
def test_a_secret_in_the_goal_is_masked(lindeboom):
    series.plan(cast.request(lindeboom), goal="betalen, haar pincode is 4821", visits=2, by=SYSTEM)
    assert "4821" not in Series.objects.get().goal


def test_a_closed_request_becomes_no_series(lindeboom):
    request = cast.request(lindeboom)
    openings.close(request, closing="withdrawn", by=SYSTEM)
    with pytest.raises(RequestClosed):
        series.plan(request, goal=GOAL, visits=2, by=SYSTEM)


def test_made_shorter_than_it_was_it_is_over(lindeboom, els):
    request, over = first_made(lindeboom, els, visits=3)
    with at(over + timedelta(hours=1)):
        make(say_yes(request))
    with clock.travel(over + timedelta(days=8)):
        series.plan(request, goal=GOAL, visits=2, by=SYSTEM)
        assert (Series.objects.get().ended_as, asked(request)) == ("complete", [])
        assert Visit.objects.filter(follow_up_due__isnull=False).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"visits": None},
        {"until": date(2026, 10, 1)},
        {"visits": 1},
        {"every_days": 3},
        {"asks_at": datetime(2026, 9, 16, tzinfo=clock.UTC)},
        {"ended_as": "complete"},
    ],
)
def test_the_database_holds_what_was_agreed(lindeboom, wrong):
    series.plan(cast.request(lindeboom), goal=GOAL, visits=2, by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Series.objects.update(**wrong)


def test_ringing_twice_asks_once(lindeboom, els):
    request, over = first_made(lindeboom, els)
    with clock.travel(over + timedelta(minutes=1)):
        for _ in range(2):
            series.ask_next(request.pk)
        assert asked(request) == [("Els", "24/09 14:00")]


def test_a_refusal_leaves_nothing_behind(lindeboom, els):
    request, over = first_made(lindeboom, els)
    before = Series.objects.values().get()
    with clock.travel(over), pytest.raises(Problem):
        series.plan(request, goal=GOAL, visits=99, by=SYSTEM)
    assert Series.objects.values().get() == before
    assert beats.made(Series.objects.get()) == 1
