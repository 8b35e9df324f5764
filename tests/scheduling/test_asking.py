"""How many are asked, and when again: the policy by itself, what is learned, and what an organisation's way of asking does."""

import random
from datetime import timedelta

import pytest
from django.db import transaction

import cast
from digibel import clock
from digibel.audit.actors import CLOCK, SYSTEM
from digibel.organisations.asking import choose_asking
from digibel.organisations.ways import Asking
from digibel.requests.models import HelpRequest
from digibel.scheduling import clockwork, errors, offers
from digibel.scheduling.asking import lessons, policy, proposing
from digibel.scheduling.asking.learning import answering_minutes, believed, learn_anew
from digibel.scheduling.asking.lessons import Asked, Lessons, Outcome
from digibel.scheduling.asking.policy import Chance, Delay, Rules
from digibel.scheduling.models import AnswerCount, Lesson, Offer, Timer

DELAY = Delay(median=40.0, sigma=1.3)
ONE = Chance(0.35, 0.25)


def aged(minutes):
    return Chance(0.35, 0.25, minutes)


def chosen(organisation, way, *, a_week=5):
    choose_asking(organisation, way=way, a_week=a_week, h=organisation.asking_h, by=SYSTEM)
    return organisation


def asked(organisation, many, request=None):
    """So many volunteers, and a request for which the first of them are asked."""
    for number in range(many):
        cast.volunteer(organisation, name=f"V{number}")
    return cast.offered(request or cast.request(organisation))


# --- the policy ------------------------------------------------------------------------------------------------------


def test_silence_makes_a_yes_less_likely_and_never_impossible():
    chances = [ONE.after(minutes, DELAY) for minutes in (0, 10, 60, 240, 2000)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(0.35)
    assert 0 < chances[-1] < 0.01


def test_at_first_a_little_more_than_h_and_then_not_before_hope_has_fallen():
    first = policy.decide(Rules(), [], [ONE] * 9, DELAY)
    assert (first.number, first.before, first.after) == (3, 0, pytest.approx(1.05))
    again = policy.decide(Rules(), [aged(10)] * 3, [ONE] * 9, DELAY)
    assert (again.number, again.after) == (0, again.before)
    assert policy.in_sight([aged(10)] * 3, DELAY, again.look_again - 2) >= Rules().aim
    assert policy.in_sight([aged(10)] * 3, DELAY, again.look_again) < Rules().aim


def test_a_refusal_is_made_good_at_once_and_silence_when_it_has_aged():
    assert policy.decide(Rules(), [aged(20)], [ONE] * 9, DELAY).number == 1
    assert policy.decide(Rules(), [aged(200)] * 3, [ONE] * 9, DELAY).number == 1


def test_near_capacity_fewer_are_asked_and_before_a_near_visit_more():
    numbers = [
        policy.decide(rules, [], [ONE] * 20, DELAY).number for rules in (Rules(load=1.0), Rules(), Rules(urgent=True))
    ]
    assert numbers == [1, 3, 6]


@pytest.mark.parametrize(
    ("way", "asked_before", "number"),
    [
        (Asking.ONE_BY_ONE, [], 1),
        (Asking.ONE_BY_ONE, [aged(239)], 0),
        (Asking.ONE_BY_ONE, [aged(240)], 1),
        (Asking.WAVES, [], 3),
        (Asking.WAVES, [aged(59)] * 3, 0),
        (Asking.WAVES, [aged(60)] * 3, 3),
        (Asking.BROADCAST, [], 10),
        (Asking.BROADCAST, [aged(100)] * 10, 0),
    ],
)
def test_each_other_way_asks_so_many_and_then_waits(way, asked_before, number):
    assert policy.decide(Rules(way), asked_before, [ONE] * 20, DELAY).number == number


def test_who_was_asked_often_this_week_comes_after_the_others_in_the_order_of_the_ranking():
    weekly = {"a": 3, "b": 0, "c": 4, "d": 2}
    assert policy.spare_tired("abcd", weekly.get) == ["b", "d", "a", "c"]


# --- what is learned -------------------------------------------------------------------------------------------------


def simulated(number, *, seed=1, taken_back_after=None):
    """Offers of a pool that says yes to 0.35 and no to 0.25, 40 minutes, sigma 1.3; silence ends after four hours."""
    chance, found = random.Random(seed), []
    for one in range(number):
        drawn, delay = chance.random(), chance.lognormvariate(3.689, 1.3)
        limit = min(240.0, chance.uniform(*taken_back_after)) if taken_back_after else 240.0
        answer = (drawn < 0.35) if drawn < 0.6 and delay < limit else None
        found.append(Outcome(Asked((), one % 150), answer, min(delay, limit) if answer is not None else limit))
    return found


@pytest.mark.parametrize("taken_back_after", [None, (5.0, 120.0)])
def test_what_is_true_is_learned_although_most_offers_are_taken_back_before_an_answer(taken_back_after):
    learned = lessons.learn(simulated(6000, taken_back_after=taken_back_after))
    assert learned.accept == pytest.approx(0.35, abs=0.04)
    assert learned.decline == pytest.approx(0.25, abs=0.04)
    assert learned.delay.median == pytest.approx(40, rel=0.2)
    assert learned.delay.sigma == pytest.approx(1.3, abs=0.15)


def test_few_answers_change_little_and_many_are_believed():
    yes, silent = Outcome(Asked((), "els"), True, 10.0), Outcome(Asked((), "bob"), None, 240.0)
    few = lessons.learn([yes, silent, *simulated(900)])
    many = lessons.learn([*[yes] * 40, *[silent] * 40, *simulated(900)])
    assert 1 < few.person_ratio("els") < 1.2
    assert 0.8 < few.person_ratio("bob") < 1
    assert many.person_ratio("els") > 2
    assert many.person_ratio("bob") < 0.4
    assert few.person_ratio("somebody new") == 1


def test_nothing_learned_is_a_careful_guess():
    learned = lessons.learn([])
    assert (learned.accept, learned.decline) == (lessons.PRIOR_ACCEPT, lessons.PRIOR_DECLINE)
    assert learned.delay.median == pytest.approx(lessons.PRIOR_DELAY.median)


def test_only_hour_day_distance_and_times_asked_are_known_of_an_offer():
    groups = lessons.groups_of(hour=10, works=True, km=3.0, asked_this_week=7)
    assert groups == ("hour:9", "day:work", "km:2", "asked:3")


def test_only_hours_in_which_people_answer_count(frozen_clock, now):
    evening = clock.at(clock.today(), clock.WAKING[1])
    assert answering_minutes(evening, evening + timedelta(hours=13)) == 120
    assert answering_minutes(evening + timedelta(hours=2), evening + timedelta(hours=10)) == 0


@pytest.mark.django_db
def test_every_night_it_is_learned_anew_and_only_counts_stay(frozen_clock, now):
    lindeboom = cast.organisation()
    els, bob = (cast.volunteer(lindeboom, name=name) for name in ("Els", "Bob"))
    cast.offered(cast.request(lindeboom), els, bob)
    with clock.travel(now + timedelta(minutes=30)):
        cast.texts(els, "nee")
        cast.texts(bob, "ja")
        for _ in range(2):
            lesson = learn_anew()
    assert lesson.offers == 2
    assert lesson.median_minutes < 60
    assert sorted(AnswerCount.objects.values_list("volunteer", "offers", "yeses")) == sorted(
        [(els.pk, 1, 0), (bob.pk, 1, 1)]
    )
    assert Lesson.objects.count() == 2
    assert believed([els.pk]).persons.keys() == {els.pk}
    assert believed([els.pk]).offers == 2


@pytest.mark.django_db
def test_who_left_is_forgotten_by_the_next_lesson(frozen_clock, now):
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom)
    cast.offered(cast.request(lindeboom), els)
    with clock.travel(now + timedelta(minutes=30)):
        cast.texts(els, "nee")
        learn_anew()
        type(els).objects.filter(pk=els.pk).update(left_at=clock.now())
        assert (learn_anew().offers, AnswerCount.objects.count()) == (0, 0)


# --- what an organisation does ---------------------------------------------------------------------------------------


@pytest.fixture
def lindeboom(db, frozen_clock):
    return cast.organisation()


def test_an_offer_knows_why_it_was_sent(lindeboom):
    made = asked(lindeboom, 6)
    assert [(one.asking, one.asked_by, one.in_sight_before) for one in made] == [("hazard", "system", 0)] * len(made)
    assert made[0].in_sight_after == pytest.approx(lessons.PRIOR_ACCEPT * len(made))
    by_hand = cast.volunteer(lindeboom, name="Karim")
    [offer] = offers.send_wave(made[0].request, by=SYSTEM, volunteers=[by_hand])
    assert (offer.asking, offer.wave) == ("by_hand", 2)
    assert offer.in_sight_after > offer.in_sight_before > 0


def test_a_no_is_made_good_within_the_minute(lindeboom, now):
    made = asked(lindeboom, 8)
    for offer in made[:2]:
        cast.texts(offer.volunteer, "nee")
    with clock.travel(clockwork.live_through(now + timedelta(minutes=1))):
        assert Offer.objects.live().count() == len(made) - 1
        assert Offer.objects.get(wave=2).asked_by == "clock"


def test_while_there_is_hope_the_clock_asks_nobody_and_looks_again(lindeboom, now):
    made = asked(lindeboom, 8)
    assert offers.send_wave(made[0].request, by=CLOCK) == []
    timer = Timer.objects.get(kind="next_wave", rung_at=None)
    assert now < timer.due_at <= now + timedelta(hours=4)


def test_nobody_is_asked_a_second_thing_while_one_is_open_except_by_hand(lindeboom):
    els = cast.volunteer(lindeboom)
    cast.offered(cast.request(lindeboom), els)
    other = cast.request(lindeboom)
    with pytest.raises(errors.NoCandidates):
        offers.send_wave(other, by=SYSTEM)
    assert [offer.volunteer for offer in offers.send_wave(other, by=SYSTEM, volunteers=[els])] == [els]


def test_who_is_busy_now_is_looked_for_again_within_the_hour(lindeboom, now):
    els = cast.volunteer(lindeboom)
    cast.offered(cast.request(lindeboom), els)
    other = cast.request(lindeboom)
    offers.next_wave(other.pk)
    timer = Timer.objects.get(kind="next_wave", subject_id=other.pk, rung_at=None)
    assert timer.due_at == now + timedelta(hours=1)
    assert HelpRequest.objects.get(pk=other.pk).next_kind == "choose"


def test_the_weekly_limit_of_the_organisation_holds_for_what_goes_by_itself(lindeboom):
    chosen(lindeboom, "one_by_one", a_week=1)
    els = cast.volunteer(lindeboom)
    [offer] = cast.offered(cast.request(lindeboom))
    offers.decline(Offer.objects.get(pk=offer.pk), by=SYSTEM)
    with pytest.raises(errors.NoCandidates):
        offers.send_wave(cast.request(lindeboom), by=SYSTEM)
    assert offers.send_wave(cast.request(lindeboom), by=SYSTEM, volunteers=[els])


def test_at_night_nobody_is_chosen_by_the_clock_but_in_the_morning(lindeboom, now):
    made = asked(lindeboom, 6)
    night = now + timedelta(hours=10, minutes=15)
    with clock.travel(night):
        before = Offer.objects.count()
        offers.decline(Offer.objects.get(pk=made[0].pk), by=SYSTEM)
        clockwork.tick()
        assert Offer.objects.count() == before
        due = Timer.objects.filter(kind="next_wave", rung_at=None).get().due_at
        assert due == clock.next_waking(night)


def test_the_page_shows_whom_the_button_asks(lindeboom):
    for number in range(6):
        cast.volunteer(lindeboom, name=f"V{number}")
    request = cast.request(lindeboom)
    with transaction.atomic():
        shown = proposing.propose(request, offers.rank(request).candidates, at_least=1).candidates
    made = offers.send_wave(request, by=SYSTEM)
    assert [one.volunteer.pk for one in shown] == [offer.volunteer_id for offer in made]


def test_lessons_change_how_many_are_asked_and_not_who_comes_first(lindeboom):
    people = [cast.volunteer(lindeboom, name=f"V{number}") for number in range(8)]
    request = cast.request(lindeboom)
    order = [one.volunteer.pk for one in offers.rank(request).candidates]
    Lesson.objects.create(
        learned_at=clock.now(), offers=500, accept=0.5, decline=0.2, median_minutes=20, sigma=1.0, groups={}
    )
    AnswerCount.objects.create(volunteer=people[0], offers=20, yeses=0, expected=10.0)
    made = offers.send_wave(request, by=SYSTEM)
    assert [offer.volunteer_id for offer in made] == order[: len(made)]
    assert len(made) < len(order)
    assert Lessons().accept < believed([]).accept
