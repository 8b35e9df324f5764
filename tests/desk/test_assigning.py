"""Who follows a request through: noted on its page, many at once on the list, seen on Today, taken back for ten seconds."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.organisations import accounts
from digibel.organisations.models import Role
from digibel.requests.models import Closing
from digibel.scheduling import assigning, openings, promises
from digibel.scheduling.errors import NotAColleague

from .conftest import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def wouter(lindeboom):
    return cast.staff(lindeboom, name="Wouter", role=Role.MATCHER)


@pytest.fixture
def two(lindeboom):
    return [cast.request(lindeboom) for _ in range(2)]


def give(desk, to, *requests):
    told = {"who": [one.pk for one in requests], "to": to.pk if to else ""}
    return desk.post("/requests/together", told, follow=True).content.decode()


def whose(*requests):
    for one in requests:
        one.refresh_from_db()
    return [one.assigned_to for one in requests]


def listed(desk, query):
    return {row["request"].pk for row in desk.get(f"/requests?{query}").context["rows"]}


def test_on_its_own_page_it_is_given_to_a_colleague_and_to_nobody(desk, wouter, two):
    address = f"/requests/{two[0].reference}"
    desk.post(f"{address}/do/assign", {"to": wouter.pk})
    assert whose(*two) == [wouter, None]
    assert f'<option value="{wouter.pk}" selected>Wouter' in desk.get(address).content.decode()
    desk.post(f"{address}/do/assign", {"to": ""})
    assert whose(*two) == [None, None]


def test_several_are_given_at_once_and_taken_back_as_they_were(desk, nadia, wouter, two):
    assigning.assign([two[0].pk], wouter, organisation=nadia.organisation, by=SYSTEM)
    give(desk, nadia, *two)
    assert whose(*two) == [nadia, nadia]
    undo = desk.get("/").context["undo"]
    assert undo.text == "2 requests are given."
    assert "Taken back: they are whose they were." in desk.post(undo.url, follow=True).content.decode()
    assert whose(*two) == [wouter, None]
    assert Event.objects.filter(verb="request.assigned").count() == 5


def test_after_ten_seconds_and_where_a_colleague_gave_it_on_it_stays(desk, nadia, wouter, two, frozen_clock):
    give(desk, nadia, *two)
    undo = desk.get("/").context["undo"]
    with clock.travel(frozen_clock + timedelta(seconds=11)):
        assert "Too late" in desk.post(undo.url, follow=True).content.decode()
    assert whose(*two) == [nadia, nadia]
    give(desk, None, *two)
    undo = desk.get("/").context["undo"]
    assigning.assign([two[0].pk], wouter, organisation=nadia.organisation, by=SYSTEM)
    desk.post(undo.url)
    assert whose(*two) == [wouter, nadia]


def test_nothing_ticked_closed_or_theirs_already_gives_nothing(desk, lindeboom, nadia, two):
    openings.close(two[0], closing=Closing.WITHDRAWN, by=SYSTEM)
    assigning.assign([two[1].pk], nadia, organisation=lindeboom, by=SYSTEM)
    for ticked in ((), two):
        assert "Tick at least one request" in give(desk, nadia, *ticked)
    assert whose(*two) == [None, nadia]


def test_the_list_shows_whose_was_asked_for(desk, nadia, wouter, two):
    mine, theirs = two
    give(desk, nadia, mine)
    give(desk, wouter, theirs)
    assert (listed(desk, "whose=mine"), listed(desk, "whose=nobody")) == ({mine.pk}, set())
    assert "with Wouter" in desk.get("/requests").content.decode()
    accounts.close(wouter, by=SYSTEM)
    assert (listed(desk, "whose=nobody"), "with Wouter" in desk.get("/requests").content.decode()) == (
        {theirs.pk},
        False,
    )


def test_on_today_it_is_for_who_follows_it_through_and_for_nobody_else(client, desk, lindeboom, nadia, wouter, two):
    """Choosing volunteers is a matcher's, until a coordinator takes it upon her."""

    def mine(browser):
        return {line.url for line in browser.get("/?who=mine").context["tabs"][1].lines}

    matcher = logged_in(type(client)(), wouter)
    urls = {f"/requests/{one.reference}/match" for one in two}
    assert (mine(matcher), mine(desk)) == (urls, set())
    give(desk, nadia, two[0])
    assert (mine(matcher), mine(desk)) == (
        {f"/requests/{two[1].reference}/match"},
        {f"/requests/{two[0].reference}/match"},
    )


def test_nobody_of_elsewhere_who_left_or_looks_after_the_network(desk, lindeboom, sleutel, wouter, two):
    accounts.close(wouter, by=SYSTEM)
    stranger, network = cast.coordinator(sleutel, name="Rachid"), cast.staff(lindeboom, name="Ilse", role=Role.NETWORK)
    for person in (stranger, network, wouter):
        with pytest.raises(NotAColleague):
            assigning.assign([two[0].pk], person, organisation=lindeboom, by=SYSTEM)
        assert "Choose somebody who works here" in give(desk, person, two[0])
    bad = desk.post("/requests/together", {"who": [two[0].pk], "to": "x"}, follow=True)
    assert "Choose somebody who works here" in bad.content.decode()
    assert whose(*two) == [None, None]


def test_another_organisation_gives_and_takes_back_nothing_of_ours(neighbour, desk, sleutel, nadia, two):
    give(neighbour, None, *two)
    give(desk, nadia, *two)
    given = [assigning.Given(one.pk, None, nadia.pk) for one in two]
    assert assigning.take_back(given, organisation=sleutel, by=SYSTEM) == 0
    assert whose(*two) == [nadia, nadia]
    assert [str(one) for one in promises.check() if not one.holds] == []
