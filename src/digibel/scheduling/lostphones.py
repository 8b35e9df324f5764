"""A volunteer's telephone is lost: one press, and nothing on it opens a door any more.

Every open card of theirs closes, whichever organisation it is for; the words change and the clients hear the new ones; their
calendar has another address; what they were asked ends, as anybody may answer on that telephone now. A new link is texted
only to a number they gave after the loss, or once somebody says that the old one is in their hands again: until then nobody
rings it, nothing is texted to it, and what comes from it is a stranger's. (GDPR art. 32 and 33: a lost telephone is a breach
to be judged; the audit says when it was told.)
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F

from digibel import clock
from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.audit.recording import record
from digibel.notifications import numbers, outbox, reaching
from digibel.notifications.calls import open_call
from digibel.notifications.errors import NoTextsThere
from digibel.notifications.models import OutboundMessage, Recipient
from digibel.scheduling import announcing, cards, invitations, pairs, policies, readiness, worklist
from digibel.scheduling.locks import lock_visit
from digibel.scheduling.models import Offer, Visit, VisitStatus
from digibel.sealing import ledger
from digibel.sealing.models import Standing
from digibel.volunteers import pagelinks
from digibel.volunteers.models import Volunteer

WITH_WORD = ("visit.accepted", "visit.accepted_sms_only", "visit.reminder_day", "visit.reminder_hour")


@transaction.atomic
def phone_lost(volunteer: Volunteer, *, by: Actor, number: str = "") -> int:
    """Close everything that was on it. `number` is the one they have now, as people write it; empty: not known yet.

    Returns how many cards were closed. Raises `NotANumber` or `NoTextsThere` for a number that cannot be texted.
    """
    e164 = numbers.parse(number) if number.strip() else ""
    if e164 and not numbers.is_textable(e164):
        raise NoTextsThere
    closed = [visit for visit in _with_card(volunteer) if _close(visit, by=by)]
    # Whoever finds the telephone reads every word on it: none of them may come back at another door.
    read = {visit.word for visit in closed}
    for offer in Offer.objects.live().to(volunteer).order_by("pk"):
        readiness.end_offer(offer, by=by, reason="phone_lost")
    if e164:
        _change_number(volunteer.recipient, e164)
    elif volunteer.recipient.number and not volunteer.recipient.number_is_wrong:
        reaching.set_aside(volunteer.recipient, by=by)
    Volunteer.objects.filter(pk=volunteer.pk).update(calendar_version=F("calendar_version") + 1)
    pagelinks.close_pages(volunteer)
    # Whoever has the telephone may have had the visits sent to themselves.
    invitations.stop(volunteer, by=by)
    for visit in closed:
        if visit.status == VisitStatus.BOOKED and visit.starts_at > clock.now():
            _new_word(visit, known=read, by=by)
            tell_volunteer(visit, reachable=bool(e164))
            worklist.rewrite(visit.request)
    record("volunteer.phone_lost", volunteer, by=by, cards=len(closed), number_changed=bool(e164))
    return len(closed)


def _with_card(volunteer: Volunteer) -> list[Visit]:
    """In one order for everybody, the request's lock first."""
    may_be_open = Visit.objects.by(volunteer).exclude(card_digest="").order_by("request_id", "pk")
    recent = may_be_open.filter(ends_at__gt=clock.now() - policies.LONGEST_OPEN)
    return [lock_visit(pk) for pk in recent.values_list("pk", flat=True)]


def _close(visit: Visit, *, by: Actor) -> bool:
    if not cards.is_open(visit):
        return False
    cards.revoke(visit, by=by)
    outbox.withdraw(OutboundMessage.objects.about(visit).filter(kind__in=WITH_WORD))
    return True


def new_word(visit: Visit, *, known: Collection[str], by: Actor) -> None:
    """The old word opens no door any more; client and volunteer hear the new one by the way they are reached."""
    _new_word(visit, known=known, by=by)
    outbox.withdraw(OutboundMessage.objects.about(visit).filter(kind__in=WITH_WORD))
    tell_volunteer(visit, reachable=True)
    worklist.rewrite(visit.request)


def _new_word(visit: Visit, *, known: Collection[str], by: Actor) -> None:
    first, other = pairs.first_of(visit), pairs.other_of(visit)
    told = worklist.is_announced(first)
    change_word(visit, known=known, by=by)
    if other is not None:
        outbox.withdraw(OutboundMessage.objects.about(other).filter(kind__in=WITH_WORD))
        other.word = visit.word
        tell_volunteer(other, reachable=True)
    first.word = visit.word
    announcing.tell_new_word(first, told=told)


def change_word(visit: Visit, *, known: Collection[str], by: Actor) -> None:
    """Another word than any that was heard, for whoever goes along too. Nobody is told by this."""
    theirs = announcing.visits_of_both(visit.client, visit.volunteer)
    visit.word = announcing.choose_word(visit.request, visit.volunteer, theirs=theirs, known=known)
    for one in pairs.both(visit):
        Visit.objects.filter(pk=one.pk).update(word=visit.word)
        ledger.note(ledger.What.WORD, one.pk)
        record("visit.word_changed", one, by=by, organisation_id=one.request.organisation_id)


def replay(*, by: Actor) -> int:
    """The copy that has come back holds words that were on a lost telephone: they change once more, and the clients hear it."""
    return sum(_change_again(entry, by=by) for entry in ledger.standing(ledger.What.WORD))


@transaction.atomic
def _change_again(entry: Standing, *, by: Actor) -> bool:
    waiting = Visit.objects.filter(pk=entry.subject_id, status=VisitStatus.BOOKED, starts_at__gt=clock.now())
    if not waiting.exists():
        return False
    visit = lock_visit(entry.subject_id)
    if Event.objects.about(visit).filter(verb="visit.word_changed", at__gte=entry.at).exists():
        return False
    outbox.withdraw(OutboundMessage.objects.about(visit).filter(kind__in=WITH_WORD))
    _new_word(visit, known={visit.word}, by=by)
    tell_volunteer(visit, reachable=False)
    worklist.rewrite(visit.request)
    return True


def tell_volunteer(visit: Visit, *, reachable: bool) -> None:
    """With a number of theirs the booking is told anew; without one somebody has to find a way."""
    if reachable:
        outbox.queue_all(announcing.texts_to_volunteer(visit))
        announcing.note_address_texted(visit)
        return
    open_call(
        "visit.phone_lost",
        visit,
        organisation=visit.request.organisation,
        recipient=visit.volunteer.recipient,
        due_at=clock.now(),
        urgent=visit.starts_at - clock.now() <= clock.NEAR,
    )


def _change_number(recipient: Recipient, e164: str) -> None:
    if recipient.wrong_index:
        ledger.take_back(ledger.What.RIGHT, recipient.pk)
    recipient.number, recipient.number_index, recipient.wrong_index = e164, numbers.index(e164), ""
    recipient.save(update_fields=["number", "number_index", "wrong_index"])
