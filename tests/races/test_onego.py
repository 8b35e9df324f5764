"""Two people of one home: whatever is done with both at the same instant, they are visited in one go or each alone."""

from functools import partial

import pytest
from django.db import transaction

import cast
from digibel.audit.actors import SYSTEM, Actor
from digibel.problems import Problem
from digibel.requests.models import HelpRequest
from digibel.scheduling import merging, offers, onego, openings, promises, visits
from digibel.scheduling.models import Offer, Visit
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def told(verb, *things, **more):
    """What came of it: "done", or the code of the refusal. Each is read anew, as each process would."""
    try:
        verb(*(type(thing).objects.get(pk=thing.pk) for thing in things), **more)
    except Problem as refusal:
        return refusal.code
    return "done"


def at_home(lindeboom, *names):
    return [cast.request(lindeboom, client={"first_name": name}, windows=cast.windows(days=3)) for name in names]


def say_yes(offer):
    return told(lambda found: offers.accept(found, 1, by=Actor.volunteer(found.volunteer)), offer)


def of_both(requests):
    return sorted((HelpRequest.objects.get(pk=one.pk) for one in requests), key=lambda one: one.household_turn or 0)


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


@pytest.fixture
def house(frozen_clock):
    with transaction.atomic():
        lindeboom = cast.organisation()
        return lindeboom, [cast.volunteer(lindeboom, name=name) for name in ("Els", "Jan")]


def test_three_of_one_home_said_to_go_together_at_once_are_never_three(house):
    lindeboom, _ = house
    one, two, three = at_home(lindeboom, "Guido", "Rosa", "Mia")
    pairs = [(one, two), (two, three), (three, one), (two, one)]
    answers = at_once([partial(told, onego.visit_both, *pair, by=SYSTEM) for pair in pairs])
    assert sorted(answers) == ["done"] + ["in_one_go_already"] * 3
    assert HelpRequest.objects.exclude(household=None).count() == 2
    assert broken() == []


def test_two_say_yes_to_both_while_one_is_closed(house):
    lindeboom, people = house
    both = at_home(lindeboom, "Guido", "Rosa")
    onego.visit_both(*both, by=SYSTEM)
    first, second = of_both(both)
    asked = cast.offered(first, *people)
    close = partial(told, openings.close, second, closing="withdrawn", by=SYSTEM)
    answers = at_once([*(partial(say_yes, offer) for offer in asked), close])
    assert answers[2] == "done"
    assert Visit.objects.standing().count() <= 1
    assert Offer.objects.filter(status="accepted").count() == Visit.objects.standing().count()
    assert broken() == []


def test_both_visits_are_called_off_at_once_by_the_volunteer_the_client_and_a_worker(house):
    lindeboom, people = house
    both = at_home(lindeboom, "Guido", "Rosa")
    onego.visit_both(*both, by=SYSTEM)
    cast.booked(of_both(both)[0], people[0])
    first, second = (Visit.objects.get(request=one) for one in of_both(both))
    by = Actor.volunteer(people[0])
    answers = at_once(
        [
            partial(told, visits.cancel, first, by=by, reason="volunteer_cannot"),
            partial(told, visits.cancel, second, by=by, reason="volunteer_cannot"),
            partial(told, openings.note_gone, second.client, by=SYSTEM),
            partial(told, openings.close, first.request, closing="withdrawn", by=SYSTEM),
        ]
    )
    assert answers[2:] == ["done", "done"]
    assert not Visit.objects.standing().exists()
    assert not HelpRequest.objects.exclude(household=None).exists()
    assert broken() == []


def test_they_turn_out_to_be_one_person_while_somebody_says_yes(house):
    lindeboom, people = house
    both = at_home(lindeboom, "Guido", "Rosa")
    onego.visit_both(*both, by=SYSTEM)
    first, second = of_both(both)
    [offer] = cast.offered(first, people[0])
    answers = at_once([partial(say_yes, offer), partial(told, merging.merge, second.client, first.client, by=SYSTEM)])
    assert answers[1] == "done"
    assert not HelpRequest.objects.exclude(household=None).filter(client__merged_into=None).exists()
    assert broken() == []
