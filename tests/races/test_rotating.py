"""The master key changes while people work: nobody waits, nothing is lost, and the old key can go."""

import base64
import os

import pytest
from django.test import override_settings

import cast
from digibel.notifications import outbox
from digibel.notifications.models import OutboundMessage
from digibel.sealing import keys
from digibel.sealing.models import PersonKey
from races.side_by_side import at_once

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))


def test_master_key_changes_while_texts_are_written(frozen_clock):
    with override_settings(DIGIBEL_MASTER_KEYS=[OLD]):
        house = cast.organisation()
        clients = [cast.request(house).client for _ in range(6)]
    with override_settings(DIGIBEL_MASTER_KEYS=[NEW, OLD]):

        def write(number):
            keys.cache.clear()
            outbox.queue_message(
                clients[number].recipient, "plain.stop_confirmed_client", organisation=house, subject=clients[number]
            )

        def someone_new(number):
            cast.request(house)

        jobs = [lambda: keys.rewrap_all(), *(lambda n=n: write(n) for n in range(6)), lambda: someone_new(0)]
        at_once(jobs)
        keys.rewrap_all()
    assert PersonKey.objects.values("master_id").distinct().count() == 1
    keys.cache.clear()
    with override_settings(DIGIBEL_MASTER_KEYS=[NEW]):
        written = OutboundMessage.objects.filter(kind="plain.stop_confirmed_client")
        assert [bool(one.body) for one in written] == [True] * 6
        assert [one.first_name for one in type(clients[0]).objects.all()] == ["Guido"] * 7
