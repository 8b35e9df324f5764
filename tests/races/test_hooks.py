"""Several workers bring events at once: each arrives once, and those about one request in their order."""

import pytest
from django.db import transaction

import cast
from digibel import outside
from digibel.audit.actors import SYSTEM
from digibel.scheduling import openings
from digibel.scheduling.hooks import keeping, sending
from digibel.scheduling.hooks.models import Delivery
from races.side_by_side import at_once
from scheduling.listening import listening

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_event_is_brought_once_and_in_order_whoever_brings_it(frozen_clock, monkeypatch):
    with listening() as program, monkeypatch.context() as patched:
        patched.setattr(outside, "ALLOWED", frozenset({("127.0.0.1", program.port)}))
        lindeboom = cast.organisation()
        with transaction.atomic():
            keeping.make(lindeboom, name="Dossiers", address=program.address, by=SYSTEM)
            asked = [cast.request(lindeboom) for _ in range(8)]
            for one in asked:
                openings.close(one, closing="withdrawn", by=SYSTEM)
        arrived = at_once([sending.sweep] * 3)
    heard = {one.reference: [] for one in asked}
    for told in (one for one in program.taken if one["reference"]):
        heard[told["reference"]].append(told["kind"])
    assert heard == {one.reference: ["request.logged", "request.closed"] for one in asked}
    assert (sum(arrived), set(Delivery.objects.values_list("status", "tries"))) == (17, {("delivered", 1)})
