"""What is counted of a quarter, and that nobody who is forgotten is missed in it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.privacy import erasing, sweeping
from digibel.reports import closing
from digibel.reports.counting import Count, Key, count
from digibel.reports.quarters import Quarter
from digibel.requests.models import Client, HelpRequest
from digibel.scheduling import inside, offers, together
from digibel.scheduling.models import Visit
from digibel.sealing import keys
from digibel.sealing.router import KEYS
from reports.conftest import followed_up, lives

pytestmark = pytest.mark.django_db

AUTUMN = Quarter(2026, 3)


@pytest.fixture
def requests(lindeboom):
    return lives(lindeboom)


def measured(figures, measure):
    """Value to number, over all places."""
    found = {}
    for key, one in figures.items():
        if key.measure == measure:
            found[key.value] = found.get(key.value, 0) + one.number
    return found


@pytest.mark.usefixtures("requests")
def test_each_thing_is_counted_once(lindeboom):
    figures = count(lindeboom, AUTUMN)
    told = {
        "requests": {"": 5},
        "requests.language": {"nl": 3, "fr": 2},
        "requests.topic": {"video-call": 4, "wifi-connect": 1},
        "requests.fate": {"visited": 3, "open": 1, "without": 1},
        "requests.reached": {"nl": 2, "fr": 1},
        "closed.outcome": {"solved": 1, "withdrawn": 1},
        "visits": {"": 3},
        "visits.minutes": {"": 150},
        "visits.waited": {"3": 3},
        "volunteers.load": {"1": 3},
        "promised.kept": {"done": 3},
        "promised.followup": {"in_time": 2},
        "followups.outcome": {"works": 1, "refer": 1},
        "alone.before": {"0": 2},
        "alone.now": {"2": 2},
        "dares.now": {"1": 2},
        "knows_whom.now": {},
    }
    assert {measure: measured(figures, measure) for measure in told} == told
    assert measured(figures, "contacts.channel")["call"] == 1
    assert figures[Key("requests", "", "1090")] == Count(3, 3)


def test_a_moment_belongs_to_one_quarter(lindeboom):
    request = cast.request(lindeboom)
    for logged_at, quarter in (
        (AUTUMN.begins_at, AUTUMN),
        (AUTUMN.ends_at - timedelta(microseconds=1), AUTUMN),
        (AUTUMN.ends_at, AUTUMN.next),
    ):
        HelpRequest.objects.filter(pk=request.pk).update(logged_at=logged_at)
        numbers = {one: measured(count(lindeboom, one), "requests").get("", 0) for one in (AUTUMN, AUTUMN.next)}
        assert numbers == {AUTUMN: 0, AUTUMN.next: 0, quarter: 1}


def test_one_person_with_three_requests_is_one_person(lindeboom):
    first = cast.request(lindeboom)
    for _ in range(2):
        again = cast.request(lindeboom)
        HelpRequest.objects.filter(pk=again.pk).update(client=first.client)
    assert count(lindeboom, AUTUMN)[Key("requests", "", "1090")] == Count(3, 1)


def test_two_who_go_together_are_one_visit_of_the_client(lindeboom):
    asked = cast.request(lindeboom, windows=cast.windows(days=3))
    together.ask_two(asked, "safety", by=SYSTEM)
    pair = [cast.volunteer(lindeboom, name=name) for name in ("Els", "Jan")]
    for offer in cast.offered(asked, *pair):
        offer.refresh_from_db()
        visit = offers.accept(offer, 1, by=SYSTEM)
    for one in Visit.objects.filter(request=asked):
        with clock.travel(visit.starts_at):
            inside.check_in(one, by=SYSTEM)
        with clock.travel(visit.starts_at + timedelta(minutes=50)):
            inside.check_out(one, by=SYSTEM)
    figures = count(lindeboom, AUTUMN)
    told = ("visits", "visits.minutes", "visits.waited", "promised.kept", "volunteers.load")
    assert {measure: measured(figures, measure) for measure in told} == {
        "visits": {"": 1},
        "visits.minutes": {"": 50},
        "visits.waited": {"3": 1},
        "promised.kept": {"done": 1},
        "volunteers.load": {"1": 2},
    }


def test_the_neighbours_count_nothing_of_ours(lindeboom):
    followed_up(cast.request(lindeboom))
    neighbours = cast.organisation("De Sleutel", sms_number="+32460000002", duty=False)
    assert count(neighbours, AUTUMN) == {}


def test_it_costs_the_same_queries_for_one_request_and_for_more(lindeboom):
    numbers = []
    for _ in range(2):
        followed_up(cast.request(lindeboom))
        with CaptureQueriesContext(connection) as queries:
            count(lindeboom, AUTUMN)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


@settings(max_examples=2)
@given(order=st.permutations(["works", "visited", "withdrawn", "referred", "by_call"]))
def test_forgetting_people_changes_no_figure(lindeboom, requests, order):
    """Also before the quarter is closed. A request that was open ends with it, as everybody can see; nothing else of it changes."""
    with transaction.atomic(), transaction.atomic(using=KEYS), clock.travel(AUTUMN.ends_at + timedelta(days=1)):
        before = count(lindeboom, AUTUMN)
        for name in order:
            was_open = HelpRequest.objects.get(pk=requests[name].pk).is_open
            erasing.erase_client(Client.objects.get(pk=requests[name].client_id), by=SYSTEM)
            after = count(lindeboom, AUTUMN)
            ends = {"requests.fate", "promised.kept"} if was_open else set()
            assert without(after, ends) == without(before, ends), name
            before = after
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=KEYS)
    keys.cache.clear()


def without(figures, measures):
    return {key: one for key, one in figures.items() if key.measure not in measures}


def test_a_closed_quarter_stays_as_it_was_whatever_is_swept(lindeboom):
    followed_up(cast.request(lindeboom))
    with clock.travel(closing.closes_at(AUTUMN)):
        assert closing.close_quarters() == 1
        before = closing.figures_of(lindeboom, AUTUMN)
        assert before == count(lindeboom, AUTUMN)
    with clock.travel(closing.closes_at(AUTUMN) + timedelta(days=900)):
        sweeping.sweep("client")
        assert Client.objects.filter(gone_at=None).count() == 0
        Client.objects.update(postcode="1030")
        assert closing.figures_of(lindeboom, AUTUMN) == before
        assert before[Key("requests", "", "1090")] == Count(1, 1)
