"""One request, the whole way: from the telephone call to the follow-up a week later."""

from datetime import timedelta

import pytest

import cast
from digibel import clock
from digibel.notifications.models import CallTask
from digibel.scheduling import clockwork, worklist
from digibel.scheduling.models import Visit

pytestmark = pytest.mark.django_db


def test_a_request_goes_the_whole_way(frozen_clock):
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom, name="Els")
    ayse = cast.volunteer(lindeboom, name="Ayse")
    request = cast.request(lindeboom)
    assert request.next_kind == "choose"

    cast.offered(request)
    assert "1090" not in cast.telephone(els)[0]
    request.refresh_from_db()
    assert request.next_kind == "await_answers"

    assert cast.texts(ayse, "ja").outcome == "offer.accepted"
    visit = Visit.objects.get()
    assert visit.volunteer == ayse
    assert cast.texts(els, "ja").outcome == "offer.taken"
    assert visit.word in cast.telephone(visit.client)[-1]

    assert cast.texts(visit.client, "1").outcome == "visit.confirmed"
    request.refresh_from_db()
    assert (request.next_kind, request.next_due) == ("visit", visit.starts_at)

    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=2))):
        assert cast.texts(ayse, "IN").outcome == "visit.begun"
    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(minutes=50))):
        assert cast.texts(ayse, "uit").outcome == "visit.ended"
        assert cast.texts(ayse, "1").outcome == "visit.reported"

    with clock.travel(clockwork.live_through(visit.starts_at + timedelta(days=8))):
        assert CallTask.objects.open().filter(kind="visit.follow_up").count() == 0
        assert cast.texts(visit.client, "1").outcome == "follow_up.asked"
        assert cast.texts(visit.client, "1").outcome == "follow_up.works"
        assert cast.telephone(ayse)[-1].startswith("Digibel: goed nieuws!")
    request.refresh_from_db()
    assert request.closed_as == "solved"
    assert worklist.differences() == []
