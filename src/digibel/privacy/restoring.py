"""After an older copy of the data came back: what was said and revoked since stays so, and no text leaves unseen."""

from dataclasses import dataclass

from digibel.audit.actors import Actor
from digibel.notifications import outbox, stopping
from digibel.privacy.erasing import replay_erasures
from digibel.scheduling import cards, lostphones


@dataclass(frozen=True)
class Replayed:
    """How many there were of each."""

    people: int
    stops: int
    cards: int
    words: int


def after_restore(*, by: Actor) -> Replayed:
    """Hold the outbox first, then forget, stop and revoke again. Safe to run twice."""
    outbox.hold()
    people = replay_erasures(by=by)
    stops = stopping.replay()
    return Replayed(people, stops, cards=cards.replay(), words=lostphones.replay(by=by))
