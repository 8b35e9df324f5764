"""After an older copy of the data came back: what was said, revoked and ended since stays so, and no text leaves unseen."""

from dataclasses import dataclass

from django.db import transaction

from digibel.audit.actors import Actor
from digibel.audit.models import Event
from digibel.notifications import outbox, reaching, stopping
from digibel.notifications.models import Recipient, Restriction
from digibel.privacy import stopping as ending
from digibel.privacy.erasing import replay_erasures
from digibel.requests.models import Client, Gone
from digibel.scheduling import cards, inside, lostphones, openings, preferences, readiness, rejudging
from digibel.scheduling.models import VisitStatus
from digibel.sealing import keys, ledger
from digibel.sealing.models import Standing
from digibel.volunteers import pagelinks
from digibel.volunteers.models import Volunteer

What = ledger.What


@dataclass(frozen=True)
class Replayed:
    """How many there were of each."""

    people: int
    stops: int
    cards: int
    words: int
    ended: int

    def __str__(self) -> str:
        return (
            f"{self.people} people were forgotten again. {self.stops} STOP or START, {self.cards} revoked cards, "
            f"{self.words} changed words and {self.ended} times that somebody took back a yes, is gone, is not reached at a "
            "number, pauses, wants nothing used, never wants a volunteer again or made a rule stricter hold again. No text leaves "
            "until somebody lets them, on the page Privacy."
        )


def after_restore(*, by: Actor) -> Replayed:
    """Hold the outbox first, then forget, stop, revoke and end again. Safe to run twice."""
    outbox.hold()
    people = replay_erasures(by=by)
    stops = stopping.replay()
    # Whose telephone was lost since, the copy does not know: whoever needs their own page asks for it anew.
    pagelinks.close_pages()
    again = Replayed(people, stops, cards=cards.replay(), words=lostphones.replay(by=by), ended=_end_again(by=by))
    return again


def _end_again(*, by: Actor) -> int:
    """What ended since the copy was made: nobody goes to who died or took back their yes, and who was reported goes nowhere."""
    deeds = {
        What.GONE: _gone,
        What.NO_YES: _no_yes,
        What.KEPT: _kept,
        What.WRONG: _wrong_number,
        What.REPORTED: _reported,
    }
    entries = list(ledger.standing(*deeds))
    count = 0
    for entry in entries:
        with transaction.atomic():
            count += deeds[What(entry.what)](entry, by)
    return count + rejudging.tighten_again(by=by) + preferences.replay(by=by)


def _client(entry: Standing) -> Client | None:
    """Unless they are not in the copy, are somebody else's pointer in it, or are forgotten by now."""
    found = (
        Client.objects.select_related("recipient", "organisation").filter(pk=entry.subject_id, merged_into=None).first()
    )
    return None if found is None or keys.destroyed_among([found.key_id]) else found


def _gone(entry: Standing, by: Actor) -> bool:
    client = _client(entry)
    if client is None or client.gone_at is not None:
        return False
    openings.note_gone(client, by=by, gone_as=Gone.values[entry.value - 1] if entry.value else "")
    return True


def _no_yes(entry: Standing, by: Actor) -> bool:
    client = _client(entry)
    if client is None or not client.consents.filter(withdrawn_at=None, given_at__lte=entry.at).exists():
        return False
    ending.withdraw_consent(client, by=by, close=bool(entry.value))
    return True


def _kept(entry: Standing, by: Actor) -> bool:
    why = Restriction.values[entry.value]
    client = _client(entry)
    if client is not None and client.recipient.restricted_at is None:
        for visit in client.visits.filter(status=VisitStatus.UNDER_WAY):
            inside.check_out(visit, by=by)
        ending.restrict_client(client, why, by=by)
        return True
    volunteer = Volunteer.objects.select_related("recipient").filter(pk=entry.subject_id, left_at=None).first()
    if volunteer is None or volunteer.recipient.restricted_at is not None:
        return False
    ending.keep_volunteer(volunteer, why, by=by)
    return True


def _wrong_number(entry: Standing, by: Actor) -> bool:
    """The copy may know already, and another number since."""
    recipient = Recipient.objects.exclude(number_index="").filter(pk=entry.subject_id).first()
    if recipient is None or recipient.number_is_wrong:
        return False
    if Event.objects.about(recipient).filter(verb="number.wrong", at__gte=entry.at).exists():
        return False
    reaching.note_wrong_number(recipient, by=by)
    return True


def _reported(entry: Standing, by: Actor) -> bool:
    volunteer = Volunteer.objects.filter(pk=entry.subject_id, left_at=None).first()
    # A pause of their own, or one with a day, would end by itself: the copy does not know that somebody has to decide.
    waits = (
        volunteer is not None and volunteer.paused_at and not volunteer.pause_is_own and volunteer.paused_until is None
    )
    if volunteer is None or waits:
        return False
    readiness.pause(volunteer, by=by)
    return True
