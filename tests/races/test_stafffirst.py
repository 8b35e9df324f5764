"""Somebody says yes, asks, logs or lets go in the very instant in which staff say that they look first: nobody goes there."""

from functools import partial

import pytest
from django.db import transaction

import cast
from digibel.audit.actors import SYSTEM
from digibel.problems import Problem
from digibel.requests.models import Client, StaffFirst
from digibel.scheduling import offers, openings, promises, stafffirst
from digibel.scheduling.models import LIVE_OFFERS, STANDING_VISITS, Offer, Visit
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(frozen_clock):
    with transaction.atomic():
        lindeboom = cast.organisation()
        volunteers = [cast.volunteer(lindeboom, name=name) for name in ("Els", "An")]
        request = cast.request(lindeboom)
        return request, volunteers, offers.send_wave(request, by=SYSTEM, volunteers=volunteers[:1])[0]


def tried(deed, *arguments, **options):
    try:
        deed(*arguments, **options)
    except Problem as refusal:
        return refusal.code
    return "done"


def log_again(client):
    openings.open_request(cast.draft(), organisation=client.organisation, by=SYSTEM, client=client)


def test_nobody_is_asked_or_goes_whoever_was_first(asked):
    request, volunteers, offer = asked
    client = Client.objects.select_related("organisation", "recipient").get(pk=request.client_id)
    told = at_once(
        [
            partial(tried, stafffirst.note, client, ["pests"], by=SYSTEM),
            partial(tried, offers.accept, offer, 1, by=SYSTEM),
            partial(tried, offers.send_wave, request, by=SYSTEM, volunteers=volunteers[1:]),
            partial(tried, log_again, client),
            partial(tried, stafffirst.note, client, ["aggression"], by=SYSTEM),
        ]
    )
    assert [told[0], told[3], told[4]] == ["done"] * 3
    assert StaffFirst.objects.get().codes == ["pests", "aggression"]
    assert Offer.objects.filter(status__in=LIVE_OFFERS).count() == 0
    assert Visit.objects.filter(status__in=STANDING_VISITS).count() == 0
    assert [str(finding) for finding in promises.check() if not finding.holds] == []


def test_let_go_twice_at_once_is_let_go_once(asked):
    request, _, _ = asked
    client = Client.objects.get(pk=request.client_id)
    stafffirst.note(client, ["pests"], by=SYSTEM)
    told = at_once([partial(tried, stafffirst.release, client, reason="Opgelost", by=SYSTEM)] * 3)
    assert sorted(told) == ["done", "not_held", "not_held"]
    request.refresh_from_db()
    assert request.next_kind == "choose"
