"""However many bells ring and people press at the same instant: one next visit is asked for, once, and an end is an end."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.problems import Problem
from digibel.requests.models import HelpRequest, Series
from digibel.scheduling import clockwork, inside, promises, series
from digibel.scheduling.models import Offer, Timer, Visit
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def begun(frozen_clock):
    """The first of three visits, with the volunteer at the table."""
    with transaction.atomic():
        lindeboom = cast.organisation()
        request = cast.request(lindeboom, windows=cast.windows(days=2))
        series.plan(request, goal="zelf videobellen", visits=3, by=SYSTEM)
        visit = cast.booked(request, cast.volunteer(lindeboom))
    with clock.travel(visit.starts_at):
        inside.check_in(visit, by=SYSTEM)
        yield visit


def leave(visit):
    inside.check_out(Visit.objects.get(pk=visit.pk), by=SYSTEM)
    return "left"


def ask(request):
    series.ask_next(request.pk)
    return "asked"


def end(request):
    try:
        series.end(HelpRequest.objects.get(pk=request.pk), ended_as="goal_reached", by=SYSTEM)
    except Problem as refusal:
        return refusal.code
    return "ended"


def broken_promises():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_leaving_and_ending_at_once_waits_for_one_follow_up(begun):
    assert sorted(at_once([partial(leave, begun), partial(leave, begun), partial(end, begun.request)])) == [
        "ended",
        "left",
        "left",
    ]
    begun.refresh_from_db()
    assert (begun.follow_up_due is not None, Series.objects.get().asks_at) == (True, None)
    assert Timer.objects.filter(kind="follow_up", rung_at=None).count() == 1
    assert broken_promises() == []


def test_six_bells_ask_for_one_visit_once(begun):
    leave(begun)
    at_once([*[partial(ask, begun.request)] * 4, *[clockwork.tick] * 2])
    assert Offer.objects.filter(status__in=["queued", "sent"]).count() == 1
    assert broken_promises() == []


def test_ended_while_it_is_asked_for_nobody_is_asked(begun):
    leave(begun)
    with clock.travel(clock.now() + timedelta(minutes=5)):
        told = at_once([partial(end, begun.request), partial(ask, begun.request)])
        assert told == ["ended", "asked"]
        assert Offer.objects.filter(status__in=["queued", "sent"]).count() == 0
        assert Series.objects.get().ended_as == "goal_reached"
        assert Timer.objects.filter(kind="next_visit", rung_at=None).count() == 0
