"""Two people merge at once, or something is said or logged meanwhile: one person is left, and nothing is lost."""

import time
from dataclasses import replace
from functools import partial

import pytest
from django.db import transaction

import cast
from digibel.audit.actors import SYSTEM
from digibel.notifications import inbound
from digibel.notifications.gateways.base import InboundText
from digibel.notifications.models import InboundMessage
from digibel.problems import Problem
from digibel.requests.models import Client, HelpRequest, Merge
from digibel.requests.rectifying import as_draft
from digibel.scheduling import merging, openings, promises, rectifying
from digibel.scheduling.locks import lock_request
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def twins(frozen_clock):
    with transaction.atomic():
        lindeboom = cast.organisation()
        return [cast.request(lindeboom, client={"phone": "0470 12 34 56"}).client for _ in range(2)]


def try_merge(kept, other):
    try:
        return str(merging.merge(kept, other, by=SYSTEM).pk)
    except Problem as refusal:
        return refusal.code


def log(client):
    return str(openings.open_request(cast.draft(), organisation=client.organisation, by=SYSTEM, client=client)[0].pk)


def text(client):
    said = InboundText("late-1", client.recipient.number, cast.SMS_NUMBER, "bel mij")
    message = inbound.receive_text("simulator", said)
    return inbound.route_text(message.pk)


def by_pk(request):
    return request.pk


def broken():
    return [str(finding) for finding in promises.check() if not finding.holds]


def test_both_ways_at_once_makes_one(twins):
    one, two = twins
    answers = at_once([partial(try_merge, one, two), partial(try_merge, two, one), partial(try_merge, one, two)])
    assert sorted(answers).count("cannot_merge") == 2
    [done] = Merge.objects.all()
    assert done.kept.help_requests.count() == 2
    assert Client.objects.filter(merged_into=None).count() == 1
    assert broken() == []


def test_what_is_logged_or_said_meanwhile_is_the_survivors(twins):
    one, two = twins
    at_once([partial(try_merge, one, two), partial(log, two), partial(log, one), partial(text, two)])
    assert set(HelpRequest.objects.values_list("client", flat=True)) == {one.pk}
    assert HelpRequest.objects.count() == 4
    assert InboundMessage.objects.exclude(status="received").count() == 1
    assert broken() == []


def hold_both(one, two):
    """As a merge does: what both ask, in the order of everybody."""
    with transaction.atomic():
        for pk in sorted(HelpRequest.objects.filter(client__in=[one, two]).values_list("pk", flat=True)):
            lock_request(pk)
            time.sleep(0.6)


def put_right(client, **changes):
    time.sleep(0.3)
    rectifying.correct(client, replace(as_draft(client), **changes), version=client.version, by=SYSTEM)


@pytest.mark.parametrize("name", ["Guido", "Guy"], ids=["alike before", "alike by it"])
def test_put_right_while_somebody_holds_both(frozen_clock, name):
    """A correction judges again what stands under the other row: it holds that from the beginning, in the order of everybody."""
    with transaction.atomic():
        lindeboom = cast.organisation()
        told = [{"phone": "0470 12 34 56", "first_name": first} for first in ("Guido", name)]
        low, high = sorted((cast.request(lindeboom, client=one, tasks=["online-payment"]) for one in told), key=by_pk)
    right = {"first_name": low.client.first_name, "decides_about_money": "Bo", "money_kind": "administrator"}
    at_once([partial(hold_both, low.client, high.client), partial(put_right, high.client, **right)])
    assert set(HelpRequest.objects.values_list("tasks__verdict", flat=True)) == {"staff_only"}
    assert broken() == []
