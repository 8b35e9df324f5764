"""Somebody else answers at a number we have: what was said to it was heard by nobody, and opens no door any more.

A client hears of each visit anew, by another way and with another word, and nobody goes before they have said yes; what a
text asked after a visit is asked by a voice. A volunteer's number is as a telephone that was lost: a card was texted to it. What
is texted from there is a stranger's (`notifications.recipients.known_at`).
"""

import uuid

from digibel import clock
from digibel.audit.actors import CLOCK
from digibel.notifications import outbox, reaching
from digibel.notifications.models import CallTask, Channel, MessageStatus, OutboundMessage, Recipient
from digibel.requests import intake
from digibel.requests.alike import rows_alike
from digibel.requests.models import Client
from digibel.scheduling import announcing, bells, followups, households, lostphones, pairs, worklist
from digibel.scheduling.locks import lock_requests, lock_visit
from digibel.scheduling.models import Visit, VisitStatus
from digibel.volunteers.models import Volunteer

LEFT = (MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DELIVERED)


def follow(recipient_id: uuid.UUID) -> None:
    """What follows, a moment later: whoever noted it may hold one request, and this takes all of theirs in the order of everybody.
    Rung by the clock."""
    recipient = Recipient.objects.get(pk=recipient_id)
    if not recipient.wrong_index:
        return  # theirs after all
    if recipient.kind == Recipient.Kind.VOLUNTEER:
        lostphones.phone_lost(Volunteer.objects.select_related("recipient").get(recipient=recipient), by=CLOCK)
        return
    client = intake.survivor(Client.objects.select_related("organisation", "recipient").get(recipient=recipient))
    for request in lock_requests(client):
        of_request = Visit.objects.of_firsts().filter(request=request)
        coming = of_request.filter(status=VisitStatus.BOOKED, needs_second=False, starts_at__gt=clock.now())
        for pk in coming.order_by("pk").values_list("pk", flat=True):
            visit = lock_visit(pk)
            if _was_told(visit, recipient):
                _tell_anew(visit)
    for visit in followups.awaited(client):
        outbox.withdraw(OutboundMessage.objects.about(visit))
        followups.ring(visit)
        worklist.rewrite(visit.request)
    _note_alike(client, recipient.wrong_index)


def _note_alike(client: Client, wrong: str) -> None:
    """The same person under other rows: what those ask must know it too."""
    for other in rows_alike(client):
        if other.recipient.number_index == wrong != other.recipient.wrong_index:
            reaching.note_wrong_number(other.recipient, by=CLOCK)


def _was_told(visit: Visit, recipient: Recipient) -> bool:
    """Whether a stranger may know who comes, when, or the word. What only waits to leave finds its way by itself."""
    by_text = OutboundMessage.objects.about(visit).filter(recipient=recipient, status__in=LEFT)
    by_voice = CallTask.objects.about(visit).filter(channel=Channel.CALL, outcome=CallTask.Outcome.REACHED)
    return by_text.exists() or by_voice.filter(recipient=recipient).exists()


def _tell_anew(visit: Visit) -> None:
    known, frozen_now = {visit.word}, clock.now()
    if (beside := households.visit_beside(visit)) is not None and beside.word == visit.word:
        # At the same door: who is told there hears another word too.
        lostphones.new_word(lock_visit(beside.pk), known=known, by=CLOCK)
    outbox.withdraw(OutboundMessage.objects.about(visit))
    visit.confirmed_at = visit.client_expects = None
    visit.booked_at, visit.moved_at = frozen_now, frozen_now if visit.moved_at else None
    visit.save(update_fields=["confirmed_at", "client_expects", "booked_at", "moved_at"])
    bells.restart(visit)
    lostphones.change_word(visit, known=known, by=CLOCK)
    for one in pairs.both(visit):
        lostphones.tell_volunteer(one, reachable=True)
    if not CallTask.objects.open().about(visit).filter(kind="visit.confirm").exists():
        announcing.announce(visit)
    worklist.rewrite(visit.request)
