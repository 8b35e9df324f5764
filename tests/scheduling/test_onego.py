"""Two people of one home in one go: one yes, two visits without a way between them, and neither hears of the other's."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM, Actor
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.privacy import erasing, stopping
from digibel.requests.models import HelpRequest
from digibel.requests.rectifying import as_draft
from digibel.scheduling import (
    bells,
    errors,
    inside,
    merging,
    offers,
    onego,
    openings,
    promises,
    readiness,
    rectifying,
    rescheduling,
    series,
    stafffirst,
    together,
    visits,
)
from digibel.scheduling.matching.ranking import rank
from digibel.scheduling.models import Offer, Preference, Timer, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def els(lindeboom):
    """Not next door, so that there is a way to count."""
    return cast.volunteer(lindeboom, name="Els", postcode="1070")


def asked(lindeboom, name, *, days=3, **changes):
    client = {"first_name": name, "address_as": "", **changes.pop("client", {})}
    return cast.request(lindeboom, windows=cast.windows(days=days), client=client, **changes)


@pytest.fixture
def home(lindeboom):
    """Guido and Rosa live at one address; the request that is visited first is the first of the two."""
    both = [asked(lindeboom, "Guido"), asked(lindeboom, "Rosa", tasks=["look-first"])]
    onego.visit_both(*both, by=SYSTEM)
    return sorted(map(fresh, both), key=lambda request: request.household_turn)


@pytest.fixture
def pair(home, els):
    """Els has said yes to both."""
    cast.booked(home[0], els)
    return [Visit.objects.get(request=request) for request in home]


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def texts_to(person):
    rows = OutboundMessage.objects.filter(recipient=person.recipient).exclude(status="withdrawn")
    return list(rows.order_by("created_at", "pk").values_list("kind", flat=True))


def kinds(*requests):
    return [fresh(request).next_kind for request in requests]


def test_who_goes_to_one_is_asked_for_both(home, els):
    first, second = home
    assert kinds(first, second) == ["choose", "goes_along"]
    assert fresh(second).next_due == fresh(first).next_due
    [offer] = cast.offered(first, els)
    start, end = offer.window(1)
    assert end - start == timedelta(hours=2)
    assert kinds(first, second) == ["await_answers", "goes_along"]
    assert fresh(second).next_due == offer.expires_at
    assert "2 mensen" in offer.message.body
    assert (first.client.first_name in offer.message.body, second.client.first_name in offer.message.body) == (
        False,
        False,
    )
    with pytest.raises(errors.GoesAlong):
        offers.send_wave(fresh(second), by=SYSTEM)
    assert broken() == []


def test_one_yes_books_both_without_a_way_between(home, els):
    [offer] = cast.offered(home[0], els)
    cast.texts(els, "JA")
    [one, two] = [Visit.objects.get(request=request) for request in home]
    assert (one.starts_at, two.ends_at) == offer.window(1)
    assert one.ends_at == two.starts_at == one.busy_until == two.busy_from
    way = one.starts_at - one.busy_from
    assert way > timedelta()
    assert two.busy_until - two.ends_at == way
    assert one.word == two.word != ""
    assert one.card_digest != two.card_digest
    assert texts_to(els).count("visit.accepted") == 2
    assert broken() == []


def test_each_client_hears_of_their_own_visit_only(pair):
    for mine, theirs in (pair, reversed(pair)):
        said = " ".join(cast.telephone(mine.client))
        assert (mine.word in said, theirs.client.first_name in said) == (True, False)
        assert texts_to(mine.client) == ["visit.announce", "visit.client_reminder"]


def test_two_who_read_different_languages_have_a_word_of_their_own(lindeboom, els):
    speaks = {"speaks": ["nl", "fr"]}
    both = [
        asked(lindeboom, "Guido", client={**speaks, "reads": ["nl"]}),
        asked(lindeboom, "Rosa", client={**speaks, "reads": ["fr"]}),
    ]
    onego.visit_both(*both, by=SYSTEM)
    cast.booked(min(both, key=lambda one: fresh(one).household_turn), els)
    words = set(Visit.objects.values_list("word", flat=True))
    assert len(words) == 2


def test_each_is_checked_in_reported_and_asked_about_apart(home, pair, els):
    one, two = pair
    by = Actor.volunteer(els)
    with clock.travel(one.starts_at):
        inside.check_in(one, by=by)
        assert kinds(*home) == ["check_out", "announce"] or kinds(*home)[0] == "check_out"
    with clock.travel(one.ends_at):
        inside.check_out(one, by=by)
        assert fresh(home[0]).household is None
        assert fresh(home[1]).household is None
        inside.check_in(two, by=by)
    with clock.travel(two.ends_at):
        inside.check_out(two, by=by)
        assert [fresh(one).follow_up_due is not None for one in pair] == [True, True]
        assert kinds(*home) == ["report", "report"]
        assert broken() == []


def test_longer_at_the_first_rings_no_alarm_about_the_second(pair, els):
    one, two = pair
    with clock.travel(one.ends_at - timedelta(minutes=5)):
        inside.check_in(one, by=Actor.volunteer(els))
        until = inside.extend(one, by=Actor.volunteer(els))
        late = Timer.objects.get(kind="check_in_late", subject_id=two.pk, rung_at=None)
        assert late.due_at == until + bells.CHECK_IN_WITHIN
        assert fresh(one).ends_at == two.starts_at


def test_a_volunteer_who_cannot_goes_to_neither_and_both_are_asked_for_again(home, pair, els):
    for _number, visit in enumerate(pair):
        visit.refresh_from_db()
    visits.cancel(pair[1], by=Actor.volunteer(els), reason="volunteer_cannot")
    assert [fresh(visit).status for visit in pair] == ["cancelled", "cancelled"]
    assert kinds(*home) == ["choose", "goes_along"]
    assert "visit.client_visit_cancelled" in texts_to(pair[0].client)
    assert broken() == []
    jan = cast.volunteer(home[0].organisation, name="Jan")
    cast.booked(fresh(home[0]), jan)
    assert Visit.objects.standing().filter(volunteer=jan).count() == 2


def test_papers_that_run_out_reopen_both(home, pair, els):
    readiness.pause(els, by=SYSTEM)
    assert [fresh(visit).status for visit in pair] == ["cancelled", "cancelled"]
    assert kinds(*home) == ["choose", "goes_along"]
    assert broken() == []


@pytest.mark.parametrize(
    ("which", "happens"),
    [
        (1, lambda client: openings.note_away(client, until=clock.today() + timedelta(days=20), by=SYSTEM)),
        (0, lambda client: openings.note_gone(client, gone_as="died", by=SYSTEM)),
        (1, lambda client: stopping.restrict_client(client, "claim", by=SYSTEM)),
        (0, lambda client: stopping.withdraw_consent(client, close=False, by=SYSTEM)),
        (0, lambda client: openings.close(client.help_requests.get(), closing="withdrawn", by=SYSTEM)),
    ],
    ids=["hospital", "died", "restricted", "no_yes", "withdrawn"],
)
def test_what_happens_to_one_leaves_the_other_their_visit(home, pair, els, which, happens):
    mine, theirs = home[which], home[1 - which]
    before = texts_to(pair[1 - which].client)
    happens(mine.client)
    other = fresh(pair[1 - which])
    assert (fresh(pair[which]).status, other.status) == ("cancelled", "booked")
    way = pair[0].starts_at - pair[0].busy_from
    assert (other.starts_at - other.busy_from, other.busy_until - other.ends_at) == (way, way)
    assert fresh(theirs).household is None
    assert fresh(mine).household is None
    assert texts_to(pair[1 - which].client) == before
    assert broken() == []


def test_vermin_in_their_home_is_for_staff_first_for_both(home, pair):
    stafffirst.note(home[1].client, ["pests"], by=SYSTEM)
    assert [fresh(visit).status for visit in pair] == ["cancelled", "cancelled"]
    assert kinds(*home) == ["staff_first", "staff_first"]
    stafffirst.release(home[0].client, reason="Opgelost", by=SYSTEM)
    assert kinds(*home) == ["choose", "staff_first"]
    assert broken() == []


@pytest.mark.parametrize("which", [0, 1])
def test_what_happens_to_one_while_both_are_asked_for_lets_the_other_go_on(home, els, which):
    cast.offered(home[0], els)
    openings.note_gone(home[which].client, gone_as="died", by=SYSTEM)
    other = fresh(home[1 - which])
    assert (other.household, other.next_kind) == (None, "choose")
    assert not Offer.objects.live().exists()
    assert broken() == []


def test_one_of_them_is_erased_and_nothing_of_the_other_goes(home, pair):
    erasing.erase_client(home[1].client, by=SYSTEM)
    assert (fresh(pair[0]).status, fresh(home[0]).client.first_name) == ("booked", home[0].client.first_name)
    assert broken() == []


@pytest.mark.parametrize("which", [0, 1])
def test_one_that_is_moved_goes_alone_from_then(home, pair, which):
    visit = pair[which]
    start = visit.starts_at + timedelta(days=1)
    rescheduling.reschedule(visit, start, was=visit.starts_at, by=SYSTEM, outside_hours=True)
    stays = fresh(pair[1 - which])
    assert (stays.starts_at, fresh(home[0]).household) == (pair[1 - which].starts_at, None)
    assert stays.busy_from < stays.starts_at
    assert stays.ends_at < stays.busy_until
    assert broken() == []


def test_nobody_opens_for_one_and_the_other_is_visited(home, pair):
    with clock.travel(pair[0].starts_at + timedelta(minutes=30)):
        visits.miss(pair[0], by=SYSTEM, reason="nobody_home")
        assert fresh(pair[1]).status == "booked"
        assert kinds(home[0])[0] in {"choose", "new_moments"}
        assert fresh(home[1]).household is None


def test_another_address_for_one_is_rung_about_and_each_goes_on_alone(home, pair):
    client = home[1].client
    moved = as_draft(client)
    rectifying.correct(client, type(moved)(**{**vars(moved), "house_number": "99"}), version=client.version, by=SYSTEM)
    assert CallTask.objects.open().filter(kind="visit.way_too_long").count() == 1
    assert fresh(home[0]).household is None
    assert broken() == []


def test_another_dog_or_another_moment_of_the_second_asks_anew_for_both(home, els):
    cast.offered(home[0], els)
    client = home[1].client
    dog = as_draft(client)
    rectifying.correct(client, type(dog)(**{**vars(dog), "dog": True}), version=client.version, by=SYSTEM)
    assert not Offer.objects.live().exists()
    assert kinds(*home) == ["choose", "goes_along"]
    assert broken() == []
    openings.change_moments(fresh(home[1]), windows=(), always_home=True, by=SYSTEM)
    assert kinds(*home) == ["choose", "goes_along"]
    assert len(rank(fresh(home[0]))) == 1


def test_both_are_at_home_when_somebody_comes_and_neither_says_never(lindeboom, home, els):
    assert {moment.hour for moment in rank(home[0]).candidates[0].moments} <= {12, 13}
    Preference.objects.create(client=home[1].client, volunteer=els, again=False)
    Preference.objects.create(client=home[0].client, volunteer=els, again=True)
    assert len(rank(home[0])) == 0


def test_a_second_who_may_not_be_visited_on_that_day_leaves_the_first_alone(home, els):
    """Judged more strictly in between, by a door that tells nobody: the yes still counts, for one."""
    cast.offered(home[0], els)
    home[1].client.consents.all().delete()
    cast.texts(els, "JA")
    [visit] = Visit.objects.standing()
    assert (visit.request_id, visit.ends_at - visit.starts_at) == (home[0].pk, timedelta(hours=1))
    assert fresh(home[1]).household is None
    assert fresh(home[1]).next_kind == "own_yes", "what is to be done next is its own again"


def test_apart_again_each_is_searched_for_alone(home, els):
    cast.offered(home[0], els)
    onego.visit_each(fresh(home[1]), by=SYSTEM)
    assert kinds(*home) == ["choose", "choose"]
    assert not Offer.objects.live().exists()
    onego.visit_each(fresh(home[1]), by=SYSTEM)
    assert broken() == []


def test_apart_is_too_late_once_both_are_booked(home, pair):
    with pytest.raises(errors.AlreadyBooked):
        onego.visit_each(home[0], by=SYSTEM)


def test_known_twice_and_made_one_each_request_goes_by_itself(home):
    merging.merge(home[0].client, home[1].client, by=SYSTEM)
    assert [fresh(one).household for one in home] == [None, None]
    assert broken() == []


def test_only_who_waits_at_the_same_door_can_go_along(lindeboom, home, els):
    neighbour = asked(lindeboom, "Omar", client={"house_number": "43"})
    third = asked(lindeboom, "Mia")
    waits_for_yes = asked(lindeboom, "Jos", consent={"given": False})
    assert onego.may_join(third) == []
    with pytest.raises(errors.InOneGoAlready):
        onego.visit_both(third, home[0], by=SYSTEM)
    with pytest.raises(errors.NotOneHome):
        onego.visit_both(third, neighbour, by=SYSTEM)
    with pytest.raises(errors.NotOneHome):
        onego.visit_both(third, third, by=SYSTEM)
    with pytest.raises(errors.NotBothWaiting):
        onego.visit_both(third, waits_for_yes, by=SYSTEM)
    fourth = asked(lindeboom, "Lien")
    assert onego.may_join(third) == [fourth]


@pytest.mark.parametrize(
    "theirs",
    [{"client": {"wish": "woman"}}, {"client": {"speaks": ["tr"], "reads": ["tr"]}}, {"days": 5}],
    ids=["wish", "language", "moment"],
)
def test_what_does_not_go_together_is_refused(lindeboom, theirs):
    one = asked(lindeboom, "Guido", client={"wish": "man"})
    two = asked(lindeboom, "Rosa", **theirs)
    with pytest.raises(errors.NotInOneGo):
        onego.visit_both(one, two, by=SYSTEM)
    assert not HelpRequest.objects.exclude(household=None).exists()


def test_two_volunteers_or_a_series_is_for_each_on_their_own(lindeboom, home):
    with pytest.raises(errors.NotInOneGo):
        together.ask_two(home[0], "safety", by=SYSTEM)
    with pytest.raises(errors.NotInOneGo):
        series.plan(home[1], goal="Zelf bellen", visits=3, by=SYSTEM)
    for_two = asked(lindeboom, "Mia")
    together.ask_two(for_two, "safety", by=SYSTEM)
    with pytest.raises(errors.NotInOneGo):
        onego.visit_both(for_two, asked(lindeboom, "Omar"), by=SYSTEM)


def test_in_and_out_by_text_are_those_of_who_is_visited_first(pair, els):
    """Both are on the same afternoon: neither of the two could be begun by a text."""
    first, second = pair
    for visit in pair:
        visits.confirm(visit, by=SYSTEM)
    half_an_hour = timedelta(minutes=30)
    said = [(first.starts_at + half_an_hour, "IN"), (second.starts_at, "UIT"), (second.starts_at, "IN")]
    outcomes = []
    for moment, words in said:
        with clock.travel(moment):
            outcomes.append(cast.texts(els, words).outcome)
    assert outcomes == ["visit.begun", "visit.ended", "visit.begun"]
    assert [fresh(visit).status for visit in pair] == ["done", "under_way"]


def test_who_cannot_come_texts_it_once(pair, els):
    """The other is not visited either, so nobody has to find out which of the two they meant."""
    assert cast.texts(els, "annuleer").outcome == "visit.cancelled"
    assert [fresh(visit).status for visit in pair] == ["cancelled", "cancelled"]
