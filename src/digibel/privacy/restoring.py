"""After an older copy of the data came back: what was said and revoked since stays so, and no text leaves unseen."""

from dataclasses import dataclass

from digibel.audit.actors import Actor
from digibel.notifications import outbox, stopping
from digibel.privacy.erasing import replay_erasures
from digibel.scheduling import cards, lostphones
from digibel.volunteers import pagelinks


@dataclass(frozen=True)
class Replayed:
    """How many there were of each."""

    people: int
    stops: int
    cards: int
    words: int

    def __str__(self) -> str:
        return (
            f"{self.people} people were forgotten again. {self.stops} STOP or START, {self.cards} revoked cards and "
            f"{self.words} changed words hold again. No text leaves until somebody lets them, on the page Privacy."
        )


def after_restore(*, by: Actor) -> Replayed:
    """Hold the outbox first, then forget, stop and revoke again. Safe to run twice."""
    outbox.hold()
    people = replay_erasures(by=by)
    stops = stopping.replay()
    # Whose telephone was lost since, the copy does not know: whoever needs their own page asks for it anew.
    pagelinks.close_pages()
    return Replayed(people, stops, cards=cards.replay(), words=lostphones.replay(by=by))
