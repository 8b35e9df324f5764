"""However many move one visit at the same instant, it stands at one moment; and nobody is moved into two places at once."""

from datetime import time, timedelta
from functools import partial

import pytest
from django.db import transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications.models import OutboundMessage
from digibel.problems import Problem
from digibel.scheduling import promises, rescheduling, visits
from digibel.scheduling.models import Visit
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(frozen_clock):
    with transaction.atomic():
        lindeboom = cast.organisation()
        return lindeboom, cast.volunteer(lindeboom)


def move(visit, start, was):
    """What the verb said: "moved", or the code of the refusal."""
    try:
        rescheduling.reschedule(Visit.objects.get(pk=visit.pk), start, was=was, by=SYSTEM)
    except Problem as refusal:
        return refusal.code
    return "moved"


def cancel(visit):
    try:
        visits.cancel(Visit.objects.get(pk=visit.pk), by=SYSTEM, reason="organisation")
    except Problem as refusal:
        return refusal.code
    return "cancelled"


def broken_promises():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_eight_workers_move_it_at_once_and_one_wins(house):
    lindeboom, els = house
    visit = cast.booked(cast.request(lindeboom, windows=cast.windows(days=3)), els)
    day = clock.today() + timedelta(days=4)
    with clock.travel(clock.now() + timedelta(hours=1)):
        starts = [clock.at(day, time(9 + number)) for number in range(8)]
        told = at_once([partial(move, visit, start, visit.starts_at) for start in starts])
        visit.refresh_from_db()
        assert sorted(told) == ["already_moved"] * 7 + ["moved"]
        assert (visit.starts_at, visit.sequence) == (starts[told.index("moved")], 1)
        assert Event.objects.filter(verb="visit.moved").count() == 1
        assert OutboundMessage.objects.filter(kind="visit.visit_moved").count() == 1
        assert broken_promises() == []


def test_two_visits_moved_to_one_hour_at_once_never_meet(house):
    lindeboom, els = house
    both = [cast.booked(cast.request(lindeboom, windows=cast.windows(days=days)), els) for days in (3, 6)]
    start = clock.at(clock.today() + timedelta(days=4), time(10))
    with clock.travel(clock.now() + timedelta(hours=1)):
        told = at_once([partial(move, visit, start, visit.starts_at) for visit in both])
        assert sorted(told) == ["moved", "no_longer_free"]
        assert Visit.objects.filter(starts_at=start).count() == 1
        assert broken_promises() == []


def test_moved_and_cancelled_at_once_leaves_one_story(house):
    lindeboom, els = house
    visit = cast.booked(cast.request(lindeboom, windows=cast.windows(days=3)), els)
    start = clock.at(clock.today() + timedelta(days=4), time(10))
    with clock.travel(clock.now() + timedelta(hours=1)):
        moved, cancelled = at_once([partial(move, visit, start, visit.starts_at), partial(cancel, visit)])
        visit.refresh_from_db()
        assert (moved in {"moved", "move_not_allowed"}, cancelled, visit.status) == (True, "cancelled", "cancelled")
        kinds = OutboundMessage.objects.about(visit).waiting().values_list("kind", flat=True)
        assert [kind for kind in kinds if "cancelled" not in kind and "nobody" not in kind] == []
        assert broken_promises() == []
