"""A request, the whole way through a real telephone network: `tools/kannel_way` runs this and shows every step."""

import pytest

import cast
from digibel import clock
from digibel.audit.actors import SYSTEM
from digibel.notifications import outbox, tasks
from digibel.notifications.models import InboundMessage, OutboundMessage
from digibel.scheduling import offers
from digibel.scheduling.models import Visit
from notifications.gateways.texts import arrived, said

pytestmark = pytest.mark.django_db


class Way:
    """What happens on the way, and a line about each step."""

    def __init__(self, network, door):
        self._network, self._door = network, door
        self._step = 0

    def tell(self, sentence):
        self._step += 1
        print(f"{self._step:>2}. {sentence}")

    def send(self):
        """The worker's sweep, and every receipt for what left."""
        left = outbox.sweep()
        self._door.until(lambda: not OutboundMessage.objects.filter(status="sent").exists(), what="the receipts")
        return left

    def telephone(self, person):
        return arrived(self._network, person.recipient.number, user="kannel")

    def texts(self, person, words):
        """This person answers; what the queue does with it follows at once. Returns the outcome."""
        known = set(InboundMessage.objects.values_list("pk", flat=True))
        self._network("say", said(person, words, user="kannel"))
        new = InboundMessage.objects.exclude(pk__in=known)
        self._door.until(new.exists, what="the reply")
        outcome = tasks.route_text(str(new.get().pk))
        self.send()
        return outcome


def test_a_request_goes_the_whole_way_through_kannel(frozen_clock, kannel, network, door):
    way = Way(network, door)
    lindeboom = cast.organisation()
    els = cast.volunteer(lindeboom, name="Els", speaks=["nl", "ar"])
    request = cast.request(lindeboom, client={"speaks": ["ar"], "reads": ["ar"]})
    way.tell(f"Request {request.reference} is logged; the client reads Arabic.")

    offers.send_wave(request, by=SYSTEM, volunteers=[els])
    assert way.send() == 1
    [offer] = way.telephone(els)
    way.tell(f"The offer left: Digibel, Kannel, SMPP, telephone. The receipt came back.\n    > {offer}")

    assert way.texts(els, "JA") == "offer.accepted"
    visit = Visit.objects.get()
    way.tell(
        f"The volunteer answered JA: telephone, SMPP, Kannel, Digibel. Booked for {visit.starts_at:%d.%m. %H:%M} UTC."
    )

    [_, booked] = way.telephone(els)
    way.tell(f"The volunteer has it confirmed.\n    > {booked}")
    announced = way.telephone(visit.client)
    parts = [part for part in network.taken("kannel") if "+" + part["to"] == visit.client.recipient.number]
    assert visit.word in announced[-1]
    assert {part["data_coding"] for part in parts} == {8}
    way.tell(
        f"The client knows who comes, with the codeword, in {len(parts)} part(s) of Unicode.\n    > {announced[-1]}"
    )

    assert way.texts(visit.client, "١") == "visit.confirmed"
    way.tell("The client answered with an Arabic 1: it suits.")

    request.refresh_from_db()
    assert request.next_kind == "visit"
    later = OutboundMessage.objects.filter(not_before__gt=clock.now())
    left = OutboundMessage.objects.exclude(pk__in=later)
    assert set(left.values_list("status", flat=True)) == {"delivered"}
    assert sum(len(way.telephone(person)) for person in (els, visit.client)) == left.count()
    way.tell(f"{left.count()} texts left and each was delivered, once; {later.count()} wait for their day.")
